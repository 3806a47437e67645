"""Keeps what TensorFlow 1.15.5 gave, for the scripts of this folder that ask it."""

import json
import os
import sys

# Another processor rounds differently, and training lets that grow.
RTOL, ATOL = 1e-4, 1e-6


def differences(want, got, path=''):
    """Lines that say where two values of JSON differ: floats by more than rounding."""
    if isinstance(want, dict) and isinstance(got, dict):
        odd = sorted(set(want) ^ set(got))
        pairs = [(key, want[key], got[key]) for key in sorted(set(want) & set(got))]
        lines = [f'{path}/{key}: only in one of them' for key in odd]
    elif isinstance(want, list) and isinstance(got, list) and len(want) == len(got):
        pairs = [(key, want[key], got[key]) for key in range(len(want))]
        lines = []
    else:
        floats = isinstance(want, float) and isinstance(got, float)
        same = abs(want - got) <= ATOL + RTOL * abs(want) if floats else False
        return [] if same or want == got else [f'{path}: {want!r}, now {got!r}']
    for key, a, b in pairs:
        lines += differences(a, b, f'{path}/{key}')
    return lines


def record_or_check(path, found, what, indent=1):
    """Writes `found` to the file `path`; with `--check`, compares with it instead.

    Args:
      path: The file.
      found: What JSON can hold.
      what: What has been compared, for the message that it is the same.
      indent: As for `json.dump`.
    """
    if '--check' in sys.argv:
        with open(path) as file:
            lines = differences(json.load(file), json.loads(json.dumps(found)))
        if lines:
            sys.exit('\n'.join([os.path.basename(path) + ' is not what is found now:'] + lines))
        print(what + ': as recorded')
        return
    separators = (',', ': ' if indent else ':')
    with open(path + '.part', 'w') as file:
        json.dump(found, file, indent=indent, sort_keys=True, separators=separators)
        file.write('\n')
    os.replace(path + '.part', path)
