"""The peers, and the processes in which they run."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PEERS_FOLDER = Path(__file__).resolve().parent / 'peers'


class Peer(NamedTuple):
    """One way to run the workloads.

    Fields:
      name: Its name on the command line; what stands before the first `-` is its group.
      title: What it is, for the reader of the table.
      python: Whose interpreter runs it: `ours`, `tf1`, `tfa` or `torch`.
      arguments: What the interpreter is given.
      gpu: Whether it may use one.
    """

    name: str
    title: str
    python: str
    arguments: tuple[str, ...]
    gpu: bool = False


def _script(name: str) -> str:
    return str(PEERS_FOLDER / name)


_RUN = ('-m', 'tf_seq2seq_compat', 'run')

PEERS = [
    Peer('ours-function', 'ours, tf.function', 'ours', (_script('ours.py'),)),
    Peer('ours-jit', 'ours, jit_compile=True', 'ours', (_script('ours.py'), '--jit')),
    Peer('ours-program', 'ours, the TF1 program', 'ours', (*_RUN, _script('tf1.py'))),
    Peer('ours-xla', 'ours, it with --xla', 'ours', (*_RUN, '--xla', _script('tf1.py'))),
    Peer('tf1', 'TensorFlow 1.15.5', 'tf1', (_script('tf1.py'),)),
    Peer('addons-function', 'ours as tfa, tf.function', 'ours', (_script('tfa.py'), '--ours')),
    Peer(
        'addons-jit',
        'ours as tfa, jit_compile=True',
        'ours',
        (_script('tfa.py'), '--ours', '--jit'),
    ),
    Peer('tfa-function', 'TFA, tf.function', 'tfa', (_script('tfa.py'),)),
    Peer('tfa-jit', 'TFA, jit_compile=True', 'tfa', (_script('tfa.py'), '--jit')),
    Peer('torch-eager', 'PyTorch', 'torch', (_script('torch_peer.py'),)),
    Peer(
        'torch-compile', 'PyTorch, torch.compile', 'torch', (_script('torch_peer.py'), '--compile')
    ),
]

MACHINE = Peer('machine', 'what the machine can do', 'ours', (_script('machine.py'),))


# Variables that limit the libraries of all peers to the vector instructions of a processor. Only
# the TensorFlow of ours knows the flag of XLA; others end the process at one that they do not know.
ISAS = {
    'avx2': {
        'DNNL_MAX_CPU_ISA': 'AVX2',
        'ONEDNN_MAX_CPU_ISA': 'AVX2',
        'ATEN_CPU_CAPABILITY': 'avx2',
        'MKL_ENABLE_INSTRUCTIONS': 'AVX2',
    }
}


def isa_environment(isa: str | None, python: str) -> dict[str, str]:
    """The variables for one peer, by whose interpreter runs it."""
    if isa is None:
        return {}
    flags = [os.environ.get('XLA_FLAGS', ''), f'--xla_cpu_max_isa={isa.upper()}']
    return {**ISAS[isa], **({'XLA_FLAGS': ' '.join(flags).strip()} if python == 'ours' else {})}


class WorkerError(Exception):
    """A worker could not do what it was asked."""


class Worker:
    """A process that runs one workload in one way.

    Args:
      peer: What to start.
      python: Its interpreter.
      threads: How many threads it may use.
      log: File for what it prints.
      time_limit: Seconds that one answer may take.
      root: The checkout whose benchmarks and package run, by default this one.
      isa: One of `ISAS`: no wider vectors than it has; by default the processor's.

    Attributes:
      time_limit: As given; it can be set.
    """

    def __init__(
        self,
        peer: Peer,
        python: str,
        threads: int,
        log: Path,
        time_limit: float,
        root: Path = ROOT,
        isa: str | None = None,
    ) -> None:
        self.peer = peer
        self.time_limit = time_limit
        self._log = log.open('w')
        limits = ('BENCHMARK', 'OMP_NUM', 'MKL_NUM', 'OPENBLAS_NUM')
        self._process = subprocess.Popen(
            [python, *(one.replace(str(ROOT), str(root)) for one in peer.arguments)],
            cwd=root,
            env={
                **os.environ,
                'PYTHONPATH': os.pathsep.join(
                    filter(None, [str(root), os.environ.get('PYTHONPATH')])
                ),
                **{f'{name}_THREADS': str(threads) for name in limits},
                **({} if peer.gpu else {'CUDA_VISIBLE_DEVICES': '-1'}),
                'TF_CPP_MIN_LOG_LEVEL': '3',
                **isa_environment(isa, peer.python),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def ask(self, do: str, **arguments: Any) -> dict[str, Any]:
        """Has the worker do one thing (a method of `serving.Worker`) and returns its answer.

        Raises:
          WorkerError: If it failed, ended, or took too long.
        """
        assert self._process.stdin is not None and self._process.stdout is not None
        timer = threading.Timer(self.time_limit, self._process.kill)
        timer.start()
        try:
            self._process.stdin.write(json.dumps({'do': do, **arguments}) + '\n')
            self._process.stdin.flush()
            line = self._process.stdout.readline()
        except BrokenPipeError:
            line = ''
        finally:
            too_long = not timer.is_alive()
            timer.cancel()
        if not line:
            why = f'took more than {self.time_limit:.0f} s' if too_long else self._last_words()
            raise WorkerError(why)
        answer = json.loads(line)
        if 'error' in answer:
            raise WorkerError(answer['error'])
        return answer

    def _last_words(self) -> str:
        code = self._process.wait()
        lines = Path(self._log.name).read_text(errors='replace').strip().splitlines()
        return f'ended with exit code {code}' + (f': {lines[-1][:200]}' if lines else '')

    def close(self) -> None:
        """Ends the process."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._log):
            # What a dead worker was not sent is lost, and no matter.
            try:
                stream.close()
            except BrokenPipeError:
                continue

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
