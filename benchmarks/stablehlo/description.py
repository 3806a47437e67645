"""What an exported workload takes and returns, and how it is read: no TensorFlow, no JAX."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks import workloads


class Description(NamedTuple):
    """An exported workload.

    Fields:
      workload: The fields of its `Workload`.
      platform: What it was lowered for.
      tensorflow: The version that did it.
      arguments: Names of what `@main` takes: `learning_rate`, weights, inputs, `argument/<place>`.
      results: Names of its first results.
      updated: Names of the weights whose new values are the others.
    """

    workload: dict[str, Any]
    platform: str
    tensorflow: str
    arguments: list[str]
    results: list[str]
    updated: list[str]


def read(folder: Path, name: str) -> tuple[bytes, Description, dict[str, np.ndarray]]:
    """Module, description, and arrays of an exported workload.

    Raises:
      FileNotFoundError: If there is none of this name.
      ValueError: If it was exported with other sizes than the workload has now.
    """
    description = Description(**json.loads((folder / f'{name}.json').read_text()))
    if workloads.Workload(**description.workload) != workloads.every()[name]:
        raise ValueError(f'{name} is not the workload that was exported: export it again')
    with np.load(folder / f'{name}.npz') as arrays:
        return (
            (folder / f'{name}.mlirbc').read_bytes(),
            description,
            {key: arrays[key] for key in arrays.files},
        )
