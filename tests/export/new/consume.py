"""Runs exported models as other programs do: without this package.

    python consume.py INPUTS.npz OUTPUTS.npz KIND:PATH[:SIGNATURE] ...

INPUTS has arguments by `<number of the call>/<name>`; results are written by
`<number of the call>/<number of the model>/<name>`. A result `next_x` is given to the call after it
as `x`, so a model may be one step with its state.
"""

import sys

import numpy as np


def saved_model(path, signature):
    import tensorflow as tf

    if hasattr(tf, 'Session'):  # TensorFlow 1
        session = tf.Session(graph=tf.Graph())
        with session.graph.as_default():
            meta = tf.saved_model.loader.load(session, ['serve'], path)
        definition = meta.signature_def[signature]
        fetches = {name: one.name for name, one in definition.outputs.items()}
        return lambda given: session.run(
            fetches, {one.name: given[name] for name, one in definition.inputs.items()}
        )
    loaded = tf.saved_model.load(path)  # which owns the variables
    function = loaded.signatures[signature]
    function.owner = loaded

    def run(given):
        named = {name: tf.constant(given[name]) for name in function.structured_input_signature[1]}
        return {name: value.numpy() for name, value in function(**named).items()}

    return run


def frozen(path, names):
    """A graph and the names of its inputs and outputs, `x,y=z,w`."""
    import tensorflow as tf

    tf1 = tf.compat.v1
    graph_def = tf1.GraphDef()
    with open(path, 'rb') as file:
        graph_def.ParseFromString(file.read())
    with tf.Graph().as_default():
        tf.import_graph_def(graph_def, name='')
        session = tf1.Session()
    inputs, outputs = (part.split(',') for part in names.split('='))
    fetches = {name: name + ':0' for name in outputs}
    return lambda given: session.run(fetches, {name + ':0': given[name] for name in inputs})


def interpreter_of(path):
    """LiteRT's, the successor of TensorFlow's, where it is installed."""
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError:
        import tensorflow as tf

        Interpreter = tf.lite.Interpreter
    return Interpreter(path)


def tflite(path, signature):
    interpreter = interpreter_of(path)
    run = interpreter.get_signature_runner(signature)
    operations = {one['op_name'] for one in interpreter._get_ops_details()}
    assert not any(name.startswith(('Flex', 'CUSTOM')) for name in operations), operations
    return lambda given: run(**{name: given[name] for name in run.get_input_details()})


def tflite_tensors(path, signature):
    """A model without signatures, as the converter of TensorFlow 1 makes them."""
    interpreter = interpreter_of(path)
    inputs = {one['name']: one['index'] for one in interpreter.get_input_details()}
    outputs = {one['name']: one['index'] for one in interpreter.get_output_details()}

    def run(given):
        for name, index in inputs.items():
            interpreter.resize_tensor_input(index, given[name].shape)
        interpreter.allocate_tensors()
        for name, index in inputs.items():
            interpreter.set_tensor(index, given[name])
        interpreter.invoke()
        return {name: interpreter.get_tensor(index) for name, index in outputs.items()}

    return run


def onnx(path, signature):
    import onnxruntime

    session = onnxruntime.InferenceSession(path)
    outputs = [one.name for one in session.get_outputs()]
    inputs = [one.name for one in session.get_inputs()]

    def run(given):
        values = session.run(outputs, {name: given[name] for name in inputs})
        return {name: values[place] for place, name in enumerate(outputs)}

    return run


def stablehlo(path, signature):
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

    def named(given):
        values = run(*(tf.constant(given[name]) for name in sorted(given)))
        return {name: values[place].numpy() for place, (name, _, _) in enumerate(results)}

    return named


def main():
    calls = {}
    with np.load(sys.argv[1]) as arrays:
        for key, value in arrays.items():
            call, name = key.split('/', 1)
            calls.setdefault(call, {})[name] = value
    found = {}
    for number, what in enumerate(sys.argv[3:]):
        kind, path, signature = (what + ':serving_default').split(':')[:3]
        run = globals()[kind](path, signature)  # one session for all calls
        state = {}
        for call, given in calls.items():
            results = run(dict(given, **state))
            state = {one[5:]: results[one] for one in results if one.startswith('next_')}
            found.update({f'{call}/{number}/{one}': results[one] for one in results})
    assert 'tf_seq2seq_compat' not in sys.modules
    np.savez(sys.argv[2], **found)


if __name__ == '__main__':
    main()
