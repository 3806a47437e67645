"""Lists the parameters of the functions of the TensorFlow 1 that runs it: `orders.py --out FILE`.

The lists of all versions together are `tf_seq2seq_compat/tf1/eras/orders.tsv`: the functions whose
parameters stood in another order than in 1.15, by version (`orders.py --join LIST... >
orders.tsv`). What TensorFlow 1.15 takes in one place by either of two names is no other order.
"""

import importlib
import inspect
import json
import sys
import types

from names import VERSIONS, spans

PACKAGES = ['', 'nn', 'layers', 'losses', 'contrib.layers', 'contrib.losses', 'contrib.training']
# Of other packages, and of classes, these only.
ALONE = {
    'train': ['LoggingTensorHook', 'MonitoredTrainingSession', 'Scaffold'],
    'contrib.metrics': ['confusion_matrix'],
    '': ['orthogonal_initializer'],
}
# Today's name of what was in its place: the same thing.
SAME = {
    'as_ref': '', 'axis': 'dims', 'box_ind': 'box_indices', 'bytes': 'input_bytes', 'dim': 'axis',
    'delimiter': 'sep', 'keep_dims': 'keepdims', 'preferred_dtype': 'dtype_hint',
    'reduction_indices': 'axis', 'targets': 'labels', 'thresh': 'threshold', 'fn1': 'true_fn',
    'fn2': 'false_fn',
}  # fmt: skip
# What later versions took by another name, and only so.
RENAMED = {
    'weight': 'weights', 'targets': 'labels', 'target': 'labels', 'concat_dim': 'axis',
    'split_dim': 'axis', 'num_split': 'num_or_size_splits', 'seq_dim': 'seq_axis',
    'batch_dim': 'batch_axis',
}  # fmt: skip
# Defaults that were others, to the last version that had them. All others of functions that models
# use are the same, or mean the same: `orders.py` was compared with the signatures of 1.15.
DEFAULTS = {
    'tensorflow.layers.batch_normalization': ('1.3', 'fused=False'),
    'tensorflow.contrib.layers.batch_norm': ('1.3', 'fused=False'),
    'tensorflow.contrib.training.create_train_op': ('0.12', 'global_step=None'),
}
# Of operations that no program calls, and of what is written in the files of the versions.
LEFT_OUT = ('quant', 'grad', 'backprop', 'Grad', 'embedding_lookup_unique', 'evaluate', 'strided')
LEFT_OUT += (
    'tensorflow.reverse',
    'select',
    'convert_to_tensor',
    'legacy_',
    'with_argmax',
    'with_states',
    'resample',
)


def functions(tf):
    """The parameters of functions, by name: `x`, `x=1`, `x=…` for a default that is no literal."""
    importlib.import_module('tensorflow.contrib')
    found = {}
    for package in sorted({*PACKAGES, *ALONE}):
        module = tf
        for part in package.split('.') if package else ():
            module = getattr(module, part, None)
        for name in dir(module) if module is not None else ():
            value = getattr(module, name)
            if name.startswith('_') or isinstance(value, types.ModuleType):
                continue
            one_of_few = package not in PACKAGES or inspect.isclass(value)
            if one_of_few and name not in ALONE.get(package, ()):
                continue
            words = _parameters(value.__init__ if inspect.isclass(value) else value)
            if words:
                found['.'.join(filter(None, ('tensorflow', package, name)))] = words
    return found


def _parameters(function):
    try:
        from tensorflow.python.util import tf_decorator

        function = tf_decorator.unwrap(function)[1]
    except ImportError:
        pass
    try:
        parameters = list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return []
    if any(each.kind is not each.POSITIONAL_OR_KEYWORD for each in parameters):
        return []
    return [
        each.name if each.default is each.empty else each.name + '=…'
        for each in parameters
        if each.name != 'self'
    ]


def differs(then, today):
    """Whether a call by position or by name means something else."""
    now = [each.partition('=')[0] for each in today]
    for at, each in enumerate(then):
        name = each.partition('=')[0]
        in_place = at < len(now) and now[at] in (name, SAME.get(name, name))
        if not in_place or name not in now and name in RENAMED:
            return True
    return False


def join(files):
    """The table."""
    by_version = {}
    for file in files:
        with open(file, encoding='utf-8') as lines:
            found = json.load(lines)
        by_version['.'.join(found.pop('version').split('.')[:2])] = found
    table = ['name\tversions\tparameters\trenamed']
    for name in sorted(set().union(*by_version.values())):
        today = by_version['1.15'].get(name)
        if today is None or any(each in name for each in LEFT_OUT):
            continue
        kinds = {}
        for version in VERSIONS[:-1]:
            then = by_version[version].get(name)
            last, other = DEFAULTS.get(name, ('', ''))
            has_other = other and VERSIONS.index(version) <= VERSIONS.index(last)
            if then and (differs(then, today) or has_other):
                words = list(then)
                if has_other:
                    parameter = other.partition('=')[0]
                    words = [other if w.partition('=')[0] == parameter else w for w in words]
                    words += [other] if other not in words else []
                kinds.setdefault(tuple(words), []).append(version)
        for words, versions in kinds.items():
            now = {each.partition('=')[0] for each in today}
            renamed = [f'{a}:{b}' for a, b in sorted(RENAMED.items()) if b in now and a not in now]
            old = {each.partition('=')[0] for each in words}
            renamed = [each for each in renamed if each.partition(':')[0] in old]
            row = [name, spans(versions), ' '.join(words), ' '.join(renamed)]
            table.append('\t'.join(row).rstrip('\t'))
    return '\n'.join(table) + '\n'


def main():
    option, files = sys.argv[1], sys.argv[2:]
    if option == '--join':
        sys.stdout.write(join(files))
        return
    import tensorflow as tf

    found = dict(functions(tf), version=tf.__version__)
    with open(files[0], 'w', encoding='utf-8') as out:
        json.dump(found, out, indent=1, sort_keys=True)


if __name__ == '__main__':
    main()
