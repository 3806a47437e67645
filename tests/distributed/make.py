"""Records losses.json with TensorFlow 1.15.5: python3.7 tests/distributed/make.py

Also whether the same holds: `--check`. Asynchronous losses differ from run to run: of these the
mean of the last ones is recorded.
"""

import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import cluster  # noqa: E402

PATH = os.path.join(HERE, 'losses.json')
PROGRAM = os.path.join(HERE, 'programs', 'tf1.py')
ESTIMATOR = os.path.join(HERE, 'programs', 'estimator.py')


def end(folder, tasks):
    """The mean of the last twenty losses of all workers that trained asynchronously."""
    found = []
    for task in range(tasks):
        with open(os.path.join(str(folder), 'async-%d.json' % task)) as file:
            found.append(list(json.load(file).values()))
    last = [loss for one in found for loss in one[-20:]]
    return sum(last) / len(last)


def by_workers(count, kinds):
    """Trains by a parameter server and so many workers; the folder of what they wrote."""
    out = tempfile.mkdtemp()
    with cluster.Cluster([sys.executable, PROGRAM], out, ps=1, worker=count) as processes:
        processes.start_all('--out=' + out, '--replicas=%d' % count, '--kinds=' + kinds)
        for task in range(count):
            processes.ends_well('worker', task)
    return out


def by_estimator():
    """The same by an Estimator, without its evaluator and the end of its chief."""
    out = tempfile.mkdtemp()
    jobs = {'ps': 1, 'chief': 1, 'worker': 1}
    with cluster.Cluster([sys.executable, ESTIMATOR], out, **jobs) as processes:
        for job, task in (('ps', 0), ('chief', 0), ('worker', 1)):
            processes.start(job, 0, '--out=' + out, '--task=%d' % task, '--longest=8')
        processes.ends_well('worker')
        written = os.path.join(out, 'estimator-0.json')
        processes.wait_until(lambda: os.path.exists(written))
    return cluster.losses(out, 'estimator', 2)


def record():
    """All that is compared with."""
    found = {}
    for replicas in (1, 2, 3, 4):
        out = tempfile.mkdtemp()
        subprocess.check_call([sys.executable, PROGRAM, '--replicas=%d' % replicas, '--out=' + out])
        found['local-%d' % replicas] = cluster.losses(out, 'local-%d' % replicas, replicas)
    out = by_workers(2, 'towers,sync,supervisor,async')
    for kind in ('towers', 'sync', 'supervisor'):
        found[kind] = cluster.losses(out, kind, 2)
    found['async-2'] = end(out, 2)
    found['async-3'] = end(by_workers(3, 'async'), 3)
    found['estimator'] = by_estimator()
    return found


def main():
    found = record()
    if sys.argv[1:] == ['--check']:
        import numpy as np

        with open(PATH) as file:
            committed = json.load(file)['losses']
        assert sorted(committed) == sorted(found)
        for kind in found:
            tolerance = 0.15 if kind.startswith('async') else 1e-5
            np.testing.assert_allclose(found[kind], committed[kind], rtol=tolerance, err_msg=kind)
        return print('the same')
    import tensorflow as tf

    with open(PATH, 'w') as file:
        json.dump({'tensorflow': tf.__version__, 'losses': found}, file, indent=0, sort_keys=True)
        file.write('\n')


if __name__ == '__main__':
    main()
