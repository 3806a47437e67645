"""Records what tf.estimator of TF 1.15.5 does in each case below.

python estimator_golden.py            (in the TF 1.15.5 environment: writes estimator_golden.json)
python estimator_golden.py --check    (compares with it)
python estimator_golden.py --print    (prints what this TensorFlow gives; for the runner)
"""

import functools
import glob
import json
import logging
import os
import shutil
import sys
import tempfile

import numpy as np
import tensorflow as tf
from tensorflow.contrib import seq2seq
from tensorflow.python.estimator import run_config
from tensorflow.python.estimator.util import fn_args

RECORD = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'estimator_golden.json')

TRAIN, EVAL, PREDICT = 'train', 'eval', 'infer'
CASES = {}


def case(function):
    """A function of an empty folder, that gives what JSON can hold."""
    CASES[function.__name__] = function
    return function


# A model of sequences, whose numbers depend on no random generator
# ------------------------------------------------------------------------------------


def waves(shape, dtype=None, partition_info=None):
    count = int(np.prod(shape))
    return tf.constant(np.sin(np.arange(1, count + 1)).reshape(shape) * 0.5, tf.float32)


def model_fn(features, labels, mode, params):
    ids, lengths = features['ids'], features['lengths']
    table = tf.get_variable('embedding', [6, params['depth']], initializer=waves)
    with tf.variable_scope('output'):
        kernel = tf.get_variable('kernel', [params['depth'], 6], initializer=waves)
        bias = tf.get_variable('bias', [6], initializer=tf.zeros_initializer())
    logits = tf.tensordot(tf.tanh(tf.nn.embedding_lookup(table, ids)), kernel, 1) + bias
    predictions = {'ids': tf.argmax(logits, -1), 'top': tf.reduce_max(logits, -1)}
    if mode == tf.estimator.ModeKeys.PREDICT:
        outputs = {'serving_default': tf.estimator.export.PredictOutput(predictions)}
        return tf.estimator.EstimatorSpec(mode, predictions=predictions, export_outputs=outputs)
    weights = tf.sequence_mask(lengths, 4, tf.float32)
    loss = seq2seq.sequence_loss(logits, labels, weights)
    metrics = {'accuracy': tf.metrics.accuracy(labels, predictions['ids'], weights)}
    optimizer = tf.train.AdamOptimizer(params['rate'])
    train_op = optimizer.minimize(loss, global_step=tf.train.get_global_step())
    tf.summary.scalar('accuracy_now', metrics['accuracy'][1])
    return tf.estimator.EstimatorSpec(
        mode, predictions, loss, train_op, eval_metric_ops=metrics,
        training_hooks=params.get('hooks', ()), evaluation_hooks=params.get('hooks', ()),
    )  # fmt: skip


def batches(repeat=None):
    rows = np.arange(24).reshape(6, 4) % 5
    features = {'ids': rows, 'lengths': np.array([4, 3, 2, 4, 1, 4])}
    data = tf.data.Dataset.from_tensor_slices((features, (rows + 1) % 6))
    return data.batch(2).repeat(repeat)


def once():
    return batches(1)


PARAMS = {'depth': 3, 'rate': 0.05}


def estimator(folder, params=(), warm_start_from=None, model=model_fn, **settings):
    config = tf.estimator.RunConfig(**settings)
    return tf.estimator.Estimator(
        model, folder, config, dict(PARAMS, **dict(params)), warm_start_from
    )


class Losses(tf.train.SessionRunHook):
    """Keeps the loss of every step."""

    def __init__(self):
        self.values = []

    def before_run(self, run_context):
        losses = tf.get_default_graph().get_collection(tf.GraphKeys.LOSSES)
        return tf.train.SessionRunArgs(losses[0])

    def after_run(self, run_context, run_values):
        self.values.append(float(run_values.results))


class Calls(tf.train.SessionRunHook):
    """Keeps which of its methods were called."""

    def __init__(self, log, name):
        self.log, self.name = log, name

    def begin(self):
        self.log.append(self.name + ' begin')

    def after_create_session(self, session, coord):
        self.log.append(self.name + ' session')

    def after_run(self, run_context, run_values):
        self.log.append(self.name + ' run')

    def end(self, session):
        self.log.append(self.name + ' end')


def files(folder, pattern='*'):
    return sorted(os.path.basename(path) for path in glob.glob(os.path.join(folder, pattern)))


def numbers(result):
    return {name: np.asarray(value).tolist() for name, value in sorted(result.items())}


def scalars(folder):
    """Every scalar of the events in a folder, but for the speed."""
    found = []
    for path in sorted(glob.glob(os.path.join(folder, 'events*'))):
        for event in tf.train.summary_iterator(path):
            for value in event.summary.value:
                if value.HasField('simple_value') and 'sec' not in value.tag:
                    found.append([event.step, value.tag, value.simple_value])
    return found


def caught(function, *arguments, **keywords):
    """The type of what a call raises."""
    try:
        with tf.Graph().as_default():
            function(*arguments, **keywords)
    except Exception as error:
        return type(error).__name__
    return 'nothing'


# Training, evaluation, prediction
# ------------------------------------------------------------------------------------


@case
def train_evaluate_predict(folder):
    model = estimator(folder, save_checkpoints_steps=3, keep_checkpoint_max=2)
    before = caught(model.get_variable_names)
    model.train(batches, steps=5)
    first = model.evaluate(once, name='held_out')
    model.train(batches, max_steps=9)
    model.train(batches, max_steps=9)
    predictions = list(model.predict(once))
    whole = list(model.predict(once, predict_keys=['top'], yield_single_examples=False))
    return {
        'before': before,
        'first': numbers(first),
        'evaluated': numbers(model.evaluate(once, steps=2)),
        'older': numbers(model.evaluate(once, checkpoint_path=folder + '/model.ckpt-8')),
        'checkpoints': files(folder, 'model.ckpt*'),
        'latest': os.path.basename(model.latest_checkpoint()),
        'state': open(os.path.join(folder, 'checkpoint')).read().count('all_model'),
        'names': model.get_variable_names(),
        'kernel': model.get_variable_value('output/kernel').tolist(),
        'step': int(model.get_variable_value('global_step')),
        'shapes': [[name, shape] for name, shape in tf.train.list_variables(folder)],
        'ids': [each['ids'].tolist() for each in predictions],
        'top': [each['top'].tolist() for each in predictions],
        'whole': [each['top'].tolist() for each in whole],
        'keys': sorted(whole[0]),
        'eval_dirs': [os.path.basename(model.eval_dir()), os.path.basename(model.eval_dir('x'))],
        'eval_events': scalars(os.path.join(folder, 'eval_held_out')),
        'params': sorted(model.params),
        'model_dir': model.model_dir == folder,
    }


@case
def losses_and_summaries(folder):
    losses = []

    def watched(features, labels, mode, params):
        spec = model_fn(features, labels, mode, params)
        tf.losses.add_loss(spec.loss)
        return spec

    model = estimator(folder, model=watched, save_summary_steps=2, log_step_count_steps=2)
    for steps in (3, 4):
        hook = Losses()
        model.train(batches, hooks=[hook], steps=steps)
        losses.append(hook.values)
    return {'losses': losses, 'events': scalars(folder)}


@case
def random_seed(folder):
    def drawn(features, labels, mode):
        with tf.variable_scope('net'):
            kernel = tf.get_variable(
                'kernel', [4, 2], initializer=tf.glorot_uniform_initializer(seed=5)
            )
            noise = tf.random_normal([2], seed=6)
        loss = tf.reduce_sum(tf.square(tf.cast(features['ids'], tf.float32)) @ kernel + noise)
        step = tf.train.get_global_step()
        train_op = tf.train.GradientDescentOptimizer(0.001).minimize(loss, step)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    config = tf.estimator.RunConfig(model_dir=folder, tf_random_seed=7)
    model = tf.estimator.Estimator(drawn, config=config)
    model.train(batches, steps=3)
    return {'kernel': model.get_variable_value('net/kernel').tolist()}


@case
def hooks(folder):
    log = []

    class Listener(tf.train.CheckpointSaverListener):
        def before_save(self, session, global_step_value):
            log.append(f'before save {global_step_value}')

        def after_save(self, session, global_step_value):
            log.append(f'after save {global_step_value}')

    def hooked(features, labels, mode, params):
        spec = model_fn(features, labels, mode, params)
        scaffold = tf.train.Scaffold(init_fn=lambda scaffold, session: log.append('init_fn'))
        return spec._replace(
            scaffold=scaffold,
            training_hooks=[Calls(log, 'training')],
            training_chief_hooks=[Calls(log, 'chief')],
            evaluation_hooks=[Calls(log, 'evaluation')],
            prediction_hooks=[Calls(log, 'prediction')],
        )

    model = estimator(folder, model=hooked, save_checkpoints_steps=2)
    model.train(batches, hooks=[Calls(log, 'own')], steps=3, saving_listeners=[Listener()])
    model.evaluate(once, hooks=[Calls(log, 'own')], steps=1)
    list(model.predict(once, hooks=[Calls(log, 'own')]))
    return log


@case
def signatures(folder):
    seen = []

    def spec(mode, features):
        loss = tf.reduce_mean(tf.cast(features['ids'], tf.float32))
        train_op = tf.assign_add(tf.train.get_global_step(), 1)
        return tf.estimator.EstimatorSpec(mode, features, loss, train_op)

    def bare(features, labels):
        seen.append('bare')
        return spec(TRAIN, features)

    def full(features, labels, mode, params, config):
        seen.append(['full', mode, sorted(params), type(config).__name__])
        return spec(mode, features)

    def bound(extra, features, labels, mode):
        seen.append(['bound', extra])
        return spec(mode, features)

    class Callable:
        def __call__(self, features, labels, mode, config):
            seen.append('object')
            return spec(mode, features)

        def method(self, features, mode, labels):
            seen.append('method')
            return spec(mode, features)

    def unlabelled(features, mode):
        seen.append('unlabelled')
        return spec(mode, features)

    def inputs(params, config, mode):
        seen.append(['inputs', sorted(params), type(config).__name__, mode])
        return batches()

    models = [bare, full, functools.partial(bound, 'x'), Callable(), Callable().method]
    for number, model in enumerate(models):
        params = {'a': 1} if model is full else None
        made = tf.estimator.Estimator(model, os.path.join(folder, str(number)), params=params)
        made.train(inputs if model is full else batches, steps=1)
    only = tf.estimator.Estimator(unlabelled, os.path.join(folder, 'only'))
    only.train(lambda: batches().map(lambda features, labels: features), steps=1)
    only.train(lambda: {'ids': tf.constant([[1]])}, steps=1)
    only.train(lambda: ({'ids': tf.constant([[1]])}, None), steps=1)
    arguments = [list(fn_args(each)) for each in models]
    return {'seen': seen, 'arguments': arguments}


@case
def warm_start(folder):
    first, values = os.path.join(folder, 'first'), {}
    model = estimator(first)
    model.train(batches, steps=4)
    settings = tf.estimator.WarmStartSettings
    sources = {
        'folder': first,
        'pattern': settings(first, vars_to_warm_start='.*kernel'),
        'listed': settings(first, vars_to_warm_start=['embedding']),
        'renamed': settings(
            first, vars_to_warm_start='output/bias',
            var_name_to_prev_var_name={'output/bias': 'output/bias'},
        ),
        'none': None,
    }  # fmt: skip
    for name in sorted(sources):
        warm = estimator(os.path.join(folder, name), warm_start_from=sources[name])
        warm.train(batches, steps=1)
        values[name] = [
            warm.get_variable_value(each).ravel()[:4].tolist()
            for each in ('embedding', 'output/kernel', 'output/bias', 'global_step')
        ]
    return values


# train_and_evaluate, exporters, early stopping
# ------------------------------------------------------------------------------------


def receiver():
    ids = tf.placeholder(tf.int64, [None, None], 'ids')
    lengths = tf.placeholder(tf.int64, [None], 'lengths')
    tensors = {'ids': ids, 'lengths': lengths}
    return tf.estimator.export.ServingInputReceiver(tensors, tensors)


@case
def train_and_evaluate(folder):
    log = []

    class Mine(tf.estimator.Exporter):
        name = 'mine'

        def export(self, estimator, export_path, checkpoint_path, eval_result, is_the_final_export):
            log.append(
                [os.path.basename(checkpoint_path), sorted(eval_result), bool(is_the_final_export)]
            )

    model = estimator(folder, save_checkpoints_steps=4)
    exporters = [
        Mine(),
        tf.estimator.FinalExporter('final', receiver),
        tf.estimator.LatestExporter('latest', receiver, exports_to_keep=2),
        tf.estimator.BestExporter(
            'best', receiver, event_file_pattern='eval_dev/*.tfevents.*', exports_to_keep=None
        ),
    ]
    train = tf.estimator.TrainSpec(batches, max_steps=10, hooks=[Calls(log, 'train')])
    held_out = tf.estimator.EvalSpec(
        once, steps=2, name='dev', exporters=exporters, throttle_secs=0, start_delay_secs=0
    )
    result, exported = tf.estimator.train_and_evaluate(model, train, held_out)
    return {
        'log': log,
        'result': numbers(result),
        'exported': [each is not None for each in exported],
        'exports': {
            name: len(files(os.path.join(folder, 'export', name), '[0-9]*'))
            for name in ('final', 'latest', 'best')
        },
        'events': scalars(os.path.join(folder, 'eval_dev')),
        'checkpoints': files(folder, '*.index'),
        'spec': [train.max_steps, held_out.steps, held_out.name, held_out.throttle_secs],
    }


@case
def early_stopping(folder):
    steps = {}
    experimental = tf.estimator.experimental

    def trained(name, make_hook, evaluate=True):
        model = estimator(os.path.join(folder, name), save_checkpoints_steps=2)
        hook = make_hook(model)
        train = tf.estimator.TrainSpec(batches, max_steps=12, hooks=[hook])
        evaluated = tf.estimator.EvalSpec(once, throttle_secs=0, start_delay_secs=0)
        tf.estimator.train_and_evaluate(model, train, evaluated)
        steps[name] = int(model.get_variable_value('global_step'))

    often = dict(run_every_secs=None, run_every_steps=1)
    trained('no_increase', lambda each: experimental.stop_if_no_increase_hook(
        each, 'loss', 3, **often))  # fmt: skip
    trained('no_decrease', lambda each: experimental.stop_if_no_decrease_hook(
        each, 'loss', 3, **often))  # fmt: skip
    trained('higher', lambda each: experimental.stop_if_higher_hook(
        each, 'accuracy', 0.1, min_steps=5, **often))  # fmt: skip
    trained('lower', lambda each: experimental.stop_if_lower_hook(
        each, 'loss', 1.5, **often))  # fmt: skip
    trained('own', lambda each: experimental.make_early_stopping_hook(
        each, lambda: True, **often))  # fmt: skip
    return steps


@case
def in_memory_evaluator(folder):
    model = estimator(folder, save_checkpoints_steps=100)
    hook = tf.estimator.experimental.InMemoryEvaluatorHook(model, once, every_n_iter=2)
    model.train(batches, hooks=[hook], steps=5)
    return scalars(os.path.join(folder, 'eval'))


@case
def predictor_of_an_estimator(folder):
    model = estimator(folder)
    model.train(batches, steps=2)
    predict = tf.contrib.predictor.from_estimator(model, receiver)
    found = [predict({'ids': ids, 'lengths': [3]}) for ids in ([[1, 2, 3]], [[4, 0], [5, 5]])]
    try:
        tf.contrib.predictor.from_estimator(model, receiver, 'other')
    except KeyError as error:
        message = str(error)[-11:]
    return {
        'inputs': sorted(predict.feed_tensors),
        'outputs': sorted(predict.fetch_tensors),
        'values': [numbers(each) for each in found],
        'error': message,
    }


@case
def exported_model(folder):
    model = estimator(folder)
    model.train(batches, steps=2)
    path = model.export_savedmodel(
        os.path.join(folder, 'out'), receiver, assets_extra={'notes.txt': __file__}
    )
    with tf.Graph().as_default(), tf.Session() as session:
        loaded = tf.saved_model.loader.load(session, ['serve'], path)
        signature = loaded.signature_def['serving_default']
        top = session.run(
            signature.outputs['top'].name,
            {signature.inputs['ids'].name: [[1, 2, 3]], signature.inputs['lengths'].name: [3]},
        )
    return {
        'signatures': sorted(loaded.signature_def),
        'method': signature.method_name,
        'inputs': sorted(signature.inputs),
        'outputs': sorted(signature.outputs),
        'top': top.tolist(),
        'type': type(path).__name__,
        'files': files(path.decode()) + files(path.decode(), 'assets.extra/*'),
    }


@case
def receivers(folder):
    export = tf.estimator.export
    with tf.Graph().as_default():
        raw = export.build_raw_serving_input_receiver_fn(
            {'a': tf.placeholder(tf.int32, [None, 3]), 'b': tf.constant([1.0])}
        )()
        parsing = export.build_parsing_serving_input_receiver_fn(
            {'x': tf.FixedLenFeature([2], tf.float32)}
        )()
        return {
            'raw': sorted((k, v.dtype.name, str(v.shape)) for k, v in raw.features.items()),
            'same': sorted(raw.receiver_tensors) == sorted(raw.features),
            'parsing': sorted((k, str(v.shape)) for k, v in parsing.features.items()),
            'tensors': {k: v.dtype.name for k, v in parsing.receiver_tensors.items()},
            'output': [
                caught(export.PredictOutput, 3),
                caught(lambda: export.PredictOutput(tf.constant(1)).outputs['output']),
                caught(export.ClassificationOutput),
                caught(lambda: export.ClassificationOutput(tf.constant([[0.5, 0.5]]))),
                caught(lambda: export.ClassificationOutput(classes=tf.constant([[1]]))),
                caught(export.RegressionOutput, 'x'),
                caught(lambda: export.RegressionOutput(tf.constant([1.0]))),
                caught(export.ServingInputReceiver, None, tf.constant(1)),
                caught(export.ServingInputReceiver, {'a': 3}, tf.constant(1)),
                caught(lambda: export.ServingInputReceiver({'a': tf.constant(1)}, None)),
                caught(lambda: export.ServingInputReceiver({2.5: tf.constant(1)}, None)),
            ],
        }


@case
def numpy_inputs(folder):
    found = []
    x = {'a': np.arange(5), 'b': np.arange(10).reshape(5, 2)}
    for keywords in ({}, {'batch_size': 2}, {'y': np.arange(5), 'batch_size': 4, 'num_epochs': 2}):
        with tf.Graph().as_default(), tf.Session() as session:
            result = tf.estimator.inputs.numpy_input_fn(x, shuffle=False, **keywords)()
            threads = tf.train.start_queue_runners(session)
            try:
                while True:
                    features, labels = result if isinstance(result, tuple) else (result, ())
                    found.append(
                        [session.run(features[name]).tolist() for name in 'a']
                        + [session.run(labels).tolist() if 'y' in keywords else None]
                    )
            except tf.errors.OutOfRangeError:
                found.append('end')
            del threads
    return found


# Misuse
# ------------------------------------------------------------------------------------


@case
def spec_defaults(folder):
    with tf.Graph().as_default():
        spec = tf.estimator.EstimatorSpec(PREDICT, predictions=tf.constant(1))
        return {
            'fields': list(spec._fields),
            'values': [
                value if value in ((), None) else type(value).__name__ for value in spec[2:]
            ],
            'exports': [(k, type(v).__name__) for k, v in spec.export_outputs.items()],
            'modes': [
                getattr(tf.estimator.ModeKeys, name) for name in ('TRAIN', 'EVAL', 'PREDICT')
            ],
            'replaced': spec._replace(loss=tf.constant(1.0)).loss is not None,
            'mode replaced': caught(spec._replace, mode=EVAL),
        }


@case
def spec_misuse(folder):
    def spec(mode=TRAIN, **changes):
        fields = {'predictions': tf.constant([1]), 'loss': tf.constant(1.0), 'train_op': tf.no_op()}
        for name, value in changes.items():
            fields[name] = value() if name[:4] != 'eval' and callable(value) else value
        return tf.estimator.EstimatorSpec(mode, **fields)

    def metric(value):
        return lambda: caught_with_graph(value)

    def caught_with_graph(value):
        return spec(EVAL, eval_metric_ops={'m': value() if callable(value) else value})

    output = tf.estimator.export.PredictOutput
    attempts = {
        'right': spec,
        'unknown mode': lambda: spec('testing'),
        'no mode': lambda: spec(None),
        'no loss': lambda: spec(loss=None),
        'no loss in eval': lambda: spec(EVAL, loss=None),
        'no loss in predict': lambda: spec(PREDICT, loss=None),
        'no train_op': lambda: spec(train_op=None),
        'no train_op in eval': lambda: spec(EVAL, train_op=None),
        'no predictions': lambda: spec(predictions=None),
        'no predictions in predict': lambda: spec(PREDICT, predictions=None),
        'loss is a number': lambda: spec(loss=1.0),
        'loss is a vector': lambda: spec(loss=lambda: tf.constant([1.0, 2.0])),
        'loss of one element': lambda: spec(loss=lambda: tf.constant([1.0])),
        'loss of unknown shape': lambda: spec(loss=lambda: tf.placeholder(tf.float32)),
        'train_op is a number': lambda: spec(train_op=3),
        'train_op is a tensor': lambda: spec(train_op=lambda: tf.constant(1)),
        'predictions are a list': lambda: spec(predictions=[1]),
        'predictions are an array': lambda: spec(predictions=np.ones(2)),
        'a prediction is a number': lambda: spec(predictions={'a': 1}),
        'a prediction is sparse': lambda: spec(
            predictions=lambda: {'a': tf.SparseTensor([[0]], [1], [1])}),
        'metrics are a list': lambda: spec(EVAL, eval_metric_ops=[1]),
        'a metric is a number': metric(3),
        'a metric is a tensor': metric(lambda: tf.constant(1)),
        'a metric has three': metric(lambda: (tf.constant(1),) * 3),
        'a metric has a number': metric(lambda: (1, tf.constant(1))),
        'a metric without update': metric(lambda: (tf.constant(1), None)),
        'a metric is right': metric(lambda: tf.metrics.mean(1.0)),
        'a hook is a string': lambda: spec(training_hooks=['x']),
        'a chief hook is a string': lambda: spec(training_chief_hooks=['x']),
        'an evaluation hook is a string': lambda: spec(EVAL, evaluation_hooks=['x']),
        'a prediction hook is a string': lambda: spec(PREDICT, prediction_hooks=['x']),
        'hooks are one hook': lambda: spec(training_hooks=tf.train.StopAtStepHook(1)),
        'scaffold is a string': lambda: spec(scaffold='x'),
        'exports are a list': lambda: spec(PREDICT, export_outputs=[1]),
        'an export is a tensor': lambda: spec(PREDICT, export_outputs={'a': tf.constant(1)}),
        'two exports, no default': lambda: spec(
            PREDICT, export_outputs={'a': output(tf.constant(1)), 'b': output(tf.constant(1))}),
        'one export': lambda: spec(PREDICT, export_outputs={'a': output(tf.constant(1))}),
        'exports in training': lambda: spec(export_outputs=[1]),
    }  # fmt: skip
    return {name: caught(attempt) for name, attempt in attempts.items()}


@case
def other_graph(folder):
    with tf.Graph().as_default():
        elsewhere = tf.constant(1.0)

    def spec(**changes):
        fields = {'predictions': tf.constant(1), 'loss': tf.constant(1.0), 'train_op': tf.no_op()}
        return tf.estimator.EstimatorSpec(TRAIN, **dict(fields, **changes))

    return [caught(spec, **{name: elsewhere}) for name in ('predictions', 'loss', 'train_op')]


@case
def config(folder):
    default = tf.estimator.RunConfig()
    names = [
        'tf_random_seed', 'save_summary_steps', 'save_checkpoints_steps', 'save_checkpoints_secs',
        'session_config', 'keep_checkpoint_max', 'keep_checkpoint_every_n_hours',
        'log_step_count_steps', 'train_distribute', 'device_fn', 'protocol', 'eval_distribute',
        'model_dir', 'master', 'evaluation_master', 'is_chief', 'num_ps_replicas',
        'num_worker_replicas', 'task_id', 'task_type', 'global_id_in_cluster',
        'session_creation_timeout_secs', 'service',
    ]  # fmt: skip
    make = tf.estimator.RunConfig
    steps = make(save_checkpoints_steps=5)
    return {
        'defaults': {name: repr(getattr(default, name)) for name in names},
        'steps': [steps.save_checkpoints_steps, steps.save_checkpoints_secs],
        'replaced': default.replace(model_dir='x', save_checkpoints_secs=3).save_checkpoints_secs,
        'unchanged': default.model_dir,
        'cluster': default.cluster_spec.as_dict(),
        'task': run_config.TaskType.CHIEF,
        'misuse': [
            caught(make, save_checkpoints_steps=5, save_checkpoints_secs=5),
            caught(make, save_checkpoints_steps=-1),
            caught(make, save_summary_steps=-1),
            caught(make, keep_checkpoint_max=-1),
            caught(make, keep_checkpoint_every_n_hours=0),
            caught(make, log_step_count_steps=0),
            caught(make, tf_random_seed=1.5),
            caught(make, session_config='x'),
            caught(make, model_dir=''),
            caught(make, device_fn=3),
            caught(make, device_fn=lambda x: ''),
            caught(make, protocol='x'),
            caught(make, nope=1),
            caught(default.replace, nope=1),
            caught(default.replace, save_checkpoints_steps=3, save_checkpoints_secs=3),
        ],
    }


@case
def estimator_misuse(folder):
    make, count = tf.estimator.Estimator, [0]

    def fresh():
        count[0] += 1
        return os.path.join(folder, str(count[0]))

    def right(features, labels, mode):
        return model_fn(features, labels, mode, PARAMS)

    def trained(model, inputs=batches, params=None, **keywords):
        return make(model, fresh(), params=params).train(inputs, **dict({'steps': 1}, **keywords))

    def nan(features, labels, mode):
        loss = tf.log(-1.0)
        train_op = tf.assign_add(tf.train.get_global_step(), 1)
        return tf.estimator.EstimatorSpec(mode, loss=loss, train_op=train_op)

    def no_dictionary(features, labels, mode):
        return tf.estimator.EstimatorSpec(mode, predictions=features['ids'])

    class Overrides(tf.estimator.Estimator):
        def train(self, input_fn):
            return None

    ready = make(right, fresh())
    ready.train(batches, steps=1)
    spec, exporter = tf.estimator.EvalSpec, tf.estimator.FinalExporter('x', receiver)
    attempts = [
        lambda: make(None),
        lambda: make(lambda features, labels, nope: None),
        lambda: make(lambda labels: None),
        lambda: make(lambda features: None, params={'a': 1}),
        lambda: make(right, params={'a': 1}),
        lambda: make(model_fn, params=[1]),
        lambda: make(right, config='x'),
        lambda: make(right, 'a', tf.estimator.RunConfig(model_dir='b')),
        lambda: make(right, warm_start_from=3),
        lambda: make(right, config={'a': 1}),
        lambda: Overrides(right),
        lambda: trained(right, steps=0),
        lambda: trained(right, steps=-1),
        lambda: trained(right, steps=None, max_steps=0),
        lambda: trained(right, steps=1, max_steps=1),
        lambda: trained(right, hooks=['x']),
        lambda: trained(right, saving_listeners=['x']),
        lambda: trained(right, inputs=lambda: 3),
        lambda: trained(right, inputs=lambda: (1, 2, 3)),
        lambda: trained(lambda features, mode: None),
        lambda: trained(lambda features, labels: None),
        lambda: trained(lambda features, labels, mode: tf.constant(1)),
        lambda: trained(nan),
        lambda: ready.evaluate(once, steps=0),
        lambda: ready.evaluate(once, steps=-1),
        lambda: ready.evaluate(once, hooks=['x']),
        lambda: ready.evaluate(once, checkpoint_path='nowhere'),
        lambda: list(ready.predict(once, predict_keys=['nope'])),
        lambda: list(make(no_dictionary, fresh()).predict(once)),
        lambda: list(make(no_dictionary, fresh()).predict(once, predict_keys=['a'])),
        lambda: ready.get_variable_value('nope'),
        lambda: ready.export_saved_model(folder, None),
        lambda: make(right, fresh()).export_saved_model(folder, receiver),
        lambda: make(right, fresh()).evaluate(once, steps=1),
        lambda: tf.estimator.TrainSpec(batches, max_steps=0),
        lambda: tf.estimator.TrainSpec(3),
        lambda: tf.estimator.TrainSpec(batches, 1, hooks=[3]),
        lambda: spec(once, steps=0),
        lambda: spec(3),
        lambda: spec(once, name=''),
        lambda: spec(once, name=3),
        lambda: spec(once, exporters=['x']),
        lambda: spec(once, exporters=[exporter, exporter]),
        lambda: spec(once, start_delay_secs=-1),
        lambda: spec(once, throttle_secs=-1),
        lambda: tf.estimator.LatestExporter('x', receiver, exports_to_keep=0),
        lambda: tf.estimator.BestExporter(
            'x', receiver, compare_fn=lambda one, other: True),
        lambda: tf.estimator.train_and_evaluate(3, 3, 3),
        lambda: tf.estimator.train_and_evaluate(ready, 3, 3),
    ]  # fmt: skip
    return [caught(attempt) for attempt in attempts]


@case
def canned(folder):
    columns = [tf.feature_column.numeric_column('x', [2])]
    x = np.sin(np.arange(12.0)).astype(np.float32).reshape(6, 2)

    def inputs():
        return {'x': tf.constant(x)}, tf.constant(np.arange(6) % 2)

    linear = tf.estimator.LinearClassifier(columns, os.path.join(folder, 'linear'))
    baseline = tf.estimator.BaselineRegressor(os.path.join(folder, 'baseline'))
    deep = tf.estimator.DNNClassifier([3], columns, os.path.join(folder, 'deep'))
    found = {}
    for name, each in (('linear', linear), ('baseline', baseline), ('deep', deep)):
        each.train(inputs, steps=3)
        result = numbers(each.evaluate(inputs, steps=1))
        found[name] = [sorted(result), each.get_variable_names()]
        if name != 'deep':
            found[name].append(result)
    return found


def results():
    found = {'tensorflow': tf.__version__}
    for name, function in CASES.items():
        folder = tempfile.mkdtemp()
        try:
            found[name] = function(folder)
        finally:
            shutil.rmtree(folder)
    return found


def main():
    from recording import record_or_check

    tf.logging.set_verbosity(tf.logging.FATAL)
    logging.getLogger('tensorflow').setLevel(logging.CRITICAL)
    found = json.loads(json.dumps(results(), sort_keys=True))
    if '--print' in sys.argv:
        print(json.dumps(found, sort_keys=True))
        return
    record_or_check(RECORD, found, f'{len(CASES)} cases of tf.estimator')


if __name__ == '__main__':
    main()
