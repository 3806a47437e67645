"""The command line `tf-seq2seq-compat doctor`: whether what is installed works."""

from __future__ import annotations

import argparse
import functools
import importlib.metadata
import os
import platform
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from tf_seq2seq_compat.terminal import (
    JSON_HELP,
    PROGRAM,
    Commands,
    add_command,
    coloured,
    install_words,
    write_json,
)

EPILOG = """\
The numbers of a GRU, of a loss and of the paths of beam search are compared with NumPy's, in a
session, in eager mode and compiled by XLA.

exit code: 0 all is well (extras may be missing), 1 something is wrong, 2 wrong usage.
"""

_MODULES = ('tensorflow', 'tf_keras', 'keras', 'tf_slim', 'tensorflow_estimator', 'numpy')
_FOR_USERS = ('plotting', 'migration', 'notebook', 'onnx', 'completion', 'removed-modules')
_TOLERANCE = 1e-5


class Check(NamedTuple):
    """Something that was looked at.

    Fields:
      subject: What.
      found: What was found, in words.
      status: 'ok', 'missing' (something can be added) or 'wrong'.
      advice: What to do.
    """

    subject: str
    found: str
    status: str = 'ok'
    advice: str = ''


def add(to: Commands) -> None:
    """Adds `doctor`."""
    parser = add_command(
        to,
        'doctor',
        'say whether what is installed works, and what is missing',
        _run,
        epilog=EPILOG,
    )
    parser.add_argument('--json', action='store_true', help=JSON_HELP)


def _run(options: argparse.Namespace) -> int:
    checks = examine()
    if options.json:
        write_json([each._asdict() for each in checks])
    else:
        for each in checks:
            colour = {'ok': 'green', 'missing': 'yellow', 'wrong': 'red'}[each.status]
            mark = coloured(f'{each.status:8}', colour, sys.stdout)
            print(f'{mark}{each.subject:21} {each.found}')
            if each.advice:
                print(f'{"":30}{each.advice}')
    return int(any(each.status == 'wrong' for each in checks))


def examine() -> list[Check]:
    """Looks at the versions, the devices, the extras, and the numbers of small computations.

    Returns:
      The checks, in the order in which they are listed.

    Example:
      >>> from tf_seq2seq_compat import doctor
      >>> [check.subject for check in doctor.examine() if check.status == 'wrong']
      []
    """
    import tf_seq2seq_compat

    distributions = importlib.metadata.packages_distributions()
    checks = [
        Check(PROGRAM, tf_seq2seq_compat.__version__),
        Check('Python', f'{platform.python_version()}, {platform.platform()}'),
        *(_version(name, distributions) for name in _MODULES),
    ]
    checks.append(_attempt('TensorFlow loads', _load))
    if checks[-1].status == 'ok':
        checks += [
            _attempt('devices', _devices),
            *(_attempt(f'numbers, {path}', functools.partial(_numbers, path)) for path in _PATHS),
        ]
    return [*checks, *(_extra(name) for name in _FOR_USERS)]


def _version(module: str, distributions: Mapping[str, list[str]]) -> Check:
    """The version of whichever distribution provides a module."""
    for each in distributions.get(module, ()):
        version = importlib.metadata.version(each)
        found = version if each.replace('-', '_') == module else f'{version} ({each})'
        for needed in _requirements():
            is_it = needed.name.replace('-', '_') == module and needed.marker is None
            if is_it and not needed.specifier.contains(version, prereleases=True):
                return Check(module, found, 'wrong', f"pip install '{needed}'")
        return Check(module, found)
    if module == 'keras':  # which tf-keras does without
        return Check(module, 'not installed', 'missing')
    return Check(module, 'not installed', 'wrong', f'pip install --upgrade {PROGRAM}')


def _requirements() -> list[Any]:
    try:
        from packaging.requirements import Requirement

        return [Requirement(each) for each in importlib.metadata.requires(PROGRAM) or ()]
    except (ImportError, importlib.metadata.PackageNotFoundError):  # run from its sources
        return []


def _extra(name: str) -> Check:
    def applies(each: Any, extra: str) -> bool:
        return each.marker is not None and each.marker.evaluate({'extra': extra})

    asked = [each for each in _requirements() if applies(each, name) and not applies(each, '')]
    absent = []
    for each in asked:
        try:
            importlib.metadata.version(each.name)
        except importlib.metadata.PackageNotFoundError:
            absent.append(each.name)
    subject = f'extra {name}'
    if absent:
        return Check(subject, f'without {", ".join(absent)}', 'missing', install_words(name))
    return Check(subject, 'installed' if asked else 'nothing to install')


def _attempt(subject: str, look: Callable[[], str]) -> Check:
    try:
        return Check(subject, look())
    except Exception as error:  # Whatever does not work is what is looked for.
        return Check(subject, f'{type(error).__name__}: {str(error).splitlines()[:1]}', 'wrong')


def _load() -> str:
    from tf_seq2seq_compat.tf1 import tensorflow_import
    from tf_seq2seq_compat.tf1.runtime import Runtime

    start = time.perf_counter()
    with Runtime() as runtime:
        tensorflow_import.load(runtime)
    return f'in {time.perf_counter() - start:.1f} s'


def _devices() -> str:
    import tensorflow as tf

    found = tf.config.list_physical_devices()
    gpus = [each for each in found if each.device_type == 'GPU']
    built = 'built for GPUs' if tf.test.is_built_with_cuda() else 'built for CPUs only'
    names = [
        tf.config.experimental.get_device_details(each).get('device_name', each.name)
        for each in gpus
    ]
    return f'{os.cpu_count()} CPU cores, {", ".join(names) or "no GPU"}; {built}'


_PATHS = ('session', 'eager', 'XLA')


def _numbers(path: str) -> str:
    """Compares small computations on a path with NumPy's."""
    import numpy as np
    import tensorflow as tf

    import tf_seq2seq_compat as seq2seq

    inputs, logits, targets = _waves(2, 5, 3), _waves(2, 5, 7), np.arange(10).reshape(2, 5) % 7

    def results(cell: Any) -> tuple[Any, ...]:
        outputs, _ = seq2seq.dynamic_rnn(cell, tf.constant(inputs), dtype=tf.float32)
        loss = seq2seq.sequence_loss(tf.constant(logits), tf.constant(targets), tf.ones([2, 5]))
        steps, parents = [[[2, 3]], [[4, 5]]], [[[0, 0]], [[1, 0]]]
        return outputs, loss, seq2seq.gather_tree(steps, parents, [2], 9)

    def cell() -> Any:
        return seq2seq.GRUCell(4, kernel_initializer=lambda shape, *_, **__: _waves(*shape))

    if path == 'session':
        with tf.Graph().as_default() as graph, tf.compat.v1.Session(graph=graph) as session:
            tensors = results(cell())
            session.run(tf.compat.v1.global_variables_initializer())
            found = session.run(tensors)
    else:
        compiled = path == 'XLA'
        found = tf.function(results, jit_compile=True)(cell()) if compiled else results(cell())
    gru, state = [], np.zeros([2, 4])
    for now in np.swapaxes(inputs, 0, 1):
        gates = 1 / (1 + np.exp(-(np.concatenate([now, state], 1) @ _waves(7, 8) + 1)))
        reset, update = np.split(gates, 2, axis=1)
        new = np.tanh(np.concatenate([now, reset * state], 1) @ _waves(7, 4))
        state = update * state + (1 - update) * new
        gru.append(state)
    likely = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    loss = -np.take_along_axis(likely, targets[..., None], -1).mean()
    wanted = np.stack(gru, 1), loss, [[[3, 2]], [[4, 5]]]
    far = max(
        np.abs(np.asarray(a) - np.asarray(b)).max() for a, b in zip(found, wanted, strict=True)
    )
    if not far < _TOLERANCE:
        raise ArithmeticError(f'they are {far:.3g} from those of NumPy')
    return f'within {far:.1g} of NumPy'


def _waves(*shape: int) -> Any:
    """Numbers that look like weights."""
    import numpy as np

    return np.sin(np.arange(np.prod(shape), dtype='f') * 1.7).reshape([int(n) for n in shape])
