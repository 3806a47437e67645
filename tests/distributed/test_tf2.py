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


def read(folder, kind, compiled=0, task=0):
    found = json.loads((folder / f'{kind}-{compiled}-{task}.json').read_text())
    return list(found.values()) if isinstance(found, dict) else found


def same(found, wanted, **tolerance):
    np.testing.assert_allclose(found, wanted, **{'rtol': 1e-5, **tolerance})


def test_strategies_of_one_process(tmp_path):
    """Two devices: layers, compiled, and a GraphModel; accumulated gradients; batches that do
    not divide; Keras's fit, which is also killed and started again.
    """
    kinds = 'plain+,fit,uneven,accumulated,graph_model,one_fit,one_uneven,backed_up'
    arguments = [f'--out={tmp_path}', '--steps=10']
    with cluster_of(tmp_path, local=1) as cluster:
        cluster.start('local', 0, *arguments, f'--kinds={kinds}', '--die_before=backed_up:3')
        assert cluster.wait('local') == -signal.SIGKILL
        cluster.start('local', 0, *arguments, '--kinds=backed_up')
        cluster.ends_well('local')
    wanted = WANTED['local-2'][:10]
    for kind, compiled in [('plain', 1), ('graph_model', 0)]:
        same(read(tmp_path, kind, compiled), wanted)
    same(read(tmp_path, 'uneven'), read(tmp_path, 'one_uneven'))
    same(np.mean(read(tmp_path, 'accumulated'), 1), np.mean(WANTED['local-4'], 1)[:10])
    same(read(tmp_path, 'fit'), read(tmp_path, 'one_fit'))
    same(read(tmp_path, 'backed_up'), read(tmp_path, 'one_fit')[3:])


def test_multi_worker_strategy_with_two_processes(tmp_path):
    kinds = '--kinds=one_uneven,one_fit,plain+,uneven,graph_model,fit'
    arguments = [f'--out={tmp_path}', '--strategy=multiworker', kinds]
    with cluster_of(tmp_path, worker=2) as cluster:
        for task in range(2):
            # Keras 3's fit does not take this strategy, whatever the model.
            cluster.start('worker', task, *arguments, TF_USE_LEGACY_KERAS='1')
        for task in range(2):
            cluster.ends_well('worker', task)
    for task in range(2):
        for kind, compiled in [('plain', 1), ('graph_model', 0)]:
            same(read(tmp_path, kind, compiled, task), WANTED['local-2'])
        for kind in ('uneven', 'fit'):
            same(read(tmp_path, kind, 0, task), read(tmp_path, f'one_{kind}'))


def test_three_processes_one_is_killed_and_all_go_on(tmp_path):
    """The others end with an error; started again, the losses are as if nothing had happened."""
    arguments = [f'--out={tmp_path}', '--strategy=multiworker', '--save_every=5']
    arguments += ['--bucket=4']  # Batches have different lengths.
    with cluster_of(tmp_path, worker=3) as cluster:
        for task in range(3):
            dying = '--die_before=run:12' if task == 1 else '--die_before='
            cluster.start('worker', task, *arguments, dying)
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
    same(read(tmp_path, 'plain'), WANTED['local-3'][10:])


def test_parameter_servers_with_a_coordinator(tmp_path):
    """Both workers are killed and started again, then the parameter server is killed.

    Steps one by one have the losses of one process: also when the worker that was killed had
    nothing to do. TensorFlow promises that every step is made, and may make twice those that the
    killed worker had begun: one here.
    """
    with cluster_of(tmp_path, ps=1, worker=2, chief=1) as cluster:
        start = [f'--out={tmp_path}', '--strategy=parameter_server']
        for job, task in [('ps', 0), ('worker', 0), ('worker', 1), ('chief', 0)]:
            cluster.start(job, task, *start)

        def answer(question, action):
            cluster.wait_until((tmp_path / question).exists)
            action()
            (tmp_path / question).unlink()

        def kill(job, task):
            cluster.running[job, task].kill()
            assert cluster.wait(job, task) == -signal.SIGKILL

        def restart(task):
            kill('worker', task)
            (tmp_path / f'worker-{task}.log').unlink()
            cluster.start('worker', task, *start)

        def made_steps(task):
            cluster.wait_until(lambda: 'step' in cluster.log('worker', task))

        for task in (1, 0):
            answer(f'kill worker {task}', lambda task=task: restart(task))
            answer(f'see worker {task}', lambda task=task: made_steps(task))
        answer('kill the server', lambda: kill('ps', 0))
        cluster.ends_well('chief')
    found = json.loads((tmp_path / 'parameter_server-0-0.json').read_text())
    for kind in ('plain', 'loops'):
        same(found[kind], WANTED['local-1'])
    assert found['outcomes'] == ['']  # All loops were compiled.
    error, message = found['refused']
    assert error == 'InvalidArgumentError'
    assert 'Trying to access resource' in message and 'located in device' in message
    assert found['scheduled'] <= found['made'] <= found['scheduled'] + 1
    assert 0 < found['last'] < 1.15 * WANTED['async-2']
    assert found['lost'] == 'UnavailableError'
