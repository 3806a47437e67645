"""../tf2/g2p.py on several machines, for TensorFlow 2: MultiWorkerMirroredStrategy.

    export TF_CONFIG='{"cluster": {"worker": ["a:2222", "b:2222"]},
                       "task": {"type": "worker", "index": 0}}'
    python g2p_tf2.py --model_dir=/shared/g2p

Each replica takes batches of its own; XLA compiles the loss and its gradients, and TensorFlow
exchanges these. A process that is started again goes on from the last checkpoint. run.py starts all
of it on one machine.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import tensorflow as tf

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / 'tf2'))

import g2p  # noqa: E402


class Trainer:
    """One step of all replicas: the mean of their gradients.

    Args:
      strategy: It holds the variables of the model.
      model: The model.
      options: Flags.
    """

    def __init__(
        self, strategy: tf.distribute.Strategy, model: g2p.Model, options: argparse.Namespace
    ) -> None:
        self.strategy, self.model, self.options = strategy, model, options
        rate = tf.keras.optimizers.schedules.ExponentialDecay(options.learning_rate, 1000, 0.6)
        self.optimizer = tf.keras.optimizers.Adam(rate, epsilon=1e-8)
        self.optimizer.build(model.trainable_variables)

    @tf.function(jit_compile=True)
    def gradients(self, batch: g2p.Batch) -> tuple[tf.Tensor, list[tf.Tensor]]:
        with tf.GradientTape() as tape:
            loss = self.model.loss(batch, keep_prob=1.0 - self.options.dropout)
        found = tape.gradient(loss, self.model.trainable_variables)
        dense = [tf.convert_to_tensor(each) for each in found]
        return loss, tf.clip_by_global_norm(dense, self.options.max_gradient_norm)[0]

    def replica_step(self, batch: g2p.Batch) -> tf.Tensor:
        loss, gradients = self.gradients(batch)
        replicas = self.strategy.num_replicas_in_sync
        # Keras's optimizers add up what the replicas give.
        mean = [each / replicas for each in gradients]
        self.optimizer.apply_gradients(zip(mean, self.model.trainable_variables, strict=True))
        return loss

    @tf.function
    def step(self, batch: g2p.Batch) -> tf.Tensor:
        losses = self.strategy.run(self.replica_step, (batch,))
        return self.strategy.reduce('MEAN', losses, axis=None)


def main() -> None:
    options = g2p.parse()
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    resolver = strategy.cluster_resolver
    chief = not resolver.cluster_spec() or resolver.task_id == 0
    tf.random.set_seed(options.seed)
    with strategy.scope():
        model = g2p.Model(options.units, options.embedding_size)
        trainer = Trainer(strategy, model, options)
    words = g2p.read_words(options.train_file)
    data = strategy.distribute_datasets_from_function(
        lambda context: g2p.training_data(
            words, options.batch_size, options.seed + context.input_pipeline_id
        )
    )
    # All processes read the chief's; what the others write is theirs alone, and not used.
    folder = Path(options.model_dir)
    saved = tf.train.Checkpoint(model=model, optimizer=trainer.optimizer)
    if latest := tf.train.latest_checkpoint(str(folder)):
        saved.restore(latest)
    own = folder if chief else folder / f'worker-{resolver.task_id}'
    manager = tf.train.CheckpointManager(saved, str(own), 2)

    losses, started = [], time.monotonic()
    first = int(tf.convert_to_tensor(trainer.optimizer.iterations))
    for step, batch in zip(range(first + 1, options.steps + 1), data, strict=False):
        losses.append(float(trainer.step(batch)))
        if chief and step % options.log_every == 0:
            mean, seconds = np.mean(losses[-options.log_every :]), time.monotonic() - started
            print(f'step {step:5}  loss {mean:.4f}  {seconds:.1f} s', flush=True)
        if step % options.save_every == 0 or step == options.steps:
            path = manager.save(step)
            if chief and step == options.steps:
                print('saved', path, flush=True)


if __name__ == '__main__':
    main()
