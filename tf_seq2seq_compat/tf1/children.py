"""The programs that a program starts: `subprocess`, `os.system`, `multiprocessing`.

They get the shim too, with the same options. The environment says so: PYTHONPATH begins with a
folder that has a `sitecustomize`, which every Python runs first. In a Python of the same
environment, what is run decides:

* a script or a module of the program is run by the runner instead, in the same process (`exec`);
* `-c` (by which `multiprocessing` starts its processes), the standard input, and modules of the
  standard library get the import hook, which asks who imports;
* what is installed (`pip`, `tensorboard`) stays as it is.
"""

from __future__ import annotations

import atexit
import json
import os
import sys
import sysconfig
from importlib.machinery import PathFinder

from tf_seq2seq_compat.tf1 import import_hook
from tf_seq2seq_compat.tf1.run_options import RunOptions
from tf_seq2seq_compat.tf1.runtime import Runtime

VARIABLE = 'TF_SEQ2SEQ_COMPAT_CHILDREN'
_STARTUP = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'startup')


def _this_python() -> list[object]:
    return [sys.prefix, *sys.version_info[:2]]


def announce(runtime: Runtime, options: RunOptions) -> None:
    """Has the processes that this one starts get what it got.

    Args:
      runtime: takes it back.
      options: those of the run.
    """
    settings = {
        'python': _this_python(),
        'options': options,
        'folders': import_hook.program_folders(),
    }
    old = os.environ.get('PYTHONPATH', '').split(os.pathsep)
    paths = [_STARTUP, *(each for each in old if each and each != _STARTUP)]
    runtime.set_environment(VARIABLE, json.dumps(settings))
    runtime.set_environment('PYTHONPATH', os.pathsep.join(paths))


def start() -> None:
    """Makes this process, which is about to begin, a child of a program under the runner."""
    settings = json.loads(os.environ[VARIABLE])
    if settings['python'] != _this_python():
        return
    for folder in settings['folders']:
        import_hook.add_program_folder(folder)
    options = RunOptions(*settings['options'])
    command = _command(sys.orig_argv, sys.argv)
    if command is None:
        return
    of_python, program = command
    if program and os.name == 'posix':
        words = [sys.orig_argv[0], *of_python, _STARTUP, 'run', *options.words(), *program]
        os.execv(sys.executable, words)
    from tf_seq2seq_compat.tf1 import runner

    runner.prepare(Runtime(), options)
    atexit.register(runner.report)


def _command(words: list[str], argv: list[str]) -> tuple[list[str], list[str]] | None:
    """The command line of a child process that runs Python.

    Args:
      words: the whole command line.
      argv: `sys.argv` before the program begins.

    Returns:
      The options of Python, and the words for our `run`, if that is to run it; None for something
      that is not the program's.
    """
    head = words[1 : len(words) - len(argv) + 1]
    theirs = argv[1:]
    if argv[0] == '-m':
        name, option = head[-1], head[-2:]
        if name.startswith('-') and len(name) > 2:  # -mNAME
            name, option = name.rpartition('m')[2], head[-1:]
        kind = _kind_of_module(name.partition('.')[0])
        program = ['-m', name, *theirs]
        options = head[: -len(option)]
    elif argv[0] in ('', '-', '-c'):
        return [], []
    else:
        kind = _kind_of_file(argv[0])
        program = [argv[0], *theirs]
        options = head[:-1]
    if kind == 'installed':
        return None
    return options, program if kind == 'program' else []


def _kind_of_module(root: str) -> str:
    found = PathFinder.find_spec(root, [os.getcwd(), *sys.path])
    if found is None:
        return 'standard' if root in sys.stdlib_module_names else 'installed'
    return _kind_of_file([*(found.submodule_search_locations or [found.origin or ''])][0])


def _kind_of_file(path: str) -> str:
    file = os.path.join(os.path.abspath(path), '') if os.path.isdir(path) else path
    if import_hook.is_standard_file(file):
        return 'standard'
    scripts = os.path.realpath(sysconfig.get_path('scripts'))
    if os.path.dirname(os.path.realpath(path)) == scripts or not os.path.exists(path):
        return 'installed'
    return 'program' if import_hook.is_program_file(file) else 'installed'
