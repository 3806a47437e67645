# ruff: noqa: UP032
"""Records the names of TF 1.15.5 that programs can import, and what a program of all sorts gets.

python internals_golden.py            (in the TF 1.15.5 environment: writes internals_golden.json)
python internals_golden.py --check    (compares with it)
"""

import importlib
import json
import os
import pkgutil
import subprocess
import sys
import types

HERE = os.path.dirname(os.path.abspath(__file__))
RECORD = os.path.join(HERE, 'internals_golden.json')
PROGRAM = os.path.join(HERE, 'internals_program.py')
ARGUMENTS = [
    '--size',
    '3',
    '--title=x',
    '--noshuffle',
    '--rate=0.5',
    '--names=a,b',
    '--kind=b',
    'y',
]

# The folders of tensorflow.python that programs import from, and files in others.
FOLDERS = (
    'client data data.ops data.util data.experimental data.experimental.ops distribute eager '
    'framework keras keras.applications keras.datasets keras.engine keras.layers '
    'keras.mixed_precision.experimental keras.optimizer_v2 keras.preprocessing keras.saving '
    'keras.utils keras.wrappers layers lib.io module ops ops.distributions ops.linalg ops.losses '
    'ops.ragged ops.signal platform profiler saved_model summary summary.writer tools training '
    'training.experimental training.saving training.tracking util'
)
FILES = (
    'autograph compat.compat compiler.xla.xla compiler.xla.jit debug feature_column.feature_column '
    'feature_column.feature_column_lib feature_column.feature_column_v2 pywrap_tensorflow tf2'
)
# What these files hold is for the tests or the build of TensorFlow itself.
NOT_FOR_PROGRAMS = (
    '_test test_ testing parameterized keras.distribute spectral_ops_test_util '
    'saver_test_utils _registrations registrations_util linear_operator_algebra control_imports '
    'debug. tools. model_combinations model_collection all_reduce tensor_forest '
    'profiler_client execution_callbacks _pb2 _v2_utils training_v2 keras.api '
    'normalization_v1 base_preprocessing pywrap_ saved_model_experimental composite_tensor_utils '
    'rnn_cell_wrapper_impl tensorboard_logging deprecation_wrapper future_api util.memory '
    'ops.sleep distribute.combinations strategy_combinations cross_device_utils c_api_util '
    'error_interpolation op_callbacks gen_tpu_ops ragged_dispatch control_flow_grad '
    'control_flow_state _toggles nested_structure_coder signature_serialization util.tf_stack '
    'keras.ops training_distributed graph_only_ops fast_tensor_util autocast_variable forwardprop'
)
TOOLS = 'tools.freeze_graph tools.inspect_checkpoint tools.optimize_for_inference_lib'

# Names with an underscore that public programs use.
PRIVATE = {
    'ops.rnn': '_transpose_batch_time _best_effort_input_batch_size _rnn_step',
    'ops.rnn_cell_impl': '_zero_state_tensors _concat',
    'training.optimizer': '_deduplicate_indexed_slices _OptimizableVariable _get_processor',
    'ops.variable_scope': '_get_default_variable_store _pure_variable_scope _VariableStore',
    'training.moving_averages': '_zero_debias',
    'training.slot_creator': '_create_slot_var',
    'framework.ops': '_get_graph_from_inputs',
    'ops.math_ops': '_ReductionDims',
    'ops.nn_ops': '_get_sequence',
}
NOT_TENSORFLOW = (
    'xrange zip tf_export keras_export estimator_export LazyLoader keras_modules_injection'
)
# Where the modules of the API lie; the rest of what is visible are imports of its own.
PUBLIC_FOLDERS = '_api.v1 api._v1 python.platform.app python.platform.flags'
NOT_PUBLIC = (
    'contrib compat core estimator python tensorflow_estimator tools pywrap_tensorflow lite'
)


def files():
    found = set(FILES.split() + TOOLS.split())
    for folder in FOLDERS.split():
        try:
            package = importlib.import_module('tensorflow.python.' + folder)
        except ImportError:
            continue
        found.add(folder)
        found.update(
            f'{folder}.{each.name}'
            for each in pkgutil.iter_modules(package.__path__)
            if not each.ispkg
        )
    return sorted(
        name
        for name in found
        if name in FILES.split() + TOOLS.split()
        or not any(part in name + '.' for part in NOT_FOR_PROGRAMS.split())
    )


def is_feature(value):
    return type(value).__module__ == '__future__'


def public_modules():
    """Each public module's names, and the public name of each object."""
    import tensorflow as tf

    modules, owners = {}, {}

    def walk(module, path):
        names = []
        for name in dir(module):
            if name.startswith('_') or (not path and name in NOT_PUBLIC.split()):
                continue
            try:
                value = getattr(module, name)
            except Exception:
                continue
            if is_feature(value):
                continue
            inner = f'{path}.{name}' if path else name
            if isinstance(value, types.ModuleType):
                if not any(part in value.__name__ for part in PUBLIC_FOLDERS.split()):
                    continue
                modules[inner] = ''
                walk(value, inner)
            elif callable(value):
                owners.setdefault(id(value), []).append(inner)
            names.append(name)
        modules[path] = ' '.join(names)

    walk(tf, '')
    return modules, owners


def internals(owners):
    """The names of each file, and the classes among them that are public under another name."""
    names, classes = {}, {}
    for file in files():
        path = 'tensorflow.python.' + file
        try:
            module = importlib.import_module(path)
        except ImportError:
            continue
        own, private = [], PRIVATE.get(file, '').split()
        for name in dir(module):
            try:
                value = getattr(module, name)
            except Exception:
                continue
            if isinstance(value, types.ModuleType) or not callable(value):
                continue
            if name.startswith('_') or name in NOT_TENSORFLOW.split() or '_eager_fallback' in name:
                continue
            public = [each for each in owners.get(id(value), []) if not each.startswith('raw_ops.')]
            if not public and (id(value) in owners or getattr(value, '__module__', None) != path):
                continue
            own.append(name)
            if public and isinstance(value, type):
                short = min(public, key=lambda each: (each.count('.'), each))
                classes[f'{file}.{name}'] = short
        assert all(hasattr(module, name) for name in private), file
        names[file] = ' '.join(own + private)
    return names, classes


def packages():
    import tensorflow as tf

    return sorted(
        name
        for name in dir(tf.contrib)
        if not name.startswith('_') and isinstance(getattr(tf.contrib, name), types.ModuleType)
        and getattr(tf.contrib, name).__name__.startswith('tensorflow')
    )  # fmt: skip


def results():
    """What the program prints, in a process of its own."""
    words = subprocess.check_output([sys.executable, PROGRAM] + ARGUMENTS)
    return json.loads(words.decode().splitlines()[-1])


def main():
    import tensorflow as tf
    from recording import record_or_check

    modules, owners = public_modules()
    names, classes = internals(owners)
    found = {
        'tensorflow': tf.__version__,
        'public': modules,
        'internals': names,
        'classes': classes,
        'contrib': packages(),
    }
    found['program'] = results()
    what = '{} files and {} modules'.format(len(names), len(modules))
    record_or_check(RECORD, found, what)


if __name__ == '__main__':
    main()
