"""The model of tf1.py by tf.estimator.train_and_evaluate, as TF_CONFIG says.

SyncReplicasOptimizer makes its losses those of the kind `supervisor`.
"""

from __future__ import division, print_function

import json
import os

import tensorflow as tf
import tf1

tf1.flags.DEFINE_integer('first', 0, 'the step at which the input of this process begins')
FLAGS = tf1.FLAGS


def input_fn():
    def batches():
        for step in range(FLAGS.first, FLAGS.steps + 1):
            yield tf1.batch(step * FLAGS.replicas + FLAGS.task)

    types = {'words': tf.int32, 'lengths': tf.int32, 'inputs': tf.int32}
    shapes = {'words': [None, None], 'lengths': [None], 'inputs': [None, None]}
    return tf.data.Dataset.from_generator(batches, types, shapes)


class Losses(tf.train.SessionRunHook):
    """Keeps the loss of each step of this process."""

    def __init__(self, loss):
        self.loss, self.seen = loss, {}

    def before_run(self, run_context):
        tf1.die_if_told('estimator', FLAGS.first + len(self.seen), self.seen)
        return tf.train.SessionRunArgs(self.loss)

    def after_run(self, run_context, run_values):
        self.seen[FLAGS.first + len(self.seen)] = float(run_values.results)

    def end(self, session):
        tf1.write('estimator', self.seen)


def model_fn(features, mode, params, config):
    loss = tf1.loss_of(features)
    if mode != tf.estimator.ModeKeys.TRAIN:
        return tf.estimator.EstimatorSpec(mode, loss=loss)
    optimizer = tf.train.SyncReplicasOptimizer(
        tf.train.AdamOptimizer(tf1.RATE), FLAGS.replicas, total_num_replicas=FLAGS.replicas
    )
    train_op = optimizer.minimize(loss, global_step=tf.train.get_or_create_global_step())
    hooks = [optimizer.make_session_run_hook(config.is_chief, num_tokens=0), Losses(loss)]
    return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op, training_hooks=hooks)


def main(_):
    config = tf.estimator.RunConfig(
        model_dir=os.path.join(FLAGS.out, 'estimator'),
        save_checkpoints_steps=FLAGS.save_every,
        experimental_max_worker_delay_secs=0,
        log_step_count_steps=None,
    )
    estimator = tf.estimator.Estimator(model_fn, config=config)
    tf1.wait_for_chief('estimator')
    tf.estimator.train_and_evaluate(
        estimator,
        tf.estimator.TrainSpec(input_fn, max_steps=FLAGS.steps),
        tf.estimator.EvalSpec(input_fn, steps=2, start_delay_secs=0, throttle_secs=1),
    )
    if config.task_type == 'evaluator':
        folder = os.path.join(FLAGS.out, 'estimator')
        loss = estimator.evaluate(input_fn, steps=2)['loss']
        with open(os.path.join(folder, 'evaluated.json'), 'w') as out:
            json.dump([float(loss), os.path.basename(estimator.latest_checkpoint())], out)
    print('done')


if __name__ == '__main__':
    tf.app.run()
