"""Scheduled sampling: the two helpers, by themselves and in dynamic_decode.

Where seeds matter the loop runs one step at a time: with several in flight, TF1 draws the coins of
its steps in any order.
"""

from ..harness import case, integers, normal

SHAPES = {'x': normal(3, 5, 4), 'h': normal(3, 6), 'embedding': normal(6, 4)}
LENGTHS = [5, 2, 4]
IN_ORDER = {'parallel_iterations': 1}


def decode(tf, helper, h, layer=None, **options):
    decoder = tf.contrib.seq2seq.BasicDecoder(
        tf.nn.rnn_cell.GRUCell(h.shape.as_list()[-1]), helper, h, layer
    )
    outputs, state, lengths = tf.contrib.seq2seq.dynamic_decode(decoder, **options)
    return {'outputs': outputs, 'state': state, 'lengths': lengths}


# -- ScheduledEmbeddingTrainingHelper -------------------------------------------------------------


def embedding_case(name, probability, options=None, **decode_options):
    @case(name=name, **SHAPES)
    def decode_with_embedding(tf, x, h, embedding):
        seeds = {'seed': 11, 'scheduling_seed': 12} if options is None else options
        helper = tf.contrib.seq2seq.ScheduledEmbeddingTrainingHelper(
            x, LENGTHS, embedding, probability, **seeds
        )
        return decode(tf, helper, h, **decode_options)


embedding_case('scheduled_embedding_never', 0.0, {})
embedding_case('scheduled_embedding_never_imputed', 0.0, {}, impute_finished=True)
embedding_case('scheduled_embedding_half', 0.5, **IN_ORDER)
embedding_case('scheduled_embedding_half_imputed', 0.5, impute_finished=True, **IN_ORDER)
embedding_case('scheduled_embedding_most_at_most_3', 0.8, maximum_iterations=3, **IN_ORDER)
embedding_case('scheduled_embedding_same_seed', 0.5, {'seed': 5, 'scheduling_seed': 5}, **IN_ORDER)


@case(**SHAPES)
def scheduled_embedding_always(tf, x, h, embedding):
    """Always the drawn id, which is certain; so no seed matters."""
    helper = tf.contrib.seq2seq.ScheduledEmbeddingTrainingHelper(x, LENGTHS, embedding, 1.0)
    return decode(tf, helper, h, certain(tf, 6))


def certain(tf, size):
    """A layer that makes of outputs logits by which one id is certain."""

    class Certain(tf.layers.Layer):
        def call(self, outputs):
            largest = tf.argmax(outputs, -1, output_type=tf.int32)
            return outputs + 1000.0 * tf.one_hot(largest, size)

        def compute_output_shape(self, shape):
            return shape

    return Certain()


@case(x=normal(5, 3, 4), h=normal(3, 6), embedding=normal(6, 4))
def scheduled_embedding_time_major(tf, x, h, embedding):
    helper = tf.contrib.seq2seq.ScheduledEmbeddingTrainingHelper(
        x, LENGTHS, embedding, 0.5, time_major=True, seed=1, scheduling_seed=2, name='mine'
    )
    return decode(tf, helper, h, output_time_major=True, **IN_ORDER)


@case(x=normal(3, 5, 4), h=normal(3, 6))
def scheduled_embedding_of_a_function(tf, x, h):
    """The embedding is a function of a variable, the probability a tensor that grows."""
    table = tf.get_variable('table', [6, 4])
    step = tf.constant(30.0)
    helper = tf.contrib.seq2seq.ScheduledEmbeddingTrainingHelper(
        x,
        tf.constant(LENGTHS),
        lambda ids: tf.tanh(tf.nn.embedding_lookup(table, ids)),
        tf.minimum(1.0, step / 50.0),
        seed=3,
        scheduling_seed=4,
    )
    return decode(tf, helper, h, impute_finished=True, **IN_ORDER)


@case(gradients=False, x=normal(3, 5, 4), embedding=normal(6, 4), outputs=normal(3, 6))
def scheduled_embedding_methods(tf, x, embedding, outputs):
    helper = tf.contrib.seq2seq.ScheduledEmbeddingTrainingHelper(
        x, LENGTHS, embedding, 0.75, seed=21, scheduling_seed=22
    )
    steps = {}
    for time, ids in ((0, [-1, 2, -1]), (1, [3, 0, 5]), (2, [-1, -1, -1]), (4, [1, 1, 1])):
        step = helper.next_inputs(tf.constant(time), outputs, (), tf.constant(ids))
        steps[str(time)] = step
    return {
        'initialize': helper.initialize(),
        'ids': helper.sample(tf.constant(0), 4.0 * outputs, ()),
        'steps': steps,
        'batch_size': helper.batch_size,
    }


@case(x=normal(3, 5, 4), h=normal(3, 6), embedding=normal(6, 4), more=integers(2, 1))
def scheduled_embedding_unknown_shapes(tf, x, h, embedding, more):
    x = tf.placeholder_with_default(x, [None, None, 4])
    h = tf.placeholder_with_default(h, [None, 6])
    lengths = tf.placeholder_with_default(tf.constant(LENGTHS) + 0 * more, [None])
    helper = tf.contrib.seq2seq.ScheduledEmbeddingTrainingHelper(
        x, lengths, embedding, 0.5, seed=8, scheduling_seed=9
    )
    return decode(tf, helper, h, **IN_ORDER)


# -- ScheduledOutputTrainingHelper ----------------------------------------------------------------


def output_case(name, probability, options=None, with_auxiliary=False, **decode_options):
    @case(name=name, x=normal(3, 5, 4), h=normal(3, 4), auxiliary=normal(3, 5, 2))
    def decode_with_output(tf, x, h, auxiliary):
        arguments = dict({} if options is None else options(tf))
        if with_auxiliary:
            arguments['auxiliary_inputs'] = auxiliary
        helper = tf.contrib.seq2seq.ScheduledOutputTrainingHelper(
            x, LENGTHS, probability, **arguments
        )
        found = decode(tf, helper, h, **decode_options)
        return dict(found, inputs=helper.inputs)


def seeded(tf):
    return {'seed': 6}


def through_a_function(tf):
    return {'seed': 6, 'next_inputs_fn': lambda outputs: tf.tanh(2.0 * outputs) - 0.25}


output_case('scheduled_output_never', 0.0)
output_case('scheduled_output_always', 1.0)
output_case('scheduled_output_always_imputed', 1.0, impute_finished=True)
output_case('scheduled_output_half', 0.5, seeded, **IN_ORDER)
output_case('scheduled_output_half_at_most_3', 0.5, seeded, maximum_iterations=3, **IN_ORDER)
output_case('scheduled_output_beyond_1', 1.5)
output_case(
    'scheduled_output_always_function',
    1.0,
    lambda tf: {'next_inputs_fn': lambda outputs: 0.5 - outputs},
)
output_case('scheduled_output_half_function', 0.5, through_a_function, **IN_ORDER)
output_case('scheduled_output_never_auxiliary', 0.0, with_auxiliary=True)
output_case('scheduled_output_always_auxiliary', 1.0, with_auxiliary=True)
output_case('scheduled_output_half_auxiliary', 0.5, seeded, with_auxiliary=True, **IN_ORDER)
output_case(
    'scheduled_output_half_auxiliary_function',
    0.5,
    through_a_function,
    with_auxiliary=True,
    impute_finished=True,
    **IN_ORDER,
)


@case(x=normal(5, 3, 4), h=normal(3, 4), auxiliary=normal(5, 3, 2))
def scheduled_output_time_major(tf, x, h, auxiliary):
    helper = tf.contrib.seq2seq.ScheduledOutputTrainingHelper(
        x, LENGTHS, 1.0, time_major=True, auxiliary_inputs=auxiliary, name='mine'
    )
    return decode(tf, helper, h, output_time_major=True)


@case(gradients=False, x=normal(3, 5, 4), outputs=normal(3, 4), auxiliary=normal(3, 5, 2))
def scheduled_output_methods(tf, x, outputs, auxiliary):
    helper = tf.contrib.seq2seq.ScheduledOutputTrainingHelper(
        x, LENGTHS, 0.75, seed=21, auxiliary_inputs=auxiliary
    )
    steps = {}
    for time, ids in ((0, [0, 1, 0]), (1, [1, 1, 1]), (2, [0, 0, 0]), (4, [1, 1, 1])):
        step = helper.next_inputs(tf.constant(time), outputs, (), tf.constant(ids))
        steps[str(time)] = step
    # TF1 reads a step of the inputs once only.
    bools = helper.next_inputs(tf.constant(3), outputs, (), tf.constant([True, False, True]))
    return {
        'initialize': helper.initialize(),
        'ids': helper.sample(tf.constant(0), outputs, ()),
        'steps': steps,
        'bools': bools,
        'batch_size': helper.batch_size,
        'inputs': helper.inputs,
    }
