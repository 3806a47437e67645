"""The model of tf1.py on TensorFlow 2, trained by each of tf.distribute's strategies.

    python tf2.py --strategy=multiworker --kinds=plain+,fit --out=FOLDER   (TF_CONFIG)

A `+` behind a kind has XLA compile it; `one_` before it has one replica train it. Losses go to
`OUT/KIND-COMPILED-TASK.json`: for each step those of the replicas.
"""

import argparse
import functools
import json
import os
import signal
import sys
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tf_seq2seq_compat import bucketing
from tf_seq2seq_compat.addons.keras_generation import keras
from tf_seq2seq_compat.core import loop_compilation

WORDS, UNITS, BATCH, GO = 12, 8, 4, 1
RATE = 0.03

parser = argparse.ArgumentParser()
parser.add_argument('--strategy', default='mirrored')
parser.add_argument('--kinds', default='plain')
parser.add_argument('--out', type=Path, default=Path('.'))
parser.add_argument('--steps', type=int, default=20)
parser.add_argument('--replicas', type=int, default=2)
parser.add_argument('--bucket', type=int, default=8, help='lengths are padded to a multiple of it')
parser.add_argument('--die_before', default='', help='KIND:STEP before which this process dies')
parser.add_argument('--save_every', type=int, default=0)
FLAGS = parser.parse_args()
ASKED = [(kind.strip('+'), kind.endswith('+')) for kind in FLAGS.kinds.split(',')]
CONFIG = json.loads(os.environ.get('TF_CONFIG', '{}'))
TASK = CONFIG.get('task', {}).get('index', 0)
PROCESSES = len(CONFIG.get('cluster', {}).get('worker', [0]))


def die_if_told(kind, step):
    """Ends this process as if it had been killed."""
    if FLAGS.die_before == f'{kind}:{step}':
        os.kill(os.getpid(), signal.SIGKILL)


def batch(number):
    """As in tf1.py, padded to a bucket."""
    random = np.random.RandomState(number)
    lengths = random.randint(1, 9, [BATCH]).astype(np.int32)
    words = random.randint(2, WORDS, [BATCH, lengths.max()]).astype(np.int32)
    words[np.arange(words.shape[1]) >= lengths[:, None]] = 0
    inputs = np.concatenate([np.full([BATCH, 1], GO, np.int32), words[:, :-1]], 1)
    return bucketing.pad_to_bucket(
        {'words': words, 'lengths': lengths, 'inputs': inputs}, FLAGS.bucket
    )


def by_shape(variables):
    """Sets all but biases, as tf1.py does."""
    for variable in variables:
        if 'bias' not in variable.name:
            random = np.random.RandomState(int(np.prod(variable.shape)))
            variable.assign(random.uniform(-0.3, 0.3, variable.shape).astype(np.float32))


class Model(tf.Module):
    """The model of tf1.py, by layers.

    Args:
      policy: Of mixed precision.
      loops: `jit_compile` of its loops.
    """

    def __init__(self, policy=None, loops=None):
        super().__init__()
        self.policy, self.loops = policy, None
        self.embedding = tf.Variable(tf.zeros([WORDS, UNITS]), name='embedding')
        self.encoder = seq2seq.GRUCell(UNITS)
        self.decoder = seq2seq.GRUCell(UNITS)
        self.attention = seq2seq.BahdanauAttention(UNITS, memory=None)
        self.layer = seq2seq.Dense(UNITS, use_bias=False)
        self.output = seq2seq.Dense(WORDS, use_bias=False)
        self.loss(batch(0))
        by_shape(self.trainable_variables)
        self.loops = loops  # Nothing is compiled in eager mode.

    def sums(self, given):
        """The sum of the losses of all words, and the number of words."""
        with seq2seq.mixed_precision(self.policy):
            logits = self.logits(given)
        steps = tf.shape(logits)[1]
        weights = tf.sequence_mask(given['lengths'], steps, dtype=tf.float32)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(
            labels=given['words'][:, :steps], logits=logits
        )
        return tf.reduce_sum(losses * weights), tf.reduce_sum(weights)

    def logits(self, given):
        memory, state = seq2seq.dynamic_rnn(
            self.encoder,
            tf.nn.embedding_lookup(self.embedding, given['words']),
            sequence_length=given['lengths'],
            dtype=tf.float32,
            jit_compile=self.loops,
        )
        self.attention.setup_memory(memory, given['lengths'])
        cell = seq2seq.AttentionWrapper(self.decoder, self.attention, attention_layer=self.layer)
        initial = cell.zero_state(tf.shape(given['words'])[0], tf.float32)
        helper = seq2seq.TrainingHelper(
            tf.nn.embedding_lookup(self.embedding, given['inputs']), given['lengths']
        )
        decoder = seq2seq.BasicDecoder(cell, helper, initial.clone(cell_state=state), self.output)
        outputs, _, _ = seq2seq.dynamic_decode(
            decoder, impute_finished=True, jit_compile=self.loops
        )
        return outputs.rnn_output

    def loss(self, given):
        total, count = self.sums(given)
        return tf.math.divide_no_nan(total, count)


class Trainer:
    """One step of all replicas, by the gradient of the mean of the replicas' losses.

    Args:
      loss: From a batch to a scalar. With `weighted`, to a sum and the number of its terms: then it
        is the mean of all terms, wherever they are.
      variables: What is trained; all of it exists.
      compiled: XLA compiles loss and gradients, not the exchange of gradients.
    """

    def __init__(self, strategy, loss, variables, compiled, weighted=False):
        self.strategy, self.variables, self.weighted = strategy, variables, weighted
        self.optimizer = keras.optimizers.Adam(RATE, epsilon=1e-8)
        self.optimizer.build(variables)

        @tf.function(jit_compile=compiled)
        def gradients(given):
            with tf.GradientTape() as tape:
                value, count = loss(given) if weighted else (loss(given), tf.constant(1.0))
            found = tape.gradient(value, variables)
            return value, count, [tf.convert_to_tensor(g) for g in found]

        self.gradients = gradients

    def replica_step(self, *batches):
        """Accumulates the gradients of the batches, of which most strategies have one."""
        value, count, gradients = self.gradients(batches[0])
        for each in batches[1:]:
            more, more_count, more_gradients = self.gradients(each)
            value, count = value + more, count + more_count
            gradients = [g + m for g, m in zip(gradients, more_gradients, strict=True)]
        total = self.strategy.num_replicas_in_sync * count
        if self.weighted:
            total = tf.distribute.get_replica_context().all_reduce('SUM', count)
        # Keras's optimizers sum over replicas.
        self.optimizer.apply_gradients(
            [(g / total, v) for g, v in zip(gradients, self.variables, strict=True)]
        )
        return (value / total)[None]

    @tf.function
    def step(self, *batches):
        """The share of each replica in the loss."""
        return self.strategy.gather(self.strategy.run(self.replica_step, batches), 0)


def batches(strategy, step, accumulated=1):
    """The batches of the local replicas."""
    here = strategy.num_replicas_in_sync // PROCESSES

    def of_replica(part, context):
        replica = TASK * here + context.replica_id_in_sync_group % here
        return batch((step * accumulated + part) * strategy.num_replicas_in_sync + replica)

    return [
        strategy.experimental_distribute_values_from_function(functools.partial(of_replica, part))
        for part in range(accumulated)
    ]


def write(kind, compiled, losses):
    path = FLAGS.out / f'{kind}-{compiled}-{TASK}.json'
    path.with_suffix('.part').write_text(json.dumps(losses))
    path.with_suffix('.part').rename(path)


def run(strategy, make, compiled, accumulated=1):
    """Trains what `make` makes, loss and variables, with checkpoints; the replicas' losses."""
    with strategy.scope():
        loss, variables = make()
        trainer = Trainer(strategy, loss, variables, compiled)
    saved = tf.train.Checkpoint(variables=list(variables), optimizer=trainer.optimizer)
    manager = tf.train.CheckpointManager(saved, str(FLAGS.out / f'saved-{TASK}'), 2)
    if FLAGS.save_every and manager.latest_checkpoint:
        saved.restore(manager.latest_checkpoint).assert_consumed()
    first = int(tf.convert_to_tensor(trainer.optimizer.iterations))
    print('begins at step', first, flush=True)
    losses = {}
    for step in range(first, FLAGS.steps):
        die_if_told('run', step)
        share = trainer.step(*batches(strategy, step, accumulated))
        losses[step] = (share * strategy.num_replicas_in_sync).numpy().tolist()
        if FLAGS.save_every and (step + 1) % FLAGS.save_every == 0:
            manager.save(step + 1)
    return losses


def of_layers(policy=None):
    model = Model(policy)
    return model.loss, model.trainable_variables


def of_graph_model(compiled):
    """The model of tf1.py, as that has it."""
    program = Path(__file__).with_name('tf1.py')
    model = seq2seq.GraphModel.from_program(program, 'model', jit_compile=compiled)
    places, loss = model.built
    names = sorted(places)
    function = model.function([places[name] for name in names], loss)
    return lambda given: function(*(given[name] for name in names)), model.trainable_variables


def uneven(strategy, compiled):
    """Batches that do not divide: the last one has an example for one replica only."""

    def examples():
        for number in range(3):
            each = batch(number)
            yield from (
                {
                    key: value[n, : each['lengths'][n]] if value.ndim == 2 else value[n]
                    for key, value in each.items()
                }
                for n in range(BATCH)
            )

    shapes = {'words': [None], 'lengths': [], 'inputs': [None]}
    kinds = {key: tf.TensorSpec(shape, tf.int32) for key, shape in shapes.items()}
    every = tf.data.Dataset.from_generator(examples, output_signature=kinds).take(9).repeat(4)
    together = every.window(9).flat_map(
        lambda parts: tf.data.Dataset.zip(parts).padded_batch(8, shapes)
    )  # of 9 examples one batch of 8 and one of 1, four times
    if isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy):
        data = strategy.distribute_datasets_from_function(
            lambda context: together.map(
                lambda whole: {
                    key: value[context.input_pipeline_id :: context.num_input_pipelines]
                    for key, value in whole.items()
                }
            ).map(lambda mine: bucketing.pad_to_bucket(mine, 8))
        )
    else:
        data = strategy.experimental_distribute_dataset(
            together.map(lambda whole: bucketing.pad_to_bucket(whole, 8))
        )
    with strategy.scope():
        model = Model()
        trainer = Trainer(strategy, model.sums, model.trainable_variables, compiled, weighted=True)
    return [float(tf.reduce_sum(trainer.step(each))) for each in data]


def fit(strategy, compiled, callbacks=()):
    """Keras's fit of a model of the addons."""
    from tests.addons.model_program import VOCABULARY, Translator

    random = np.random.RandomState(0)
    source, target = (random.randint(1, VOCABULARY, (8, length)) for length in (5, 6))
    data = tf.data.Dataset.from_tensors(((source, target), target)).unbatch().batch(8).repeat()
    options = tf.data.Options()
    options.experimental_distribute.auto_shard_policy = tf.data.experimental.AutoShardPolicy.DATA
    with strategy.scope():
        model = Translator()
        model((source, target))
        by_shape(model.trainable_variables)
        model.compile(
            keras.optimizers.Adam(RATE),
            keras.losses.SparseCategoricalCrossentropy(from_logits=True),
            jit_compile=compiled,
        )
    found = model.fit(
        data.with_options(options),
        epochs=FLAGS.steps,
        steps_per_epoch=1,
        verbose=0,
        callbacks=list(callbacks),
    )
    return dict(zip(found.epoch, found.history['loss'], strict=True))


def backed_up(strategy, compiled):
    """The same, with what goes on when it is started again."""
    backup = keras.callbacks.BackupAndRestore(str(FLAGS.out / 'backup'))
    dying = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, _: die_if_told('backed_up', epoch)
    )
    return fit(strategy, compiled, [backup, dying])


KINDS = {
    'plain': lambda strategy, compiled: run(strategy, of_layers, compiled),
    'accumulated': lambda strategy, compiled: run(strategy, of_layers, compiled, 2),
    'mixed': lambda strategy, compiled: run(
        strategy, functools.partial(of_layers, 'mixed_bfloat16'), compiled
    ),
    'graph_model': lambda strategy, compiled: run(
        strategy, functools.partial(of_graph_model, compiled), compiled
    ),
    'uneven': uneven,
    'fit': fit,
    'backed_up': backed_up,
}


class Coordinated:
    """Training by parameter servers, and the workers that a coordinator gives its steps to.

    Args:
      compiled: As a `Trainer` has it.
      loops: `jit_compile` of the model's loops.
    """

    def __init__(self, coordinator, compiled=False, loops=None):
        self.coordinator = coordinator
        with coordinator.strategy.scope():
            model = Model(loops=loops)
            self.trainer = Trainer(
                coordinator.strategy, model.loss, model.trainable_variables, compiled
            )
            self.made = tf.Variable(0)  # Keras 3 reads its own count, adds one and writes it.

    @tf.function
    def step(self, number, given):
        tf.print('step', number, output_stream=sys.stdout)  # of the worker
        loss = self.coordinator.strategy.run(self.trainer.replica_step, (given,))
        self.made.assign_add(1)
        return loss

    def schedule(self, number):
        given = {key: tf.constant(value) for key, value in batch(number).items()}
        return self.coordinator.schedule(self.step, (tf.constant(number), given))

    def one_by_one(self, steps):
        """The losses of steps of which each begins when the last one has ended."""
        return [self.schedule(number).fetch().tolist() for number in steps]


def ask(name, meanwhile=lambda: None):
    """Waits until the test has done something."""
    (FLAGS.out / name).touch()
    while (FLAGS.out / name).exists():
        meanwhile()
        time.sleep(0.1)


def with_coordinator():
    """What the test of parameter servers does with a coordinator."""
    resolver = tf.distribute.cluster_resolver.TFConfigClusterResolver()
    if resolver.task_type in ('ps', 'worker'):
        tf.distribute.Server(
            resolver.cluster_spec(), job_name=resolver.task_type, task_index=resolver.task_id
        ).join()
    strategy = tf.distribute.ParameterServerStrategy(resolver)
    coordinator = tf.distribute.coordinator.ClusterCoordinator(strategy)
    found = {'plain': Coordinated(coordinator).one_by_one(range(FLAGS.steps))}
    try:
        Coordinated(coordinator, compiled=True).schedule(0)
        coordinator.join()
    except tf.errors.OpError as error:
        found['refused'] = [type(error).__name__, str(error)]

    # A worker is killed while it has nothing to do.
    training = Coordinated(coordinator, loops=True)
    half = FLAGS.steps // 2
    found['loops'] = training.one_by_one(range(half))
    ask('kill worker 1')
    found['loops'] += training.one_by_one(range(half, FLAGS.steps))
    found['outcomes'] = list(loop_compilation.OUTCOMES)

    # Another one is killed while both have.
    losses = []

    def some(count=4):
        steps = range(FLAGS.steps + len(losses), FLAGS.steps + len(losses) + count)
        losses.extend([training.schedule(number) for number in steps])

    ask('see worker 1', some)
    some(10 * FLAGS.steps)
    ask('kill worker 0')
    coordinator.join()
    ask('see worker 0', some)
    coordinator.join()
    found['scheduled'] = FLAGS.steps + len(losses)
    found['made'] = int(training.made)
    found['last'] = float(np.mean([loss.fetch() for loss in losses[-20:]]))

    ask('kill the server')
    try:
        training.one_by_one(range(1))
    except tf.errors.OpError as error:
        found['lost'] = type(error).__name__
    write('parameter_server', 0, found)
    print('done', flush=True)


def made_strategy():
    if FLAGS.strategy == 'multiworker':
        return tf.distribute.MultiWorkerMirroredStrategy()
    count = FLAGS.replicas
    cpu = tf.config.list_physical_devices('CPU')[0]
    tf.config.set_logical_device_configuration(
        cpu, [tf.config.LogicalDeviceConfiguration()] * count
    )
    return tf.distribute.MirroredStrategy([f'/cpu:{n}' for n in range(count)])


def main():
    if FLAGS.strategy == 'parameter_server':
        return with_coordinator()
    strategy = made_strategy()
    for kind, compiled in ASKED:
        if not kind.startswith('one_'):
            losses = KINDS[kind](strategy, compiled)
        elif TASK == 0:
            one = tf.distribute.OneDeviceStrategy('/cpu:0')
            losses = KINDS[kind.removeprefix('one_')](one, compiled)
        else:
            continue
        write(kind, int(compiled), losses)
    print('done', flush=True)


if __name__ == '__main__':
    main()
