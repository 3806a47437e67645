"""The densely connected layer of TF1, and activations by name."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.core.precision import matmul
from tf_seq2seq_compat.layers.base import Layer, snake_case
from tf_seq2seq_compat.types import (
    Activation,
    ActivationLike,
    Config,
    Constraint,
    Initializer,
    InitializerLike,
    Regularizer,
    ShapeLike,
    TensorLike,
)

tf1 = tf.compat.v1


def _hard_sigmoid(x: Any) -> Any:
    return tf.clip_by_value(0.2 * x + 0.5, 0.0, 1.0)


def _linear(x: object) -> Any:
    return x


ACTIVATIONS: dict[str, Activation] = {
    'elu': tf.nn.elu,
    'exponential': tf.exp,
    'hard_sigmoid': _hard_sigmoid,
    'linear': _linear,
    'relu': tf.nn.relu,
    'selu': tf.nn.selu,
    'sigmoid': tf.sigmoid,
    'softmax': tf.nn.softmax,
    'softplus': tf.nn.softplus,
    'softsign': tf.nn.softsign,
    'tanh': tf.tanh,
}


def activation_function(activation: ActivationLike | None) -> Activation:
    """The function for an activation given as a function or as TF1's name of it.

    Args:
      activation: A function of one tensor, or a name such as `'tanh'`; None is the identity.

    Returns:
      A function of one tensor.

    Raises:
      ValueError: For a name that is not known.
      TypeError: For anything else.
    """
    if activation is None:
        return ACTIVATIONS['linear']
    if callable(activation):
        return activation
    if not isinstance(activation, str):
        raise TypeError(
            f'activation must be a function or its name, but is {activation!r}. '
            'Give for example tf.nn.relu.'
        )
    if activation not in ACTIVATIONS:
        raise ValueError(
            f'activation {activation!r} is not known. Names are: {", ".join(ACTIVATIONS)}; '
            'any function of one tensor may be given instead.'
        )
    return ACTIVATIONS[activation]


def activation_name(activation: ActivationLike | None) -> ActivationLike | None:
    """The inverse of `activation_function` where there is a name; else the function itself."""
    names = [name for name, function in ACTIVATIONS.items() if function is activation]
    return names[0] if names else activation


# What the names of initializers mean where it is not the default of the class.
_NAMED_INITIALIZERS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ('RandomUniform', 'RandomUniform random_uniform uniform', {'minval': -0.05, 'maxval': 0.05}),
    ('RandomNormal', 'RandomNormal random_normal normal', {'stddev': 0.05}),
    ('TruncatedNormal', 'TruncatedNormal truncated_normal', {'stddev': 0.05}),
    ('VarianceScaling', 'he_normal', {'scale': 2.0}),
    ('VarianceScaling', 'he_uniform', {'scale': 2.0, 'distribution': 'uniform'}),
    ('VarianceScaling', 'lecun_normal', {}),
    ('VarianceScaling', 'lecun_uniform', {'distribution': 'uniform'}),
)


def initializer_function(initializer: InitializerLike | None) -> Initializer | None:
    """The initializer for what TF1's cells take as one.

    Args:
      initializer: An initializer, a function, a name such as `'zeros'` or `'GlorotUniform'`, what
        `initializer_config` gives, or None.

    Returns:
      The initializer, or None.

    Raises:
      ValueError: For a name that is not known.
    """
    if isinstance(initializer, str):
        initializer = {'class_name': initializer, 'config': {}}
    if not isinstance(initializer, dict):
        if initializer is None or callable(initializer):
            return initializer
        raise ValueError(
            f'initializer must be an initializer or its name, but is {initializer!r}. Give for '
            'example tf.zeros_initializer().'
        )
    classes = [one for one in vars(tf1.initializers).values() if isinstance(one, type)]
    known: dict[str, tuple[Any, dict[str, Any]]] = {}
    for one in classes:
        known |= dict.fromkeys((one.__name__, snake_case(one.__name__)), (one, {}))
    for class_name, names, defaults in _NAMED_INITIALIZERS:
        known |= {name: (known[class_name][0], defaults) for name in names.split()}
    if initializer['class_name'] not in known:
        raise ValueError(
            f'initializer {initializer["class_name"]!r} is not known. Names are: '
            f'{", ".join(sorted(known))}; any function of a shape may be given instead.'
        )
    made, defaults = known[initializer['class_name']]
    return made(**(defaults | initializer['config']))


def initializer_config(initializer: object) -> object:
    """The class name and configuration of an initializer; a function itself; None for None."""
    if not hasattr(initializer, 'get_config'):
        return initializer
    return {'class_name': type(initializer).__name__, 'config': initializer.get_config()}


class Dense(Layer):
    """`activation(inputs · kernel + bias)` over the last dimension.

    Args:
      units: Depth of the output.
      activation: Function of one tensor or its name; None for none.
      use_bias: Whether a bias is added.
      kernel_initializer: The variable scope's by default.
      bias_initializer: Zeros by default.
      kernel_regularizer: A function from the kernel to its loss.
      bias_regularizer: A function from the bias to its loss.
      activity_regularizer: Must be None.
      kernel_constraint: A function from the kernel to the kernel, kept on the variable.
      bias_constraint: Likewise for the bias.
      trainable: Whether the variables are trainable.
      name: Name of the variable scope, `dense` by default.
      **kwargs: `dtype`, `_reuse`, `_scope`.

    Raises:
      ValueError: When called with inputs of rank below 2, or whose last dimension is unknown or
        not the one that the layer was built for.
      TypeError: When called with inputs that are not floating point.

    Example:
      >>> dense = seq2seq.Dense(3, use_bias=False)
      >>> dense(tf.ones([2, 5, 4])).shape
      TensorShape([2, 5, 3])
      >>> dense.kernel.shape
      TensorShape([4, 3])

    Legacy: `tf.layers.Dense` of TF 1.15.
    """

    def __init__(
        self,
        units: int,
        activation: ActivationLike | None = None,
        use_bias: bool = True,
        kernel_initializer: InitializerLike | None = None,
        bias_initializer: InitializerLike | None = None,
        kernel_regularizer: Regularizer | None = None,
        bias_regularizer: Regularizer | None = None,
        activity_regularizer: Regularizer | None = None,
        kernel_constraint: Constraint | None = None,
        bias_constraint: Constraint | None = None,
        trainable: bool = True,
        name: str | None = None,
        **kwargs: object,
    ) -> None:
        super().__init__(trainable=trainable, name=name, **kwargs)
        if activity_regularizer is not None:
            raise ValueError(
                'activity_regularizer is not supported: add the loss of the outputs to your own.'
            )
        self.units = int(units)
        if self.units < 0:
            raise ValueError(f'units must not be negative, but is {units}.')
        self.use_bias = use_bias
        self.activation = activation_function(activation)
        self.kernel: tf.Variable = None
        self.bias: tf.Variable | None = None
        self._kernel_options: dict[str, Any] = {
            'initializer': initializer_function(kernel_initializer),
            'regularizer': kernel_regularizer,
            'constraint': kernel_constraint,
        }
        self._bias_options: dict[str, Any] = {
            'initializer': initializer_function(bias_initializer) or tf1.zeros_initializer(),
            'regularizer': bias_regularizer,
            'constraint': bias_constraint,
        }

    def build(self, input_shape: ShapeLike) -> None:
        """Creates `kernel` `[depth, units]` and `bias` `[units]`."""
        if not (self.dtype is None or self.dtype.is_floating or self.dtype.is_complex):
            raise TypeError(
                f'inputs of {self.name} have dtype {self.dtype.name}, but a Dense layer needs '
                'floating point: use tf.cast, or an embedding for ids.'
            )
        depth = _last_dimension(input_shape, self.name)
        self.kernel = self.add_variable('kernel', [depth, self.units], **self._kernel_options)
        if self.use_bias:
            self.bias = self.add_variable('bias', [self.units], **self._bias_options)
        self.built = True

    def call(self, inputs: TensorLike) -> tf.Tensor:
        """Applies the layer.

        Args:
          inputs: `[..., depth]`, of rank 2 or more.

        Returns:
          `[..., units]`.
        """
        # TF1: a layer made with a dtype takes inputs of another floating type by a cast.
        inputs = tf.cast(tf.convert_to_tensor(inputs), self.dtype)
        depth = _last_dimension(inputs.shape, self.name)
        if depth != self.kernel.shape[0]:
            raise ValueError(
                f'inputs of {self.name} have shape {inputs.shape}, but the layer was built for a '
                f'last dimension of {self.kernel.shape[0]}. Use one layer for each depth.'
            )
        flat = inputs if inputs.shape.rank == 2 else tf.reshape(inputs, [-1, depth])
        outputs = matmul(flat, self.kernel)
        if self.bias is not None:
            outputs = tf.nn.bias_add(outputs, self.bias)
        if inputs.shape.rank != 2:
            outputs = tf.reshape(outputs, tf.concat([tf.shape(inputs)[:-1], [self.units]], 0))
            outputs.set_shape(inputs.shape[:-1].concatenate(self.units))
        return self.activation(outputs)

    def compute_output_shape(self, input_shape: ShapeLike) -> tf.TensorShape:
        """The shape of the output for a shape of the inputs."""
        _last_dimension(input_shape, self.name)
        return tf.TensorShape(input_shape)[:-1].concatenate(self.units)

    def get_config(self) -> Config:
        """The constructor's arguments; functions stay what they are."""
        config = super().get_config() | {
            'units': self.units,
            'activation': activation_name(self.activation),
            'use_bias': self.use_bias,
            'activity_regularizer': None,
        }
        for part, options in (('kernel', self._kernel_options), ('bias', self._bias_options)):
            for option, value in options.items():
                config[f'{part}_{option}'] = initializer_config(value)
        return config


def _last_dimension(shape: ShapeLike, name: str) -> int:
    try:
        shape = tf.TensorShape(shape)
    except TypeError as error:
        raise ValueError(
            f'inputs of {name} must be one tensor, but are a nest of shapes {shape}.'
        ) from error
    if shape.rank is None or shape.rank < 2 or tf.compat.dimension_value(shape[-1]) is None:
        raise ValueError(
            f'inputs of {name} have shape {shape}, but must have rank 2 or more and a last '
            'dimension that is known: use tf.reshape or set_shape with the depth.'
        )
    return int(tf.compat.dimension_value(shape[-1]))
