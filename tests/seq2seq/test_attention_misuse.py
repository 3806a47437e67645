"""Misuse of attention: TF 1.15.5's type of exception, and a message that names argument and fix.

The types were observed on TF 1.15.5; where it raises only later (in a call or a Session), or not at
all, the row says so.
"""

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.paths import PATHS, tf1_graph
from tf_seq2seq_compat.seq2seq import attention_wrapper

BATCH, TIME, DEPTH, UNITS = 3, 5, 7, 4


def memory(*shape, dtype=tf.float32):
    return tf.ones(shape or [BATCH, TIME, DEPTH], dtype)


def bahdanau(*args, **options):
    return seq2seq.BahdanauAttention(UNITS, *(args or (memory(),)), **options)


def luong(*args, **options):
    return seq2seq.LuongAttention(UNITS, *(args or (memory(),)), **options)


def wrapper(mechanism=None, cell=None, **options):
    return seq2seq.AttentionWrapper(
        cell or seq2seq.GRUCell(6), bahdanau() if mechanism is None else mechanism, **options
    )


def state(**fields):
    return wrapper().zero_state(BATCH, tf.float32)._replace(**fields)


def call(mechanism, *shape, dtype=tf.float32):
    return mechanism(tf.ones(shape, dtype), mechanism.initial_state(BATCH, tf.float32))


def clone(cell_state, cell=None, **options):
    zero = wrapper(cell=cell, **options).zero_state(BATCH, tf.float32)
    return zero.clone(cell_state=cell_state)


INVALID = tf.errors.InvalidArgumentError
two = [BATCH, 2]

MISUSES = {
    # The memory
    'memory_omitted': (TypeError, ['memory'], lambda: seq2seq.BahdanauAttention(UNITS)),
    'memory_of_rank_0': (ValueError, ['memory', '()'], lambda: bahdanau(tf.ones([]))),
    # TF1 makes it, and fails (or broadcasts) when it is called.
    'memory_of_rank_2': (ValueError, ['memory', '(3, 5)'], lambda: luong(memory(3, 5))),
    'memory_of_rank_4': (
        ValueError,
        ['keys', '(3, 5, 2, 4)', 'reshape'],
        lambda: call(bahdanau(memory(BATCH, TIME, 2, DEPTH)), BATCH, 6),
    ),
    'memory_of_two_tensors': (
        ValueError,
        ['memory', 'tf.concat'],
        lambda: luong((memory(), memory())),
    ),
    'memory_of_integers': (
        TypeError,
        ['memory', 'int32', 'tf.cast'],
        lambda: bahdanau(memory(dtype=tf.int32)),
    ),
    'memory_of_another_dtype': (
        TypeError,
        ['memory', 'float64', 'float32', 'dtype=float64'],
        lambda: luong(memory(dtype=tf.float64)),
    ),
    'memory_array_of_another_dtype': (
        TypeError,
        ['memory', 'float64'],
        lambda: luong(np.ones([BATCH, TIME, DEPTH])),
    ),
    # The lengths: of these TF1 finds the rank and the type only in a call.
    'lengths_of_rank_0': (
        ValueError,
        ['memory_sequence_length', '()'],
        lambda: bahdanau(memory(), 5),
    ),
    'lengths_of_rank_2': (
        ValueError,
        ['memory_sequence_length', '(3, 1)'],
        lambda: bahdanau(memory(), [[5], [3], [2]]),
    ),
    'lengths_of_another_batch': (
        ValueError,
        ['memory_sequence_length', '(2,)', '(3, 5, 7)'],
        lambda: bahdanau(memory(), [5, 3]),
    ),
    'lengths_of_batch_1': (
        ValueError,
        ['memory_sequence_length', '(1,)'],
        lambda: bahdanau(memory(), [5]),
    ),
    'lengths_of_strings': (
        TypeError,
        ['memory_sequence_length', 'string'],
        lambda: bahdanau(memory(), ['a', 'b', 'c']),
    ),
    'lengths_of_bools': (
        TypeError,
        ['memory_sequence_length', 'bool'],
        lambda: bahdanau(memory(), [True, False, True]),
    ),
    'lengths_without_memory': (
        ValueError,
        ['memory_sequence_length', 'setup_memory'],
        lambda: bahdanau(None, [1, 2, 3]),
    ),
    'mask_of_integers': (
        TypeError,
        ['memory_mask', 'int32', 'tf.cast'],
        lambda: bahdanau().setup_memory(memory(), memory_mask=tf.ones([BATCH, TIME], tf.int32)),
    ),
    'mask_of_another_shape': (
        ValueError,
        ['memory_mask', '(3, 4)', '(3, 5, 7)'],
        lambda: bahdanau().setup_memory(memory(), memory_mask=tf.ones([BATCH, 4], tf.bool)),
    ),
    'mask_and_lengths': (
        ValueError,
        ['memory_mask', 'memory_sequence_length', 'not both'],
        lambda: bahdanau().setup_memory(
            memory(), [1, 2, 3], memory_mask=tf.ones([BATCH, TIME], tf.bool)
        ),
    ),
    # Arguments of a mechanism
    'num_units_is_a_word': (
        ValueError,
        ['num_units', "'x'"],
        lambda: seq2seq.BahdanauAttention('x', memory()),
    ),
    'num_units_is_none': (TypeError, ['num_units'], lambda: seq2seq.LuongAttention(None, memory())),
    'num_units_is_negative': (
        ValueError,
        ['num_units', '-4'],
        lambda: seq2seq.LuongAttention(-4, memory()),
    ),
    # TF1 finds it in a call.
    'probability_fn_is_a_word': (
        TypeError,
        ['probability_fn', 'str'],
        lambda: luong(probability_fn='softmax'),
    ),
    'custom_key_value_fn_is_a_number': (
        TypeError,
        ['custom_key_value_fn', 'int'],
        lambda: luong(custom_key_value_fn=3),
    ),
    'score_mask_value_is_a_word': (
        TypeError,
        [],
        lambda: call(luong(memory(), [1, 2, 3], score_mask_value='x'), BATCH, UNITS),
    ),
    'query_layer_is_a_number': (
        TypeError,
        ['query_layer', 'int'],
        lambda: attention_wrapper._BaseAttentionMechanism(3, memory(), tf.nn.softmax),
    ),
    'memory_layer_is_a_number': (
        TypeError,
        ['memory_layer', 'int'],
        lambda: attention_wrapper._BaseAttentionMechanism(
            None, memory(), tf.nn.softmax, memory_layer=3
        ),
    ),
    # A call of a mechanism
    'query_of_another_depth': (
        ValueError,
        ['query', '(3, 6)', '(3, 5, 4)', 'num_units', '(6)'],
        lambda: call(luong(), BATCH, 6),
    ),
    'query_of_rank_3': (
        ValueError,
        ['query', '(3, 2, 4)', 'dynamic_rnn'],
        lambda: call(luong(), BATCH, 2, UNITS),
    ),
    'query_of_another_batch': (
        ValueError,
        ['query', '(2, 4)', '(3, 5, 4)', 'tile_batch'],
        lambda: call(bahdanau(), 2, 6),
    ),
    'query_of_another_dtype': (
        TypeError,
        ['query', 'float64', 'float32', 'tf.cast'],
        lambda: call(bahdanau(), BATCH, 6, dtype=tf.float64),
    ),
    'mechanism_without_alignments_size': (
        NotImplementedError,
        ['alignments_size'],
        lambda: seq2seq.AttentionMechanism().alignments_size,
    ),
    # Arguments of the wrapper
    'cell_is_a_number': (TypeError, ['cell', '3'], lambda: wrapper(cell=3)),
    'mechanism_is_a_tensor': (
        TypeError,
        ['attention_mechanism', 'BahdanauAttention'],
        lambda: wrapper(memory()),
    ),
    'one_mechanism_is_none': (
        TypeError,
        ['attention_mechanism', 'int'],
        lambda: wrapper([bahdanau(), 3]),
    ),
    'layer_sizes_too_few': (
        ValueError,
        ['attention_layer_size', '1 vs 2'],
        lambda: wrapper([bahdanau(), bahdanau()], attention_layer_size=[3]),
    ),
    'layer_size_for_two_mechanisms': (
        ValueError,
        ['attention_layer_size', '1 vs 2'],
        lambda: wrapper([bahdanau(), bahdanau()], attention_layer_size=3),
    ),
    'layer_size_is_a_word': (ValueError, ["'x'"], lambda: wrapper(attention_layer_size='x')),
    'layer_size_is_negative': (ValueError, ['-3'], lambda: wrapper(attention_layer_size=-3)),
    'layers_too_few': (
        ValueError,
        ['attention_layer', '1 vs 2'],
        lambda: wrapper([bahdanau(), bahdanau()], attention_layer=seq2seq.Dense(3)),
    ),
    'layer_and_size': (
        ValueError,
        ['attention_layer_size', 'attention_layer'],
        lambda: wrapper(attention_layer_size=3, attention_layer=seq2seq.Dense(3)),
    ),
    'layer_is_a_function': (
        AttributeError,
        ['attention_layer', 'compute_output_shape'],
        lambda: wrapper(attention_layer=lambda x: x),
    ),
    'cell_input_fn_is_a_number': (
        TypeError,
        ['cell_input_fn', 'int'],
        lambda: wrapper(cell_input_fn=3),
    ),
    # TF1 finds it in a call.
    'attention_fn_is_a_number': (
        TypeError,
        ['attention_fn', 'int'],
        lambda: wrapper(attention_fn=3),
    ),
    'initial_cell_state_of_another_batch': (
        INVALID,
        ['initial_cell_state', '3', '2', 'tile_batch'],
        lambda: wrapper(initial_cell_state=tf.ones([2, 6])),
    ),
    'initial_cell_state_without_batch': (
        IndexError,
        ['initial_cell_state'],
        lambda: wrapper(initial_cell_state=tf.ones([])),
    ),
    'initial_cell_state_of_nothing': (
        IndexError,
        ['initial_cell_state'],
        lambda: wrapper(initial_cell_state=()),
    ),
    # States
    'zero_state_of_another_batch': (
        INVALID,
        ['batch size', '3', '6', 'tile_batch'],
        lambda: wrapper().zero_state(6, tf.float32),
    ),
    'zero_state_of_no_batch': (
        ValueError,
        ['batch_size'],
        lambda: wrapper().zero_state(None, tf.float32),
    ),
    'zero_state_of_inputs_of_another_batch': (
        INVALID,
        ['batch size', 'tile_batch'],
        lambda: wrapper().get_initial_state(inputs=tf.ones([2, 2])),
    ),
    'clone_of_another_depth': (
        ValueError,
        ['cell_state', '(3, 6)', '(3, 5)'],
        lambda: clone(tf.ones([BATCH, 5])),
    ),
    'clone_of_another_batch': (
        ValueError,
        ['cell_state', '(3, 6)', '(12, 6)', 'tile_batch'],
        lambda: clone(tf.ones([12, 6])),
    ),
    'clone_of_one_part_for_two': (
        ValueError,
        ['cell_state', 'LSTMStateTuple'],
        lambda: clone(tf.ones([BATCH, 6]), seq2seq.LSTMCell(6)),
    ),
    'clone_of_a_plain_tuple': (
        TypeError,
        ['cell_state', 'LSTMStateTuple'],
        lambda: clone((tf.ones([BATCH, 6]), tf.ones([BATCH, 6])), seq2seq.LSTMCell(6)),
    ),
    'clone_of_a_field_that_is_none': (
        ValueError,
        ["['cell']", 'cell_state'],
        lambda: state().clone(cell=3),
    ),
    'clone_of_no_history': (
        ValueError,
        ['alignment_history'],
        lambda: (
            wrapper(alignment_history=True)
            .zero_state(BATCH, tf.float32)
            .clone(alignment_history=())
        ),
    ),
    # A step
    'state_of_the_wrong_type': (
        TypeError,
        ['AttentionWrapperState', 'zero_state', 'clone'],
        lambda: wrapper()(tf.ones(two), tf.ones([BATCH, 6])),
    ),
    'inputs_of_rank_3': (
        ValueError,
        ['inputs', '(3, 2, 2)', 'dynamic_rnn'],
        lambda: wrapper()(tf.ones([BATCH, 2, 2]), state()),
    ),
    'inputs_of_another_batch': (
        ValueError,
        ['inputs', '(2, 2)', '(3, 7)'],
        lambda: wrapper()(tf.ones([2, 2]), state()),
    ),
    'inputs_of_another_dtype': (
        TypeError,
        ['inputs', 'float32', 'float64', 'zero_state'],
        lambda: wrapper()(tf.ones(two), wrapper().zero_state(BATCH, tf.float64)),
    ),
    'state_of_another_batch_than_the_memory': (
        INVALID,
        ['batch size', 'query', '3', '2', 'tile_batch'],
        lambda: wrapper()(
            tf.ones([2, 2]), state(cell_state=tf.ones([2, 6]), attention=tf.ones([2, DEPTH]))
        ),
    ),
    'query_of_the_cell_of_another_depth': (
        ValueError,
        ['num_units', '(3, 6)', '(3, 5, 4)'],
        lambda: wrapper(luong())(tf.ones(two), state()),
    ),
    'wrapper_of_an_unbound_memory': (
        ValueError,
        ['memory', 'setup_memory'],
        lambda: wrapper(bahdanau(None)).zero_state(BATCH, tf.float32),
    ),
}


@pytest.mark.parametrize('path', PATHS)
@pytest.mark.parametrize('name', MISUSES)
def test_misuse(name, path):
    exception, words, function = MISUSES[name]
    with pytest.raises(exception) as caught:
        if path == 'graph':
            with tf1_graph():
                function()
        elif path == 'eager':
            function()
        else:
            tf.function(function, jit_compile=path == 'xla', autograph=False)()
    message = str(caught.value)
    assert [word for word in words if word not in message] == [], message


@pytest.mark.parametrize('path', ['graph', 'eager', 'function'])
def test_negative_lengths(path):
    """XLA has no checks at run time."""
    with pytest.raises(INVALID, match='memory_sequence_length must be 0 or more'):
        if path == 'graph':
            with tf1_graph(), tf.compat.v1.Session() as session:
                session.run(bahdanau(memory(), [-1, 2, 3]).values)
        elif path == 'eager':
            bahdanau(memory(), [-1, 2, 3])
        else:
            mechanism = bahdanau(None)

            @tf.function
            def values(lengths):
                mechanism.setup_memory(memory(), lengths)
                return mechanism.values

            values([-1, 2, 3])


@pytest.mark.parametrize('shape', [None, [BATCH, TIME, None]])
def test_memory_of_a_depth_that_is_not_known(shape):
    with tf1_graph(), pytest.raises(ValueError, match='memory.*fully defined inner dims'):
        bahdanau(tf.compat.v1.placeholder(tf.float32, shape))


def test_query_of_a_depth_that_is_not_known():
    with tf1_graph(), pytest.raises(ValueError, match='query_layer'):
        bahdanau()(tf.compat.v1.placeholder(tf.float32, [BATCH, None]), None)
