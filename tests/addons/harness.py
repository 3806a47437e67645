"""Runs the cases of `cases.py` in one process, and writes or compares their arrays.

python harness.py --package tensorflow_addons --write arrays.npz
python harness.py --package tf_seq2seq_compat.addons --compare arrays.npz
"""

import argparse
import importlib
import json
import os
import pathlib
import sys
import traceback
import zlib

os.environ.setdefault('TF_CPP_MIN_LOG_LEVEL', '3')
import numpy as np
import tensorflow as tf

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import cases

MODES = {
    'eager': lambda function: function,
    'function': lambda function: tf.function(function),
    'jit': lambda function: tf.function(function, jit_compile=True),
}


def value_for(index, shape):
    seed = zlib.crc32(f'{index} {tuple(shape)}'.encode())
    return np.random.RandomState(seed).uniform(-0.7, 0.7, shape).astype('float32')


def weights_of(layers):
    return [weight for layer in layers for weight in layer.weights]


def flat(nest, prefix=''):
    """The arrays of a nest by their places."""
    if nest is None:
        return {}
    if hasattr(nest, '_asdict'):
        nest = nest._asdict()
    if isinstance(nest, dict):
        items = nest.items()
    elif isinstance(nest, (list, tuple)):  # noqa: UP038 - TensorFlow 2.15 has Python 3.11, others less
        items = enumerate(nest)
    else:
        return {prefix: np.asarray(nest)}
    found = {}
    for name, part in items:
        found.update(flat(part, f'{prefix}/{name}' if prefix else str(name)))
    return found


def loss_of(nest):
    """One number that depends on every float of the nest, on each in another way."""
    total = 0.0
    for part in tf.nest.flatten(nest):
        part = tf.convert_to_tensor(part)
        if part.dtype.is_floating and part.shape.rank is not None:
            part = tf.where(tf.abs(part) < 1e30, part, tf.zeros_like(part))
            for _ in range(part.shape.rank):  # each axis, so that zeros behind the last step add 0
                ramp = tf.cos(tf.cast(tf.range(tf.shape(part)[-1]), part.dtype))
                part = tf.reduce_sum(part * ramp, -1)
            total += part
    return total


def run(name, tfa, keras, mode):
    """The arrays of a case."""
    make, options = cases.CASES[name]
    layers, call = make(tf, tfa, keras)
    if layers:
        call()
        for index, weight in enumerate(weights_of(layers)):
            weight.assign(value_for(index, weight.shape))
    trained = [v for layer in layers for v in layer.trainable_weights]
    trained = [getattr(v, 'value', v) if not isinstance(v, tf.Variable) else v for v in trained]
    trained = [v() if callable(v) else v for v in trained]

    def with_gradients():
        if not options.get('gradients', True) or not trained:
            return call(), []
        with tf.GradientTape() as tape:
            result = call()
            loss = loss_of(result)
        return result, tape.gradient(loss, trained, unconnected_gradients='zero')

    tf.random.set_seed(1)
    result, gradients = MODES[mode](with_gradients)()
    gradients = [tf.convert_to_tensor(g) for g in gradients]
    return layers, {**flat(result, 'result'), **flat(gradients, 'gradient')}


def facts(layers, options):
    """Names and shapes of the weights, and configurations."""
    found = {
        'names': [getattr(w, 'name', '') for w in weights_of(layers)],
        'shapes': [[int(size) for size in w.shape] for w in weights_of(layers)],
    }
    if options.get('config'):
        found['configs'] = [json.loads(json.dumps(layer.get_config())) for layer in layers]
    return found


def differences(name, arrays, expected):
    wanted = {k.partition('|')[2]: v for k, v in expected.items() if k.partition('|')[0] == name}
    found = [f'no {k}' for k in sorted(wanted.keys() - arrays.keys())]
    found += [f'unexpected {k}' for k in sorted(arrays.keys() - wanted.keys())]
    for key in sorted(wanted.keys() & arrays.keys()):
        old, new = wanted[key], arrays[key]
        if old.shape != new.shape:
            # XLA leaves zeros after the last step.
            if len(old.shape) != len(new.shape) or any(
                a > b for a, b in zip(old.shape, new.shape, strict=True)
            ):
                found.append(f'{key}: shape {new.shape}, not {old.shape}')
                continue
            new = new[tuple(slice(size) for size in old.shape)]
        exact = old.dtype.kind in 'iub'
        same = np.array_equal(old, new) if exact else np.allclose(old, new, 1e-4, 2e-5)
        if not same:
            worst = np.max(np.abs(old.astype(float) - new.astype(float)))
            found.append(f'{key}: differs by {worst}')
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('--package', default='tf_seq2seq_compat.addons')
    parser.add_argument('--write')
    parser.add_argument('--compare')
    parser.add_argument('--modes', nargs='*', default=['eager', 'function', 'jit'])
    parser.add_argument('--only', nargs='*')
    options = parser.parse_args()
    tfa = importlib.import_module(options.package)
    keras = tf.keras
    if options.package != 'tensorflow_addons':
        keras = importlib.import_module(options.package + '.keras_generation').keras
    names = [n for n in cases.CASES if not options.only or any(o in n for o in options.only)]
    if options.write:
        arrays, known = {}, {}
        for name in names:
            keras.backend.clear_session()
            layers, found = run(name, tfa, keras, 'eager')
            arrays.update({f'{name}|{key}': value for key, value in found.items()})
            known[name] = facts(layers, cases.CASES[name][1])
        np.savez_compressed(options.write, **arrays)
        path = pathlib.Path(options.write).with_suffix('.json')
        path.write_text(json.dumps(known, indent=1, sort_keys=True) + '\n')
        return
    expected = dict(np.load(options.compare))
    known = json.loads(pathlib.Path(options.compare).with_suffix('.json').read_text())
    is_keras_2 = issubclass(keras.layers.Layer, tf.Module)
    report = {}
    for name in names:
        for mode in options.modes:
            print(name, mode, file=sys.stderr, flush=True)
            if mode == 'jit' and not cases.CASES[name][1].get('jit', True):
                continue
            try:
                keras.backend.clear_session()
                layers, found = run(name, tfa, keras, mode)
                wrong = differences(name, found, expected)
                seen = facts(layers, cases.CASES[name][1])
                for fact in ('names', 'shapes', 'configs') if is_keras_2 else ('shapes',):
                    if seen.get(fact) != known[name].get(fact):
                        wrong.append(f'{fact}: {seen.get(fact)}, not {known[name].get(fact)}')
            except Exception as error:  # noqa: BLE001 - becomes a line of the report
                wrong = [f'{type(error).__name__}: {error}']
                if os.environ.get('RAISE'):
                    traceback.print_exc()
            report[f'{name} {mode}'] = wrong
    print(json.dumps(report))


if __name__ == '__main__':
    main()
