"""Notes what a TensorFlow program does when; Python imports this first where it is on the path.

At the end the file `$BENCHMARK_EVENTS` has, as JSON, `total` (seconds since `$BENCHMARK_BEGUN`),
`peak` (bytes), and `events`: of each `Session.run`, and of each function that is called eagerly, a
key, its kind (`training`, `decoding` or neither), its end and its seconds.

It runs on Python 3.7 too.
"""

import atexit
import importlib.util
import json
import os
import resource
import sys
import time

PATH = os.environ.pop('BENCHMARK_EVENTS', None)  # children of the program are not timed
BEGUN = float(os.environ.pop('BENCHMARK_BEGUN', 0.0))
LOOPS = ('Enter', 'While', 'StatelessWhile', 'PartitionedCall', 'StatefulPartitionedCall')
NAMES = {
    'training': ('train', 'step'),
    'decoding': ('infer', 'decode', 'evaluate', 'predict', 'translate', 'generate'),
}
found = {'events': []}


def updates(operation_type):
    """Whether an optimizer makes such operations."""
    return 'Apply' in operation_type or operation_type in ('ScatterSub', 'ResourceScatterSub')


def elements(fetches):
    """The leaves of what is given to `Session.run`."""
    if isinstance(fetches, dict):
        fetches = list(fetches.values())
    if isinstance(fetches, (list, tuple)):
        return [leaf for one in fetches for leaf in elements(one)]
    return [fetches]


def kind_of(graph, fetches):
    """What the operations say that these need: `training`, `decoding` (a loop), or nothing."""
    waiting, seen, types = [], set(), set()
    for one in elements(fetches):
        try:
            element = graph.as_graph_element(one)
        except (TypeError, ValueError, KeyError):
            continue
        waiting.append(getattr(element, 'op', element))
    while waiting:
        operation = waiting.pop()
        if operation in seen:
            continue
        seen.add(operation)
        types.add(operation.type)
        waiting += [tensor.op for tensor in operation.inputs] + list(operation.control_inputs)
    if any(map(updates, types)):
        return 'training'
    return 'decoding' if types & set(LOOPS) else ''


def note(key, kind, begun):
    end = time.time()
    found['events'].append([key, kind, end - BEGUN, end - begun])


def time_sessions(module):
    run = module.BaseSession.run
    kinds = {}

    def timed(self, fetches, *arguments, **options):
        begun = time.time()
        try:
            return run(self, fetches, *arguments, **options)
        finally:
            note_run(self, fetches, begun)

    def note_run(session, fetches, begun):
        names = [getattr(one, 'name', one) for one in elements(fetches)]
        key = f'{id(session.graph)} {names}'
        now = time.time()
        if key not in kinds:
            kinds[key] = kind_of(session.graph, fetches)
        note(str(hash(key)), kinds[key], begun + time.time() - now)

    module.BaseSession.run = timed


def time_functions(module):
    call = module.Function.__call__
    inside = []

    def timed(self, *arguments, **options):
        if inside:
            return call(self, *arguments, **options)
        inside.append(self)
        begun = time.time()
        try:
            return call(self, *arguments, **options)
        finally:
            inside.pop()
            name = getattr(self.python_function, '__name__', '').lower()
            kinds = [kind for kind, parts in NAMES.items() if any(one in name for one in parts)]
            note(f'{name} {id(self)}', kinds[0] if kinds else '', begun)

    module.Function.__call__ = timed


PATCHES = {
    'tensorflow.python.client.session': time_sessions,
    'tensorflow.python.eager.polymorphic_function.polymorphic_function': time_functions,
}


class Finder:
    """Changes the modules of `PATCHES` once they are loaded."""

    def find_spec(self, name, path=None, target=None):
        if name not in PATCHES:
            return None
        sys.meta_path.remove(self)
        try:
            spec = importlib.util.find_spec(name)
        finally:
            sys.meta_path.insert(0, self)
        load = spec.loader.exec_module

        def exec_module(module):
            load(module)
            PATCHES[name](module)

        spec.loader.exec_module = exec_module
        return spec


def write():
    found['total'] = time.time() - BEGUN
    found['peak'] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    with open(PATH, 'w') as file:
        json.dump(found, file)


if PATH:
    sys.meta_path.insert(0, Finder())
    atexit.register(write)
