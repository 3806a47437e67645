"""Step by step as in a loop, in eager mode, in functions, compiled, in sessions, and exported."""

import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.decoding.test_logits_processors import BATCH, END, START, STEPS, TableCell, model
from tests.paths import EAGER_AT_ONCE, tf1_graph
from tf_seq2seq_compat.decoding import Stream, begin, next_step
from tf_seq2seq_compat.decoding import logits_processors as processors

tf1 = tf.compat.v1
RULES = [processors.no_repeat_ngram(2), processors.minimum_length(4, END)]


def greedy(table, bias):
    helper = seq2seq.GreedyEmbeddingHelper(table, [START] * BATCH, END, logits_processors=RULES)
    return seq2seq.BasicDecoder(TableCell(), helper, bias)


def beams(table, bias):
    state = seq2seq.tile_batch(bias, 3)
    return seq2seq.BeamSearchDecoder(
        TableCell(), table, [START] * BATCH, END, state, 3, logits_processors=RULES
    )


def in_session(make, table, bias):
    """One run a step; the stream is fed."""
    with tf1_graph():
        decoder = make(tf.constant(table), tf.constant(bias))
        first = begin(decoder, STEPS)
        fed = tf.nest.map_structure(lambda t: tf1.placeholder(t.dtype, t.shape), first)
        fetched = next_step(decoder, fed)
        results = []
        with tf1.Session() as session:
            stream = session.run(first)
            for _ in range(STEPS):
                feed = dict(zip(tf.nest.flatten(fed), tf.nest.flatten(stream), strict=True))
                outputs, stream = session.run(fetched, feed)
                results.append(outputs)
    return results, stream


@pytest.mark.parametrize('path', EAGER_AT_ONCE)
@pytest.mark.parametrize('make', [greedy, beams])
def test_as_the_loop(make, path):
    table, bias = model()
    if path == 'graph':
        results, stream = in_session(make, table, bias)
    else:

        def step(stream):
            return next_step(make(tf.constant(table), tf.constant(bias)), stream)

        if path != 'eager':
            step = tf.function(step, jit_compile=path == 'xla', autograph=False)
        stream, results = begin(make(table, tf.constant(bias)), STEPS), []
        for _ in range(STEPS):
            outputs, stream = step(stream)
            results.append(outputs)
    together = tf.nest.map_structure(lambda *steps: np.stack(steps), *results)
    outputs, state, lengths = seq2seq.dynamic_decode(
        make(table, tf.constant(bias)), maximum_iterations=STEPS
    )
    if make is greedy:
        for row, length in enumerate(lengths.numpy()):
            np.testing.assert_array_equal(
                together.sample_id[:length, row], outputs.sample_id[row, :length]
            )
        np.testing.assert_array_equal(stream.finished, lengths.numpy() < STEPS)
        return
    longest = np.max(stream.state.lengths, axis=1).astype(np.int32)
    ids = seq2seq.gather_tree(together.predicted_ids, together.parent_ids, longest, END)
    ids = np.transpose(ids, [1, 0, 2])[:, : outputs.predicted_ids.shape[1]]
    np.testing.assert_array_equal(ids, outputs.predicted_ids)
    np.testing.assert_allclose(stream.state.log_probs, state.log_probs, rtol=1e-6)


@pytest.mark.slow
def test_exported_and_run_without_this_package(tmp_path):
    """A step with attention, whose memory is an argument of the exported function."""
    cell = seq2seq.AttentionWrapper(seq2seq.GRUCell(4), seq2seq.LuongAttention(4, None))
    output = seq2seq.Dense(6)
    table = tf.constant(np.random.RandomState(0).randn(6, 3), tf.float32)
    memory = tf.constant(np.random.RandomState(1).randn(2, 5, 4), tf.float32)

    def decoder(memory):
        cell._attention_mechanisms[0].setup_memory(memory)
        helper = seq2seq.GreedyEmbeddingHelper(table, [START] * 2, 0)
        return seq2seq.BasicDecoder(cell, helper, cell.zero_state(2, tf.float32), output)

    flat = tf.nest.flatten(begin(decoder(memory)))
    module = tf.Module()
    module.cell, module.output = cell, output

    @tf.function(input_signature=[tf.TensorSpec(t.shape, t.dtype) for t in [memory, *flat]])
    def step(memory, *flat):
        made = decoder(memory)
        stream = tf.nest.pack_sequence_as(begin(made), flat)
        outputs, stream = next_step(made, stream)
        named = {f'state_{i}': part for i, part in enumerate(tf.nest.flatten(stream))}
        return {'ids': outputs.sample_id, **named}

    step(memory, *flat)
    tf.saved_model.save(module, str(tmp_path / 'step'), signatures=step)
    np.savez(tmp_path / 'first.npz', memory=memory, **{f'state_{i}': t for i, t in enumerate(flat)})
    program = f"""
import sys
import numpy as np, tensorflow as tf
step = tf.saved_model.load({str(tmp_path / 'step')!r}).signatures['serving_default']
first = dict(np.load({str(tmp_path / 'first.npz')!r}))
names = ['memory', *(f'state_{{i}}' for i in range({len(flat)}))]
given = [tf.constant(first[name]) for name in names]
order = sorted(step.structured_input_signature[1], key=lambda n: (n != 'memory', len(n), n))
ids = []
for _ in range(4):
    results = step(**dict(zip(order, given)))
    ids.append(results['ids'].numpy().tolist())
    given[1:] = [results[f'state_{{i}}'] for i in range({len(flat)})]
assert 'tf_seq2seq_compat' not in sys.modules
print(ids)
"""
    done = subprocess.run(
        [sys.executable, '-c', program], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    outputs, _, lengths = seq2seq.dynamic_decode(decoder(memory), maximum_iterations=4)
    found = np.transpose(eval(done.stdout.strip().splitlines()[-1]))
    for row, length in enumerate(lengths.numpy()):
        np.testing.assert_array_equal(found[row, :length], outputs.sample_id[row, :length])


def test_wrong_arguments():
    with pytest.raises(TypeError, match='decoder must be a Decoder'):
        begin(seq2seq.GRUCell(3))
    table, bias = model()
    with pytest.raises(ValueError, match='need maximum_iterations'):
        begin(greedy(table, tf.constant(bias)))
    wrapper = seq2seq.AttentionWrapper(
        seq2seq.GRUCell(4), seq2seq.LuongAttention(4, tf.ones([2, 5, 4])), alignment_history=True
    )
    helper = seq2seq.GreedyEmbeddingHelper(tf.eye(4), [1, 1], 2)
    decoder = seq2seq.BasicDecoder(wrapper, helper, wrapper.zero_state(2, tf.float32))
    with pytest.raises(ValueError, match='without alignment_history'):
        begin(decoder)
    assert Stream._fields[0] == 'time'
