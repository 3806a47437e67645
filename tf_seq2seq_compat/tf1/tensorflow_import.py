"""The import of TensorFlow for a program: sooner than by `import tensorflow`, and without notes.

TensorFlow ends its own import by importing Keras, which takes as long as all else and loads
whatever Keras can use (pandas, scikit-learn, matplotlib). A TF1 program uses tf-keras, if any
Keras, and whoever reads `tf.keras` gets it then. Likewise libraries that a few functions of
TensorFlow and tf-keras use are loaded when these do.

The libraries of TensorFlow write notes to the standard error as they are loaded, in the newest
versions before they read TF_CPP_MIN_LOG_LEVEL. That variable says which stay away here, 3 (all that
are not fatal) where it is not set.
"""

from __future__ import annotations

import builtins
import contextlib
import gc
import importlib
import logging
import os
import re
import sys
import tempfile
import types
from collections.abc import Iterator
from importlib.machinery import PathFinder
from typing import Any

from tf_seq2seq_compat.tf1.runtime import Runtime

LEVEL = 'TF_CPP_MIN_LOG_LEVEL'
_KERAS = ('keras.src.optimizers', 'tf_keras.src.optimizers')
_PYTHONS_IMPORT = builtins.__import__


def load(runtime: Runtime, *, verbose: bool = False) -> None:
    """Imports TensorFlow, if it is not there.

    Args:
      runtime: takes back what is changed of the environment and of logging.
      verbose: the notes are shown.

    Raises:
      ImportError: TensorFlow does not load.
    """
    if not verbose and LEVEL not in os.environ:
        runtime.set_environment(LEVEL, '3')
    level = os.environ.get(LEVEL, '')
    hidden = 'IWE'[: int(level)] if level.isdigit() and not verbose else ''
    if 'tensorflow' not in sys.modules:
        with (
            _without_notes(hidden),
            _without_collections(),
            _without_keras(),
            _by_python(),
            _without_what_few_use(),
        ):
            importlib.__import__('tensorflow')
    if 'W' in hidden:
        _hide_deprecations(runtime)
        _show_printed_logs(runtime)


def load_tf_keras() -> None:
    """Imports tf-keras, if it is there and was not imported."""
    if 'tf_keras' not in sys.modules and PathFinder.find_spec('tf_keras') is not None:
        with _by_python(), _without_what_few_use():
            importlib.import_module('tf_keras')


@contextlib.contextmanager
def _without_what_few_use() -> Iterator[None]:
    """Has libraries be loaded when TensorFlow or tf-keras first reads from them.

    They take as long as all else of tf-keras, and serve training on data frames and sparse
    matrices, changes of images, files of Keras, and questions to a cloud.
    """
    later = [_Later(name, _path(name)) for name in _USED_BY_FEW if name not in sys.modules]
    later = [each for each in later if each.__path__]
    sys.modules.update({each.__name__: each for each in later})
    try:
        yield
    finally:
        for each in later:
            each._give_way()


_USED_BY_FEW = ('h5py', 'pandas', 'requests', 'scipy.linalg', 'scipy.ndimage', 'scipy.sparse')


def _path(package: str) -> list[str]:
    """The folders of a package that is not loaded; none if it is not installed."""
    path: list[str] | None = None
    names = package.split('.')
    for end in range(1, len(names) + 1):
        spec = PathFinder.find_spec('.'.join(names[:end]), path)
        path = list((spec and spec.submodule_search_locations) or ())
    return path or []


class _Later(types.ModuleType):
    """Stands for a package until something is read from it, which loads it.

    Args:
      name: the name of the package.
      path: its folders, in which its modules are found.
    """

    def __init__(self, name: str, path: list[str]) -> None:
        super().__init__(name)
        self.__path__ = path
        if name == 'scipy.sparse':
            self.issparse = _is_sparse

    def __getattr__(self, name: str) -> Any:
        self._give_way()
        return getattr(importlib.import_module(self.__name__), name)

    def _give_way(self) -> None:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]


def _is_sparse(value: object) -> bool:
    sparse = sys.modules.get('scipy.sparse')  # else there is no sparse matrix
    return sparse is not None and sparse.issparse(value)


def load_keras() -> None:
    """Does what TensorFlow's own import does at its end."""
    legacy = os.environ.get('TF_USE_LEGACY_KERAS') in ('true', 'True', '1')
    with contextlib.suppress(ImportError, AttributeError):
        importlib.import_module(_KERAS[legacy])


@contextlib.contextmanager
def _by_python() -> Iterator[None]:
    """In this context imports are not asked who makes them: thousands, all by libraries."""
    hook = builtins.__import__
    builtins.__import__ = _PYTHONS_IMPORT
    try:
        yield
    finally:
        builtins.__import__ = hook


@contextlib.contextmanager
def _without_keras() -> Iterator[None]:
    """Has the import of Keras fail, which TensorFlow then does without."""
    absent = [name for name in _KERAS if name not in sys.modules]
    refused: dict[str, Any] = dict.fromkeys(absent)
    sys.modules.update(refused)
    try:
        yield
    finally:
        for name in absent:
            if sys.modules.get(name, ...) is None:
                del sys.modules[name]


@contextlib.contextmanager
def _without_collections() -> Iterator[None]:
    """Collects no garbage meanwhile, and none later of what is there then.

    The half million objects of TensorFlow live as long as the process. To look at them costs each
    full collection a part of a second, and the end of the process more than one.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if enabled:
            gc.enable()


# A note of TensorFlow's libraries, by absl or in its own older form, and what stands around it.
_NOTE = re.compile(rb'(?:(\w)\d{4} [\d:. ]+|\d{4}-\d\d-\d\d [\d:.]+: (\w) )\S+:\d+\] ')
_AROUND = (b'WARNING: All log messages before absl::', b'To enable the following instructions: ')


def shown(lines: bytes, hidden: str) -> bytes:
    """What is left of lines on the standard error without TensorFlow's notes.

    Args:
      lines: What was written.
      hidden: The severities to leave out, of 'IWE'.
    """
    kept = []
    for line in lines.splitlines(keepends=True):
        note = _NOTE.match(line)
        severity = (note[1] or note[2]).decode() if note else ''
        if not (hidden and line.startswith(_AROUND) or (severity and severity in hidden)):
            kept.append(line)
    return b''.join(kept)


@contextlib.contextmanager
def _without_notes(hidden: str) -> Iterator[None]:
    """Keeps what is written to the standard error, by Python or not, until the end, then filters.

    Should the process crash meanwhile, Python's own report of that goes where it belongs.
    """
    try:
        terminal = os.dup(2) if hidden else None
    except OSError:  # closed
        terminal = None
    if terminal is None:
        yield
        return
    import faulthandler

    with tempfile.TemporaryFile() as written:
        reports = not faulthandler.is_enabled()
        if reports:
            faulthandler.enable(terminal)
        with contextlib.suppress(AttributeError, OSError, ValueError):
            sys.stderr.flush()
        os.dup2(written.fileno(), 2)
        try:
            yield
        finally:
            with contextlib.suppress(AttributeError, OSError, ValueError):
                sys.stderr.flush()
            os.dup2(terminal, 2)
            if reports:
                faulthandler.disable()
            os.close(terminal)
            written.seek(0)
            kept = memoryview(shown(written.read(), hidden))
            while kept:
                kept = kept[os.write(2, kept) :]


_DEPRECATED = re.compile(r'From %s: (?:calling )?%s|From %s: The name %s is deprecated')


def _is_of_the_program(record: logging.LogRecord) -> bool:
    """False for the advice to leave a name of TensorFlow, which is why the program is run here."""
    if not (_DEPRECATED.match(str(record.msg)) and 'deprecated' in str(record.msg)):
        return True
    where = record.args[2] if '(from %s)' in str(record.msg) and len(record.args or ()) > 2 else ''  # type: ignore[index]
    libraries = ('', 'tensorflow', 'tf_keras', 'keras', 'tf_slim', 'tensorflow_estimator')
    return str(where).partition('.')[0] not in libraries


def _hide_deprecations(runtime: Runtime) -> None:
    logger = logging.getLogger('tensorflow')
    if _is_of_the_program not in logger.filters:
        logger.addFilter(_is_of_the_program)
        runtime.undo_by(lambda: logger.removeFilter(_is_of_the_program))


def _show_printed_logs(runtime: Runtime) -> None:
    """What the program prints to TensorFlow's log by tf.print still goes to the standard error."""
    import tensorflow as tf

    log = tf.compat.v1.logging
    levels = {log.INFO, log.WARN, log.ERROR}
    functions = {log.info, log.warn, log.warning, log.error}
    functions |= {logging.info, logging.warning, logging.error}
    tensorflow_print = tf.compat.v1.print

    def to_standard_error(*inputs: Any, **arguments: Any) -> Any:
        stream = arguments.get('output_stream')
        if (isinstance(stream, int) and stream in levels) or (
            callable(stream) and stream in functions
        ):
            arguments['output_stream'] = sys.stderr
        return tensorflow_print(*inputs, **arguments)

    runtime.set(importlib.import_module('tensorflow.compat.v1'), 'print', to_standard_error)
