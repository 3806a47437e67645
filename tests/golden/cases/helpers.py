"""The helpers, by themselves and in dynamic_decode."""

from ..harness import case, integers, normal

START = {'embedding': normal(8, 5), 'h': normal(3, 8)}


def decode(tf, helper, h, layer=None, **options):
    decoder = tf.contrib.seq2seq.BasicDecoder(
        tf.nn.rnn_cell.GRUCell(h.shape.as_list()[-1]), helper, h, layer
    )
    outputs, state, lengths = tf.contrib.seq2seq.dynamic_decode(decoder, **options)
    return {'outputs': outputs, 'state': state, 'lengths': lengths}


@case(x=normal(6, 3, 5), h=normal(3, 4), lengths=[4, 6, 0])
def helper_training_time_major(tf, x, h, lengths):
    helper = tf.contrib.seq2seq.TrainingHelper(x, lengths, time_major=True)
    return decode(tf, helper, h, output_time_major=True)


@case(x=normal(3, 6, 5), h=normal(3, 4), lengths=[2, 3, 1])
def helper_training_shorter_than_inputs(tf, x, h, lengths):
    """No row goes to the end of the inputs."""
    return decode(tf, tf.contrib.seq2seq.TrainingHelper(x, lengths), h)


@case(gradients=False, x=normal(3, 4, 5), lengths=[4, 0, 2])
def helper_training_methods(tf, x, lengths):
    helper = tf.contrib.seq2seq.TrainingHelper(x, lengths)
    outputs = tf.reshape(tf.range(24.0), [3, 8]) * tf.constant([[1.0], [-1.0], [1.0]])
    steps = {}
    for time in (0, 1, 3):
        ids = helper.sample(tf.constant(time), outputs, ())
        # TrainingHelper takes sample_ids by keyword only; its fourth parameter is name.
        steps[str(time)] = helper.next_inputs(tf.constant(time), outputs, (), sample_ids=ids)
        steps['ids_{}'.format(time)] = ids
    return {
        'initialize': helper.initialize(),
        'steps': steps,
        'batch_size': helper.batch_size,
        'inputs': helper.inputs,
        'sequence_length': helper.sequence_length,
    }


@case(**START)
def helper_greedy_matrix(tf, embedding, h):
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(embedding, [0, 1, 2], 5)
    return decode(tf, helper, h, maximum_iterations=6)


@case(**START)
def helper_greedy_callable(tf, embedding, h):
    """An embedding function, and the start tokens as a tensor."""
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(
        lambda ids: 2.0 * tf.nn.embedding_lookup(embedding, ids), tf.fill([3], 4), 7
    )
    return decode(tf, helper, h, maximum_iterations=6, impute_finished=True)


@case(h=normal(3, 8))
def helper_greedy_variable(tf, h):
    """The embedding is a variable: its gradient is a sum over the rows that were looked up."""
    embedding = tf.get_variable('embedding', [8, 5])
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(embedding, [0, 0, 6], 5)
    return decode(tf, helper, h, maximum_iterations=4)


@case(embedding=normal(4, 5), h=normal(3, 4))
def helper_greedy_ends_in_a_first_step(tf, embedding, h):
    """Some rows end with their first token, and the loop ends before its maximum."""
    biases = tf.constant([[9.0, 0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 9.0], [9.0, 0.0, 0.0, 0.0]])
    ends = tf.TensorArray(tf.float32, size=3).unstack(
        tf.stack([biases, tf.reverse(biases, [1]), 0.0 * biases + biases[:1]])
    )

    class Scripted(tf.nn.rnn_cell.RNNCell):
        """Gives logits that end row 0 and 2 at step 0 and row 1 at step 1."""

        state_size = (4, tf.TensorShape([]))
        output_size = 4

        def call(self, inputs, state):
            hidden, time = state
            hidden = tf.tanh(hidden + tf.matmul(inputs, tf.get_variable('w', [5, 4])))
            return hidden + ends.read(tf.minimum(time, 2)), (hidden, time + 1)

    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(embedding, [1, 2, 3], 0)
    decoder = tf.contrib.seq2seq.BasicDecoder(Scripted(), helper, (h, tf.constant(0)))
    outputs, state, lengths = tf.contrib.seq2seq.dynamic_decode(decoder, maximum_iterations=7)
    return {'outputs': outputs, 'state': state, 'lengths': lengths}


@case(embedding=normal(4, 5), h=normal(3, 4))
def helper_greedy_without_maximum(tf, embedding, h):
    """No maximum: the rows end by themselves."""

    class Scripted(tf.nn.rnn_cell.RNNCell):
        state_size = (4, tf.TensorShape([]))
        output_size = 4

        def call(self, inputs, state):
            hidden, time = state
            hidden = tf.tanh(hidden + tf.matmul(inputs, tf.get_variable('w', [5, 4])))
            done = tf.cast(time >= tf.constant([2, 0, 3]), tf.float32)
            return hidden + done[:, None] * tf.constant([9.0, 0.0, 0.0, 0.0]), (hidden, time + 1)

    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(embedding, [1, 2, 3], 0)
    decoder = tf.contrib.seq2seq.BasicDecoder(Scripted(), helper, (h, tf.constant(0)))
    outputs, state, lengths = tf.contrib.seq2seq.dynamic_decode(decoder, impute_finished=True)
    return {'outputs': outputs, 'state': state, 'lengths': lengths}


@case(gradients=False, embedding=normal(8, 5), outputs=normal(3, 8))
def helper_greedy_methods(tf, embedding, outputs):
    helper = tf.contrib.seq2seq.GreedyEmbeddingHelper(embedding, [0, 1, 2], 5)
    ids = helper.sample(tf.constant(0), outputs, ())
    return {
        'initialize': helper.initialize(),
        'ids': ids,
        'next': helper.next_inputs(tf.constant(0), outputs, (), ids),
        'next_all_ended': helper.next_inputs(tf.constant(0), outputs, (), tf.constant([5, 5, 5])),
        'batch_size': helper.batch_size,
    }


@case(**START)
def helper_sample_seeded(tf, embedding, h):
    helper = tf.contrib.seq2seq.SampleEmbeddingHelper(embedding, [0, 1, 2], 5, seed=42)
    return decode(tf, helper, h, maximum_iterations=6)


@case(**START)
def helper_sample_temperature(tf, embedding, h):
    helper = tf.contrib.seq2seq.SampleEmbeddingHelper(
        embedding, [0, 1, 2], 5, softmax_temperature=0.25, seed=42
    )
    return decode(tf, helper, h, maximum_iterations=6)


@case(**START)
def helper_sample_cold(tf, embedding, h):
    """A temperature near 0 samples the most likely id, whatever the seed."""
    helper = tf.contrib.seq2seq.SampleEmbeddingHelper(
        embedding, [0, 1, 2], 5, softmax_temperature=1e-6, seed=1
    )
    return decode(tf, helper, h, maximum_iterations=6, impute_finished=True)


@case(x=normal(3, 4), h=normal(3, 4))
def helper_inference(tf, x, h):
    """Samples are vectors, fed back as they are."""
    helper = tf.contrib.seq2seq.InferenceHelper(
        sample_fn=lambda outputs: 2.0 * outputs,
        sample_shape=[4],
        sample_dtype=tf.float32,
        start_inputs=x,
        end_fn=lambda sample: tf.reduce_sum(sample, 1) > 1.0,
    )
    return decode(tf, helper, h, maximum_iterations=5)


@case(table=normal(4, 5), h=normal(3, 4))
def helper_inference_next_inputs(tf, table, h):
    """Samples are ids, and a function makes the next inputs of them."""
    helper = tf.contrib.seq2seq.InferenceHelper(
        sample_fn=lambda outputs: tf.argmax(outputs, -1, output_type=tf.int32),
        sample_shape=[],
        sample_dtype=tf.int32,
        start_inputs=tf.zeros([3, 5]),
        end_fn=lambda ids: tf.equal(ids, 2),
        next_inputs_fn=lambda ids: tf.nn.embedding_lookup(table, ids),
    )
    return decode(tf, helper, h, maximum_iterations=5, impute_finished=True)


@case(x=normal(3, 4), h=normal(3, 4))
def helper_inference_bernoulli(tf, x, h):
    """Samples are vectors of booleans."""
    helper = tf.contrib.seq2seq.InferenceHelper(
        sample_fn=lambda outputs: outputs > 0.0,
        sample_shape=[4],
        sample_dtype=tf.bool,
        start_inputs=x,
        end_fn=lambda sample: tf.reduce_all(sample, 1),
        next_inputs_fn=lambda sample: tf.cast(sample, tf.float32) - 0.25,
    )
    return decode(tf, helper, h, maximum_iterations=5)


@case(x=normal(3, 4), h=normal(3, 4))
def helper_custom(tf, x, h):
    helper = tf.contrib.seq2seq.CustomHelper(
        initialize_fn=lambda: (tf.zeros([3], tf.bool), x),
        sample_fn=lambda time, outputs, state: tf.argmin(outputs, -1, output_type=tf.int32),
        next_inputs_fn=lambda time, outputs, state, sample_ids: (
            tf.equal(time, tf.constant([1, 3, 2])),
            outputs + tf.one_hot(sample_ids, 4),
            state,
        ),
    )
    return decode(tf, helper, h)


@case(x=normal(3, 4), h=normal(3, 4))
def helper_custom_sample_shape(tf, x, h):
    """sample_ids_shape and sample_ids_dtype; the next state is changed too."""
    helper = tf.contrib.seq2seq.CustomHelper(
        initialize_fn=lambda: (tf.constant([False, True, False]), x),
        sample_fn=lambda time, outputs, state: outputs[:, :2] * 3.0,
        next_inputs_fn=lambda time, outputs, state, sample_ids: (
            tf.fill([3], time >= 3),
            tf.concat([sample_ids, sample_ids], -1),
            0.5 * state,
        ),
        sample_ids_shape=[2],
        sample_ids_dtype=tf.float32,
    )
    return decode(tf, helper, h, maximum_iterations=6)


def vectors_declared_scalars(tf, x, h, **options):
    """Samples of other ranks than declared: what is declared a scalar is not checked."""
    helper = tf.contrib.seq2seq.CustomHelper(
        initialize_fn=lambda: (tf.zeros([3], tf.bool), x),
        sample_fn=lambda time, outputs, state: outputs[:, 1:, None] * 2.0,
        next_inputs_fn=lambda time, outputs, state, sample_ids: (
            tf.equal(time, tf.constant([1, 3, 2])), tf.tile(sample_ids[:, :1, 0], [1, 4]), state,
        ),
        sample_ids_dtype=tf.float32,
    )  # fmt: skip
    return decode(tf, helper, h, **options)


@case(x=normal(3, 4), h=normal(3, 4))
def helper_custom_vectors_declared_scalars(tf, x, h):
    return vectors_declared_scalars(tf, x, h, maximum_iterations=5)


@case(x=normal(3, 4), h=normal(3, 4))
def helper_custom_vectors_declared_scalars_no_step(tf, x, h):
    return vectors_declared_scalars(tf, x, h, maximum_iterations=0)


@case(x=normal(3, 4), h=normal(3, 4))
def helper_inference_declared_scalar(tf, x, h):
    helper = tf.contrib.seq2seq.InferenceHelper(
        lambda outputs: 2.0 * outputs, [], tf.float32, x, lambda sample: sample[:, 0] > 1.0
    )
    return decode(tf, helper, h, maximum_iterations=5)


@case(x=normal(3, 4), h=normal(3, 4))
def decode_cell_of_other_output_size(tf, x, h):
    """An output size that is an int is not checked."""

    class Narrow(tf.nn.rnn_cell.BasicRNNCell):
        output_size = 9

        def call(self, inputs, state):
            output, state = super(Narrow, self).call(inputs, state)
            return output[:, :2], state

    helper = tf.contrib.seq2seq.TrainingHelper(tf.stack([x, x, x], 1), [3, 1, 2])
    decoder = tf.contrib.seq2seq.BasicDecoder(Narrow(4), helper, h)
    outputs, state, lengths = tf.contrib.seq2seq.dynamic_decode(decoder)
    return {'outputs': outputs, 'state': state, 'lengths': lengths}


@case(x=normal(3, 5, 4), h=normal(3, 4))
def helper_of_a_user(tf, x, h):
    """A user's Helper, which feeds back outputs and ground truth in turn."""

    class Alternating(tf.contrib.seq2seq.Helper):
        def __init__(self, inputs):
            self._inputs = tf.transpose(inputs, [1, 0, 2])

        @property
        def batch_size(self):
            return tf.shape(self._inputs)[1]

        @property
        def sample_ids_shape(self):
            return tf.TensorShape([])

        @property
        def sample_ids_dtype(self):
            return tf.int32

        def initialize(self, name=None):
            return tf.tile([False], [self.batch_size]), self._inputs[0]

        def sample(self, time, outputs, state, name=None):
            return tf.tile([time], [self.batch_size])

        def next_inputs(self, time, outputs, state, sample_ids, name=None):
            truth = self._inputs[tf.minimum(time + 1, 4)]
            even = tf.equal(time % 2, 0)
            inputs = tf.cond(even, lambda: outputs, lambda: truth)
            return tf.tile([time + 1 >= 5], [self.batch_size]), inputs, state

    return decode(tf, Alternating(x), h, maximum_iterations=7)


@case(x=normal(3, 4, 5), ids=integers(6, 3, 4), h=normal(3, 4))
def helper_training_embedded_ids(tf, x, ids, h):
    """Inputs are looked up in a variable; the ids beside them go through the output layer."""
    table = tf.get_variable('table', [6, 5])
    inputs = tf.nn.embedding_lookup(table, ids) + x
    helper = tf.contrib.seq2seq.TrainingHelper(inputs, [4, 2, 3])
    return decode(tf, helper, h, tf.layers.Dense(6, name='out'), impute_finished=True)
