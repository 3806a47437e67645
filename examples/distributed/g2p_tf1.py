"""../tf1/g2p.py on a cluster, for TensorFlow 1: parameter servers and workers, between graphs.

    python g2p_tf1.py --ps_hosts=a:2222 --worker_hosts=b:2222,c:2222 --job_name=ps --task_index=0

Each worker takes batches of its own. With --sync a step has the gradients of all workers; without,
each worker updates the variables by itself. run.py starts all of it on one machine.
"""

from __future__ import print_function

import os
import sys
import time

import numpy as np
import tensorflow as tf

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', 'tf1'))

import g2p  # noqa: E402

flags = tf.app.flags
flags.DEFINE_string('ps_hosts', '', 'addresses of the parameter servers, with commas')
flags.DEFINE_string('worker_hosts', '', 'addresses of the workers, the chief first')
flags.DEFINE_string('job_name', 'worker', 'ps or worker')
flags.DEFINE_integer('task_index', 0, 'index of this process in its job')
flags.DEFINE_boolean('sync', True, 'a step has the gradients of all workers')
FLAGS = flags.FLAGS


class Model(g2p.Model):
    """The same model, trained by all workers."""

    def build_training(self):
        workers = len(FLAGS.worker_hosts.split(','))
        weights = tf.sequence_mask(self.targets_length, dtype=tf.float32)
        self.loss = tf.contrib.seq2seq.sequence_loss(self.logits, self.targets, weights)
        rate = tf.train.exponential_decay(FLAGS.learning_rate, self.global_step, 1000, 0.6)
        self.optimizer = tf.train.AdamOptimizer(rate)
        if FLAGS.sync:
            self.optimizer = tf.train.SyncReplicasOptimizer(self.optimizer, workers, workers)
        variables = tf.trainable_variables()
        gradients, _ = tf.clip_by_global_norm(
            tf.gradients(self.loss, variables), FLAGS.max_gradient_norm
        )
        # Sparse rows would be averaged over the workers that have them, not over all.
        dense = [tf.convert_to_tensor(gradient) for gradient in gradients]
        self.train_op = self.optimizer.apply_gradients(
            zip(dense, variables), global_step=self.global_step
        )


def train(server, model):
    chief = FLAGS.task_index == 0
    words = g2p.read_words(FLAGS.train_file)
    hooks = [tf.train.StopAtStepHook(last_step=FLAGS.steps)]
    if FLAGS.sync:
        hooks.append(model.optimizer.make_session_run_hook(chief, num_tokens=0))
    # Without filters a session waits for all workers.
    filters = ['/job:ps', '/job:worker/task:%d' % FLAGS.task_index]
    session = tf.train.MonitoredTrainingSession(
        server.target,
        is_chief=chief,
        checkpoint_dir=FLAGS.model_dir if chief else None,
        hooks=hooks,
        save_checkpoint_secs=None,
        save_checkpoint_steps=FLAGS.save_every,
        save_summaries_steps=None,
        save_summaries_secs=None,
        log_step_count_steps=None,
        stop_grace_period_secs=1,
        config=tf.ConfigProto(device_filters=filters),
    )
    losses, step, started = [], 0, time.time()
    with session:
        for batch in g2p.training_batches(words, FLAGS.batch_size, FLAGS.seed + FLAGS.task_index):
            if session.should_stop():
                break
            _, loss, step = session.run(
                [model.train_op, model.loss, model.global_step],
                model.feed(batch, 1.0 - FLAGS.dropout),
            )
            losses.append(loss)
            if chief and len(losses) % FLAGS.log_every == 0:
                mean = np.mean(losses[-FLAGS.log_every :])
                print('step %5d  loss %.4f  %.1f s' % (step, mean, time.time() - started))
                sys.stdout.flush()
    if chief:
        print('saved', tf.train.latest_checkpoint(FLAGS.model_dir))


def main(arguments):
    if arguments[1:]:  # TensorFlow 1.15 leaves flags that it does not know to the program.
        sys.exit('unknown arguments: %s' % ' '.join(arguments[1:]))
    cluster = tf.train.ClusterSpec(
        {'ps': FLAGS.ps_hosts.split(','), 'worker': FLAGS.worker_hosts.split(',')}
    )
    server = tf.train.Server(cluster, job_name=FLAGS.job_name, task_index=FLAGS.task_index)
    if FLAGS.job_name == 'ps':
        server.join()
    device = '/job:worker/task:%d' % FLAGS.task_index
    with tf.device(tf.train.replica_device_setter(cluster=cluster, worker_device=device)):
        model = Model()
    train(server, model)


if __name__ == '__main__':
    tf.app.run()
