# ruff: noqa: B905, UP032
"""A TF1 program that uses a little of everything and prints what it got, as one line of JSON."""

import io
import json
import os
import tempfile
import traceback
import unittest

import tensorflow as tf
from internals_cases import CASES, case, jsonable, ramp, run, variables
from tensorflow.python import pywrap_tensorflow
from tensorflow.python.client import device_lib, timeline
from tensorflow.python.ops import lookup_ops
from tensorflow.python.training import moving_averages, optimizer, saver
from tensorflow.python.training.optimizer import _deduplicate_indexed_slices

tf.flags.DEFINE_integer('size', 7, 'A size.')
tf.app.flags.DEFINE_string('title', 'none', 'A string.')
tf.flags.DEFINE_boolean('shuffle', True, 'A switch.')
tf.flags.DEFINE_float('rate', 0.1, 'A rate.')
tf.flags.DEFINE_list('names', 'x', 'A list.')
tf.flags.DEFINE_enum('kind', 'a', ['a', 'b'], 'An enum.')
FLAGS = tf.flags.FLAGS


@case
def flags():
    return [
        FLAGS.size,
        FLAGS.title,
        FLAGS.shuffle,
        FLAGS.rate,
        FLAGS.names,
        FLAGS.kind,
        'size' in FLAGS,
        sorted(set(FLAGS.flag_values_dict()) & {'size', 'title'}),
    ]


@case
def supervisor():
    folder = tempfile.mkdtemp()
    step = tf.train.get_or_create_global_step()
    add = tf.assign_add(step, 1)
    tf.summary.scalar('step', tf.to_float(step))
    sv = tf.train.Supervisor(logdir=folder, save_model_secs=0, summary_op=None, global_step=step)
    with sv.managed_session() as session:
        seen = []
        while not sv.should_stop():
            seen.append(int(session.run(add)))
            if seen[-1] == 3:
                sv.saver.save(session, sv.save_path, global_step=step)
                sv.request_stop()
    return [seen, sorted(f for f in os.listdir(folder) if 'tfevents' not in f)]


@case
def monitored_session():
    folder = tempfile.mkdtemp()

    class Count(tf.train.SessionRunHook):
        def begin(self):
            self.calls = ['begin']

        def after_create_session(self, session, coord):
            self.calls.append('created')

        def before_run(self, context):
            return tf.train.SessionRunArgs(tf.train.get_global_step())

        def after_run(self, context, values):
            self.calls.append(int(values.results))

        def end(self, session):
            self.calls.append('end')

    step = tf.train.get_or_create_global_step()
    w = tf.get_variable('w', initializer=2.0)
    train = tf.train.GradientDescentOptimizer(0.1).minimize(w * w, global_step=step)
    hook = Count()
    with tf.train.MonitoredTrainingSession(
        checkpoint_dir=folder,
        save_checkpoint_secs=600,
        save_summaries_steps=None,
        save_summaries_secs=None,
        log_step_count_steps=None,
        hooks=[hook, tf.train.StopAtStepHook(last_step=3)],
    ) as session:
        while not session.should_stop():
            session.run(train)
    return [
        hook.calls,
        os.path.basename(tf.train.latest_checkpoint(folder)),
        tf.train.load_variable(folder, 'w').item(),
        [list(each) for each in tf.train.list_variables(folder)],
    ]


@case
def queues():
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, 'rows.csv')
    with tf.gfile.GFile(path, 'w') as file:
        file.write(''.join(f'{i},{i / 2.0}\n' for i in range(6)))
    names = tf.train.string_input_producer([path], num_epochs=1, shuffle=False)
    key, line = tf.TextLineReader().read(names)
    number, half = tf.decode_csv(line, [[0], [0.0]])
    batch = tf.train.batch([number, half], 2, num_threads=1, capacity=8)
    assert len(tf.get_collection(tf.GraphKeys.QUEUE_RUNNERS)) == 2
    queue = tf.FIFOQueue(4, [tf.int32], shapes=[[]])
    fill = queue.enqueue_many([[5, 6, 7]])
    got = []
    with tf.Session() as session:
        session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
        coordinator = tf.train.Coordinator()
        threads = tf.train.start_queue_runners(session, coordinator)
        try:
            while not coordinator.should_stop():
                got.append(session.run(batch))
        except tf.errors.OutOfRangeError:
            got.append('end')
        finally:
            coordinator.request_stop()
            coordinator.join(threads)
        session.run(fill)
        got.append([session.run(queue.dequeue()), session.run(queue.size())])
    return got


@case
def datasets():
    data = tf.data.Dataset.from_tensor_slices({'a': [1, 2, 3], 'b': [[1.0], [2.0], [3.0]]})
    data = data.map(lambda row: (row['a'] + 1, row['b'])).padded_batch(
        2, padded_shapes=([], [None]), drop_remainder=False
    )
    first = data.make_initializable_iterator()
    once = tf.data.Dataset.range(3).make_one_shot_iterator()
    either = tf.data.Iterator.from_structure(data.output_types, data.output_shapes)
    handle = tf.placeholder(tf.string, [])
    fed = tf.data.Iterator.from_string_handle(handle, once.output_types, once.output_shapes)
    nexts = [first.get_next(), once.get_next(), either.get_next(), fed.get_next()]
    got = [
        str(data.output_types),
        str(data.output_shapes),
        [each is tf.Tensor for each in data.output_classes],
    ]
    with tf.Session() as session:
        session.run([first.initializer, either.make_initializer(data)])
        got += session.run(nexts[:3])
        got.append(session.run(nexts[3], {handle: session.run(once.string_handle())}))
        got.append(session.run(nexts[0]))
        try:
            session.run(nexts[0])
        except tf.errors.OutOfRangeError as error:
            got.append(type(error).__name__)

    def rows():
        for i in range(4):
            yield i, [i] * i

    made = tf.data.Dataset.from_generator(rows, (tf.int32, tf.int32), ([], [None]))
    made = made.apply(
        tf.data.experimental.group_by_window(
            lambda i, _: tf.to_int64(i % 2), lambda k, d: d.padded_batch(2, ([], [None])), 2
        )
    )
    pair = made.repeat(1).prefetch(1).make_one_shot_iterator().get_next()
    with tf.Session() as session:
        got += [session.run(pair), session.run(pair)]
    return got


@case
def tables():
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, 'vocab')
    with open(path, 'w') as file:
        file.write('<unk>\na\nb\n')
    to_id = lookup_ops.index_table_from_file(path, default_value=0)
    to_word = lookup_ops.index_to_string_table_from_file(path, default_value='<unk>')
    ids = to_id.lookup(tf.string_split(['a c b']).values)
    tensor = tf.contrib.lookup.index_table_from_tensor(tf.constant(['x', 'y']), num_oov_buckets=1)
    return [
        run([ids, to_word.lookup(ids), tensor.lookup(tf.constant(['y', 'z', 'x'])), to_id.size()])
    ]


@case
def summaries():
    folder = tempfile.mkdtemp()
    with tf.name_scope('loss'):
        tf.summary.scalar('value', tf.constant(1.5))
    tf.summary.histogram('h', tf.constant(ramp(4)))
    tf.summary.image('i', tf.zeros([1, 2, 2, 1]), max_outputs=1)
    tf.summary.text('t', tf.constant('words'))
    merged = tf.summary.merge_all()
    writer = tf.summary.FileWriter(folder, tf.get_default_graph())
    writer.add_summary(run(merged), 3)
    own = tf.Summary(value=[tf.Summary.Value(tag='own', simple_value=2.0)])
    writer.add_summary(own, global_step=4)
    writer.close()
    path = os.path.join(folder, os.listdir(folder)[0])
    return [
        [event.step, [value.tag for value in event.summary.value]]
        for event in tf.train.summary_iterator(path)
        if event.HasField('summary')
    ]


@case
def saver_and_meta_graph():
    folder = tempfile.mkdtemp()
    x = tf.placeholder(tf.float32, [None, 2], name='x')
    w = tf.get_variable('w', initializer=tf.constant(ramp(2, 2)))
    y = tf.matmul(x, w, name='y')
    tf.add_to_collection('outputs', y)
    keeper = tf.train.Saver(max_to_keep=2)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        for step in (1, 2, 3):
            path = keeper.save(session, os.path.join(folder, 'model'), global_step=step)
        expected = session.run(y, {x: [[1, 2]]})
    state = tf.train.get_checkpoint_state(folder)
    assert path == state.model_checkpoint_path == tf.train.latest_checkpoint(folder)
    reader = pywrap_tensorflow.NewCheckpointReader(path)
    inside = [sorted(reader.get_variable_to_shape_map().items()), reader.get_tensor('w')]
    assert tf.train.checkpoint_exists(path) and saver.latest_checkpoint(folder) == path
    with tf.Graph().as_default(), tf.Session() as session:
        loader = tf.train.import_meta_graph(path + '.meta', clear_devices=True)
        loader.restore(session, path)
        graph = tf.get_default_graph()
        out = tf.get_collection('outputs')[0]
        got = session.run(out, {graph.get_tensor_by_name('x:0'): [[1, 2]]})
    return [sorted(os.listdir(folder)), inside, expected, got, out.name]


@case
def sessions():
    assert tf.get_default_session() is None
    session = tf.InteractiveSession()
    x = tf.constant(2) + 3
    got = [int(x.eval()), tf.get_default_session() is session]
    session.close()
    with tf.Session(graph=tf.get_default_graph()).as_default() as session:
        got += [int(x.eval()), int(session.run({'a': [x]})['a'][0])]
        metadata = tf.RunMetadata()
        session.run(
            x, options=tf.RunOptions(trace_level=tf.RunOptions.FULL_TRACE), run_metadata=metadata
        )
        trace = timeline.Timeline(metadata.step_stats).generate_chrome_trace_format()
        got.append(sorted(json.loads(trace)))
    with tf.Graph().as_default() as graph:
        tf.constant(1, name='one')
        graph.finalize()
        try:
            tf.constant(2)
        except RuntimeError:
            got.append('finalized')
    return got + [
        device_lib.list_local_devices()[0].device_type,
        tf.test.is_gpu_available(),
        tf.test.is_built_with_cuda() in (True, False),
    ]


@case
def optimizers():
    got = {}
    for name, make in [
        ('Adam', tf.train.AdamOptimizer),
        ('GradientDescent', tf.train.GradientDescentOptimizer),
        ('RMSProp', tf.train.RMSPropOptimizer),
        ('Adagrad', tf.train.AdagradOptimizer),
        ('Adadelta', tf.train.AdadeltaOptimizer),
        ('Ftrl', tf.train.FtrlOptimizer),
        ('Momentum', lambda rate: tf.train.MomentumOptimizer(rate, 0.9)),
    ]:
        tf.reset_default_graph()
        w = tf.get_variable('w', initializer=tf.constant(ramp(3)))
        e = tf.get_variable('e', initializer=tf.constant(ramp(4, 2)))
        loss = tf.reduce_sum(w * w) + tf.reduce_sum(tf.nn.embedding_lookup(e, [0, 1, 1]) ** 2)
        step = tf.train.get_or_create_global_step()
        made = make(0.1)
        gradients, weights = zip(*made.compute_gradients(loss))
        assert isinstance(gradients[1], tf.IndexedSlices)
        clipped, norm = tf.clip_by_global_norm(gradients, 1.0)
        train = made.apply_gradients(zip(clipped, weights), global_step=step)
        with tf.Session() as session:
            session.run(tf.global_variables_initializer())
            norms = [session.run([train, norm])[1] for _ in range(2)]
            got[name] = [norms, session.run([w, e]), variables(), made.get_slot_names()]
    values, indices = _deduplicate_indexed_slices(tf.constant(ramp(3, 2)), tf.constant([1, 0, 1]))
    got['summed'] = run([values, indices])

    class Own(optimizer.Optimizer):
        def __init__(self, rate):
            super().__init__(False, 'Own')
            self.rate = rate

        def _create_slots(self, var_list):
            for v in var_list:
                self._zeros_slot(v, 'm', self._name)

        def _apply_dense(self, grad, var):
            m = tf.assign(self.get_slot(var, 'm'), grad)
            return tf.assign_sub(var, self.rate * m)

        def _resource_apply_dense(self, grad, var):
            return self._apply_dense(grad, var)

    tf.reset_default_graph()
    w = tf.get_variable('w', initializer=tf.constant(ramp(3)))
    train = Own(0.5).minimize(tf.reduce_sum(w * w))
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(train)
        got['own'] = [session.run(w), variables()]
    return got


@case
def averages():
    w = tf.get_variable('w', initializer=2.0)
    average = tf.train.ExponentialMovingAverage(0.5, num_updates=4)
    with tf.control_dependencies([w.assign(4.0)]):
        update = average.apply([w])
    debiased = moving_averages.assign_moving_average(w, 1.0, 0.9, zero_debias=False)
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        session.run(update)
        got = session.run(average.average(w))
        return [
            got,
            average.average_name(w),
            sorted(average.variables_to_restore()),
            session.run(debiased),
            variables(),
        ]


@case
def saved_model():
    folder = os.path.join(tempfile.mkdtemp(), 'export')
    x = tf.placeholder(tf.float32, [None], name='x')
    y = tf.identity(x * tf.get_variable('w', initializer=3.0), name='y')
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        tf.saved_model.simple_save(session, folder, {'x': x}, {'y': y})
        frozen = tf.graph_util.convert_variables_to_constants(
            session, tf.get_default_graph().as_graph_def(), ['y']
        )
    with tf.Graph().as_default(), tf.Session() as session:
        meta = tf.saved_model.loader.load(session, [tf.saved_model.tag_constants.SERVING], folder)
        signature = meta.signature_def['serving_default']
        got = session.run(signature.outputs['y'].name, {signature.inputs['x'].name: [1.0, 2.0]})
    with tf.Graph().as_default(), tf.Session() as session:
        (out,) = tf.import_graph_def(frozen, return_elements=['y:0'], name='frozen')
        also = session.run(out, {'frozen/x:0': [1.0]})
    builder = tf.saved_model.builder.SavedModelBuilder(folder + '2')
    with tf.Session() as session:
        session.run(tf.global_variables_initializer())
        builder.add_meta_graph_and_variables(
            session,
            ['serve'],
            {'s': tf.saved_model.signature_def_utils.predict_signature_def({'x': x}, {'y': y})},
        )
        builder.save()
    return [
        got,
        also,
        signature.method_name,
        sorted(os.listdir(folder)),
        out.name,
        tf.saved_model.loader.maybe_saved_model_directory(folder + '2'),
    ]


@case
def records():
    path = os.path.join(tempfile.mkdtemp(), 'records')
    with tf.python_io.TFRecordWriter(path) as writer:
        for i in range(2):
            writer.write(
                tf.train.Example(
                    features=tf.train.Features(
                        feature={
                            'i': tf.train.Feature(int64_list=tf.train.Int64List(value=[i])),
                            'f': tf.train.Feature(
                                float_list=tf.train.FloatList(value=[i, i + 0.5])
                            ),
                            's': tf.train.Feature(bytes_list=tf.train.BytesList(value=[b'a'] * i)),
                        }
                    )
                ).SerializeToString()
            )
    got = [len(list(tf.python_io.tf_record_iterator(path)))]
    data = tf.data.TFRecordDataset(path).map(
        lambda record: tf.parse_single_example(
            record,
            {
                'i': tf.FixedLenFeature([], tf.int64),
                'f': tf.FixedLenFeature([2], tf.float32),
                's': tf.VarLenFeature(tf.string),
            },
        )
    )
    row = data.make_one_shot_iterator().get_next()
    dense = tf.sparse_tensor_to_dense(row['s'], default_value='')
    with tf.Session() as session:
        got += [session.run([row['i'], row['f'], dense]) for _ in range(2)]
    return got


@case
def tests():
    class Case(tf.test.TestCase):
        def test_values(self):
            with self.test_session() as session:
                self.assertAllClose(session.run(tf.constant([1.0])), [1.0])
                self.assertAllEqual(tf.constant([1]).eval(), [1])
            with self.cached_session():
                self.assertEqual(tf.constant(1).eval(), 1)
            self.assertTrue(os.path.isdir(self.get_temp_dir()))

        def test_fails(self):
            self.assertAllClose([1.0], [2.0])

    suite = unittest.defaultTestLoader.loadTestsFromTestCase(Case)
    result = unittest.TextTestRunner(io.StringIO()).run(suite)
    return [
        result.testsRun,
        len(result.failures),
        len(result.errors),
        [str(test).split()[0] for test, _ in result.failures],
    ]


def main(arguments):
    got = {'arguments': jsonable(arguments[1:])}
    for function in CASES:
        tf.reset_default_graph()
        try:
            got[function.__name__] = jsonable(function())
        except Exception as error:
            traceback.print_exc()
            got[function.__name__] = f'{type(error).__name__}: {error}'[:300]
    print(json.dumps(got, sort_keys=True))


if __name__ == '__main__':
    tf.logging.set_verbosity(tf.logging.ERROR)
    tf.app.run()
