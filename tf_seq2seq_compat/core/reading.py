"""What a step of a loop reads of its inputs."""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf


class Reading(NamedTuple):
    """A step's element of inputs: `sequence[time + ahead]`, which the placeholder stands for."""

    sequence: tf.Tensor
    ahead: int
    placeholder: tf.Tensor
