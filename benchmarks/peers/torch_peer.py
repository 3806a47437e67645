"""PyTorch, as one would write this model in it: eager, compiled, or as one CUDA graph.

What needs no loop stands outside of it: the embeddings of all steps, and in training the output
layer over all steps at once. Beam search keeps one memory for the beams of a sentence. What is
compiled (`--compile`) is one step of the loop; the loop itself is Python, as in programs that are
trained. On a GPU (`--device cuda`) the mode is `reduce-overhead`, which runs a step as a CUDA
graph. With `--graph` the whole call is one CUDA graph, which decodes to the last step always.

`--tf32` lets products of a GPU round their operands to 10 bits.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402, N812
import torch.utils._pytree as pytree  # noqa: E402

from benchmarks import workloads  # noqa: E402
from benchmarks.peers import layouts, serving  # noqa: E402


class Program:
    """The weights of one workload, and the function that uses them."""

    def __init__(self, workload, compiled, graphed=False):
        self.workload = one = workload
        self.graphs = {} if graphed else None  # by learning rate, with the results
        # As all tensors here, on the default device.
        self.given = {k: torch.tensor(v).long() for k, v in workloads.inputs(one).items()}
        positions = torch.arange(one.source)
        self.source_mask = positions < self.given['source_lengths'][:, None]
        if one.kind == 'beam':
            self.only_end = torch.full([one.vocabulary], float('-inf'))
            self.only_end[workloads.END_ID] = 0.0
        if one.kind == 'training':
            self.target_mask = torch.tensor(workloads.target_mask(one))
        self.w = {}
        self.function = {
            'greedy': self.greedy,
            'beam': self.beam,
            'training': self.train,
            'encoder': self.train_encoder,
        }[one.kind]
        self.decoder_step = self.attend_once
        self.replays = compiled and torch.get_default_device().type == 'cuda' and not graphed
        mode = 'reduce-overhead' if self.replays else None
        if compiled and one.kind == 'encoder':
            self.encoder_loss = torch.compile(self.encoder_loss, dynamic=False, mode=mode)
        elif compiled:
            self.decoder_step = self.kept(torch.compile(self.attend_once, dynamic=False, mode=mode))
            self.beam_choice = self.kept(torch.compile(self.beam_choice, dynamic=False, mode=mode))

    def kept(self, function):
        """A compiled function whose results outlast its next call, which reuses their memory."""
        if not self.replays:
            return function

        def call(*arguments):
            return pytree.tree_map(torch.clone, function(*arguments))

        return call

    # -- the model ----------------------------------------------------------------------------

    def run_cell(self, x, state):
        """One step of the cell: the new state, its first part the output."""
        w = self.w
        if self.workload.cell == 'lstm':
            return torch.lstm_cell(x, state, w['kernel'], w['recurrent'], w['bias'], w['no_bias'])
        [h] = state
        gates = torch.sigmoid(torch.addmm(w['gates_bias'], torch.cat([x, h], 1), w['gates']))
        r, u = gates.chunk(2, 1)
        new = torch.addmm(w['candidate_bias'], torch.cat([x, r * h], 1), w['candidate'])
        return (u * h + (1 - u) * torch.tanh(new),)

    def attend_once(self, x, attention, state, keys, memory):
        """One step of the decoder for `[batch, beam, …]` merged to rows: attention and state."""
        one = self.workload
        state = self.run_cell(torch.cat([x, attention], 1), state)
        query = state[0]
        by_beam = query.view(one.batch, one.beam, one.hidden)
        if one.attention == 'bahdanau':
            query_keys = by_beam @ self.w['query_layer/kernel']
            summed = torch.tanh(keys[:, None] + query_keys[:, :, None])
            scores = summed @ self.w['attention_v']
        else:
            scores = by_beam @ keys.transpose(1, 2)
        scores = scores.masked_fill(~self.source_mask[:, None], float('-inf'))
        context = torch.softmax(scores, 2) @ memory
        context = context.view(one.batch * one.beam, one.hidden)
        return torch.cat([query, context], 1) @ self.w['attention_layer/kernel'], state

    def begin(self):
        """Keys, memory, and zeros for attention and state."""
        one = self.workload
        memory = self.w['memory'] * self.source_mask[:, :, None]
        zeros = torch.zeros(one.batch * one.beam, one.hidden)
        state = (zeros, zeros) if one.cell == 'lstm' else (zeros,)
        return memory @ self.w['memory_layer/kernel'], memory, zeros, state

    # -- the workloads ------------------------------------------------------------------------

    @torch.inference_mode()
    def greedy(self, learning_rate):
        one = self.workload
        keys, memory, attention, state = self.begin()
        ids = torch.full([one.batch], workloads.START_ID)
        finished = torch.zeros(one.batch, dtype=torch.bool)
        chosen = []
        for _ in range(one.target):
            x = self.w['embedding'][ids]
            attention, state = self.decoder_step(x, attention, state, keys, memory)
            ids = (attention @ self.w['output/kernel']).argmax(1)
            chosen.append(ids)
            finished = finished | (ids == workloads.END_ID)
            if self.graphs is None and finished.all():
                break
        return {'ids': torch.stack(chosen, 1), 'attention': attention}

    def beam_choice(self, attention, scores, finished):
        """The best continuations: their scores, words and parents, `[batch, beam]`."""
        one = self.workload
        logits = attention @ self.w['output/kernel']
        logits = logits.view(one.batch, one.beam, one.vocabulary)
        steps = torch.log_softmax(logits, 2)
        # A finished sequence goes on with its end token alone, for nothing.
        totals = scores[:, :, None] + torch.where(finished[:, :, None], self.only_end, steps)
        scores, best = totals.view(one.batch, -1).topk(one.beam)
        return scores, best % one.vocabulary, best // one.vocabulary

    @torch.inference_mode()
    def beam(self, learning_rate):
        one = self.workload
        keys, memory, attention, state = self.begin()
        ids = torch.full([one.batch * one.beam], workloads.START_ID)
        scores = torch.full([one.batch, one.beam], float('-inf'))
        scores[:, 0] = 0.0
        finished = torch.zeros(one.batch, one.beam, dtype=torch.bool)
        first_rows = torch.arange(one.batch)[:, None] * one.beam
        words, parents = [], []
        for _ in range(one.target):
            x = self.w['embedding'][ids]
            attention, state = self.decoder_step(x, attention, state, keys, memory)
            scores, word, parent = self.beam_choice(attention, scores, finished)
            rows = (first_rows + parent).view(-1)
            attention, state = attention[rows], tuple(part[rows] for part in state)
            finished = finished.gather(1, parent) | (word == workloads.END_ID)
            ids = word.view(-1)
            words.append(word)
            parents.append(parent)
            if self.graphs is None and finished.all():
                break
        beams = torch.arange(one.beam).expand(one.batch, one.beam)
        paths = []
        for word, parent in zip(reversed(words), reversed(parents), strict=True):
            paths.append(word.gather(1, beams))
            beams = parent.gather(1, beams)
        return {'ids': torch.stack(paths[::-1], 1), 'scores': scores}

    def train(self, learning_rate):
        given = self.given
        # As rows, so that only the words that occur have a gradient.
        rows = self.w['embedding'].detach()[given['decoder_inputs']].requires_grad_()
        keys, memory, attention, state = self.begin()
        attentions = []
        for x in rows.unbind(1):
            attention, state = self.decoder_step(x, attention, state, keys, memory)
            attentions.append(attention)
        logits = torch.stack(attentions, 1).flatten(0, 1) @ self.w['output/kernel']
        losses = F.cross_entropy(logits, given['targets'].flatten(), reduction='none')
        mask = self.target_mask.flatten()
        loss = (losses * mask).sum() / (mask.sum() + 1e-12)
        return self.update(loss, learning_rate, rows)

    def encoder_loss(self):
        one, w = self.workload, self.w
        if one.cell == 'lstm':
            zeros = torch.zeros(one.layers, one.batch, one.hidden)
            names = ('kernel', 'recurrent', 'bias', 'no_bias')
            given = [w[each + name] for each in layouts.prefixes(one.layers) for name in names]
            outputs = torch.lstm(
                w['inputs'], (zeros, zeros), given, True, one.layers, 0.0, True, False, True
            )[0]
        else:
            state, steps = (torch.zeros(one.batch, one.hidden),), []
            for x in w['inputs'].unbind(1):
                state = self.run_cell(x, state)
                steps.append(state[0])
            outputs = torch.stack(steps, 1)
        # What follows the end of a sequence has no part in anything before.
        return (outputs * self.source_mask[:, :, None]).square().sum() / (one.batch * one.source)

    def train_encoder(self, learning_rate):
        return self.update(self.encoder_loss(), learning_rate)

    def update(self, loss, learning_rate, rows=None):
        """Gradient descent on all weights; `rows` are those of the embedding that were used."""
        trained = [v for v in self.w.values() if v.requires_grad]
        sources = trained if rows is None else [*trained, rows]
        gradients = torch.autograd.grad(loss, sources)
        with torch.no_grad():
            for value, gradient in zip(trained, gradients, strict=False):
                value.sub_(gradient, alpha=learning_rate)
            if rows is not None:
                ids = self.given['decoder_inputs'].flatten()
                changes = gradients[-1].flatten(0, 1)
                self.w['embedding'].index_add_(0, ids, changes, alpha=-learning_rate)
        return {'loss': loss.detach()}

    # -- weights ------------------------------------------------------------------------------

    def load(self, weights):
        units = self.workload.hidden
        own = {k: v for k, v in weights.items() if '_cell/' not in k}
        if self.workload.cell == 'lstm':
            layers = self.workload.layers
            cells = layouts.by_layer(weights, layers)
            for each, cell in zip(layouts.prefixes(layers), cells, strict=True):
                kernel, recurrent, bias = layouts.split_lstm(cell, units)
                own |= {each + 'kernel': kernel.T, each + 'recurrent': recurrent.T}
                own |= {each + 'bias': bias, each + 'no_bias': np.zeros_like(bias)}
        else:
            for part in ('gates', 'candidate'):
                own[part] = weights[f'gru_cell/{part}/kernel']
                own[f'{part}_bias'] = weights[f'gru_cell/{part}/bias']
        training = self.workload.kind in ('training', 'encoder')
        for name, value in own.items():
            new = torch.tensor(np.ascontiguousarray(value))
            if name not in self.w:
                fixed = name == 'embedding' or name.endswith('no_bias')
                self.w[name] = new.requires_grad_(training and not fixed)
            else:
                with torch.no_grad():
                    self.w[name].copy_(new)

    def weights(self):
        own = {name: value.detach().cpu().numpy() for name, value in self.w.items()}
        if self.workload.cell == 'lstm':
            for each in layouts.prefixes(self.workload.layers):
                parts = [own.pop(each + name) for name in ('kernel', 'recurrent', 'bias')]
                own.pop(each + 'no_bias')
                joined = layouts.joined_lstm(parts[0].T, parts[1].T, parts[2])
                own |= {each + name: value for name, value in joined.items()}
            return own
        for part in ('gates', 'candidate'):
            own[f'gru_cell/{part}/kernel'] = own.pop(part)
            own[f'gru_cell/{part}/bias'] = own.pop(f'{part}_bias')
        return own

    def step(self, learning_rate):
        if self.graphs is None:
            results = self.function(learning_rate)
        else:
            if learning_rate not in self.graphs:
                self.graphs[learning_rate] = self.captured(learning_rate)
            graph, results = self.graphs[learning_rate]
            graph.replay()
        return {name: value.cpu().numpy() for name, value in results.items()}

    def captured(self, learning_rate):
        """The graph of one call, and its results; the weights stay as they are."""
        before = {name: value.detach().clone() for name, value in self.w.items()}
        stream = torch.cuda.Stream()
        stream.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(stream):  # libraries get their memory outside of the graph
            for _ in range(3):
                self.function(0.0)
        torch.cuda.current_stream().wait_stream(stream)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            results = self.function(learning_rate)
        with torch.no_grad():
            for name, value in before.items():
                self.w[name].copy_(value)
        return graph, results


if __name__ == '__main__':
    torch.set_num_threads(serving.threads())
    torch.set_num_interop_threads(serving.threads())
    compiled, graphed = '--compile' in sys.argv[1:], '--graph' in sys.argv[1:]
    torch.set_default_device('cuda' if 'cuda' in sys.argv[1:] else 'cpu')
    torch.backends.cuda.matmul.allow_tf32 = '--tf32' in sys.argv[1:]
    torch.backends.cudnn.allow_tf32 = '--tf32' in sys.argv[1:]
    serving.serve(lambda workload: Program(workload, compiled, graphed))
