"""Runs the failing programs of this folder and compares what they print with what is expected.

    python check.py                          all cases
    python check.py NAME ...                 the named ones
    python check.py --command 'python -m tf_seq2seq_compat run'
    python check.py --record --tf1 PYTHON --tfa PYTHON NAME ...    writes expected/NAME.json anew
    python check.py --record --check --oracle 'TF 1.15.5' --tf1 PYTHON    compares with it instead

The first lines of a case say how it is run: `# run: runner [options]` by the command,
`# run: python` by the interpreter of --python, `# run: scan` or `# run: migrate` by that subcommand
beside `run`. A case prints its results as one line of JSON, which must equal expected/NAME.json
(floats to 1e-4). Where that has "contains" and "lacks", the text of the whole output is looked at
instead, in lower case and with single blanks; a list within "contains" is a choice.
"""

import argparse
import concurrent.futures
import json
import math
import os
import re
import shlex
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ENVIRONMENT = {'TF_CPP_MIN_LOG_LEVEL': '3', 'CUDA_VISIBLE_DEVICES': '', 'TF_ENABLE_ONEDNN_OPTS': '0'}


def cases():
    return sorted(n[:-3] for n in os.listdir(HERE) if n.endswith('.py') and not n.startswith(('check', 'test_', '__')))


def header(name, key, default=''):
    with open(os.path.join(HERE, name + '.py')) as file:
        for line in file:
            if not line.startswith('#'):
                return default
            if line.startswith('# %s:' % key):
                return line.partition(':')[2].strip()
    return default


def run(words, limit):
    """The exit status, the standard output, and both outputs."""
    try:
        done = subprocess.run(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=limit,
                              env=dict(os.environ, **ENVIRONMENT), cwd=HERE)
    except subprocess.TimeoutExpired:
        return 124, '', 'no end after %d s' % limit
    out, err = done.stdout.decode(errors='replace'), done.stderr.decode(errors='replace')
    return done.returncode, out, out + '\n' + err


def last_line(text):
    """The last line that says an error, or the last one."""
    lines = [line.strip() for line in text.splitlines() if line.strip(' =')]
    errors = [line for line in lines if re.match(r'[\w.]*(Error|Exception)\b', line)]
    return (errors or lines or ['no output'])[-1]


def result(out):
    """What the last line of JSON says, or None."""
    for line in reversed(out.splitlines()):
        if line.startswith('{'):
            return json.loads(line)
    return None


def difference(want, got, where=''):
    """The first difference in words, or None."""
    if isinstance(want, dict) and isinstance(got, dict):
        for key in want:
            if key not in got:
                return '%s is missing' % (where + '.' + key).strip('.')
            found = difference(want[key], got[key], where + '.' + key)
            if found:
                return found
        more = sorted(set(got) - set(want))
        return 'unexpected %s' % more if more else None
    if isinstance(want, list) and isinstance(got, list):
        for i, (a, b) in enumerate(zip(want, got)):
            found = difference(a, b, '%s[%d]' % (where, i))
            if found:
                return found
        if len(want) == len(got):
            return None
        return '%s has %d items, expected %d' % (where.strip('.'), len(got), len(want))
    numbers = all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in (want, got))
    if numbers and math.isclose(want, got, rel_tol=1e-4, abs_tol=1e-6):
        return None
    if want == got and type(want) is type(got):
        return None
    return '%s is %s, expected %s' % (where.strip('.'), json.dumps(got), json.dumps(want))


def words_of(name, options):
    kind, _, flags = header(name, 'run', 'runner').partition(' ')
    program = os.path.join(HERE, name + '.py')
    if kind == 'python':
        return shlex.split(options.python) + [program]
    command = shlex.split(options.command)
    if kind in ('scan', 'migrate'):
        return command[:command.index('run')] + [kind, program]
    return command + shlex.split(flags) + [program]


def verdict(name, options):
    with open(os.path.join(HERE, 'expected', name + '.json')) as file:
        want = json.load(file)
    status, out, text = run(words_of(name, options), options.limit)
    if 'contains' in want or 'lacks' in want:
        plain = ' '.join(text.lower().split())
        for part in want.get('contains', ()):
            either = part if isinstance(part, list) else [part]
            if not any(' '.join(words.lower().split()) in plain for words in either):
                said = ' or '.join('"%s"' % words for words in either)
                return False, 'differs %s: the output does not say %s: %s' % (name, said, last_line(text)[:200])
        for part in want.get('lacks', ()):
            if ' '.join(part.lower().split()) in plain:
                return False, 'differs %s: the output says "%s"' % (name, part)
        return True, 'ok %s' % name
    got = result(out)
    if status or got is None:
        return False, 'fails %s: %s' % (name, last_line(text)[:300])
    found = difference(want, got)
    return (False, 'differs %s: %s' % (name, found)) if found else (True, 'ok %s' % name)


def record(name, options):
    """Writes what the case's oracle gives, or compares it; the oracle is named in its header."""
    oracle, program = header(name, 'oracle'), os.path.join(HERE, name + '.py')
    if oracle.startswith('TF 1.15.5'):
        words = shlex.split(options.tf1) + [program]
    elif oracle.startswith('TFA 0.23'):
        words = shlex.split(options.tfa) + [program]
    elif oracle.startswith('--reference'):
        words = shlex.split(options.python) + [program, '--reference']
    else:
        return False, 'by hand %s' % name
    status, out, text = run(words, options.limit)
    got = result(out)
    if status or got is None:
        return False, 'fails %s: %s' % (name, last_line(text)[:300])
    path = os.path.join(HERE, 'expected', name + '.json')
    if options.check:
        with open(path) as file:
            found = difference(json.load(file), got)
        return not found, 'differs %s: %s' % (name, found) if found else 'as recorded %s' % name
    with open(path, 'w') as file:
        file.write(json.dumps(got, sort_keys=True) + '\n')
    return True, 'recorded %s' % name


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument('names', nargs='*')
    parser.add_argument('--command', default='tf-seq2seq-compat run', help='default: %(default)s')
    parser.add_argument('--python', help='default: the one beside the command, or this one')
    parser.add_argument('--limit', type=int, default=300, help='seconds a case; default: %(default)s')
    parser.add_argument('--jobs', type=int, default=1, help='cases at a time; default: %(default)s')
    parser.add_argument('--record', action='store_true')
    parser.add_argument('--check', action='store_true', help='with --record: compare, write nothing')
    parser.add_argument('--oracle', default='', help='only cases whose oracle begins like this')
    parser.add_argument('--tf1', default='python3.7', help='interpreter with TensorFlow 1.15.5')
    parser.add_argument('--tfa', default='python3.11', help='interpreter with TensorFlow Addons 0.23')
    options = parser.parse_args()
    options.names = [os.path.basename(n)[:-3] if n.endswith('.py') else n for n in options.names]
    first = shlex.split(options.command)[0]
    if not shutil.which(first) and os.path.exists(os.path.join(os.path.dirname(sys.executable), first)):
        options.command = os.path.join(os.path.dirname(sys.executable), '') + options.command
        first = shlex.split(options.command)[0]
    if options.python is None:
        beside = os.path.join(os.path.dirname(shutil.which(first) or ''), 'python')
        options.python = shlex.quote(beside if os.path.exists(beside) else sys.executable)
    unknown = sorted(set(options.names) - set(cases()))
    if unknown:
        parser.error('no such case: %s' % ', '.join(unknown))
    names = [n for n in options.names or cases() if header(n, 'oracle').startswith(options.oracle)]
    equal = 0
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        for right, words in pool.map(lambda name: (record if options.record else verdict)(name, options), names):
            equal += right
            print(words, flush=True)
    print('%d of %d %s' % (equal, len(names), 'recorded' if options.record else 'equal'))
    return 0 if equal == len(names) else 1


if __name__ == '__main__':
    sys.exit(main())
