"""One row for every public class of `addons`: how to make it, and how to call it.

`test_rows.py` holds the promises over all rows, and fails for a public class without a row.
"""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat import addons as tfa
from tf_seq2seq_compat.addons.keras_generation import keras

BATCH, TIME, DEPTH, VOCABULARY, BEAMS = 3, 5, 4, 7, 2
LENGTHS = [5, 2, 3]

# The modules with public names; the others hold switches and types.
MODULES = sorted({*tfa.__all__} - {'__version__', 'options', 'utils'})

# What others are made of: abstract, or of no use alone.
WITHOUT_ROW = {
    'seq2seq.AttentionMechanism': 'has no score',
    'seq2seq.BaseDecoder': 'has no step',
    'seq2seq.Decoder': 'has no step',
    'seq2seq.Sampler': 'samples nothing',
    'callbacks.AverageModelCheckpoint': 'has no configuration; a case of rest_cases.py',
    'optimizers.AveragedOptimizerWrapper': 'has no average_op',
    'optimizers.DecoupledWeightDecayExtension': 'is a part of SGDW and AdamW',
    'optimizers.KerasLegacyOptimizer': 'is the optimizer of Keras',
}


class Row(NamedTuple):
    """What there is to know of a class.

    Fields:
      make: `(dtype) -> object`; `dtype` is a policy's name.
      call: `(layer, x) -> nest of tensors`, from `x` of `[batch, TIME, DEPTH]`.
      around: `(object, dtype) -> layer` that is called and holds the weights.
    """

    make: object
    call: object
    around: object = lambda thing, dtype: thing


ROWS: dict[str, Row] = {}


def numbers(*shape, scale=0.5):
    return np.random.RandomState(1).uniform(-scale, scale, shape).astype('float32')


def lengths_for(x):
    return tf.constant(LENGTHS)[: tf.shape(x)[0]]


# -- layers and cells -----------------------------------------------------------------------------

for name in ('GroupNormalization', 'InstanceNormalization'):
    ROWS[f'layers.{name}'] = Row(
        lambda dtype, name=name: getattr(tfa.layers, name)(dtype=dtype),
        lambda layer, x: layer(tf.tile(x, [1, 1, 8])),  # 32 groups by default
    )
ROWS['layers.MultiHeadAttention'] = Row(
    lambda dtype: tfa.layers.MultiHeadAttention(2, 2, dtype=dtype), lambda layer, x: layer([x, x])
)
ROWS['layers.WeightNormalization'] = Row(
    lambda dtype: tfa.layers.WeightNormalization(
        keras.layers.Dense(3, dtype=dtype), data_init=False, dtype=dtype
    ),
    lambda layer, x: layer(x),
)
ROWS['layers.CRF'] = Row(lambda dtype: tfa.layers.CRF(3, dtype=dtype), lambda layer, x: layer(x))
for name in ('LayerNormLSTMCell', 'LayerNormSimpleRNNCell', 'NASCell', 'PeepholeLSTMCell'):
    ROWS[f'rnn.{name}'] = Row(
        lambda dtype, name=name: getattr(tfa.rnn, name)(6, dtype=dtype),
        lambda layer, x: layer(x),
        lambda cell, dtype: keras.layers.RNN(cell, return_sequences=True, dtype=dtype),
    )
ROWS['rnn.ESNCell'] = ROWS['rnn.NASCell']._replace(
    make=lambda dtype: tfa.rnn.ESNCell(6, connectivity=0.8, dtype=dtype)
)
ROWS['text.CrfDecodeForwardRnnCell'] = Row(
    lambda dtype: tfa.text.CrfDecodeForwardRnnCell(numbers(DEPTH, DEPTH), dtype=dtype),
    lambda cell, x: cell(x[:, 0], [x[:, 1]]),
)


def tagger(dtype):
    inner = keras.Sequential([keras.layers.Input([TIME, DEPTH]), keras.layers.Dense(5)])
    return tfa.text.CRFModelWrapper(inner, 3)


# In the dtype of the policy of all layers, which these tests do not change.
ROWS['text.CRFModelWrapper'] = Row(tagger, lambda model, x: model(x))


# -- attention ------------------------------------------------------------------------------------


def attends(mechanism, x):
    mechanism([x, lengths_for(x)], setup_memory=True)
    return mechanism([x[:, 0], tf.ones_like(x[:, :, 0]) / TIME])


for name in ('Luong', 'Bahdanau', 'LuongMonotonic', 'BahdanauMonotonic'):
    kind = getattr(tfa.seq2seq, f'{name}Attention')
    option = 'scale' if name.startswith('Luong') else 'normalize'
    ROWS[f'seq2seq.{name}Attention'] = Row(
        lambda dtype, kind=kind, option=option: kind(DEPTH, dtype=dtype, **{option: True}), attends
    )


def wrapper(dtype):
    mechanism = tfa.seq2seq.LuongAttention(DEPTH, dtype=dtype)
    cell = keras.layers.GRUCell(DEPTH, dtype=dtype)
    return tfa.seq2seq.AttentionWrapper(
        cell, mechanism, 5, alignment_history=True, name='wrapper', dtype=dtype
    )


def wrapped_steps(cell, x):
    cell._attention_mechanisms[0]([x, lengths_for(x)], setup_memory=True)
    state = cell.get_initial_state(batch_size=tf.shape(x)[0], dtype=x.dtype)
    outputs = []
    for time in range(3):
        output, state = cell(x[:, time], state)
        outputs.append(output)
    return outputs, state.alignment_history.stack()


ROWS['seq2seq.AttentionWrapper'] = Row(wrapper, wrapped_steps)


# -- decoders and samplers ------------------------------------------------------------------------


def decoder_row(make_sampler, inputs=lambda x: [x], **options):
    """A row of a `BasicDecoder`; `options` are arguments of a call, functions of x."""

    def make(dtype):
        layers = keras.layers
        return tfa.seq2seq.BasicDecoder(
            layers.GRUCell(DEPTH, dtype=dtype),
            make_sampler(dtype),
            layers.Dense(VOCABULARY, dtype=dtype),
            maximum_iterations=4,
            dtype=dtype,
        )

    def call(decoder, x):
        given = {name: option(x) for name, option in options.items()}
        outputs, state, lengths = decoder(*inputs(x), initial_state=x[:, -1], **given)
        return outputs.rnn_output, outputs.sample_id, state, lengths

    return Row(make, call)


def table(x):
    return [tf.cast(tf.constant(numbers(VOCABULARY, DEPTH)), x.dtype)]


STARTS = {
    'start_tokens': lambda x: tf.fill([tf.shape(x)[0]], 1),
    'end_token': lambda x: 2,
}
samplers = tfa.seq2seq
ROWS['seq2seq.BasicDecoder'] = ROWS['seq2seq.TrainingSampler'] = decoder_row(
    lambda dtype: samplers.TrainingSampler(), sequence_length=lengths_for
)
ROWS['seq2seq.ScheduledEmbeddingTrainingSampler'] = decoder_row(
    lambda dtype: samplers.ScheduledEmbeddingTrainingSampler(0.0), embedding=lambda x: table(x)[0]
)
ROWS['seq2seq.ScheduledOutputTrainingSampler'] = decoder_row(
    lambda dtype: samplers.ScheduledOutputTrainingSampler(1.0, next_inputs_fn=first_inputs)
)
ROWS['seq2seq.GreedyEmbeddingSampler'] = decoder_row(
    lambda dtype: samplers.GreedyEmbeddingSampler(), table, **STARTS
)
ROWS['seq2seq.SampleEmbeddingSampler'] = decoder_row(
    lambda dtype: samplers.SampleEmbeddingSampler(softmax_temperature=1e-4), table, **STARTS
)


def first_inputs(outputs):
    return outputs[:, :DEPTH]


ROWS['seq2seq.InferenceSampler'] = decoder_row(
    lambda dtype: samplers.InferenceSampler(
        first_inputs, [DEPTH], dtype.removeprefix('mixed_'), lambda sample: sample[:, 0] > 1e4
    ),
    lambda x: [x[:, 0]],
)
ROWS['seq2seq.CustomSampler'] = decoder_row(
    lambda dtype: samplers.CustomSampler(
        lambda inputs: (tf.zeros_like(inputs[:, 0], tf.bool), inputs),
        lambda time, outputs, state: tf.argmax(outputs, -1, output_type=tf.int32),
        lambda time, outputs, state, sample_ids: (
            tf.zeros_like(sample_ids, tf.bool),
            first_inputs(outputs),
            state,
        ),
    ),
    lambda x: [x[:, 0]],
)


def beams(dtype):
    layers = keras.layers
    return tfa.seq2seq.BeamSearchDecoder(
        layers.GRUCell(DEPTH, dtype=dtype),
        BEAMS,
        output_layer=layers.Dense(VOCABULARY, dtype=dtype),
        maximum_iterations=4,
        dtype=dtype,
    )


def search(decoder, x):
    state = tfa.seq2seq.tile_batch(x[:, -1], BEAMS)
    starts = {name: option(x) for name, option in STARTS.items()}
    outputs, _, lengths = decoder(*table(x), initial_state=state, **starts)
    return outputs.beam_search_decoder_output.scores, outputs.predicted_ids, lengths


ROWS['seq2seq.BeamSearchDecoder'] = Row(beams, search)


# -- what is no layer: `(make, numbers of a fresh object)` -----------------------------------------


def loss_of(loss):
    targets = np.arange(2 * TIME).reshape(2, TIME) % DEPTH
    if isinstance(loss, tfa.losses.SigmoidFocalCrossEntropy):
        targets = np.eye(DEPTH, dtype='float32')[targets]
    return loss(targets, tf.constant(numbers(2, TIME, DEPTH)))


def score(metric):
    metric.update_state(np.eye(DEPTH, dtype='float32'), np.abs(numbers(DEPTH, DEPTH)))
    return metric.result()


def steps(optimizer):
    variable = keras.Variable(numbers(3, 4)) if hasattr(keras, 'Variable') else None
    variable = tf.Variable(numbers(3, 4)) if variable is None else variable
    for step in range(3):
        optimizer.apply_gradients([(tf.constant(numbers(3, 4, scale=0.1 + step)), variable)])
    return tf.convert_to_tensor(variable)


def rates(schedule):
    return [schedule(float(step)) for step in range(6)]


OBJECTS = {
    'callbacks.TimeStopping': (lambda: tfa.callbacks.TimeStopping(60), lambda c: c.seconds),
    'callbacks.TQDMProgressBar': (
        lambda: tfa.callbacks.TQDMProgressBar('; ', metrics_format='{name} {value:.1f}'),
        lambda bar: len(bar.format_metrics({'loss': 3.0, 'size': 2, 'f1': 1.0}, 2)),
    ),
    'losses.SigmoidFocalCrossEntropy': (
        lambda: tfa.losses.SigmoidFocalCrossEntropy(from_logits=True, gamma=1.5),
        loss_of,
    ),
    'losses.TripletSemiHardLoss': (
        lambda: tfa.losses.TripletSemiHardLoss(0.5),
        lambda loss: loss(tf.constant([0, 1, 0]), tf.constant(numbers(3, 4))),
    ),
    'seq2seq.SequenceLoss': (
        lambda: tfa.seq2seq.SequenceLoss(
            average_across_batch=False, sum_over_timesteps=False, sum_over_batch=False
        ),
        loss_of,
    ),
    'metrics.F1Score': (lambda: tfa.metrics.F1Score(DEPTH, 'macro', 0.3), score),
    'optimizers.CyclicalLearningRate': (
        lambda: tfa.optimizers.CyclicalLearningRate(0.01, 0.1, 2, lambda x: 1 / 2.0**x),
        rates,
    ),
    'optimizers.ExponentialCyclicalLearningRate': (
        lambda: tfa.optimizers.ExponentialCyclicalLearningRate(0.01, 0.1, 2, gamma=0.9),
        rates,
    ),
}
for name in (
    'ConditionalGradient',
    'LAMB',
    'LazyAdam',
    'NovoGrad',
    'RectifiedAdam',
    'AdamW',
    'SGDW',
):
    options = {'weight_decay': 0.01} if name in ('AdamW', 'SGDW') else {}
    OBJECTS[f'optimizers.{name}'] = (
        lambda name=name, options=options: getattr(tfa.optimizers, name)(
            learning_rate=0.05, **options
        ),
        steps,
    )
for name in ('Lookahead', 'MovingAverage', 'SWA'):
    OBJECTS[f'optimizers.{name}'] = (
        lambda name=name: getattr(tfa.optimizers, name)('adam'),
        steps,
    )
OBJECTS['optimizers.MultiOptimizer'] = (lambda: tfa.optimizers.MultiOptimizer([]), steps)
for name in ('TriangularCyclicalLearningRate', 'Triangular2CyclicalLearningRate'):
    OBJECTS[f'optimizers.{name}'] = (
        lambda name=name: getattr(tfa.optimizers, name)(0.01, 0.1, 2),
        rates,
    )
