"""The logits processors again, for one row at a time, as plainly as NumPy allows."""

import itertools

import numpy as np

# What is left of the logits of an example after each step.
FADING = 0.9

# For one row: (step, ids [steps], logits [vocabulary]) -> logits.


def softmax(logits):
    shifted = np.exp(logits - logits.max())
    return shifted / shifted.sum()


def log_softmax(logits):
    with np.errstate(divide='ignore'):
        return np.log(softmax(logits))


def only(kept, logits):
    return np.where(kept, logits, -np.inf)


def temperature(value):
    return lambda step, ids, logits: logits / value


def top_k(k):
    return lambda step, ids, logits: only(logits >= sorted(logits)[-min(k, len(logits))], logits)


def most_likely_up_to(p, order, likelihood):
    """The first of `order` until their probabilities reach p."""
    kept, reached = np.zeros(len(order), bool), 0.0
    for word in order:
        kept[word] = True
        reached += likelihood[word]
        if reached >= p:
            break
    return kept


def top_p(p, k=None):
    def processor(step, ids, logits):
        logits = logits if k is None else top_k(k)(step, ids, logits)
        return only(most_likely_up_to(p, np.argsort(-logits), softmax(logits)), logits)

    return processor


def min_p(p):
    return lambda step, ids, logits: only(softmax(logits) >= p * softmax(logits).max(), logits)


def typical_p(p):
    def processor(step, ids, logits):
        likelihood = softmax(logits)
        information = -log_softmax(logits)
        entropy = (likelihood * information)[likelihood > 0].sum()
        order = np.argsort(abs(information - entropy))
        return only(most_likely_up_to(p, order, likelihood), logits)

    return processor


def minimum_length(length, end_token):
    def processor(step, ids, logits):
        return forbidden_ids([end_token])(step, ids, logits) if step < length else logits

    return processor


def forbidden_ids(forbidden):
    def processor(step, ids, logits):
        return only([word not in forbidden for word in range(len(logits))], logits)

    return processor


def forced_ids(forced):
    def processor(step, ids, logits):
        if step >= len(forced) or forced[step] < 0:
            return logits
        return only(np.arange(len(logits)) == forced[step], np.zeros_like(logits))

    return processor


def no_repeat_ngram(size):
    def processor(step, ids, logits):
        said = [int(word) for word in ids[:step]]
        before = said[len(said) - size + 1 :] if size > 1 else []
        there = [said[i : i + size] for i in range(len(said) - size + 1)]
        return only([before + [word] not in there for word in range(len(logits))], logits)

    return processor


def repetition_penalty(penalty):
    def processor(step, ids, logits):
        worse = np.where(logits > 0, logits / penalty, logits * penalty)
        said = np.isin(np.arange(len(logits)), ids[:step])
        return np.where(said, worse, logits)

    return processor


def process(processors, step, ids, logits):
    """`[..., vocabulary]`, row by row; a processor may be a list, of one for each example."""
    result = np.array(logits, np.float64)
    for place in itertools.product(*map(range, result.shape[:-1])):
        for processor in processors:
            one = processor[place[0]] if isinstance(processor, list) else processor
            result[place] = one(step, np.asarray(ids)[place], result[place])
    return result


def greedy(processors, table, bias, start, end, steps):
    """Ids `[batch, steps]`, 0 after all have ended; logits are `table[last id]` and the bias."""
    ids = np.zeros([len(bias), steps], np.int32)
    last, finished = np.full(len(bias), start), np.zeros(len(bias), bool)
    for step in range(steps):
        if finished.all():
            break
        logits = process(processors, step, ids, table[last] + bias * FADING**step)
        last = logits.argmax(-1)
        ids[:, step] = last
        finished |= last == end
    return ids


def gnmt(length, weight):
    return ((5.0 + length) / 6.0) ** weight


def beam_search(
    processors,
    table,
    bias,
    start,
    end,
    steps,
    width,
    length_penalty=0.0,
    normalization=gnmt,
    prune=None,
):
    """`(ids, log-probabilities)`: those of all beams at the end, the best first, and end tokens."""
    batch, words = bias.shape
    beams = [[([], 0.0, False)] for _ in range(batch)]  # ids, log-probability, whether finished
    for step in range(steps):
        if all(finished for row in beams for _, _, finished in row):
            break
        for example, row in enumerate(beams):
            longer = []
            for number, (said, total, finished) in enumerate(row):
                if finished:
                    longer.append((said + [end], total, True, (number, end)))
                    continue
                last = said[-1] if said else start
                logits = log_softmax(table[last] + bias[example] * FADING**step)
                ids = np.array(said + [0] * (steps - len(said)))
                here = [p[example] if isinstance(p, list) else p for p in processors]
                logits = process(here, step, ids, logits)
                for word in range(words):
                    longer.append(
                        (said + [word], total + logits[word], word == end, (number, word))
                    )

            def rank(beam):
                said, total, _, place = beam
                # As TF1: the end token counts from the step after its own on.
                count = len(said)
                if end in said:
                    count = min(said.index(end) + 1, len(said) - 1)
                return -total / normalization(count, length_penalty), place

            kept = sorted(longer, key=rank)[:width]
            ended = [-rank(beam)[0] for beam in kept if beam[2]]
            if prune is not None and ended:
                least = max(ended) - prune
                kept = [
                    beam if beam[2] or -rank(beam)[0] >= least else (beam[0], -np.inf, True, 0)
                    for beam in kept
                ]
            beams[example] = [beam[:3] for beam in kept]
    ids = np.array([[said + [end] * (steps - len(said)) for said, _, _ in row] for row in beams])
    return ids, np.array([[total for _, total, _ in row] for row in beams])
