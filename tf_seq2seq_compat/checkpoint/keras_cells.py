"""Weights of Keras 2 and Keras 3 layers, and the variables that the same thing has in TF1.

* LSTM: TF1 has one kernel for inputs and state, gates in the order i, j, f, o, and adds the forget
  bias when it runs. Keras has two kernels, gates i, f, c, o, and the whole bias.
* GRU: TF1 has `gates` (r, u) and `candidate`, and resets the state before the product: Keras calls
  that `reset_after=False`, with the gates z, r, h. With `reset_after=True` Keras computes what
  cuDNN and `CudnnCompatibleGRUCell` do, with two biases.
* Elman network: one kernel, which Keras has in two.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.checkpoint.reader import CheckpointError
from tf_seq2seq_compat.keras_packages import is_of_keras
from tf_seq2seq_compat.types import LayerLike

Shapes = dict[str, tuple[tuple[int, ...], tuple[int, ...]]]
Arrays = dict[str, np.ndarray]


def lstm_to_keras(kernel: np.ndarray, bias: np.ndarray) -> list[np.ndarray]:
    """Keras' kernel, recurrent kernel and bias of TF1's LSTM, whose bias has the forget bias in it.

    Args:
      kernel: `[depth + units, 4 * units]`.
      bias: `[4 * units]`.

    Returns:
      `[depth, 4 * units]`, `[units, 4 * units]` and `[4 * units]`.
    """
    units = bias.shape[0] // 4
    both = _regrouped(kernel, (0, 2, 1, 3))
    return [both[:-units], both[-units:], _regrouped(bias, (0, 2, 1, 3))]


def lstm_from_keras(kernel: np.ndarray, recurrent: np.ndarray, bias: np.ndarray | None) -> Arrays:
    """The inverse of `lstm_to_keras`, as `kernel` and `bias`; a missing bias is zeros."""
    bias = np.zeros(kernel.shape[1], kernel.dtype) if bias is None else bias
    both = np.concatenate([kernel, recurrent])
    return {'kernel': _regrouped(both, (0, 2, 1, 3)), 'bias': _regrouped(bias, (0, 2, 1, 3))}


def gru_to_keras(arrays: Arrays) -> list[np.ndarray]:
    """Keras' weights, with `reset_after=False`, of the variables of a `GRUCell`.

    Args:
      arrays: `gates/kernel` `[depth + units, 2 * units]`, `gates/bias`, `candidate/kernel`
        `[depth + units, units]`, `candidate/bias`.

    Returns:
      `[depth, 3 * units]`, `[units, 3 * units]` and `[3 * units]`.
    """
    units = arrays['candidate/bias'].shape[0]
    reset, update = np.split(arrays['gates/kernel'], 2, 1)
    both = np.concatenate([update, reset, arrays['candidate/kernel']], 1)
    reset, update = np.split(arrays['gates/bias'], 2)
    bias = np.concatenate([update, reset, arrays['candidate/bias']])
    return [both[:-units], both[-units:], bias]


def gru_from_keras(kernel: np.ndarray, recurrent: np.ndarray, bias: np.ndarray | None) -> Arrays:
    """The inverse of `gru_to_keras`."""
    units = recurrent.shape[0]
    bias = np.zeros(3 * units, kernel.dtype) if bias is None else bias
    update, reset, candidate = np.split(np.concatenate([kernel, recurrent]), 3, 1)
    b_update, b_reset, b_candidate = np.split(bias, 3)
    return {
        'gates/kernel': np.concatenate([reset, update], 1),
        'gates/bias': np.concatenate([b_reset, b_update]),
        'candidate/kernel': candidate,
        'candidate/bias': b_candidate,
    }


def cudnn_gru_to_keras(arrays: Arrays) -> list[np.ndarray]:
    """Keras' weights, with `reset_after=True`, of the variables of a `CudnnCompatibleGRUCell`.

    Args:
      arrays: `gates/{kernel,bias}`, `candidate/{input,hidden}_projection/{kernel,bias}`.

    Returns:
      `[depth, 3 * units]`, `[units, 3 * units]` and `[2, 3 * units]`.
    """
    units = arrays['candidate/hidden_projection/kernel'].shape[0]
    reset, update = np.split(arrays['gates/kernel'], 2, 1)
    b_reset, b_update = np.split(arrays['gates/bias'], 2)
    inputs, hidden = (f'candidate/{which}_projection' for which in ('input', 'hidden'))
    kernel = np.concatenate([update[:-units], reset[:-units], arrays[f'{inputs}/kernel']], 1)
    recurrent = np.concatenate([update[-units:], reset[-units:], arrays[f'{hidden}/kernel']], 1)
    none = np.zeros_like(b_reset)
    bias = np.stack(
        [
            np.concatenate([b_update, b_reset, arrays[f'{inputs}/bias']]),
            np.concatenate([none, none, arrays[f'{hidden}/bias']]),
        ]
    )
    return [kernel, recurrent, bias]


def cudnn_gru_from_keras(
    kernel: np.ndarray, recurrent: np.ndarray, bias: np.ndarray | None
) -> Arrays:
    """The inverse of `cudnn_gru_to_keras`; the two biases of a gate are added."""
    units = recurrent.shape[0]
    bias = np.zeros((2, 3 * units), kernel.dtype) if bias is None else bias
    update, reset, candidate = np.split(kernel, 3, 1)
    r_update, r_reset, r_candidate = np.split(recurrent, 3, 1)
    b_update, b_reset, _ = np.split(bias[0] + bias[1], 3)
    return {
        'gates/kernel': np.concatenate(
            [np.concatenate([reset, update], 1), np.concatenate([r_reset, r_update], 1)]
        ),
        'gates/bias': np.concatenate([b_reset, b_update]),
        'candidate/input_projection/kernel': candidate,
        'candidate/input_projection/bias': bias[0, 2 * units :],
        'candidate/hidden_projection/kernel': r_candidate,
        'candidate/hidden_projection/bias': bias[1, 2 * units :],
    }


class Piece:
    """A Keras cell or other layer, with the names of its variables in TF1.

    Args:
      layer: What has the weights.
      scope: Where its variables are in TF1, below the scope of what it is part of.

    Attributes:
      shapes: Base and slope (see `parts.Slot`) of each variable, by name.
      depth: Depth of the inputs where it is built, else None.
      lstm_bias: Name of the variable that is an LSTM's bias, or None.
      refused: Why it cannot have TF1's weights, or ''.
    """

    def __init__(self, layer: LayerLike, scope: str) -> None:
        self._layer = layer
        self._kind = _kind(layer)
        self._scope = scope
        self.shapes: Shapes = {_below(scope, name): s for name, s in self._shapes().items()}
        self.depth: int | None = None
        if layer.built and self._kind != 'Embedding':
            self.depth = int(layer.kernel.shape[0])
        self.lstm_bias = _below(scope, 'bias') if self._kind == 'LSTMCell' else None
        self.refused = _refusal(layer) if self._kind in ('LSTMCell', 'GRUCell') else ''

    def _shapes(self) -> Shapes:
        units = int(getattr(self._layer, 'units', 0))

        def fixed(*shape: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
            return shape, (0,) * len(shape)

        def rows(base: int, columns: int) -> tuple[tuple[int, ...], tuple[int, ...]]:
            return (base, columns), (1, 0)

        if self._kind == 'Embedding':
            return {'': fixed(int(self._layer.input_dim), int(self._layer.output_dim))}
        if self._kind == 'Dense':
            kernel = {'kernel': rows(0, units)}
            return kernel | ({'bias': fixed(units)} if self._layer.use_bias else {})
        if self._kind == 'GRUCell' and self._layer.reset_after:
            return {
                'gates/kernel': rows(units, 2 * units),
                'gates/bias': fixed(2 * units),
                'candidate/input_projection/kernel': rows(0, units),
                'candidate/input_projection/bias': fixed(units),
                'candidate/hidden_projection/kernel': fixed(units, units),
                'candidate/hidden_projection/bias': fixed(units),
            }
        if self._kind == 'GRUCell':
            return {
                'gates/kernel': rows(units, 2 * units),
                'gates/bias': fixed(2 * units),
                'candidate/kernel': rows(units, units),
                'candidate/bias': fixed(units),
            }
        gates = 4 if self._kind == 'LSTMCell' else 1
        return {'kernel': rows(units, gates * units), 'bias': fixed(gates * units)}

    @property
    def has_gates(self) -> bool:
        """Whether its gates have another order in Keras."""
        return self._kind in ('LSTMCell', 'GRUCell')

    def refusal(self, arrays: Arrays) -> str:
        """Why it cannot have these values, or ''."""
        bias = [name for name in self.shapes if name.rpartition('/')[2] == 'bias']
        if getattr(self._layer, 'use_bias', True) or not any(np.any(arrays[n]) for n in bias):
            return ''
        return (
            f'{self._layer.name} has use_bias=False, but the checkpoint has a bias that is not '
            'zero (the forget bias included). Make it with use_bias=True.'
        )

    def assign(self, arrays: Arrays) -> None:
        """Sets the weights by TF1's variables, the forget bias being in the bias."""
        here = {self._local(name): array for name, array in arrays.items()}
        layer = self._layer
        if self._kind in ('Dense', 'Embedding'):
            layer.set_weights(list(here.values()))
            return
        if self._kind == 'LSTMCell':
            weights = lstm_to_keras(here['kernel'], here['bias'])
        elif self._kind == 'SimpleRNNCell':
            units = layer.units
            weights = [here['kernel'][:-units], here['kernel'][-units:], here['bias']]
        else:
            weights = cudnn_gru_to_keras(here) if layer.reset_after else gru_to_keras(here)
        for weight, value in zip(
            (layer.kernel, layer.recurrent_kernel, layer.bias), weights, strict=True
        ):
            if weight is not None:
                weight.assign(value)

    def values(self) -> Arrays:
        """TF1's variables by name, the forget bias being in the bias."""
        layer = self._layer
        if self._kind in ('Dense', 'Embedding'):
            return dict(zip(self.shapes, layer.get_weights(), strict=True))
        kernel, recurrent = np.asarray(layer.kernel), np.asarray(layer.recurrent_kernel)
        bias = None if not layer.use_bias else np.asarray(layer.bias)
        if self._kind == 'LSTMCell':
            found = lstm_from_keras(kernel, recurrent, bias)
        elif self._kind == 'SimpleRNNCell':
            bias = np.zeros(layer.units, kernel.dtype) if bias is None else bias
            found = {'kernel': np.concatenate([kernel, recurrent]), 'bias': bias}
        else:
            convert = cudnn_gru_from_keras if layer.reset_after else gru_from_keras
            found = convert(kernel, recurrent, bias)
        return {_below(self._scope, name): array for name, array in found.items()}

    def _local(self, name: str) -> str:
        return name[len(self._scope) :].removeprefix('/') if self._scope else name


_CELLS = {
    'LSTMCell': 'lstm_cell',
    'GRUCell': 'gru_cell',
    'SimpleRNNCell': 'basic_rnn_cell',
    'StackedRNNCells': 'multi_rnn_cell',
}


def is_keras(obj: object) -> bool:
    """Whether it is a layer (or model) of Keras 2, Keras 3 or tf_keras."""
    return is_of_keras(obj) and hasattr(obj, 'get_weights') and hasattr(obj, 'build')


def is_known(layer: LayerLike) -> bool:
    """Whether `pieces` knows the layer, with all that it holds."""
    try:
        return bool(pieces(layer))
    except LookupError:
        return False


def pieces(layer: LayerLike) -> list[Piece]:
    """The parts of a layer that have weights, each with its scope below that of the layer.

    Raises:
      LookupError: For a layer that is not known.
    """
    return [Piece(inner, scope) for inner, scope in _leaves(layer, '')]


def scope_of(layer: LayerLike) -> tuple[str, ...]:
    """The scope that the same thing has in TF1, where no name says otherwise."""
    kind = _kind(layer)
    if kind == 'Bidirectional':
        return ('bidirectional_rnn',)
    if hasattr(layer, 'cell'):
        return scope_of(layer.cell)
    if kind == 'GRUCell' and layer.reset_after:
        return ('cudnn_compatible_gru_cell',)
    return (_CELLS.get(kind, layer.name),)


def build(layer: LayerLike, depth: int | None) -> None:
    """Makes the weights of a layer for inputs of a depth."""
    if _kind(layer) == 'Embedding':
        layer.build(None)
        return
    if depth is None:
        raise CheckpointError(f'the depth of the inputs of {layer.name} is unknown: call it once.')
    time = (None,) if hasattr(layer, 'cell') or _kind(layer) == 'Bidirectional' else ()
    layer.build((None, *time, depth))
    layer.built = True


def layers_within(layer: LayerLike) -> Iterator[tuple[str, LayerLike]]:
    """The layers that a layer or model holds, by name."""
    found: Any = getattr(layer, '_self_tracked_trackables', None) or getattr(layer, '_layers', ())
    for each in found:
        if is_keras(each):
            yield each.name, each


def own_weights(layer: LayerLike) -> dict[str, tf.Variable]:
    """The weights that are the layer's own, by the last part of their names."""
    inner = {id(w) for _, each in layers_within(layer) for w in each.weights}
    return {
        w.name.partition(':')[0].rpartition('/')[2]: w for w in layer.weights if id(w) not in inner
    }


def may_have_weights(layer: LayerLike) -> bool:
    """Whether a layer that is not built could get weights of its own."""
    return 'build' in vars(type(layer)) and not list(layers_within(layer))


def _kind(layer: LayerLike) -> str:
    """Name of the Keras class that it is of, also for a subclass."""
    for base in type(layer).__mro__:
        if base.__module__.partition('.')[0] in ('keras', 'tf_keras', 'tensorflow'):
            return base.__name__
    return type(layer).__name__


def _leaves(layer: LayerLike, scope: str) -> Iterator[tuple[object, str]]:
    kind = _kind(layer)
    if kind == 'Bidirectional':
        for name, one in (('fw', layer.forward_layer), ('bw', layer.backward_layer)):
            yield from _leaves(one, _below(scope, f'{name}/{scope_of(one)[0]}'))
    elif kind == 'StackedRNNCells':
        for i, cell in enumerate(layer.cells):
            yield from _leaves(cell, _below(scope, f'cell_{i}/{scope_of(cell)[0]}'))
    elif kind in ('RNN', 'LSTM', 'GRU', 'SimpleRNN'):
        yield from _leaves(layer.cell, scope)
    elif kind in ('LSTMCell', 'GRUCell', 'SimpleRNNCell', 'Dense', 'Embedding'):
        yield layer, scope
    else:
        raise LookupError(kind)


def _refusal(layer: LayerLike) -> str:
    gate = getattr(layer.recurrent_activation, '__name__', layer.recurrent_activation)
    if gate != 'sigmoid':
        return (
            f'{layer.name} has recurrent_activation={gate!r}, but gates in TF1 are sigmoid. Make '
            "it with recurrent_activation='sigmoid'."
        )
    return ''


def _regrouped(array: np.ndarray, order: tuple[int, ...]) -> np.ndarray:
    """The gates, along the last axis, in another order."""
    gates = np.split(array, len(order), -1)
    return np.concatenate([gates[i] for i in order], -1)


def _below(scope: str, name: str) -> str:
    return f'{scope}/{name}' if scope and name else scope or name
