"""Keeps what TensorFlow 1.15.5 gave, for the scripts of this folder that ask it."""

import json
import os
import sys


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
            if json.load(file) != json.loads(json.dumps(found)):
                sys.exit(os.path.basename(path) + ' differs from what is found now')
        print(what + ': as recorded')
        return
    separators = (',', ': ' if indent else ':')
    with open(path + '.part', 'w') as file:
        json.dump(found, file, indent=indent, sort_keys=True, separators=separators)
        file.write('\n')
    os.replace(path + '.part', path)
