"""Strategies of TensorFlow 2: the losses of one process on the union of the batches."""

import json
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.distributed import make
from tests.distributed.cluster import Cluster
from tests.tf1 import processes

pytestmark = pytest.mark.slow

PROGRAM = Path(__file__).with_name('programs') / 'tf2.py'
WANTED = json.loads(Path(make.PATH).read_text())['losses']


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    monkeypatch.setenv('PYTHONPATH', processes.environment()['PYTHONPATH'])


def cluster_of(folder, **jobs):
    return Cluster([sys.executable, str(PROGRAM)], folder, **jobs)


def read(folder, kind, compiled, task=0):
    found = json.loads((folder / f'{kind}-{compiled}-{task}.json').read_text())
    return list(found.values()) if isinstance(found, dict) else found


def same(found, wanted, **tolerance):
    np.testing.assert_allclose(found, wanted, **{'rtol': 1e-5, **tolerance})


def trained(folder, jobs, arguments):
    """Runs all processes of a cluster to their end."""
    with cluster_of(folder, **jobs) as cluster:
        for job, addresses in cluster.addresses.items():
            for each in range(len(addresses)):
                cluster.start(job, each, f'--out={folder}', *arguments)
        for job in {'chief'} & set(jobs) or jobs:
            for each in range(jobs[job]):
                cluster.ends_well(job, each)


@pytest.fixture(scope='module')
def one(tmp_path_factory):
    """The same by one replica: batches that do not divide, and Keras's fit."""
    folder = tmp_path_factory.mktemp('one')
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv('PYTHONPATH', processes.environment()['PYTHONPATH'])
        arguments = ['--strategy=one', '--kinds=uneven,fit', '--steps=10']
        trained(folder, jobs={'local': 1}, arguments=arguments)
    return folder


def test_mirrored_strategy(tmp_path, one):
    """Two devices: layers, compiled, and a GraphModel; accumulated gradients; fit."""
    kinds = '--kinds=plain+,fit,uneven,accumulated,graph_model'
    trained(tmp_path, jobs={'local': 1}, arguments=[kinds, '--steps=10'])
    wanted = WANTED['local-2'][:10]
    for kind, compiled in [('plain', 1), ('graph_model', 0)]:
        same(read(tmp_path, kind, compiled), wanted)
    same(read(tmp_path, 'uneven', 0), read(one, 'uneven', 0))
    same(np.mean(read(tmp_path, 'accumulated', 0), 1), np.mean(WANTED['local-4'], 1)[:10])
    same(read(tmp_path, 'fit', 0), read(one, 'fit', 0))


def test_multi_worker_strategy_with_two_processes(tmp_path, one):
    kinds = '--kinds=plain+,plain,uneven,graph_model'
    arguments = ['--strategy=multiworker', kinds, '--bucket=4']  # of different lengths
    trained(tmp_path, jobs={'worker': 2}, arguments=arguments)
    for task in range(2):
        for kind, compiled in [('plain', 0), ('plain', 1), ('graph_model', 0)]:
            same(read(tmp_path, kind, compiled, task), WANTED['local-2'])
        same(read(tmp_path, 'uneven', 0, task), read(one, 'uneven', 0))


def test_three_processes_one_is_killed_and_all_go_on(tmp_path):
    """The others end with an error; started again, the losses are as if nothing had happened."""
    arguments = [f'--out={tmp_path}', '--strategy=multiworker', '--save_every=5']
    with cluster_of(tmp_path, worker=3) as cluster:
        for task in range(3):
            cluster.start('worker', task, *arguments, f'--die_after={12 if task == 1 else -1}')
        assert cluster.wait('worker', 1) == -signal.SIGKILL
        for task in (0, 2):
            assert cluster.wait('worker', task) not in (0, -signal.SIGKILL)
            assert 'UnavailableError' in cluster.log('worker', task)
    with cluster_of(tmp_path, worker=3) as cluster:
        for task in range(3):
            cluster.start('worker', task, *arguments)
        for task in range(3):
            cluster.ends_well('worker', task)
            assert 'begins at step 10' in cluster.log('worker', task)
    same(read(tmp_path, 'plain', 0), WANTED['local-3'][10:])


def test_parameter_servers_with_a_coordinator(tmp_path):
    """One batch after the other, by whichever worker: the losses of one process."""
    arguments = ['--strategy=parameter_server', '--bucket=4']
    trained(tmp_path, jobs={'ps': 1, 'worker': 2, 'chief': 1}, arguments=arguments)
    same(read(tmp_path, 'parameter_server', 0), WANTED['local-1'])


def test_backup_and_restore(tmp_path, one):
    """A process of Keras's fit is killed, and started again."""
    arguments = ['--kinds=fit', '--steps=10', '--save_every=1']
    with cluster_of(tmp_path, local=1) as cluster:
        cluster.start('local', 0, f'--out={tmp_path}', *arguments, '--die_after=3')
        assert cluster.wait('local') == -signal.SIGKILL
        cluster.start('local', 0, f'--out={tmp_path}', *arguments)
        cluster.ends_well('local')
    same(read(tmp_path, 'fit', 0), read(one, 'fit', 0)[3:])
