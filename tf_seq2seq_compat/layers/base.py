"""The layer that owns variables: one class for TF1 graphs and for TF2 objects."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.core.autograph import without_autograph

tf1 = tf.compat.v1


def graph_mode() -> bool:
    """True while a TF1 graph is being built, False in eager mode and inside `tf.function`."""
    return not tf1.executing_eagerly_outside_functions()


def snake_case(name: str) -> str:
    """`BasicLSTMCell` -> `basic_lstm_cell`, the rule by which TF1 names a layer's scope."""
    name = re.sub(r'(.)([A-Z][a-z0-9]+)', r'\1_\2', name)
    name = re.sub(r'([a-z])([A-Z])', r'\1_\2', name).lower()
    # A scope may not start with an underscore.
    return 'private' + name if name.startswith('_') else name


class Layer(tf.Module):
    """A `tf.Module` whose variables come from `get_variable` under TF1's variable scopes.

    One mechanism serves every mode. A call opens the layer's variable scope, which is fixed by the
    first call (TF1's rule), and every `get_variable` beneath it passes through the layer:

    * in a TF1 graph it goes on to TensorFlow's own variable store, so names, `reuse`, partitioners
      and custom getters are TF1's;
    * in eager mode and inside `tf.function` the variable is made once, outside the function being
      traced, and lives on the layer (`layer.variables`), found again by its name below the scope.

    Subclasses write `build(input_shape)` with `add_variable`, and `call(inputs, ...)`; `call` may
    also use `tf.compat.v1.get_variable` directly.

    Args:
      trainable: Whether the layer's variables are trainable.
      name: Name of the variable scope; the class name in snake case by default.
      dtype: Type of the variables; that of the first input by default.
      **kwargs: `_reuse` (bool) and `_scope` (str or `VariableScope`), as TF1's layers take them.

    Raises:
      TypeError: For any other keyword argument.

    Example:
      >>> class Scale(seq2seq.Layer):
      ...     def build(self, input_shape):
      ...         self.factor = self.add_variable('factor', [], initializer=tf.ones_initializer())
      ...     def call(self, inputs):
      ...         return self.factor * inputs
      >>> scale = Scale()
      >>> scale(tf.constant([2.0])).numpy().tolist()
      [2.0]
      >>> [v.name for v in scale.variables]
      ['scale/factor:0']

    Legacy: `tf.layers.Layer` of TF 1.15.
    """

    # Class-level defaults: TF1 programs subclass RNNCell without calling super().__init__().
    trainable = True
    built = False
    input_ndim: int | None = None
    _given_name: str | None = None
    _dtype: tf.DType | None = None
    _reuse: bool | None = None
    _scope: Any = None
    _first_call = True

    def __init__(
        self, trainable: bool = True, name: str | None = None, dtype: Any = None, **kwargs: Any
    ) -> None:
        # tf.Module.__init__ is left out on purpose: it refuses names that TF1 allows and opens a
        # name scope of its own; all that it sets is defined here.
        scope = kwargs.pop('_scope', None)
        self._reuse = kwargs.pop('_reuse', None)
        if kwargs:
            raise TypeError(
                f'{type(self).__name__}: keyword argument not understood: {sorted(kwargs)[0]!r}. '
                'A layer takes trainable, name and dtype.'
            )
        self.trainable = trainable
        self._given_name = name
        self._dtype = None if dtype is None else tf.as_dtype(dtype)
        if scope is not None:
            with tf1.variable_scope(scope) as captured:
                self._scope = captured

    # -- names and types ------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The given name, or the class name in snake case."""
        return self._base_name

    @property
    def _base_name(self) -> str:
        # TF1's name for it, which subclasses read.
        return self._given_name or snake_case(type(self).__name__)

    @property
    def scope_name(self) -> str:
        """Name of the variable scope, known after the first call or `add_variable`."""
        if self._scope is None:
            raise ValueError(
                f'Layer {self.name} has no scope yet: it is fixed when the layer is first called.'
            )
        return self._scope.name

    @property
    def dtype(self) -> tf.DType | None:
        """Type of the variables; None before the first call of a layer made without one."""
        return self._dtype

    # -- variables ------------------------------------------------------------------------------

    @property
    def variables(self) -> list[tf.Variable]:
        """Variables of the layer and of what it holds, the layer's own first, as created."""
        layers = [self, *(part for part in self.submodules if isinstance(part, Layer))]
        every = [v for layer in layers for v in layer._own_variables.values()]
        return list({id(v): v for v in [*every, *super().variables]}.values())

    @property
    def trainable_variables(self) -> list[tf.Variable]:
        return [v for v in self.variables if v.trainable]

    @property
    def non_trainable_variables(self) -> list[tf.Variable]:
        return [v for v in self.variables if not v.trainable]

    weights = variables
    trainable_weights = trainable_variables
    non_trainable_weights = non_trainable_variables

    @property
    def _own_variables(self) -> dict[str, tf.Variable]:
        """Variables by their name below the layer's scope."""
        if '_variables_by_name' not in vars(self):
            self._variables_by_name: dict[str, tf.Variable] = {}
        return self._variables_by_name

    def _get_variable(
        self, getter: Callable[..., Any], name: str, *args: Any, **kwargs: Any
    ) -> Any:
        """The custom getter under which `build` and `call` run."""
        return self._get_variable_below(self._scope.name, getter, name, *args, **kwargs)

    def _get_variable_below(
        self, scope_name: str, getter: Callable[..., Any], name: str, *args: Any, **kwargs: Any
    ) -> Any:
        """A custom getter which knows the variables by their names below `scope_name`."""
        key = name.removeprefix(scope_name + '/')
        if graph_mode():
            variable = getter(name, *args, **kwargs)
        elif key in self._own_variables:
            variable = self._own_variables[key]
            shape = kwargs.get('shape')
            if shape is not None and not variable.shape.is_compatible_with(shape):
                raise ValueError(
                    f'Variable {name} of layer {self.name} has shape {variable.shape}, but shape '
                    f'{tf.TensorShape(shape)} is asked for now: the layer was built for inputs of '
                    'another depth. Use one layer for each depth.'
                )
            return variable
        else:
            # TensorFlow's own store has no partitioned variables outside graphs.
            with tf.init_scope():
                variable = getter(name, *args, **{**kwargs, 'partitioner': None})
        if isinstance(variable, tf.Variable):
            self._own_variables[key] = variable
        elif hasattr(variable, 'as_tensor'):  # The parts of a partitioned variable.
            for part in variable:
                self._own_variables[part.op.name.removeprefix(scope_name + '/')] = part
        return variable

    def add_variable(
        self,
        name: str,
        shape: Any,
        dtype: Any = None,
        initializer: Any = None,
        regularizer: Any = None,
        trainable: bool = True,
        constraint: Any = None,
        partitioner: Any = None,
        **kwargs: Any,
    ) -> tf.Variable:
        """Creates a variable below the layer's scope, or finds it again.

        Args:
          name: Name below the layer's scope.
          shape: Shape, fully known.
          dtype: Type; the layer's by default.
          initializer: As for `tf.compat.v1.get_variable`; the scope's by default.
          regularizer: Likewise.
          trainable: Whether it is trainable (and the layer is).
          constraint: Likewise.
          partitioner: Likewise.
          **kwargs: Passed on to `tf.compat.v1.get_variable`.

        Returns:
          The variable.
        """
        self._set_scope(None)
        if dtype is None:
            self._dtype = self._dtype or tf.float32
        with self._variable_scope(self._reuse):
            return tf1.get_variable(
                name,
                shape=tf.TensorShape(shape),
                dtype=tf.as_dtype(dtype or self._dtype),
                initializer=initializer,
                regularizer=regularizer,
                trainable=trainable and self.trainable,
                constraint=constraint,
                partitioner=partitioner,
                **kwargs,
            )

    add_weight = add_variable

    # -- calling --------------------------------------------------------------------------------

    def _set_scope(self, scope: Any) -> None:
        if self._scope is not None:
            return
        if self._reuse:
            opened = tf1.variable_scope(scope if scope is not None else self._base_name)
        else:
            opened = tf1.variable_scope(scope, default_name=self._base_name)
        with opened as captured:
            self._scope = captured

    def _variable_scope(self, reuse: bool | None) -> Any:
        return tf1.variable_scope(
            self._scope, reuse=reuse, auxiliary_name_scope=False, custom_getter=self._get_variable
        )

    def build(self, _: Any) -> None:
        """Creates the variables that depend on the shape of the inputs; called once."""
        self.built = True

    def call(self, inputs: Any, *args: Any, **kwargs: Any) -> Any:
        """What the layer computes; written by subclasses."""
        raise NotImplementedError(f'{type(self).__name__} defines no call(inputs, ...).')

    @without_autograph
    def __call__(self, inputs: Any, *args: Any, scope: Any = None, **kwargs: Any) -> Any:
        """Opens the layer's scope, builds it at the first call, and calls `call`."""
        self._set_scope(scope)
        inputs = tf.nest.map_structure(_array_to_tensor, inputs)
        # TF1: after its first call a layer finds its variables again, whatever the outer scope.
        reuse = self._reuse if self._first_call else True
        with self._variable_scope(reuse), tf1.name_scope(self._scope.original_name_scope):
            if not self.built:
                self._check_and_build(inputs)
            elif self.input_ndim is not None:
                self._check_rank(inputs)
            self._first_call = False
            return self.call(inputs, *args, **kwargs)

    def _check_and_build(self, inputs: Any) -> None:
        self._check_rank(inputs)
        tensors = [t for t in tf.nest.flatten(inputs) if hasattr(t, 'dtype')]
        if self._dtype is None and tensors:
            self._dtype = tf.as_dtype(tensors[0].dtype).base_dtype
        self.build(tf.nest.map_structure(lambda t: getattr(t, 'shape', None), inputs))
        self.built = True

    def _check_rank(self, inputs: Any) -> None:
        rank = getattr(getattr(inputs, 'shape', None), 'ndims', None)
        if self.input_ndim is not None and rank is not None and rank != self.input_ndim:
            raise ValueError(
                f'inputs of layer {self.name} must have rank {self.input_ndim}, but have shape '
                f'{inputs.shape}. A cell takes one step, [batch, depth]: give whole sequences to '
                'dynamic_rnn.'
            )


def keeping_variables(call: Callable[..., Any]) -> Callable[..., Any]:
    """Makes a method of a `Layer` keep on the layer what `get_variable` makes in it.

    In a TF1 graph TensorFlow's variable store finds variables again. In eager mode and
    `tf.function` there is none, so `get_variable` goes through the layer, which knows its variables
    by their names below the scope in which the method is called.

    Args:
      call: The method.

    Returns:
      The method, with the same arguments.

    Example:
      >>> class Model(seq2seq.Layer):
      ...     @tf.function
      ...     @seq2seq.keeping_variables
      ...     def scaled(self, x):
      ...         scale = tf.compat.v1.get_variable('scale', initializer=3.0)
      ...         return x * scale
      >>> model = Model()
      >>> float(model.scaled(tf.constant(2.0))), [v.name for v in model.variables]
      (6.0, ['scale:0'])
    """

    @functools.wraps(call)
    def kept(self: Layer, *args: Any, **kwargs: Any) -> Any:
        if graph_mode() or vars(self).get('_call_is_kept', False):
            return call(self, *args, **kwargs)
        outer = tf1.get_variable_scope()
        getter = functools.partial(self._get_variable_below, outer.name)
        self._call_is_kept = True
        try:
            with tf1.variable_scope(outer, custom_getter=getter, auxiliary_name_scope=False):
                return call(self, *args, **kwargs)
        finally:
            self._call_is_kept = False

    return kept


def _array_to_tensor(value: Any) -> Any:
    return tf.convert_to_tensor(value) if isinstance(value, np.ndarray | np.generic) else value
