"""`tf.contrib.distribute`: strategies by the arguments that contrib had."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import tensorflow as tf

__all__ = ['MirroredStrategy']


class MirroredStrategy(tf.compat.v1.distribute.MirroredStrategy):
    """Copies of the variables on each device of this machine.

    Args:
      devices: The devices; all GPUs where neither this nor a number is given.
      num_gpus: How many GPUs to use, from the first on.
      num_gpus_per_worker: The same, by its later name.
      cross_device_ops: How the copies are brought together.
      auto_shard_dataset: Not used: there is one worker.
      cross_tower_ops: The older name of `cross_device_ops`.

    Raises:
      ValueError: If both numbers, or devices and a number, are given.

    Legacy: `tf.contrib.distribute.MirroredStrategy` of TF 1.15.
    """

    def __init__(
        self,
        devices: Sequence[str] | None = None,
        num_gpus: int | None = None,
        num_gpus_per_worker: int | None = None,
        cross_device_ops: Any = None,
        auto_shard_dataset: bool = False,
        cross_tower_ops: Any = None,
    ) -> None:
        if num_gpus is not None and num_gpus_per_worker is not None:
            raise ValueError('You cannot specify both `num_gpus` and `num_gpus_per_worker`.')
        number = num_gpus_per_worker if num_gpus is None else num_gpus
        if number is not None:
            if devices is not None:
                raise ValueError('You cannot specify both `devices` and a number of GPUs.')
            # Without a GPU, the copies of a number of GPUs were one on the CPU.
            devices = [f'/device:GPU:{index}' for index in range(number)] or ['/device:CPU:0']
        super().__init__(devices, cross_device_ops or cross_tower_ops)
