"""tf.contrib.cudnn_rnn."""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table.row import Row, missing, module, symbols

_CUDNN_RNN = 'tf_seq2seq_compat.cudnn_rnn'
_CUDNN_PARAMETERS = (
    'CudnnLSTM and CudnnGRU alone: they keep the canonical variables themselves, which '
    'tf.train.Saver saves and restores'
)


def rows() -> Iterator[Row]:
    """tf.contrib.cudnn_rnn, which here runs without cuDNN."""
    package = 'tensorflow.contrib.cudnn_rnn'
    layers, ops = f'{package}.python.layers', f'{package}.python.ops'
    for name in (package, f'{package}.python', layers, f'{layers}.cudnn_rnn', ops):
        yield from module(name)
    cells = 'CudnnCompatibleGRUCell CudnnCompatibleLSTMCell'
    for name in (package, layers, f'{layers}.cudnn_rnn'):
        yield from symbols(name, 'CudnnGRU CudnnLSTM CudnnRNNRelu CudnnRNNTanh', _CUDNN_RNN)
    modes = ('LSTM', 'GRU', 'RNNRelu', 'RNNTanh')
    saveables = ' '.join(f'Cudnn{mode}Saveable' for mode in modes)
    converters = ' '.join(
        f'CudnnParamsFormatConverter{mode}' for mode in ('LSTM', 'GRU', 'Relu', 'Tanh')
    )
    yield from symbols(package, cells, _CUDNN_RNN)
    yield from missing(package, f'{saveables} {converters}', _CUDNN_PARAMETERS)
    functions = f'{ops}.cudnn_rnn_ops'
    yield from module(
        functions, '', 'CudnnLSTM and CudnnGRU of tf.contrib.cudnn_rnn, which keep their variables'
    )
    yield from symbols(functions, cells, _CUDNN_RNN)
    yield from symbols(
        functions,
        'CUDNN_RNN_UNIDIRECTION CUDNN_RNN_BIDIRECTION CUDNN_INPUT_LINEAR_MODE '
        'CUDNN_INPUT_SKIP_MODE CUDNN_INPUT_AUTO_MODE CUDNN_LSTM CUDNN_GRU CUDNN_RNN_RELU '
        'CUDNN_RNN_TANH',
        _CUDNN_RNN,
    )
    yield from missing(functions, f'{saveables} {converters}', _CUDNN_PARAMETERS)
