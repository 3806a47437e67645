"""How fast a workload could be: what it must at least compute, and bring from memory."""

from __future__ import annotations

from collections.abc import Callable
from math import prod

from benchmarks.workloads import Product, Workload, functions, products, weight_shapes

FLOAT = 4  # bytes


def traffic(workload: Workload) -> int:
    """Bytes that one call must bring from memory or write there: those of its steps, and others.

    It is assumed that within a step nothing is brought twice, and from one step to the next nothing
    stays in the processor. With the letters of `workloads.flops`, W for the numbers in the weights
    of the decoder's step, and R = B times the beam width, one step reads

        weights            W           (of training without the output layer, H · V, which is
                                        applied to all steps at once, and read once)
        keys and memory    2 · B · S · H
        words              R · H       (encoder: its inputs)

    and before it the memory is read, and the keys are written, 2 · B · S · H + H · H. Training does
    all that twice, since the gradient of each product reads what the product read, and at the end
    it reads and writes each weight that has changed, of the embeddings those of B · T words. Not
    counted is what a compiler can keep in the processor: states, scores, logits, gradients.
    """
    steps, step, once = _traffic(workload)
    return FLOAT * (steps * step + once)


def step_bytes(workload: Workload) -> int:
    """How many of them one step reads: if they fit, they stay in a cache."""
    return FLOAT * _traffic(workload)[1]


def _traffic(workload: Workload) -> tuple[int, int, int]:
    """Steps, backward ones too, the numbers that each of them reads, and all others."""
    shapes = weight_shapes(workload)
    n, rows = workload.hidden, workload.batch * workload.beam
    apart = ('embedding', 'memory', 'inputs', 'memory_layer/kernel')
    weights = sum(prod(shape) for name, shape in shapes.items() if name not in apart)
    if workload.kind == 'encoder':
        steps, once = workload.source, 0
        step = weights + workload.layers * rows * n
        changed = weights + prod(shapes['inputs'])
    else:
        steps = workload.target
        slots = prod(shapes['memory'])
        once = 2 * slots + n * n
        output = n * workload.vocabulary
        changed = weights + n * n + slots + workload.batch * workload.target * n
        if workload.kind == 'training':
            weights -= output
            once += output
        step = weights + 2 * slots + rows * n
    if workload.kind in ('training', 'encoder'):
        return 2 * steps, step, 2 * once + 2 * changed
    return steps, step, once


def floor(
    workload: Workload,
    product_seconds: Callable[[Product], float],
    bandwidth: float,
    function_seconds: float = 0.0,
) -> tuple[float, str]:
    """Seconds that a call takes at least, and what decides it: `arithmetic` or `memory`.

    It is the greater of the time of all products and functions, one after the other, and of
    `traffic / bandwidth`, as if one could go on during the other.

    Args:
      workload: The workload.
      product_seconds: How long a `Product` takes, all `count` times together.
      bandwidth: Bytes/s that pass between memory and processor, for as many bytes as a step reads.
      function_seconds: Of one `tanh` or `exp`; 0 where they are done beside the products.
    """
    arithmetic = sum(map(product_seconds, products(workload)))
    arithmetic += functions(workload) * function_seconds
    return max((arithmetic, 'arithmetic'), (traffic(workload) / bandwidth, 'memory'))
