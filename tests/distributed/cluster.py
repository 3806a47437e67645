"""Processes of a cluster on this machine, on free ports; Python 3.7 can read it.

A `Cluster` is a context: when it is left, whatever still runs is killed, and nothing is left.
"""

import json
import os
import signal
import socket
import subprocess
import time


def free_ports(count):
    """Ports that nothing listens on."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(('127.0.0.1', 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Cluster(object):
    """Processes that are started by their job and task.

    Args:
      command: The first words of every process, or what gives them for a job and task.
      folder: Where each process writes what it prints, `JOB-TASK.log`.
      **jobs: How many tasks each job has.
    """

    def __init__(self, command, folder, **jobs):
        self.command, self.folder = command, str(folder)
        self.addresses = {
            job: ['127.0.0.1:%d' % port for port in free_ports(count)]
            for job, count in jobs.items()
        }
        self.running = {}

    def start(self, job, task, *arguments, **environment):
        """Starts a process, with TF_CONFIG."""
        config = {'cluster': self.addresses, 'task': {'type': job, 'index': task}}
        given = dict(
            os.environ, TF_CONFIG=json.dumps(config), TF_CPP_MIN_LOG_LEVEL='3', **environment
        )
        words = self.command(job, task) if callable(self.command) else self.command
        path = os.path.join(self.folder, '%s-%d.log' % (job, task))
        with open(path, 'a') as log:
            self.running[job, task] = subprocess.Popen(
                words + [str(each) for each in arguments],
                env=given,
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def start_all(self, *arguments, **environment):
        """Starts every process, in the manner of 2017: cluster, job and task by flags."""
        for job, addresses in self.addresses.items():
            for task in range(len(addresses)):
                self.start_by_flags(job, task, *arguments, **environment)

    def start_by_flags(self, job, task, *arguments, **environment):
        where = ['--cluster=' + json.dumps(self.addresses), '--job=' + job, '--task=%d' % task]
        self.start(job, task, *where, *arguments, **environment)

    def log(self, job, task=0):
        with open(os.path.join(self.folder, '%s-%d.log' % (job, task))) as log:
            return log.read()

    def wait(self, job, task=0, seconds=480):
        """The exit code of a process."""
        try:
            return self.running[job, task].wait(seconds)
        except subprocess.TimeoutExpired:
            tail = self.log(job, task)[-3000:]
            message = '%s %d still runs after %d s: %s' % (job, task, seconds, tail)
            raise AssertionError(message) from None

    def ends_well(self, job, task=0, seconds=480):
        """Waits for a process, which must not fail."""
        code = self.wait(job, task, seconds)
        assert code == 0, '%s %d ended with %d: %s' % (job, task, code, self.log(job, task)[-3000:])

    def wait_until(self, condition, seconds=480):
        """Waits until something holds; no process may have failed by then."""
        end = time.time() + seconds
        while not condition():
            assert time.time() < end, 'not in %d s; logs are in %s' % (seconds, self.folder)
            failed = [each for each in self.running if self.running[each].poll()]
            assert not failed, '%s failed: %s' % (failed[0], self.log(*failed[0])[-3000:])
            time.sleep(0.1)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.running.values():
            try:  # With the processes that it started.
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        for process in self.running.values():
            process.wait(30)
        assert all(each.poll() is not None for each in self.running.values())


def losses(folder, kind, count):
    """What the processes of a kind wrote: a list for each step, of the losses by task.

    One that was started again has written its first losses before.
    """
    columns = []
    for task in range(count):
        found = {}
        for name in ('%s-before-%d.json' % (kind, task), '%s-%d.json' % (kind, task)):
            path = os.path.join(str(folder), name)
            if os.path.exists(path):
                with open(path) as file:
                    found.update(json.load(file))
        columns.append([found[str(step)] for step in range(len(found))])
    return [list(row) for row in zip(*columns)]
