"""The report of `run --xla`: which loops were compiled, and whether that saved time."""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, TextIO

from tf_seq2seq_compat.tf1.runtime import Runtime

if TYPE_CHECKING:
    import tensorflow as tf

# A run of a session with the same fetches takes much longer than others only if XLA compiles.
_MANY_TIMES = 3
_SECONDS = 0.3
# Compiled loops are faster by tenths, seldom by a multiple.
_WORTH = 0.25


class CompileTimes:
    """Times each run of every session, in the process that calls `watch`."""

    def __init__(self) -> None:
        self._seconds: dict[object, list[float]] = {}
        self._process: int | None = None

    def watch(self, runtime: Runtime) -> None:
        """Times sessions until the runtime is closed."""
        from tensorflow.python.client import session  # the class of all sessions has no public name

        self._process = os.getpid()
        run = session.BaseSession.run

        def timed(this: tf.compat.v1.Session, fetches: Any, *args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            result = run(this, fetches, *args, **kwargs)
            self.add((id(this.graph), *_names(fetches)), time.perf_counter() - start)
            return result

        runtime.set(session.BaseSession, 'run', timed)

    def add(self, what: object, seconds: float) -> None:
        """Notes that a run took so long; `what` tells runs that can be compared."""
        self._seconds.setdefault(what, []).append(seconds)

    def compiling(self) -> tuple[float, float]:
        """How many seconds compiling took, about, and how many all else that sessions did."""
        all_of_them = [seconds for runs in self._seconds.values() for seconds in runs]
        compiling = 0.0
        for runs in self._seconds.values():
            usual = statistics.median(runs)
            compiling += sum(s - usual for s in runs if s > _MANY_TIMES * usual + _SECONDS)
        return compiling, sum(all_of_them) - compiling

    def message(self, loops: Mapping[str, int]) -> str:
        """The message.

        Args:
          loops: How many loops there are, by the reason why they are not compiled, `''` for those
            that are.
        """
        compiled = loops.get('', 0)
        lines = [f'tf-seq2seq-compat: --xla: {compiled} of {sum(loops.values())} loops compiled']
        lines += [f'{n} not, as {reason}' for reason, n in loops.items() if reason]
        compiling, rest = self.compiling()
        if compiling > 0.05:
            lines.append(f'about {compiling:.1f} s went into compiling, {rest:.1f} s into steps')
        if not compiled:
            lines.append('it is not worth it here')
        elif compiling > _WORTH * rest:
            lines.append('it was not worth it: train for longer, or pad batches to fewer shapes')
        return ';\n  '.join(lines)

    def report(self, loops: Mapping[str, int], stream: TextIO | None = None) -> None:
        """Writes the message, in the process that was watched; to `sys.stderr` by default."""
        stream = stream or sys.__stderr__
        if stream is not None and os.getpid() == self._process:
            print(self.message(loops), file=stream, flush=True)


def _names(fetches: Any) -> Iterator[str]:
    """What a session is asked for. Monitored sessions have hooks for keys."""
    if isinstance(fetches, Mapping):
        fetches = list(fetches.values())
    if isinstance(fetches, list | tuple):
        for each in fetches:
            yield from _names(each)
    else:
        yield str(getattr(fetches, 'name', fetches))


_TIMES = CompileTimes()


def compile_loops(runtime: Runtime, wanted: bool | str = True) -> None:
    """Has XLA compile the loops of this process, and times its sessions, until the runtime is
    closed.

    Args:
      runtime: The runtime.
      wanted: As for `loop_compilation.compile_loops`.
    """
    from tf_seq2seq_compat.core import loop_compilation

    loop_compilation.compile_loops(wanted)
    runtime.undo_by(lambda: loop_compilation.compile_loops(False))
    _TIMES.watch(runtime)


def report() -> None:
    """Says what was compiled, if anything was to be."""
    module = sys.modules.get('tf_seq2seq_compat.core.loop_compilation')
    if module is not None:
        _TIMES.report(module.OUTCOMES)
