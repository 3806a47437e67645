"""tf.contrib.distribute: the strategies with its arguments; the rest is in tf.distribute."""

from __future__ import annotations

from collections.abc import Sequence

import tensorflow as tf


def _gpus(count: int) -> list[str]:
    """The devices of a strategy that was given their number; without GPUs the CPU."""
    return [f'/gpu:{number}' for number in range(count)] or ['/cpu:0']


class MirroredStrategy(tf.compat.v1.distribute.MirroredStrategy):
    """Synchronous training on the devices of one machine.

    Args:
      devices: Names of the devices; by default all GPUs, or the CPU.
      num_gpus: In place of `devices`, how many GPUs.
      num_gpus_per_worker: The same.
      cross_device_ops: How values are reduced across devices, a `tf.distribute.CrossDeviceOps`.
      auto_shard_dataset: Accepted: TensorFlow 2 shards data sets by their options.
      cross_tower_ops: An earlier name of `cross_device_ops`.

    Raises:
      ValueError: More than one of the first three is given.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib import distribute
      >>> distribute.MirroredStrategy(num_gpus=0).num_replicas_in_sync
      1
    """

    def __init__(
        self,
        devices: Sequence[str] | None = None,
        num_gpus: int | None = None,
        num_gpus_per_worker: int | None = None,
        cross_device_ops: tf.distribute.CrossDeviceOps | None = None,
        auto_shard_dataset: bool = False,
        cross_tower_ops: tf.distribute.CrossDeviceOps | None = None,
    ) -> None:
        given = {
            'devices': devices,
            'num_gpus': num_gpus,
            'num_gpus_per_worker': num_gpus_per_worker,
        }
        several = [name for name, value in given.items() if value is not None]
        if len(several) > 1:
            raise ValueError(f'Give one of {" and ".join(several)}: each says which devices.')
        count = num_gpus_per_worker if num_gpus is None else num_gpus
        super().__init__(
            devices if count is None else _gpus(count), cross_device_ops or cross_tower_ops
        )


class CollectiveAllReduceStrategy(tf.compat.v1.distribute.experimental.MultiWorkerMirroredStrategy):
    """Synchronous training on the machines that TF_CONFIG names.

    Args:
      num_gpus_per_worker: Accepted: TensorFlow 2 takes all GPUs that a process sees
        (CUDA_VISIBLE_DEVICES).
      communication: A `tf.distribute.experimental.CommunicationImplementation`.

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib import distribute
      >>> distribute.CollectiveAllReduceStrategy().num_replicas_in_sync
      1
    """

    def __init__(
        self,
        num_gpus_per_worker: int = 0,
        communication: tf.distribute.experimental.CommunicationImplementation = (
            tf.distribute.experimental.CommunicationImplementation.AUTO
        ),
    ) -> None:
        super().__init__(communication)


class ParameterServerStrategy(tf.compat.v1.distribute.experimental.ParameterServerStrategy):
    """Asynchronous training, with the variables on the parameter servers that TF_CONFIG names.

    Args:
      num_gpus_per_worker: Accepted: TensorFlow 2 takes all GPUs that a process sees
        (CUDA_VISIBLE_DEVICES).

    Example:
      >>> from tf_seq2seq_compat.tf1.contrib import distribute
      >>> distribute.ParameterServerStrategy().num_replicas_in_sync
      1
    """

    def __init__(self, num_gpus_per_worker: int = 0) -> None:
        super().__init__()
