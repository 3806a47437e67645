"""TF1 programs on clusters, unmodified, against TensorFlow 1.15.5 (make.py)."""

import json
import re
import signal
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


def by_runner(program, compiled=()):
    """What starts a program in a process; in those of `compiled`, jobs and tasks, with --xla."""

    def words(job, task):
        options = ['--xla'] if (job, task) in compiled else []
        run = [sys.executable, '-m', 'tf_seq2seq_compat', 'run']
        return [*run, *options, str(PROGRAMS / program)]

    return words


@pytest.fixture(autouse=True)
def importable(monkeypatch):
    monkeypatch.setenv('PYTHONPATH', processes.environment()['PYTHONPATH'])


def same(found, kind):
    np.testing.assert_allclose(found, WANTED[kind], rtol=1e-5, err_msg=kind)


def converged(end, kind):
    """Asynchronous losses differ from run to run; a worker that was killed also trains longer."""
    first = WANTED['local-1'][0][0]
    least = 0.7 * (first - WANTED[kind])
    assert WANTED[kind] / 2 < end < first - least, (end, WANTED[kind])


def all_compiled(log):
    """Whether a process has compiled all its loops."""
    compiled, loops = re.search(r'--xla: (\d+) of (\d+) loops compiled', log).groups()
    return int(compiled) == int(loops) > 0


def begun(log, kind):
    """The step at which a process that was started again has gone on."""
    return int(re.findall(rf'\b{kind} begins at step (\d+)', log)[-1])


def last_saved(folder):
    """The step of the last checkpoint."""
    return int(re.search(r'model.ckpt-(\d+)"', (folder / 'checkpoint').read_text()).group(1))


def test_synchronous_kinds_have_the_losses_of_one_process():
    assert RECORDED['tensorflow'] == '1.15.5'
    for kind in ('towers', 'sync'):
        same(WANTED['local-2'], kind)
    # TF1 averages rows of sparse gradients over the workers that have them.
    assert np.abs(np.subtract(WANTED['supervisor'], WANTED['local-2'])).max() > 1e-3


def test_kinds_between_a_parameter_server_and_two_workers(tmp_path):
    kinds = ['towers', 'sync', 'supervisor']
    with Cluster(by_runner('tf1.py'), tmp_path, ps=1, worker=2) as cluster:
        cluster.start_all(f'--out={tmp_path}', f'--kinds={",".join(kinds)},async')
        for task in range(2):
            cluster.ends_well('worker', task)
    for kind in kinds:
        same(losses(tmp_path, kind, 2), kind)
    converged(make.end(tmp_path, 2), 'async-2')
    assert (tmp_path / 'sync' / 'model.ckpt-20.index').exists()


def test_three_workers_are_killed_and_one_is_compiled(tmp_path):
    """All go on: a chief from its last checkpoint, others with what the parameter server has.

    The synchronous losses are those of three that nothing happened to.
    """
    arguments = [f'--out={tmp_path}', '--replicas=3', '--longest=8']
    command = by_runner('tf1.py', {('worker', 2)})
    with Cluster(command, tmp_path, ps=1, worker=3) as cluster:

        def start(job, task, kinds, die_before=''):
            flags = [f'--kinds={kinds}', f'--die_before={die_before}']
            cluster.start_by_flags(job, task, *arguments, *flags)

        def start_again(task, *flags):
            assert cluster.wait('worker', task) == -signal.SIGKILL
            start('worker', task, *flags)

        start('ps', 0, '')
        start('worker', 0, 'sync,async', 'sync:10')
        start('worker', 1, 'sync,async', 'sync:10')
        start('worker', 2, 'sync,async', 'async:15')
        start_again(1, 'sync,async')
        start_again(0, 'sync,async', 'async:19')
        assert cluster.wait('worker', 0) == -signal.SIGKILL
        saved = last_saved(tmp_path / 'async')
        start_again(0, 'async')
        start_again(2, 'async')
        for task in range(3):
            cluster.ends_well('worker', task)
        for task in range(2):
            assert begun(cluster.log('worker', task), 'sync') == 10
        # Others go on meanwhile, but wait for all in the first third of the steps.
        for task in (0, 2):
            assert 0 < saved <= begun(cluster.log('worker', task), 'async') < 120
        assert all_compiled(cluster.log('worker', 2))
    same(losses(tmp_path, 'sync', 3), 'local-3')
    converged(make.end(tmp_path, 3), 'async-3')


def test_estimator_trains_and_evaluates_as_tf_config_says(tmp_path):
    """Its chief as it is; a worker that is compiled, killed and started again."""
    command = by_runner('estimator.py', {('worker', 0)})
    with Cluster(command, tmp_path, ps=1, chief=1, worker=1) as cluster:

        def start(job, task, *arguments):
            given = [f'--out={tmp_path}', f'--task={task}', '--longest=8']
            cluster.start(job, 0, *given, *arguments)

        start('ps', 0)
        start('chief', 0)
        start('worker', 1, '--die_before=estimator:7')
        start('evaluator', 0)
        assert cluster.wait('worker') == -signal.SIGKILL
        start('worker', 1, '--first=7')
        cluster.ends_well('worker')
        cluster.ends_well('evaluator')
        # The chief waits two minutes more for its queue runner, as in TF 1.15.5.
        assert all_compiled(cluster.log('worker'))
    same(losses(tmp_path, 'estimator', 2), 'estimator')
    evaluated, name = json.loads((tmp_path / 'estimator' / 'evaluated.json').read_text())
    assert name == 'model.ckpt-20'
    assert 0 < evaluated < WANTED['estimator'][0][0]


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
