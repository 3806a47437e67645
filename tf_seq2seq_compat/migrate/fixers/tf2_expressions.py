"""What the statements that build a graph may call, so that a function may hold them.

`TENSOR`: computes one tensor from its arguments and makes nothing else. `PURE`: likewise, but gives
something else than one tensor. `MAKER`: may make variables or take a default name, so that what
comes before it counts. All else is refused.
"""

from __future__ import annotations

import libcst as cst

from tf_seq2seq_compat.migrate import places
from tf_seq2seq_compat.migrate.fixers.tf2_reasons import Refused

TENSOR, PURE, MAKER = 'tensor', 'pure', 'maker'

_TENSORS = frozenset(
    [
        'abs',
        'add',
        'add_n',
        'argmax',
        'argmin',
        'boolean_mask',
        'cast',
        'clip_by_norm',
        'clip_by_value',
        'concat',
        'constant',
        'cos',
        'cumprod',
        'cumsum',
        'div',
        'divide',
        'equal',
        'exp',
        'expand_dims',
        'eye',
        'fill',
        'floor',
        'floordiv',
        'gather',
        'gather_nd',
        'greater',
        'greater_equal',
        'identity',
        'less',
        'less_equal',
        'linspace',
        'log',
        'logical_and',
        'logical_not',
        'logical_or',
        'logical_xor',
        'matmul',
        'maximum',
        'minimum',
        'mod',
        'multiply',
        'negative',
        'norm',
        'not_equal',
        'one_hot',
        'ones',
        'ones_like',
        'pad',
        'pow',
        'random_normal',
        'random_uniform',
        'range',
        'rank',
        'reciprocal',
        'reduce_all',
        'reduce_any',
        'reduce_logsumexp',
        'reduce_max',
        'reduce_mean',
        'reduce_min',
        'reduce_prod',
        'reduce_sum',
        'reshape',
        'reverse',
        'reverse_sequence',
        'round',
        'rsqrt',
        'scatter_nd',
        'sequence_mask',
        'shape',
        'sigmoid',
        'sign',
        'sin',
        'size',
        'slice',
        'sqrt',
        'square',
        'squared_difference',
        'squeeze',
        'stack',
        'stop_gradient',
        'strided_slice',
        'subtract',
        'tanh',
        'tensordot',
        'tile',
        'to_float',
        'to_int32',
        'to_int64',
        'transpose',
        'truediv',
        'truncated_normal',
        'where',
        'zeros',
        'zeros_like',
        'math.log',
        'math.exp',
        'math.tanh',
        'math.sigmoid',
        'nn.relu',
        'nn.softmax',
        'nn.log_softmax',
        'nn.sigmoid',
        'nn.tanh',
        'nn.elu',
        'nn.dropout',
        'nn.xw_plus_b',
        'nn.bias_add',
        'nn.embedding_lookup',
        'nn.softmax_cross_entropy_with_logits',
        'nn.l2_loss',
        'nn.softmax_cross_entropy_with_logits_v2',
        'nn.sparse_softmax_cross_entropy_with_logits',
        'nn.sigmoid_cross_entropy_with_logits',
        'nn.conv1d',
        'nn.conv2d',
        'nn.max_pool',
        'nn.avg_pool',
        'nn.in_top_k',
        'losses.mean_squared_error',
        'losses.softmax_cross_entropy',
        'losses.sparse_softmax_cross_entropy',
        'losses.sigmoid_cross_entropy',
        'losses.absolute_difference',
        'random.normal',
        'random.uniform',
        'random.truncated_normal',
    ]
)
_OTHERS = frozenset(
    [
        'clip_by_global_norm',
        'global_norm',
        'meshgrid',
        'name_scope',
        'random_normal_initializer',
        'random_uniform_initializer',
        'truncated_normal_initializer',
        'constant_initializer',
        'zeros_initializer',
        'ones_initializer',
        'orthogonal_initializer',
        'glorot_uniform_initializer',
        'glorot_normal_initializer',
        'uniform_unit_scaling_initializer',
        'variance_scaling_initializer',
        'split',
        'unique',
        'unstack',
        'AUTO_REUSE',
        'newaxis',
        'pi',
    ]
)
_MAKERS = frozenset(['get_variable', 'variable_scope'])
_OF_OURS = frozenset(
    [
        'tile_batch',
        'LSTMStateTuple',
        'TrainingHelper',
        'GreedyEmbeddingHelper',
        'gather_tree',
        'hardmax',
    ]
)
_TYPES = frozenset(
    [
        'bfloat16',
        'bool',
        'complex64',
        'complex128',
        'float16',
        'float32',
        'float64',
        'int8',
        'int16',
        'int32',
        'int64',
        'string',
        'uint8',
        'uint16',
        'uint32',
        'uint64',
    ]
)
_HARMLESS = ('flags', 'app', 'logging', 'gfile', 'compat', 'set_random_seed', '__version__')
_HPARAMS = 'tf_seq2seq_compat.legacy.contrib.hparams'
_LAYERS = 'tf_keras.api._v1.keras.__internal__.legacy.layers'
LIBRARIES = ('tensorflow', 'tf_seq2seq_compat', 'tf_keras', 'keras', 'tf_slim')

BUILTINS = frozenset(
    [
        'abs',
        'bool',
        'dict',
        'enumerate',
        'float',
        'int',
        'isinstance',
        'len',
        'list',
        'max',
        'min',
        'range',
        'reversed',
        'round',
        'set',
        'sorted',
        'str',
        'sum',
        'tuple',
        'zip',
    ]
)
METHODS = frozenset(
    ['as_list', 'clone', 'format', 'get_shape', 'is_fully_defined', 'join', 'stack', 'zero_state']
)

_REFUSALS = (
    (('Graph', 'get_default_graph', 'reset_default_graph'), 'several'),
    (('summary',), 'summary'),
    (('train.Saver', 'train.latest_checkpoint', 'saved_model', 'train.import_meta_graph'), 'saver'),
    (
        (
            'train.get_global_step',
            'train.get_or_create_global_step',
            'train.create_global_step',
            'train.exponential_decay',
        ),
        'step',
    ),
    (('train', 'gradients', 'trainable_variables'), 'minimize'),
    (('keras',), 'keras'),
    (
        (
            'Print',
            'add_to_collection',
            'assign',
            'assign_add',
            'assign_sub',
            'control_dependencies',
            'get_collection',
            'group',
            'no_op',
            'print',
        ),
        'side',
    ),
    (('Variable',), 'variable'),
    (('placeholder',), 'placeholder'),
    (
        ('global_variables_initializer', 'initialize_all_variables', 'variables_initializer'),
        'initializer',
    ),
)


def path_of(name: str) -> str:
    """What a full name is below `tensorflow.compat.v1`; nothing for all other names."""
    for root in (places.V1, 'tensorflow'):
        if name.startswith(f'{root}.'):
            return name[len(root) + 1 :]
    return ''


def is_of_library(name: str) -> bool:
    """Whether a full name is of TensorFlow, Keras, or this package."""
    return name.partition('.')[0] in LIBRARIES


def is_harmless(name: str) -> bool:
    """Whether a name has nothing to do with graphs: flags, logging, types."""
    path = path_of(name)
    return (
        name in LIBRARIES
        or name == places.V1
        or path in _TYPES
        or path.partition('.')[0] in _HARMLESS
        or f'{name}.'.startswith(f'{_HPARAMS}.')
    )


def kind_of(name: str) -> str:
    """`TENSOR`, `PURE` or `MAKER` for what may be used in a function; nothing for what may not."""
    path = path_of(name)
    if path in _TENSORS:
        return TENSOR
    if path in _OTHERS or path in _TYPES:
        return PURE
    if path in _MAKERS:
        return MAKER
    for package in (f'{places.PACKAGE}.rnn', places.PACKAGE):
        rest = name.removeprefix(f'{package}.')
        if name == f'{places.PACKAGE}.sequence_loss':
            return TENSOR
        if rest != name and '.' not in rest:
            return PURE if rest in _OF_OURS else MAKER
    if name in (f'{_LAYERS}.dense', f'{_LAYERS}.Dense'):
        return MAKER
    if name.startswith('numpy.') and not name.startswith('numpy.random'):
        return PURE
    return PURE if name.startswith('math.') else ''


def refusal(node: cst.CSTNode, name: str) -> Refused:
    """Why a name may not be used in a function."""
    path = path_of(name)
    shown = f'tf.{path}' if path else name
    for known, reason in _REFUSALS:
        if any(f'{path}.'.startswith(f'{each}.') for each in known):
            return Refused(node, reason, shown)
    if 'legacy.layers' in name:
        return Refused(node, 'layers', f'tf.layers.{name.rpartition(".")[2]}')
    if name.startswith(('tf_keras', 'keras')):
        return Refused(node, 'keras', shown)
    return Refused(node, 'unknown', shown)
