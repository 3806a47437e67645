"""The root of TensorFlow."""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table.row import PYTHON, V1, Row, alias, missing, module, packages

_STATISTICS = 'tf.profiler, which took the place of the statistics of tf.data'
_OPTIMIZERS = 'Adam', 'Adadelta', 'Adagrad', 'FTRL', 'Momentum', 'ProximalAdagrad', 'RMSProp'


def rows() -> Iterator[Row]:
    """The root, and what left it without a successor."""
    yield from module('tensorflow', V1)
    yield from alias('tensorflow.compat.v1', 'tensorflow')
    yield from module(PYTHON, PYTHON)
    yield from alias('tensorflow.pywrap_tensorflow', f'{PYTHON}.pywrap_tensorflow')
    yield from module('tensorflow.config', f'{V1}.config')
    yield from missing(
        'tensorflow.config',
        'experimental_list_devices',
        '[device.name for device in tf.config.list_logical_devices()]',
    )
    yield from module('tensorflow.data', f'{V1}.data')
    data = 'tensorflow.data.experimental'
    yield from module(data, f'{V1}.data.experimental')
    yield from missing(
        data,
        'CheckpointInputPipelineHook',
        'tf.data.experimental.make_saveable_from_iterator and a tf.train.Saver',
    )
    yield from missing(data, 'MapVectorizationOptions', 'tf.data.experimental.OptimizationOptions')
    yield from missing(
        data, 'StatsAggregator StatsOptions bytes_produced_stats latency_stats', _STATISTICS
    )
    yield from module('tensorflow.raw_ops', f'{V1}.raw_ops')
    yield from missing('tensorflow.raw_ops', 'CompareAndBitpack', 'tf.bitwise on the comparison')
    for optimizer in _OPTIMIZERS:
        name = 'ADAM' if optimizer == 'Adam' else optimizer
        yield from missing(
            'tensorflow.raw_ops',
            f'LoadTPUEmbedding{name}ParametersGradAccumDebug '
            f'RetrieveTPUEmbedding{name}ParametersGradAccumDebug',
            f'LoadTPUEmbedding{name}Parameters and RetrieveTPUEmbedding{name}Parameters',
        )
    yield from module('tensorflow.tpu', f'{V1}.tpu')
    yield from module('tensorflow.tpu.experimental', f'{V1}.tpu.experimental')
    yield from missing(
        'tensorflow.tpu.experimental',
        'AdagradParameters AdamParameters StochasticGradientDescentParameters',
        'tf.tpu.experimental.embedding',
    )
    # What came with TF1 beside the API.
    examples = 'the data sets of tf.keras.datasets'
    yield from packages('tensorflow', 'examples', examples)
    yield from packages('tensorflow.examples', 'tutorials', examples)
    yield from packages('tensorflow.examples.tutorials', 'mnist', examples)
    yield from packages(
        'tensorflow.examples.tutorials.mnist', 'input_data', 'tf.keras.datasets.mnist.load_data()'
    )
