"""The parameters of TensorFlow's public functions and classes, by name.

usage: python3.7 signatures.py --out FILE | --check FILE, with TensorFlow 1.15.5, whose file is
functions_1_15_5.json.
"""

import argparse
import inspect
import json
import logging
import sys
import types

OTHERS = (
    'app autograph compat config contrib core debugging distribute errors estimator flags keras'
)
OTHERS += ' lite profiler python pywrap_tensorflow raw_ops sysconfig test tools tpu'


def parameters(value):
    """['name', 'name=default', ...] of a function or a class; None where it cannot be told."""
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return None
    kinds = {each.kind for each in signature.parameters.values()}
    if inspect.Parameter.VAR_POSITIONAL in kinds:
        return None
    return [_spelled(each) for each in signature.parameters.values()]


def _spelled(parameter):
    default = parameter.default
    if parameter.kind == parameter.VAR_KEYWORD:
        return '**' + parameter.name
    if default is parameter.empty:
        return parameter.name
    if isinstance(default, (int, float)) and not isinstance(default, bool):
        default = float(default)
    elif hasattr(default, 'as_numpy_dtype'):
        default = default.name
    elif not isinstance(default, (bool, str, tuple, list, type(None))):
        default = type(default).__name__
    return f'{parameter.name}={default!r}'


def walk(module, path):
    """(name, parameters) of all that is public in a module and those inside it."""
    for name in sorted(dir(module)):
        value = getattr(module, name)
        if name.startswith('_') or path == 'tf' and name in OTHERS.split():
            continue
        if isinstance(value, types.ModuleType):
            yield from walk(value, path + '.' + name)
        elif callable(value) and parameters(value):
            yield path + '.' + name, parameters(value)


def main():
    import tensorflow as tf

    # TF1 has a note of deprecation for nearly every name.
    logging.getLogger('tensorflow').setLevel(logging.CRITICAL)
    parser = argparse.ArgumentParser(description=__doc__.split('\n')[0])
    action = parser.add_mutually_exclusive_group(required=True)
    action.add_argument('--out', metavar='FILE', help='write the parameters there')
    action.add_argument('--check', metavar='FILE', help='compare with the parameters there')
    flags = parser.parse_args()
    found = dict(walk(tf, 'tf'))
    if flags.out:
        with open(flags.out, 'w') as file:
            lines = [f'{json.dumps(name)}: {json.dumps(each)}' for name, each in found.items()]
            file.write('{\n' + ',\n'.join(lines) + '\n}\n')
        return
    with open(flags.check) as file:
        recorded = json.load(file)
    names = sorted(set(recorded) | set(found))
    lines = [
        f'{name}: {recorded.get(name)}, now {found.get(name)}'
        for name in names
        if recorded.get(name) != found.get(name)
    ]
    print('\n'.join([*lines, f'{len(found)} functions, {len(lines)} differences']))
    sys.exit(bool(lines))


if __name__ == '__main__':
    main()
