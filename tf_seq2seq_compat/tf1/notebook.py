"""Notebooks: run from the command line as Jupyter would run them, and `%load_ext` inside Jupyter.

A notebook from the command line gets an IPython kernel of its own, in the notebook's folder, that
has the shim in place before the first cell. No server and no installed kernelspec is needed.
"""

from __future__ import annotations

import functools
import importlib
import json
import os
import re
import sys
import tempfile
import types
import warnings
from pathlib import Path
from typing import Any, TextIO

from tf_seq2seq_compat.files import write_atomically
from tf_seq2seq_compat.migrate import sources
from tf_seq2seq_compat.tf1 import children, eras, facade, old_libraries, repairs, runner
from tf_seq2seq_compat.tf1.python2 import loading as python2
from tf_seq2seq_compat.tf1.run_options import DEFAULT, RunOptions
from tf_seq2seq_compat.tf1.runtime import Runtime

INSTALL = "pip install 'tf-seq2seq-compat[notebook]'"

# Inside IPython
# ----------------------------------------------------------------------------------------


class _Cells:
    """The hooks before and after each cell.

    Args:
      shell: the `InteractiveShell`.
      strict: no repairs.
    """

    def __init__(self, shell: Any, strict: bool) -> None:
        self._shell = shell
        self._strict = strict
        self._sources: list[str] = []
        self._said = ''

    def before(self, info: Any) -> None:
        """Gives the cell the repair of names that the notebook forgot to import."""
        if not self._strict:
            self._sources.append(self._shell.transform_cell(info.raw_cell))
            repairs.prepare_script(self._shell.user_ns, '\n'.join(self._sources).encode())

    def after(self, result: Any) -> None:
        """Says what has been restored for the notebook so far, where that has become more."""
        message = old_libraries.RESTORED.message()
        if message != self._said:
            print(message, file=sys.stderr)
            self._said = message

    def watch(self) -> None:
        """Begins."""
        self._shell.events.register('pre_run_cell', self.before)
        self._shell.events.register('post_run_cell', self.after)

    def leave(self) -> None:
        """Ends."""
        self._shell.events.unregister('pre_run_cell', self.before)
        self._shell.events.unregister('post_run_cell', self.after)
        self._shell.user_ns['__builtins__'] = sys.modules['builtins']


def load(shell: Any, options: RunOptions = DEFAULT, *, text: str = '') -> None:
    """Gives the cells of an IPython session what a program under the runner gets.

    Args:
      shell: the `InteractiveShell`.
      options: how to run them; without a version they are for the one that the environment or a
        comment line of a cell so far names, or for 1.15.
      text: the cells to come, where they are known.

    Raises:
      RuntimeError: eager TensorFlow operations have already run in this session.
    """
    unload(shell)
    runtime = Runtime()

    def cells_so_far() -> list[str]:
        return [text, *shell.user_ns.get('In', ())]

    version = options.version or eras.named('\n'.join(cells_so_far()))
    # Of the files that the cells import, each shows whether it is Python 2.
    elsewhere = options._replace(python_2=False, version=version)
    restored = runner.prepare(runtime, elsewhere, cells_so_far)
    children.announce(runtime, elsewhere)
    _rebind(shell.user_ns, restored, version or eras.LATEST)
    if options.python_2:
        python2.translate_cells(shell)
    watched = _Cells(shell, options.strict or options.python_2)
    watched.watch()
    runtime.undo_by(watched.leave)
    _RUNTIMES[id(shell)] = runtime


def unload(shell: Any) -> None:
    """Takes back all that `load` has changed; TF1 behaviour and names already bound stay.

    Args:
      shell: the `InteractiveShell`.
    """
    _RUNTIMES.pop(id(shell), Runtime()).close()


_RUNTIMES: dict[int, Runtime] = {}
"""By the shell, what was changed for it."""


def _rebind(namespace: dict[str, Any], restored: Any, version: str) -> None:
    """Gives the modules that earlier cells have imported the form that later cells would get."""
    tensorflow = sys.modules.get('tensorflow')
    for name, module in list(namespace.items()):
        if not isinstance(module, types.ModuleType):
            continue
        if tensorflow is not None and module in (tensorflow, tensorflow.compat.v1):
            namespace[name] = facade.tensorflow(version=version)
        elif module.__name__.partition('.')[0] in restored.roots:
            as_loaded = functools.partial(lambda module: module, module)
            namespace[name] = restored.module(module.__name__, ('__name__',), as_loaded)


# From the command line
# ----------------------------------------------------------------------------------------


def executed_name(path: str) -> str:
    """Where the executed copy of a notebook goes by default: into the current folder."""
    return f'{os.path.splitext(os.path.basename(path))[0]}.executed.ipynb'


def run(
    path: str,
    arguments: list[str],
    options: RunOptions = DEFAULT,
    *,
    output: str = '',
) -> int:
    """Executes a notebook in a kernel of its own and writes the executed copy.

    The cells run in the notebook's folder, with `sys.argv` as a script would have it. What they
    print is printed. The copy is written also when a cell fails, with the error in it.

    Args:
      path: the notebook.
      arguments: what follows `path` on the command line.
      options: how to run it.
      output: where to write the copy; `executed_name(path)` by default.

    Returns:
      0, or 1 where a cell failed.

    Raises:
      runner.CannotRun: there is no such notebook, or no Jupyter to run it with.
    """
    nbformat, nbclient, exceptions = _jupyter()
    notebook = _read(nbformat, path)
    options = options._replace(
        python_2=options.python_2 or bool(sources.python_2_of_notebook(json.dumps(notebook))),
        version=options.version or eras.chosen(path),
    )
    with tempfile.TemporaryDirectory() as folder, open(f'{folder}/log', 'w+') as log:
        client = _client(nbclient)(
            notebook,
            km=_kernel_manager(folder, [path, *arguments], options),
            timeout=None,
            record_timing=False,
            resources={'metadata': {'path': os.path.dirname(os.path.abspath(path))}},
        )
        try:
            client.execute(stdout=log, stderr=log)
        except exceptions.CellExecutionError:
            return 1  # Its traceback has been printed.
        except (exceptions.DeadKernelError, RuntimeError) as error:
            log.seek(0)
            print(f'{log.read()}{runner.PROGRAM_NAME}: {error}', file=sys.stderr)
            return 1
        finally:
            _write(nbformat, notebook, output or executed_name(path))
    return 0


def _jupyter() -> tuple[Any, Any, Any]:
    try:
        importlib.import_module('ipykernel')
        return tuple(  # type: ignore[return-value]
            importlib.import_module(name)
            for name in ('nbformat', 'nbclient', 'nbclient.exceptions')
        )
    except ModuleNotFoundError as error:
        raise runner.CannotRun(
            f'notebooks need {error.name}, which is not installed: {INSTALL}', 2
        ) from None


def _read(nbformat: Any, path: str) -> Any:
    try:
        with open(path, encoding='utf-8') as file, warnings.catch_warnings():
            warnings.simplefilter('ignore')  # Of cells without ids, in notebooks of those days.
            return nbformat.read(file, as_version=4)
    except OSError as error:
        raise runner.CannotRun(
            f"can't open file {os.path.abspath(path)!r}: [Errno {error.errno}] {error.strerror}", 2
        ) from None
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        raise runner.CannotRun(f'{path} is not a notebook: {error}', 2) from None


def _write(nbformat: Any, notebook: Any, output: str) -> None:
    text = nbformat.writes(notebook).rstrip('\n') + '\n'
    write_atomically(Path(output), text.encode('utf-8'))
    print(f'{runner.PROGRAM_NAME}: wrote {output}', file=sys.stderr)


# The name of a Unix socket has room for about a hundred characters.
_LONGEST_SOCKET = 90


def _kernel_manager(folder: str, words: list[str], options: RunOptions) -> Any:
    """A manager that starts our kernel, whatever kernel the notebook names.

    Args:
      folder: for the kernel's sockets.
      words: `sys.argv` of the cells.
      options: how the cells are run.
    """
    manager_module = importlib.import_module('jupyter_client.manager')
    spec_module = importlib.import_module('jupyter_client.kernelspec')
    # Braces of the program's own would be taken for fields of the command.
    argv = json.dumps(words).replace('{', r'\u007b')
    command = [sys.executable, '-m', 'tf_seq2seq_compat.tf1.notebook_kernel']
    command += ['--connection', '{connection_file}', '--argv', argv]
    command += ['--options', json.dumps(options)]

    class Manager(manager_module.AsyncKernelManager):  # type: ignore[name-defined]
        @property
        def kernel_spec(self) -> Any:
            return spec_module.KernelSpec(argv=command, display_name='TF1', language='python')

    connection = os.path.join(folder, 'kernel')
    if os.name == 'posix' and len(connection) < _LONGEST_SOCKET:
        return Manager(connection_file=connection, transport='ipc')
    return Manager(connection_file=connection)


_COLOURS = re.compile(r'\x1b\[[0-9;]*m')


def _show(text: str, stream: TextIO) -> None:
    stream.write(text if stream.isatty() else _COLOURS.sub('', text))
    stream.flush()


def _client(nbclient: Any) -> Any:
    class Client(nbclient.NotebookClient):
        """Prints what the cells print, as it comes."""

        def output(self, outs: Any, msg: Any, display_id: str, cell_index: int) -> Any:
            content = msg['content']
            if 'traceback' in content:
                _show('\n'.join(content['traceback']) + '\n', sys.stderr)
            elif 'text' in content:
                _show(content['text'], sys.stderr if content['name'] == 'stderr' else sys.stdout)
            elif 'text/plain' in content.get('data', {}):
                _show(content['data']['text/plain'] + '\n', sys.stdout)
            return super().output(outs, msg, display_id, cell_index)

    return Client
