"""Exports the g2p model in the formats that are served, and measures what quantised weights cost.

    tf-seq2seq-compat run ../tf1/g2p.py --mode=train --model_dir=/tmp/g2p
    python export_models.py --checkpoint=/tmp/g2p/model.ckpt-4000 --models=/tmp/g2p_models
    python export_models.py --checkpoint=/tmp/g2p/model.ckpt-4000 --error_rates

Of greedy decoding and beam search there is a folder with an ONNX model and one with a SavedModel,
each with the settings and the code that MLServer reads: `mlserver start FOLDER` needs no more.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

import tf_seq2seq_compat as seq2seq
from tf_seq2seq_compat import checkpoint, export

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / 'tf2'))
import g2p  # noqa: E402

BEAMS = 5
ARGUMENTS = [
    tf.TensorSpec([None, None], tf.int32, 'letters'),
    tf.TensorSpec([None], tf.int32, 'lengths'),
]
RUNTIMES = {'onnx': 'runtimes.OnnxModel', 'saved_model': 'runtimes.SavedModel'}


class Model(g2p.Model):
    """The model, for batches and words of any size: XLA's have fixed ones."""

    def attend(self, encoded: g2p.Encoded, keep_prob: float = 1.0) -> Any:
        del keep_prob
        self.attention.setup_memory(encoded.memory, encoded.lengths)
        cell = seq2seq.AttentionWrapper(
            self.decoder, self.attention, attention_layer=self.attention_layer
        )
        zero_state = cell.zero_state(tf.shape(encoded.lengths)[0], tf.float32)
        return cell, zero_state.clone(cell_state=encoded.state)

    def phonemes(self, letters: tf.Tensor, lengths: tf.Tensor) -> dict[str, tf.Tensor]:
        """Greedy decoding: ids `[batch, steps]`."""
        cell, state = self.attend(self.encode(letters, lengths))
        helper = seq2seq.GreedyEmbeddingHelper(
            self.phoneme_embedding, tf.fill([tf.shape(letters)[0]], g2p.GO), g2p.EOS
        )
        decoder = seq2seq.BasicDecoder(cell, helper, state, self.output)
        outputs, _, _ = seq2seq.dynamic_decode(
            decoder, maximum_iterations=g2p.most_steps(tf.shape(letters)[1])
        )
        return {'phonemes': outputs.sample_id}

    def best_phonemes(self, letters: tf.Tensor, lengths: tf.Tensor) -> dict[str, tf.Tensor]:
        """Beam search: the ids of the best beam `[batch, steps]`."""
        encoded = seq2seq.tile_batch(self.encode(letters, lengths), BEAMS)
        cell, state = self.attend(encoded)
        decoder = seq2seq.BeamSearchDecoder(
            cell,
            self.phoneme_embedding,
            tf.fill([tf.shape(letters)[0]], g2p.GO),
            g2p.EOS,
            state,
            BEAMS,
            self.output,
        )
        outputs, _, _ = seq2seq.dynamic_decode(
            decoder, maximum_iterations=g2p.most_steps(tf.shape(letters)[1])
        )
        return {'phonemes': outputs.predicted_ids[:, :, 0]}


def functions(path: str) -> dict[str, tuple[Callable[..., Any], list[tf.TensorSpec]]]:
    """What is exported, with the weights of a checkpoint of ../tf1/g2p.py."""
    reader = tf.train.load_checkpoint(path)
    size = reader.get_variable_to_shape_map()['encoder/embedding'][1]
    units = reader.get_variable_to_shape_map()['decoder/memory_layer/kernel'][0] // 2
    model = Model(units, size)
    checkpoint.restore(path, model)
    return {'greedy': (model.phonemes, ARGUMENTS), 'beam': (model.best_phonemes, ARGUMENTS)}


def write(path: str, folder: Path) -> None:
    """Writes a folder for each function and format, and the settings of the server."""
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / 'settings.json', folder)
    for name, function in functions(path).items():
        for format_, runtime in RUNTIMES.items():
            served = folder / f'{name}-{format_.replace("_", "-")}'
            served.mkdir()
            shutil.copy(HERE / 'runtimes.py', served)
            getattr(export, f'to_{format_}')(served / 'model', function)
            settings = {
                'name': served.name,
                'implementation': runtime,
                'parameters': {'uri': './model'},
            }
            (served / 'model-settings.json').write_text(json.dumps(settings, indent=2))
            print(f'wrote {served}')


# -- error rates ----------------------------------------------------------------------------------


def interpreter(file: Path) -> Callable[..., Any]:
    """A TFLite model as a function of named arrays."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        Interpreter = tf.lite.Interpreter
    return Interpreter(str(file)).get_signature_runner()


def decoded(run: Callable[..., Any], words: Sequence[g2p.Word]) -> Iterator[list[int]]:
    for start in range(0, len(words), 100):
        letters, lengths = g2p.pad([word.letters for word in words[start : start + 100]])
        yield from map(g2p.until_eos, run(letters=letters, lengths=lengths)['phonemes'].tolist())


def error_rates(path: str, words: Sequence[g2p.Word]) -> None:
    """Prints a table: phonemes and words that are wrong, of the weights in each form."""
    total = sum(len(word.phonemes) for word in words)
    print(f'{len(words)} test words, {Path(path).name}')
    print('| decoding | weights | size | phoneme error rate | word error rate |')
    print('|---|---|---|---|---|')
    for name, function in functions(path).items():
        for quantize in (None, 'float16', 'dynamic_range'):
            with tempfile.TemporaryDirectory() as folder:
                file = export.to_tflite(Path(folder) / 'model', function, quantize=quantize)
                predicted = list(decoded(interpreter(file), words))
                size = file.stat().st_size
            pairs = zip(words, predicted, strict=True)
            errors = np.array([g2p.edit_distance(word.phonemes, found) for word, found in pairs])
            print(
                f'| {name} | {quantize or "float32"} | {size / 1e6:.2f} MB '
                f'| {errors.sum() / total:.1%} | {np.mean(errors > 0):.1%} |'
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or '').splitlines()[0])
    parser.add_argument('--checkpoint', required=True, help='of ../tf1/g2p.py')
    parser.add_argument('--models', type=Path, help='the folder to write models to')
    parser.add_argument('--error_rates', action='store_true', help='print the table of TFLite')
    options = parser.parse_args()
    if options.models:
        write(options.checkpoint, options.models)
    if options.error_rates:
        data = argparse.Namespace(test_file=g2p.training.DATA / 'cmudict_test.txt', eval_words=500)
        error_rates(options.checkpoint, g2p.read_test_words(data))


if __name__ == '__main__':
    main()
