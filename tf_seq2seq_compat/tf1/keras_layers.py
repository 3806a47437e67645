"""The layers of tf-keras with the names, the arguments and the variables that TF 1.15's have.

The numbers and the defaults of tf-keras's layers are TF1's. What has changed is put back here, in
tf-keras itself, for a process that has TF1 behaviour:

* a recurrent layer opens no name scope for its cell (`lstm/kernel`, not `lstm/lstm_cell/kernel`)
  and calls the `call` of a Keras cell;
* names made of the names of classes follow TF1's rule (`conv_lst_m2d`);
* arguments given by position mean what they meant, where a new one has come between them;
* a masked loss is divided by the size of the batch, not by what the mask leaves of it;
* the optimizer 'adagrad' begins with squares of zero;
* a `Lambda` keeps the variables that its function makes;
* nothing casts inputs: no model to the type of its `Input`, no layer to that of its variables;
* what is made in a Keras layer is a resource variable, as Keras's optimizers train no other.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import types
from collections.abc import Callable
from typing import Any

import tensorflow as tf

from tf_seq2seq_compat.layers.base import snake_case
from tf_seq2seq_compat.layers.cell_base import LayerRNNCell, RNNCell
from tf_seq2seq_compat.tf1.runtime import Runtime

tf1 = tf.compat.v1

# Parameters that have come into the middle of the list, and those that have gone from it, with the
# one that they stood behind and what they are by default.
_NEW = {
    'Conv1D': 'groups',
    'Conv2D': 'groups',
    'Conv3D': 'groups',
    'Conv3DTranspose': 'dilation_rate',
    'ConvLSTM2D': 'return_state',
    'DepthwiseConv2D': 'dilation_rate',
}
_IMPLEMENTATION = (('recurrent_dropout', 'implementation', 1),)
_GONE = {
    'GRU': _IMPLEMENTATION,
    'GRUCell': _IMPLEMENTATION,
    'LSTM': _IMPLEMENTATION,
    'LSTMCell': _IMPLEMENTATION,
    'LayerNormalization': (('gamma_constraint', 'trainable', True), ('trainable', 'name', None)),
}


def as_in_tf1(runtime: Runtime) -> None:
    """Puts TF1's ways back into tf-keras.

    Args:
      runtime: Takes it back.
    """
    from tf_keras.api._v1.keras import layers
    from tf_keras.src import backend
    from tf_keras.src.engine import base_layer, base_layer_v1, functional, training_v1
    from tf_keras.src.layers.activation import thresholded_relu
    from tf_keras.src.layers.core import lambda_layer
    from tf_keras.src.layers.normalization import batch_normalization, layer_normalization
    from tf_keras.src.layers.rnn import base_rnn, stacked_rnn_cells
    from tf_keras.src.legacy_tf_layers import base as tf_layers
    from tf_keras.src.optimizers.legacy import adagrad
    from tf_keras.src.utils import generic_utils

    cells = (base_layer.Layer, LayerRNNCell)
    for module in (base_rnn, stacked_rnn_cells):
        # Both open a scope for a cell, ask whether it is a layer to build, and whether it can be
        # called itself; for nothing else.
        unscoped = _View(module.backend, name_scope=lambda _: contextlib.nullcontext())
        runtime.set(module, 'backend', unscoped)
        runtime.set(module, 'base_layer', _View(base_layer, Layer=cells))
        runtime.set(module, 'callable', lambda cell: not isinstance(cell, base_layer.Layer))
    runtime.set(base_rnn.RNN, 'call', _in_callers_scope(base_rnn.RNN.call))
    # The loss of what is not masked is divided by the size of the batch, not of what is left of it.
    losses = training_v1.losses_utils
    masked = _View(
        losses,
        apply_valid_mask=lambda values, weights, mask, _: losses.apply_mask(values, weights, mask),
    )
    runtime.set(training_v1, 'losses_utils', masked)
    for module in (generic_utils, base_layer, base_layer_v1):
        runtime.set(module, 'to_snake_case', snake_case)
    for name in {*_NEW, *_GONE}:
        kind = getattr(layers, name)
        init = _by_old_position(kind.__init__, _NEW.get(name), _GONE.get(name, ()))
        runtime.set(kind, '__init__', init)
    from_config = classmethod(_from_zero(adagrad.Adagrad.from_config.__func__))
    runtime.set(adagrad.Adagrad, 'from_config', from_config)
    runtime.set(lambda_layer.Lambda, 'call', _keeping_variables(lambda_layer.Lambda.call))
    runtime.set(lambda_layer.Lambda, '_check_variables', lambda *_: None)
    conform = functional.Functional._conform_to_reference_input
    runtime.set(functional.Functional, '_conform_to_reference_input', _in_type_of(conform))
    norm = batch_normalization.BatchNormalizationBase
    runtime.set(norm, 'call', _computing_in_type_of_inputs(norm.call))
    norm = layer_normalization.LayerNormalization
    runtime.set(norm, 'call', _computing_in_type_of_inputs(norm.call, variables_too=True))
    relu = thresholded_relu.ThresholdedReLU
    runtime.set(relu, 'compute_dtype', property(lambda _: backend.floatx()))
    call = base_layer_v1.Layer.__call__
    making = _making_resources(call, tf_layers.Layer, backend.track_variable)
    runtime.set(base_layer_v1.Layer, '__call__', making)


class _View(types.ModuleType):
    """A module in which some names are others."""

    def __init__(self, module: types.ModuleType, **names: object) -> None:
        super().__init__(module.__name__)
        self.__dict__.update(names, _module=module)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.__dict__['_module'], name)


def _in_callers_scope(call: Callable[..., object]) -> Callable[..., object]:
    """A recurrent layer's call, for which a cell that makes variables as it is called has no scope.

    TF1's layer calls the `call` of a cell, so only what `build` makes is below the cell's name.
    """

    @functools.wraps(call)
    def wrapped(self: Any, *args: object, **kwargs: object) -> object:
        for cell in getattr(self.cell, 'cells', [self.cell]):
            if isinstance(cell, RNNCell) and not isinstance(cell, LayerRNNCell):
                cell._set_scope(tf1.get_variable_scope())
                # Wrappers list no variables of the cell within, which Keras has to train.
                inner = (part for part in cell.submodules if isinstance(part, LayerRNNCell))
                self._self_tracked_trackables.extend(inner)
        return call(self, *args, **kwargs)

    return wrapped


def _from_zero(from_config: Callable[..., object]) -> Callable[..., object]:
    """An Adagrad made of its name begins with squares of zero."""

    def changed(cls: type, config: dict[str, object], **kwargs: object) -> Any:
        return from_config(cls, {'initial_accumulator_value': 0.0, **config}, **kwargs)

    return changed


def _by_old_position(
    init: Callable[..., None], new: str | None, gone: tuple[tuple[str, str, object], ...]
) -> Callable[..., None]:
    """A constructor with the parameters in TF1's order, a new one by its name alone."""
    parameters = []
    later = []
    for parameter in inspect.signature(init).parameters.values():
        if parameter.name == new:
            later.append(parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY))
        elif parameter.kind is inspect.Parameter.VAR_KEYWORD:
            later.append(parameter)
        else:
            parameters.append(parameter)
    for before, name, default in gone:
        place = [parameter.name for parameter in parameters].index(before) + 1
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        parameters.insert(place, inspect.Parameter(name, kind, default=default))
    signature = inspect.Signature([*parameters, *later])

    @functools.wraps(init)
    def __init__(*args: object, **kwargs: object) -> None:
        given = signature.bind(*args, **kwargs).arguments
        init(given.pop('self'), **given.pop('kwargs', {}), **given)

    __init__.__signature__ = signature  # type: ignore[attr-defined]
    return __init__


def _in_type_of(conform: Callable[..., object]) -> Callable[..., object]:
    """Has a tensor get the shape of an `Input`, and not its type."""

    def wrapped(self: object, tensor: Any, ref_input: Any) -> object:
        kept = getattr(tensor, 'dtype', None)
        like = types.SimpleNamespace(shape=ref_input.shape, dtype=kept)
        return conform(self, tensor, like)

    return wrapped


def _computing_in_type_of_inputs(
    call: Callable[..., object], *, variables_too: bool = False
) -> Callable[..., object]:
    """The call of a layer that casts its inputs to the type it computes in, which is theirs.

    With `variables_too` the layer takes that for the type of its variables, and so does not cast
    those either: TensorFlow refuses to mix them.
    """

    @functools.wraps(call)
    def wrapped(self: Any, inputs: tf.Tensor, *args: object, **kwargs: object) -> object:
        policy, given = self._dtype_policy, inputs.dtype.name
        of_variables = given if variables_too else policy.variable_dtype
        self._dtype_policy = types.SimpleNamespace(
            compute_dtype=given, variable_dtype=of_variables, name=policy.name
        )
        try:
            return call(self, inputs, *args, **kwargs)
        finally:
            self._dtype_policy = policy

    return wrapped


def _keeping_variables(call: Callable[..., Any]) -> Callable[..., object]:
    """The call of a `Lambda` that has the variables of its function, by name, as TF1's has."""

    @functools.wraps(call)
    def wrapped(self: Any, *args: Any, **kwargs: Any) -> object:
        known = vars(self).setdefault('_variable_dict', {})

        def creator(create: Callable[..., Any], **options: Any) -> object:
            name = options.get('name')
            if name not in known:
                known[name] = variable = create(**options)
                trained = variable.trainable
                (self._trainable_weights if trained else self._non_trainable_weights).append(
                    variable
                )
            return known[name]

        with tf1.variable_creator_scope(creator):
            return call(self, *args, **kwargs)

    return wrapped


def _making_resources(
    call: Callable[..., object], other: type, track: Callable[[Any], None]
) -> Callable[..., object]:
    """A layer's call in which every new variable is a resource that Keras's session initializes.

    Layers of tf.layers, which is `other`, make them as before.
    """

    def creator(create: Callable[..., object], **options: object) -> object:
        variable = create(**{**options, 'use_resource': True})
        track(variable)
        return variable

    @functools.wraps(call)
    def __call__(self: object, *args: object, **kwargs: object) -> Any:
        if isinstance(self, other):
            return call(self, *args, **kwargs)
        with tf1.variable_creator_scope(creator):
            return call(self, *args, **kwargs)

    return __call__
