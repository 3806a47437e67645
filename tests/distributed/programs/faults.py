"""What goes wrong in clusters, and the errors of it: a server's port in use, a worker that never
comes, a parameter server that is lost."""

from __future__ import division, print_function

import json
import os
import time

import tensorflow as tf
import tf1

FLAGS = tf1.FLAGS


def error_of(function):
    try:
        function()
    except (tf.errors.OpError, RuntimeError) as error:
        print(type(error).__name__, error)
        return type(error).__name__
    return 'nothing'


def main(_):
    cluster = tf.train.ClusterSpec(json.loads(FLAGS.cluster))
    server = tf.train.Server(cluster, job_name=FLAGS.job, task_index=FLAGS.task)
    if FLAGS.job == 'ps':
        server.join()
    found = {}
    found['port in use'] = error_of(
        lambda: tf.train.Server(cluster, job_name=FLAGS.job, task_index=FLAGS.task)
    )
    # A session without filters waits for ever until all workers are there. With them:
    alone = tf1.only_the_parameter_servers()
    with tf.device('/job:worker/task:1'):
        away = tf.constant(1.0) + 1.0
    with tf.Session(server.target, config=tf.ConfigProto(device_filters=alone.device_filters)) as s:
        found['no other worker'] = error_of(lambda: s.run(away))

    tf.reset_default_graph()
    with tf.device('/job:ps/task:0'):
        tf.train.get_or_create_global_step()
    found['no chief'] = error_of(
        lambda: tf.train.MonitoredTrainingSession(
            server.target, is_chief=False, config=alone, max_wait_secs=3
        )
    )

    tf.reset_default_graph()
    with tf.device('/job:ps/task:0'):
        counter = tf.Variable(0)
    with tf.Session(server.target, config=alone) as session:
        session.run(counter.initializer)
        step = tf.assign_add(counter, 1)
        session.run(step)
        open(os.path.join(FLAGS.out, 'lose-the-ps'), 'w').close()

        def train():
            options = tf.RunOptions(timeout_in_ms=5000)
            for _ in range(200):
                session.run(step, options=options)
                time.sleep(0.1)

        found['lost'] = error_of(train)
        with open(os.path.join(FLAGS.out, 'faults.json'), 'w') as out:
            json.dump(found, out)
        os._exit(0)  # Closing a session waits for the servers that are lost.


if __name__ == '__main__':
    tf.app.run()
