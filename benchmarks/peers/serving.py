"""What every worker does: hold one program, and answer requests on stdin with lines of JSON.

A peer gives `serve` a function that makes its program of a `Workload`. A program has

    load(weights)             sets the weights, arrays by name
    weights()                 returns them
    step(learning_rate)       runs once, to the end, and returns arrays by name
    profile()                 where there is one: runs once, and returns what the device did
    graph()                   where there is one: the `GraphDef` of what runs

It runs on Python 3.7 too.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
import traceback

import numpy as np

from benchmarks import workloads

# An update so large that weights before and after it show the gradient in spite of rounding.
CHECKED_LEARNING_RATE = 64.0
LEARNING_RATE = 0.01
# A round of a workload that takes less than this runs it several times.
ROUND_SECONDS = 0.3


def threads():
    """How many threads a peer may use."""
    return int(os.environ['BENCHMARK_THREADS'])


def outcome(program, workload):
    """Runs a program once from the fixed weights; returns what must agree with other peers.

    Returns:
      What `step` gives and, of training, `gradient/<weight>`: the norm of each gradient as it shows
      in the update.
    """
    before = workloads.weights(workload)
    program.load(before)
    result = {key: np.asarray(value) for key, value in program.step(CHECKED_LEARNING_RATE).items()}
    if workload.kind in ('training', 'encoder'):
        after = program.weights()
        for name in before:
            change = (before[name].astype(np.float64) - after[name]) / CHECKED_LEARNING_RATE
            result['gradient/' + name] = np.sqrt(np.sum(change**2))
        program.load(before)
    return result


def peak_memory():
    """The most memory that this process has had, in bytes."""
    kilobytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return kilobytes if sys.platform == 'darwin' else kilobytes * 1024


class Worker:
    """Answers requests; see `serve`."""

    def __init__(self, make):
        self._make = make
        self._baseline = peak_memory()
        self._workload = None
        self._program = None
        self._calls = 1

    def start(self, workload, path=None):
        """Makes the program, runs it once, and writes the outcome to the `.npz` file `path`.

        Returns:
          `first_call`: seconds of building and compiling the program and of its first call;
          `operations`: their number in the graph and its functions, if it has a graph.
        """
        self._workload = workloads.Workload(**workload)
        self._program = None  # its memory is free for the next
        begun = time.perf_counter()
        self._program = self._make(self._workload)
        built = time.perf_counter() - begun
        self._program.load(workloads.weights(self._workload))
        begun = time.perf_counter()
        self._program.step(0.0)
        first_call = built + time.perf_counter() - begun
        if path:
            np.savez(path, **outcome(self._program, self._workload))
            for _ in range(2):
                warm = self._seconds()
            self._calls = max(1, min(100, int(ROUND_SECONDS / warm)))
        answer = {'first_call': first_call}
        if hasattr(self._program, 'graph'):
            graph = self._program.graph()
            functions = (len(one.node_def) for one in graph.library.function)
            answer['operations'] = len(graph.node) + sum(functions)
        return answer

    def round(self):
        """Returns the seconds of one call, the mean over one round."""
        return {'seconds': sum(self._seconds() for _ in range(self._calls)) / self._calls}

    def profile(self):
        """Returns what `Program.profile` does, of a program that has it."""
        return self._program.profile() if hasattr(self._program, 'profile') else {}

    def memory(self):
        """Runs three more times; returns by how many bytes memory has grown since the imports."""
        for _ in range(3):
            self._program.step(LEARNING_RATE)
        return {'grown': peak_memory() - self._baseline}

    def _seconds(self):
        begun = time.perf_counter()
        self._program.step(LEARNING_RATE)
        return time.perf_counter() - begun


def serve(make):
    """Answers requests until stdin ends.

    A request is a line such as `{"do": "round"}`: a method of `Worker` and its arguments. The
    answer is a line of JSON on stdout, with `error` if it raised.

    Args:
      make: The function from a `Workload` to a program.
    """
    # What libraries print must not get in between.
    answers = os.fdopen(os.dup(1), 'w')
    os.dup2(2, 1)
    worker = Worker(make)
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(worker, request.pop('do'))(**request)
        except Exception as error:  # What a peer cannot do is a result too.
            traceback.print_exc()
            lines = str(error).strip().splitlines() or ['']
            answer = {'error': f'{type(error).__name__}: {lines[0][:300]}'}
        answers.write(json.dumps(answer) + '\n')
        answers.flush()
