"""Names that TensorFlow had before 1.15, and where they are in 1.15.

Programs for TensorFlow 0.12 to 1.4 use them. A row is made where the meaning and the order of the
arguments have stayed; for the rest there is advice.
"""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table.row import (
    CONTRIB,
    PYTHON,
    Row,
    alias,
    earlier,
    missing,
    module,
)

_OPS = f'{PYTHON}.ops'
_GENERATED = f'{_OPS}.gen_nn_ops'
_LEGACY_SEQ2SEQ = f'{CONTRIB}.legacy_seq2seq'

# Until 0.12 most modules of TensorFlow 1.0 showed in tf.nn what they had imported.
_MODULES_OF_NN = {
    f'{PYTHON}.framework': 'common_shapes constant_op dtypes graph_util op_def_library '
    'op_def_registry ops random_seed sparse_tensor tensor_shape tensor_util',
    _OPS: 'array_ops candidate_sampling_ops clip_ops control_flow_ops data_flow_ops embedding_ops '
    'gen_candidate_sampling_ops gen_ctc_ops gen_nn_ops init_ops math_ops nn_grad nn_ops numerics '
    'random_ops resource_variable_ops sparse_ops tensor_array_ops variables',
    f'{PYTHON}.util': 'nest',
}
_KERNELS_OF_NN = (
    'avg_pool3d_grad bias_add_grad conv3d_backprop_input conv3d_backprop_input_v2 '
    'dilation2d_backprop_filter dilation2d_backprop_input fused_batch_norm_grad fused_pad_conv2d '
    'fused_resize_and_pad_conv2d max_pool3d_grad quantized_batch_norm_with_global_normalization '
    'quantized_bias_add quantized_relu quantized_relu6'
)
_OF_PYTHON = {
    'absolute_import': '__future__:absolute_import',
    'division': '__future__:division',
    'print_function': '__future__:print_function',
}


def _of_0_12() -> Iterator[Row]:
    was = '0.12'
    yield from earlier(
        'tensorflow',
        was,
        batch_matmul=f'{_OPS}.gen_math_ops.batch_mat_mul',
        complex_abs='tensorflow.abs',
        concat_v2='tensorflow.concat',
        merge_all_summaries='tensorflow.summary.merge_all',
        merge_summary='tensorflow.summary.merge',
        mul='tensorflow.multiply',
        neg='tensorflow.negative',
        pack='tensorflow.stack',
        platform=f'{PYTHON}.platform',
        resources=f'{_OPS}.resources',
        select='tensorflow.where',
        split_v='tensorflow.split',
        sub='tensorflow.subtract',
        unpack='tensorflow.unstack',
    )
    for kind in ('audio', 'histogram', 'image', 'scalar'):
        yield from alias(f'tensorflow.{kind}_summary', f'{CONTRIB}.deprecated.{kind}_summary', was)
    yield from earlier(
        'tensorflow.train',
        was,
        SummaryWriter='tensorflow.summary.FileWriter',
        SummaryWriterCache='tensorflow.summary.FileWriterCache',
        SyncReplicasOptimizerV2='tensorflow.train.SyncReplicasOptimizer',
    )
    yield from missing(
        'tensorflow', 'RegisterShape', 'tensor.set_shape: shape functions are in C++ since TF 1.0'
    )


def _of_nn() -> Iterator[Row]:
    nn, was = 'tensorflow.nn', '0.12'
    yield from earlier(
        nn,
        was,
        rnn=f'{nn}.static_rnn',
        bidirectional_rnn=f'{nn}.static_bidirectional_rnn',
        state_saving_rnn=f'{nn}.static_state_saving_rnn',
        seq2seq=_LEGACY_SEQ2SEQ,
        bias_add_v1=f'{_OPS}.nn_ops.bias_add_v1',
        xw_plus_b_v1=f'{_OPS}.nn_ops.xw_plus_b_v1',
        make_all=f'{PYTHON}.util.all_util.make_all',
        vs=f'{_OPS}.variable_scope',
    )
    for name in _KERNELS_OF_NN.split():
        yield from alias(f'{nn}.{name}', f'{_GENERATED}.{name}', was)
    for package, names in _MODULES_OF_NN.items():
        for name in names.split():
            yield from alias(f'{nn}.{name}', f'{package}.{name}', was)
    cells = 'tensorflow.nn.rnn_cell'
    for name in ('EmbeddingWrapper', 'InputProjectionWrapper', 'OutputProjectionWrapper'):
        yield from alias(f'{cells}.{name}', f'{CONTRIB}.rnn.{name}', was)
    yield from earlier(cells, was, sigmoid='tensorflow.sigmoid', tanh='tensorflow.tanh')


def _of_python() -> Iterator[Row]:
    """What modules showed that is not TensorFlow's."""
    for package in ('tensorflow', 'tensorflow.nn'):
        for name, target in _OF_PYTHON.items():
            yield Row(f'{package}.{name}', 'symbol', target, until='0.12')
    for name, target in {
        'collections': 'collections',
        'logging': 'tensorflow.python.platform.tf_logging',
        'math': 'math',
        'np': 'numpy',
        'numbers': 'numbers',
        'op_def_pb2': 'tensorflow.core.framework.op_def_pb2',
        'text_format': 'google.protobuf.text_format',
        'xrange': 'builtins:range',
    }.items():
        yield Row(f'tensorflow.nn.{name}', 'symbol', target, until='0.12')


def rows() -> Iterator[Row]:
    """By the last version that had them."""
    yield from _of_0_12()
    yield from _of_nn()
    yield from _of_python()
    # Where the legacy models were before TF 1.0, and a function that stood beside them.
    yield from alias(f'{_OPS}.seq2seq', _LEGACY_SEQ2SEQ)
    yield from earlier(
        _LEGACY_SEQ2SEQ,
        '0.12',
        linear=f'{_OPS}.rnn_cell_impl._linear',
        shape='tensorflow.shape',
    )
    # The files of tf.contrib.rnn in TF 1.0 and 1.1.
    inside = f'{CONTRIB}.rnn.python.ops'
    yield from module(f'{inside}.core_rnn')
    for name in ('static_rnn', 'static_bidirectional_rnn', 'static_state_saving_rnn'):
        yield from alias(f'{inside}.core_rnn.{name}', f'tensorflow.nn.{name}')
    now = 'tf.nn.rnn_cell and tf.contrib.rnn'
    for file in ('core_rnn', 'core_rnn_cell', 'core_rnn_cell_impl'):
        yield Row(f'{CONTRIB}.rnn.{file}', 'alias', f'{inside}.{file}', now, until='1.1')
    yield from missing('tensorflow', 'sdca', 'tf.estimator.LinearClassifier')
    yield from missing('tensorflow', 'tensorboard', 'the package tensorboard, by itself')
