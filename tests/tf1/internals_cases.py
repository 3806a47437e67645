# ruff: noqa: E711, UP031, UP032
"""The cases of internals_program.py that need a graph only, and what all cases use."""

import numpy as np
import tensorflow as tf
from tensorflow.python import debug as tf_debug
from tensorflow.python.framework import constant_op, dtypes, ops, tensor_shape, tensor_util
from tensorflow.python.layers import base as base_layer
from tensorflow.python.layers.core import Dense
from tensorflow.python.ops import (
    array_ops,
    control_flow_ops,
    init_ops,
    math_ops,
    rnn_cell_impl,
    tensor_array_ops,
    variable_scope,
)
from tensorflow.python.ops.rnn_cell_impl import _concat, _zero_state_tensors, assert_like_rnncell
from tensorflow.python.platform import gfile, tf_logging
from tensorflow.python.util import nest, tf_inspect

CASES = []


def case(function):
    CASES.append(function)
    return function


def ramp(*shape):
    return (np.arange(np.prod(shape)).reshape(shape) % 7 - 3).astype(np.float32) / 4


def variables():
    return [[v.op.name, v.shape.as_list()] for v in tf.global_variables()]


def run(value, feed=None):
    with tf.Session(
        config=tf.ConfigProto(
            allow_soft_placement=True,
            gpu_options=tf.GPUOptions(allow_growth=True),
            intra_op_parallelism_threads=1,
        )
    ) as session:
        session.run(
            [
                tf.global_variables_initializer(),
                tf.local_variables_initializer(),
                tf.tables_initializer(),
            ]
        )
        return session.run(value, feed)


def jsonable(value):
    if isinstance(value, dict):
        return {str(key): jsonable(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [jsonable(each) for each in value]
    if isinstance(value, np.ndarray):
        return jsonable(value.tolist())
    if isinstance(value, np.generic):
        return jsonable(value.item())
    if isinstance(value, bytes):
        return value.decode('utf-8', 'replace')
    return value


@case
def layers():
    x = tf.placeholder(tf.float32, [None, 8, 3])
    with tf.variable_scope('net', initializer=tf.constant_initializer(0.1)):
        y = tf.layers.conv1d(x, 4, 3, padding='same', activation=tf.nn.relu, name='conv')
        y = tf.layers.max_pooling1d(y, 2, 2)
        y = tf.layers.batch_normalization(y, training=True, momentum=0.5)
        y = tf.layers.dropout(y, 0.5, training=False)
        z = tf.layers.conv2d(y[..., None], 2, [2, 2], strides=2, use_bias=False)
        z = tf.layers.flatten(z)
        a = tf.layers.dense(z, 3, kernel_regularizer=lambda w: tf.reduce_sum(w * w), name='out')
        b = tf.layers.dense(z, 3, name='out', reuse=True)
        c = Dense(2, use_bias=False)(a)
    with tf.control_dependencies(tf.get_collection(tf.GraphKeys.UPDATE_OPS)):
        total = tf.reduce_sum(c) + tf.add_n(tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        got = session.run([a, b, c, total], {x: ramp(2, 8, 3)})
        moving = session.run([v for v in tf.global_variables() if 'moving' in v.name])
    return [
        got,
        moving,
        variables(),
        len(tf.get_collection(tf.GraphKeys.UPDATE_OPS)),
        len(tf.trainable_variables()),
    ]


@case
def own_layer():
    class Scale(base_layer.Layer):
        def build(self, input_shape):
            assert input_shape[-1].value == 3
            self.w = self.add_variable(
                'w', [input_shape[-1].value], initializer=tf.ones_initializer()
            )
            self.built = True

        def call(self, inputs):
            return inputs * self.w

        def compute_output_shape(self, input_shape):
            return input_shape

    class Other(tf.layers.Layer):
        def __init__(self):
            super().__init__(name='other')
            self.dense = tf.layers.Dense(2)

        def call(self, inputs, training=False):
            return self.dense(inputs)

    layer = Scale(name='scale')
    y = Other()(layer(tf.constant(ramp(2, 3))))
    assert isinstance(layer, tf.layers.Layer) and Dense is tf.layers.Dense
    return [y.shape.as_list(), variables(), layer.scope_name, len(layer.trainable_weights)]


@case
def keras():
    from tensorflow.python.keras import backend as K
    from tensorflow.python.keras.engine.base_layer import Layer
    from tensorflow.python.keras.initializers import RandomNormal
    from tensorflow.python.keras.layers import Concatenate, Dense, Embedding, Flatten, Input
    from tensorflow.python.keras.layers.recurrent import RNN, LSTMCell
    from tensorflow.python.keras.models import Model
    from tensorflow.python.keras.optimizer_v2.adam import Adam
    from tensorflow.python.keras.preprocessing.sequence import pad_sequences
    from tensorflow.python.keras.regularizers import l2

    assert Dense is tf.keras.layers.Dense and Model is tf.keras.Model
    assert Adam is tf.keras.optimizers.Adam and issubclass(LSTMCell, Layer)
    inputs = Input([4])
    y = Flatten()(Embedding(5, 3, embeddings_initializer='ones')(inputs))
    y = Concatenate()([y, y])
    y = Dense(1, kernel_initializer='ones', kernel_regularizer=l2(0.1))(y)
    model = Model(inputs, y)
    model.compile(Adam(0.1), 'mse')
    losses = [float(model.train_on_batch(ramp(6, 4) * 0 + 1, np.ones([6, 1]))) for _ in range(2)]
    assert RandomNormal(stddev=1.0).stddev == 1.0 and RNN
    return [losses, pad_sequences([[1], [2, 3]]), K.int_shape(y), variables()[:3]]


@case
def py_func():
    def double(x, y):
        return (x * 2).astype(np.float32), [b'a', b'b']

    a, b = tf.py_func(double, [tf.constant([1.0, 2.0]), tf.constant(3)], [tf.float32, tf.string])
    a.set_shape([2])
    return [run([a + 1, b]), a.shape.as_list(), str(b.shape)]


@case
def partial_run():
    a, b = tf.placeholder(tf.float32, []), tf.placeholder(tf.float32, [])
    c = a * 2
    d = c + b
    with tf.Session() as session:
        handle = session.partial_run_setup([c, d], [a, b])
        first = session.partial_run(handle, c, {a: 3.0})
        return [first, session.partial_run(handle, d, {b: first + 1})]


@case
def shapes():
    x = tf.placeholder(tf.float32, [None, 3])
    s = x.shape
    got = [
        '%d' % s[-1],
        s[-1].value,
        s[0].value,
        str(s),
        repr(s[0]),
        s.as_list(),
        s.ndims,
        len(s),
        int(s[1]),
        (s[1] * 2).value,
        s[1] == 3,
        str(s[0] == 3),
        s[1:].as_list(),
        [d.value for d in s],
        s.is_fully_defined(),
        str(tf.TensorShape(None)),
        tf.TensorShape([2, None]).concatenate([4]).as_list(),
        s.with_rank(2).as_list(),
        s.is_compatible_with([5, 3]),
        s.merge_with([4, None]).as_list(),
        tensor_shape.scalar().as_list(),
        tensor_shape.vector(3).as_list(),
        tensor_shape.matrix(2, None).as_list(),
        str(tensor_shape.unknown_shape(2)),
        tensor_shape.as_shape([1]).as_list(),
        x.get_shape()[1].value,
        tf.reshape(x, [-1, s[1] * 1]).shape.as_list(),
        tf.zeros([2, s[1]]).shape.as_list(),
        str(tf.Dimension(None) + 1),
        [tf.TensorShape([2, 3]) == [2, 3], s[1] // 2 == 1],
    ]
    return got


@case
def equality():
    a, b = tf.constant([1, 2]), tf.constant([1, 2])
    return [
        a == a,
        a == b,
        a != b,
        a != None,
        a is not None,  # noqa: E711
        a in [b, a],
        len({a: 1, b: 2}),
        a in {a: 1},
        isinstance(hash(a), int),
        tf.Tensor is ops.Tensor,
        isinstance(a, ops.Tensor),
        isinstance(tf.get_variable('v', [1]), tf.Variable),
        isinstance(tf.get_variable('w', [1]), tf.Tensor),
        tf.contrib.framework.is_tensor(a),
        bool(run(tf.reduce_all(tf.equal(a, b)))),
        isinstance(nest.flatten([a]), list),
    ]


@case
def variable_type():
    v = tf.get_variable('v', [2], initializer=tf.zeros_initializer())
    w = tf.Variable([1.0], name='w', trainable=False)
    r = tf.get_variable('r', [2], use_resource=True)
    return [
        v.name,
        type(v).__name__,
        v.dtype.name,
        str(v.dtype),
        w.op.type,
        v.op.type,
        r.op.type,
        w.initial_value.shape.as_list(),
        v.value().dtype.name,
    ]


@case
def control_flow():
    i = tf.constant(0)
    _, total = tf.while_loop(lambda i, t: i < 5, lambda i, t: (i + 1, t + i), [i, i])
    _, product = control_flow_ops.while_loop(
        lambda i, t: math_ops.less(i, 4),
        lambda i, t: [i + 1, t * (i + 1)],
        [i, i + 1],
        back_prop=False,
        parallel_iterations=1,
    )
    ta = tensor_array_ops.TensorArray(dtype=dtypes.float32, size=3, clear_after_read=False)
    ta = ta.unstack(tf.constant(ramp(3, 2)))
    chosen = control_flow_ops.cond(i < 1, lambda: tf.constant(1), lambda: tf.constant(2))
    cases = tf.case(
        [(i > 1, lambda: tf.constant(1)), (tf.equal(i, 0), lambda: tf.constant(9))],
        default=lambda: tf.constant(3),
        exclusive=True,
    )
    with tf.control_dependencies([control_flow_ops.Assert(i < 1, ['no'], summarize=1)]):
        checked = tf.identity(i)
    with tf.control_dependencies([tf.assert_equal(i, 0), tf.assert_rank(i, 0)]):
        also = tf.identity(i)
    scanned = tf.scan(lambda a, x: a + x, tf.constant([1, 2, 3]))
    mapped = tf.map_fn(lambda x: x * 2, tf.constant([1, 2, 3]), parallel_iterations=1)
    folded = tf.foldl(lambda a, x: a * x, tf.constant([1, 2, 3]))
    group = tf.group(chosen.op, cases.op)
    tupled = tf.tuple([i, i + 1])
    gradient = tf.gradients(
        tf.while_loop(lambda k, v: k < 3, lambda k, v: (k + 1, v * v), [0, tf.ones([]) * 1.5])[1],
        tf.get_default_graph().get_tensor_by_name('mul:0'),
    )
    return [
        run(
            [
                total,
                product,
                ta.stack(),
                ta.read(1),
                chosen,
                cases,
                checked,
                also,
                scanned,
                mapped,
                folded,
                tupled,
            ]
        ),
        gradient is not None,
        group.type,
        sorted(
            {op.type for op in tf.get_default_graph().get_operations()}
            & {'Enter', 'Exit', 'While', 'StatelessWhile', 'Switch', 'Merge', 'If'}
        ),
    ]


@case
def scopes():
    got = []
    for _ in range(2):
        with tf.variable_scope('a', reuse=tf.AUTO_REUSE):
            tf.get_variable('w', [1])
    with tf.variable_scope('a', reuse=True) as scope:
        got.append([tf.get_variable('w').name, scope.name, scope.reuse is True])
    with tf.variable_scope('b') as scope:
        tf.get_variable('w', [1])
        scope.reuse_variables()
        tf.get_variable('w', [1])
        got.append(tf.zeros([1], name='z').name)
    with tf.variable_scope('b', reuse=True), tf.name_scope('inner'):
        got.append(tf.zeros([1], name='z').name)
    with tf.variable_scope(None, default_name='b'):
        got.append(tf.get_variable_scope().name)
    for statement in (lambda: tf.get_variable('w', [1]), lambda: tf.get_variable('u', [2])):
        with tf.variable_scope('a'):
            try:
                statement()
            except ValueError as error:
                got.append(str(error).split('.')[0][:60])

    def shared(x):
        return x * tf.get_variable('s', [1], initializer=tf.ones_initializer())

    template = tf.make_template('t', shared)
    template(1.0), template(2.0)

    def getter(getter, name, *args, **kwargs):
        return getter(name + '_got', *args, **kwargs)

    with tf.variable_scope('g', custom_getter=getter, regularizer=lambda w: tf.reduce_sum(w)):
        variable_scope.get_variable('v', [4, 2], partitioner=tf.fixed_size_partitioner(2))
    with ops.name_scope('x/y/') as name:
        got.append(name)
    with ops.name_scope(None, 'op', [tf.constant(1)]) as name:
        got.append(name)
    return [got, variables(), [t.op.name for t in tf.get_collection('regularization_losses')]]


@case
def seeds():
    def made(seed):
        tf.set_random_seed(7)
        return [
            tf.random_uniform([3], seed=seed),
            tf.random_normal([2], seed=seed),
            tf.nn.dropout(tf.ones([8]), keep_prob=0.5, seed=seed),
            tf.multinomial(tf.log([[0.2, 0.3, 0.5]]), 6, seed=seed),
            tf.random_shuffle(tf.range(6), seed=seed),
            tf.truncated_normal([2], seed=seed),
            tf.layers.dropout(tf.ones([6]), 0.5, training=True, seed=seed),
            tf.random_crop(tf.range(9), [3], seed=seed),
            tf.random_gamma([2], 1.0, seed=seed),
            tf.glorot_uniform_initializer(seed=seed)([3, 2]),
            tf.random_uniform_initializer(-0.1, 0.1, seed=seed)([3, 2]),
            init_ops.variance_scaling_initializer(seed=seed)([3, 2]),
            tf.truncated_normal_initializer(stddev=0.1, seed=seed)([2]),
            tf.contrib.layers.xavier_initializer(seed=seed)([2, 2]),
        ]

    got = run(made(4))
    tf.reset_default_graph()
    first = jsonable(run(made(None)))
    tf.reset_default_graph()
    return got + [jsonable(run(made(None))) == first]


@case
def losses():
    a, b = tf.constant(ramp(3, 2)), tf.constant(ramp(3, 2)[::-1].copy())
    values = [
        tf.losses.mean_squared_error(a, b),
        tf.losses.absolute_difference(a, b, weights=0.5),
        tf.losses.softmax_cross_entropy([[1.0, 0], [0, 1], [0, 1]], a),
        tf.losses.sparse_softmax_cross_entropy([0, 1, 1], a, weights=[1.0, 0.0, 2.0]),
        tf.losses.sigmoid_cross_entropy([[1, 0], [0, 1], [1, 1]], a, label_smoothing=0.1),
        tf.losses.huber_loss(a, b),
        tf.losses.log_loss(tf.nn.sigmoid(a), tf.nn.sigmoid(b)),
        tf.losses.hinge_loss([[1.0, 0], [0, 1], [1, 1]], a),
        tf.losses.cosine_distance(a, b, axis=1),
        tf.losses.mean_squared_error(
            a, b, reduction=tf.losses.Reduction.NONE, loss_collection=None
        ),
    ]
    return run(values + [tf.losses.get_total_loss()]) + [len(tf.losses.get_losses())]


@case
def metrics():
    truth, guess = tf.constant([True, False, True]), tf.constant([True, True, False])
    updates = [
        tf.metrics.accuracy(tf.constant([1, 0, 1]), tf.constant([1, 1, 1])),
        tf.metrics.mean([1.0, 2.0]),
        tf.metrics.precision(truth, guess),
        tf.metrics.auc(truth, tf.constant([0.7, 0.4, 0.2])),
    ]
    with tf.Session() as session:
        session.run(tf.local_variables_initializer())
        session.run([update for _, update in updates])
        return [
            session.run([value for value, _ in updates]),
            [v.name for v in tf.local_variables()],
        ]


@case
def learning_rates():
    step = tf.train.get_or_create_global_step()
    assert step is tf.train.get_global_step() and step.name == 'global_step:0'
    later = tf.constant(7.0)
    rates = [
        tf.train.exponential_decay(0.1, later, 5, 0.9, staircase=True),
        tf.train.exponential_decay(0.1, later, 5, 0.9),
        tf.train.piecewise_constant(tf.constant(7), [3, 8], [1.0, 0.5, 0.1]),
        tf.train.polynomial_decay(0.1, later, 20),
        tf.train.natural_exp_decay(0.1, later, 5, 1.0),
        tf.train.inverse_time_decay(0.1, later, 5, 0.5),
        tf.train.cosine_decay(0.1, tf.constant(7.0), 9.0),
    ]
    return run(rates)


@case
def old_functions():
    x = tf.constant([[1, 2], [3, 0]])
    y = tf.to_float(x)
    v = tf.get_variable('v', initializer=[1.0, 2.0])
    return run(
        [
            y,
            tf.log(y + 1),
            tf.div(7, 2),
            tf.div(y, 2),
            tf.count_nonzero(x),
            tf.reduce_sum(y, reduction_indices=[1], keep_dims=True),
            tf.argmax(x, dimension=1),
            tf.to_int32(y),
            tf.to_int64(y),
            tf.assign(v, [3.0, 4.0]),
            tf.squeeze(y[None], squeeze_dims=[0]),
            tf.expand_dims(x, dim=0),
            tf.nn.softmax(y, dim=0),
            tf.sparse_to_dense([1], [3], 5),
            tf.matrix_band_part(y, 0, -1),
            tf.lin_space(0.0, 1.0, 3),
            tf.floor_div(7, 2),
            tf.is_nan(y),
            tf.segment_sum(y, [0, 0]),
            tf.unsorted_segment_sum(y, [1, 0], 2),
            tf.where(x > 1),
            tf.where(x > 1, x, -x),
            tf.gather(y, [1]),
            tf.invert_permutation([1, 0]),
            tf.string_to_number(['1.5']),
            tf.as_string([1]),
            tf.decode_raw(b'\\x01\\x02', tf.uint8),
            tf.substr('abc', 1, 1),
            tf.reverse_sequence(x, [1, 2], seq_dim=1),
            tf.nn.l2_normalize(y, dim=1),
            tf.norm(y),
            tf.erf(y),
            tf.nn.xw_plus_b(y, y, [1.0, 2.0]),
            tf.nn.moments(y, [0]),
            tf.nn.in_top_k(y, [0, 0], 1),
            tf.setdiff1d([1, 2], [2]).out,
            tf.nn.top_k(y).indices,
            tf.cumsum(y, axis=1, exclusive=True),
            tf.sequence_mask([1, 2], 3),
            tf.tensordot(y, y, 1),
            tf.einsum('ij,jk->ik', y, y),
            tf.confusion_matrix([0, 1], [0, 1]),
            tf.trace(y),
            tf.nn.softmax_cross_entropy_with_logits(labels=y, logits=y),
            tf.diag([1, 2]),
            tf.nn.sparse_softmax_cross_entropy_with_logits(labels=[0, 1], logits=y),
            tf.nn.ctc_loss(tf.SparseTensor([[0, 0]], [0], [1, 1]), tf.zeros([3, 1, 4]), [3]),
            tf.Print(y, [y], 'printed: ', summarize=1),
            tf.stop_gradient(y),
        ]
    )


@case
def internals():
    x = tf.constant(ramp(2, 3))
    got = run(
        [
            array_ops.concat([x, x], 1),
            array_ops.stack([x, x]),
            array_ops.unstack(x)[1],
            math_ops.cast(x, dtypes.int32),
            math_ops.reduce_sum(x, axis=1),
            array_ops.where(x > 0, x, x * 2),
            math_ops.matmul(x, x, transpose_b=True),
            constant_op.constant(3),
            ops.convert_to_tensor([1, 2], dtype=dtypes.float32),
            array_ops.fill([2], 1),
            array_ops.one_hot([1], 3),
            math_ops.argmax(x, 1),
            math_ops.range(3),
            array_ops.shape(x),
            math_ops.log(x + 2),
            math_ops.cumprod(x),
        ]
    )
    cell = tf.nn.rnn_cell.GRUCell(3)
    assert_like_rnncell('cell', cell)
    assert cell.__class__ is rnn_cell_impl.GRUCell is tf.contrib.rnn.GRUCell
    assert rnn_cell_impl.RNNCell is tf.nn.rnn_cell.RNNCell
    assert tensor_util.constant_value(tf.constant(3)) == 3
    assert tf_inspect.getfullargspec(lambda a, b=1: 0).args == ['a', 'b']
    assert nest.is_sequence([x]) and not nest.is_sequence(x) and not nest.is_sequence('a')
    assert gfile.Exists(__file__) and gfile.GFile is tf.gfile.GFile
    assert tf_logging.info is tf.logging.info or callable(tf_logging.info)
    assert callable(tf_debug.LocalCLIDebugWrapperSession) and callable(tf_debug.has_inf_or_nan)
    zeros = _zero_state_tensors((3, tf.TensorShape([2])), tf.constant(4), tf.float32)
    state = tf.nn.rnn_cell.LSTMStateTuple(x, x)
    return [
        got,
        [z.shape.as_list() for z in zeros],
        run(_concat(2, [3, 4])),
        dtypes.as_dtype('int32').name,
        type(nest.map_structure(lambda t: t, state)).__name__,
        nest.flatten({'b': 1, 'a': (2, [3])}),
        nest.pack_sequence_as([[0], 0], [1, 2]),
        [list(map(str, p)) for p in [nest.flatten_up_to([0, 0], [[1], 2])]],
    ]


@case
def functions():
    from tensorflow.python.framework import function

    @function.Defun(tf.float32, tf.float32, func_name='added')
    def add(a, b):
        return a + b

    @tf.custom_gradient
    def clip(x):
        return tf.identity(x), lambda g: g * 0.5

    x = tf.constant(2.0)
    with tf.get_default_graph().gradient_override_map({'Identity': 'Doubled'}):
        y = tf.identity(x)
    return run(
        [add(x, 3.0), tf.gradients(clip(x), x)[0], tf.gradients(y, x)[0], tf.hessians(x**3, x)[0]]
    )


@ops.RegisterGradient('Doubled')
def _doubled(op, gradient):
    return gradient * 2


@case
def images():
    image = tf.constant(ramp(4, 4, 3))
    return run(
        [
            tf.image.resize_bilinear(image[None], [2, 2]),
            tf.image.resize_images(image, [3, 3]),
            tf.image.central_crop(image, 0.5),
            tf.image.flip_left_right(image),
            tf.image.resize_image_with_crop_or_pad(image, 2, 6),
        ]
    )
