"""The workloads as StableHLO for a GPU: lifted variables, the modules, the session that runs them.

No GPU and no JAX are needed: TensorFlow itself executes the modules here. `make bench-gpu
ARGS='--quick --check'` has JAX do it.
"""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

from benchmarks import floor, workloads
from benchmarks.peers.ours import Program
from benchmarks.stablehlo import bundle, description, execute, export
from benchmarks.workers import ROOT, Peer
from tf_seq2seq_compat.export import lifting

# TensorFlow's wheels for CPUs alone lower for no GPU.
PLATFORM = 'GPU' if tf.test.is_built_with_cuda() else 'CPU'
OLD = tuple(map(int, tf.__version__.split('.')[:2])) < (2, 16)
TINY = workloads.Workload('tiny', 'training', 2, 3, 7, source=4, target=3)


# -- variables as arguments -----------------------------------------------------------------------


def compiled(function):
    return tf.function(function, jit_compile=True, autograph=False)


def check(function, variables, *arguments):
    """The lifted function gives and changes what the function does; returns the `Lifted`."""
    lifted = lifting.lift(function, *arguments)
    assert not [one for one in lifted.function.get_concrete_function().captured_inputs]
    values = [tf.convert_to_tensor(one) for one in lifted.captured]
    found = lifted.function(*arguments, *values)
    expected = tf.nest.flatten(function(*arguments)) + list(lifted.updated)
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-6)
    changed = [any(one is variable for one in lifted.updated) for variable in variables]
    return lifted, changed


@pytest.fixture
def weight():
    return tf.Variable([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]], name='weight')


def test_a_value_is_read_as_it_then_is(weight):
    other = tf.Variable(7.0)

    @compiled
    def function(x):
        before = weight[0]
        weight.assign_add(tf.fill([3, 2], x))
        between = weight[0] + other
        weight.assign_sub(weight * 2.0)
        return {'all': (before, between), 'last': weight.read_value()}

    lifted, changed = check(function, [weight, other], tf.constant(10.0))
    assert changed == [True, False] and len(lifted.captured) == 2


def test_rows(weight):
    @compiled
    def function(ids):
        read = tf.gather(weight, ids)
        rows = tf.IndexedSlices(tf.ones([3, 2]), ids)
        weight.scatter_add(rows)
        weight.scatter_sub(tf.IndexedSlices(2.0 * tf.ones([1, 2]), ids[:1]))
        weight.scatter_update(tf.IndexedSlices(tf.zeros([1, 2]), ids[1:2]))
        return read, tf.shape(weight)

    # A row twice: it has both.
    assert check(function, [weight], tf.constant([2, 1, 2]))[1] == [True]


def test_a_loop_reads_and_changes(weight):
    read = tf.Variable(2.0)

    @compiled
    def function(x):
        def step(i, total):
            weight.assign_add(weight * 0.5)
            return i + 1, total + read * tf.reduce_sum(weight)

        return tf.while_loop(lambda i, total: i < 3, step, [tf.constant(0), x])[1]

    assert check(function, [weight, read], tf.constant(1.0))[1] == [True, False]


@pytest.mark.parametrize('chosen', [0, 1, 2])
def test_branches(weight, chosen):
    other = tf.Variable([1.0, 1.0])

    @compiled
    def function(number):
        def first():
            weight.assign(weight + 1.0)
            return other[0]

        result = tf.cond(number > 0, first, lambda: weight[0, 0])
        branches = [lambda: other + 1.0, lambda: other.assign(other * 3.0), lambda: weight[1]]
        return result, tf.switch_case(number, branches)

    assert check(function, [weight, other], tf.constant(chosen))[1] == [True, True]


def test_a_call_and_a_tensor_from_outside(weight):
    outside = tf.constant(np.arange(400.0).reshape(200, 2), tf.float32)

    @tf.function(autograph=False)
    def inner(x):
        return tf.reduce_sum(weight.assign_add(x)) + tf.reduce_sum(outside)

    function = compiled(lambda x: inner(x) + inner(2.0 * x))
    lifted, changed = check(function, [weight], tf.ones([3, 2]))
    assert changed == [True]
    assert any(one is outside for one in lifted.captured)


def test_gradient_descent_through_a_loop(weight):
    optimizer = tf.compat.v1.train.GradientDescentOptimizer(0.1)

    @compiled
    def function(x):
        with tf.GradientTape() as tape:
            step = lambda i, h: (i + 1, tf.tanh(h @ weight @ tf.transpose(weight)))  # noqa: E731
            state = tf.while_loop(lambda i, h: i < 4, step, [0, x], maximum_iterations=4)[1]
            loss = tf.reduce_sum(state**2)
        optimizer.apply_gradients([(tape.gradient(loss, weight), weight)])
        return loss

    assert check(function, [weight], 0.1 * tf.ones([2, 3]))[1] == [True]


def test_what_cannot_be_lifted(weight):
    optimizer = tf.compat.v1.train.ProximalGradientDescentOptimizer(0.1)

    @compiled
    def function():
        optimizer.apply_gradients([(tf.ones([3, 2]), weight)])
        return weight.read_value()

    with pytest.raises(NotImplementedError, match='gives a variable to ResourceApplyProximal'):
        lifting.lift(function)
    table = tf.lookup.StaticHashTable(tf.lookup.KeyValueTensorInitializer([1], [2]), 0)
    with pytest.raises(NotImplementedError, match='neither a tensor nor a variable'):
        lifting.lift(tf.function(table.lookup), tf.constant([1]))


# -- the modules ----------------------------------------------------------------------------------


def arguments(about, given):
    """What `@main` takes, by the description."""
    one = workloads.Workload(**about.workload)
    arrays = {'learning_rate': np.float32(64.0), **workloads.weights(one)}
    arrays.update(workloads.inputs(one), **given)
    return [tf.constant(arrays[name]) for name in about.arguments]


@pytest.mark.slow
@pytest.mark.parametrize('workload', workloads.QUICK, ids=lambda w: w.name)
def test_a_module_for_gpus_gives_what_the_cpu_gives(workload):
    if OLD:
        with pytest.raises(NotImplementedError, match='compiles only for devices that it has'):
            export.exported(workload, PLATFORM)
        return
    from tensorflow.compiler.tf2xla.python import xla  # it has no public name

    program = Program(workload, jit_compile=False)
    program.load(workloads.weights(workload))
    expected = program.step(64.0)
    module, about, given = export.exported(workload, PLATFORM)
    # What only one platform has would be called by its name.
    assert b'custom_call' not in module
    assert about.platform == PLATFORM and set(about.results) == set(expected)
    assert set(workloads.weights(workload)) <= set(about.arguments)
    training = workload.kind in ('training', 'encoder')
    assert set(about.updated) == (set(workloads.weights(workload)) if training else set())
    values = [expected[name] for name in about.results]
    values += [program.weights()[name] for name in about.updated]
    found = xla.call_module(
        arguments(about, given),
        version=9,
        module=module,
        Tout=[tf.as_dtype(value.dtype) for value in values],
        Sout=[tf.TensorShape(value.shape) for value in values],
        platforms=['CPU'],
    )
    for name, one, value in zip(about.results + about.updated, found, values, strict=True):
        np.testing.assert_allclose(one, value, rtol=1e-4, atol=1e-4, err_msg=name)


def test_what_a_module_says(weight):
    lifted = lifting.lift(compiled(lambda x: x @ weight), tf.TensorSpec([4, 3]))
    calling = lifting.lift(compiled(tf.linalg.qr), tf.TensorSpec([4, 3]))
    if OLD:
        with pytest.raises(NotImplementedError, match=re.escape(tf.__version__)):
            lifting.export(lifted, PLATFORM)
        return
    text = lifting.export(lifted, PLATFORM, 'stablehlo')
    [main] = re.findall(r'@main\((.*)\) ->', text)
    assert re.findall(r'tensor<\w+>', main) == ['tensor<4x3xf32>', 'tensor<3x2xf32>']
    assert b'custom_call' in lifting.export(calling, PLATFORM)  # so it is found where it is
    with pytest.raises(ValueError, match='PAPER'):
        lifting.export(lifted, 'PAPER')


def test_the_files(tmp_path, monkeypatch):
    about = description.Description(
        TINY._asdict(), 'GPU', '2.21.0', ['learning_rate', 'argument/1'], ['loss'], ['memory']
    )
    monkeypatch.setattr(workloads, 'QUICK', [TINY])
    monkeypatch.setattr(
        export, 'exported', lambda workload, platform: (b'ML', about, {'argument/1': np.ones(2)})
    )
    assert export.main(['tiny', '--folder', str(tmp_path / 'new')]) == 0
    module, read, arrays = description.read(tmp_path / 'new', 'tiny')
    assert (module, read) == (b'ML', about)
    names = {'loss', 'argument/1', *(f'gradient/{name}' for name in workloads.weights(TINY))}
    assert set(arrays) == names
    assert {path.suffix for path in (tmp_path / 'new').iterdir()} == {'.mlirbc', '.npz', '.json'}
    monkeypatch.setattr(workloads, 'QUICK', [TINY._replace(hidden=4)])
    with pytest.raises(ValueError, match='export it again'):
        description.read(tmp_path / 'new', 'tiny')


# -- the floor ------------------------------------------------------------------------------------


def test_traffic_counted_by_hand():
    # Batch 2, hidden 3, 7 words, 4 slots, 3 steps; LSTM (6 + 3) * 12 + 12, query 9, v 3, layer 18,
    # output 21; memory and keys 24 each; words 6.
    greedy = TINY._replace(kind='greedy')
    weights = 108 + 12 + 9 + 3 + 18
    assert floor.traffic(greedy) == 4 * (3 * (weights + 21 + 48 + 6) + 48 + 9)
    # Beams share their memory, and have words of their own.
    beam = TINY._replace(kind='beam', beam=5)
    assert floor.traffic(beam) == 4 * (3 * (weights + 21 + 48 + 30) + 48 + 9)
    changed = weights + 21 + 9 + 24 + 18
    once = 3 * (weights + 48 + 6) + 48 + 9 + 21
    assert floor.traffic(TINY) == 4 * (2 * once + 2 * changed)
    # Encoder: LSTM (3 + 3) * 12 + 12, inputs 2 * 4 * 3.
    encoder = workloads.Workload('encoder', 'encoder', 2, 3, source=4, target=0)
    assert floor.traffic(encoder) == 4 * (2 * 4 * (84 + 6) + 2 * (84 + 24))
    assert floor.step_bytes(encoder) == 4 * (84 + 6)


def test_the_greater_decides():
    need = workloads.flops(TINY), floor.traffic(TINY)

    def seconds(product):
        return 3.0 * product.flops / need[0]

    assert floor.floor(TINY, seconds, need[1] / 2.0) == (pytest.approx(3.0), 'arithmetic')
    assert floor.floor(TINY, seconds, need[1] / 4.0) == (4.0, 'memory')
    # 3 steps of 2 sequences: LSTM 5 * 3, energies 4 * 3, attention 4, words 7.
    assert workloads.functions(TINY) == 3 * 2 * (15 + 12 + 4 + 7)
    found = floor.floor(TINY, seconds, need[1] / 2.0, 1.0 / workloads.functions(TINY))
    assert found == (pytest.approx(4.0), 'arithmetic')


# -- the session ----------------------------------------------------------------------------------

FAKE = """
import os, sys
sys.path.insert(0, {root!r})
from benchmarks.peers import serving

class Program:
    def __init__(self, workload):
        assert ('CUDA_VISIBLE_DEVICES' in os.environ) != {gpu}

    def load(self, weights):
        self.values = weights

    def weights(self):
        return self.values

    def step(self, learning_rate):
        return dict(loss={loss})

    def profile(self):
        return dict(kernels=6, busy=0.5)

serving.ROUND_SECONDS = 1e-3
serving.serve(Program)
"""


def fake(name, loss, gpu=True, python='jax'):
    code = FAKE.format(root=str(ROOT), loss=loss, gpu=gpu)
    return Peer(name, name, python, ('-c', code), gpu)


@pytest.fixture
def options(tmp_path, monkeypatch):
    monkeypatch.delenv('CUDA_VISIBLE_DEVICES', raising=False)
    monkeypatch.setattr(execute.run, 'PAUSE', 0.0)
    monkeypatch.setattr(workloads, 'QUICK', [TINY])
    about = description.Description(TINY._asdict(), 'GPU', '2.21.0', [], ['loss'], [])
    folder = tmp_path / 'exported'
    folder.mkdir()
    (folder / 'tiny.json').write_text(json.dumps(about._asdict()))
    (folder / 'tiny.mlirbc').write_bytes(b'')
    gradients = {f'gradient/{name}': 0.0 for name in workloads.weights(TINY)}
    np.savez(folder / 'tiny.npz', loss=2.0, **{'argument/1': 1.0}, **gradients)
    arguments = ['--rounds', '2', '--output', str(tmp_path), '--exported', str(folder)]
    return execute.parser().parse_args(arguments)


def test_a_session_compares_with_the_cpu(options, tmp_path):
    peers = [
        fake('ours-stablehlo', 2.0001),
        fake('wrong', 2.1, gpu=False),
        fake('absent', 2.0, python='torch'),
    ]
    with execute.Session(options) as session:
        measured = session.run(TINY, peers)
        # A process takes the next workload too; one that failed is replaced.
        assert len(session.run(TINY, peers)['ours-stablehlo']['rounds']) == 2
    assert list(measured) == ['ours-stablehlo', 'wrong']
    good, wrong = measured.values()
    assert len(good['rounds']) == 2 and min(good['rounds']) > 0 and good['first_call'] > 0
    assert wrong['failure'].startswith('DISAGREES with the CPU: loss: differs by 5.0e-02')
    assert good['profile'] == {'kernels': 6, 'busy': 0.5} and 'profile' not in wrong
    options.check = True
    with execute.Session(options) as session:
        assert session.run(TINY, peers[:1])['ours-stablehlo']['rounds'] == []
    options.budget = 0.0
    with execute.Session(options) as session:
        assert session.remaining < 0


@pytest.mark.parametrize(('loss', 'code'), [(2.0, 0), (3.0, 1)])
def test_the_command(options, tmp_path, monkeypatch, capsys, loss, code):
    device = {'platform': 'gpu', 'kind': 'NVIDIA Fast', 'jax': '1.2', 'rate': 1e9, 'bandwidth': 1e9}
    monkeypatch.setattr(execute, 'device', lambda options: device)
    monkeypatch.setattr(execute, 'peers', lambda *_: [[fake('ours-stablehlo', loss)], []])
    done = execute.main(
        ['--quick', '--output', str(tmp_path), '--exported', str(options.exported), '--rounds', '1']
    )
    assert done == code
    printed = capsys.readouterr().out
    assert (tmp_path / 'table.md').read_text() == printed
    assert (
        'NVIDIA Fast (gpu), JAX 1.2; products in float32: 0.00 TFLOP/s, memory: 1 GB/s' in printed
    )
    results = json.loads((tmp_path / 'results.json').read_text())
    assert results['device'] == device and len(results['workloads']) == 1


def test_the_table():
    peer = {'title': '', 'rounds': [0.4, 0.2, 0.3], 'first_call': 1.25}
    profiled = {**peer, 'rounds': [0.6], 'profile': {'kernels': 36, 'busy': 0.15}}
    failed = {'title': '', 'rounds': [], 'failure': 'no memory'}
    by_name = {'ours-stablehlo': peer, 'b': failed, 'c': profiled}
    measured = {**TINY._asdict(), 'peers': by_name}
    rate = workloads.flops(TINY) / 0.15
    found = {'kind': 'K', 'platform': 'gpu', 'jax': '1', 'rate': rate, 'bandwidth': 1e12}
    # 2 sequences of 3 words in 0.3 s, for which 0.15 s would do.
    ours = ['0.3000', '1.00', '20', '100.000', '-', '-', '50% (arithmetic)', '1.2']
    slower = ['0.6000', '2.00', '10', '200.000', '12.0', '25%', '25% (arithmetic)', '1.2']
    assert execute.rows(measured, found) == [
        ['tiny', 'ours-stablehlo', *ours],
        ['tiny', 'b', *['-'] * 8],
        ['tiny', 'c', *slower],
    ]
    results = {
        'when': 'then',
        'device': found,
        'tf32': True,
        'xla_flags': '-F',
        'workloads': [measured],
    }
    text = execute.text(results)
    assert text.startswith('then, K (gpu), JAX 1, XLA_FLAGS=-F; products in TensorFloat-32')
    assert f'| tiny | ours-stablehlo | {" | ".join(ours)} |' in text
    assert 'tiny, ours-stablehlo: gives what the CPU gives\ntiny, b: no memory' in text
    for key in ('rate', 'bandwidth'):
        del found[key]
    assert '|' not in execute.text(results)


def test_who_takes_part(tmp_path):
    [mine, eager, graph], compiling = execute.peers(tmp_path, gpu=True, tf32=True)
    assert mine.gpu and mine.arguments[-3:] == ('--exported', str(tmp_path), '--tf32')
    assert eager.arguments[-3:] == ('--device', 'cuda', '--tf32')
    assert graph.arguments == (*eager.arguments, '--graph')
    assert [one.arguments[-1] for one in compiling] == ['--compile', '--compile']
    on_cpu = [one for group in execute.peers(tmp_path, gpu=False, tf32=False) for one in group]
    assert [one.name for one in on_cpu] == ['ours-stablehlo', 'torch-eager', 'torch-compile']
    assert not any(one.gpu or 'cuda' in one.arguments for one in on_cpu)
    pairs = execute.parser().parse_args(['--python', f'torch={sys.executable}'])
    assert execute.pythons(pairs) == {'torch': sys.executable}
    assert set(execute.GPU_ORDER.split(',')) <= set(workloads.every())


def test_a_bundle_runs_alone(options, tmp_path):
    """With nothing of this package but what is in it."""
    folder = tmp_path / 'bundle'
    assert (
        bundle.main(
            ['--folder', str(folder), '--only', 'tiny', '--exported', str(options.exported)]
        )
        == 0
    )
    with pytest.raises(FileExistsError, match='give another --folder'):
        bundle.write(folder, ['tiny'], options.exported)
    assert {path.name for path in (folder / 'exported').iterdir()} == {
        'tiny.json', 'tiny.mlirbc', 'tiny.npz'
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, '-I', folder / 'run.py', '--help'],
        cwd=tmp_path,
        env={},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0 and '--budget' in done.stdout, done.stderr
    text = (folder / 'run.py').read_text()
    assert "'--only', 'tiny'" in text and "'--budget', '400'" in text
