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
    with tf.device('/job:worker/task:1'):
        away = tf.constant(1.0) + tf.Variable(2.0)
    with tf.Session(server.target) as session:
        options = tf.RunOptions(timeout_in_ms=3000)
        found['never comes'] = error_of(lambda: session.run(away, options=options))

    tf.reset_default_graph()
    with tf.device('/job:ps/task:0'):
        counter = tf.Variable(0)
    with tf.Session(server.target, config=tf1.only_the_parameter_servers()) as session:
        session.run(counter.initializer)
        step = tf.assign_add(counter, 1)
        session.run(step)
        open(os.path.join(FLAGS.out, 'lose-the-ps'), 'w').close()

        def train():
            for _ in range(200):
                session.run(step)
                time.sleep(0.1)

        found['lost'] = error_of(train)
    with open(os.path.join(FLAGS.out, 'faults.json'), 'w') as out:
        json.dump(found, out)
    os._exit(0)  # Closing a session waits for the servers that are lost.


if __name__ == '__main__':
    tf.app.run()
