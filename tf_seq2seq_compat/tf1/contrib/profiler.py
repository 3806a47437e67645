"""`tf.contrib.tfprof.model_analyzer`: the option sets and the call of its time."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

tf1 = tf.compat.v1

__all__ = [
    'ALL_ADVICE',
    'FLOAT_OPS_OPTIONS',
    'PRINT_ALL_TIMING_MEMORY',
    'TRAINABLE_VARS_PARAMS_STAT_OPTIONS',
    'print_model_analysis',
]

_BUILDER = tf1.profiler.ProfileOptionBuilder

TRAINABLE_VARS_PARAMS_STAT_OPTIONS: dict[str, object] = _BUILDER.trainable_variables_parameter()
FLOAT_OPS_OPTIONS: dict[str, object] = _BUILDER.float_operation()
PRINT_ALL_TIMING_MEMORY: dict[str, object] = _BUILDER.time_and_memory()
ALL_ADVICE: dict[str, object] = {
    f'{each}Checker': {}
    for each in ('ExpensiveOperation', 'AcceleratorUtilization', 'Job', 'Operation')
}


def print_model_analysis(
    graph: object,
    run_meta: object = None,
    op_log: object = None,
    tfprof_cmd: str = 'scope',
    tfprof_options: object = TRAINABLE_VARS_PARAMS_STAT_OPTIONS,
) -> Any:
    """Prints statistics of a graph: parameters, operations, time or memory.

    Args:
      graph: The graph.
      run_meta: `tf.RunMetadata` of a step, for time and memory.
      op_log: More of the operations, as of `tf.profiler.profile`.
      tfprof_cmd: 'scope', 'graph', 'code' or 'op'.
      tfprof_options: Which statistics: one of this module's sets.

    Returns:
      The statistics as a message.
    """
    return tf1.profiler.profile(
        graph, run_meta=run_meta, op_log=op_log, cmd=tfprof_cmd, options=tfprof_options or None
    )
