"""cuDNN's variables and those of ordinary cells.

TF1's `CudnnLSTM` and its like keep one buffer on the GPU, but write *canonical* variables to their
checkpoints: those of the `CudnnCompatible` cells, below `rnn/multi_rnn_cell/cell_<layer>/` or
`stack_bidirectional_rnn/cell_<layer>/bidirectional_rnn/{fw,bw}/`. An LSTM's bias there is the whole
one, while `LSTMCell` adds its forget bias when it runs. A program that saved the buffer itself has
one vector, `opaque_kernel` or `params`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

import numpy as np

from tf_seq2seq_compat.checkpoint.reader import CheckpointError
from tf_seq2seq_compat.types import TensorLike

_LSTM = 'cudnn_compatible_lstm_cell'
_GRU = 'cudnn_compatible_gru_cell'
_ORDINARY = ('lstm_cell', 'basic_lstm_cell', 'lstm_fused_cell', 'lstm_block_wrapper')
_GATES = {'lstm': 4, 'gru': 3, 'rnn_relu': 1, 'rnn_tanh': 1}
# Where cuDNN's gates are in the kernels of TF1: an LSTM's i, j, f, o have cuDNN's i, f, c, o.
_LSTM_ORDER = (0, 2, 1, 3)


def kind_of_lstm(bias_name: str) -> str:
    """'cudnn', 'ordinary' or '' for the bias of this name, by the scope that it is in."""
    cell = re.sub(r'_\d+$', '', bias_name.rpartition('/')[0].rpartition('/')[2])
    return 'cudnn' if cell == _LSTM else 'ordinary' if cell in _ORDINARY else ''


def shift_forget_bias(bias: np.ndarray, change: float) -> np.ndarray:
    """The bias of an LSTM, `[4 * units]` in TF1's order, with more on the forget gate."""
    units = bias.shape[0] // 4
    shifted = bias.copy()
    shifted[2 * units : 3 * units] += np.asarray(change, bias.dtype)
    return shifted


def to_ordinary(
    arrays: Mapping[str, np.ndarray], forget_bias: float = 1.0, cell: str = 'lstm_cell'
) -> dict[str, np.ndarray]:
    """The canonical variables of LSTMs as those of ordinary cells.

    Args:
      arrays: Arrays by name, as `load` gives them; others are kept as they are.
      forget_bias: What the ordinary cells will add to their forget gate.
      cell: The scope that takes the place of `cudnn_compatible_lstm_cell`.

    Returns:
      Arrays by their new names; `restore` takes them in place of a path.

    Raises:
      CheckpointError: If there are variables of GRUs: cuDNN's resets after the product, with a bias
        more, which no `GRUCell` can do. A `CudnnCompatibleGRUCell` can, and a Keras GRU with
        `reset_after=True`.

    Example:
      >>> from tf_seq2seq_compat import checkpoint
      >>> arrays = {'cudnn_compatible_lstm_cell/bias': np.zeros(4)}
      >>> checkpoint.cudnn.to_ordinary(arrays)
      {'lstm_cell/bias': array([ 0.,  0., -1.,  0.])}
    """
    converted = {}
    for name, array in arrays.items():
        parts = name.split('/')
        if _GRU in parts:
            raise CheckpointError(
                f'{name} is of a cuDNN GRU, which resets after the product, with a bias more: no '
                'GRUCell computes that. Restore into a CudnnCompatibleGRUCell, or a Keras GRU with '
                'reset_after=True.'
            )
        if kind_of_lstm(name) == 'cudnn' and parts[-1] == 'bias':
            array = shift_forget_bias(array, -forget_bias)
        converted['/'.join(cell if part == _LSTM else part for part in parts)] = array
    return converted


def from_ordinary(
    arrays: Mapping[str, np.ndarray], forget_bias: float = 1.0
) -> dict[str, np.ndarray]:
    """The variables of ordinary LSTM cells as cuDNN's canonical ones.

    Args:
      arrays: Arrays by name. What is below `lstm_cell` or `basic_lstm_cell` is converted; peepholes
        and projections are refused, since cuDNN has none.
      forget_bias: What the ordinary cells added to their forget gate.

    Returns:
      Arrays by their new names.

    Raises:
      CheckpointError: If a cell has peepholes or a projection.
    """
    converted = {}
    for name, array in arrays.items():
        parts = name.split('/')
        at = [i for i, part in enumerate(parts[:-1]) if re.sub(r'_\d+$', '', part) in _ORDINARY]
        if at:
            if parts[at[-1] + 1] not in ('kernel', 'bias'):
                raise CheckpointError(
                    f'{name}: cuDNN has no LSTM with peepholes or a projection. Leave this cell as '
                    'it is.'
                )
            parts[at[-1]] = _LSTM
            if parts[-1] == 'bias':
                array = shift_forget_bias(array, forget_bias)
        converted['/'.join(parts)] = array
    return converted


def from_opaque(
    opaque: TensorLike,
    rnn_mode: str,
    num_layers: int,
    num_units: int,
    input_size: int,
    direction: str = 'unidirectional',
) -> dict[str, np.ndarray]:
    """cuDNN's buffer as canonical variables, below the scope of the layer.

    The layout is that of cuDNN's standard algorithm: the matrices `[units, depth]` of all layers,
    layer by layer and within it forwards before backwards, for the inputs and then for the state,
    gate by gate (i, f, c, o; or r, u, c); then all biases in the same order. What follows the last
    bias must be padding, no more than 64 numbers. The order within a layer is checked against TF
    1.15.5 (by what its Keras gives to the cuDNN op, and by its own converters); that all layers'
    matrices come before all biases is what cuDNN documents, and was not run on a GPU.

    Args:
      opaque: The vector.
      rnn_mode: 'lstm', 'gru', 'rnn_tanh' or 'rnn_relu'.
      num_layers: Number of layers.
      num_units: Size of a cell's output.
      input_size: Depth of the inputs of the first layer.
      direction: 'unidirectional' or 'bidirectional'.

    Returns:
      Arrays by name, such as `rnn/multi_rnn_cell/cell_0/cudnn_compatible_lstm_cell/kernel`.

    Raises:
      CheckpointError: If the vector has not the size for these arguments.
    """
    gates, dirs = _checked_mode(rnn_mode, direction)
    shapes = _matrix_shapes(gates, num_layers, num_units, input_size, dirs)
    vector = np.asarray(opaque)
    count = sum(rows * columns for rows, columns in shapes) + len(shapes) * num_units
    if vector.ndim != 1 or not count <= vector.size <= count + 64:
        raise CheckpointError(
            f'the opaque parameters have shape {vector.shape}, but {num_layers} layers '
            f'({rnn_mode}, {direction}) of {num_units} units on inputs of depth {input_size} have '
            f'{count} numbers. Check these arguments.'
        )
    matrices, at = [], 0
    for rows, columns in shapes:
        matrices.append(vector[at : at + rows * columns].reshape(rows, columns))
        at += rows * columns
    biases = vector[at : at + len(shapes) * num_units].reshape(len(shapes), num_units)
    arrays: dict[str, np.ndarray] = {}
    for cell in range(num_layers * dirs):
        here = slice(cell * 2 * gates, (cell + 1) * 2 * gates)
        scope = _scope(rnn_mode, cell // dirs, cell % dirs if dirs == 2 else None)
        for name, array in _canonical(rnn_mode, matrices[here], biases[here]).items():
            arrays[f'{scope}/{name}'] = array
    return arrays


def to_opaque(arrays: Mapping[str, np.ndarray], rnn_mode: str, direction: str) -> np.ndarray:
    """The buffer for canonical variables: the inverse of `from_opaque`.

    A sum of two biases is written as the first of them, the second being zero.

    Args:
      arrays: As `from_opaque` returns them.
      rnn_mode: As for `from_opaque`.
      direction: As for `from_opaque`.

    Returns:
      A vector.

    Raises:
      CheckpointError: If variables are missing.
    """
    _, dirs = _checked_mode(rnn_mode, direction)
    matrices: list[np.ndarray] = []
    biases: list[np.ndarray] = []
    cell = 0
    while True:
        scope = _scope(rnn_mode, cell // dirs, cell % dirs if dirs == 2 else None) + '/'
        here = {name.removeprefix(scope): a for name, a in arrays.items() if name.startswith(scope)}
        if not here:
            break
        try:
            of_cell = _opaque(rnn_mode, here)
        except KeyError as error:
            raise CheckpointError(f'{scope}{error.args[0]} is missing.') from error
        matrices += of_cell[0]
        biases += of_cell[1]
        cell += 1
    if not cell or cell % dirs:
        raise CheckpointError(
            f'there are {cell} cells of a {direction} {rnn_mode} among {sorted(arrays)[:5]} …: '
            'give the canonical variables by their names below the layer.'
        )
    return np.concatenate([part.reshape(-1) for part in [*matrices, *biases]])


def _checked_mode(rnn_mode: str, direction: str) -> tuple[int, int]:
    if rnn_mode not in _GATES or direction not in ('unidirectional', 'bidirectional'):
        raise CheckpointError(
            f'rnn_mode is {rnn_mode!r} and direction {direction!r}, but they must be one of '
            f'{", ".join(_GATES)}, and unidirectional or bidirectional.'
        )
    return _GATES[rnn_mode], 2 if direction == 'bidirectional' else 1


def _matrix_shapes(
    gates: int, layers: int, units: int, input_size: int, dirs: int
) -> list[tuple[int, int]]:
    shapes: list[tuple[int, int]] = []
    for layer in range(layers):
        depth = dirs * units if layer else input_size
        shapes += ([(units, depth)] * gates + [(units, units)] * gates) * dirs
    return shapes


def _scope(rnn_mode: str, layer: int, direction: int | None) -> str:
    cell = {'lstm': _LSTM, 'gru': _GRU}.get(rnn_mode, 'basic_rnn_cell')
    if direction is None:
        return f'rnn/multi_rnn_cell/cell_{layer}/{cell}'
    where = 'bw' if direction else 'fw'
    return f'stack_bidirectional_rnn/cell_{layer}/bidirectional_rnn/{where}/{cell}'


def _canonical(
    rnn_mode: str, matrices: Sequence[np.ndarray], biases: np.ndarray
) -> dict[str, np.ndarray]:
    """The variables of one cell for cuDNN's matrices and biases of it."""
    gates = len(matrices) // 2
    both = [np.concatenate([matrices[i], matrices[gates + i]], 1).T for i in range(gates)]
    summed = [biases[i] + biases[gates + i] for i in range(gates)]
    if rnn_mode == 'gru':
        return {
            'gates/kernel': np.concatenate(both[:2], 1),
            'gates/bias': np.concatenate(summed[:2]),
            'candidate/input_projection/kernel': matrices[2].T.copy(),
            'candidate/input_projection/bias': biases[2].copy(),
            'candidate/hidden_projection/kernel': matrices[5].T.copy(),
            'candidate/hidden_projection/bias': biases[5].copy(),
        }
    order = _LSTM_ORDER if rnn_mode == 'lstm' else range(gates)
    return {
        'kernel': np.concatenate([both[i] for i in order], 1),
        'bias': np.concatenate([summed[i] for i in order]),
    }


def _opaque(
    rnn_mode: str, arrays: Mapping[str, np.ndarray]
) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """cuDNN's matrices and biases of one cell."""
    if rnn_mode == 'gru':
        units = arrays['candidate/hidden_projection/kernel'].shape[0]
        gates = np.split(arrays['gates/kernel'], 2, 1)
        inputs = [g[:-units].T for g in gates] + [arrays['candidate/input_projection/kernel'].T]
        states = [g[-units:].T for g in gates] + [arrays['candidate/hidden_projection/kernel'].T]
        first = [*np.split(arrays['gates/bias'], 2), arrays['candidate/input_projection/bias']]
        zero = np.zeros_like(first[0])
        return inputs + states, [*first, zero, zero, arrays['candidate/hidden_projection/bias']]
    kernel, bias = arrays['kernel'], arrays['bias']
    count = _GATES[rnn_mode]
    units = bias.shape[0] // count
    order = _LSTM_ORDER if rnn_mode == 'lstm' else range(count)
    kernels, sums = np.split(kernel, count, 1), np.split(bias, count)
    inputs = [kernels[i][:-units].T for i in order]
    states = [kernels[i][-units:].T for i in order]
    return inputs + states, [sums[i] for i in order] + [np.zeros_like(sums[0])] * count
