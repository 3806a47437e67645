"""What the programs here share: a compiled step of training, the loop around it, the flags."""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat import checkpoint

DATA = Path(__file__).resolve().parent.parent / 'data'


class Trainer(tf.Module):
    """A model with its optimizer, and one step of training, compiled by XLA.

    Args:
      model: A module all of whose variables exist.
      loss: From a batch, a nest of tensors, to a scalar.
      learning_rate: A float or a Keras schedule.
      max_gradient_norm: Gradients are clipped to this global norm.
    """

    def __init__(
        self,
        model: tf.Module,
        loss: Callable[[Any], tf.Tensor],
        learning_rate: Any,
        max_gradient_norm: float,
    ) -> None:
        super().__init__()
        self.model = model
        self.loss = loss
        self.max_gradient_norm = max_gradient_norm
        self.optimizer = tf.keras.optimizers.Adam(learning_rate, epsilon=1e-8)  # TF1's epsilon
        self.optimizer.build(model.trainable_variables)

    @property
    def steps(self) -> int:
        """How many steps were taken, those of earlier programs included."""
        return int(self.optimizer.iterations)

    @tf.function(jit_compile=True)
    def step(self, batch: Any) -> tf.Tensor:
        """Takes one step; returns the loss before it."""
        with tf.GradientTape() as tape:
            loss = self.loss(batch)
        variables = self.model.trainable_variables
        # Dense: of an embedding's gradient in slices, Keras's Adam squares each slice by itself,
        # though several may be of one row.
        gradients = [tf.convert_to_tensor(g) for g in tape.gradient(loss, variables)]
        gradients, _ = tf.clip_by_global_norm(gradients, self.max_gradient_norm)
        self.optimizer.apply_gradients(zip(gradients, variables, strict=True))
        return loss


def embedding(count: int, depth: int, name: str) -> tf.Variable:
    """A table `[count, depth]` that begins as one of TF1's `get_variable` does."""
    return tf.Variable(tf.keras.initializers.GlorotUniform()([count, depth]), name=name)


def fit(trainer: Trainer, batches: Iterable[Any], options: argparse.Namespace) -> list[float]:
    """Trains up to `options.steps`, saving as it goes; returns the losses."""
    if options.tf1_checkpoint:
        trainer.optimizer.iterations.assign(checkpoint.load(options.tf1_checkpoint)['global_step'])
    manager = tf.train.CheckpointManager(
        tf.train.Checkpoint(model=trainer.model, optimizer=trainer.optimizer),
        options.model_dir,
        max_to_keep=2,
    )
    losses: list[float] = []
    started = time.monotonic()
    for batch in batches:
        losses.append(float(trainer.step(batch)))
        seconds = time.monotonic() - started
        if trainer.steps % options.log_every == 0:
            mean = np.mean(losses[-options.log_every :])
            print(f'step {trainer.steps:5}  loss {mean:.4f}  {seconds:.1f} s', flush=True)
        if trainer.steps >= options.steps or 0 < options.max_seconds <= seconds:
            break
        if trainer.steps % options.save_every == 0:
            manager.save(trainer.steps)
    print('saved', manager.save(trainer.steps))
    if options.losses_file:
        options.losses_file.write_text(json.dumps(losses))
    return losses


def restored(options: argparse.Namespace, model: tf.Module) -> str:
    """Restores what the flags name into the model.

    Args:
      options: From `parser`.
      model: The model, all of whose variables exist.

    Returns:
      The name of the checkpoint, '' for a training that begins anew.
    """
    if options.tf1_checkpoint:
        checkpoint.restore(options.tf1_checkpoint, model)
        return Path(options.tf1_checkpoint).name
    if options.mode == 'train':
        return ''
    path = tf.train.latest_checkpoint(options.model_dir)
    if path is None:
        raise SystemExit(f'no checkpoint in {options.model_dir}: train first')
    tf.train.Checkpoint(model=model).restore(path).expect_partial()
    return Path(path).name


def parser(description: str, **defaults: Any) -> argparse.ArgumentParser:
    """The flags of all programs.

    Args:
      description: What the program does.
      **defaults: Defaults of flags that differ from program to program.
    """
    flags = argparse.ArgumentParser(description=description)
    add = flags.add_argument
    add('--mode', choices=('train', 'eval', 'predict'), default='train')
    add('--model_dir', help='where checkpoints go')
    add('--tf1_checkpoint', help="begin with this checkpoint of the TF1 program's")
    add('--train_file', type=Path, help='what to train on')
    add('--test_file', type=Path, help='what was held out')
    add('--units', type=int, help='units of the encoder in each direction')
    add('--embedding_size', type=int, help='size of the embeddings')
    add('--batch_size', type=int, default=64, help='examples in a batch')
    add('--steps', type=int, help='training steps')
    add('--max_seconds', type=float, default=0, help='stop training after so long (0: never)')
    add('--learning_rate', type=float, help='learning rate of Adam, at the start')
    add('--max_gradient_norm', type=float, default=5, help='gradients are clipped to this norm')
    add('--log_every', type=int, default=100, help='steps between two lines of progress')
    add('--save_every', type=int, default=500, help='steps between two checkpoints')
    add('--seed', type=int, default=1, help='seed of the data order and of everything random')
    add('--losses_file', type=Path, help='write the training losses to this JSON file')
    add('--plots', type=Path, help='predict: draw the alignments into this folder')
    flags.set_defaults(**defaults)
    return flags
