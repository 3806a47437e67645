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
      layers: Cells above each other, of `encoder` alone.
      over_tf1: How many times the speed of TF 1.15.5 is wanted; 0 where nothing more is.
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
    layers: int = 1
    over_tf1: float = 0.0
    over_memory: float = 0.0


_MIDDLE = [
    Workload('greedy-32', 'greedy', 32, 256, 8000),
    Workload('beam-8', 'beam', 8, 256, 8000, beam=5),
    Workload('training-32', 'training', 32, 256, 8000, over_tf1=2.4),
]

WORKLOADS = [
    Workload('greedy-1', 'greedy', 1, 256, 8000),
    Workload('greedy-64', 'greedy', 64, 512, 16000),
    Workload('beam-32', 'beam', 32, 512, 16000, beam=5),
    Workload('training-1', 'training', 1, 256, 8000, over_tf1=2.4),
    Workload('training-64', 'training', 64, 512, 16000, over_tf1=2.4),
    Workload('speech', 'training', 16, 256, 80, 400, 200, over_tf1=2.4, over_memory=3.0),
    Workload('speech-beam', 'beam', 32, 512, 80, 800, 50, beam=5),
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
    Workload('quick-encoder-layers', 'encoder', 4, 32, source=12, target=0, layers=3),
]

# What fills a GPU, and takes a CPU long.
GPU = [
    Workload('greedy-256', 'greedy', 256, 1024, 16000),
    Workload('beam-64', 'beam', 64, 1024, 16000, beam=10),
    Workload('training-256', 'training', 256, 1024, 16000),
    Workload('speech-32', 'training', 32, 256, 80, 800, 400),
    Workload('encoder-1024', 'encoder', 64, 1024, source=100, target=0),
]


def every() -> dict[str, Workload]:
    """All workloads by name."""
    return {one.name: one for one in [*WORKLOADS, *QUICK, *GPU]}


def weight_shapes(workload: Workload) -> dict[str, list[int]]:
    """Shapes of the weights by their names, which are the ends of TF 1.15.5's names."""
    n, v = workload.hidden, workload.vocabulary
    encoder = workload.kind == 'encoder'
    depth = n if encoder else 2 * n  # of what the cell reads: a word, and the last attention
    if workload.layers > 1:
        one = weight_shapes(workload._replace(layers=1))
        inputs = {'inputs': one.pop('inputs')}
        cells = range(workload.layers)
        return {**{f'cell_{i}/{k}': v for i in cells for k, v in one.items()}, **inputs}
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


class Product(NamedTuple):
    """Products of matrices `[rows, inner] · [inner, columns]`.

    Fields:
      count: How many times in one call.
      batch: How many of them at a time, each of its own matrices.
      rows, inner, columns: The sizes.
    """

    count: int
    batch: int
    rows: int
    inner: int
    columns: int

    @property
    def flops(self) -> int:
        """Multiplications and additions of all of them."""
        return 2 * self.count * self.batch * self.rows * self.inner * self.columns


def products(workload: Workload) -> list[Product]:
    """The products of one call, as few and as large as they can be.

    With B the batch, K the beam width, R = B · K, H hidden, V words, S source and T target steps,
    and G = 4 (LSTM) or 3 (GRU), one step has

        cell              [R, 2H + H] · [3H, G·H]   (encoder: 2H instead of 3H)
        query             [R, H] · [H, H]           (Bahdanau)
        score             [R·S, H] · [H, 1]         (Luong: B of [K, H] · [H, S])
        context           B of [K, S] · [S, H]
        attention layer   [R, 2H] · [2H, H]
        output            [R, H] · [H, V]

    and the keys are [B·S, H] · [H, H], once for a batch without its beams. Training has three times
    as many operations, since each product has two in its gradient. There words are known before
    the loop, and what no later step reads can follow it: the cell's product with the words, the
    output layer and the gradients of weights and memory are one product over all steps.
    """
    one = workload
    n, source, rows = one.hidden, one.source, one.batch * one.beam
    gates = (4 if one.cell == 'lstm' else 3) * n
    if one.kind == 'encoder':
        cell = [*_trained(source, rows, n, gates, True), *_trained(source, rows, n, gates, False)]
        return [product._replace(count=product.count * one.layers) for product in cell]
    steps, training = one.target, one.kind == 'training'
    if one.attention == 'luong':
        score = [Product(steps, one.batch, one.beam, n, source)]
        score_gradients = [
            Product(steps, one.batch, one.beam, source, n),
            Product(1, one.batch, source, steps, n),
        ]
    else:
        # Backwards the same numbers are read, element by element.
        score = [Product(steps, 1, rows * source, n, 1)]
        score_gradients = 2 * score
    context = Product(steps, one.batch, one.beam, source, n)
    layers = [(rows, 2 * n, n)]
    if one.attention == 'bahdanau':
        layers.append((rows, n, n))
    if not training:
        layers += [(rows, 3 * n, gates), (rows, n, one.vocabulary)]
        keys = Product(1, 1, one.batch * source, n, n)
        return [*(Product(steps, 1, *layer) for layer in layers), *score, context, keys]
    layers.append((rows, 2 * n, gates))
    apart = [(rows, n, gates), (rows, n, one.vocabulary)]
    return [
        *(p for layer in layers for p in _trained(steps, *layer, False)),
        *(p for layer in apart for p in _trained(steps, *layer, True)),
        *_trained(1, one.batch * source, n, n, True),
        *score,
        *score_gradients,
        context,
        Product(steps, one.batch, one.beam, n, source),
        Product(1, one.batch, source, steps, n),
    ]


def _trained(steps: int, rows: int, inner: int, columns: int, at_once: bool) -> list[Product]:
    """A layer over all steps and its gradients: that of its weight is one product always."""
    count, height = (1, steps * rows) if at_once else (steps, rows)
    return [
        Product(count, 1, height, inner, columns),
        Product(count, 1, height, columns, inner),
        Product(1, 1, inner, steps * rows, columns),
    ]


def flops(workload: Workload) -> int:
    """Floating point operations of one call: the multiplications and additions of its products.

    Not counted is what is done element by element: softmax, masks, choosing words, the update.
    """
    return sum(product.flops for product in products(workload))


def functions(workload: Workload) -> int:
    """How many times at least a call has to compute `tanh` or `exp`.

    They are those of the cells' gates and states, of Bahdanau's energies, of the attention, and,
    where probabilities of words are wanted, of the vocabulary. Backwards none is computed again.
    """
    one = workload
    rows = one.batch * one.beam
    cell = rows * one.hidden * (5 if one.cell == 'lstm' else 3)
    if one.kind == 'encoder':
        return one.layers * one.source * cell
    energies = rows * one.source * (one.hidden if one.attention == 'bahdanau' else 0)
    words = 0 if one.kind == 'greedy' else rows * one.vocabulary
    return one.target * (cell + energies + rows * one.source + words)
