# ruff: noqa: UP008, UP031, B008, B905
"""Records what tf.keras's layers of TF 1.15.5 name their variables, take and compute.

python keras_layers_golden.py            (in the TF 1.15.5 environment: writes the .json here)
python keras_layers_golden.py --check    (compares with it)

`--facts` prints what it finds, of the layers named after it alone: the tests run it through the
runner.
"""

import inspect
import json
import logging
import os
import re
import sys
import tempfile
import warnings

import numpy as np

RECORD = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'keras_layers_golden.json')

# Arguments and the shapes of the inputs; layers that are not here have no variables.
LAYERS = {
    'AdditiveAttention': ({}, [[2, 3, 4], [2, 5, 4]]),
    'Attention': ({'use_scale': True}, [[2, 3, 4], [2, 5, 4]]),
    'BatchNormalization': ({}, [[2, 3, 4]]),
    'Conv1D': ({'filters': 3, 'kernel_size': 2}, [[2, 5, 4]]),
    'Conv2D': ({'filters': 3, 'kernel_size': 2}, [[2, 5, 5, 2]]),
    'Conv2DTranspose': ({'filters': 3, 'kernel_size': 2}, [[2, 3, 3, 2]]),
    'Conv3D': ({'filters': 2, 'kernel_size': 2}, [[2, 3, 3, 3, 2]]),
    'Conv3DTranspose': ({'filters': 2, 'kernel_size': 2}, [[2, 2, 2, 2, 2]]),
    'ConvLSTM2D': ({'filters': 2, 'kernel_size': 2}, [[2, 3, 4, 4, 1]]),
    'Dense': ({'units': 3}, [[2, 4]]),
    'DepthwiseConv2D': ({'kernel_size': 2}, [[2, 4, 4, 2]]),
    'Embedding': ({'input_dim': 7, 'output_dim': 3}, [[2, 4]]),
    'GRU': ({'units': 3}, [[2, 4, 3]]),
    'LSTM': ({'units': 3}, [[2, 4, 3]]),
    'LayerNormalization': ({}, [[2, 3, 4]]),
    'LocallyConnected1D': ({'filters': 2, 'kernel_size': 2}, [[2, 4, 3]]),
    'LocallyConnected2D': ({'filters': 2, 'kernel_size': 2}, [[2, 3, 3, 2]]),
    'PReLU': ({}, [[2, 4]]),
    'SeparableConv1D': ({'filters': 3, 'kernel_size': 2}, [[2, 5, 4]]),
    'SeparableConv2D': ({'filters': 3, 'kernel_size': 2}, [[2, 4, 4, 2]]),
    'SimpleRNN': ({'units': 3}, [[2, 4, 3]]),
}
# Those without variables.
PLAIN = {
    'Activation': ({'activation': 'tanh'}, [[2, 4]]),
    'ActivityRegularization': ({'l2': 0.1}, [[2, 4]]),
    'Add': ({}, [[2, 4], [2, 4]]),
    'AlphaDropout': ({'rate': 0.5}, [[2, 4]]),
    'Average': ({}, [[2, 4], [2, 4]]),
    'AveragePooling1D': ({}, [[2, 4, 3]]),
    'AveragePooling2D': ({}, [[2, 4, 4, 3]]),
    'AveragePooling3D': ({}, [[2, 4, 4, 4, 1]]),
    'Concatenate': ({}, [[2, 4], [2, 3]]),
    'Cropping1D': ({}, [[2, 4, 3]]),
    'Cropping2D': ({}, [[2, 4, 4, 3]]),
    'Cropping3D': ({}, [[2, 4, 4, 4, 1]]),
    'Dot': ({'axes': 1}, [[2, 4], [2, 4]]),
    'Dropout': ({'rate': 0.5}, [[2, 4]]),
    'ELU': ({}, [[2, 4]]),
    'Flatten': ({}, [[2, 4, 3]]),
    'GaussianDropout': ({'rate': 0.5}, [[2, 4]]),
    'GaussianNoise': ({'stddev': 0.5}, [[2, 4]]),
    'GlobalAveragePooling1D': ({}, [[2, 4, 3]]),
    'GlobalAveragePooling2D': ({}, [[2, 4, 4, 3]]),
    'GlobalAveragePooling3D': ({}, [[2, 4, 4, 4, 1]]),
    'GlobalMaxPooling1D': ({}, [[2, 4, 3]]),
    'GlobalMaxPooling2D': ({}, [[2, 4, 4, 3]]),
    'GlobalMaxPooling3D': ({}, [[2, 4, 4, 4, 1]]),
    'Lambda': ({}, [[2, 4]]),
    'LeakyReLU': ({}, [[2, 4]]),
    'Masking': ({}, [[2, 4, 3]]),
    'MaxPooling1D': ({}, [[2, 4, 3]]),
    'MaxPooling2D': ({}, [[2, 4, 4, 3]]),
    'MaxPooling3D': ({}, [[2, 4, 4, 4, 1]]),
    'Maximum': ({}, [[2, 4], [2, 4]]),
    'Minimum': ({}, [[2, 4], [2, 4]]),
    'Multiply': ({}, [[2, 4], [2, 4]]),
    'Permute': ({'dims': [2, 1]}, [[2, 4, 3]]),
    'ReLU': ({}, [[2, 4]]),
    'RepeatVector': ({'n': 2}, [[2, 4]]),
    'Reshape': ({'target_shape': [2, -1]}, [[2, 4]]),
    'Softmax': ({}, [[2, 4]]),
    'SpatialDropout1D': ({'rate': 0.5}, [[2, 4, 3]]),
    'SpatialDropout2D': ({'rate': 0.5}, [[2, 4, 4, 3]]),
    'SpatialDropout3D': ({'rate': 0.5}, [[2, 4, 4, 4, 1]]),
    'Subtract': ({}, [[2, 4], [2, 4]]),
    'ThresholdedReLU': ({}, [[2, 4]]),
    'UpSampling1D': ({}, [[2, 2, 3]]),
    'UpSampling2D': ({}, [[2, 2, 2, 1]]),
    'UpSampling3D': ({}, [[2, 2, 2, 2, 1]]),
    'ZeroPadding1D': ({}, [[2, 2, 3]]),
    'ZeroPadding2D': ({}, [[2, 2, 2, 1]]),
    'ZeroPadding3D': ({}, [[2, 1, 1, 1, 1]]),
}
# Bases of layers, what needs a GPU to run, and what takes columns of features for its inputs.
NOT_TRIED = (
    'AbstractRNNCell',
    'CuDNNGRU',
    'CuDNNLSTM',
    'DenseFeatures',
    'InputLayer',
    'Layer',
    'Wrapper',
)
CELLS = ('GRUCell', 'LSTMCell', 'SimpleRNNCell')
EVERYWHERE = (
    'Dense',
    'LSTM',
    'Bidirectional(GRU)',
    'TimeDistributed(LSTM)',
    'RNN([LSTMCell])',
    'RNN(own cell)',
)
FEW_PLACES = ('alone', 'twice', 'variable_scope', 'within_layer', 'doubles')
RECURRENT = ('GRU', 'LSTM', 'SimpleRNN')


def makers(tf):
    """Functions that make a layer, by name, with the shapes of its inputs."""
    layers = tf.keras.layers
    made = {
        name: (lambda kind=getattr(layers, name), given=given, **more: kind(**dict(given, **more)))
        for name, (given, _) in LAYERS.items()
    }
    shapes = {name: shape for name, (_, shape) in LAYERS.items()}

    def add(name, shape, make):
        made[name], shapes[name] = make, shape

    sequence = [[2, 4, 3]]
    for name in CELLS:
        kind = getattr(layers, name)
        add('RNN(%s)' % name, sequence, lambda k=kind, **more: layers.RNN(k(3), **more))
        add('RNN([%s])' % name, sequence, lambda k=kind, **more: layers.RNN([k(3), k(2)], **more))
        add(
            'RNN(StackedRNNCells of %s)' % name,
            sequence,
            lambda k=kind, **more: layers.RNN(layers.StackedRNNCells([k(3), k(2)]), **more),
        )
        add(
            'Bidirectional(RNN(%s))' % name,
            sequence,
            lambda k=kind, **more: layers.Bidirectional(layers.RNN(k(3)), **more),
        )
    for name in RECURRENT:
        kind = getattr(layers, name)
        add(
            'Bidirectional(%s)' % name,
            sequence,
            lambda k=kind, **more: layers.Bidirectional(k(3), **more),
        )
        add(
            'Bidirectional(%s, other)' % name,
            sequence,
            lambda k=kind, **more: layers.Bidirectional(
                k(3), backward_layer=k(2, go_backwards=True), **more
            ),
        )
        add(
            'Bidirectional(named %s)' % name,
            sequence,
            lambda k=kind, **more: layers.Bidirectional(k(3, name='mine'), **more),
        )
        add(
            'TimeDistributed(%s)' % name,
            [[2, 5, 4, 3]],
            lambda k=kind, **more: layers.TimeDistributed(k(3), **more),
        )
        add(
            '%s, stateful' % name,
            sequence,
            lambda k=kind, **more: k(3, stateful=True, batch_input_shape=[2, 4, 3], **more),
        )
        add(
            '%s, implementation 2, unrolled' % name,
            sequence,
            lambda k=kind, **more: k(
                3,
                unroll=True,
                **dict({} if k is layers.SimpleRNN else {'implementation': 2}, **more),
            ),
        )
    add('GRU, reset_after', sequence, lambda **more: layers.GRU(3, reset_after=True, **more))
    add('RNN(own cell)', sequence, lambda **more: layers.RNN(own_cell(tf), **more))
    add('RNN([own cell])', sequence, lambda **more: layers.RNN([own_cell(tf)] * 2, **more))
    add(
        'TimeDistributed(Dense)',
        sequence,
        lambda **more: layers.TimeDistributed(layers.Dense(2), **more),
    )
    add(
        'TimeDistributed(Bidirectional(LSTM))',
        [[2, 5, 4, 3]],
        lambda **more: layers.TimeDistributed(layers.Bidirectional(layers.LSTM(2)), **more),
    )
    return made, shapes


def own_cell(tf):
    class Own(tf.keras.layers.Layer):
        """A cell as users write one, with a layer inside that is built when it is called."""

        state_size = output_size = 3

        def __init__(self, **kwargs):
            super(Own, self).__init__(**kwargs)
            self.inner = tf.keras.layers.Dense(3)

        def build(self, input_shape):
            self.scale = self.add_weight('scale', [3])
            self.built = True

        def call(self, inputs, states):
            output = self.inner(inputs) * self.scale + states[0]
            return output, [output]

    return Own()


def places(tf):
    """Ways to call what `make` makes on inputs; what they give are outputs."""
    keras = tf.keras

    def alone(make, inputs):
        return make()(inputs)

    def named(make, inputs):
        return make(name='mine')(inputs)

    def twice(make, inputs):
        return [make()(inputs), make()(inputs)]

    def shared(make, inputs):
        layer = make()
        with tf.variable_scope('first'):
            one = layer(inputs)
        with tf.variable_scope('second'):
            return [one, layer(inputs)]

    def variable_scope(make, inputs):
        with tf.variable_scope('outer'):
            return make()(inputs)

    def same_variable_scope(make, inputs):
        outputs = []
        for _ in range(2):
            with tf.variable_scope('outer', reuse=tf.AUTO_REUSE):
                outputs.append(make()(inputs))
        return outputs

    def name_scope(make, inputs):
        with tf.name_scope('outer'):
            return make()(inputs)

    def sequential(make, inputs):
        return keras.Sequential([make()])(inputs)

    def functional(make, inputs):
        several = isinstance(inputs, list)
        given = [
            keras.Input(batch_shape=t.shape.as_list(), dtype=t.dtype)
            for t in (inputs if several else [inputs])
        ]
        model = keras.Model(given, make()(given if several else given[0]))
        return model(inputs)

    def subclassed(make, inputs):
        class Net(keras.Model):
            def __init__(self):
                super(Net, self).__init__()
                self.part = make()

            def call(self, inputs):
                return self.part(inputs)

        return Net()(inputs)

    def within_layer(make, inputs):
        class Outer(keras.layers.Layer):
            def __init__(self):
                super(Outer, self).__init__()
                self.parts = [make(), make()]

            def call(self, inputs):
                return [part(inputs) for part in self.parts]

        return Outer()(inputs)

    def nested(make, inputs):
        if isinstance(inputs, list):
            return make()(inputs)
        inner = keras.Sequential([make()], name='inner')
        given = keras.Input(batch_shape=inputs.shape.as_list(), dtype=inputs.dtype)
        return keras.Model(given, inner(given))(inputs)

    def built(make, inputs):
        layer = make()
        shapes = [t.shape for t in inputs] if isinstance(inputs, list) else inputs.shape
        layer.build(shapes)
        return layer(inputs)

    def doubles(make, inputs):
        if isinstance(inputs, list):
            return make()([tf.cast(t, tf.float64) for t in inputs])
        return make()(tf.cast(inputs, tf.float64) if inputs.dtype.is_floating else inputs)

    every = (
        alone, named, twice, shared, variable_scope, same_variable_scope, name_scope, sequential,
        functional, subclassed, within_layer, nested, built, doubles,
    )  # fmt: skip
    return {each.__name__: each for each in every}


def inputs_of(tf, shapes, whole):
    values = [np.cos(np.arange(np.prod(shape))).reshape(shape) for shape in shapes]
    if whole:
        values = [np.arange(np.prod(shape)).reshape(shape) % 7 for shape in shapes]
    tensors = [tf.constant(v, tf.int32 if whole else tf.float32) for v in values]
    return tensors if len(tensors) > 1 else tensors[0]


def variables(tf):
    trained = set(id(v) for v in tf.trainable_variables())
    found = []
    for v in tf.global_variables():
        words = [v.op.name, 'x'.join(map(str, v.shape.as_list()))]
        words += [] if v.dtype.base_dtype == tf.float32 else [v.dtype.base_dtype.name]
        found.append(' '.join(words + ['fixed'] * (id(v) not in trained)))
    return found


def digest(value):
    """The shape and the type of an array, its mean and the first of its numbers."""
    value = np.asarray(value)
    kind = '%s %s' % ('x'.join(map(str, value.shape)), value.dtype)
    return [kind, numbers([value.mean()] + np.ravel(value).tolist()[:6])]


def numbers(values):
    return [float('%.5g' % e) for e in np.ravel(values).tolist()]


def chosen(names):
    only = sys.argv[sys.argv.index('--facts') + 1 :] if '--facts' in sys.argv else []
    return [name for name in sorted(names) if name in only or not only]


def names(tf):
    """Names, shapes and whether trained, of the variables of each layer at each place."""
    made, shapes = makers(tf)
    found = {}
    for name in chosen(made):
        for place, call in places(tf).items():
            if not (name in EVERYWHERE or place in FEW_PLACES):
                continue
            tf.keras.backend.clear_session()
            with tf.Graph().as_default():
                inputs = inputs_of(tf, shapes[name], name == 'Embedding')
                try:
                    call(made[name], inputs)
                except Exception as error:
                    found.setdefault(name, {})[place] = type(error).__name__
                else:
                    found.setdefault(name, {})[place] = variables(tf)
    return found


def wrapped(tf):
    """The variables of a Keras layer in a cell, of tf.contrib.rnn's wrappers, in a loop."""
    rnn = tf.contrib.rnn

    class Own(rnn.RNNCell):
        state_size = output_size = 3

        def __init__(self):
            super(Own, self).__init__()
            self.inner = tf.keras.layers.Dense(3)

        def call(self, inputs, state):
            output = self.inner(inputs) + tf.layers.dense(state, 3)
            return output, output

    made = {
        'in AttentionCellWrapper': lambda: rnn.AttentionCellWrapper(Own(), 3),
        'in HighwayWrapper': lambda: rnn.HighwayWrapper(Own()),
        'in InputProjectionWrapper': lambda: rnn.InputProjectionWrapper(Own(), 3),
        'in MultiRNNCell': lambda: rnn.MultiRNNCell([rnn.AttentionCellWrapper(Own(), 3), Own()]),
        'in OutputProjectionWrapper': lambda: rnn.OutputProjectionWrapper(Own(), 3),
    }
    found = {}
    for name in chosen(made):
        tf.keras.backend.clear_session()
        with tf.Graph().as_default():
            for scope in ('first', 'second'):
                with tf.variable_scope(scope):
                    tf.nn.dynamic_rnn(made[name](), tf.ones([2, 4, 3]), dtype=tf.float32)
            found[name] = variables(tf)
    return found


def outputs(tf):
    """What each layer computes in its first and its second call, with weights by a formula."""
    made, shapes = makers(tf)
    found = {}
    for name in chosen(made):
        tf.keras.backend.clear_session()
        with tf.Graph().as_default(), tf.Session() as session:
            inputs = inputs_of(tf, shapes[name], name == 'Embedding')
            values = [made[name]()(inputs), made[name]()(inputs)]
            session.run(tf.global_variables_initializer())
            for v in tf.trainable_variables():
                n = np.arange(v.shape.num_elements())
                v.load(np.cos(n + v.shape.ndims).reshape(v.shape.as_list()), session)
            found[name] = [digest(v) for v in session.run(values)]
    return found


def plain_layers(tf):
    """The type and the static shape of the output of layers without variables, and its value."""
    found = {}
    for name in chosen(PLAIN):
        given, shapes = PLAIN[name]
        tf.keras.backend.clear_session()
        with tf.Graph().as_default(), tf.Session() as session:
            arguments = dict(given, function=lambda x: x * 2) if name == 'Lambda' else given
            inputs = inputs_of(tf, shapes, False)
            doubles = [tf.cast(t, tf.float64) for t in tf.nest.flatten(inputs)]
            doubles = doubles if len(doubles) > 1 else doubles[0]
            kind = getattr(tf.keras.layers, name)
            for given in (inputs, doubles):
                try:
                    value = kind(**arguments)(given)
                    what = [value.shape.as_list()] + digest(session.run(value))
                except Exception as error:
                    what = type(error).__name__
                found.setdefault(name, []).append(what)
            assert not tf.global_variables()
    return found


def types(tf):
    """The types of outputs and variables, or the error, of inputs of a type in a layer of one.

    Of layers alone, with a `dtype`, of those that have had inputs of another type, and in models.
    """
    made, shapes = makers(tf)
    for name in PLAIN:
        arguments = {'function': lambda x: x * 2} if name == 'Lambda' else PLAIN[name][0]
        kind = getattr(tf.keras.layers, name)
        made[name] = lambda kind=kind, given=arguments, **more: kind(**dict(given, **more))
        shapes[name] = PLAIN[name][1]

    def inputs(name, dtype, make=lambda shape, dtype: tf.zeros(shape, dtype)):
        tensors = [make(shape, dtype) for shape in shapes[name]]
        return tensors if len(tensors) > 1 else tensors[0]

    def called_before(name, of_layer, dtype):
        layer = made[name]()
        layer(inputs(name, of_layer))
        return layer(inputs(name, dtype))

    def model(name, of_layer, dtype):
        given = inputs(name, of_layer, lambda s, t: tf.keras.Input(batch_shape=s, dtype=t))
        return tf.keras.Model(given, made[name]()(given))(inputs(name, dtype))

    ways = {
        'alone': lambda name, of_layer, dtype: made[name]()(inputs(name, dtype)),
        'with dtype': lambda name, of_layer, dtype: made[name](dtype=of_layer)(inputs(name, dtype)),
        'called before': called_before,
        'in a model': model,
    }
    found = {}
    for name in chosen({*LAYERS, *PLAIN, *EVERYWHERE}):
        for way, of_layer, dtype in [
            ('alone', '', 'float64'),
            ('alone', '', 'float16'),
            ('alone', '', 'int32'),
            ('with dtype', 'float64', 'float32'),
            ('with dtype', 'float32', 'float64'),
            ('called before', 'float32', 'float64'),
            ('in a model', 'float32', 'float64'),
            ('in a model', 'float32', 'float16'),
            ('in a model', 'float32', 'int32'),
        ]:
            tf.keras.backend.clear_session()
            with tf.Graph().as_default():
                try:
                    outputs = tf.nest.flatten(ways[way](name, of_layer, dtype))
                    kept = sorted({v.dtype.base_dtype.name for v in tf.global_variables()})
                    what = [t.dtype.base_dtype.name for t in outputs] + kept
                except Exception as error:
                    what = type(error).__name__
            found.setdefault(name, []).append([way, of_layer, dtype, what])
    return found


def plain(value, depth=0):
    if isinstance(value, dict):
        if 'class_name' in value and 'config' in value:
            if depth and not isinstance(value['config'].get('name'), str):
                return value['class_name']  # of an initializer
            value = {'class_name': value['class_name'], 'config': value['config']}
        return {key: plain(value[key], depth + 1) for key in value}
    if isinstance(value, (list, tuple)):
        return [plain(each, depth + 1) for each in value]
    return value if isinstance(value, (str, int, float, bool, type(None))) else type(value).__name__


def configs(tf):
    """What get_config gives of each layer."""
    made, _ = makers(tf)
    tf.keras.backend.clear_session()
    return {name: plain(made[name](name='mine').get_config()) for name in chosen(made)}


def tf_cells(tf):
    """Functions that make a recurrent layer of Keras over cells of tf.nn.rnn_cell."""
    rnn, cells, contrib = tf.keras.layers.RNN, tf.nn.rnn_cell, tf.contrib.rnn
    stacked = tf.keras.layers.StackedRNNCells
    made = {
        'BasicRNNCell': lambda **k: rnn(cells.BasicRNNCell(2), **k),
        'BasicLSTMCell': lambda **k: rnn(cells.BasicLSTMCell(2), **k),
        'GRUCell': lambda **k: rnn(cells.GRUCell(2), **k),
        'LSTMCell': lambda **k: rnn(cells.LSTMCell(2), **k),
        'LSTMCell, named': lambda **k: rnn(cells.LSTMCell(2, name='mine'), **k),
        'LSTMCell, peepholes': lambda **k: rnn(
            cells.LSTMCell(2, use_peepholes=True, num_proj=3), **k
        ),
        'LSTMCell, one state': lambda **k: rnn(cells.LSTMCell(2, state_is_tuple=False), **k),
        'MultiRNNCell': lambda **k: rnn(
            cells.MultiRNNCell([cells.LSTMCell(2), cells.GRUCell(2)]), **k
        ),
        'list': lambda **k: rnn([cells.LSTMCell(2), cells.GRUCell(2)], **k),
        'StackedRNNCells': lambda **k: rnn(stacked([cells.GRUCell(2), cells.LSTMCell(2)]), **k),
        'with a cell of Keras': lambda **k: rnn(
            [cells.GRUCell(2), tf.keras.layers.GRUCell(2)], **k
        ),
        'DropoutWrapper': lambda **k: rnn(cells.DropoutWrapper(cells.GRUCell(2), 1.0), **k),
        'ResidualWrapper': lambda **k: rnn(cells.ResidualWrapper(cells.GRUCell(3)), **k),
        'DeviceWrapper': lambda **k: rnn(cells.DeviceWrapper(cells.GRUCell(2), '/cpu:0'), **k),
        'NASCell': lambda **k: rnn(contrib.NASCell(2), **k),
        'GRUBlockCell': lambda **k: rnn(contrib.GRUBlockCell(2), **k),
        'UGRNNCell': lambda **k: rnn(contrib.UGRNNCell(2), **k),
    }
    return made


OPTIONS = (
    {},
    {'return_sequences': True, 'go_backwards': True},
    {'stateful': True},
    {'unroll': True},
)


def fitted(tf, make, options):
    """The variables, the losses and the predictions of a model of one recurrent layer."""
    keras = tf.keras
    keras.backend.clear_session()
    rows = np.cos(np.arange(24.0)).reshape(2, 4, 3).astype('f')
    rows[1, 2:] = 0
    given = keras.Input(batch_shape=[2, 4, 3])
    model = keras.Model(given, make(**options)(keras.layers.Masking()(given)))
    found = {'variables': variables(tf), 'trained': len(model.trainable_weights)}
    if not model.trainable_weights:
        return found  # The numbers would be those of its random initial values.
    session = keras.backend.get_session()
    session.run(tf.global_variables_initializer())
    for v in model.trainable_weights:
        n = np.arange(v.shape.num_elements())
        v.load(np.cos(n + v.shape.ndims).reshape(v.shape.as_list()), session)
    found['before'] = numbers(model.predict(rows, batch_size=2))
    model.reset_states()
    model.compile('sgd', 'mse')
    wanted = np.ones([2] + list(model.output_shape[1:]))
    fitting = {'epochs': 2, 'batch_size': 2, 'shuffle': False, 'verbose': 0}
    found['losses'] = numbers(model.fit(rows, wanted, **fitting).history['loss'])
    weights = model.get_weights()
    path = os.path.join(tempfile.mkdtemp(), 'weights')
    for name in (path + '.h5', path):
        model.save_weights(name)
        model.set_weights([0 * w for w in weights])
        model.load_weights(name)
        same = [(a == b).all() for a, b in zip(weights, model.get_weights())]
        found.setdefault('loaded', []).append(bool(all(same)))
    model.reset_states()
    found['loss'] = numbers(model.evaluate(rows, wanted, batch_size=2, verbose=0))
    return found


def cells(tf):
    """What Keras's RNN layer makes of the cells of tf.nn.rnn_cell."""
    found = {}
    made = tf_cells(tf)
    for name in chosen(made):
        make = made[name]
        for options in OPTIONS if name in ('LSTMCell', 'GRUCell', 'list') else OPTIONS[:1]:
            key = ', '.join([name] + sorted(options))
            try:
                found[key] = fitted(tf, make, options)
            except Exception as error:
                found[key] = type(error).__name__
    return found


LOSSES = 'mse mae binary_crossentropy categorical_crossentropy kld hinge'
OPTIMIZERS = 'sgd rmsprop adagrad adadelta adam adamax nadam'


def trained_on_masks(tf, kind, name):
    """Losses and metrics of a model whose outputs have a mask, with weights of its steps or not."""
    keras = tf.keras
    found = []
    for weighted in (False, True):
        keras.backend.clear_session()
        ids = np.array([[1, 2, 3, 0], [4, 0, 0, 0]])
        model = keras.Sequential(
            [
                keras.layers.Embedding(5, 3, mask_zero=True, input_length=4),
                keras.layers.GRU(3, return_sequences=True),
                keras.layers.TimeDistributed(keras.layers.Dense(2, activation='softmax')),
            ]
        )
        options = {'sample_weight_mode': 'temporal'} if weighted else {}
        loss = {'loss': name} if kind == 'loss' else {'loss': 'categorical_crossentropy'}
        if kind == 'optimizer':
            loss['optimizer'] = name
        else:
            loss['optimizer'] = 'sgd'
        loss.update(options, metrics=['accuracy', 'mae'], weighted_metrics=['mse'])
        model.compile(**loss)
        for v in model.trainable_weights:
            n = np.arange(v.shape.num_elements())
            keras.backend.set_value(v, np.cos(n + v.shape.ndims).reshape(v.shape.as_list()))
        wanted = np.eye(2)[ids % 2]
        weights = {'sample_weight': 1.0 + np.arange(8).reshape(2, 4)} if weighted else {}
        fitting = dict(epochs=2, batch_size=2, shuffle=False, verbose=0, **weights)
        history = model.fit(ids, wanted, **fitting).history
        found.append({key: numbers(history[key]) for key in history})
        names = [v.op.name for v in tf.global_variables()]
        found.append([name for name in names if name.startswith('training')])
        found.append(numbers(model.evaluate(ids, wanted, batch_size=2, verbose=0, **weights)))
    return found


def training(tf):
    """What each loss and each optimizer do with masks and weights."""
    found = {}
    for kind, names in (('loss', LOSSES), ('optimizer', OPTIMIZERS)):
        for name in names.split():
            for key in chosen(['%s %s' % (kind, name)]):
                found[key] = trained_on_masks(tf, kind, name)
    return found


def mechanisms(tf):
    """What the V2 mechanisms take, what their variables are, and what they are made again of."""
    from tensorflow.contrib.seq2seq.python.ops import attention_wrapper

    memory = np.cos(np.arange(24.0)).reshape(2, 3, 4).astype('f')
    query = np.sin(np.arange(6.0)).reshape(2, 3).astype('f')
    options = [{}, {'dtype': 'float32', 'trainable': False}, {'memory_sequence_length': [3, 1]}]
    bahdanau = [{'normalize': True}]
    for given in ('ones', 'he_normal', 'uniform', {'class_name': 'Ones', 'config': {}}):
        bahdanau.append({'kernel_initializer': given})
    monotonic = [{'mode': 'hard', 'score_bias_init': 0.5, 'sigmoid_noise_seed': 3}]
    kinds = {
        'BahdanauAttentionV2': bahdanau + [{'probability_fn': 'hardmax'}],
        'LuongAttentionV2': [{'scale': True}],
        'BahdanauMonotonicAttentionV2': bahdanau + monotonic,
        'LuongMonotonicAttentionV2': [{'scale': True}] + monotonic,
    }
    found = {}
    for name in chosen(kinds):
        for option in options + kinds[name]:
            tf.keras.backend.clear_session()
            with tf.Graph().as_default(), tf.Session() as session:
                scope = {'initializer': tf.ones_initializer(), 'regularizer': tf.nn.l2_loss}
                with tf.variable_scope('root', partitioner=tf.fixed_size_partitioner(2), **scope):
                    mechanism = getattr(attention_wrapper, name)(3, tf.constant(memory), **option)
                    state = mechanism.initial_state(2, tf.float32)
                    alignments, _ = mechanism([tf.constant(query), state])
                kind = type(mechanism)
                again = kind.from_config(mechanism.get_config(), custom_objects={})
                made = [plain(each.get_config()) for each in (mechanism, again)]
                session.run(tf.global_variables_initializer())
                ones = [bool((session.run(v) == 1).all()) for v in tf.global_variables()]
                for v in tf.global_variables():
                    n = np.arange(v.shape.num_elements())
                    v.load(np.cos(n + v.shape.ndims).reshape(v.shape.as_list()), session)
                found['%s %s' % (name, json.dumps(option, sort_keys=True))] = {
                    'alignments': numbers(session.run(alignments)),
                    'configs': made,
                    'losses': len(tf.get_collection('regularization_losses')),
                    'ones': ones,
                    'variables': variables(tf),
                }
    return found


def signatures(tf):
    """The parameters of each layer's constructor, and what each is by default."""
    found = {}
    tried, _ = makers(tf)
    for name in dir(tf.keras.layers):
        kind = getattr(tf.keras.layers, name)
        if inspect.isclass(kind) and issubclass(kind, tf.keras.layers.Layer):
            text = ' '.join(list(tried) + list(PLAIN) + list(NOT_TRIED))
            known = {name, kind.__name__} & set(re.findall(r'\w+', text))
            assert known or '--facts' in sys.argv, name  # later versions have more
            spec = inspect.getfullargspec(kind.__init__)
            defaults = list(spec.defaults or ())
            without = len(spec.args) - len(defaults)
            found[name] = [
                [arg] if i < without else [arg, plain(defaults[i - without])]
                for i, arg in enumerate(spec.args)
            ][1:]
    return found


def main():
    from recording import record_or_check

    warnings.simplefilter('ignore')
    logging.getLogger('tensorflow').setLevel(logging.CRITICAL)
    import tensorflow as tf

    tf.logging.set_verbosity(tf.logging.FATAL)
    parts = (signatures, plain_layers, configs, mechanisms, names, wrapped, outputs, cells)
    parts += (training, types)
    found = {part.__name__: part(tf) for part in parts}
    if '--facts' in sys.argv:
        print(json.dumps(found))
        return
    found['tensorflow'] = tf.__version__
    record_or_check(RECORD, found, '{} layers of tf.keras'.format(len(found['names'])), indent=None)


if __name__ == '__main__':
    main()
