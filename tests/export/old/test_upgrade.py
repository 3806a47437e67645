"""Models that TF 1.15.5 and TensorFlow Addons wrote, upgraded, and loaded as users load them."""

import os
import pathlib
import subprocess
import sys
import textwrap

import numpy as np
import pytest
import tensorflow as tf
from google.protobuf import text_format
from tensorflow.python.framework import op_def_registry

from tests.export.old import load_plain, models
from tf_seq2seq_compat import cli, export
from tf_seq2seq_compat.export import graph_files
from tf_seq2seq_compat.tf1 import graph_operations
from tf_seq2seq_compat.tf1.contrib import predictor
from tf_seq2seq_compat.tf1.runtime import Runtime

tf1 = tf.compat.v1
FORMS = ('saved_model', 'addons', 'frozen.pb', 'model.meta')


@pytest.fixture(scope='module')
def old(tmp_path_factory):
    return models.unpacked(tmp_path_factory.mktemp('old'))


@pytest.fixture(scope='module')
def upgraded(old, tmp_path_factory):
    """A folder with all of them, upgraded."""
    folder = tmp_path_factory.mktemp('upgraded')
    for form in FORMS:
        done = export.upgrade(old / form, folder / form)
        operation = 'Addons>GatherTree' if form == 'addons' else 'GatherTree'
        assert done == (folder / form, {operation: 3})
    for file in old.glob('model.*'):
        if not (folder / file.name).exists():
            (folder / file.name).write_bytes(file.read_bytes())
    return folder


def content(folder):
    """The bytes of all files below a folder."""
    return {file: file.read_bytes() for file in sorted(folder.rglob('*')) if file.is_file()}


def test_a_frozen_graph_computes_what_it_did(upgraded):
    found = load_plain.frozen_in_session(upgraded / 'frozen.pb')
    assert models.same_as_recorded('tf1', found) == 20


@pytest.mark.slow
def test_plain_tensorflow_computes_what_was_recorded(upgraded, tmp_path):
    """In a process that never sees this package."""
    environment = {k: v for k, v in os.environ.items() if k != 'PYTHONPATH'}
    out = tmp_path / 'found.npz'
    subprocess.run(
        [sys.executable, load_plain.__file__, upgraded, out],
        check=True,
        cwd=tmp_path,
        env=environment,
        timeout=600,
    )
    with np.load(out) as found:
        arrays = {key: found[key] for key in found.files}
    assert arrays.pop('version') == tf.__version__
    ways = {key.split('/')[0] + '/' + key.split('/')[1] for key in arrays}
    assert len(ways) == 7
    for way in sorted(ways):
        values = [
            (key.split('/')[2], key.split('/')[3], value)
            for key, value in arrays.items()
            if key.startswith(way + '/')
        ]
        form = 'addons' if way.startswith('addons') else 'tf1'
        assert models.same_as_recorded(form, values) == (6 if way == 'frozen/function' else 20)


@pytest.mark.slow
@pytest.mark.parametrize('way', models.WAYS)
def test_without_upgrading_the_runtime_loads_them(way, old):
    name, load = models.WAYS[way]
    with Runtime() as runtime:
        graph_operations.provide_missing_operations(runtime)
        form = 'addons' if name == 'addons' else 'tf1'
        assert models.same_as_recorded(form, load(str(old / name))) in (6, 20)


@pytest.mark.slow
def test_the_predictor_of_contrib_loads_them(old):
    with Runtime() as runtime:
        graph_operations.provide_missing_operations(runtime)
        predict = predictor.from_saved_model(str(old / 'saved_model'), 'beam')
        found = [
            (index, f'beam_{key}', value)
            for index, call in enumerate(load_plain.CALLS)
            for key, value in predict(load_plain.inputs(call, True)).items()
        ]
    assert models.same_as_recorded('tf1', found) == 6


@pytest.mark.slow
def test_a_program_for_tensorflow_2_loads_what_addons_wrote(old, tmp_path):
    program = tmp_path / 'program.py'
    program.write_text(
        textwrap.dedent(
            """
            import sys
            import tensorflow as tf
            import tensorflow_addons as tfa

            model = tf.saved_model.load(sys.argv[1])
            beam = model.signatures['beam']
            found = beam(ids=tf.constant([[1], [3], [5]]), lengths=tf.constant([1, 1, 1]))
            print(found['ids'].numpy().tolist())
            """
        )
    )
    command = [sys.executable, '-m', 'tf_seq2seq_compat', 'run', program, old / 'addons']
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    assert done.stdout.strip() == str(models.expected('addons')['1/beam_ids'].tolist())


@pytest.mark.slow
def test_install_without_tf1_behavior_loads_them_until_it_is_taken_back(old):
    program = textwrap.dedent(
        """
        import sys
        import tf_seq2seq_compat

        tf_seq2seq_compat.install(tf1_behavior=False)
        import tensorflow as tf

        beam = tf.saved_model.load(sys.argv[1]).signatures['beam']
        found = beam(ids=tf.constant([[1], [3], [5]]), lengths=tf.constant([1, 1, 1]))
        print(found['ids'].numpy().tolist())
        tf_seq2seq_compat.uninstall()
        try:
            tf.saved_model.load(sys.argv[1])
        except Exception as error:
            print("Op type not registered 'Addons>GatherTree'" in str(error))
        """
    )
    command = [sys.executable, '-c', program, old / 'addons']
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=600)
    beams = models.expected('addons')['1/beam_ids'].tolist()
    assert done.stdout.splitlines() == [str(beams), 'True']


def test_variables_and_assets_are_copied_byte_for_byte(old, upgraded):
    for form in ('saved_model', 'addons'):
        before = {k.relative_to(old / form): v for k, v in content(old / form).items()}
        after = {k.relative_to(upgraded / form): v for k, v in content(upgraded / form).items()}
        graph = pathlib.Path('saved_model.pb')
        assert before.pop(graph) != after.pop(graph)
        before.pop(pathlib.Path('fingerprint.pb'), None)  # it is that of the old graph
        assert before == after
        assert len(after) >= 2


def test_every_graph_of_a_savedmodel_is_upgraded(tmp_path):
    model = graph_files.SavedModel()
    for tag in ('serve', 'train'):
        meta_graph = model.meta_graphs.add()
        meta_graph.meta_info_def.tags.append(tag)
        meta_graph.graph_def.node.add(name='beams', op='GatherTree')
    (tmp_path / 'old').mkdir()
    (tmp_path / 'old' / 'saved_model.pb').write_bytes(model.SerializeToString())
    done = export.upgrade(tmp_path / 'old', tmp_path / 'new')
    assert done.replaced == {'GatherTree': 2}
    assert 'unknown' not in export.show(done.path)
    assert [line for line in export.show(done.path).splitlines() if ', tags ' in line] == [
        'graph, tags serve',
        'graph, tags train',
    ]


def test_the_file_of_a_savedmodel_stands_for_its_folder(old, tmp_path):
    done = export.upgrade(old / 'saved_model' / 'saved_model.pb', tmp_path / 'new')
    assert len(content(done.path)) == 4


def test_nothing_is_left_to_upgrade(upgraded, tmp_path):
    assert export.upgrade(upgraded / 'frozen.pb', tmp_path / 'again.pb').replaced == {}
    assert (tmp_path / 'again.pb').read_bytes() == (upgraded / 'frozen.pb').read_bytes()


@pytest.mark.parametrize('form', ['frozen.pb', pytest.param('saved_model', marks=pytest.mark.slow)])
def test_text_is_read_and_written(form, old, tmp_path):
    source = graph_files.read(old / form)
    text = text_format.MessageToString(source.message)
    if source.path.is_dir():
        (tmp_path / 'old').mkdir()
        (tmp_path / 'old' / 'saved_model.pbtxt').write_text(text)
        export.upgrade(tmp_path / 'old', tmp_path / 'new')
        assert (tmp_path / 'new' / 'saved_model.pbtxt').read_text().startswith('saved_model_schema')
        again = graph_files.read(tmp_path / 'new')
    else:
        (tmp_path / 'old.pbtxt').write_text(text)
        export.upgrade(tmp_path / 'old.pbtxt', tmp_path / 'new.pb')
        again = graph_files.read(tmp_path / 'new.pb')
    want = export.upgrade(old / form, tmp_path / 'binary')
    assert again.message == graph_files.read(want.path).message


def test_the_kind_of_a_file_is_found_whatever_its_name(old, tmp_path):
    for form in FORMS:
        source = graph_files.read(old / form)
        for suffix in ('pb', 'meta', 'bin'):
            file = tmp_path / f'{form}.{suffix}'
            file.write_bytes(source.message.SerializeToString())
            assert type(graph_files.read(file).message) is type(source.message), (form, suffix)


def bad_files(old):
    """Contents of files that are no whole model, by what is wrong."""
    frozen, meta = ((old / name).read_bytes() for name in ('frozen.pb', 'model.meta'))
    saved = (old / 'saved_model' / 'saved_model.pb').read_bytes()
    graph_def = tf1.GraphDef.FromString(frozen)
    loop = next(i for i, node in enumerate(graph_def.node) if node.op == 'Merge')
    del graph_def.node[loop + 1 :]
    yield 'empty', b'', 'is empty'
    for name, whole in (('graph', frozen), ('meta', meta), ('saved model', saved)):
        for part in (0.1, 0.5, 0.999):
            yield f'{part} of a {name}', whole[: int(len(whole) * part)], 'damaged'
        yield f'{name} with a changed beginning', b'\xff' + whole[1:], 'damaged'
    yield 'a graph cut between two nodes', graph_def.SerializeToString(), 'which is not there'
    text = text_format.MessageToString(graph_def)
    yield 'text cut short', text[: len(text) // 2].encode(), 'damaged'
    yield 'the state of a checkpoint', b'model_checkpoint_path: "model"\n', 'no field named'
    yield 'part of a checkpoint', (old / 'model.index').read_bytes(), 'A checkpoint is named by'
    yield 'weights', (old / 'model.data-00000-of-00001').read_bytes(), 'is not a SavedModel'
    yield 'HDF5', b'\x89HDF\r\n\x1a\n' + bytes(90), 'HDF5'
    yield 'Keras 3', b'PK\x03\x04' + bytes(90), 'ZIP'
    yield 'TensorFlow Lite', b'\x1c\0\0\0TFL3' + bytes(90), 'TensorFlow Lite'
    yield 'a program', b'import tensorflow as tf\n', 'is not a SavedModel'
    yield 'zeros', bytes(300), 'is not a SavedModel'
    random = np.random.RandomState(0)
    for size in (1, 2, 3, 10, 100, 10000):
        yield f'{size} random bytes', random.bytes(size), 'is not a SavedModel'


def refused(path, output, match):
    """Checks that an upgrade fails with these words, and changes no file."""
    folder = output.parent
    before = content(folder) if folder.is_dir() else {}
    with pytest.raises(export.ExportError) as caught:
        export.upgrade(path, output)
    assert match in str(caught.value), (path, str(caught.value))
    assert (content(folder) if folder.is_dir() else {}) == before
    if folder.is_dir():
        assert not [each for each in folder.iterdir() if each.name.startswith('.')]


def test_a_bad_file_gives_an_error_and_nothing_is_written(old, tmp_path):
    for index, (what, bytes_, match) in enumerate(bad_files(old)):
        file = tmp_path / f'{index} {what}.pb'
        file.write_bytes(bytes_)
        refused(file, tmp_path / 'out.pb', match)
    folder = tmp_path / 'model'
    folder.mkdir()
    refused(folder, tmp_path / 'out', 'is a folder without saved_model.pb or saved_model.pbtxt')
    (folder / 'model.meta').write_bytes(b'any')
    refused(folder, tmp_path / 'out', 'Name one of its files: model.meta')
    (folder / 'saved_model.pb').write_bytes(b'')
    refused(folder, tmp_path / 'out', 'is empty')
    # A graph under the name of a SavedModel.
    (folder / 'saved_model.pb').write_bytes((old / 'frozen.pb').read_bytes())
    refused(folder, tmp_path / 'out', 'is not a SavedModel')
    refused(tmp_path / 'nowhere', tmp_path / 'out', 'There is no')


def test_nothing_is_overwritten(old, tmp_path):
    (tmp_path / 'out.pb').write_bytes(b'mine')
    refused(old / 'frozen.pb', tmp_path / 'out.pb', 'exists already')
    (tmp_path / 'out').mkdir()
    refused(old / 'saved_model', tmp_path / 'out', 'exists already')
    refused(old / 'frozen.pb', tmp_path / 'nowhere' / 'out.pb', 'is not a folder')
    refused(old / 'saved_model', old / 'saved_model' / 'new', 'within')


def test_when_writing_fails_nothing_stays(old, tmp_path, monkeypatch):
    def fail(*_):
        raise OSError('no space left')

    monkeypatch.setattr(graph_files, '_bytes', fail)
    for form in FORMS:
        with pytest.raises(OSError, match='no space left'):
            export.upgrade(old / form, tmp_path / 'out')
    assert list(tmp_path.iterdir()) == []


def test_an_operation_that_nothing_has_is_named_and_may_be_kept(tmp_path):
    graph_def = tf1.GraphDef()
    graph_def.node.add(name='beams', op='GatherTree')
    graph_def.node.add(name='loss', op='WarpCTC')
    function = graph_def.library.function.add()
    function.signature.name = 'decode'
    function.node_def.add(name='trie', op='LanguageModel')
    (tmp_path / 'old.pb').write_bytes(graph_def.SerializeToString())
    refused(tmp_path / 'old.pb', tmp_path / 'new.pb', 'WarpCTC (node loss)')
    refused(tmp_path / 'old.pb', tmp_path / 'new.pb', 'LanguageModel (node decode/trie)')
    done = export.upgrade(
        tmp_path / 'old.pb', tmp_path / 'new.pb', keep=['WarpCTC', 'LanguageModel']
    )
    assert done.replaced == {'GatherTree': 1}
    nodes = graph_files.read(done.path).message.node
    assert [node.op for node in nodes][1] == 'WarpCTC'


def test_show_lists_signatures_sizes_and_operations(old, upgraded):
    shown = export.show(old / 'saved_model')
    for line in (
        'graph tags serve, written by TensorFlow 1.15.5',
        '  signature beam',
        '    input words: string [?, ?], words:0',
        '    output ids: int32 [?, ?, 3], beam_ids:0',
        '15 variables, 1.6 kB, the largest:',
        '  encoder/gru_cell/gates/kernel: float32 [8, 8], 256 bytes',
        'assets/words.txt: 21 bytes',
    ):
        assert line in shown.replace('graph,', 'graph').splitlines(), line
    assert 'GatherTree (nodes decoder_1/decoder/GatherTree, ' in shown
    assert 'unknown to TensorFlow' not in export.show(upgraded / 'saved_model')
    addons = export.show(old / 'addons')
    assert 'Addons>GatherTree (nodes ' in addons and 'signature penalties' in addons
    assert '  input ids: int32 [?, ?]' in export.show(old / 'frozen.pb').splitlines()
    assert '  output beam_ids' in export.show(old / 'frozen.pb').splitlines()
    assert '15 variables, 1.6 kB, the largest:' in export.show(old / 'model.meta').splitlines()


def test_the_command_line(old, tmp_path, capsys):
    source, output = str(old / 'frozen.pb'), str(tmp_path / 'new.pb')
    assert cli.main(['export', 'upgrade', source, output]) == 0
    written = capsys.readouterr().out.splitlines()
    assert written == ['GatherTree: 3 nodes, given as a function', f'wrote {output}']
    assert cli.main(['export', 'upgrade', source, output]) == 2
    assert 'exists already' in capsys.readouterr().err
    assert cli.main(['export', 'upgrade', output, str(tmp_path / 'again.pb')]) == 0
    assert 'nothing had to be replaced' in capsys.readouterr().out
    assert cli.main(['export', 'show', source]) == 0
    assert capsys.readouterr().out == export.show(source) + '\n'
    assert cli.main(['export', 'show', str(tmp_path / 'none')]) == 2
    assert 'There is no' in capsys.readouterr().err
    with pytest.raises(SystemExit):
        cli.main(['export'])


def test_what_later_versions_have_added_is_left_out(tmp_path):
    """TensorFlow 1.15.5 itself loads such files in `tests/export/new/elsewhere.py`."""
    with tf.Graph().as_default() as graph:
        x = tf.compat.v1.placeholder(tf.float32, [2, 3, 3], 'x')
        y = tf.matmul(x, x, adjoint_b=True, name='y') + tf.matmul(x[0], x[1])[None]
        tf.identity(y, 'sum')
    old = graph.as_graph_def()
    is_new = any('grad_a' in node.attr for node in old.node)
    assert is_new == ('grad_a' in {one.name for one in op_def_registry.get('MatMul').attr})
    (tmp_path / 'new.pb').write_bytes(old.SerializeToString())
    command = ['export', 'upgrade', '--tensorflow-1', str(tmp_path / 'new.pb')]
    assert cli.main([*command, str(tmp_path / 'old.pb')]) == 0
    written = graph_files.read(tmp_path / 'old.pb').message
    [product] = [node for node in written.node if node.name == 'y']
    assert product.op == 'BatchMatMulV2'
    assert set(product.attr) == {'T', 'adj_y'}
    assert not [one for node in written.node for one in node.attr if one.startswith('grad_')]
    value = np.random.RandomState(0).randn(2, 3, 3).astype(np.float32)
    results = []
    for each in (old, written):
        with tf.Graph().as_default(), tf.compat.v1.Session() as session:
            tf.import_graph_def(each, name='')
            results.append(session.run('sum:0', {'x:0': value}))
    np.testing.assert_array_equal(*results)
