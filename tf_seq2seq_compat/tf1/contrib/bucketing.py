"""The queues of `tf.contrib.training`: batches of examples of like length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf

from tf_seq2seq_compat.types import Nest, TensorLike

tf1 = tf.compat.v1

__all__ = [
    'bucket',
    'bucket_by_sequence_length',
]


def bucket(
    tensors: Nest,
    which_bucket: TensorLike,
    batch_size: int | Sequence[int],
    num_buckets: int,
    num_threads: int = 1,
    capacity: int = 32,
    bucket_capacities: Sequence[int] | None = None,
    shapes: Nest | None = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    keep_input: TensorLike = True,
    shared_name: str | None = None,
    name: str | None = None,
) -> tuple[tf.Tensor, Nest]:
    """Batches of examples of one bucket each, made by queues (graph mode).

    Args:
      tensors: A list or dict of the tensors of one example.
      which_bucket: The example's bucket, an int32 scalar in `[0, num_buckets)`.
      batch_size: Examples in a batch, or a list with a number for each bucket.
      num_buckets: How many buckets there are.
      num_threads: Threads that put examples into the buckets.
      capacity: Batches that the last queue holds, and examples that each bucket holds.
      bucket_capacities: Examples that each bucket holds, where it is to differ.
      shapes: Static shapes of the examples, for tensors that do not know theirs.
      dynamic_pad: Whether unknown dimensions are padded to the longest of a batch.
      allow_smaller_final_batch: Whether what is left at the end is given as well.
      keep_input: Bool scalar; where it is False the example is left out.
      shared_name: Name under which sessions share the queues.
      name: Name of the operations.

    Returns:
      The bucket of the batch, an int32 scalar, and the batched tensors in the structure of
      `tensors`. Queue runners are added to the graph's collection.

    Raises:
      ValueError: If there is no tensor, or if a list has another length than there are buckets.
    """
    batch_sizes = _one_for_each_bucket('batch_size', batch_size, num_buckets)
    capacities = [capacity] * num_buckets
    if bucket_capacities is not None:
        capacities = _one_for_each_bucket('bucket_capacities', bucket_capacities, num_buckets)
    keys = _keys_of(tensors)
    listed = [tensors[key] for key in keys] if keys is not None else list(tensors)
    if not listed:
        raise ValueError('bucket: tensors is empty, and must hold at least one tensor.')
    with tf1.name_scope(name, 'bucket', listed) as scope:
        listed = [tf.convert_to_tensor(each) for each in listed]
        which = tf.convert_to_tensor(which_bucket, tf.int32, name='which_bucket')
        dtypes = [each.dtype for each in listed]
        queue_class = tf1.queue.PaddingFIFOQueue if dynamic_pad else tf1.queue.FIFOQueue
        given = [each.shape for each in listed] if shapes is None else shapes
        shapes = [tf.TensorShape(each) for each in given]
        if not dynamic_pad and not all(each.is_fully_defined() for each in shapes):
            raise ValueError(
                f'bucket: the shapes of the tensors are {shapes}, and must be known wholly. Give '
                'shapes=…, or dynamic_pad=True to pad each batch.'
            )

        buckets = [
            queue_class(
                capacity=capacities[index],
                dtypes=dtypes,
                shapes=shapes,
                shared_name=f'{shared_name}_{index}' if shared_name is not None else None,
                name=f'bucket_queue_{index}',
            )
            for index in range(num_buckets)
        ]
        fixed = len(set(batch_sizes)) == 1 and not allow_smaller_final_batch
        size = batch_sizes[0] if fixed else None
        batch_shapes = [tf.TensorShape([size]).concatenate(each) for each in shapes]
        top = tf1.queue.PaddingFIFOQueue(
            capacity=capacity,
            dtypes=[tf.int32, *dtypes],
            shapes=[tf.TensorShape([]), *batch_shapes],
            shared_name=shared_name,
            name='top_queue',
        )

        def put(index: int) -> tf.Operation:
            def enqueue() -> tf.Operation:
                with tf1.control_dependencies([buckets[index].enqueue(listed)]):
                    return tf.constant(True)

            chosen = tf.equal(which, index)
            return tf1.cond(chosen, enqueue, lambda: tf.constant(False))

        def put_all() -> tf.Operation:
            done = [put(index) for index in range(num_buckets)]
            with tf1.control_dependencies(done):
                return tf.constant(True)

        keep = tf.convert_to_tensor(keep_input, tf.bool)
        if tf.get_static_value(keep) is True:
            enqueue = tf.group(put_all(), name='group_enqueues')
        else:
            kept = tf1.cond(keep, put_all, lambda: tf.constant(False))
            enqueue = tf.group(kept, name='group_enqueues')

        def move(index: int) -> tf.Operation:
            source = buckets[index]
            many = source.dequeue_up_to if allow_smaller_final_batch else source.dequeue_many
            batch = many(batch_sizes[index], name=f'read_bucket_{index}')
            batch = list(batch) if isinstance(batch, list | tuple) else [batch]
            return top.enqueue([tf.constant(index), *batch], name=f'enqueue_from_bucket_{index}')

        moves = [move(index) for index in range(num_buckets)]
        # Where examples end, each bucket is closed, and gives what it holds before it stops.
        for queue, closed, operations in (
            (buckets[0], buckets, [enqueue] * num_threads),
            (top, [top], moves),
        ):
            ended = (tf.errors.OutOfRangeError, tf.errors.CancelledError)
            runner = tf1.train.QueueRunner(
                queue,
                operations,
                close_op=tf.group(*(each.close() for each in closed)),
                cancel_op=tf.group(*(each.close(cancel_pending_enqueues=True) for each in closed)),
                queue_closed_exception_types=ended,
            )
            tf1.train.add_queue_runner(runner)
        for each in buckets:
            tf1.summary.scalar(f'bucket/{each.name}/size', tf.cast(each.size(), tf.float32))
        full = tf.cast(top.size(), tf.float32) * (1.0 / capacity)
        tf1.summary.scalar(f'bucket/{top.name}/fraction_of_{capacity}_full', full)
        number, *batch = top.dequeue(name=f'{scope}dequeue_top')
    return number, _as_given(batch, keys)


def bucket_by_sequence_length(
    input_length: TensorLike,
    tensors: Nest,
    batch_size: int | Sequence[int],
    bucket_boundaries: Sequence[int],
    num_threads: int = 1,
    capacity: int = 32,
    bucket_capacities: Sequence[int] | None = None,
    shapes: Nest | None = None,
    dynamic_pad: bool = False,
    allow_smaller_final_batch: bool = False,
    keep_input: TensorLike = True,
    shared_name: str | None = None,
    name: str | None = None,
) -> tuple[tf.Tensor, Nest]:
    """Batches of examples of like length, made by queues (graph mode).

    Args:
      input_length: The example's length, an int32 scalar.
      tensors: As of `bucket`, like all other arguments.
      bucket_boundaries: Increasing lengths: bucket i holds lengths from boundary i - 1 on and below
        boundary i.

    Returns:
      The lengths, `[batch]` int32, and the batched tensors in the structure of `tensors`.

    Raises:
      TypeError: If the boundaries are no list or tuple of integers.
      ValueError: If they are empty or do not increase.
    """
    if not isinstance(bucket_boundaries, list | tuple):
        raise TypeError(
            f'bucket_boundaries must be a list or tuple, but received: {bucket_boundaries}'
        )
    if not bucket_boundaries:
        raise ValueError('bucket_boundaries must not be empty')
    for boundary in bucket_boundaries:
        if not isinstance(boundary, int | np.integer):
            raise TypeError(f'bucket boundaries must be integers, but saw: {boundary}')
    for below, above in zip(bucket_boundaries[:-1], bucket_boundaries[1:], strict=True):
        if below >= above:
            raise ValueError(
                f'Buckets must contain sequential increasing lengths, but saw: {below} before '
                f'{above}'
            )
    with tf1.name_scope(name, 'bucket_by_sequence_length', [input_length]):
        length = tf.convert_to_tensor(input_length, tf.int32, name='input_length')
        reached = tf.greater_equal(length, tf.constant(list(bucket_boundaries), tf.int32))
        which = tf.reduce_sum(tf.cast(reached, tf.int32))
        keys = _keys_of(tensors)
        listed = [length, *(tensors if keys is None else (tensors[key] for key in keys))]
        if shapes is not None:
            shapes = [tf.TensorShape([]), *shapes]
        how: dict[str, Any] = {'keep_input': keep_input, 'shared_name': shared_name}
        how.update(dynamic_pad=dynamic_pad, allow_smaller_final_batch=allow_smaller_final_batch)
        sizes = (num_threads, capacity, bucket_capacities, shapes)
        count = len(bucket_boundaries) + 1
        _, (lengths, *batch) = bucket(listed, which, batch_size, count, *sizes, **how)
    return lengths, _as_given(batch, keys)


def _keys_of(tensors: Nest) -> list[Any] | None:
    return sorted(tensors) if isinstance(tensors, dict) else None


def _as_given(batch: list[tf.Tensor], keys: list[Any] | None) -> Nest:
    """The tensors of a batch as a list, or as a dict where that was given."""
    if keys is None:
        return batch
    # TF1 gave a dict of one tensor back with a list around that tensor.
    values = [[each] for each in batch] if len(batch) == 1 else batch
    return dict(zip(keys, values, strict=True))


def _one_for_each_bucket(what: str, given: int | Sequence[int], num_buckets: int) -> list[int]:
    if not isinstance(given, list | tuple):
        return [given] * num_buckets  # type: ignore[list-item]
    if len(given) != num_buckets:
        raise ValueError(
            f'If {what} is a list it must have num_buckets = {num_buckets} elements, and has '
            f'{len(given)}: {given}'
        )
    return list(given)
