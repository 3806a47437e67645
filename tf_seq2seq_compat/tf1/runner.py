"""Running a TF1 program unchanged, as `python program.py` would have run it.

The program gets `__name__ == '__main__'`, its own `sys.argv` and `sys.path[0]`, and the exit codes
and tracebacks that Python itself gives. TensorFlow is loaded and switched to TF1 behaviour when the
program (or a library of its) first imports it, so what the program puts into `os.environ` before
that counts.
"""

from __future__ import annotations

import functools
import importlib.util
import os
import sys
import types
from collections.abc import Callable, Iterable
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from typing import Any, NoReturn

from tf_seq2seq_compat.tf1 import (
    children,
    compile_times,
    eras,
    facade,
    import_hook,
    old_libraries,
    repairs,
    tensorflow_import,
    v1_behavior,
)
from tf_seq2seq_compat.tf1.installed_addons import ADDONS, InstalledAddons
from tf_seq2seq_compat.tf1.python2 import builtins as python2_builtins
from tf_seq2seq_compat.tf1.python2 import evidence
from tf_seq2seq_compat.tf1.python2 import loading as python2
from tf_seq2seq_compat.tf1.run_options import DEFAULT, RunOptions
from tf_seq2seq_compat.tf1.runtime import Runtime
from tf_seq2seq_compat.tf1.tensorflow_2_programs import is_for_tensorflow_2

PROGRAM_NAME = 'tf-seq2seq-compat'


class CannotRun(Exception):
    """The program could not be started.

    Attributes:
      exit_code: what Python exits with in that case.
    """

    def __init__(self, words: str, exit_code: int) -> None:
        super().__init__(words)
        self.exit_code = exit_code


def run(
    target: str,
    arguments: list[str],
    options: RunOptions = DEFAULT,
    *,
    module: bool = False,
    runtime: Runtime | None = None,
    name: str = '__main__',
    tf1_behavior: bool = True,
) -> None:
    """Runs a program in this process.

    Args:
      target: a script, a folder or zip file with a `__main__.py`, or, with `module`, a dotted name.
      arguments: the program's own command line.
      options: how to run it.
      module: run a module as `python -m` does.
      runtime: holds what is changed in this process, for the caller to close. By default all of it
        is taken back at the end, also for threads of the program that still run.
      name: the name that the program finds as `__name__`.
      tf1_behavior: False leaves TensorFlow 2's behaviour on: the caller has made a graph.

    Raises:
      CannotRun: there is no such program.
      BaseException: whatever the program raises, `SystemExit` included. Its traceback has been
        printed by then (but for `SystemExit`), without frames of this package.
    """
    if runtime is None:
        with Runtime() as runtime:
            return run(
                target,
                arguments,
                options,
                module=module,
                runtime=runtime,
                name=name,
                tf1_behavior=tf1_behavior,
            )
    runtime.undo_by(functools.partial(sys.argv.__setitem__, slice(None), sys.argv[:]))
    runtime.undo_by(functools.partial(sys.path.__setitem__, slice(None), sys.path[:]))
    options = options._replace(version=options.version or eras.chosen(target, module=module))
    prepare(runtime, options, tf1_behavior=tf1_behavior)
    try:
        main = types.ModuleType(name)
        if sys.version_info < (3, 14):  # From then on a module has them once they are asked for.
            main.__annotations__ = {}
        fill = _prepare_module if module else _prepare_script
        code, source = fill(main, target, arguments)
        children.announce(runtime, options)
        runtime.set_item(sys.modules, name, main)
        vars(main)['__builtins__'] = sys.modules['builtins']
        if not options.strict:
            repairs.prepare_script(vars(main), source)
        python2.adopt(vars(main))
        exec(code, vars(main))
    except (SystemExit, CannotRun):
        raise
    except BaseException as error:
        _fail(error, runtime, options.version or eras.LATEST)
    finally:
        python2_builtins.end_line()
        report()


def report() -> None:
    """Says what was restored for the program, and what was compiled."""
    old_libraries.RESTORED.report()
    compile_times.report()


def prepare(
    runtime: Runtime,
    options: RunOptions,
    more: Callable[[], Iterable[str]] = tuple,
    tf1_behavior: bool = True,
) -> import_hook.Restorer:
    """Gives this process's program its imports as its time had them.

    Args:
      runtime: takes it back.
      options: those of the run.
      more: texts of the program that are in no file.
      tf1_behavior: whether TensorFlow gets TF1's behaviour.

    Returns:
      What restores names of Python and NumPy.

    Raises:
      RuntimeError: eager operations have already run in this process.
    """
    start = _TF1Start(runtime, options, more, tf1_behavior)
    restored = old_libraries.install(runtime)
    facades = [
        facade.get_facade('tensorflow', 'v1', options.version or eras.LATEST),
        *(facade.get_facade(root, 'v1') for root in ('keras', ADDONS)),
    ]
    import_hook.ImportHook(facades, start, restored, start.provides, start.load).install(runtime)
    python2.install(runtime, options.python_2)
    if 'tensorflow' in sys.modules:
        try:
            start('tensorflow')
        except RuntimeError:
            runtime.close()
            raise
    return restored


class _TF1Start:
    """Turns TF1 behaviour on, and the repairs, when TensorFlow is first loaded.

    A program that shows that it is for TensorFlow 2, where nothing says that it is for a TensorFlow
    1, gets neither, and TensorFlow and Keras as they are.
    """

    def __init__(
        self,
        runtime: Runtime,
        options: RunOptions,
        more: Callable[[], Iterable[str]],
        tf1_behavior: bool,
    ) -> None:
        self._tf1_behavior = tf1_behavior
        self._runtime = runtime
        self._options = options
        self._more = more
        self._done = self._for_tensorflow_2 = False
        self._addons = InstalledAddons(ours=options.addons)

    def provides(self, root: str) -> bool:
        """Whether the façade of a root package stands for it."""
        return self._addons.replaced() if root == ADDONS else not self._for_tensorflow_2

    def load(self, root: str) -> None:
        """Loads TensorFlow, if that is it."""
        if root == 'tensorflow':
            tensorflow_import.load(self._runtime, verbose=self._options.verbose)

    def __call__(self, root: str) -> None:
        if self._done or root == ADDONS:
            return
        self._done = True
        self.load('tensorflow')
        if self._tf1_behavior and self._options.version is None:
            self._for_tensorflow_2 = is_for_tensorflow_2(self._more())
        if self._for_tensorflow_2:
            tensorflow_import.load_keras()
            v1_behavior.complete_graphs(self._runtime)
            return
        if self._tf1_behavior:
            v1_behavior.turn_on_tf1_behavior()
        v1_behavior.complete_tf1_behavior(self._runtime)
        eras.get(self._options.version or eras.LATEST).begin(self._runtime)
        # tf.layers and tf.contrib.layers are why the program is run here: no advice to leave them.
        for message in (r'`tf\.layers\.\w+` is deprecated', r'`layer\.\w+` is deprecated'):
            self._runtime.filter_warnings('ignore', message=message)
        if not self._options.strict:
            repairs.activate(self._runtime)
        if self._options.xla:
            compile_times.compile_loops(self._runtime, self._options.xla)


def _prepare_script(
    main: types.ModuleType, path: str, arguments: list[str]
) -> tuple[types.CodeType, bytes]:
    sys.argv[:] = [path, *arguments]
    file = os.path.abspath(path)
    if os.path.isdir(path) or not path.endswith('.py'):
        spec = PathFinder.find_spec('__main__', [file])
        if spec is not None:
            _put_first(file)
            return _from_spec(main, spec, file)
        if os.path.isdir(path):
            raise CannotRun(f"can't find '__main__' module in {file!r}", 1)
    _put_first(os.path.dirname(os.path.realpath(path)))
    try:
        with open(path, 'rb') as script:
            source = script.read()
    except OSError as error:
        raise CannotRun(
            f"can't open file {file!r}: [Errno {error.errno}] {error.strerror}", 2
        ) from None
    try:
        evidence.decoded(source)
    except (SyntaxError, UnicodeDecodeError):
        raise CannotRun(f'{path} {evidence.NOT_TEXT}', 1) from None
    vars(main).update(
        __cached__=None,
        __file__=file,
        __loader__=SourceFileLoader('__main__', file),
        __spec__=None,
    )
    import_hook.add_program_folder(os.path.dirname(file))
    return python2.code_of_script(source, file), source


def _prepare_module(
    main: types.ModuleType, name: str, arguments: list[str]
) -> tuple[types.CodeType, bytes]:
    sys.argv[:] = ['-m', *arguments]
    _put_first(os.getcwd())
    top = importlib.util.find_spec(name.partition('.')[0])
    if top is not None and (top.submodule_search_locations or top.origin):
        for folder in top.submodule_search_locations or [os.path.dirname(top.origin or '')]:
            import_hook.add_program_folder(folder)
    try:
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.submodule_search_locations is not None:
            package, name = name, f'{name}.__main__'
            spec = importlib.util.find_spec(name)
            if spec is None:
                raise CannotRun(
                    f'No module named {name}; {package!r} is a package and cannot be directly '
                    'executed',
                    1,
                )
    except ImportError as error:
        raise CannotRun(
            f'Error while finding module specification for {name!r} '
            f'({type(error).__name__}: {error})',
            1,
        ) from None
    if spec is None:
        raise CannotRun(f'No module named {name}', 1)
    sys.argv[0] = spec.origin or name
    return _from_spec(main, spec, spec.origin or name)


def _from_spec(main: types.ModuleType, spec: ModuleSpec, file: str) -> tuple[types.CodeType, bytes]:
    loader: Any = spec.loader
    code = loader.get_code(spec.name)
    if code is None:
        raise CannotRun(f'No code object available for {spec.name}', 1)
    file = spec.origin or file
    vars(main).update(
        __cached__=spec.cached,
        __file__=file,
        __loader__=loader,
        __package__=spec.parent,
        __spec__=spec,
    )
    return code, loader.get_data(file) if file.endswith('.py') else b''


def _put_first(folder: str) -> None:
    """Makes `folder` sys.path[0] in place of the one that Python put there for us."""
    if getattr(sys.flags, 'safe_path', False):
        return
    sys.path[0] = folder


def _fail(error: BaseException, runtime: Runtime, version: str) -> NoReturn:
    """Prints the error as Python does and raises it again, for the exit code."""
    advice = eras.advice_about(error, version)
    if advice:
        error.args = (f'{error}. {advice}',)
    _strip(error, set())
    sys.excepthook(type(error), error, error.__traceback__)
    runtime.set(sys, 'excepthook', lambda *_: None)
    raise error


_OWN_FOLDER = os.path.dirname(os.path.abspath(__file__)) + os.sep


def _strip(error: BaseException | None, seen: set[int]) -> None:
    """Takes the frames of this folder out of the tracebacks of an error and of what led to it."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    kept = []
    traceback = error.__traceback__
    while traceback is not None:
        if not traceback.tb_frame.f_code.co_filename.startswith(_OWN_FOLDER):
            kept.append(traceback)
        traceback = traceback.tb_next
    for index, one in enumerate(kept):
        one.tb_next = kept[index + 1] if index + 1 < len(kept) else None
    error.__traceback__ = kept[0] if kept else None
    for other in (error.__cause__, error.__context__, *getattr(error, 'exceptions', ())):
        _strip(other, seen)
