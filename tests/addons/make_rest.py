"""Records what TensorFlow Addons 0.23 on TensorFlow 2.15.1 gives for `rest_cases.py`.

python tests/addons/make_rest.py
"""

import importlib.util
import json
import pathlib

import numpy as np
import tensorflow as tf

HERE = pathlib.Path(__file__).parent


def main():
    import tensorflow_addons as tfa

    spec = importlib.util.spec_from_file_location('rest_cases', HERE / 'rest_cases.py')
    cases = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(cases)
    arrays, facts = {}, {'tensorflow': tf.__version__, 'tensorflow_addons': tfa.__version__}
    for name, make in cases.CASES.items():
        tf.keras.backend.clear_session()
        try:
            results = cases.run(make(tfa, tf.keras), 'eager')
        except Exception as e:
            print('FAILED', name, repr(e)[-900:])
            continue
        for key, value in results.items():
            if isinstance(value, np.ndarray):
                arrays[f'{name}/{key}'] = value
            else:
                facts.setdefault(name, {})[key] = value
    np.savez_compressed(HERE / 'rest_golden.npz', **arrays)
    (HERE / 'rest_golden.json').write_text(json.dumps(facts, indent=1, sort_keys=True) + '\n')


if __name__ == '__main__':
    main()
