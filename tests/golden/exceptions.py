"""The paths that a golden case cannot take, each with the error that it ends in and its reason."""

# By name and path: the type's name, words of the message, the reason.
EXCEPTIONS = {}

UNBOUNDED = ('ValueError', 'number of steps must be bounded')
OTHER_NUMBERS = ('AssertionError', 'equal')
OTHER_VARIABLES = ('AssertionError', 'variables')


def _except(names, paths, error, reason):
    for name in names:
        for path in paths:
            EXCEPTIONS[name, path] = (*error, reason)


_except(
    [
        'contrib_layer_norm_dropout',
        'contrib_layer_norm_off_dropout_tensor',
        'dropout_seeded_sequence',
        'dropout_seeded_step',
        'dropout_state_filter',
        'dropout_variational_sequence',
        'helper_sample_seeded',
        'helper_sample_temperature',
    ],
    ['xla'],
    OTHER_NUMBERS,
    'XLA ignores the seeds of stateful random operations and draws other numbers',
)
_except(
    [
        'bahdanau_monotonic_noise',
        'luong_monotonic_noise_recursive',
        'monotonic_decode_noise',
        'monotonic_probability_fn_noise',
        'private_samples',
        'scheduled_embedding_half',
        'scheduled_embedding_half_imputed',
        'scheduled_embedding_methods',
        'scheduled_embedding_most_at_most_3',
        'scheduled_embedding_of_a_function',
        'scheduled_embedding_same_seed',
        'scheduled_embedding_time_major',
        'scheduled_embedding_unknown_shapes',
        'scheduled_output_half',
        'scheduled_output_half_at_most_3',
        'scheduled_output_half_auxiliary',
        'scheduled_output_half_auxiliary_function',
        'scheduled_output_half_function',
        'scheduled_output_methods',
        'v2_decode_sample',
        'v2_decode_scheduled_embedding',
    ],
    ['xla'],
    OTHER_NUMBERS,
    'XLA ignores the seeds of stateful random operations; other coins, ids and noise are drawn',
)
_except(
    ['dropout_variational_sequence'],
    ['eager'],
    OTHER_NUMBERS,
    'masks of a wrapper made eagerly are drawn anew for each sequence, from other seeds',
)
for path, error in {
    'eager': (
        'InvalidArgumentError',
        'Expected begin and size arguments to be 1-D tensors of size 2',
    ),
    'xla': ('ValueError', 'Shape must be rank 4 but is rank 2'),
}.items():
    _except(
        ['helper_custom_vectors_declared_scalars_no_step'],
        [path],
        error,
        'the step, which alone has the shape, is not taken, nor is it traced for its shape',
    )
_except(
    ['attention_called_twice'],
    ['eager', 'function', 'xla'],
    OTHER_VARIABLES,
    'TF1 makes new variables whenever a mechanism is called outside a layer; objects keep theirs',
)
_except(
    ['helper_custom', 'helper_greedy_without_maximum'],
    ['xla'],
    UNBOUNDED,
    'without maximum_iterations, and with a helper that may go on for ever, no bound is known',
)
_except(
    [
        'raw_all_finished_at_once',
        'raw_attention',
        'raw_emits_another_structure',
        'raw_feeds_back',
        'raw_loop_state_tensor_array',
        'raw_reads_inputs',
    ],
    ['xla'],
    UNBOUNDED,
    "TF1's raw_rnn has no argument that bounds its steps",
)
_except(
    ['wrapper_history_by_hand'],
    ['xla'],
    ('ValueError', 'An array of unknown size'),
    'outside of a loop nothing says how many steps an alignment history has room for',
)
_except(
    [
        'decode_training_all_lengths_zero',
        'decode_training_at_most_0',
        'decode_greedy_at_most_0',
        'raw_all_finished_at_once',
        'beam_at_most_0',
    ],
    ['eager'],
    OTHER_VARIABLES,
    'no step runs, so nothing makes its variables; a graph makes them when it is built',
)
_except(
    ['decode_training_at_most_0', 'decode_greedy_at_most_0', 'beam_at_most_0'],
    ['xla'],
    OTHER_VARIABLES,
    'a loop of no steps is left out of a compiled program, and with it the variables of the step',
)
_except(
    ['partitioned_loops'],
    ['xla'],
    UNBOUNDED,
    "TF1's raw_rnn, one of its rows, has no argument that bounds its steps",
)
_except(
    ['partitioned_lookups'],
    ['xla'],
    ('InvalidArgumentError', 'Detected unsupported operations'),
    "XLA has none of the operations of TensorFlow's own sparse lookups, of which there are rows",
)
_except(
    ['beam_without_maximum'],
    ['xla'],
    UNBOUNDED,
    'without maximum_iterations no bound is known',
)
_except(
    ['beam_history_all_known'],
    ['eager', 'function', 'xla'],
    ('AssertionError', 'another structure'),
    'TF1 leaves a history as it is if all sizes are known, which in eager mode they always are',
)

# Cases in a TF1 graph of whose outputs more sizes are known here than in TF1, and why.
KNOWN_SIZES = {}


def _know(names, reason):
    for name in names:
        KNOWN_SIZES[name] = reason


_know(
    [
        'scheduled_output_never',
        'scheduled_output_always',
        'scheduled_output_half',
        'scheduled_output_half_at_most_3',
        'scheduled_output_beyond_1',
        'scheduled_output_always_function',
        'scheduled_output_half_function',
        'scheduled_output_never_auxiliary',
        'scheduled_output_always_auxiliary',
        'scheduled_output_half_auxiliary',
        'scheduled_output_time_major',
        'v2_decode_scheduled_output',
    ],
    "the coins of TF1's Bernoulli distribution have no static batch, ours have that of the inputs",
)
_know(
    ['beam_sort_array', 'rnn_tensor_array_in_state', 'raw_loop_state_tensor_array'],
    "TensorFlow 2's TensorArray.stack knows the number of elements that the array was made with",
)
_know(
    ['beam_history_lengths'],
    'TensorFlow 2 finds the batch in the shape of the memory, which it works out further',
)
