"""Cases of what TensorFlow Addons has beside `seq2seq`: the same functions run on it and on ours.

`make_rest.py` records TensorFlow Addons 0.23 on TensorFlow 2.15.1. A case is a function of the
module `tfa` and of the Keras that it is made over; it returns a `Layer` or a `Function`.
"""

import json
import tempfile
from typing import NamedTuple

import numpy as np
import tensorflow as tf

MODES = 'eager', 'function', 'compiled'
BATCH, TIME, DEPTH, UNITS, TAGS = 3, 5, 4, 6, 4
CASES = {}


class Layer(NamedTuple):
    """A layer that is called; its outputs, gradients, weights and configuration are compared."""

    layer: object
    inputs: object
    options: dict = {}
    config_of: object = None


class Function(NamedTuple):
    """A function of tensors; with `gradient`, the first of them gets one.

    `compiled` is false if it has an operation without a kernel for XLA, in TensorFlow Addons too.
    """

    function: object
    inputs: list
    gradient: bool = False
    compiled: bool = True


class Values(NamedTuple):
    """What a program of its own gives, on one path only."""

    values: dict


def case(function):
    CASES[function.__name__] = function
    return function


def numbers(*shape, seed=0, scale=0.5):
    size = int(np.prod(shape))
    return (scale * np.sin(np.arange(size) * 1.7 + seed + size)).reshape(shape).astype(np.float32)


def variables_of(tape_variables):
    return [getattr(each, '_value', each) for each in tape_variables]


def in_mode(function, mode):
    if mode == 'eager':
        return function
    return tf.function(function, jit_compile=mode == 'compiled')


def run(made, mode):
    """The results of a case: arrays by name, and `names`, `shapes` and `config` of a layer."""
    if isinstance(made, Values):
        return made.values
    if isinstance(made, Function):
        inputs = [tf.constant(each) for each in made.inputs]

        def call(*inputs):
            with tf.GradientTape() as tape:
                tape.watch(inputs[0])
                outputs = tf.nest.flatten(made.function(*inputs))
            kept = {f'output_{i}': output for i, output in enumerate(outputs)}
            if made.gradient:
                kept['gradient_0'] = tape.gradient(outputs[0], inputs[0])
            return kept

        return {k: np.asarray(v) for k, v in in_mode(call, mode)(*inputs).items()}

    layer, inputs = made.layer, tf.nest.map_structure(tf.constant, made.inputs)
    layer(inputs, **made.options)
    layer.set_weights([numbers(*w.shape, seed=i) for i, w in enumerate(layer.get_weights())])

    def call(inputs):
        with tf.GradientTape() as tape:
            outputs = tf.nest.flatten(layer(inputs, **made.options))
            loss = 0.0
            for output in outputs:
                if output.dtype.is_floating:
                    loss += tf.reduce_sum(tf.cast(output, tf.float32) ** 2)
        kept = {f'output_{i}': output for i, output in enumerate(outputs)}
        variables = variables_of(layer.trainable_variables)
        for i, gradient in enumerate(tape.gradient(loss, variables)):
            if gradient is not None:
                kept[f'gradient_{i}'] = tf.convert_to_tensor(gradient)
        return kept

    results = {}
    for name, value in in_mode(call, mode)(inputs).items():
        results[name] = np.asarray(
            tf.cast(value, tf.float32) if value.dtype == tf.bfloat16 else value
        )
    results['shapes'] = [list(w.shape) for w in layer.weights]
    results['trainable'] = [bool(w.trainable) for w in layer.weights]
    results['names'] = [w.name for w in layer.weights]
    owner = made.config_of or layer
    results['config'] = json.loads(json.dumps(owner.get_config(), default=repr))
    return results


# -- cells ----------------------------------------------------------------------------------------


def over_time(keras, cell, mask=None):
    options = {} if mask is None else {'mask': tf.constant(mask)}
    layer = keras.layers.RNN(cell, return_sequences=True, return_state=True, name='rnn')
    return Layer(layer, numbers(BATCH, TIME, DEPTH, seed=3), options, cell)


def masked(lengths=(5, 2, 3)):
    return np.arange(TIME) < np.array(lengths)[:, None]


@case
def layer_norm_lstm(tfa, keras):
    return over_time(keras, tfa.rnn.LayerNormLSTMCell(UNITS))


@case
def layer_norm_lstm_options(tfa, keras):
    cell = tfa.rnn.LayerNormLSTMCell(
        UNITS,
        activation='relu',
        recurrent_activation='tanh',
        use_bias=False,
        unit_forget_bias=False,
        kernel_regularizer='l2',
        norm_gamma_initializer='zeros',
        norm_epsilon=0.1,
        name='cell_of_mine',
    )
    return over_time(keras, cell, masked())


@case
def layer_norm_simple(tfa, keras):
    return over_time(keras, tfa.rnn.LayerNormSimpleRNNCell(UNITS))


@case
def layer_norm_simple_options(tfa, keras):
    cell = tfa.rnn.LayerNormSimpleRNNCell(
        UNITS, activation=None, use_bias=False, layernorm_epsilon=0.2, gamma_regularizer='l1'
    )
    return over_time(keras, cell, masked())


@case
def nas(tfa, keras):
    return over_time(keras, tfa.rnn.NASCell(UNITS))


@case
def nas_options(tfa, keras):
    cell = tfa.rnn.NASCell(UNITS, projection=3, use_bias=True, kernel_initializer='ones')
    return over_time(keras, cell, masked())


@case
def peephole(tfa, keras):
    return over_time(keras, tfa.rnn.PeepholeLSTMCell(UNITS))


@case
def peephole_fused(tfa, keras):
    cell = tfa.rnn.PeepholeLSTMCell(UNITS, implementation=2, use_bias=False)
    return over_time(keras, cell, masked())


@case
def peephole_split(tfa, keras):
    return over_time(keras, tfa.rnn.PeepholeLSTMCell(UNITS, implementation=1))


@case
def esn(tfa, keras):
    return over_time(keras, tfa.rnn.ESNCell(UNITS, connectivity=0.8))


@case
def esn_options(tfa, keras):
    cell = tfa.rnn.ESNCell(
        UNITS, leaky=0.4, use_norm2=True, use_bias=False, activation='relu', connectivity=0.9
    )
    return over_time(keras, cell, masked())


@case
def stacked_cells(tfa, keras):
    cells = [tfa.rnn.LayerNormLSTMCell(UNITS), tfa.rnn.NASCell(5), tfa.rnn.PeepholeLSTMCell(3)]
    return over_time(keras, keras.layers.StackedRNNCells(cells))


@case
def bidirectional(tfa, keras):
    inner = keras.layers.RNN(tfa.rnn.LayerNormLSTMCell(UNITS), return_sequences=True)
    return Layer(keras.layers.Bidirectional(inner), numbers(BATCH, TIME, DEPTH, seed=3))


# -- conditional random fields --------------------------------------------------------------------

LENGTHS = np.array([5, 2, 3], np.int64)


def unary(time=TIME, seed=1):
    return numbers(BATCH, time, TAGS, seed=seed, scale=2.0)


def transitions():
    return numbers(TAGS, TAGS, seed=2, scale=1.5)


def tags(time=TIME):
    return (np.arange(BATCH * time).reshape(BATCH, time) * 7 % TAGS).astype(np.int64)


def allowed(time=TIME):
    return numbers(BATCH, time, TAGS, seed=9) > -0.2


FUNCTIONS_OF_CRF = {
    'crf_log_likelihood': lambda text, x, n: text.crf_log_likelihood(
        x, tags(x.shape[1]), n, transitions()
    ),
    'crf_log_norm': lambda text, x, n: text.crf_log_norm(x, n, transitions()),
    'crf_sequence_score': lambda text, x, n: text.crf_sequence_score(
        x, tags(x.shape[1]), n, transitions()
    ),
    'crf_multitag_sequence_score': lambda text, x, n: text.crf_multitag_sequence_score(
        x, allowed(x.shape[1]), n, transitions()
    ),
    'crf_unary_score': lambda text, x, n: text.crf_unary_score(tags(x.shape[1]), n, x),
    'crf_forward': lambda text, x, n: text.crf_forward(x[:, 1:], x[:, 0], transitions(), n),
    'crf_filtered_inputs': lambda text, x, n: text.crf_filtered_inputs(x, allowed(x.shape[1])),
}
DECODING = {
    'crf_decode': lambda text, x, n: text.crf_decode(x, transitions(), n),
    'crf_constrained_decode': lambda text, x, n: text.crf_constrained_decode(
        x, allowed(x.shape[1]), transitions(), n
    ),
    'crf_decode_forward': lambda text, x, n: text.crf_decode_forward(
        x[:, 1:], x[:, 0], transitions(), n - 1
    ),
    'crf_decode_backward': lambda text, x, n: text.crf_decode_backward(
        tf.cast(tags()[:, :, None] * np.array([[[1, 2, 1, 3]]]) % TAGS, tf.int32),
        tf.constant([[1], [0], [3]]),
    ),
    'crf_binary_score': lambda text, x, n: text.crf_binary_score(tags(), n, transitions()),
}


def _function_cases():
    for name, function in (FUNCTIONS_OF_CRF | DECODING).items():
        times = (TIME, 1) if name not in ('crf_forward', 'crf_decode_forward') else (TIME,)
        for time in times:
            for lengths in ('full', 'zero'):

                def one(tfa, keras, name=name, function=function, time=time, lengths=lengths):
                    n = np.minimum(LENGTHS, time)
                    if lengths == 'zero' and name != 'crf_decode_forward':
                        n[1] = 0

                    def call(x, n):
                        return function(tfa.text, x, n)

                    return Function(call, [unary(time), n], name in FUNCTIONS_OF_CRF)

                one.__name__ = f'{name}_{time}_{lengths}'
                case(one)


_function_cases()


@case
def crf_decode_cell(tfa, keras):
    def call(scores, state):
        cell = tfa.text.CrfDecodeForwardRnnCell(transitions())
        return cell(scores, [state])

    return Function(call, [unary()[:, 0], unary(seed=4)[:, 0]])


@case
def viterbi(tfa, keras):
    path, best = tfa.text.viterbi_decode(unary()[0], transitions())
    return Values({'output_0': np.array(path), 'output_1': np.array(best)})


@case
def crf_layer(tfa, keras):
    return Layer(tfa.layers.CRF(TAGS, name='crf'), numbers(BATCH, TIME, DEPTH))


@case
def crf_layer_masked(tfa, keras):
    layer = tfa.layers.CRF(TAGS, name='crf', chain_initializer='glorot_uniform')
    return Layer(layer, numbers(BATCH, TIME, DEPTH), {'mask': tf.constant(masked())})


@case
def crf_layer_bare(tfa, keras):
    layer = tfa.layers.CRF(TAGS, name='crf', use_boundary=False, use_kernel=False)
    return Layer(layer, unary(), {'mask': tf.constant(masked())})


@case
def crf_wrapper_training(tfa, keras):
    base = keras.Sequential(
        [
            keras.layers.Embedding(9, 5, mask_zero=True),
            keras.layers.Dense(DEPTH, activation='tanh'),
        ]
    )
    model = tfa.text.CRFModelWrapper(base, TAGS)
    ids = np.arange(BATCH * TIME).reshape(BATCH, TIME) % 8 + 1
    ids *= masked()
    model(ids)
    by_shape = {}
    for weight in variables_of(model.weights):
        shape = tuple(weight.shape)
        by_shape[shape] = by_shape.get(shape, 0) + 1
        weight.assign(numbers(*shape, seed=by_shape[shape]))
    model.compile(keras.optimizers.SGD(0.1), metrics=[keras.metrics.Accuracy()])
    weights = np.array([1.0, 0.5, 2.0], np.float32)
    history = model.fit(ids, tags(), sample_weight=weights, epochs=2, verbose=0, batch_size=BATCH)
    evaluated = model.evaluate(ids, tags(), verbose=0, return_dict=True)
    return Values(
        {
            'loss': np.array(history.history['loss']),
            'crf_loss': np.array(history.history['crf_loss']),
            'evaluated': np.array(evaluated['crf_loss']),
            'accuracy': np.array(evaluated['accuracy']),
            'predicted': np.array(model.predict(ids, verbose=0)),
        }
    )


# -- optimizers -----------------------------------------------------------------------------------


def steps_of(optimizer, steps=6, with_variables=False):
    """The variables after each step of dense and sparse gradients."""
    dense = tf.Variable(numbers(3, 4, seed=5), name='layer/kernel')
    bias = tf.Variable(numbers(4, seed=8), name='layer/bias')
    table = tf.Variable(numbers(7, 2, seed=6), name='table')
    variables = [dense, bias, table]

    @tf.function
    def step(ids, x):
        with tf.GradientTape() as tape:
            rows = tf.gather(table, ids)
            loss = tf.reduce_sum((x @ dense + bias) ** 2) + tf.reduce_sum(tf.exp(rows) * rows)
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))

    kept = {}
    for i in range(steps):
        step(tf.constant([i % 7, 3, (i * i) % 5, 3]), tf.constant(numbers(2, 3, seed=i)))
        for j, variable in enumerate(variables):
            kept[f'step_{i}_{j}'] = variable.numpy()
    return (kept, variables) if with_variables else Values(kept)


def _optimizers(keras):
    with_legacy = hasattr(keras.layers.Layer, 'submodules')
    return keras.optimizers.legacy if with_legacy else keras.optimizers


def _sgd(keras):
    return _optimizers(keras).SGD


OPTIMIZERS = {
    'lazy_adam': lambda tfa, keras: tfa.optimizers.LazyAdam(0.05),
    'lazy_adam_amsgrad': lambda tfa, keras: tfa.optimizers.LazyAdam(0.05, 0.8, 0.9, amsgrad=True),
    'adam_w': lambda tfa, keras: tfa.optimizers.AdamW(0.02, 0.05),
    'adam_w_excluding': lambda tfa, keras: tfa.optimizers.AdamW(
        0.02, 0.05, exclude_from_weight_decay=['bias', 'table']
    ),
    'adam_w_schedule': lambda tfa, keras: tfa.optimizers.AdamW(
        keras.optimizers.schedules.ExponentialDecay(0.1, 1, 0.5), 0.05
    ),
    'sgd_w': lambda tfa, keras: tfa.optimizers.SGDW(0.02, 0.05, momentum=0.9),
    'extended': lambda tfa, keras: tfa.optimizers.extend_with_decoupled_weight_decay(_sgd(keras))(
        weight_decay=0.1, learning_rate=0.05
    ),
    'rectified_adam': lambda tfa, keras: tfa.optimizers.RectifiedAdam(0.05),
    'rectified_adam_options': lambda tfa, keras: tfa.optimizers.RectifiedAdam(
        0.05,
        0.8,
        0.7,
        weight_decay=0.03,
        amsgrad=True,
        sma_threshold=2.0,
        total_steps=6,
        warmup_proportion=0.4,
        min_lr=0.001,
    ),
    'lamb': lambda tfa, keras: tfa.optimizers.LAMB(0.05),
    'lamb_options': lambda tfa, keras: tfa.optimizers.LAMB(
        0.05,
        weight_decay=0.1,
        exclude_from_weight_decay=['bias'],
        exclude_from_layer_adaptation=['table'],
    ),
    'novograd': lambda tfa, keras: tfa.optimizers.NovoGrad(0.05),
    'novograd_options': lambda tfa, keras: tfa.optimizers.NovoGrad(
        0.05, weight_decay=0.1, grad_averaging=True, beta_2=0.6
    ),
    'conditional_gradient': lambda tfa, keras: tfa.optimizers.ConditionalGradient(0.9, 0.5),
    'conditional_gradient_nuclear': lambda tfa, keras: tfa.optimizers.ConditionalGradient(
        0.8, ord='nuclear'
    ),
    'triangular': lambda tfa, keras: tfa.optimizers.LazyAdam(
        tfa.optimizers.Triangular2CyclicalLearningRate(0.01, 0.1, 2)
    ),
    'lookahead': lambda tfa, keras: tfa.optimizers.Lookahead(
        tfa.optimizers.LazyAdam(0.05), sync_period=2
    ),
    'lookahead_options': lambda tfa, keras: tfa.optimizers.Lookahead(
        tfa.optimizers.RectifiedAdam(0.05), sync_period=3, slow_step_size=0.7
    ),
    'exponential_cycles': lambda tfa, keras: tfa.optimizers.LazyAdam(
        tfa.optimizers.ExponentialCyclicalLearningRate(0.01, 0.1, 2, gamma=0.9)
    ),
}


def _optimizer_cases():
    for name, make in OPTIMIZERS.items():

        def one(tfa, keras, make=make):
            return steps_of(make(tfa, keras))

        one.__name__ = f'optimizer_{name}'
        case(one)


_optimizer_cases()

AVERAGED = {
    'moving_average': lambda tfa, sgd: tfa.optimizers.MovingAverage(sgd, 0.6),
    'moving_average_updates': lambda tfa, sgd: tfa.optimizers.MovingAverage(sgd, num_updates=3),
    'moving_average_dynamic': lambda tfa, sgd: tfa.optimizers.MovingAverage(
        sgd, start_step=2, dynamic_decay=True
    ),
    'swa': lambda tfa, sgd: tfa.optimizers.SWA(sgd, start_averaging=1, average_period=2),
}


def _averaged_cases():
    for name, make in AVERAGED.items():

        def one(tfa, keras, make=make):
            optimizer = make(tfa, _sgd(keras)(0.05))
            kept, variables = steps_of(optimizer, with_variables=True)
            optimizer.assign_average_vars(variables)
            kept = {**kept, **{f'average_{i}': v.numpy() for i, v in enumerate(variables)}}
            if hasattr(optimizer, 'swap_weights'):
                for variable in variables:
                    variable.assign_add(tf.ones_like(variable))
                with tf.distribute.OneDeviceStrategy('/cpu:0').scope():
                    optimizer.swap_weights()
                kept.update({f'swapped_{i}': v.numpy() for i, v in enumerate(variables)})
            kept['rate'] = np.asarray(optimizer.learning_rate)
            return Values(kept)

        one.__name__ = f'optimizer_{name}'
        case(one)


_averaged_cases()


@case
def optimizer_with_an_average_of_its_own(tfa, keras):
    class Least(tfa.optimizers.AveragedOptimizerWrapper):
        def average_op(self, var, average_var, local_apply_state):
            least = tf.minimum(tf.convert_to_tensor(average_var), tf.convert_to_tensor(var))
            return average_var.assign(0.5 * least)

    optimizer = Least(_sgd(keras)(0.05))
    kept, variables = steps_of(optimizer, with_variables=True)
    optimizer.assign_average_vars(variables)
    return Values({**kept, **{f'average_{i}': v.numpy() for i, v in enumerate(variables)}})


def _two_layers(keras):
    layers = [keras.layers.Dense(3, 'tanh', name='first'), keras.layers.Dense(2, name='last')]
    model = keras.Sequential([keras.layers.Input([4]), *layers])
    model.set_weights([numbers(*w.shape, seed=i) for i, w in enumerate(model.get_weights())])
    return model, layers


@case
def optimizer_of_each_layer(tfa, keras):
    model, (first, last) = _two_layers(keras)
    optimizers = _optimizers(keras)
    pairs = [(optimizers.SGD(0.1), first), (optimizers.Adam(0.05), [last])]
    optimizer = tfa.optimizers.MultiOptimizer(pairs)
    model.compile(optimizer, 'mse')
    kept = {}
    for i in range(3):
        model.fit(
            numbers(6, 4, seed=i), numbers(6, 2, seed=9), batch_size=2, shuffle=False, verbose=0
        )
        kept.update({f'step_{i}_{j}': w for j, w in enumerate(model.get_weights())})
    kept['iterations'] = np.array([int(np.asarray(one.iterations)) for one, _ in pairs])
    kept['weights'] = np.array([len(one['weights']) for one in optimizer.optimizer_specs])
    return Values(kept)


@case
def checkpoints_of_averages(tfa, keras):
    kept = {}
    for update in (True, False):
        model, _ = _two_layers(keras)
        model.compile(tfa.optimizers.MovingAverage(_sgd(keras)(0.1), 0.6), 'mse')
        with tempfile.TemporaryDirectory() as folder:
            path = folder + '/saved.weights.h5'
            callback = tfa.callbacks.AverageModelCheckpoint(update, path, save_weights_only=True)
            options = {'batch_size': 2, 'shuffle': False, 'verbose': 0, 'callbacks': [callback]}
            model.fit(numbers(6, 4), numbers(6, 2, seed=9), epochs=2, **options)
            found, _ = _two_layers(keras)
            found.load_weights(path)
        for name, one in (('trained', model), ('saved', found)):
            kept.update({f'{update}_{name}_{i}': w for i, w in enumerate(one.get_weights())})
    return Values(kept)


# -- losses, metrics, normalization ---------------------------------------------------------------


@case
def focal_loss(tfa, keras):
    y_true = np.array([[1.0, 0.0], [0.0, 1.0]], np.float32)

    def call(y_pred):
        probable = tf.sigmoid(y_pred)
        given = tfa.losses.SigmoidFocalCrossEntropy(from_logits=True, gamma=1.5)
        return (
            tfa.losses.sigmoid_focal_crossentropy(y_true, probable),
            given(y_true, y_pred),
            tfa.losses.sigmoid_focal_crossentropy(y_true, probable, alpha=0, gamma=0),
        )

    return Function(call, [numbers(2, 2)], gradient=True)


@case
def f1_score(tfa, keras):
    y_true = np.eye(3, dtype=np.float32)[[0, 2, 1, 1]]
    y_pred = np.abs(numbers(4, 3))
    found = {}
    for average in (None, 'micro', 'macro', 'weighted'):
        for threshold in (None, 0.3):
            metric = tfa.metrics.F1Score(3, average, threshold)
            metric.update_state(y_true, y_pred)
            found[f'{average}_{threshold}'] = np.array(metric.result())
    return Values(found)


@case
def group_normalization(tfa, keras):
    return Layer(tfa.layers.GroupNormalization(2), numbers(2, 5, 4))


@case
def instance_normalization(tfa, keras):
    return Layer(tfa.layers.InstanceNormalization(epsilon=0.01, center=False), numbers(2, 5, 4))


def _triplet(margin, metric, classes):
    @case
    def one(tfa, keras):
        def call(x):
            loss = tfa.losses.TripletSemiHardLoss(margin, metric)(tf.constant(classes), x)
            half = tf.cast(x, tf.float16)
            column = tf.constant(classes)[:, None]
            return loss, tfa.losses.triplet_semihard_loss(column, half, margin, metric)

        return Function(call, [numbers(6, 3, scale=1.0)], gradient=True)

    return one


for _name, _arguments in {
    'triplet_l2': (1.0, 'L2', [0, 1, 0, 2, 1, 0]),
    'triplet_squared': (0.3, 'squared-L2', [0, 1, 0, 1, 1, 0]),
    'triplet_angular': (0.1, 'angular', [3, 3, 3, 2, 2, 2]),
    'triplet_of_one_class': (1.0, 'L2', [0, 0, 0, 0, 0, 0]),
}.items():
    CASES[_name] = _triplet(*_arguments)
del CASES['one']


def _heads(count, **options):
    shapes = [(2, 3, 4), (2, 5, 6), (2, 5, 7)][:count]
    inputs = [numbers(*shape, seed=i) for i, shape in enumerate(shapes)]
    return lambda tfa, keras: Layer(tfa.layers.MultiHeadAttention(**options), inputs)


CASES['heads'] = _heads(2, head_size=4, num_heads=2)
CASES['heads_options'] = _heads(
    3,
    head_size=4,
    num_heads=2,
    output_size=3,
    use_projection_bias=False,
    return_attn_coef=True,
    dropout=0.3,
    kernel_regularizer='l2',
    name='mine',
)


@case
def heads_masked(tfa, keras):
    layer = tfa.layers.MultiHeadAttention(4, 2, return_attn_coef=True)
    mask = tf.constant(np.arange(5) < np.arange(1, 4)[:, None])
    inputs = [numbers(2, 3, 4), numbers(2, 5, 6, seed=1)]
    return Layer(layer, inputs, {'mask': tf.tile(mask[None], [2, 1, 1])})


@case
def weight_normalization(tfa, keras):
    layer = tfa.layers.WeightNormalization(keras.layers.Dense(3, 'tanh', name='dense'), name='wn')
    return Layer(layer, numbers(6, 4))


@case
def weight_normalization_of_a_convolution(tfa, keras):
    convolution = keras.layers.Conv1D(3, 2, name='convolution')
    layer = tfa.layers.WeightNormalization(convolution, data_init=False, name='wn')
    return Layer(layer, numbers(2, 6, 4))


@case
def weight_normalization_of_an_rnn(tfa, keras):
    rnn = keras.layers.SimpleRNN(3, name='rnn')
    return Layer(tfa.layers.WeightNormalization(rnn, data_init=False, name='wn'), numbers(2, 6, 4))


@case
def weight_normalization_begins(tfa, keras):
    """What the first batch makes of the weights, and the layer without it."""
    found = {}
    for data_init in (True, False):
        dense = keras.layers.Dense(3, activation='tanh')
        dense.build([None, 4])
        dense.set_weights([numbers(4, 3, seed=1), numbers(3, seed=2)])
        layer = tfa.layers.WeightNormalization(dense, data_init=data_init)
        for i in range(2):
            found[f'{data_init}_{i}'] = layer(numbers(6, 4, seed=i)).numpy()
        found[f'{data_init}_g'] = np.asarray(layer.g)
        removed = layer.remove()
        found[f'{data_init}_kernel'] = np.asarray(removed.kernel)
        found[f'{data_init}_removed'] = np.asarray(removed(numbers(6, 4)))
    return Values(found)


# -- images ---------------------------------------------------------------------------------------

PICTURES = (0.5 + numbers(2, 6, 5, 3, seed=4)).astype(np.float32)
BYTES = (255 * PICTURES).astype(np.uint8)
FLOATS = tf.float16, tf.float32, tf.float64
PROJECTION = np.float32([[1.1, 0.2, -0.7, -0.1, 0.9, 0.6, 0.01, -0.02], [0, 1, 0, 1, 0, 0, 0, 0]])


@case
def image_transform(tfa, keras):
    def call(pictures, projection):
        results = [tfa.image.transform(pictures, projection, 'bilinear', 'reflect')]
        for fill in ('constant', 'wrap', 'nearest'):
            results.append(tfa.image.transform(pictures, projection[0], 'nearest', fill))
        results.append(tfa.image.transform(pictures[0, :, :, 0], projection[1], fill_value=0.3))
        results.append(tfa.image.transform(BYTES[0], projection[0], output_shape=[3, 8]))
        return results

    return Function(call, [PICTURES, PROJECTION], gradient=True, compiled=False)


@case
def image_rotate(tfa, keras):
    def call(pictures, angles):
        return [
            tfa.image.rotate(pictures, angles, 'bilinear'),
            tfa.image.rotate(pictures[0], 0.4, fill_mode='wrap'),
            tfa.image.rotate(BYTES[1, :, :, 1], -2.0, fill_value=7.0),
        ]

    return Function(call, [PICTURES, np.float32([0.3, -1.5])], True, compiled=False)


@case
def image_warp(tfa, keras):
    flow = numbers(2, 6, 5, 2, seed=9, scale=4.0)
    return Function(tfa.image.dense_image_warp, [PICTURES, flow], gradient=True)


@case
def image_mean_filter(tfa, keras):
    def call(pictures):
        return [
            tfa.image.mean_filter2d(pictures),
            tfa.image.mean_filter2d(pictures[0], (2, 4), 'SYMMETRIC'),
            tfa.image.mean_filter2d(pictures[0, :, :, 0], 4, 'constant', 0.5),
            tfa.image.mean_filter2d(BYTES, [3, 2]),
        ]

    return Function(call, [PICTURES], gradient=True)


@case
def image_distances(tfa, keras):
    ones = np.ones([4, 7], np.uint8)
    one_zero = ones.copy()
    one_zero[2, 5] = 0

    def call(pictures):
        return [
            tfa.image.euclidean_dist_transform(pictures),
            tfa.image.euclidean_dist_transform(one_zero, tf.float64),
            tfa.image.euclidean_dist_transform(one_zero[..., None], tf.float16),
            *(tfa.image.euclidean_dist_transform(ones, kind) for kind in FLOATS),
        ]

    return Function(call, [(PICTURES > 0.3).astype(np.uint8) * 9])


@case
def image_colors(tfa, keras):
    def call(pictures):
        return [
            tfa.image.adjust_hsv_in_yiq(pictures, 0.7, 1.3, 0.8),
            tfa.image.adjust_hsv_in_yiq(BYTES, 0.1, 0.9, 0.9),
            tfa.image.random_hsv_in_yiq(pictures, 0, 0.5, 0.5, 1.2, 1.2),
        ]

    return Function(call, [PICTURES])


@case
def image_colors_drawn(tfa, keras):
    tf.random.set_seed(3)
    drawn = [
        tfa.image.random_hsv_in_yiq(PICTURES, 0.4, 0.5, 1.5, 0.8, 1.2, seed=5) for _ in range(3)
    ]
    return Values({f'draw_{i}': np.asarray(one) for i, one in enumerate(drawn)})
