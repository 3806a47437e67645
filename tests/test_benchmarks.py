"""The benchmarks: workloads, arithmetic, agreement check, session and table, without the peers."""

import contextlib
import io
import json
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from benchmarks import (
    agreement,
    compare,
    programs,
    publish,
    report,
    run,
    scaling,
    workers,
    workloads,
)
from benchmarks.peers import layouts, serving
from benchmarks.workers import PEERS, ROOT, Peer, Worker, WorkerError

TINY = workloads.Workload('tiny', 'training', 2, 3, 7, source=4, target=3)
EVERY = workloads.WORKLOADS + workloads.QUICK


# -- the list of workloads ------------------------------------------------------------------------


def test_the_workloads_are_well_formed():
    assert len(workloads.every()) == len(EVERY + workloads.GPU)
    assert len({peer.name for peer in PEERS}) == len(PEERS)
    for w in workloads.every().values():
        assert w.kind in ('greedy', 'beam', 'training', 'encoder')
        assert (w.beam > 1) == (w.kind == 'beam')
        lengths = workloads.inputs(w)['source_lengths']
        assert lengths.max() == w.source and lengths.min() >= w.source // 2


@pytest.mark.parametrize('workload', workloads.QUICK, ids=lambda w: w.name)
def test_numbers_depend_on_names_alone(workload):
    first, second = workloads.weights(workload), workloads.weights(workload)
    assert {name: list(value.shape) for name, value in first.items()} == workloads.weight_shapes(
        workload
    )
    for name in first:
        np.testing.assert_array_equal(first[name], second[name])
    if workload.kind == 'training':
        given = workloads.inputs(workload)
        assert given['targets'].min() >= 0 and given['targets'].max() < workload.vocabulary
        assert workloads.target_mask(workload).sum() == given['target_lengths'].sum()


def test_the_numbers_are_those_of_the_generator():
    # NumPy promises that RandomState keeps its numbers; here with the seed written out.
    expected = np.random.RandomState(2681103633).uniform(-1.0, 1.0, [2, 2]).astype(np.float32)
    np.testing.assert_array_equal(workloads.weight('embedding', [2, 2]), expected)


# -- a second derivation, in NumPy, which also counts ---------------------------------------------


class Model:
    """The model in NumPy, product by product.

    Args:
      workload: Its workload, LSTM or GRU, Bahdanau or Luong.
    """

    def __init__(self, workload):
        self.w = workload
        self.v = {k: x.astype(np.float64) for k, x in workloads.weights(workload).items()}
        self.operations = 0

    def product(self, a, b):
        """`a @ b`; counts a multiplication and an addition for each term of each element."""
        result = a @ b
        self.operations += 2 * _terms(a, b)
        if self.w.kind in ('training', 'encoder'):  # and the two gradients
            self.operations += 2 * _terms(result, np.swapaxes(b, -1, -2))
            self.operations += 2 * _terms(np.swapaxes(a, -1, -2), result)
        return result

    def cell(self, x, state):
        if self.w.cell == 'lstm':
            c, h = state
            gates = self.product(np.concatenate([x, h], 1), self.v['lstm_cell/kernel'])
            i, j, f, o = np.split(gates + self.v['lstm_cell/bias'], 4, axis=1)
            c = sigmoid(f + 1) * c + sigmoid(i) * np.tanh(j)
            h = sigmoid(o) * np.tanh(c)
            return h, (c, h)
        [h] = state
        gates = self.product(np.concatenate([x, h], 1), self.v['gru_cell/gates/kernel'])
        r, u = np.split(sigmoid(gates + self.v['gru_cell/gates/bias']), 2, axis=1)
        new = self.product(np.concatenate([x, r * h], 1), self.v['gru_cell/candidate/kernel'])
        h = u * h + (1 - u) * np.tanh(new + self.v['gru_cell/candidate/bias'])
        return h, (h,)

    def zeros(self):
        zeros = np.zeros([self.w.batch, self.w.hidden])
        return (zeros, zeros) if self.w.cell == 'lstm' else (zeros,)

    def decode(self, next_words):
        """Logits of all steps; `next_words(step, logits)` gives the words `[batch]` to read."""
        w, v = self.w, self.v
        mask = np.arange(w.source) < workloads.inputs(w)['source_lengths'][:, None]
        memory = v['memory'] * mask[:, :, None]
        flat = memory.reshape(-1, w.hidden)
        keys = self.product(flat, v['memory_layer/kernel']).reshape(memory.shape)
        state, attention, logits = self.zeros(), np.zeros([w.batch, w.hidden]), []
        for t in range(w.target):
            words = next_words(t, logits[-1] if logits else None)
            x = np.concatenate([v['embedding'][words], attention], 1)
            h, state = self.cell(x, state)
            if w.attention == 'bahdanau':
                query = self.product(h, v['query_layer/kernel'])
                summed = np.tanh(keys + query[:, None]).reshape(-1, w.hidden)
                scores = self.product(summed, v['attention_v'][:, None]).reshape(w.batch, -1)
            else:
                scores = self.product(keys, h[:, :, None])[:, :, 0]
            weights = np.where(mask, np.exp(scores), 0.0)
            weights /= weights.sum(1, keepdims=True)
            context = self.product(weights[:, None], memory)[:, 0]
            attention = self.product(np.concatenate([h, context], 1), v['attention_layer/kernel'])
            logits.append(self.product(attention, v['output/kernel']))
        self.attention = attention
        return np.stack(logits, 1)

    def loss(self):
        given = workloads.inputs(self.w)
        logits = self.decode(lambda t, _: given['decoder_inputs'][:, t])
        chosen = np.take_along_axis(logits, given['targets'][:, :, None], 2)[:, :, 0]
        crossentropy = np.log(np.exp(logits).sum(2)) - chosen
        mask = workloads.target_mask(self.w)
        return (crossentropy * mask).sum() / mask.sum()

    def greedy(self):
        start = np.full([self.w.batch], workloads.START_ID)
        logits = self.decode(lambda t, last: start if last is None else last.argmax(1))
        return logits.argmax(2)

    def encoder_loss(self):
        w, state, total = self.w, self.zeros(), 0.0
        lengths = workloads.inputs(w)['source_lengths']
        for t in range(w.source):
            h, state = self.cell(self.v['inputs'][:, t], state)
            total += (h[t < lengths] ** 2).sum()
        return total / (w.batch * w.source)


def _terms(a, b):
    """Terms of all elements of a product of matrices, or batches of them, counted one by one."""
    return sum(1 for _ in np.ndindex(*a.shape[:-1], b.shape[-1]) for _ in range(a.shape[-1]))


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


KINDS = [('lstm', 'bahdanau'), ('gru', 'bahdanau'), ('lstm', 'luong'), ('gru', 'luong')]


@pytest.mark.parametrize('kind', ['greedy', 'training'])
@pytest.mark.parametrize(('cell', 'attention'), KINDS)
def test_operations_of_a_decoder(kind, cell, attention):
    model = Model(TINY._replace(kind=kind, cell=cell, attention=attention))
    model.greedy() if kind == 'greedy' else model.loss()
    assert workloads.flops(model.w) == model.operations


@pytest.mark.parametrize('cell', ['lstm', 'gru'])
def test_operations_of_an_encoder(cell):
    model = Model(TINY._replace(kind='encoder', cell=cell, target=0))
    model.encoder_loss()
    assert workloads.flops(model.w) == model.operations


def test_operations_of_a_beam_search():
    greedy = TINY._replace(kind='greedy')
    keys = 2 * TINY.batch * TINY.source * TINY.hidden**2
    beam = workloads.flops(TINY._replace(kind='beam', beam=4))
    assert beam - keys == 4 * (workloads.flops(greedy) - keys)


# -- ours -----------------------------------------------------------------------------------------


@pytest.fixture
def ours():
    from benchmarks.peers.ours import Program

    return lambda **changes: (one := TINY._replace(**changes), Program(one, jit_compile=False))


@pytest.mark.parametrize(('cell', 'attention'), [('lstm', 'bahdanau'), ('gru', 'luong')])
def test_training_is_that_of_numpy(ours, cell, attention):
    workload, program = ours(cell=cell, attention=attention)
    outcome = serving.outcome(program, workload)
    model = Model(workload)
    loss = model.loss()
    np.testing.assert_allclose(outcome['loss'], loss, rtol=1e-5)
    # The gradients, by differences: each weight moved along a direction of its own.
    after = _updated(program, workload)
    for name, value in model.v.items():
        gradient = (value - after[name]) / serving.CHECKED_LEARNING_RATE
        norm = np.sqrt((gradient**2).sum())
        np.testing.assert_allclose(outcome['gradient/' + name], norm, rtol=1e-5)
        if norm:
            slope = _slope(model, name, gradient / norm)
            np.testing.assert_allclose(slope, norm, rtol=1e-3, err_msg=name)


def _updated(program, workload):
    program.load(workloads.weights(workload))
    program.step(serving.CHECKED_LEARNING_RATE)
    return program.weights()


def _slope(model, name, direction, size=1e-4):
    kept = model.v[name]
    losses = []
    for sign in (1, -1):
        model.v[name] = kept + sign * size * direction
        losses.append(model.loss())
    model.v[name] = kept
    return (losses[0] - losses[1]) / (2 * size)


def test_greedy_decoding_is_that_of_numpy(ours):
    workload, program = ours(kind='greedy', target=6)
    outcome = serving.outcome(program, workload)
    model = Model(workload)
    np.testing.assert_array_equal(outcome['ids'], model.greedy())
    np.testing.assert_allclose(outcome['attention'], model.attention, rtol=1e-4)


def test_the_encoder_is_that_of_numpy(ours):
    workload, program = ours(kind='encoder', target=0)
    np.testing.assert_allclose(
        serving.outcome(program, workload)['loss'], Model(workload).encoder_loss(), rtol=1e-5
    )


def test_a_beam_of_all_sequences_finds_the_best(ours):
    workload, program = ours(kind='beam', beam=49, target=2, batch=1)
    outcome = serving.outcome(program, workload)
    model = Model(workload)
    scores = []
    for first in range(7):
        logits = model.decode(lambda t, _, first=first: np.array([(workloads.START_ID, first)[t]]))
        logs = logits[0] - np.log(np.exp(logits[0]).sum(1, keepdims=True))
        scores += list(logs[0, first] + logs[1])
    best = np.argsort(scores)[::-1]
    np.testing.assert_allclose(outcome['scores'][0], np.array(scores)[best], rtol=1e-5)
    np.testing.assert_array_equal(outcome['ids'][0, :, 0], divmod(best[0], 7))


# -- the layouts of other peers -------------------------------------------------------------------


def test_lstm_layout():
    weights = {k: v for k, v in workloads.weights(TINY).items() if 'cell' in k}
    kernel, recurrent, bias = layouts.split_lstm(weights, 3)
    assert kernel.shape == (6, 12) and recurrent.shape == (3, 12)
    # The forget gate is third in TF1, with 1 added in the cell; here second, the 1 in the bias.
    np.testing.assert_array_equal(kernel[:, 3:6], weights['lstm_cell/kernel'][:6, 6:9])
    np.testing.assert_allclose(bias[3:6], weights['lstm_cell/bias'][6:9] + 1)
    np.testing.assert_array_equal(recurrent[:, 6:9], weights['lstm_cell/kernel'][6:, 3:6])
    back = layouts.joined_lstm(kernel, recurrent, bias)
    assert back.keys() == weights.keys()
    for name, value in weights.items():
        np.testing.assert_allclose(back[name], value, atol=1e-7)


def test_gru_layout():
    weights = workloads.weights(TINY._replace(cell='gru'))
    weights = {k: v for k, v in weights.items() if 'cell' in k}
    kernel, recurrent, bias = layouts.split_gru(weights, 3)
    np.testing.assert_array_equal(kernel[:, :3], weights['gru_cell/gates/kernel'][:6, 3:])
    np.testing.assert_array_equal(recurrent[:, 6:], weights['gru_cell/candidate/kernel'][6:])
    back = layouts.joined_gru(kernel, recurrent, bias)
    assert back.keys() == weights.keys()
    for name, value in weights.items():
        np.testing.assert_array_equal(back[name], value)


# -- the agreement check --------------------------------------------------------------------------

DECODED = {
    'ids': np.arange(40).reshape(4, 10),
    'attention': np.linspace(-1, 1, 12).reshape(4, 3),
}
TRAINED = {'loss': np.float32(2.5), 'gradient/memory': np.float64(0.125)}


def test_what_agrees():
    assert agreement.disagreements(DECODED, DECODED) == []
    assert agreement.disagreements(TRAINED, {**TRAINED, 'loss': np.float32(2.5001)}) == []


@pytest.mark.parametrize(
    ('reference', 'changes', 'message'),
    [
        (TRAINED, {'loss': np.float32(2.52)}, 'loss: differs by 8.0e-03 of its size'),
        (TRAINED, {'gradient/memory': np.float64(0.0)}, r'gradient/memory: differs by 1.0e\+00'),
        (TRAINED, {'loss': np.float32('nan')}, 'loss: differs'),
        (TRAINED, {'more': np.float32(1)}, "gives .*'more'"),
        (DECODED, {'ids': DECODED['ids'][:, ::-1]}, 'ids: 4 of 4 sequences differ'),
        (DECODED, {'ids': np.zeros([4, 0], int)}, 'ids: shape'),
        (DECODED, {'attention': -DECODED['attention']}, 'attention: differs'),
        (DECODED, {'attention': DECODED['attention'][:2]}, 'attention: shape'),
    ],
)
def test_what_does_not_agree(reference, changes, message):
    [line] = agreement.disagreements(reference, {**reference, **changes})
    assert re.match(message, line)


def test_a_tie_may_turn_a_few_sequences():
    ids = np.zeros([20, 5], int)
    reference = {'ids': ids, 'attention': np.ones([20, 2])}

    def turned(count):
        other = {name: value.copy() for name, value in reference.items()}
        other['ids'][:count, 3:] = 1
        other['attention'][:count] = 5
        return agreement.disagreements(reference, other)

    assert turned(2) == []
    assert turned(3) == ['ids: 3 of 20 sequences differ']


def test_of_beams_the_best_sequence_counts():
    ids = np.zeros([2, 5, 3], int)
    other = ids.copy()
    other[:, :, 1] = 1
    assert agreement.disagreements({'ids': ids}, {'ids': other}) == []
    other[1, 4, 0] = 1
    assert agreement.disagreements({'ids': ids}, {'ids': other}) == ['ids: 1 of 2 sequences differ']


# -- the session ----------------------------------------------------------------------------------

# A peer which needs NumPy alone. It gives as loss what it is told.
FAKE = """
import sys
sys.path.insert(0, {root!r})
from benchmarks.peers import serving

class Program:
    def __init__(self, workload):
        if {refuses}:
            raise NotImplementedError('no beam search\\nat all')
        print('libraries print', flush=True)
        self.kept = dict()
    def load(self, weights):
        self.kept = dict(weights)
    def weights(self):
        return self.kept
    def step(self, learning_rate):
        return dict(loss={loss})

serving.ROUND_SECONDS = 1e-3
serving.serve(Program)
"""


def fake(name, loss, refuses=False):
    code = FAKE.format(root=str(ROOT), loss=loss, refuses=refuses)
    return Peer(name, name, 'ours', ('-c', code))


@pytest.fixture
def options(tmp_path, monkeypatch):
    monkeypatch.setattr(run, 'MACHINE', fake('machine', 0.0))
    monkeypatch.setattr(run, 'PAUSE', 0.0)
    return run.parser().parse_args(['--rounds', '2', '--output', str(tmp_path)])


def test_a_session_times_those_who_agree(options, tmp_path):
    missing = Peer('tf1', 'TensorFlow 1.15.5', 'tf1', ())
    peers = [fake('ours-a', 2.0), fake('good', 2.0001), fake('wrong', 2.1), missing]
    benchmark = run.Benchmark(options, peers)
    result = benchmark.run(TINY)
    benchmark.measure_memory(TINY, result)
    assert list(result['peers']) == ['ours-a', 'good', 'wrong', 'tf1']
    assert not {'grown', 'memory_failure'} & set(result['peers']['wrong'])
    assert result['peers']['wrong']['failure'].startswith('DISAGREES: loss: differs by 5.0e-02')
    assert result['peers']['tf1']['failure'].startswith('no interpreter')
    assert result['peers']['wrong']['rounds'] == []
    for name in ('ours-a', 'good'):
        peer = result['peers'][name]
        assert len(peer['rounds']) == 2 and min(peer['rounds']) > 0
        assert peer['first_call'] > 0 and peer['grown'] >= 0
    assert 'libraries print' in (tmp_path / 'logs' / 'tiny.good.time.log').read_text()


def test_what_a_peer_cannot_do_is_reported(options):
    peers = [fake('ours-a', 1.0), fake('unable', 1.0, refuses=True)]
    result = run.Benchmark(options, peers).run(TINY)
    assert result['peers']['unable']['failure'] == 'NotImplementedError: no beam search'
    assert len(result['peers']['ours-a']['rounds']) == 2


@pytest.mark.parametrize(
    ('code', 'limit', 'message'),
    [
        ('raise SystemExit("out of memory")', 60.0, 'ended with exit code 1: out of memory'),
        ('import time; time.sleep(60)', 1.0, 'took more than 1 s'),
    ],
)
def test_a_worker_that_dies_or_hangs(tmp_path, code, limit, message):
    peer = Peer('bad', '', 'ours', ('-c', code))
    with (
        Worker(peer, sys.executable, 1, tmp_path / 'log', limit) as worker,
        pytest.raises(WorkerError, match=message),
    ):
        worker.ask('round')


def test_names_on_the_command_line():
    names = [one.name for one in run.chosen('ours,tf1,tfa-jit', PEERS)]
    assert names == ['ours-function', 'ours-jit', 'ours-program', 'ours-xla', 'tf1', 'tfa-jit']
    # A whole name means itself, though others begin with it.
    assert [one.name for one in run.chosen('training-32', EVERY)] == ['training-32']
    with pytest.raises(SystemExit, match="'fast' is none of"):
        run.chosen('fast', PEERS)


def test_the_list_needs_no_tensorflow():
    code = (
        'import sys; from benchmarks import run; run.main(["--list"]); '
        'assert "tensorflow" not in sys.modules'
    )
    done = subprocess.run(
        [sys.executable, '-c', code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for one in [*EVERY, *PEERS]:
        assert re.search(rf'^  {one.name} ', done.stdout, re.MULTILINE)


# -- the report -----------------------------------------------------------------------------------


@pytest.fixture
def results():
    peers = {
        'ours-function': {'rounds': [0.4, 0.2, 0.3], 'first_call': 1.25, 'grown': 5e6},
        'ours-jit': {'rounds': [0.2, 0.19, 0.25], 'first_call': 6.0, 'grown': 7e6},
        'ours-program': {'rounds': [0.6], 'first_call': 1.0},
        'tf1': {'rounds': [0.5, 0.5, 0.5], 'first_call': 2.0, 'grown': 14e6},
        'torch-eager': {'rounds': [], 'failure': 'DISAGREES: loss: differs by 1.0e+00'},
    }
    workload = workloads.Workload('training-1', 'training', 1, 4, 8, over_tf1=3.0)
    workload = workload._replace(over_memory=3.0)
    one = {**workload._asdict(), 'flops': 4e9, 'rate': 1e11, 'peers': peers}
    one['floor'] = {'seconds': 0.15}
    return {
        'when': '2026-01-02T03:04',
        'machine': {'processor': 'P', 'cores': 2, 'threads': 2, 'commit': 'abc'},
        'load_before': 0.0,
        'workloads': [one, {**one, 'name': 'training-2', 'peers': {'tf1': peers['tf1']}}],
    }


def test_the_table(results):
    lines = report.table(results).splitlines()
    assert len({len(line) for line in lines}) == 1
    cells = [[cell.strip() for cell in line.strip('|').split('|')] for line in lines]
    assert cells[0] == report.COLUMNS
    assert cells[2:] == [
        ['training-1', 'ours-function', '0.300', '1.50', '13.3', '50%', '5', '1.2'],
        ['', 'ours-jit', '0.200', '1.00', '20.0', '75%', '7', '6.0'],
        ['', 'ours-program', '0.600', '3.00', '6.7', '25%', '', '1.0'],
        ['', 'tf1', '0.500', '2.50', '8.0', '30%', '14', '2.0'],
        ['', 'torch-eager', '-', '', '', '', '', ''],
        ['training-2', 'tf1', '0.500', '', '8.0', '30%', '14', '2.0'],
    ]


def test_the_verdicts(results):
    assert report.verdicts(results) == [
        'training-1: faster than tf1: 2.50, wanted 1.50: reached',
        'training-1: faster than tf1: 2.50, wanted 3.00: NOT REACHED',
        'training-1: the TF1 program, faster than tf1: 0.83, wanted 1.00: NOT REACHED',
        'training-1: memory of tf1 over ours: 2.00, wanted 3.00: NOT REACHED',
        'training-1: first call of ours-jit, in 10 s how many: 1.67, wanted 1.00: reached',
    ]
    # What is nearer to what is wanted of it is shown.
    results['workloads'][0]['floor']['seconds'] = 0.19
    results['workloads'][0]['peers']['tf1']['rounds'] = [0.22]
    assert report.verdicts(results)[0] == 'training-1: of the floor: 0.95, wanted 0.85: reached'
    assert report.failures(results) == [
        'training-1, torch-eager: not timed: DISAGREES: loss: differs by 1.0e+00'
    ]


def test_the_summary(results):
    lines = report.summary(results).splitlines()
    assert lines[0] == (
        '2026-01-02T03:04, commit abc, P, 2 threads of 2 cores, load before 0.0; matrix product of '
        '2048: 100 GFLOP/s; seconds, medians of the rounds.'
    )
    assert lines[4] == (
        '| training-1 | 0.3 | 0.2 | 0.6 | 0.5 | - | 2.50 | 0.75 | 1.5 times '
        '| ours-function 5, ours-jit 7, tf1 14 |'
    )


def test_a_text_is_put_between_its_marks(tmp_path):
    path = tmp_path / 'README.md'
    path.write_text('a\n<!-- cpu -->\nold\n<!-- /cpu -->\nb\n')
    for text in ('new \\1', 'newer'):
        publish.put('cpu', text, path)
        assert path.read_text() == f'a\n<!-- cpu -->\n\n{text}\n\n<!-- /cpu -->\nb\n'
    with pytest.raises(ValueError, match='no <!-- gpu -->'):
        publish.put('gpu', 'new', path)


def test_a_narrower_processor(monkeypatch):
    monkeypatch.setenv('XLA_FLAGS', '--a')
    assert workers.isa_environment(None, 'ours') == {}
    ours, others = (workers.isa_environment('avx2', python) for python in ('ours', 'torch'))
    assert ours['XLA_FLAGS'] == '--a --xla_cpu_max_isa=AVX2' and 'XLA_FLAGS' not in others
    assert others['ATEN_CPU_CAPABILITY'] == 'avx2' and ours['DNNL_MAX_CPU_ISA'] == 'AVX2'


def test_the_files(results, tmp_path):
    report.save(results, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        'plot.png',
        'results.json',
        'table.md',
    ]
    assert json.loads((tmp_path / 'results.json').read_text()) == results
    assert '| training-2 |' in (tmp_path / 'table.md').read_text()
    assert (tmp_path / 'plot.png').read_bytes().startswith(b'\x89PNG')


def test_a_file_is_renamed_when_it_is_whole(tmp_path):
    path = tmp_path / 'results.json'
    path.write_text('old')

    def fails(temporary):
        temporary.write_text('half')
        raise OSError('no space left')

    with pytest.raises(OSError, match='no space'):
        report.replace(path, fails)
    assert path.read_text() == 'old'


def test_help():
    out = io.StringIO()
    with contextlib.redirect_stdout(out), pytest.raises(SystemExit):
        run.main(['--help'])
    assert '--only' in out.getvalue()


# -- commit against commit ------------------------------------------------------------------------


def test_what_is_slower_beyond_the_noise():
    def row(before, now):
        return compare.Compared('w', 'p', before, now)

    steady = [1.0, 1.01, 0.99, 1.0, 1.0]
    assert row(steady, steady).verdict == ''
    assert row(steady, [1.1 * one for one in steady]).verdict == 'slower'
    assert row([1.1 * one for one in steady], steady).verdict == 'faster'
    # As much slower, but each is as far from itself.
    noisy = [1.0, 1.3, 0.8, 1.2, 0.9]
    assert row(noisy, [1.1 * one for one in noisy]).verdict == ''
    np.testing.assert_allclose(row(noisy, steady).noise, 0.3 + 0.0)


def test_the_commit_before_is_checked_out_and_gone(tmp_path):
    def trees():
        command = ['git', 'worktree', 'list']
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout

    before = trees()
    with compare.checkout('HEAD') as tree:
        assert (tree / 'benchmarks' / 'workloads.py').is_file()
        assert str(tree) in trees()
    assert trees() == before and not tree.exists()
    with (
        pytest.raises(SystemExit, match="no checkout of 'no-such-commit'"),
        compare.checkout('no-such-commit'),
    ):
        pytest.fail('there is none')


PEER = """
import sys
sys.path.insert(0, {root!r})
from benchmarks import workloads
from benchmarks.peers import serving

class Program:
    def __init__(self, workload):
        pass
    def load(self, weights):
        pass
    def weights(self):
        return {{}}
    def step(self, learning_rate):
        return dict(ids=[1])

serving.ROUND_SECONDS = 1e-3
serving.serve(Program)
"""


def test_both_commits_run_their_own_code(tmp_path, monkeypatch, capsys):
    """The peer's script is that of its tree, where it fails."""
    monkeypatch.setattr(compare.run, 'PAUSE', 0.0)
    now, before = tmp_path / 'now', tmp_path / 'before'
    for tree in (now, before):
        tree.mkdir()
        (tree / 'peer.py').write_text(PEER.format(root=str(ROOT)))
    monkeypatch.setattr(workers, 'ROOT', now)
    peer = workers.Peer('ours-jit', 'fake', 'ours', (str(now / 'peer.py'),))
    options = compare.argparse.Namespace(output=tmp_path, rounds=3, threads=1, time_limit=60.0)
    greedy = workloads.every()['quick-greedy']
    row = compare.compared(greedy, peer, (before, now), options)
    assert (len(row.before), len(row.now)) == (3, 3)
    assert '| quick-greedy | ours-jit |' in compare.table([row])
    (before / 'peer.py').unlink()
    with pytest.raises(workers.WorkerError, match=str(before / 'peer.py')):
        compare.compared(greedy, peer, (before, now), options)


# -- floors ---------------------------------------------------------------------------------------


@pytest.mark.parametrize('workload', workloads.WORKLOADS, ids=lambda w: w.name)
def test_products_have_the_operations_of_the_model(workload):
    # A training step has three times those of decoding the same steps.
    found = workloads.products(workload)
    assert sum(one.flops for one in found) == workloads.flops(workload)
    if workload.kind == 'training':
        greedy = workload._replace(kind='greedy')
        assert workloads.flops(workload) == 3 * workloads.flops(greedy)
    assert min(min(one) for one in found) >= 1


def test_products_of_a_training_step_by_hand():
    # Batch 2, hidden 3, 7 words, 4 slots, 3 steps. The word's part of the cell is one product.
    found = workloads.products(TINY)
    cell = [(1, 1, 6, 3, 12), (1, 1, 6, 12, 3), (1, 1, 3, 6, 12)]
    state = [(3, 1, 2, 6, 12), (3, 1, 2, 12, 6), (1, 1, 6, 6, 12)]
    output = [(1, 1, 6, 3, 7), (1, 1, 6, 7, 3), (1, 1, 3, 6, 7)]
    context = [(3, 2, 1, 4, 3), (3, 2, 1, 3, 4), (1, 2, 4, 3, 3)]
    for one in [*cell, *state, *output, *context]:
        assert one in found


# -- growth with each size ------------------------------------------------------------------------

SIZES = [25, 100, 400, 1600]


@pytest.mark.parametrize('power', [0.5, 1.0, 1.5, 2.0, 3.0])
@pytest.mark.parametrize('offset', [0.0, 1.0, 4.0])
def test_the_exponent_of_a_power(power, offset):
    values = [0.01 * (offset * SIZES[0] ** power + size**power) for size in SIZES]
    np.testing.assert_allclose(scaling.exponent(SIZES, values), power, atol=0.06)


def test_other_exponents():
    assert scaling.exponent(SIZES, [3.0] * 4) == 0.0  # nothing grows
    np.testing.assert_allclose(scaling.exponent([2, 8], [1.0, 16.0]), 2.0)
    noisy = [(1.0 + 0.05 * (-1) ** i) * size for i, size in enumerate(SIZES)]
    np.testing.assert_allclose(scaling.exponent(SIZES, noisy), 1.0, atol=0.1)
    with pytest.raises(ValueError, match='no exponent of 1 points'):
        scaling.exponent([1], [1.0])


def test_points_are_kept_and_compared(tmp_path):
    axis = scaling.AXES[0]
    peers = ['ours-jit', 'tf1']
    results = scaling.Results(tmp_path / 'results.json')
    for value in axis.values:
        for peer, seconds in (('ours-jit', value**1.5), ('tf1', float(value))):
            found = {'seconds': seconds, 'grown': 1e6, 'first_call': 1.0, 'operations': 10 * value}
            results.add(axis.name, peer, value, found)
    again = scaling.Results(tmp_path / 'results.json')
    assert again.point('target', 'tf1', 25) == results.point('target', 'tf1', 25)
    assert again.point('target', 'tf1', 26) is None
    assert scaling.faster_growing(again, [axis], peers) == [
        'target, ours-jit: time grows with exponent 1.50, where another has 1.00',
        'target, ours-jit: the graph grows 64.00 times',
    ]
    assert '| target 25 to 1600 | tf1 | 1.00 | 25, 1.6e+03 | 0.00 | 1, 1 | 1.0, 1.0 |' in (
        scaling.table(again, [axis], peers)
    )
    scaling.plot(again, [axis], peers, tmp_path / 'plot.png')
    assert (tmp_path / 'plot.png').stat().st_size > 1000
    assert {one.kind for a in scaling.AXES for one in map(a.workload, a.values)} == {
        'training', 'greedy', 'beam', 'encoder'
    }  # fmt: skip


# -- real programs --------------------------------------------------------------------------------


def test_what_is_told_of_a_program():
    events = [
        ['a', '', 1.0, 0.5],
        ['b', 'training', 9.0, 4.0],
        ['b', 'training', 9.2, 0.2],
        ['c', 'training', 12.0, 2.0],
        ['b', 'training', 12.4, 0.4],
        ['d', 'decoding', 14.0, 1.0],
        ['e', 'decoding', 17.0, 3.0],
    ]
    found = programs.figures({'total': 18.0, 'peak': 5e8, 'events': events})
    assert found == {
        'total': 18.0,
        'peak': 5e8,
        'first_step': 9.0,
        'step': pytest.approx(0.3),
        'decoding': 2.0,
    }
    points = {
        'nmt: tf1': {'rounds': [found]},
        'nmt: run': {'rounds': [{**found, 'decoding': 3.0}, {**found, 'decoding': 5.0}]},
        'nmt: run --xla': {'rounds': [], 'failure': 'took more than 3 s'},
    }
    assert programs.rows(points)[2] == ['nmt', 'run', '9', '300', '4e+03', '18', '500']
    assert programs.slower(points) == ['nmt, run: decoding 2.00 times tf1']


PROGRAM = """
import tensorflow as tf
tf = tf.compat.v1
with tf.Graph().as_default(), tf.Session() as session:
    v = tf.get_variable('v', [], use_resource=True)
    update = tf.train.GradientDescentOptimizer(0.1).minimize(v * v)
    loop = tf.while_loop(lambda i: i < 3, lambda i: i + 1, [tf.constant(0)])
    session.run(tf.global_variables_initializer())
    for _ in range(2):
        session.run([update, {'value': v}])
    session.run(loop)
"""


def test_calls_of_a_program_are_noted(tmp_path):
    (tmp_path / 'program.py').write_text(PROGRAM)
    environment = {**os.environ, 'PYTHONPATH': str(ROOT / 'benchmarks/peers/timed_program')}
    command = [sys.executable, str(tmp_path / 'program.py')]
    found = programs.timed(command, tmp_path, environment, tmp_path / 'log', 240.0)
    assert set(found) == set(programs.FIGURES)
    assert 0 < found['first_step'] < found['total'] and found['peak'] > 1e7
    (tmp_path / 'program.py').write_text('raise SystemExit("no")')
    with pytest.raises(RuntimeError, match='ended with exit code 1: no'):
        programs.timed(command, tmp_path, environment, tmp_path / 'log', 240.0)
