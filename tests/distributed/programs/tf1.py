"""A small attentive encoder-decoder, trained in all the ways TensorFlow 1 has for many processes.

    python tf1.py --cluster='{"ps": [...], "worker": [...]}' --job=ps --task=0 --kinds=sync,async

TensorFlow 1.15.5 runs the same file. Each kind writes the losses of this process to
`OUT/KIND-TASK.json`. Weights begin as a function of their shapes, and a batch is a function of its
number, so that all synchronous kinds, whoever runs them, have the same losses.
"""

from __future__ import division, print_function

import json
import os
import signal
import sys
import time

import numpy as np
import tensorflow as tf

flags = tf.app.flags
flags.DEFINE_string('cluster', '', 'ClusterSpec as JSON')
flags.DEFINE_string('job', 'worker', 'ps or worker')
flags.DEFINE_integer('task', 0, 'index of this process in its job')
flags.DEFINE_string('kinds', 'sync', 'what to run, in this order')
flags.DEFINE_string('out', '.', 'folder for losses and checkpoints')
flags.DEFINE_integer('steps', 20, 'steps of each kind')
flags.DEFINE_integer('replicas', 2, 'batches of a step')
flags.DEFINE_integer('save_every', 5, 'steps between two checkpoints')
flags.DEFINE_integer('longest', 0, 'pads batches to this length: XLA compiles each length anew')
flags.DEFINE_string('die_before', '', 'KIND:STEP before which this process kills itself')
FLAGS = flags.FLAGS

WORDS, UNITS, BATCH = 12, 8, 4
GO = 1
RATE = 0.03


def batch(number):
    """Words to copy, their lengths, and what the decoder reads."""
    random = np.random.RandomState(number)
    lengths = random.randint(1, 9, [BATCH]).astype(np.int32)
    words = random.randint(2, WORDS, [BATCH, lengths.max()]).astype(np.int32)
    words[np.arange(words.shape[1]) >= lengths[:, None]] = 0
    words = np.pad(words, [(0, 0), (0, max(0, FLAGS.longest - words.shape[1]))], 'constant')
    inputs = np.concatenate([np.full([BATCH, 1], GO, np.int32), words[:, :-1]], 1)
    return {'words': words, 'lengths': lengths, 'inputs': inputs}


def placeholders():
    return {
        'words': tf.placeholder(tf.int32, [None, None]),
        'lengths': tf.placeholder(tf.int32, [None]),
        'inputs': tf.placeholder(tf.int32, [None, None]),
    }


def feed(places, number):
    values = batch(number)
    return {places[key]: values[key] for key in values}


def by_shape(shape, dtype=tf.float32, partition_info=None):
    shape = [int(size) for size in shape]
    random = np.random.RandomState(int(np.prod(shape)))
    return tf.constant(random.uniform(-0.3, 0.3, shape), dtype)


def loss_of(given):
    with tf.variable_scope('model', initializer=by_shape, reuse=tf.AUTO_REUSE):
        embedding = tf.get_variable('embedding', [WORDS, UNITS])
        memory, state = tf.nn.dynamic_rnn(
            tf.contrib.rnn.GRUCell(UNITS, name='encoder'),
            tf.nn.embedding_lookup(embedding, given['words']),
            sequence_length=given['lengths'],
            dtype=tf.float32,
        )
        attention = tf.contrib.seq2seq.BahdanauAttention(
            UNITS, memory, memory_sequence_length=given['lengths']
        )
        cell = tf.contrib.seq2seq.AttentionWrapper(
            tf.contrib.rnn.GRUCell(UNITS), attention, attention_layer_size=UNITS
        )
        initial = cell.zero_state(tf.shape(given['words'])[0], tf.float32)
        helper = tf.contrib.seq2seq.TrainingHelper(
            tf.nn.embedding_lookup(embedding, given['inputs']), given['lengths']
        )
        decoder = tf.contrib.seq2seq.BasicDecoder(
            cell,
            helper,
            initial.clone(cell_state=state),
            tf.layers.Dense(WORDS, use_bias=False, name='output'),
        )
        outputs, _, _ = tf.contrib.seq2seq.dynamic_decode(decoder)
        # Batches may be longer than their longest sentence, where decoding ends.
        steps = tf.shape(outputs.rnn_output)[1]
        weights = tf.sequence_mask(given['lengths'], steps, dtype=tf.float32)
        words = given['words'][:, :steps]
        return tf.contrib.seq2seq.sequence_loss(outputs.rnn_output, words, weights)


def model():
    places = placeholders()
    return places, loss_of(places)


def write(kind, losses, task=None):
    path = os.path.join(FLAGS.out, '%s-%d.json' % (kind, FLAGS.task if task is None else task))
    with open(path + '.part', 'w') as out:
        json.dump(losses, out)
    os.rename(path + '.part', path)


def die_if_told(kind, step, losses):
    """Ends this process as if it had been killed."""
    if FLAGS.die_before == '%s:%d' % (kind, step):
        write(kind + '-before', losses)
        os.kill(os.getpid(), signal.SIGKILL)


def folder(kind):
    return os.path.join(FLAGS.out, kind)


def wait_for_chief(kind):
    """Returns when the chief has initialized the variables: sessions look again after 30 s only."""
    while FLAGS.task and not tf.train.latest_checkpoint(folder(kind)):
        time.sleep(0.1)


def only_the_parameter_servers():
    """A session that does not wait for the other workers."""
    return tf.ConfigProto(
        device_filters=['/job:ps', '/job:worker/task:%d' % FLAGS.task], allow_soft_placement=True
    )


def between_graphs(cluster):
    """Variables on the parameter servers, all else on this worker."""
    return tf.device(
        tf.train.replica_device_setter(
            cluster=cluster, worker_device='/job:worker/task:%d' % FLAGS.task
        )
    )


# -- the kinds ------------------------------------------------------------------------------------


def sync(cluster, server, kind):
    """SyncReplicasOptimizer and MonitoredTrainingSession."""
    with between_graphs(cluster):
        places = placeholders()
        loss = loss_of(places)
        global_step = tf.train.get_or_create_global_step()
        optimizer = tf.train.SyncReplicasOptimizer(
            tf.train.AdamOptimizer(RATE), FLAGS.replicas, total_num_replicas=FLAGS.replicas
        )
        # Rows of an embedding, if left sparse, are averaged over the workers that have them.
        gradients = [(tf.convert_to_tensor(g), v) for g, v in optimizer.compute_gradients(loss)]
        train_op = optimizer.apply_gradients(gradients, global_step=global_step)
    chief = FLAGS.task == 0
    # Without tokens to begin with, each step has one gradient of each worker.
    hooks = [
        optimizer.make_session_run_hook(chief, num_tokens=0),
        tf.train.StopAtStepHook(last_step=FLAGS.steps),
    ]
    losses = {}
    wait_for_chief(kind)
    with tf.train.MonitoredTrainingSession(
        master=server.target,
        is_chief=chief,
        checkpoint_dir=folder(kind) if chief else None,
        hooks=hooks,
        save_checkpoint_secs=None,
        save_checkpoint_steps=FLAGS.save_every,
        log_step_count_steps=None,
        save_summaries_steps=None,
        save_summaries_secs=None,
        stop_grace_period_secs=1,  # The chief's thread waits for gradients that never come.
        config=only_the_parameter_servers(),
    ) as session:
        step = int(session.run(global_step, feed(places, 0)))
        print(kind, 'begins at step', step)
        while not session.should_stop() and step < FLAGS.steps:
            die_if_told(kind, step, losses)
            number = step * FLAGS.replicas + FLAGS.task
            losses[step] = float(session.run([train_op, loss], feed(places, number))[1])
            step += 1
    write(kind, losses)


def asynchronous(cluster, server, kind):
    """The same without waiting for each other, but once: until all have trained a little."""
    with between_graphs(cluster):
        places = placeholders()
        loss = loss_of(places)
        global_step = tf.train.get_or_create_global_step()
        train_op = tf.train.AdamOptimizer(RATE).minimize(loss, global_step=global_step)
    losses = {}
    wait_for_chief(kind)
    with tf.train.MonitoredTrainingSession(
        master=server.target,
        is_chief=FLAGS.task == 0,
        checkpoint_dir=folder(kind) if FLAGS.task == 0 else None,
        hooks=[tf.train.StopAtStepHook(last_step=6 * FLAGS.steps * FLAGS.replicas)],
        save_checkpoint_secs=None,
        save_checkpoint_steps=2 * FLAGS.save_every,
        log_step_count_steps=None,
        config=only_the_parameter_servers(),
    ) as session:
        print(kind, 'begins at step', session.run(global_step, feed(places, 0)))
        while not session.should_stop():
            die_if_told(kind, len(losses), losses)
            if len(losses) == FLAGS.steps:
                meet(server, kind + '-half')
            number = 1000 + len(losses) * FLAGS.replicas + FLAGS.task
            losses[len(losses)] = float(session.run([train_op, loss], feed(places, number))[1])
    write(kind, losses)


def supervisor(cluster, server, kind):
    """tf.train.Supervisor, which came before MonitoredTrainingSession; gradients stay sparse."""
    chief = FLAGS.task == 0
    with between_graphs(cluster):
        places = placeholders()
        loss = loss_of(places)
        global_step = tf.Variable(0, trainable=False, name='global_step')
        optimizer = tf.train.SyncReplicasOptimizer(
            tf.train.AdamOptimizer(RATE), FLAGS.replicas, total_num_replicas=FLAGS.replicas
        )
        train_op = optimizer.minimize(loss, global_step=global_step)
        local_init = optimizer.chief_init_op if chief else optimizer.local_step_init_op
        manager = tf.train.Supervisor(
            is_chief=chief,
            logdir=folder(kind),
            init_op=tf.global_variables_initializer(),
            local_init_op=local_init,
            ready_for_local_init_op=optimizer.ready_for_local_init_op,
            recovery_wait_secs=1,
            global_step=global_step,
            summary_op=None,
        )
    losses = {}
    session = manager.prepare_or_wait_for_session(
        server.target, config=only_the_parameter_servers()
    )
    if chief:
        manager.start_queue_runners(session, [optimizer.get_chief_queue_runner()])
    for step in range(FLAGS.steps):
        number = step * FLAGS.replicas + FLAGS.task
        losses[step] = float(session.run([train_op, loss], feed(places, number))[1])
    write(kind, losses)
    if chief:
        manager.saver.save(session, manager.save_path, global_step)


def towers(cluster, server, kind):
    """One graph with a tower for each worker, and variables that they share."""
    if FLAGS.task:
        return
    setters = [
        tf.train.replica_device_setter(cluster=cluster, worker_device='/job:worker/task:%d' % task)
        for task in range(FLAGS.replicas)
    ]
    train_towers(setters, server.target, kind)


def local(cluster, server, kind):
    """The same in one process."""
    train_towers([None] * FLAGS.replicas, '', kind)


def train_towers(devices, target, kind):
    places, losses, gradients = [], [], []
    optimizer = tf.train.AdamOptimizer(RATE)
    for tower, device in enumerate(devices):
        with tf.device(device), tf.name_scope('tower_%d' % tower):
            places.append(placeholders())
            losses.append(loss_of(places[-1]))
            gradients.append(optimizer.compute_gradients(losses[-1]))
    averaged = [
        (tf.add_n([tf.convert_to_tensor(g) for g, _ in pairs]) / len(pairs), pairs[0][1])
        for pairs in zip(*gradients)
    ]
    train_op = optimizer.apply_gradients(averaged)
    seen = []
    with tf.Session(target, config=tf.ConfigProto(allow_soft_placement=True)) as session:
        session.run(tf.global_variables_initializer())
        for step in range(FLAGS.steps):
            given = {}
            for tower in range(FLAGS.replicas):
                given.update(feed(places[tower], step * FLAGS.replicas + tower))
            seen.append([float(x) for x in session.run([train_op] + losses, given)[1:]])
    for tower in range(FLAGS.replicas):
        write(kind, {step: row[tower] for step, row in enumerate(seen)}, tower)


KINDS = {
    'sync': sync,
    'async': asynchronous,
    'supervisor': supervisor,
    'towers': towers,
    'local': local,
}


def meet(server, name):
    """Waits until every worker has come this far."""
    with tf.Graph().as_default(), tf.device('/job:ps/task:0'):
        queues = [
            tf.FIFOQueue(FLAGS.replicas, tf.int32, shared_name='%s_%d' % (name, n))
            for n in range(FLAGS.replicas)
        ]
        with tf.Session(server.target, config=only_the_parameter_servers()) as session:
            for queue in queues:
                session.run(queue.enqueue(FLAGS.task))
            session.run([queues[FLAGS.task].dequeue() for _ in range(FLAGS.replicas)])


def main(_):
    if not FLAGS.cluster:
        return local(None, None, 'local-%d' % FLAGS.replicas)
    cluster = tf.train.ClusterSpec(json.loads(FLAGS.cluster))
    server = tf.train.Server(cluster, job_name=FLAGS.job, task_index=FLAGS.task)
    if FLAGS.job == 'ps':
        server.join()
    for kind in FLAGS.kinds.split(','):
        with tf.Graph().as_default(), tf.container(kind):
            KINDS[kind](cluster, server, kind)
        if FLAGS.replicas > 1:
            meet(server, kind)
    print('done')
    sys.stdout.flush()


if __name__ == '__main__':
    tf.app.run()
