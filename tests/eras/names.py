"""Lists the public names of the TensorFlow 1 that runs it: `python names.py --out FILE`.

The lists of all versions together are `tf_seq2seq_compat/tf1/eras/names.tsv`: each name that not
every version has, and the versions that have it (`python names.py --join LIST... > names.tsv`).
"""

import importlib
import inspect
import sys
import types

_PACKAGES = """
nn nn.rnn_cell nn.seq2seq train layers losses metrics summary image contrib contrib.seq2seq
contrib.rnn contrib.legacy_seq2seq contrib.layers contrib.framework contrib.training contrib.lookup
contrib.learn contrib.data contrib.crf contrib.cudnn_rnn contrib.grid_rnn contrib.slim
contrib.losses contrib.metrics contrib.distributions data estimator keras keras.layers gfile flags
logging python_io saved_model initializers math linalg strings random io distributions
feature_column sets spectral compat test errors
"""
PACKAGES = ['', *_PACKAGES.split()]
WITH_ARGUMENTS = (
    '', 'nn', 'nn.rnn_cell', 'contrib.rnn', 'contrib.seq2seq', 'contrib.legacy_seq2seq'
)  # fmt: skip
# Layers take the last three by `**kwargs`, if not by name.
OF_EVERY_LAYER = {'self', '_sentinel', 'kwargs', 'name', 'dtype', 'trainable'}
VERSIONS = ['0.12', '1.0', '1.1', '1.2', '1.3', '1.4', '1.15']
# What `from __future__ import` leaves in a module.
FUTURE = {'absolute_import', 'division', 'print_function', 'unicode_literals'}


def names(tf):
    """The full names of what is in the packages, without modules that were imported in passing."""
    importlib.import_module('tensorflow.contrib')
    found = set()
    for package in PACKAGES:
        module = tf
        for part in package.split('.') if package else ():
            module = getattr(module, part, None)
        if package == 'contrib':
            module = sys.modules['tensorflow.contrib']  # in place of what loads it when asked
        if module is None:
            continue
        head = 'tensorflow.' + (package + '.' if package else '')
        for name in dir(module):
            if name.startswith('_') or name in FUTURE or name in ('python', 'core', 'tools'):
                continue
            try:
                value = getattr(module, name)
            except Exception:
                continue
            inside = (package + '.' + name).lstrip('.')
            is_module = isinstance(value, types.ModuleType)
            if not is_module or inside in PACKAGES or package in ('', 'contrib'):
                found.add(head + name)
            if not is_module and package in WITH_ARGUMENTS:
                found.update(f'{head + name}({each})' for each in arguments(value))
    return found


def arguments(value):
    """The names of the arguments of a function or class; `*` where any are taken."""
    function = value.__init__ if inspect.isclass(value) else value
    try:
        from tensorflow.python.util import tf_decorator

        function = tf_decorator.unwrap(function)[1]
    except ImportError:
        pass
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ['*']
    if any(each.kind is each.VAR_POSITIONAL for each in parameters):
        return ['*']
    return [each.name for each in parameters if each.name not in OF_EVERY_LAYER]


def spans(versions):
    """The versions as `0.12-1.1 1.4-`, of which the last goes on."""
    at = sorted(VERSIONS.index(each) for each in versions)
    runs = []
    for index in at:
        if runs and runs[-1][1] == index - 1:
            runs[-1][1] = index
        else:
            runs.append([index, index])
    words = []
    for first, last in runs:
        end = '' if last == len(VERSIONS) - 1 else VERSIONS[last]
        words.append(VERSIONS[first] if first == last and end else VERSIONS[first] + '-' + end)
    return ' '.join(words)


def join(files):
    """The table: what not every version has."""
    by_version = {}
    for file in files:
        with open(file) as lines:
            version, rest = lines.readline().strip(), lines.read().split()
        by_version['.'.join(version.split('.')[:2])] = set(rest)
    assert sorted(by_version) == sorted(VERSIONS), sorted(by_version)
    table = ['name\tversions']
    for name in sorted(set().union(*by_version.values())):
        function, _, argument = name.rstrip(')').partition('(')
        possible = [version for version in VERSIONS if function in by_version[version]]
        having = [
            version
            for version in possible
            if name in by_version[version] or function + '(*)' in by_version[version] and argument
        ]
        if argument != '*' and having != (possible if argument else VERSIONS):
            table.append(name + '\t' + spans(having))
    return '\n'.join(table) + '\n'


def main():
    option, files = sys.argv[1], sys.argv[2:]
    if option == '--join':
        sys.stdout.write(join(files))
        return
    import tensorflow as tf

    with open(files[0], 'w') as out:
        out.write('\n'.join([tf.__version__] + sorted(names(tf))) + '\n')


if __name__ == '__main__':
    main()
