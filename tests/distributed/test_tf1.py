"""TF1 programs on clusters, unmodified, against TensorFlow 1.15.5 (make.py)."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.distributed import make
from tests.distributed.cluster import Cluster, losses
from tests.tf1 import processes

pytestmark = pytest.mark.slow

PROGRAMS = Path(__file__).with_name('programs')
RECORDED = json.loads(Path(make.PATH).read_text())
WANTED = RECORDED['losses']
JOBS = {'ps': 1, 'worker': 2}


def by_runner(program, *options):
    return [
        sys.executable, '-m', 'tf_seq2seq_compat', 'run', *options, str(PROGRAMS / program)
    ]  # fmt: skip


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    monkeypatch.setenv('PYTHONPATH', processes.environment()['PYTHONPATH'])


def same(found, kind):
    np.testing.assert_allclose(found, WANTED[kind], rtol=1e-5, err_msg=kind)


def test_synchronous_kinds_have_the_losses_of_one_process():
    assert RECORDED['tensorflow'] == '1.15.5'
    for kind in ('towers', 'sync'):
        same(WANTED['local-2'], kind)
    # TF1 averages rows of sparse gradients over the workers that have them.
    assert np.abs(np.subtract(WANTED['supervisor'], WANTED['local-2'])).max() > 1e-3


@pytest.mark.parametrize(
    ('options', 'kinds'),
    [((), 'towers,sync,supervisor,async'), (('--xla',), 'sync,async')],
    ids=['plain', 'compiled'],
)
def test_kinds_between_a_parameter_server_and_two_workers(tmp_path, options, kinds):
    with Cluster(by_runner('tf1.py', *options), tmp_path, **JOBS) as cluster:
        longest = 8 if options else 0
        cluster.start_all(f'--out={tmp_path}', f'--kinds={kinds}', f'--longest={longest}')
        for task in range(2):
            cluster.ends_well('worker', task)
        for kind in kinds.replace(',async', '').split(','):
            same(losses(tmp_path, kind, 2), kind)
        assert make.end(tmp_path, 2) == pytest.approx(WANTED['async'], rel=0.15)
        assert (tmp_path / 'sync' / 'model.ckpt-20.index').exists()
        if options:
            for task in range(2):
                compiled, loops = re.search(
                    r'--xla: (\d+) of (\d+) loops compiled', cluster.log('worker', task)
                ).groups()
                assert int(compiled) == int(loops) > 0


def test_three_workers_one_killed_and_the_chief_killed(tmp_path):
    """Each goes on from where it was: the losses are those of three that nothing happened to."""
    command = by_runner('tf1.py')
    arguments = [f'--out={tmp_path}', '--replicas=3', '--kinds=sync']
    with Cluster(command, tmp_path, ps=1, worker=3) as cluster:
        dies = {('worker', 0): 10, ('worker', 1): 7}
        for job, task in [('ps', 0), *(('worker', n) for n in range(3))]:
            cluster.start_by_flags(
                job, task, *arguments, f'--die_after={dies.get((job, task), -1)}'
            )
        for task in (1, 0):
            assert cluster.wait('worker', task) == -9
            cluster.start_by_flags('worker', task, *arguments)
        for task in range(3):
            cluster.ends_well('worker', task)
        assert 'begins at step 7' in cluster.log('worker', 1)
        assert 'begins at step 10' in cluster.log('worker', 0)
    for task in range(3):
        found = {}
        for name in (f'sync-before-{task}.json', f'sync-{task}.json'):
            if (tmp_path / name).exists():
                found.update(json.loads((tmp_path / name).read_text()))
        column = [found[str(step)] for step in range(20)]
        np.testing.assert_allclose(column, np.array(WANTED['local-3'])[:, task], rtol=1e-5)


def test_estimator_trains_and_evaluates_as_tf_config_says(tmp_path):
    jobs = {'ps': 1, 'chief': 1, 'worker': 1}
    with Cluster(by_runner('estimator.py', '--xla'), tmp_path, **jobs) as cluster:
        for number, job in enumerate(['chief', 'worker', 'ps', 'evaluator']):
            cluster.start(job, 0, f'--out={tmp_path}', f'--task={number % 2}')
        cluster.ends_well('worker')
        cluster.ends_well('evaluator')
    # The chief waits two minutes for its queue runner, as in TF 1.15.5.
    same(losses(tmp_path, 'estimator', 2), 'supervisor')
    evaluated, name = json.loads((tmp_path / 'estimator' / 'evaluated.json').read_text())
    assert name == 'model.ckpt-20'
    assert 0 < evaluated < WANTED['supervisor'][0][0]


def test_faults_end_in_bounded_time(tmp_path):
    """A port in use, a worker or a chief that never comes, a parameter server that is lost."""
    with Cluster(by_runner('faults.py'), tmp_path, ps=1, worker=2) as cluster:
        cluster.start_by_flags('ps', 0, f'--out={tmp_path}')
        cluster.start_by_flags('worker', 0, f'--out={tmp_path}')
        cluster.wait_until(lambda: (tmp_path / 'lose-the-ps').exists())
        cluster.running['ps', 0].kill()
        cluster.ends_well('worker', 0)
    found = json.loads((tmp_path / 'faults.json').read_text())
    assert found['port in use'] == 'UnknownError'
    assert found['no other worker'] == 'InvalidArgumentError'
    assert found['no chief'] == 'DeadlineExceededError'
    # TF 1.15.5 waits for a server to come back, until DeadlineExceededError.
    assert found['lost'] == 'UnavailableError'
