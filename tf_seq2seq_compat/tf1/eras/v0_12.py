"""TensorFlow 0.12, where it was otherwise than 1.0.

* `tf.concat`, `tf.split` and others had the axis first; losses of `tf.nn` took logits, then labels,
  by position; `tf.zeros_initializer` was a function of a shape; a `SparseTensor` had `shape`.
* Cells were in `tf.nn.rnn_cell`, the models of `tf.contrib.legacy_seq2seq` in `tf.nn.seq2seq`.
  Scopes had the names of classes (`RNN`, `BiRNN`, `GRUCell`), variables were `Linear/Matrix` and
  `Linear/Bias`.
* A sparse gradient reached an optimizer with its rows as they were, not summed by index.
* A variable without an initializer began with `uniform_unit_scaling_initializer`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import tensorflow as tf
from tensorflow.python.ops import variable_scope

from tf_seq2seq_compat import legacy_seq2seq, rnn
from tf_seq2seq_compat.checkpoint import history
from tf_seq2seq_compat.layers.linear import linear as _linear
from tf_seq2seq_compat.tf1.eras import (
    Notes,
    Written,
    optimizers,
    v1_0,
    v1_1,
    v1_4,
    with_parameters,
)
from tf_seq2seq_compat.tf1.eras.scoped_cells import (
    ScopedCell,
    ScopedFusedCell,
    rename_below,
    scoped,
    with_old_names,
)
from tf_seq2seq_compat.tf1.runtime import Runtime
from tf_seq2seq_compat.types import DTypeLike, Nest, Scope, TensorLike

NOTES = Notes('0.12')
tf1 = tf.compat.v1

# Functions of tf and tf.nn
# ----------------------------------------------------------------------------------------

NOTES.had('tensorflow.concat_v2', written=Written())(
    with_parameters(tf1.concat, 'values axis name="concat_v2"')
)
NOTES.had('tensorflow.split_v', written=Written())(
    with_parameters(
        tf1.split,
        'value size_splits split_dim=0 num=None name="split_v"',
        size_splits='num_or_size_splits',
        split_dim='axis',
    )
)
NOTES.had('tensorflow.reverse_v2', written=Written())(tf1.reverse)
NOTES.had('tensorflow.select', written=Written())(
    with_parameters(tf1.where, 'condition t e name=None', t='x', e='y')
)
NOTES.parameters(
    tf1.reverse_sequence,
    'input seq_lengths seq_dim batch_dim=None name=None',
    seq_dim='seq_axis',
    batch_dim='batch_axis',
)


@NOTES.instead_of(tf1.reverse)
def reverse(tensor: TensorLike, dims: Any, name: str | None = None) -> tf.Tensor:
    """The tensor backwards along the dimensions for which `dims`, a boolean for each, is true."""
    flags = tf.get_static_value(tf.convert_to_tensor(dims))
    if flags is None:
        raise ValueError('dims of tf.reverse must be known when the graph is built.')
    return tf.reverse(tensor, [axis for axis, flag in enumerate(flags) if flag], name)


@NOTES.instead_of(tf1.zeros_initializer)
def zeros_initializer(
    shape: Any, dtype: Any = tf.float32, partition_info: object = None
) -> tf.Tensor:
    """Zeros of a shape: the function itself is the initializer."""
    return tf.zeros(shape, dtype)


@NOTES.instead_of(tf1.SparseTensorValue)
class SparseTensorValue(tf1.SparseTensorValue):  # type: ignore[name-defined]
    """The indices, values and shape of a `SparseTensor`."""

    def __new__(cls, indices: Any, values: Any, shape: Any) -> Any:
        return super().__new__(cls, indices, values, shape)

    @property
    def shape(self) -> Any:
        """Its size in each dimension."""
        return self.dense_shape


@NOTES.begins_with
def sparse_tensors_have_a_shape(runtime: Runtime) -> None:
    """Has the constructor take the shape by the name that it had."""
    original = tf.SparseTensor.__init__

    def __init__(
        self: Any, indices: Any, values: Any, dense_shape: Any = None, *, shape: Any = None
    ) -> None:
        original(self, indices, values, shape if dense_shape is None else dense_shape)

    runtime.set(tf.SparseTensor, '__init__', __init__)


@NOTES.begins_with
def default_initializer(runtime: Runtime) -> None:
    """Has a variable of a floating type begin with what was the default."""
    store = variable_scope._VariableStore
    original = store._get_default_initializer

    @functools.wraps(original)
    def of(self: Any, name: str, shape: Any = None, dtype: Any = tf.float32) -> Any:
        if tf.as_dtype(dtype).is_floating:
            return tf1.uniform_unit_scaling_initializer(), False
        return original(self, name, shape, dtype)

    runtime.set(store, '_get_default_initializer', of)


NOTES.begins_with(optimizers.take_repeated_rows_one_by_one)
NOTES.instead_of(tf1.train.AdadeltaOptimizer)(optimizers.AdadeltaOfRepeatedRows)

# Cells
# ----------------------------------------------------------------------------------------

for _name, _parameters in v1_0.PARAMETERS.items():
    if _name != 'NASCell':  # which came later
        _today = getattr(rnn, _name)
        NOTES.instead_of(_today, written=Written(once=True, names=True))(
            scoped(with_parameters(_today, _parameters), '0.12')
        )
NOTES.instead_of(rnn.LSTMBlockFusedCell)(scoped(v1_4.FUSED, '0.12', kind=ScopedFusedCell))


@NOTES.instead_of(rnn.LSTMBlockCell)
class LSTMBlockCell(ScopedCell, v1_0.LSTMBlockCell):
    """With names of its own, or by choice those of an `LSTMCell`."""

    def __init__(
        self,
        num_units: int,
        forget_bias: float = 1.0,
        use_peephole: bool = False,
        use_compatible_names: bool = False,
    ) -> None:
        super().__init__(num_units, forget_bias, use_peephole)
        version = '1.0' if use_compatible_names else '0.12'
        self._scope_then = history.scope('LSTMBlockCell', version)
        self._names_then = history.names('LSTMBlockCell', version)


def linear(
    args: Any,
    output_size: int,
    bias: bool,
    bias_start: float = 0.0,
    scope: Scope | None = None,
) -> tf.Tensor:
    """`[args] · Matrix + Bias`, with variables in the scope `Linear`."""
    with tf1.variable_scope(scope or 'Linear'):
        make = with_old_names(_linear, history.names_anywhere('linear', '0.12'))
        return make(args, output_size, bias, tf1.constant_initializer(bias_start))


NOTES.instead_of(_linear)(linear)


# Functions over sequences
# ----------------------------------------------------------------------------------------


def _in_scope(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that opens another scope by default, with other names below it."""
    scope = history.scope(function.__name__, '0.12')
    rules = history.names(function.__name__, '0.12')
    signature = inspect.signature(function)
    shown = [p for p in signature.parameters.values() if p.kind is not p.KEYWORD_ONLY]

    def then(*args: Any, **kwargs: Any) -> Any:
        given = dict(signature.bind(*args, **kwargs).arguments)
        with tf1.variable_scope(given.get('scope') or scope) as opened:
            rename_below(opened, rules)
            given['scope'] = opened
            return function(**given)

    then.__name__, then.__doc__ = function.__name__, function.__doc__
    then.__signature__ = signature.replace(parameters=shown)  # type: ignore[attr-defined]
    return then


for _today in (
    rnn.dynamic_rnn,
    rnn.raw_rnn,
    rnn.static_rnn,
    rnn.static_state_saving_rnn,
    rnn.bidirectional_dynamic_rnn,
    rnn.static_bidirectional_rnn,
    rnn.stack_bidirectional_rnn,
    rnn.stack_bidirectional_dynamic_rnn,
):
    NOTES.instead_of(_today, written=Written(names=True))(_in_scope(_today))


@NOTES.instead_of(rnn.FusedRNNCellAdaptor, written=Written(names=True))
class FusedRNNCellAdaptor(rnn.FusedRNNCellAdaptor):
    """As today's, in another scope."""

    def __call__(
        self,
        inputs: TensorLike,
        initial_state: Nest | None = None,
        dtype: DTypeLike | None = None,
        sequence_length: TensorLike | None = None,
        scope: Scope | None = None,
    ) -> tuple[tf.Tensor, Nest]:
        """Runs the cell over the sequences."""
        scope = scope or history.scope('FusedRNNCellAdaptor', '0.12')
        return super().__call__(inputs, initial_state, dtype, sequence_length, scope)


# tf.nn.seq2seq
# ----------------------------------------------------------------------------------------


def _with_names(function: Callable[..., Any]) -> Any:
    inside = with_old_names(function, history.names_anywhere(v1_1.WRAPPERS, '0.12'))
    return with_old_names(inside, history.names_anywhere('dynamic_rnn', '0.12'))


for _name in v1_1.MODELS:
    _today = getattr(legacy_seq2seq, _name)
    _then = _with_names(_today)
    if 'one2many' in _name:
        NOTES.instead_of(_today)(v1_0.of_one_cell(_then))
    else:
        NOTES.instead_of(_today, written=Written(names=True))(_then)
for _name in v1_1.LOSSES:
    _today = getattr(legacy_seq2seq, _name)
    _then = v1_1.with_loss(_today, logits_first=True)
    NOTES.instead_of(_today, written=v1_1.WITHOUT_LOSS)(_then)
