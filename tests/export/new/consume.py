"""Runs exported models as other programs do: without this package.

    python consume.py INPUTS.npz OUTPUTS.npz KIND:PATH[:SIGNATURE] ...

INPUTS has arguments by `<number of the call>/<name>`; results are written by
`<number of the call>/<number of the model>/<name>`.
"""

import sys

import numpy as np


def saved_model(path, signature, given):
    import tensorflow as tf

    if hasattr(tf, 'Session'):  # TensorFlow 1
        with tf.Session(graph=tf.Graph()) as session:
            meta = tf.saved_model.loader.load(session, ['serve'], path)
            definition = meta.signature_def[signature]
            feeds = {definition.inputs[name].name: given[name] for name in definition.inputs}
            names = {name: one.name for name, one in definition.outputs.items()}
            return session.run(names, feeds)
    function = tf.saved_model.load(path).signatures[signature]
    given = {name: tf.constant(given[name]) for name in function.structured_input_signature[1]}
    return {name: value.numpy() for name, value in function(**given).items()}


def tflite(path, signature, given):
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        import tensorflow as tf

        Interpreter = tf.lite.Interpreter

    interpreter = Interpreter(path)
    run = interpreter.get_signature_runner(signature)
    operations = {one['op_name'] for one in interpreter._get_ops_details()}
    assert not any(name.startswith(('Flex', 'CUSTOM')) for name in operations), operations
    return run(**{name: given[name] for name in run.get_input_details()})


def onnx(path, signature, given):
    import onnxruntime

    session = onnxruntime.InferenceSession(path)
    names = [one.name for one in session.get_outputs()]
    feeds = {one.name: given[one.name] for one in session.get_inputs()}
    return dict(zip(names, session.run(names, feeds), strict=True))


def stablehlo(path, signature, given):
    """TensorFlow's operation that runs a module; JAX does the same."""
    import json

    import tensorflow as tf
    from tensorflow.compiler.tf2xla.ops import gen_xla_ops

    with open(path, 'rb') as file:
        module = file.read()
    with open(path + '.json') as file:
        results = json.load(file)

    @tf.function(jit_compile=True)
    def run(*args):
        return gen_xla_ops.xla_call_module(
            args=list(args),
            version=9,
            module=module,
            Tout=[dtype for _, dtype, _ in results],
            Sout=[shape for _, _, shape in results],
            platforms=['CPU'],
        )

    values = run(*(tf.constant(given[name]) for name in sorted(given)))
    return {name: value.numpy() for (name, _, _), value in zip(results, values, strict=True)}


def main():
    calls = {}
    with np.load(sys.argv[1]) as arrays:
        for key, value in arrays.items():
            call, name = key.split('/')
            calls.setdefault(call, {})[name] = value
    found = {}
    for number, what in enumerate(sys.argv[3:]):
        kind, path, signature = (what + ':serving_default').split(':')[:3]
        for call, given in calls.items():
            results = globals()[kind](path, signature, given)
            found.update({f'{call}/{number}/{one}': results[one] for one in results})
    assert 'tf_seq2seq_compat' not in sys.modules
    np.savez(sys.argv[2], **found)


if __name__ == '__main__':
    main()
