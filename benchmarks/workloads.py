"""The workloads, as data: their sizes, numbers, arithmetic, and what is wanted of them.

Every peer implements one model. A decoder with one recurrent cell of `hidden` units attends to a
memory `[batch, source, hidden]` at each step; attention, attention layer and embeddings have the
same depth; the output layer has no bias. The memory stands for what an encoder has read: it is
trained as if it were a weight, so that the gradient an encoder needs is computed.

Weights have the names and layouts of TF 1.15.5 (LSTM gates in the order i, j, f, o, to whose f one
is added; GRU gates r, u). This module runs on Python 3.7 too, where TF 1.15.5 is.
"""

from __future__ import annotations

import zlib
from typing import NamedTuple

import numpy as np

START_ID = 1
# No word of the vocabulary, so that every sequence is decoded to the end.
END_ID = -1
# Rows and columns of the matrices whose product shows the machine's rate.
PRODUCT_SIZE = 2048


class Workload(NamedTuple):
    """One workload.

    Fields:
      name: Its name on the command line.
      kind: `greedy`, `beam`, `training` or `encoder`. Training is one step of gradient descent
        (forward, backward, update); `encoder` is that for `dynamic_rnn` alone, no attention.
      batch: Sequences.
      hidden: Units of the cell, and every other depth.
      vocabulary: Words.
      source: Memory slots, or the encoder's steps.
      target: Decoding steps.
      beam: Beam width.
      cell: `lstm` or `gru`.
      attention: `bahdanau` or `luong`.
      over_best: How many times the best peer's speed is wanted of us.
      over_tf1: How many times the speed of TF 1.15.5 is wanted; 0 where nothing more is.
      over_rate: Which part of the rate of a matrix product is wanted; 0 where nothing is.
      over_memory: How many times our memory that of TFA and of TF 1.15.5 is wanted to be at least;
        0 where nothing is.
    """

    name: str
    kind: str
    batch: int
    hidden: int
    vocabulary: int = 0
    source: int = 50
    target: int = 50
    beam: int = 1
    cell: str = 'lstm'
    attention: str = 'bahdanau'
    over_best: float = 1.0
    over_tf1: float = 0.0
    over_rate: float = 0.0
    over_memory: float = 0.0


_MIDDLE = [
    Workload('greedy-32', 'greedy', 32, 256, 8000),
    Workload('beam-8', 'beam', 8, 256, 8000, beam=5, over_best=1.2),
    Workload('training-32', 'training', 32, 256, 8000, over_best=1.35, over_tf1=2.4),
]

WORKLOADS = [
    Workload('greedy-1', 'greedy', 1, 256, 8000),
    Workload('greedy-64', 'greedy', 64, 512, 16000, over_rate=0.75),
    Workload('beam-32', 'beam', 32, 512, 16000, beam=5, over_best=1.2),
    Workload('training-1', 'training', 1, 256, 8000, over_best=5.0, over_tf1=2.4),
    Workload(
        'training-64', 'training', 64, 512, 16000, over_best=1.35, over_tf1=2.4, over_rate=0.75
    ),
    Workload(
        'speech', 'training', 16, 256, 80, 400, 200, over_best=2.5, over_tf1=2.4, over_memory=3.0
    ),
    Workload('encoder-64', 'encoder', 64, 512, source=100, target=0),
]
for _one in _MIDDLE:
    WORKLOADS += [
        _one,
        _one._replace(name=_one.name + '-gru', cell='gru'),
        _one._replace(name=_one.name + '-luong', attention='luong'),
    ]
_KINDS = ['greedy', 'beam', 'training', 'encoder']
WORKLOADS.sort(key=lambda one: (_KINDS.index(one.kind), one.source, one.batch * one.hidden))

# To try the benchmarks themselves: too small to say anything about speed.
QUICK = [
    Workload('quick-greedy', 'greedy', 4, 32, 200, 12, 10),
    Workload('quick-beam', 'beam', 3, 32, 200, 12, 10, beam=4),
    Workload('quick-training', 'training', 4, 32, 200, 12, 10),
    Workload(
        'quick-training-gru-luong', 'training', 4, 32, 200, 12, 10, cell='gru', attention='luong'
    ),
    Workload('quick-encoder', 'encoder', 4, 32, source=12, target=0),
]

# What fills a GPU, and takes a CPU long.
GPU = [
    Workload('greedy-256', 'greedy', 256, 1024, 16000, over_best=1.5),
    Workload('beam-64', 'beam', 64, 1024, 16000, beam=10, over_best=1.5),
    Workload('training-256', 'training', 256, 1024, 16000, over_best=1.5),
    Workload('speech-32', 'training', 32, 256, 80, 800, 400, over_best=1.5),
    Workload('encoder-1024', 'encoder', 64, 1024, source=100, target=0, over_best=1.5),
]


def every() -> dict[str, Workload]:
    """All workloads by name."""
    return {one.name: one for one in [*WORKLOADS, *QUICK, *GPU]}


def weight_shapes(workload: Workload) -> dict[str, list[int]]:
    """Shapes of the weights by their names, which are the ends of TF 1.15.5's names."""
    n, v = workload.hidden, workload.vocabulary
    encoder = workload.kind == 'encoder'
    depth = n if encoder else 2 * n  # of what the cell reads: a word, and the last attention
    if workload.cell == 'lstm':
        shapes = {'lstm_cell/kernel': [depth + n, 4 * n], 'lstm_cell/bias': [4 * n]}
    else:
        shapes = {
            'gru_cell/gates/kernel': [depth + n, 2 * n],
            'gru_cell/gates/bias': [2 * n],
            'gru_cell/candidate/kernel': [depth + n, n],
            'gru_cell/candidate/bias': [n],
        }
    if encoder:
        return dict(shapes, inputs=[workload.batch, workload.source, n])
    if workload.attention == 'bahdanau':
        shapes.update({'query_layer/kernel': [n, n], 'attention_v': [n]})
    shapes.update(
        {
            'memory_layer/kernel': [n, n],
            'attention_layer/kernel': [2 * n, n],
            'output/kernel': [n, v],
            'embedding': [v, n],
            'memory': [workload.batch, workload.source, n],
        }
    )
    return shapes


def _random(*key: object) -> np.random.RandomState:
    return np.random.RandomState(zlib.crc32(' '.join(map(str, key)).encode()) & 0xFFFFFFFF)


def weight(name: str, shape: list[int]) -> np.ndarray:
    """The value of a weight, from its name and shape alone: a float32 array."""
    if name in ('embedding', 'memory', 'inputs'):
        scale = 1.0
    elif name == 'attention_v':
        scale = (12.0 / shape[0]) ** 0.5  # attention that is neither flat nor a choice
    elif name.endswith('bias'):
        scale = 0.1
    else:
        scale = (3.0 / shape[0]) ** 0.5 * (4.0 if name == 'output/kernel' else 1.0)
    return _random(name, shape).uniform(-scale, scale, shape).astype(np.float32)


def weights(workload: Workload) -> dict[str, np.ndarray]:
    """All weights of a workload by name."""
    return {name: weight(name, shape) for name, shape in weight_shapes(workload).items()}


def _lengths(count: int, longest: int) -> np.ndarray:
    """Lengths between the half and the whole of `longest`; the first is the longest."""
    shorter = np.arange(count) * 7 % (longest // 2 + 1)
    return (longest - shorter).astype(np.int32)


def inputs(workload: Workload) -> dict[str, np.ndarray]:
    """The other inputs by name, int32 arrays.

    Returns:
      `source_lengths` `[batch]`; for training `target_lengths` `[batch]`, `decoder_inputs` and
      `targets` `[batch, target]`.
    """
    arrays = {'source_lengths': _lengths(workload.batch, workload.source)}
    if workload.kind == 'training':
        arrays['target_lengths'] = _lengths(workload.batch, workload.target)
        for name in ('decoder_inputs', 'targets'):
            shape = [workload.batch, workload.target]
            ids = _random(name, shape).randint(0, workload.vocabulary, shape)
            arrays[name] = ids.astype(np.int32)
    return arrays


def target_mask(workload: Workload) -> np.ndarray:
    """float32 `[batch, target]`: 1 for the steps that the loss counts."""
    lengths = inputs(workload)['target_lengths']
    return (np.arange(workload.target) < lengths[:, None]).astype(np.float32)


def flops(workload: Workload) -> int:
    """Floating point operations of one call: the multiplications and additions of its products.

    A product `[m, k] · [k, n]` has 2·m·k·n of them. With B the batch (times the beam width), H
    hidden, V words, S source and T target steps, and G = 4 (LSTM) or 3 (GRU), one step has the
    products of

        cell              2 · B · (2H + H) · G·H      (encoder: 2H instead of 3H)
        query             2 · B · H · H               (Bahdanau)
        score, context    2 · B · S · H, each
        attention layer   2 · B · 2H · H
        output            2 · B · H · V

    and the whole T times that and the keys, 2 · B · S · H · H, once for a batch without its beams.
    Training has three times as much: each product has two in its gradient. Not counted is what is
    done element by element: tanh, softmax, masks, choosing words, the update.
    """
    rows = workload.batch * workload.beam
    n, source = workload.hidden, workload.source
    gates = 4 if workload.cell == 'lstm' else 3
    if workload.kind == 'encoder':
        return 3 * source * 2 * rows * 2 * n * gates * n
    step = 2 * rows * 3 * n * gates * n
    if workload.attention == 'bahdanau':
        step += 2 * rows * n * n
    step += 2 * 2 * rows * source * n
    step += 2 * rows * 2 * n * n
    step += 2 * rows * n * workload.vocabulary
    total = workload.target * step + 2 * workload.batch * source * n * n
    return 3 * total if workload.kind == 'training' else total
