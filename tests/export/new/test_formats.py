"""Exported models, run in a fresh process without this package, give what the functions give.

In the guide is the table of what each format can do; it is checked here, cell by cell.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tests.export.new import models
from tf_seq2seq_compat import export
from tf_seq2seq_compat.export import signatures

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[2]
CONSUME = HERE / 'consume.py'
VERSION = tuple(map(int, tf.__version__.split('.')[:2]))
# The table of the guide, by its lines: whether sizes of the batch and the length may stay open.
KINDS = {
    'SavedModel': 'saved_model',
    'TFLite built-ins': 'tflite',
    'TFLite float16': 'float16',
    'ONNX': 'onnx',
    'StableHLO': 'stablehlo',
}
FUNCTIONS = ('encode', 'greedy', 'beam_1', 'beam_5')
TOLERANCES = {'float16': 2e-2}
CALLS = [models.GIVEN, models.MORE]


def consumed(
    folder: Path, calls: list[dict], exported: list[str], python: str = sys.executable
) -> list[list[dict]]:
    """What other programs get from the models: for each call and each of them a dict of arrays."""
    given = {f'{i}/{name}': one for i, call in enumerate(calls) for name, one in call.items()}
    np.savez(folder / 'given.npz', **given)
    environment = {**os.environ, 'TF_CPP_MIN_LOG_LEVEL': '3'}
    environment.pop('PYTHONPATH', None)
    subprocess.run(
        [
            python,
            str(CONSUME),
            str(folder / 'given.npz'),
            str(folder / 'found.npz'),
            *exported,
        ],
        check=True,
        cwd=folder,
        env=environment,
    )
    found: list[list[dict]] = [[{} for _ in exported] for _ in calls]
    with np.load(folder / 'found.npz') as arrays:
        for key, value in arrays.items():
            call, number, name = key.split('/', 2)
            found[int(call)][int(number)][name] = value
    return found


def expected(function, given: dict) -> dict[str, np.ndarray]:
    signature = export.Signature(function, models.specs(None, None))
    results = signature.function(*map(tf.constant, given.values()))
    return {name: one.numpy() for name, one in signatures.named_results(results).items()}


def check(found: dict, wanted: dict, what: str, tolerance: float = 1e-4) -> None:
    assert set(found) == set(wanted), what
    for name, value in wanted.items():
        one = found[name]
        assert one.dtype == value.dtype, f'{what}: {name}'
        if 'float16:beam' in what and name == 'alignments':
            # Two beams of nearly the same score, of which one is kept, change places at a step.
            beams = wanted['ids'].shape[2]
            one, value = (
                np.sort(each.reshape(len(each), -1, beams, each.shape[-1]), axis=2)
                for each in (one, value)
            )
        if one.shape != value.shape:  # StableHLO: buffers of fixed size, zero after the last step
            sizes = zip(one.shape, value.shape, strict=True)
            axis = next(i for i, pair in enumerate(sizes) if len(set(pair)) > 1)
            rest = np.take(one, range(value.shape[axis], one.shape[axis]), axis)
            one = np.take(one, range(value.shape[axis]), axis)
            assert 'stablehlo' in what, f'{what}: {name} {one.shape} {value.shape}'
            assert name in ('ids', 'scores') or not rest.any()
        size = np.abs(value).max(initial=1.0)
        np.testing.assert_allclose(
            one, value, tolerance, tolerance * size, err_msg=f'{what}: {name}'
        )


def written(model: models.Model, kind: str, folder: Path, sizes, names=FUNCTIONS) -> list[str]:
    """Exports functions; returns what `consume.py` is to run."""
    functions = {name: (getattr(model, name), models.specs(*sizes)) for name in names}
    path = folder / kind
    if kind == 'saved_model':
        export.to_saved_model(path, functions)
    elif kind in ('tflite', 'float16'):
        export.to_tflite(path, functions, quantize=None if kind == 'tflite' else kind)
    else:
        for name, function in functions.items():
            if kind == 'onnx':
                export.to_onnx(f'{path}-{name}', function)
                continue
            export.to_stablehlo(f'{path}-{name}', function)
            describe(f'{path}-{name}', function)
        return [f'{kind}:{path}-{name}' for name in names]
    return [f'{"tflite" if kind == "float16" else kind}:{path}:{name}' for name in names]


def describe(path: str, function) -> None:
    """What TensorFlow must be told to run a module."""
    concrete = signatures.traced(
        export.Signature(*function), '', convertible=False, jit_compile=True
    )
    results = sorted(concrete.structured_outputs.items())
    described = [(name, one.dtype.name, one.shape.as_list()) for name, one in results]
    Path(f'{path}.json').write_text(json.dumps(described))


def available(kind: str) -> bool:
    if kind == 'onnx':
        pytest.importorskip('tf2onnx', reason='ONNX needs the extra `onnx`')
        pytest.importorskip('onnxruntime', reason='ONNX needs the extra `onnx`')
    return kind != 'stablehlo' or VERSION >= (2, 21)


@pytest.fixture(scope='module')
def gru() -> models.Model:
    return models.Model('gru', 1)


def check_all(
    model: models.Model,
    names: Sequence[str],
    exported: list[str],
    calls: list[dict],
    folder: Path,
    tolerance: float = 1e-4,
    python: str = sys.executable,
) -> None:
    for given, results in zip(calls, consumed(folder, calls, exported, python), strict=True):
        for name, what, found in zip(names, exported, results, strict=True):
            check(found, expected(getattr(model, name), given), what, tolerance)


def test_greedy_decoding(gru, tmp_path):
    kinds = [kind for kind in ('saved_model', 'tflite') if available(kind)]
    exported = [
        one for kind in kinds for one in written(gru, kind, tmp_path, (None, None), ['greedy'])
    ]
    check_all(gru, ['greedy'] * len(exported), exported, CALLS, tmp_path)
    for given in CALLS:
        assert expected(gru.greedy, given)['ids'].shape[1] < models.MOST_STEPS  # it ends early


# In the order of the table: each with the batch open, then with the length open.
TABLE = [('encode',), ('greedy',), ('beam_1', 'beam_5')]
OPEN = {(None, 5): r'letters\[0\], lengths\[0\]\.', (3, None): r'letters\[1\]\.'}


def refused(model: models.Model, names: Sequence[str], folder: Path) -> list[str]:
    """The cells of functions that are to be exported to StableHLO with an open size."""
    for sizes, named in OPEN.items():
        for name in names:
            with pytest.raises(export.ExportError, match=named):
                export.to_stablehlo(folder / 'open', (getattr(model, name), models.specs(*sizes)))
    assert not (folder / 'open').exists()
    return ['refused: fix it'] * len(OPEN)


def cells(model: models.Model, kind: str, folder: Path) -> list[str]:
    """The line of the table: what becomes of each function, exported, run and compared."""
    fixed = kind == 'stablehlo'
    exported = written(model, kind, folder, (3, 5) if fixed else (None, None))
    calls = CALLS[:1] if fixed else CALLS  # of two batches and two lengths
    check_all(model, FUNCTIONS, exported, calls, folder, TOLERANCES.get(kind, 1e-4))
    rows = [refused(model, names, folder) if fixed else ['equal'] * len(OPEN) for names in TABLE]
    return [cell for row in rows for cell in row]


def line_of_the_guide(kind: str) -> list[str]:
    page = (ROOT / 'migration_guide' / 'export.md').read_text()
    rows = dict(re.findall(r'^\| (\S[^|]*?) \| ((?:[^|\n]+\| ?){6})$', page, re.MULTILINE))
    [title] = [title for title, one in KINDS.items() if one == kind]
    return [cell.strip() for cell in rows[title].strip().strip('|').split('|')]


@pytest.mark.slow
@pytest.mark.parametrize(('cell', 'layers'), [('gru', 1), ('lstm', 2)])
@pytest.mark.parametrize('kind', KINDS.values())
def test_every_function(kind, cell, layers, tmp_path):
    """Each cell of the guide's table is what is found here."""
    model = models.Model(cell, layers)
    if not available(kind):
        with pytest.raises(NotImplementedError, match=r'take 2\.21'):
            written(model, kind, tmp_path, (3, 5), ['encode'])
        return
    assert cells(model, kind, tmp_path) == line_of_the_guide(kind)


def test_stablehlo_names_the_sizes_to_fix(gru, tmp_path):
    assert refused(gru, FUNCTIONS, tmp_path)


@pytest.mark.slow
def test_streaming(tmp_path):
    """A program that calls a step again and again, with the state it gave, gets greedy decoding."""
    model = models.Model('lstm', 2)
    encoded = model.encode(*map(tf.constant, models.GIVEN.values()))
    wanted = model.greedy(*map(tf.constant, models.GIVEN.values()))['ids'].numpy()
    batch, steps = wanted.shape
    first = {
        'memory': encoded['memory'],
        'lengths': tf.constant(models.GIVEN['lengths']),
        'state': encoded['state'],
        'attention': tf.zeros([batch, 2 * models.UNITS]),
        'words': tf.fill([batch], models.GO),
    }
    specs = export.specs_like(list(first.values()))
    specs[0] = tf.TensorSpec([None, None, 2 * models.UNITS])
    functions = {'step': (model.step, specs)}
    exported = [
        f'saved_model:{export.to_saved_model(tmp_path / "saved", functions)}:step',
        f'tflite:{export.to_tflite(tmp_path / "lite", functions)}:step',
    ]
    if available('onnx'):
        exported.append(f'onnx:{export.to_onnx(tmp_path / "onnx", functions["step"])}')
    given = {name: one.numpy() for name, one in signatures.named_results(first).items()}
    assert len(given) == 4 + len(tf.nest.flatten(encoded['state']))
    found = consumed(tmp_path, [given] * steps, exported)
    for number, what in enumerate(exported):
        words = np.stack([found[step][number]['next_words'] for step in range(steps)], 1)
        going_on = np.cumsum(wanted == models.EOS, 1) - (wanted == models.EOS) == 0
        np.testing.assert_array_equal(np.where(going_on, words, 0), wanted * going_on, what)


@pytest.mark.slow
def test_models_of_keras(tmp_path):
    """A functional model as it is; of one that holds layers of the addons API, its functions."""
    from tf_seq2seq_compat.addons import seq2seq as addons
    from tf_seq2seq_compat.addons.keras_generation import keras

    table = tf.Variable(tf.random.stateless_uniform([7, 4], [1, 2], -1, 1))
    ids = keras.Input([None], dtype='int32', name='ids')
    hidden = keras.layers.Embedding(9, 4)(ids)
    memory = keras.layers.GRU(8, return_sequences=True, name='memory')(hidden)
    encoder = keras.Model(ids, memory)

    class Translator(keras.Model):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = encoder
            self.mechanism = addons.BahdanauAttention(8)
            self.attend = addons.AttentionWrapper(
                keras.layers.LSTMCell(8), self.mechanism, attention_layer_size=8
            )
            projection = keras.layers.Dense(7)
            self.greedy_decoder = addons.BasicDecoder(
                self.attend,
                addons.GreedyEmbeddingSampler(),
                projection,
                maximum_iterations=6,
            )
            self.beam_decoder = addons.BeamSearchDecoder(
                self.attend, 3, output_layer=projection, maximum_iterations=6
            )

        def first(self, memory, beams):
            self.mechanism.setup_memory(addons.tile_batch(memory, beams))
            return self.attend.get_initial_state(
                batch_size=tf.shape(memory)[0] * beams, dtype=tf.float32
            )

        def decode(self, decoder, ids, beams):
            memory, start = self.encoder(ids), tf.fill([tf.shape(ids)[0]], 1)
            outputs, _, lengths = decoder(
                table,
                start_tokens=start,
                end_token=2,
                initial_state=self.first(memory, beams),
            )
            return outputs, lengths

        def greedy(self, ids):
            outputs, lengths = self.decode(self.greedy_decoder, ids, 1)
            return {'words': outputs.sample_id, 'scores': outputs.rnn_output, 'lengths': lengths}

        def beam(self, ids):
            outputs, lengths = self.decode(self.beam_decoder, ids, 3)
            return {'words': outputs.predicted_ids, 'lengths': lengths}

    model = Translator()
    calls = [{'ids': np.array(ids, np.int32)} for ids in ([[3, 4, 5], [6, 6, 1]], [[1, 2], [7, 8]])]
    model.greedy(tf.constant(calls[0]['ids']))
    for i, weight in enumerate(model.trainable_variables):
        weight.assign(tf.random.stateless_uniform(weight.shape, [i, 3], -0.9, 0.9))
    called = {'encoder': encoder, 'greedy': model.greedy, 'beam': model.beam}

    def sized(batch):
        specs = [tf.TensorSpec([batch, None], tf.int32, 'ids')]
        return {name: (function, specs) for name, function in called.items()}

    functions, saved, lite = sized(None), tmp_path / 'saved', tmp_path / 'lite'
    export.to_saved_model(saved, {**functions, 'encoder': encoder})
    with pytest.raises(export.ExportError, match='fix the size of the batch'):
        export.to_tflite(lite, functions)  # the lists of Keras's loops have no sizes
    export.to_tflite(lite, sized(2))
    exported = [f'{kind}:{path}' for kind, path in (('saved_model', saved), ('tflite', lite))]
    exported = [f'{one}:{name}' for one in exported for name in functions]
    if available('onnx'):
        for name, function in functions.items():
            exported.append(f'onnx:{export.to_onnx(tmp_path / f"onnx-{name}", function)}')
    for given, results in zip(calls, consumed(tmp_path, calls, exported), strict=True):
        for number, (what, found) in enumerate(zip(exported, results, strict=True)):
            wanted = [*called.values()][number % 3](tf.constant(given['ids']))
            check(found, {n: t.numpy() for n, t in signatures.named_results(wanted).items()}, what)


FUNCTIONS_FILE = """
import tensorflow as tf

@tf.function(input_signature=[tf.TensorSpec([3], tf.float32, 'x')])
def double(x):
    return {'y': 2 * x}

def several():
    half = (lambda x: {'z': x / 2}, [tf.TensorSpec([None], tf.float32, 'x')])
    return {'double': double, 'half': half}
"""


def test_the_command_line(tmp_path, monkeypatch, capsys):
    from tf_seq2seq_compat import cli

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, 'path', list(sys.path))
    (tmp_path / 'exported.py').write_text(FUNCTIONS_FILE)

    def main(*arguments: str) -> tuple[int, str]:
        code = cli.main(['export', *arguments])
        shown = capsys.readouterr()
        return code, (shown.out if code == 0 else shown.err).strip()

    x = np.array([1, 2, 3], np.float32)
    assert main('saved-model', 'exported.py:several', 'saved') == (0, 'wrote saved')
    loaded = tf.saved_model.load('saved').signatures
    assert loaded['half'](x=tf.constant(x))['z'].numpy().tolist() == [0.5, 1, 1.5]
    assert main('saved-model', 'exported:double', 'saved')[1].endswith('name another folder.')
    for options in ([], ['--quantize', 'float16']):
        assert main('tflite', 'exported:double', 'lite', *options) == (0, 'wrote lite')
        run = tf.lite.Interpreter('lite').get_signature_runner('serving_default')
        assert run(x=x)['y'].tolist() == [2, 4, 6]
    if VERSION >= (2, 21):
        command = 'stablehlo', 'exported.py:double', 'hlo', '--platform', 'CPU'
        assert main(*command) == (0, 'wrote hlo')
        assert (tmp_path / 'hlo').read_bytes().startswith(b'ML\xefR')
    assert main('stablehlo', 'exported.py:several', 'x')[1].endswith('a file of its own.')
    if available('onnx'):
        assert main('onnx', 'exported.py:double', 'onnx', '--opset', '15') == (0, 'wrote onnx')
        import onnx

        assert [one.version for one in onnx.load('onnx').opset_import if not one.domain] == [15]
    assert main('onnx', 'exported.py:none', 'x')[1].startswith(
        'tf-seq2seq-compat: There is no none'
    )
    assert 'or a checkpoint with --input and --output' in main('tflite', 'model', 'x')[1]
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.placeholder(tf.float32, [None], 'x') * tf.compat.v1.get_variable('w', [])
        session.run(tf.compat.v1.global_variables_initializer())
        saver = tf.compat.v1.train.Saver()
        w = session.run('w/Read/ReadVariableOp:0')
        saver.save(session, 'model')
    tensors = '--input', 'x=x:0', '--output', 'y=mul:0'
    assert main('saved-model', 'model', 'of_model', *tensors) == (0, 'wrote of_model')
    loaded = tf.saved_model.load('of_model').signatures['serving_default']
    np.testing.assert_allclose(loaded(x=tf.constant(x))['y'], w * x, 1e-6)
    assert main('tflite', 'model', 'lite', *tensors, '--shape', 'x=3') == (0, 'wrote lite')
    run = tf.lite.Interpreter('lite').get_signature_runner()
    np.testing.assert_allclose(run(x=x)['y'], w * x, 1e-6)
    assert (
        '--shape: sizes are numbers' in main('tflite', 'model', 'x', *tensors, '--shape', 'x=a')[1]
    )
    assert main('tflite', 'model', 'x', '--input', 'x=no:0', '--output', 'y=mul:0')[0] == 2
    assert not (tmp_path / 'x').exists()


def test_results_and_arguments_are_named(tmp_path):
    class Pair(tuple):
        pass

    def function(given, more):
        return [given['a'] + more, (more, {'k': more})]

    specs = [{'a': tf.TensorSpec([2]), 'b': tf.TensorSpec([2])}, tf.TensorSpec([2], name='x/y:0')]
    path = export.to_saved_model(tmp_path / 'm', {'f': (function, specs)})
    signature = tf.saved_model.load(path).signatures['f']
    assert set(signature.structured_input_signature[1]) == {'given_a', 'given_b', 'x_y'}
    assert set(signature.structured_outputs) == {'output_0', 'output_1_0', 'output_1_1_k'}


@pytest.mark.parametrize(
    ('functions', 'message'),
    [
        ({}, 'no function'),
        (len, 'does not tell what arguments'),
        ((len, [3]), 'described by tf.TensorSpec'),
        ((lambda x: [], [tf.TensorSpec([2])]), 'returns no tensors'),
        ((lambda x, y: x, [tf.TensorSpec([2], name='a')] * 2), "two arguments are called 'a'"),
    ],
)
def test_what_cannot_be_exported(functions, message, tmp_path):
    for write in (export.to_saved_model, export.to_tflite):
        with pytest.raises(export.ExportError, match=message):
            write(tmp_path / 'x', functions)
    assert not list(tmp_path.iterdir())


def test_a_format_that_lacks_an_operation(tmp_path):
    function = (tf.strings.as_string, [tf.TensorSpec([2], tf.int32)])
    with pytest.raises(export.ExportError, match='AsString'):
        export.to_tflite(tmp_path / 'x', function)
    with pytest.raises(ValueError, match='quantize must be one of'):
        export.to_tflite(tmp_path / 'x', function, quantize='int4')
    assert not list(tmp_path.iterdir())


def test_a_loop_without_a_bound(gru, tmp_path):
    def unbounded(start):
        from tf_seq2seq_compat import BasicDecoder, GreedyEmbeddingHelper, GRUCell, dynamic_decode

        cell = GRUCell(7)
        cell(tf.zeros([1, 4]), tf.zeros([1, 7]))
        helper = GreedyEmbeddingHelper(gru.words, start, 2)
        decoder = BasicDecoder(cell, helper, cell.zero_state(tf.shape(start)[0], tf.float32))
        return dynamic_decode(decoder)[0].sample_id

    function = (unbounded, [tf.TensorSpec([None], tf.int32)])
    with pytest.raises(export.ExportError, match='give maximum_iterations'):
        export.to_tflite(tmp_path / 'x', function)
    assert not list(tmp_path.iterdir())
