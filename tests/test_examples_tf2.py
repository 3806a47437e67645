"""examples/tf2 beside examples/tf1: TensorFlow 1.15.5's checkpoints, losses and decoded ids.

What TensorFlow 1.15.5 does was recorded by tests/golden_programs/pairs.py.
"""

import importlib
import json
import re
import sys
import zlib
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from tests.tf1.processes import python, run
from tf_seq2seq_compat import checkpoint

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES = ROOT / 'examples'
PAIRS = ROOT / 'tests' / 'golden_programs' / 'pairs'
LOSSES = json.loads((PAIRS / 'losses.json').read_text())
SMALL = ['--units=16', '--embedding_size=8']


def program(name):
    """A module of examples/tf2, imported as when it is run as a program."""
    folder = str(EXAMPLES / 'tf2')
    sys.path.insert(0, folder)
    try:
        module = importlib.import_module(name)
    finally:
        sys.path.remove(folder)
    assert Path(module.__file__).parent == EXAMPLES / 'tf2'
    return module


def restored(name):
    """The program, its model with the weights of TensorFlow 1.15.5, and what is expected of it."""
    module = program(name)
    options = module.parse(SMALL)
    model = module.Model(options.units, options.embedding_size)
    plan = checkpoint.restore(PAIRS / name / 'model.ckpt', model)
    assert len(plan.assignments) == len(model.trainable_variables)
    assert not plan.left_in_model and not plan.left_in_checkpoint
    with np.load(PAIRS / name / 'expected.npz') as arrays:
        return module, model, dict(arrays.items())


def check_ids(ids, expected, padding):
    """Compiled decoding has a fixed number of steps: padding follows the last one."""
    ids = ids.numpy()
    steps = expected.shape[1]
    np.testing.assert_array_equal(ids[:, :steps], expected)
    assert (ids[:, steps:] == padding).all()


# -- from a checkpoint of TensorFlow 1.15.5 -------------------------------------------------------


def test_g2p_does_the_same_from_the_checkpoint():
    g2p, model, expected = restored('g2p')
    batch = g2p.make_batch(g2p.read_words(EXAMPLES / 'data' / 'cmudict_test.txt')[:20])
    np.testing.assert_allclose(model.loss(batch), expected['loss'], rtol=1e-5)

    decoded = model.greedy(batch.letters, batch.letters_length)
    check_ids(decoded.ids, expected['ids'], 0)
    steps, letters = expected['alignments'].shape[1:]
    np.testing.assert_allclose(
        decoded.alignments[:, :steps, :letters], expected['alignments'], rtol=1e-4, atol=1e-6
    )

    beams = model.beam_search(batch.letters, batch.letters_length, 3)
    check_ids(beams, expected['beams'], g2p.EOS)
    assert (expected['beams'][:, :, 0] != expected['beams'][:, :, 1]).any(axis=1).all()


def test_dates_does_the_same_from_the_checkpoint():
    dates, model, expected = restored('dates')
    examples = dates.read_dates(EXAMPLES / 'data' / 'dates_test.txt')[:20]
    [batch] = dates.batches(examples, 20)
    np.testing.assert_allclose(model.loss(batch), expected['loss'], rtol=1e-5)

    found = model.search(batch.written, 4)
    check_ids(found.ids, expected['beams'], dates.EOS)
    width = expected['alignments'].shape[2]
    np.testing.assert_allclose(
        found.alignments[:, :, :width], expected['alignments'], rtol=1e-4, atol=1e-6
    )
    texts = [dates.text(ids) for ids in found.ids[:, :, 0].numpy()]
    right = [text == dates.text(iso) for text, (_, iso) in zip(texts, examples, strict=True)]
    assert sum(right) >= 10


def test_tacotron_does_the_same_from_the_checkpoint():
    tacotron, model, expected = restored('tacotron')
    words = tacotron.read_words(EXAMPLES / 'data' / 'cmudict_test.txt')[:20]
    [batch] = tacotron.batches(words, 20)
    np.testing.assert_allclose(model.loss(batch), expected['loss'], rtol=1e-5)

    spoken = model.speak(batch.letters, batch.letters_length)
    np.testing.assert_array_equal(spoken.steps, expected['steps'])
    steps, letters = expected['alignments'].shape[1:]
    np.testing.assert_allclose(spoken.frames[:, :steps], expected['frames'], rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(
        spoken.alignments[:, :steps, :letters], expected['alignments'], rtol=1e-3, atol=1e-5
    )
    assert not spoken.frames[:, steps:].numpy().any()


# -- training -------------------------------------------------------------------------------------


def fixed_weights(variables):
    """The weights that --init_by_name gives, by their names in a checkpoint."""
    optimizer = re.compile(r'(/Adam(_1)?|beta._power|global_step)$')
    return {
        name: np.random.RandomState(zlib.crc32(name.encode()))
        .uniform(-0.1, 0.1, shape)
        .astype(np.float32)
        for name, shape in variables.items()
        if not optimizer.search(name)
    }


def training_batches(module, options):
    if module.__name__ == 'dates':
        return module.scheduled(options)
    if module.__name__ == 'tacotron':
        return module.training_data(options)
    words = module.read_words(options.train_file)
    return module.training_data(words, options.batch_size, options.seed)


@pytest.mark.parametrize(
    'name',
    [pytest.param(name, marks=pytest.mark.slow) for name in ('g2p', 'dates', 'tacotron')],
)
def test_the_first_losses_are_those_of_tensorflow_1(name):
    golden = LOSSES[name]
    assert golden['tensorflow'].startswith('1.15')
    module = program(name)
    options = module.parse([one for one in golden['arguments'] if one != '--init_by_name'])
    model = module.Model(options.units, options.embedding_size)
    checkpoint.restore(fixed_weights(golden['variables']), model)
    trainer = module.make_trainer(options, model)
    batches = iter(training_batches(module, options))
    losses = [float(trainer.step(next(batches))) for _ in range(50)]
    np.testing.assert_allclose(losses, golden['losses'], rtol=1e-4)
    assert losses[-1] < 0.95 * losses[0]
    assert trainer.step.experimental_get_tracing_count() <= 2
    assert trainer.steps == 50


@pytest.mark.parametrize(
    'name',
    [pytest.param(n, marks=pytest.mark.slow) for n in ('dates_sampled', 'tacotron', 'dates')],
)
def test_the_tf1_programs_run_unchanged(tmp_path, name):
    golden = LOSSES[name]
    done = run(
        EXAMPLES / 'tf1' / f'{golden["program"]}.py',
        '--model_dir=model',
        '--losses_file=losses.json',
        *golden['arguments'],
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    losses = json.loads((tmp_path / 'losses.json').read_text())
    np.testing.assert_allclose(losses, golden['losses'], rtol=1e-4)
    saved = tf.train.latest_checkpoint(str(tmp_path / 'model'))
    assert dict(tf.train.list_variables(saved)) == golden['variables']


def test_the_programs_of_a_pair_read_the_same_data():
    """The batches of TF1 are those of tests above; of the sound, the rule stands in both files."""
    sources = [(EXAMPLES / form / 'tacotron.py').read_text() for form in ('tf1', 'tf2')]
    rules = [re.search(r'def speak\(.*?:\n(.*?)\n\n', source, re.DOTALL)[1] for source in sources]
    assert rules[0] == rules[1]


# -- as programs ----------------------------------------------------------------------------------


def tf2(name, *arguments, cwd):
    done = python(EXAMPLES / 'tf2' / f'{name}.py', *arguments, cwd=cwd)
    assert done.returncode == 0, done.stderr[-5000:]
    return done.stdout


@pytest.mark.slow
def test_g2p_search_agrees_with_g2p(tmp_path):
    """Its first answers are those of the program's own beam search, as often wrong."""
    g2p, model, _ = restored('g2p')
    search = program('g2p_search')
    words = g2p.read_words(EXAMPLES / 'data' / 'cmudict_test.txt')[:20]
    errors = search.errors_of(search.Search(model), words, 2, 0.0, 'gnmt')
    own = [ids for ids, _ in g2p.decode(model, words, 2)]
    expected = [g2p.edit_distance(w.phonemes, ids) for w, ids in zip(words, own, strict=True)]
    np.testing.assert_array_equal(errors[:, 0], expected)
    found = search.rates(errors.min(1), words)
    assert found.words == 100 * np.mean(errors.min(1) > 0)
    assert found.phonemes == 100 * errors.min(1).sum() / sum(len(w.phonemes) for w in words)
    search.draw({'none': [found] * 4}, [found] * 8, tmp_path / 'plot.png')
    assert (tmp_path / 'plot.png').read_bytes()[:4] == b'\x89PNG'


@pytest.mark.slow
def test_g2p_trains_on_from_tensorflow_1_and_goes_on(tmp_path):
    begin = f'--tf1_checkpoint={PAIRS / "g2p" / "model.ckpt"}'
    output = tf2(
        'g2p', *SMALL, begin, '--model_dir=m', '--steps=1510', '--eval_words=50', cwd=tmp_path
    )
    rates = [float(rate) for rate in re.findall(r'phoneme error rate ([\d.]+)%', output)]
    assert len(rates) == 2 and max(rates) < 40  # It goes on where TensorFlow 1 was.
    assert 'after 1510 steps' in output
    evaluated = tf2('g2p', *SMALL, '--model_dir=m', '--mode=eval', '--eval_words=50', cwd=tmp_path)
    assert evaluated.startswith(f'ckpt-1510: phoneme error rate {rates[1]}%')
    predicted = tf2(
        'g2p', *SMALL, '--model_dir=m', '--mode=predict', '--plots=plots', 'nation', cwd=tmp_path
    )
    assert re.match(r'nation +[A-Z]{1,2}( [A-Z]{1,2})+\n', predicted)
    assert (tmp_path / 'plots' / 'nation.png').stat().st_size > 1000


@pytest.mark.slow
def test_dates_learns(tmp_path):
    output = tf2('dates', '--model_dir=model', '--steps=600', cwd=tmp_path)
    [right] = re.findall(r'after 600 steps: ([\d.]+)% of 500 test dates are right', output)
    assert float(right) > 95
    predicted = tf2('dates', '--model_dir=model', '--mode=predict', '12/24/07', cwd=tmp_path)
    assert predicted.split()[:2] == ['12/24/07', '2007-12-24']


@pytest.mark.slow
def test_tacotron_learns(tmp_path):
    output = tf2('tacotron', '--model_dir=model', '--steps=600', cwd=tmp_path)
    [(error, right)] = re.findall(r'squared error ([\d.]+) .*?([\d.]+)% of 300', output)
    assert float(error) < 0.04
    assert float(right) > 80
    predicted = tf2('tacotron', '--model_dir=model', '--mode=predict', 'nation', cwd=tmp_path)
    assert re.match(r'nation +1[468] frames  [nation]+\n', predicted)


def test_what_is_missing_is_said(tmp_path):
    dates = program('dates')
    options = dates.parse([*SMALL, '--mode=eval', f'--model_dir={tmp_path}'])
    with pytest.raises(SystemExit, match=re.escape(f'no checkpoint in {tmp_path}: train first')):
        program('training').restored(options, tf.Module())
