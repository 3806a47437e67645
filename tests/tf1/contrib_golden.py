"""Records what tf.contrib's layers, losses, metrics, CRFs and optimizers compute.

A TF1 program: TF 1.15.5 runs it to write contrib_golden.json, the runner runs it to be compared.

python contrib_golden.py                (in the TF 1.15.5 environment: writes the JSON here)
python contrib_golden.py --check        (compares with it)
python contrib_golden.py --out FILE     (writes what is found to FILE; errors are recorded too)
"""

import importlib
import json
import os
import pkgutil
import sys
import traceback
import zlib

import numpy as np
import tensorflow as tf
from tensorflow.contrib import crf, layers, losses, metrics, opt, slim
from tensorflow.contrib.layers.python.layers import utils

RECORD = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'contrib_golden.json')

PACKAGES = ['layers', 'slim', 'losses', 'metrics', 'crf', 'opt', 'image']

CASES = {}


def case(function):
    CASES[function.__name__] = function
    return function


def cases(**functions):
    CASES.update(functions)


def numbers(name, shape):
    """Values in -1..1 that the name and the shape determine."""
    seed = zlib.crc32(name.encode()) % 1000
    size = int(np.prod(shape))
    return np.sin(np.arange(size) * 0.7 + seed).reshape(shape).astype(np.float32)


def inputs(*shape):
    """A constant that gradients can be taken with respect to."""
    return tf.identity(tf.constant(numbers('inputs', shape)), name='x')


def settle(session):
    """Gives each variable its value; what must be positive is made so."""
    session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
    for variable in tf.trainable_variables():
        value = numbers(variable.op.name, variable.shape.as_list())
        session.run(tf.assign(variable, tf.constant(value, variable.dtype.base_dtype)))


def rounded(number):
    return float(format(number, '.7g'))


def plain(value):
    """As JSON has it."""
    if isinstance(value, tf.SparseTensorValue):
        return [plain(value.indices), plain(value.values), plain(value.dense_shape)]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [plain(each) for each in value]
    if isinstance(value, bytes):
        return value.decode('utf-8', 'replace')
    if isinstance(value, np.ndarray) and value.dtype.kind == 'f':
        return np.vectorize(rounded, otypes=[object])(value).tolist()
    if isinstance(value, (np.ndarray, np.generic)):
        value = value.tolist()
        return rounded(value) if isinstance(value, float) else plain(value)
    return value


def shapes(variables):
    return sorted(
        [each.op.name, each.shape.as_list() if each.shape.ndims is not None else None]
        for each in variables
    )


def with_gradients(outputs):
    """The outputs, the gradients of their cosine-weighted sum, variables, updates and losses."""
    found = {'outputs': outputs}
    floats = [
        t
        for t in tf.contrib.framework.nest.flatten(outputs)
        if isinstance(t, tf.Tensor) and t.dtype.is_floating
    ]
    total = tf.add_n(
        [
            tf.reduce_sum(
                t * tf.cos(tf.cast(tf.reshape(tf.range(tf.size(t)), tf.shape(t)), t.dtype))
            )
            for t in floats
        ]
    )
    trainable = tf.trainable_variables()
    graph = tf.get_default_graph()
    names = {op.name for op in graph.get_operations()}
    wanted = list(trainable) + ([graph.get_tensor_by_name('x:0')] if 'x' in names else [])
    for tensor, gradient in zip(wanted, tf.gradients(total, wanted)):  # noqa: B905
        if gradient is not None:
            found['d ' + tensor.op.name] = tf.convert_to_tensor(gradient)
    losses_found = tf.get_collection(tf.GraphKeys.REGULARIZATION_LOSSES)
    if losses_found:
        found['regularization'] = tf.add_n(losses_found)
    return found


def layer(function):
    """A case that calls a layer and looks at everything about it."""

    def build(session):
        found = with_gradients(function())
        settle(session)
        result = session.run(found)
        for name in ('GLOBAL_VARIABLES', 'MODEL_VARIABLES', 'TRAINABLE_VARIABLES'):
            result[name] = shapes(tf.get_collection(getattr(tf.GraphKeys, name)))
        updates = tf.get_collection(tf.GraphKeys.UPDATE_OPS)
        result['updates'] = len(updates)
        if updates:
            session.run(updates)
            others = [v for v in tf.global_variables() if v not in tf.trainable_variables()]
            result['after updates'] = {v.op.name: session.run(v) for v in others}
        return result

    return build


def values(function):
    """A case that is only the values of tensors."""

    def build(session):
        found = function()
        settle(session)
        return session.run(found)

    return build


def plane(channels=3, size=5):
    return inputs(2, size, size, channels)


def layer_cases():
    fc, bn = layers.fully_connected, layers.batch_norm
    regularizer = layers.l2_regularizer(0.1)
    sparse = tf.SparseTensor
    cases(**{name: layer(function) for name, function in {
        'fully_connected': lambda: fc(inputs(4, 5), 3),
        'fully_connected_3d': lambda: fc(inputs(2, 3, 4), 3, activation_fn=None, scope='out'),
        'fully_connected_regularized': lambda: fc(
            inputs(4, 5), 3, weights_regularizer=regularizer, biases_regularizer=regularizer),
        'fully_connected_normalized': lambda: fc(
            inputs(4, 5), 3, normalizer_fn=bn, normalizer_params={'is_training': True}),
        'fully_connected_no_bias': lambda: fc(
            inputs(4, 5), 3, activation_fn=tf.tanh, biases_initializer=None),
        'fully_connected_twice': lambda: [
            fc(inputs(4, 5), 3, scope='s'), fc(inputs(4, 5) + 1, 3, scope='s', reuse=True),
            fc(inputs(4, 5), 2), fc(inputs(4, 5), 2)],
        'linear': lambda: layers.linear(inputs(4, 5), 3),
        'relu': lambda: layers.relu(inputs(4, 5), 3),
        'relu6': lambda: layers.relu6(inputs(4, 5), 3),
        'elu': lambda: layers.elu(inputs(4, 5), 3),
        'legacy_linear': lambda: layers.legacy_linear(
            inputs(4, 5), 3, weight_regularizer=regularizer),
        'legacy_relu': lambda: layers.legacy_relu(inputs(4, 5), 3),
        'legacy_fully_connected': lambda: layers.legacy_fully_connected(inputs(4, 5), 3),
        'conv2d': lambda: layers.conv2d(plane(), 4, 3),
        'conv2d_valid': lambda: layers.conv2d(
            plane(), 4, [3, 2], stride=2, padding='VALID', scope='c', activation_fn=None,
            weights_regularizer=regularizer),
        'conv2d_rate': lambda: layers.conv2d(plane(), 4, 3, rate=2),
        'conv2d_normalized': lambda: layers.conv2d(
            plane(), 4, 3, normalizer_fn=bn, normalizer_params={'is_training': True}),
        'convolution2d': lambda: layers.convolution2d(plane(), 2, 1),
        'convolution1d': lambda: layers.convolution(inputs(2, 6, 3), 4, 3),
        'conv1d': lambda: layers.conv1d(inputs(2, 6, 3), 4, 3, scope='c1'),
        'conv3d': lambda: layers.conv3d(inputs(1, 3, 4, 3, 2), 2, 2),
        'conv2d_in_plane': lambda: layers.conv2d_in_plane(plane(), 3),
        'conv2d_transpose': lambda: layers.conv2d_transpose(plane(), 2, 3, stride=2),
        'conv3d_transpose': lambda: layers.conv3d_transpose(inputs(1, 2, 3, 2, 2), 2, 2, stride=2),
        'separable_conv2d': lambda: layers.separable_conv2d(
            plane(), 4, 3, depth_multiplier=2, weights_regularizer=regularizer),
        'separable_conv2d_depthwise': lambda: layers.separable_conv2d(plane(), None, 3, 2),
        'separable_conv2d_normalized': lambda: layers.separable_convolution2d(
            plane(), 4, 3, 1, normalizer_fn=bn),
        'batch_norm': lambda: bn(plane()),
        'batch_norm_scaled': lambda: bn(plane(), scale=True, decay=0.9, epsilon=0.01, scope='bn'),
        'batch_norm_inference': lambda: bn(plane(), is_training=False, scale=True),
        'batch_norm_unfused': lambda: bn(plane(), scale=True, fused=False),
        'batch_norm_unfused_inference': lambda: bn(plane(), fused=False, is_training=False),
        'batch_norm_rank_2': lambda: bn(inputs(6, 3), scale=True, activation_fn=tf.nn.relu),
        'batch_norm_rank_3': lambda: bn(inputs(2, 3, 4), scale=True),
        'batch_norm_in_place': lambda: bn(plane(), updates_collections=None, decay=0.5),
        'batch_norm_in_place_unfused': lambda: bn(
            plane(), updates_collections=None, decay=0.5, fused=False),
        'batch_norm_switched': lambda: bn(
            plane(), is_training=tf.placeholder_with_default(True, []), scale=True),
        'batch_norm_switched_off': lambda: bn(
            inputs(6, 3), is_training=tf.placeholder_with_default(False, []), scale=True),
        'batch_norm_renorm': lambda: bn(plane(), renorm=True, scale=True),
        'batch_norm_weighted': lambda: bn(inputs(4, 3), batch_weights=tf.constant([1., 0, 2, 1])),
        'batch_norm_zero_debias': lambda: bn(
            inputs(4, 3), zero_debias_moving_mean=True, updates_collections=None),
        'batch_norm_first': lambda: bn(inputs(2, 3, 4, 4), data_format='NCHW', fused=False),
        'layer_norm': lambda: layers.layer_norm(plane()),
        'layer_norm_rank_2': lambda: layers.layer_norm(inputs(4, 6), activation_fn=tf.nn.relu),
        'layer_norm_axis': lambda: layers.layer_norm(
            inputs(2, 3, 4), begin_norm_axis=-1, begin_params_axis=-1, scope='ln'),
        'layer_norm_plain': lambda: layers.layer_norm(inputs(4, 6), center=False, scale=False),
        'instance_norm': lambda: layers.instance_norm(plane()),
        'group_norm': lambda: layers.group_norm(plane(4), groups=2),
        'unit_norm': lambda: layers.unit_norm(inputs(3, 4), 1),
        'bias_add': lambda: layers.bias_add(
            inputs(3, 4), initializer=tf.ones_initializer(), regularizer=regularizer),
        'dropout_off': lambda: layers.dropout(inputs(3, 4), is_training=False),
        'dropout_all': lambda: layers.dropout(inputs(3, 4), keep_prob=1.0),
        'dropout_seed': lambda: layers.dropout(inputs(3, 4), 0.5, seed=4),
        'dropout_switched': lambda: layers.dropout(
            inputs(3, 4), is_training=tf.placeholder_with_default(False, [])),
        'max_pool2d': lambda: layers.max_pool2d(plane(), 2),
        'max_pool2d_same': lambda: layers.max_pool2d(plane(), [3, 2], 1, padding='SAME'),
        'avg_pool2d': lambda: layers.avg_pool2d(plane(), 3, padding='SAME'),
        'max_pool3d': lambda: layers.max_pool3d(inputs(1, 4, 4, 4, 2), 2),
        'avg_pool3d': lambda: layers.avg_pool3d(inputs(1, 4, 4, 4, 2), 2),
        'flatten': lambda: layers.flatten(plane()),
        'one_hot_encoding': lambda: layers.one_hot_encoding(tf.constant([0, 2, 1]), 4),
        'repeat': lambda: layers.repeat(inputs(2, 3), 3, fc, 3, scope='again'),
        'stack': lambda: layers.stack(inputs(2, 3), fc, [4, 5, 2], scope='layers'),
        'stack_arguments': lambda: layers.stack(plane(), layers.conv2d, [(2, 3), (4, 1)]),
        'maxout': lambda: layers.maxout(inputs(2, 6), 3),
        'softmax': lambda: layers.softmax(inputs(2, 3, 4)),
        'spatial_softmax': lambda: layers.spatial_softmax(plane()),
        'spatial_softmax_fixed': lambda: layers.spatial_softmax(plane(), temperature=0.5),
        'scale_gradient': lambda: layers.scale_gradient(inputs(2, 3), 0.25),
        'images_to_sequence': lambda: layers.images_to_sequence(inputs(2, 3, 4, 2)),
        'sequence_to_images': lambda: layers.sequence_to_images(inputs(4, 6, 2), 3),
        'gdn': lambda: layers.gdn(plane()),
        'rev_block': lambda: layers.rev_block(
            inputs(2, 3), inputs(2, 3) * 2,
            lambda t: fc(t, 3, activation_fn=tf.tanh), lambda t: fc(t, 3, activation_fn=None), 2),
        'recompute_grad': recomputed,
        'embed_sequence': lambda: layers.embed_sequence(
            tf.constant([[1, 2, 0], [4, 1, 1]]), vocab_size=5, embed_dim=3),
        'embed_sequence_unique': lambda: layers.embed_sequence(
            tf.constant([[1, 2, 0], [4, 1, 1]]), 5, 3, unique=True, scope='emb',
            regularizer=regularizer),
        'embed_sequence_shared': lambda: [
            layers.embed_sequence(tf.constant([[1, 2]]), 5, 3, scope='e'),
            layers.embed_sequence(tf.constant([[3]]), 5, 3, scope='e', reuse=True),
            layers.embed_sequence(tf.constant([[3]]), scope='e', reuse=True)],
        'embedding_lookup_unique': lambda: layers.embedding_lookup_unique(
            tf.get_variable('table', [5, 2]), tf.constant([[1, 3], [1, 0]])),
        'safe_embedding_lookup_sparse': lambda: layers.safe_embedding_lookup_sparse(
            [tf.get_variable('table', [5, 2])],
            sparse([[0, 0], [0, 1], [2, 0], [2, 1]], tf.constant([3, -1, 4, 1], tf.int64), [4, 2])),
        'safe_embedding_lookup_weighted': lambda: layers.safe_embedding_lookup_sparse(
            [tf.get_variable('a', [3, 2]), tf.get_variable('b', [2, 2])],
            sparse([[0, 0], [1, 0], [1, 1]], tf.constant([3, 0, 4], tf.int64), [3, 2]),
            sparse([[0, 0], [1, 0], [1, 1]], tf.constant([0.5, 2., -1.]), [3, 2]),
            combiner='sum', default_id=1, partition_strategy='div'),
        'arg_scope': scoped_network,
        'slim_names': slim_network,
    }.items()})  # fmt: skip


def scoped_network():
    with slim.arg_scope(
        [slim.conv2d, slim.fully_connected],
        activation_fn=tf.nn.tanh,
        weights_regularizer=slim.l2_regularizer(0.01),
    ):
        with slim.arg_scope([slim.conv2d], padding='VALID'):
            net = slim.conv2d(plane(), 2, [3, 3], scope='conv1')
            net = slim.max_pool2d(net, [2, 2], scope='pool1')
        net = slim.flatten(net)
        return slim.fully_connected(net, 3, scope='fc')  # fmt: skip


def recomputed():
    with tf.variable_scope('recomputed', use_resource=True):
        return layers.recompute_grad(
            lambda t: tf.tanh(layers.fully_connected(t, 3, activation_fn=None))
        )(inputs(2, 3))


def slim_network():
    with tf.variable_scope('net'):
        net = slim.repeat(plane(), 2, slim.convolution2d, 2, 3, scope='conv')
        net = slim.batch_norm(net, is_training=True)
        net = slim.dropout(slim.flatten(net), is_training=False)
        return slim.linear(net, 2)


def value_cases():
    def initial(initializer, shape=(4, 6)):
        return initializer(list(shape))

    x = lambda: tf.constant(numbers('x', [3, 4]))  # noqa: E731
    cases(**{name: values(function) for name, function in {
        'xavier_initializer': lambda: [
            initial(layers.xavier_initializer(seed=3)),
            initial(layers.xavier_initializer(uniform=False, seed=3)),
            initial(layers.xavier_initializer_conv2d(seed=3), (2, 2, 3, 4))],
        'variance_scaling_initializer': lambda: [
            initial(layers.variance_scaling_initializer(seed=3)),
            initial(layers.variance_scaling_initializer(1.0, 'FAN_AVG', True, seed=3)),
            initial(layers.variance_scaling_initializer(2.0, 'FAN_OUT', seed=3), (2, 3, 4))],
        'regularizers': lambda: [
            layers.l1_regularizer(0.5)(x()), layers.l2_regularizer(0.5)(x()),
            layers.l1_l2_regularizer(0.5, 0.25)(x()),
            layers.sum_regularizer([layers.l1_regularizer(0.5), layers.l2_regularizer(0.5)])(x())],
        'apply_regularization': lambda: layers.apply_regularization(
            layers.l2_regularizer(0.1), [tf.get_variable('a', [2, 3]), tf.get_variable('b', [4])]),
        'dense_to_sparse': lambda: layers.dense_to_sparse(
            tf.constant([[1, 0, 3], [0, 0, 2]]), eos_token=0),
        'losses': lambda: [
            losses.absolute_difference(x(), x() * 2), losses.mean_squared_error(x(), x() * 2),
            losses.mean_squared_error(x(), x() * 2, weights=tf.constant([[1.], [0.], [2.]])),
            losses.sigmoid_cross_entropy(x(), tf.round(tf.abs(x()))),
            losses.softmax_cross_entropy(x(), tf.one_hot([1, 0, 3], 4), label_smoothing=0.1),
            losses.sparse_softmax_cross_entropy(x(), tf.constant([1, 0, 3])),
            losses.log_loss(tf.abs(x()), tf.round(tf.abs(x()))),
            losses.hinge_loss(x(), tf.round(tf.abs(x()))),
            losses.cosine_distance(x(), x() * x(), dim=1),
            losses.mean_pairwise_squared_error(x(), x() * x()),
            losses.compute_weighted_loss(x(), 2.0), losses.get_total_loss(),
            losses.metric_learning.triplet_semihard_loss(tf.constant([1, 1, 0]), x()),
            losses.metric_learning.npairs_loss(tf.constant([1, 2, 0]), x(), x() * 2),
            losses.metric_learning.contrastive_loss(tf.constant([1, 1, 0]), x(), x() * 2),
            losses.metric_learning.lifted_struct_loss(tf.constant([1, 1, 0]), x())],
        'utils': lambda: [
            utils.smart_cond(tf.placeholder_with_default(True, []), x, lambda: x() + 1),
            utils.smart_cond(True, x, lambda: x() + 1),
            tf.constant(utils.last_dimension(x().shape)),
            tf.constant(utils.two_element_tuple(3)),
            tf.constant(utils.constant_value(tf.constant(True)))],
    }.items()})  # fmt: skip


OPTIMIZE_LOSS = {
    'plain': dict(optimizer='SGD', learning_rate=0.1),
    'adam': dict(optimizer='Adam', learning_rate=0.1),
    'function': dict(optimizer=lambda lr: tf.train.MomentumOptimizer(lr, 0.9), learning_rate=0.1),
    'clipped': dict(optimizer='Adagrad', learning_rate=0.1, clip_gradients=0.5),
    'clip function': dict(
        optimizer='RMSProp', learning_rate=0.1,
        clip_gradients=lambda pairs: [(tf.clip_by_value(g, -0.1, 0.1), v) for g, v in pairs]),
    'decayed': dict(
        optimizer='Ftrl', learning_rate=0.1,
        learning_rate_decay_fn=lambda lr, step: tf.train.exponential_decay(lr, step, 1, 0.5)),
    'multiplied': dict(
        optimizer=tf.train.GradientDescentOptimizer, learning_rate=0.1,
        gradient_multipliers={'w': 3.0}),
    'all summaries': dict(
        optimizer='Momentum', learning_rate=0.1, name='train',
        summaries=['loss', 'learning_rate', 'gradients', 'gradient_norm']),
    'adaptive': dict(
        optimizer='SGD', learning_rate=0.1, clip_gradients=slim.adaptive_clipping_fn()),
}  # fmt: skip


@case
def optimize_loss(session):
    found = {}
    for name, arguments in sorted(OPTIMIZE_LOSS.items()):
        if arguments['optimizer'] == 'Momentum':
            arguments = dict(arguments, optimizer=lambda lr: tf.train.MomentumOptimizer(lr, 0.5))
        with tf.Graph().as_default(), tf.Session() as inner:
            w = tf.get_variable('w', [3])
            step = tf.train.get_or_create_global_step()
            train = layers.optimize_loss(tf.reduce_sum(tf.square(w - 1.0)), step, **arguments)
            settle(inner)
            losses_seen = [inner.run(train) for _ in range(3)]
            found[name] = [
                losses_seen,
                inner.run(w),
                inner.run(step),
                shapes(tf.global_variables()),
                sorted(each.op.name for each in tf.get_collection('summaries')),
            ]
    return found  # fmt: skip


@case
def create_train_op(session):
    w = tf.get_variable('w', [3])
    loss = tf.losses.mean_squared_error(tf.ones([3]), w)
    step = slim.get_or_create_global_step()
    train = slim.learning.create_train_op(
        loss, tf.train.AdamOptimizer(0.1), clip_gradient_norm=0.5, gradient_multipliers={'w': 2.0},
        summarize_gradients=True)  # fmt: skip
    settle(session)
    return [session.run([train, w]), session.run([train, w, step]), shapes(tf.global_variables())]


@case
def learning_train(session):
    """slim's loop, its Supervisor, and its evaluation."""
    import shutil
    import tempfile

    folder = tempfile.mkdtemp()
    try:
        w = tf.get_variable('w', [3], initializer=tf.constant_initializer(0.5))
        loss = losses.mean_squared_error(w, tf.ones([3]))
        train = slim.learning.create_train_op(loss, tf.train.GradientDescentOptimizer(0.3))
        final = slim.learning.train(
            train, folder, number_of_steps=4, log_every_n_steps=10, save_summaries_secs=1000
        )
        with tf.Graph().as_default():
            value, update = metrics.streaming_mean(tf.get_variable('w', [3]))
            evaluated = slim.evaluation.evaluate_once(
                '',
                tf.train.latest_checkpoint(folder),
                folder,
                num_evals=1,
                eval_op=[update],
                final_op=value,
            )
        return [final, evaluated]  # fmt: skip
    finally:
        shutil.rmtree(folder)


@case
def model_analyzer(session):
    tf.get_variable('a', [2, 3])
    tf.get_variable('b', [4])
    return slim.model_analyzer.analyze_vars(tf.global_variables(), print_info=False)


@case
def tfexample_decoder(session):
    example = tf.train.Example()
    example.features.feature['label'].int64_list.value.append(7)
    example.features.feature['text'].bytes_list.value.append(b'hi')
    decoder = slim.tfexample_decoder
    handlers = {
        'label': decoder.Tensor('label', shape=[1]),
        'text': decoder.Tensor('text', default_value=''),
        'size': decoder.ItemHandlerCallback(['label'], lambda found: found['label'] * 2),
    }
    keys = {
        'label': tf.FixedLenFeature([1], tf.int64),
        'text': tf.FixedLenFeature([], tf.string, ''),
        'rare': tf.VarLenFeature(tf.int64),
    }
    reader = decoder.TFExampleDecoder(keys, handlers)
    items = reader.list_items()
    png = tf.image.encode_png(tf.constant(np.arange(12).reshape(2, 2, 3), tf.uint8))
    image_handler = decoder.Image(image_key='i', format_key='f', channels=3)
    pixels = image_handler.tensors_to_item({'i': png, 'f': tf.constant('png')})
    return [sorted(items), session.run(reader.decode(example.SerializeToString(), sorted(items))),
            session.run(pixels)]  # fmt: skip


@case
def parallel_reader(session):
    import shutil
    import tempfile

    folder = tempfile.mkdtemp()
    try:
        path = os.path.join(folder, 'a.tfrecord')
        with tf.python_io.TFRecordWriter(path) as writer:
            writer.write(b'one')
            writer.write(b'two')
        _, value = slim.parallel_reader.parallel_read(
            [path], tf.TFRecordReader, num_epochs=1, num_readers=1, shuffle=False
        )
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        with slim.queues.QueueRunners(session):
            return [session.run(value), session.run(value)]  # fmt: skip
    finally:
        shutil.rmtree(folder)


@case
def nets(session):
    """Names of the end points and how many variables of which sizes."""
    from tensorflow.contrib.slim.nets import resnet_v1
    from tensorflow.contrib.slim.python.slim.data import data_decoder
    from tensorflow.contrib.slim.python.slim.nets import inception_v3, resnet_utils, vgg
    from tensorflow.contrib.slim.python.slim.nets.resnet_v1 import resnet_v1_152
    from tensorflow.contrib.slim.python.slim.nets.resnet_v2 import resnet_v2_152

    assert callable(resnet_v1_152) and callable(resnet_v2_152) and data_decoder.DataDecoder
    images = tf.placeholder(tf.float32, [2, 64, 64, 3])
    with slim.arg_scope(resnet_utils.resnet_arg_scope(weight_decay=1e-4)):
        blocks = [resnet_v1.resnet_v1_block('block1', base_depth=2, num_units=2, stride=2)]
        _, points = resnet_v1.resnet_v1(
            images, blocks, num_classes=5, is_training=True, global_pool=True, scope='r'
        )
    found = [sorted(points)]
    with slim.arg_scope(inception_v3.inception_v3_arg_scope()):
        _, points = inception_v3.inception_v3_base(
            tf.placeholder(tf.float32, [1, 149, 149, 3]),
            final_endpoint='Mixed_5b',
            min_depth=2,
            depth_multiplier=0.1,
        )
    found.append(sorted(points))
    with slim.arg_scope(vgg.vgg_arg_scope()):
        vgg.vgg_a(tf.placeholder(tf.float32, [1, 224, 224, 3]), num_classes=3)
    return found + [shapes(slim.get_model_variables())]  # fmt: skip


def metric_cases():
    labels = lambda: tf.constant([0, 1, 1, 0, 1, 1])  # noqa: E731
    chances = lambda: tf.constant([0.2, 0.7, 0.4, 0.6, 0.9, 0.3])  # noqa: E731
    guesses = lambda: tf.constant([0, 1, 0, 1, 1, 0])  # noqa: E731
    scores = lambda: tf.constant(numbers('scores', [3, 4]))  # noqa: E731
    classes = lambda: tf.constant([[1], [0], [3]], tf.int64)  # noqa: E731
    m = metrics
    thresholds = [0.25, 0.5, 0.75]
    two = {
        'streaming_mean': lambda: m.streaming_mean(chances()),
        'streaming_mean_tensor': lambda: m.streaming_mean_tensor(chances()),
        'streaming_accuracy': lambda: m.streaming_accuracy(guesses(), labels()),
        'streaming_precision': lambda: m.streaming_precision(guesses(), labels()),
        'streaming_recall': lambda: m.streaming_recall(
            guesses(), labels(), weights=tf.constant([1.0, 0, 1, 1, 2, 1])
        ),
        'streaming_true_positives': lambda: m.streaming_true_positives(guesses(), labels()),
        'streaming_true_negatives': lambda: m.streaming_true_negatives(guesses(), labels()),
        'streaming_false_positives': lambda: m.streaming_false_positives(guesses(), labels()),
        'streaming_false_negatives': lambda: m.streaming_false_negatives(guesses(), labels()),
        'streaming_false_positive_rate': lambda: m.streaming_false_positive_rate(
            guesses(), labels()
        ),
        'streaming_false_negative_rate': lambda: m.streaming_false_negative_rate(
            guesses(), labels()
        ),
        'streaming_auc': lambda: m.streaming_auc(chances(), labels()),
        'streaming_dynamic_auc': lambda: m.streaming_dynamic_auc(labels(), chances()),
        'auc_with_confidence_intervals': lambda: m.auc_with_confidence_intervals(
            labels(), chances()
        ),
        'streaming_curve_points': lambda: m.streaming_curve_points(labels(), chances(), None, 5),
        'streaming_mean_iou': lambda: m.streaming_mean_iou(guesses(), labels(), 2),
        'streaming_mean_absolute_error': lambda: m.streaming_mean_absolute_error(
            chances(), tf.to_float(labels())
        ),
        'streaming_mean_squared_error': lambda: m.streaming_mean_squared_error(
            chances(), tf.to_float(labels())
        ),
        'streaming_root_mean_squared_error': lambda: m.streaming_root_mean_squared_error(
            chances(), tf.to_float(labels())
        ),
        'streaming_mean_relative_error': lambda: m.streaming_mean_relative_error(
            chances(), tf.to_float(labels()), chances() + 1
        ),
        'streaming_mean_cosine_distance': lambda: m.streaming_mean_cosine_distance(
            tf.nn.l2_normalize(scores(), 1), tf.nn.l2_normalize(scores() ** 2, 1), 1
        ),
        'streaming_percentage_less': lambda: m.streaming_percentage_less(chances(), 0.5),
        'streaming_pearson_correlation': lambda: m.streaming_pearson_correlation(
            chances(), tf.to_float(labels())
        ),
        'streaming_covariance': lambda: m.streaming_covariance(chances(), tf.to_float(labels())),
        'streaming_concat': lambda: m.streaming_concat(chances()),
        'streaming_recall_at_k': lambda: m.streaming_recall_at_k(scores(), classes()[:, 0], 2),
        'streaming_sparse_recall_at_k': lambda: m.streaming_sparse_recall_at_k(
            scores(), classes(), 2
        ),
        'streaming_sparse_precision_at_k': lambda: m.streaming_sparse_precision_at_k(
            scores(), classes(), 2
        ),
        'streaming_sparse_precision_at_top_k': lambda: m.streaming_sparse_precision_at_top_k(
            tf.nn.top_k(scores(), 2).indices, classes()
        ),
        'sparse_recall_at_top_k': lambda: m.sparse_recall_at_top_k(
            classes(), tf.nn.top_k(scores(), 2).indices
        ),
        'streaming_sparse_average_precision_at_k': lambda: (
            m.streaming_sparse_average_precision_at_k(scores(), classes(), 3)
        ),
        'streaming_sparse_average_precision_at_top_k': lambda: (
            m.streaming_sparse_average_precision_at_top_k(
                tf.to_int64(tf.nn.top_k(scores(), 3).indices), classes()
            )
        ),
        'streaming_sensitivity_at_specificity': lambda: m.streaming_sensitivity_at_specificity(
            chances(), labels(), 0.5
        ),
        'streaming_specificity_at_sensitivity': lambda: m.streaming_specificity_at_sensitivity(
            chances(), labels(), 0.5
        ),
        'cohen_kappa': lambda: m.cohen_kappa(labels(), guesses(), 2),
        'count': lambda: m.count(chances()),
        'precision_at_recall': lambda: m.precision_at_recall(labels(), chances(), 0.5),
        'recall_at_precision': lambda: m.recall_at_precision(labels(), chances(), 0.5),
        'precision_recall_at_equal_thresholds': lambda: m.precision_recall_at_equal_thresholds(
            tf.cast(labels(), tf.bool), chances(), num_thresholds=4
        ),
        'f1_score': lambda: m.f1_score(labels(), chances(), num_thresholds=11),
        'aggregate_metrics': lambda: m.aggregate_metrics(
            m.streaming_mean(chances()), m.streaming_accuracy(guesses(), labels())
        ),
        'aggregate_metric_map': lambda: m.aggregate_metric_map(
            {'a': m.streaming_mean(chances()), 'b': m.streaming_accuracy(guesses(), labels())}
        ),
    }
    for name in (
        'precision',
        'recall',
        'true_positives',
        'true_negatives',
        'false_positives',
        'false_negatives',
        'false_positive_rate',
        'false_negative_rate',
    ):
        full = 'streaming_' + name + '_at_thresholds'
        two[full] = lambda full=full: getattr(m, full)(chances(), labels(), thresholds)

    def metric(function):
        def build(session):
            value, update = function()
            settle(session)
            first = session.run(update)
            again = session.run(update)
            return [first, again, session.run(value), shapes(tf.local_variables())]

        return build

    cases(**{name: metric(function) for name, function in two.items()})
    cases(**{name: values(function) for name, function in {
        'accuracy': lambda: m.accuracy(guesses(), labels()),
        'confusion_matrix': lambda: m.confusion_matrix(labels(), guesses()),
        'auc_using_histogram': lambda: m.auc_using_histogram(
            tf.cast(labels(), tf.bool), chances(), [0.0, 1.0])[1:],
        'sets': lambda: [
            m.set_size(m.set_intersection([[1, 2], [3, 4]], [[2, 5], [3, 4]])),
            m.set_union([[1, 2], [3, 4]], [[2, 5], [3, 4]]),
            m.set_difference([[1, 2], [3, 4]], [[2, 5], [3, 4]])],
    }.items()})  # fmt: skip


def crf_cases():
    lengths = [4, 1, 0, 3]
    tags = [[1, 2, 0, 1], [2, 0, 0, 0], [1, 1, 1, 1], [0, 0, 2, 2]]

    def unary(time=4, batch=4):
        return tf.identity(tf.constant(3 * numbers('unary', [batch, time, 3])), name='x')

    def transitions():
        return tf.get_variable('t', [3, 3])

    def bitmap():
        return tf.constant(numbers('bitmap', [4, 4, 3]) > -0.5)

    def likelihood(time=4, dtype=tf.int32, unknown=False):
        with tf.variable_scope('loss'):
            scores = unary(time)
            given = tf.constant(tags, dtype)[:, :time]
            if unknown:
                scores = tf.placeholder_with_default(scores, [None, None, 3])
                given = tf.placeholder_with_default(given, [None, None])
            shorter = np.minimum(lengths, time)
            return crf.crf_log_likelihood(scores, given, tf.constant(shorter, dtype))[0]

    def decode(time=4, dtype=tf.int32, unknown=False):
        scores = unary(time)
        if unknown:
            scores = tf.placeholder_with_default(scores, [None, None, 3])
        return crf.crf_decode(scores, transitions(), tf.constant(np.minimum(lengths, time), dtype))

    cases(**{name: layer(function) for name, function in {
        'crf_log_likelihood': likelihood,
        'crf_log_likelihood_one_step': lambda: likelihood(1),
        'crf_log_likelihood_int64': lambda: likelihood(4, tf.int64),
        'crf_log_likelihood_unknown_time': lambda: likelihood(unknown=True),
        'crf_log_likelihood_unknown_one_step': lambda: likelihood(1, unknown=True),
        'crf_log_norm': lambda: crf.crf_log_norm(unary(), tf.constant(lengths), transitions()),
        'crf_sequence_score': lambda: crf.crf_sequence_score(
            unary(), tf.constant(tags), tf.constant(lengths), transitions()),
        'crf_multitag_sequence_score': lambda: crf.crf_multitag_sequence_score(
            unary(), bitmap(), tf.constant(lengths), transitions()),
        'crf_multitag_one_step': lambda: crf.crf_multitag_sequence_score(
            unary(1), tf.constant([[[True, False, True]]] * 4), tf.constant([1, 0, 1, 1]),
            transitions()),
        'crf_unary_score': lambda: crf.crf_unary_score(
            tf.constant(tags), tf.constant(lengths), unary()),
        'crf_binary_score': lambda: crf.crf_binary_score(
            tf.constant(tags), tf.constant(lengths), transitions()),
        'crf_decode': decode,
        'crf_decode_one_step': lambda: decode(1),
        'crf_decode_int64': lambda: decode(4, tf.int64),
        'crf_decode_unknown_time': lambda: decode(unknown=True),
        'crf_decode_unknown_one_step': lambda: decode(1, unknown=True),
        'crf_cells': lambda: [
            crf.CrfForwardRnnCell(transitions())(unary()[:, 0], unary()[:, 1]),
            crf.CrfDecodeForwardRnnCell(tf.constant(numbers('t', [3, 3])))(
                unary()[:, 0], unary()[:, 1])[1],
            tf.to_float(crf.CrfDecodeBackwardRnnCell(3)(
                tf.constant([[1, 2, 0]]), tf.constant([[1]]))[0])],
    }.items()})  # fmt: skip

    @case
    def viterbi_decode(session):
        path, best = crf.viterbi_decode(numbers('a', [5, 3]), numbers('b', [3, 3]))
        return [[int(each) for each in path], float(best)]


def optimizer_cases():
    makers = {
        'LazyAdam': lambda: opt.LazyAdamOptimizer(0.1),
        'Nadam': lambda: opt.NadamOptimizer(0.1),
        'AdaMax': lambda: opt.AdaMaxOptimizer(0.1),
        'AdamW': lambda: opt.AdamWOptimizer(0.01, 0.1),
        'MomentumW': lambda: opt.MomentumWOptimizer(0.01, 0.1, 0.9, use_nesterov=True),
        'extended': lambda: opt.extend_with_decoupled_weight_decay(tf.train.AdagradOptimizer)(
            weight_decay=0.02, learning_rate=0.1
        ),
        'extended_lazy': lambda: opt.extend_with_decoupled_weight_decay(opt.LazyAdamOptimizer)(
            0.02, learning_rate=0.1
        ),
        'MovingAverage': lambda: opt.MovingAverageOptimizer(tf.train.AdamOptimizer(0.1), 0.5),
        'Multitask': lambda: opt.MultitaskOptimizerWrapper(tf.train.MomentumOptimizer(0.1, 0.9)),
        'Multitask_adam': lambda: opt.MultitaskOptimizerWrapper(tf.train.AdamOptimizer(0.1)),
    }

    def trained(maker, resource):
        def build(session):
            start = dict(initializer=tf.constant_initializer(0.5), use_resource=resource)
            dense = tf.get_variable('dense', [2, 3], **start)
            table = tf.get_variable('table', [4, 2], **start)
            idle = tf.get_variable('idle', [2], **start)
            step = tf.train.get_or_create_global_step()
            on = tf.to_float(tf.not_equal(step, 1))
            rows = tf.nn.embedding_lookup(table, [1, 3, 1])
            # Linear, so that the order of reading and decaying does not matter.
            loss = tf.reduce_sum(dense * numbers('g', [2, 3]) * tf.to_float(step + 1))
            loss += tf.reduce_sum(rows * numbers('h', [3, 2])) + on * tf.reduce_sum(idle * 0.7)
            optimizer = maker()
            names_before = set(tf.global_variables())
            train = optimizer.minimize(loss, global_step=step)
            found = {'names': shapes(set(tf.global_variables()) - names_before)}
            settle(session)
            for _ in range(3):
                session.run(train)
            found['values'] = {v.op.name: session.run(v) for v in tf.global_variables()}
            if not isinstance(optimizer, opt.MovingAverageOptimizer):
                found['slots'] = sorted(optimizer.get_slot_names())
            return found

        return build

    for name, maker in makers.items():
        cases(**{'optimizer_' + name: trained(maker, False)})
        cases(**{'optimizer_' + name + '_resource': trained(maker, True)})

    @case
    def decay_only(session):
        a, b = tf.get_variable('a', [2]), tf.get_variable('b', [2])
        optimizer = opt.AdamWOptimizer(0.5, 0.1)
        loss = tf.reduce_sum(a * 0.3 - b * 0.6)
        every = optimizer.minimize(loss, decay_var_list=[a])
        one = optimizer.apply_gradients(optimizer.compute_gradients(loss), decay_var_list=[a])
        settle(session)
        session.run(every)
        found = session.run([a, b])
        session.run(one)
        return [found, session.run([a, b])]

    @case
    def swapping_saver(session):
        import shutil
        import tempfile

        a = tf.get_variable('a', [2], initializer=tf.zeros_initializer())
        optimizer = opt.MovingAverageOptimizer(tf.train.GradientDescentOptimizer(0.1), 0.5)
        train = optimizer.minimize(tf.reduce_sum(a * a))
        saver = optimizer.swapping_saver()
        settle(session)
        session.run(train)
        folder = tempfile.mkdtemp()
        try:
            path = saver.save(session, os.path.join(folder, 'model'))
            saved = tf.train.load_checkpoint(path)
            names = sorted(saved.get_variable_to_shape_map())
            return [session.run(a), {name: saved.get_tensor(name) for name in names}]
        finally:
            shutil.rmtree(folder)

    cases(**{name: values(function) for name, function in {
        'clip_gradients_by_global_norm': lambda: [
            opt.clip_gradients_by_global_norm(
                [(tf.constant([3.0, 4.0]), tf.constant(1.0)), (tf.constant(12.0), tf.constant(2.))],
                clip_norm=norm) for norm in (6.5, 20.0)],
        'clip_zeros': lambda: opt.clip_gradients_by_global_norm(
            [(tf.zeros([2]), tf.constant(1.0))]),
    }.items()})  # fmt: skip


ERRORS = {
    'embed_sequence': lambda: layers.embed_sequence(tf.constant([[1]])),
    'multitask': lambda: opt.MultitaskOptimizerWrapper('Adam'),
    'swapping_saver': lambda: opt.MovingAverageOptimizer(
        tf.train.GradientDescentOptimizer(0.1)).swapping_saver(),
    'fully_connected_rank': lambda: layers.fully_connected(tf.zeros([3]), 2),
    'smart_cond': lambda: utils.smart_cond(True, 1, 2),
}  # fmt: skip


@case
def errors(session):
    """The type of each error; an error that is no error is 'none'."""
    found = {}
    for name, function in ERRORS.items():
        try:
            function()
            found[name] = 'none'
        except Exception as error:
            found[name] = type(error).__name__
    return found


for _group in (layer_cases, value_cases, metric_cases, crf_cases, optimizer_cases):
    _group()


def evaluate(function):
    with tf.Graph().as_default(), tf.Session() as session:
        tf.set_random_seed(7)
        return plain(function(session))


def public(module):
    return [name for name in dir(module) if not name.startswith('_')]


def files():
    """The modules of the packages, and the public names that each defines."""
    found = {}
    for package in PACKAGES:
        module = getattr(tf.contrib, package)
        module = importlib.import_module(module.__name__)
        for _, name, _ in pkgutil.walk_packages(module.__path__, module.__name__ + '.'):
            if name.startswith(module.__name__ + '.ops') or '._' in name:
                continue  # the operations that were linked in
            file = importlib.import_module(name)
            found[name] = [
                each for each in public(file)
                if getattr(getattr(file, each), '__module__', '') == name]  # fmt: skip
    return found


def main():
    from recording import record_or_check

    tf.logging.set_verbosity(tf.logging.ERROR)
    out = sys.argv[sys.argv.index('--out') + 1] if '--out' in sys.argv else ''
    only = sys.argv[sys.argv.index('--only') + 1].split(',') if '--only' in sys.argv else CASES
    found = {'tensorflow': tf.__version__, 'cases': {}}
    for name in sorted(only):
        try:
            found['cases'][name] = evaluate(CASES[name])
        except Exception:
            if not out:
                raise
            found['cases'][name] = traceback.format_exc()
    if out:
        with open(out, 'w') as file:
            json.dump(found, file)
        return
    found['names'] = {each: public(getattr(tf.contrib, each)) for each in PACKAGES}
    found['files'] = files()
    what = '{} cases'.format(len(found['cases']))
    record_or_check(RECORD, found, what, indent=None)


if __name__ == '__main__':
    main()
