"""Asks Python 2.7.18 what the programs of `python2_cases.py` print:

python tests/tf1/python2_golden.py /path/to/python2.7 [--check]
"""

import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from python2_cases import CASES  # noqa: E402
from recording import record_or_check  # noqa: E402


def printed(python, code):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'case.py')
        with open(path, 'w', encoding='utf-8') as file:
            file.write(code)
        done = subprocess.run([python, '-B', path], cwd=folder, capture_output=True, check=False)
        if done.returncode:
            sys.exit(done.stderr.decode())
        return done.stdout.decode('utf-8', 'surrogateescape')


if __name__ == '__main__':
    python = next(each for each in sys.argv[1:] if not each.startswith('-'))
    found = {name: printed(python, code) for name, code in CASES.items()}
    record_or_check(os.path.join(HERE, 'python2_golden.json'), found, 'programs of Python 2')
