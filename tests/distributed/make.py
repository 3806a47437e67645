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


def end(folder, tasks):
    """The mean of the last twenty losses of all workers that trained asynchronously."""
    found = []
    for task in range(tasks):
        with open(os.path.join(folder, 'async-%d.json' % task)) as file:
            found.append(list(json.load(file).values()))
    last = [loss for one in found for loss in one[-20:]]
    return sum(last) / len(last)


def record():
    """All that is compared with."""
    out = tempfile.mkdtemp()
    found = {}
    for replicas in (1, 2, 3, 4):
        subprocess.check_call([sys.executable, PROGRAM, '--replicas=%d' % replicas, '--out=' + out])
        found['local-%d' % replicas] = cluster.losses(out, 'local-%d' % replicas, replicas)
    jobs = {'ps': 1, 'worker': 2}
    with cluster.Cluster([sys.executable, PROGRAM], out, **jobs) as processes:
        processes.start_all('--out=' + out, '--kinds=towers,sync,supervisor,async')
        for task in range(2):
            processes.ends_well('worker', task)
    for kind in ('towers', 'sync', 'supervisor'):
        found[kind] = cluster.losses(out, kind, 2)
    found['async'] = end(out, 2)
    return found


def main():
    found = record()
    if sys.argv[1:] == ['--check']:
        import numpy as np

        with open(PATH) as file:
            committed = json.load(file)['losses']
        assert sorted(committed) == sorted(found)
        for kind in found:
            tolerance = 0.15 if kind == 'async' else 1e-5
            np.testing.assert_allclose(found[kind], committed[kind], rtol=tolerance, err_msg=kind)
        return print('the same')
    import tensorflow as tf

    with open(PATH, 'w') as file:
        json.dump({'tensorflow': tf.__version__, 'losses': found}, file, indent=0, sort_keys=True)
        file.write('\n')


if __name__ == '__main__':
    main()
