"""Writes the compiled workloads as StableHLO, and what they give on the CPU.

It needs TensorFlow and this package; what executes them needs neither. For each workload there are

    <name>.mlirbc  the module, in MLIR's bytecode
    <name>.npz     what must come out (see `serving.outcome`), and of the arguments those, by
                   `argument/<place>`, which are neither weights nor inputs of the workload
    <name>.json    `Description`
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

from benchmarks import report, workloads  # noqa: E402
from benchmarks.peers import ours, serving  # noqa: E402
from benchmarks.stablehlo.description import Description  # noqa: E402
from tf_seq2seq_compat.core import cpu_forms  # noqa: E402
from tf_seq2seq_compat.export import lifting  # noqa: E402


def exported(
    workload: workloads.Workload, platform: str
) -> tuple[bytes, Description, dict[str, np.ndarray]]:
    """The module of one workload, what it takes and returns, and arguments without a name."""
    program = ours.Program(workload, jit_compile=True)
    with cpu_forms.assuming(cpu=platform == 'CPU'):
        lifted = lifting.lift(program.function, tf.TensorSpec([], tf.float32))
    names = {id(one): name for name, one in [*program.by_name.items(), *program.given.items()]}
    arguments, unnamed = ['learning_rate'], {}
    for place, one in enumerate(lifted.captured, 1):
        arguments.append(names.get(id(one), f'argument/{place}'))
        if id(one) not in names:
            unnamed[arguments[-1]] = one.numpy()
    # As precise as float32 is: whoever wants less says so where the module is executed.
    precise = tf.config.experimental.tensor_float_32_execution_enabled()
    tf.config.experimental.enable_tensor_float_32_execution(False)
    try:
        module = lifting.export(lifted, platform)
    finally:
        tf.config.experimental.enable_tensor_float_32_execution(precise)
    results = program.function.get_concrete_function(tf.TensorSpec([], tf.float32))
    description = Description(
        workload=workload._asdict(),
        platform=platform,
        tensorflow=tf.__version__,
        arguments=arguments,
        results=sorted(results.structured_outputs),
        updated=[names[id(one)] for one in lifted.updated],
    )
    return module, description, unnamed


def write(workload: workloads.Workload, platform: str, folder: Path) -> None:
    """Writes the three files of a workload; the description last, which says that all are there."""
    module, description, arrays = exported(workload, platform)
    # Uncompiled, those for GPUs would need tens of gigabytes for what the gradient reads.
    on_cpu = ours.Program(workload, jit_compile=workload in workloads.GPU)
    arrays.update(serving.outcome(on_cpu, workload))
    encoded = json.dumps(description._asdict(), indent=1)

    def save(path: Path) -> None:
        with path.open('wb') as file:
            np.savez(file, **arrays)

    steps: list[tuple[str, Callable[[Path], Any]]] = [
        ('.mlirbc', lambda path: path.write_bytes(module)),
        ('.npz', save),
        ('.json', lambda path: path.write_text(encoded)),
    ]
    for suffix, make in steps:
        report.replace(folder / (workload.name + suffix), make)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exports the workloads that are named; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('names', nargs='+', help='workloads')
    parser.add_argument('--platform', default='GPU')
    parser.add_argument('--folder', type=Path, required=True)
    options = parser.parse_args(arguments)
    options.folder.mkdir(parents=True, exist_ok=True)
    for name in options.names:
        write(workloads.every()[name], options.platform, options.folder)
        print(f'exported {name}', flush=True)
    return 0


if __name__ == '__main__':
    sys.exit(main())
