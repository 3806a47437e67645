"""TensorFlow's private names: where they are used, and what is left where one is missing."""

import ast
import graphlib
import importlib
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tests.paths import tf1_graph
from tf_seq2seq_compat import rnn
from tf_seq2seq_compat.core import loop_compilation, path
from tf_seq2seq_compat.core import tensorflow_internals as internals

tf1 = tf.compat.v1

PACKAGE = pathlib.Path(seq2seq.__file__).parent
PRIVATE = ('tensorflow.python.', 'tensorflow.compiler.', 'tensorflow.core.', 'tensorflow.tools.')
# What needs TensorFlow's private names outside of the cells, decoders and loops: by file, below
# the folder of the package that it is in.
ELSEWHERE = {
    'v1_behavior.py': {'tensorflow.python.eager.context'},
    'compile_times.py': {'tensorflow.python.client.session'},
    'contrib/data.py': {
        'tensorflow.python.data.ops.dataset_ops',
        'tensorflow.python.util.nest',
    },
    'contrib/framework.py': {'tensorflow.python.util.nest'},
    'contrib/lookup.py': {'tensorflow.python.ops.lookup_ops'},
    'eras/optimizers.py': {'tensorflow.python.training.optimizer'},
    'eras/v0_12.py': {'tensorflow.python.ops.variable_scope'},
    'estimator/library.py': {'tensorflow.python.util.tf_export'},
    'graph.py': {
        'tensorflow.python.eager.context.context',
        'tensorflow.python.ops.control_flow_ops.XLAControlFlowContext',
    },
    'program.py': {
        'tensorflow.python.client.session.BaseSession',
        'tensorflow.python.framework.ops._default_graph_stack',
    },
    'session.py': {'tensorflow.python.client.session.SessionInterface'},
    'graph_files.py': {'tensorflow.core.protobuf.saved_model_pb2'},
    'lifting.py': {'tensorflow.python.framework.function_def_to_graph'},
    'graph_operations.py': {
        'tensorflow.python.framework.importer',
        'tensorflow.python.saved_model.function_deserialization',
        'tensorflow.python.saved_model.loader_impl',
    },
    'locations.py': {'tensorflow.python.util.tf_decorator'},
    'python2/tensorflow_strings.py': {
        'tensorflow.python.autograph.core.config',
        'tensorflow.python.autograph.pyct.inspect_utils',
        'tensorflow.python.autograph.pyct.parser',
    },
    'repairs/early_flags.py': {'tensorflow.python.platform.flags'},
    'removed_operations.py': {'tensorflow.python.framework.op_def_registry'},
    'upgrade_tables.py': {'tensorflow.tools.compatibility.tf_upgrade_v2'},
}
NEEDS_NONE = ('core', 'layers', 'seq2seq', 'legacy_seq2seq', 'rnn')


def imports_of(file):
    """The private names that a file imports, in full."""
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and not node.level:
            names = [f'{node.module}.{each.name}' for each in node.names]
        elif isinstance(node, ast.Import):
            names = [each.name for each in node.names]
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith('import_module'):
            names = [each.value for each in node.args if isinstance(each, ast.Constant)]
        else:
            continue
        yield from (name for name in names if name.startswith(PRIVATE))


def test_private_imports_are_in_one_place_or_in_the_list():
    found = {}
    for file in sorted(PACKAGE.rglob('*.py')):
        names = set(imports_of(file))
        if names:
            room, *rest = file.relative_to(PACKAGE).parts
            assert rest and room not in NEEDS_NONE, f'{file}: move {names} to tensorflow_internals'
            found['/'.join(rest)] = names
    assert found == ELSEWHERE


def test_core_has_no_import_circle():
    core = f'{seq2seq.__name__}.core'
    uses = {}
    for file in (PACKAGE / 'core').glob('*.py'):
        froms = [n for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.ImportFrom)]
        uses[file.stem] = {n.module.removeprefix(f'{core}.') for n in froms if n.module} | {
            each.name for n in froms if n.module == core for each in n.names
        }
    assert 'step_function' in uses['xla_loop'] and 'xla_support' in uses['step_function']
    graphlib.TopologicalSorter(uses).prepare()  # raises CycleError


@pytest.mark.parametrize('name', sorted(set().union(*ELSEWHERE.values())))
def test_this_tensorflow_has(name):
    module, _, attribute = name.rpartition('.')
    assert hasattr(importlib.import_module(module), attribute) or importlib.import_module(name)


def test_this_tensorflow_has_what_compiled_loops_need():
    assert internals.missing() == ''


INPUTS = np.random.RandomState(0).randn(2, 5, 3).astype(np.float32)


def in_graph():
    """Outputs of a cell by a loop that is to be compiled, and without."""
    with tf1_graph(), tf1.Session() as session:
        cell = seq2seq.GRUCell(4)
        runs = [
            seq2seq.dynamic_rnn(cell, INPUTS, dtype=tf.float32, jit_compile=jit_compile)[0]
            for jit_compile in (True, False)
        ]
        session.run(tf1.global_variables_initializer())
        return session.run(runs)


@pytest.mark.parametrize('name', internals.NAMES)
def test_without_it_loops_are_not_compiled(name, monkeypatch):
    monkeypatch.setitem(internals._FOUND, name, None)
    reason = internals.missing()
    assert internals.NAMES[name].replace(':', '.') in reason
    before = loop_compilation.OUTCOMES[reason]
    with pytest.warns(RuntimeWarning, match='jit_compile=True has no effect: TensorFlow .* has no'):
        compiled, plain = in_graph()
    assert loop_compilation.OUTCOMES[reason] == before + 1
    np.testing.assert_array_equal(compiled, plain)


def test_whether_xla_compiles_is_not_guessed(monkeypatch):
    monkeypatch.setitem(internals._FOUND, 'in_xla_context', None)
    internals._warn_of_unknown_compilation.cache_clear()
    assert not path.under_xla()
    with pytest.warns(RuntimeWarning, match='jit_compile=True.* may be wrong'):
        tf.function(lambda: tf.constant(path.under_xla()), autograph=False)()


def test_what_is_used_besides_loops_does_without(monkeypatch):
    monkeypatch.setitem(internals._FOUND, 'op_definition', None)
    layer = seq2seq.Dense(3)
    x = tf.constant(INPUTS[0])
    layer(x)
    found = tf.function(layer, jit_compile=True, autograph=False)(x)
    np.testing.assert_allclose(found, layer(x), rtol=1e-5)
    with tf1_graph():
        wrapped = rnn.CompiledWrapper(seq2seq.GRUCell(2))
        wrapped(INPUTS[0], wrapped.zero_state(5, tf.float32))


IMPORT_WITHOUT = """
import importlib, sys
import numpy as np
import tensorflow as tf
real = importlib.import_module
def without(name, package=None):
    if name.startswith(('tensorflow.python', 'tensorflow.compiler')):
        if sys._getframe(1).f_globals['__name__'].endswith('tensorflow_internals'):
            raise ImportError(name)
    return real(name, package)
importlib.import_module = without
import tf_seq2seq_compat as seq2seq
from tf_seq2seq_compat.core import loop_compilation
from tf_seq2seq_compat import rnn, checkpoint
inputs = np.ones([2, 5, 3], np.float32)
seq2seq.dynamic_rnn(seq2seq.LSTMCell(4), inputs, dtype=tf.float32)
tf1 = tf.compat.v1
with tf.Graph().as_default(), tf1.Session() as session:
    cell = seq2seq.AttentionWrapper(seq2seq.GRUCell(4), seq2seq.LuongAttention(4, inputs))
    outputs, _ = seq2seq.dynamic_rnn(cell, inputs, dtype=tf.float32, jit_compile=True)
    tf.gradients(outputs, tf1.trainable_variables())
    session.run(tf1.global_variables_initializer())
    print(session.run(outputs).shape, *loop_compilation.OUTCOMES)
"""


def test_the_package_is_imported_without_any():
    done = subprocess.run(
        [sys.executable, '-W', 'ignore', '-c', IMPORT_WITHOUT], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f'(2, 5, 3) TensorFlow {tf.__version__} has no ')
    assert all(place.replace(':', '.') in done.stdout for place in internals.NAMES.values())
