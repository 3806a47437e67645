"""What the parts of tf.contrib around models do, for contrib_names_golden.py.

Each function of FACTS takes tf and gives something that JSON can hold; both TF 1.15.5 and the
runner run it.
"""

import glob
import os
import tempfile

from contrib_facts_models import error_of, in_session


def framework(tf):
    import numpy as np

    framework = tf.contrib.framework
    found = {}
    with tf.Graph().as_default() as graph, tf.Session() as session:
        fed = tf.placeholder(tf.float32, name='fed')
        known = tf.constant([1, 2, 3])
        for name, call in {
            'other shape': lambda: framework.with_shape([2], known),
            'same shape': lambda: framework.with_same_shape(known, tf.constant([1, 2])),
            'None': lambda: framework.with_shape([None, 3], fed),
            'negative': lambda: framework.with_shape([-1], fed),
            'step': lambda: framework.assert_global_step(tf.constant(1)),
            'no types': lambda: framework.py_func(lambda: 1),
        }.items():
            found[name] = error_of(call)
        checked = framework.with_shape([2, 3], fed)
        found['checked'] = checked.shape.as_list()
        session.run(checked, {fed: [[1.0] * 3] * 2})
        found['wrong'] = error_of(lambda: session.run(checked, {fed: [[1.0]]}))
        same = framework.with_same_shape(fed, known)
        found['same'] = session.run(same, {fed: [0.0] * 3})
        found['not same'] = error_of(lambda: session.run(same, {fed: [[1.0]]}))
        found['placeholders'] = [each.name for each in framework.get_placeholders(graph)]
        with tf.name_scope('a/b'):
            found['scope'] = framework.get_name_scope()
        structure = framework.py_func(
            lambda a, b: {'sum': a + b['c'], 'twice': [a + a]},
            (tf.constant(3.0),),
            {'b': {'c': tf.constant(4.0)}},
            {'sum': tf.float32, 'twice': [tf.float32]},
        )
        found['py_func'] = session.run(structure)
    with tf.Graph().as_default(), tf.Session() as session:
        step = framework.get_or_create_global_step()
        found['step name'] = [step.name, step is framework.get_global_step()]
        one = framework.variable('v', shape=[2], initializer=tf.ones_initializer())
        framework.model_variable('scope/m', shape=[2], initializer=tf.zeros_initializer())
        framework.local_variable([3.0], name='l')
        found['variables'] = [
            [each.name for each in get()]
            for get in (
                framework.get_variables,
                framework.get_model_variables,
                framework.get_local_variables,
                framework.get_trainable_variables,
                framework.get_variables_to_restore,
                lambda: framework.get_variables_by_suffix('m'),
                lambda: framework.get_variables('scope'),
                lambda: framework.get_variables_to_restore(exclude=['scope']),
                lambda: framework.filter_variables(tf.global_variables(), ['^v', 'step']),
            )
        ]
        found['full name'] = framework.get_variable_full_name(one)
        found['unique'] = framework.get_unique_variable('v').name
        session.run(tf.global_variables_initializer())
        prefix = tf.train.Saver().save(session, os.path.join(tempfile.mkdtemp(), 'model'))
        found['listed'] = framework.list_variables(checkpoint_dir=prefix)
        found['loaded'] = framework.load_variable(checkpoint_dir=prefix, name='v')
        found['reader'] = framework.load_checkpoint(filepattern=prefix).has_tensor('scope/m')
        session.run(tf.assign(one, [8.0, 9.0]))
        framework.assign_from_checkpoint_fn(prefix, [one])(session)
        found['restored'] = session.run(one)
        operation, feed = framework.assign_from_values({'v': np.array([5.0, 6.0])})
        session.run(operation, feed)
        found['assigned'] = session.run(one)
    with tf.Graph().as_default(), tf.Session() as session:
        again = tf.get_variable('w', [2])
        framework.init_from_checkpoint(checkpoint_dir=prefix, assignment_map={'v': again})
        session.run(tf.global_variables_initializer())
        found['initial'] = session.run(again)

    @framework.add_arg_scope
    def scoped(a, b=1):
        return [a, b]

    with framework.arg_scope([scoped], b=7):
        found['arg_scope'] = [scoped(1), scoped(1, b=2), framework.has_arg_scope(scoped)]
    return found


def nest(tf):
    nest = tf.contrib.framework.nest
    structure = {'b': [1, (2, 3)], 'a': 4}
    return {
        'flatten': nest.flatten(structure),
        'is_sequence': [nest.is_sequence(each) for each in (structure, [1], (), 'text', 1)],
        'map': nest.map_structure(lambda x, y: x * y, structure, structure),
        'pack': nest.pack_sequence_as(structure, [5, 6, 7, 8]),
        'up to': nest.map_structure_up_to([0, 0], lambda x, y: [x, y], [1, 2], [[3], [4]]),
        'paths': nest.flatten_with_joined_string_paths(structure),
        'tuples': nest.flatten_with_tuple_paths({'k': [1]}),
        'differ': error_of(lambda: nest.assert_same_structure([1], [1, [2]])),
        'types': error_of(lambda: nest.assert_same_structure([1], (1,))),
        'dicts': nest.flatten_dict_items({(1, 2): (3, 4)}),
    }


def _elements(tf, make):
    with tf.Graph().as_default(), tf.Session() as session:
        dataset = make()
        following = dataset.make_one_shot_iterator().get_next()
        found = []
        while True:
            try:
                found.append(session.run(following))
            except tf.errors.OutOfRangeError:
                break
        flat = tf.contrib.framework.nest.flatten(dataset.output_shapes)
        return [found, [each.as_list() for each in flat]]


def data(tf):
    package, dataset = tf.contrib.data, tf.data.Dataset
    transformations = {
        'drop': lambda: package.batch_and_drop_remainder(3),
        'slide': lambda: package.sliding_window_batch(3),
        'shift': lambda: package.sliding_window_batch(3, window_shift=2),
        'stride': lambda: package.sliding_window_batch(3, stride=2),
        'apart': lambda: package.sliding_window_batch(3, window_shift=2, window_stride=2),
        'enumerate': lambda: package.enumerate_dataset(2),
        'interleave': lambda: package.parallel_interleave(
            lambda x: dataset.from_tensors(x).repeat(2), cycle_length=2
        ),
        'windows': lambda: package.group_by_window(
            lambda x: x % 2, lambda key, of_key: of_key.batch(2), 2
        ),
        'map': lambda: package.map_and_batch(lambda x: x * x, 4),
        'scan': lambda: package.scan(tf.constant(0, tf.int64), lambda s, x: (s + x, s)),
        'buckets': lambda: package.bucket_by_sequence_length(
            lambda x: tf.cast(x, tf.int32), [2, 4], [2, 2, 2], no_padding=True
        ),
    }
    found = {
        name: _elements(tf, lambda make=make: dataset.range(7).apply(make()))
        for name, make in transformations.items()
    }
    found['pairs'] = _elements(
        tf,
        lambda: dataset.zip((dataset.range(4), dataset.range(4, 8))).apply(
            package.sliding_window_batch(2)
        ),
    )

    def ragged():
        return dataset.range(5).map(lambda x: tf.fill([x], x))

    found['pad'] = _elements(
        tf,
        lambda: ragged().apply(
            package.padded_batch_and_drop_remainder(
                2, [None], padding_values=tf.constant(-1, tf.int64)
            )
        ),
    )
    found['unbatch'] = _elements(tf, lambda: ragged().apply(package.unbatch()))
    found['both'] = error_of(lambda: package.sliding_window_batch(3, stride=2, window_shift=1))

    def of_shape(shape):
        made = dataset.from_generator(lambda: iter([[1, 2], [3, 4]]), tf.int32)
        return made.apply(package.assert_element_shape(tf.TensorShape(shape)))

    found['shape'] = _elements(tf, lambda: of_shape([2]))
    found['wrong shape'] = error_of(lambda: _elements(tf, lambda: of_shape([3])))
    found['single'] = in_session(tf, lambda: package.get_single_element(dataset.range(3).batch(3)))
    return found


def lookup(tf):
    package = tf.contrib.lookup
    path = os.path.join(tempfile.mkdtemp(), 'vocabulary')
    with open(path, 'w') as file:
        file.write('a\nb\nc\n')

    def make():
        words, ids = tf.constant(['b', 'c', 'z']), tf.constant([0, 2, 9], tf.int64)
        made = package.HashTable(
            package.KeyValueTensorInitializer(['b', 'c'], [1.5, 2.5]), default_value=-1.0
        )
        dense = package.MutableDenseHashTable(
            tf.int64, tf.int64, default_value=-1, empty_key=0, deleted_key=-5
        )
        mutable = package.MutableHashTable(tf.string, tf.int64, -1)
        with tf.control_dependencies([dense.insert(ids + 1, ids), mutable.insert(words, ids)]):
            inserted = [dense.lookup(ids + 1), mutable.lookup(words), mutable.size()]
        return inserted + [
            made.lookup(words),
            made.size(),
            package.index_table_from_tensor(mapping=['a', 'b', 'c']).lookup(words),
            package.index_table_from_tensor(
                mapping=['a', 'b', 'c'], num_oov_buckets=2, default_value=-1
            ).lookup(words),
            package.index_table_from_file(path, num_oov_buckets=1).lookup(words),
            package.index_table_from_file(path, default_value=7).lookup(words),
            package.string_to_index_table_from_file(path).lookup(words),
            package.string_to_index_table_from_tensor(['a', 'b', 'c']).lookup(words),
            package.index_to_string_table_from_file(path, default_value='?').lookup(ids),
            package.index_to_string_table_from_tensor(mapping=['a', 'b', 'c']).lookup(ids),
            package.string_to_index(words, mapping=['a', 'b']),
            package.index_to_string(ids, mapping=['a', 'b'], default_value='!'),
        ]

    with tf.Graph().as_default(), tf.Session() as session:
        initializer = package.KeyValueTensorInitializer([1], [2])
        table = package.HashTable(initializer, 0, shared_name='shared', name='mine')
        session.run(table.init)
        named = [session.run(table.lookup(tf.constant([1, 3]))), table.name]
        nothing = error_of(lambda: package.index_table_from_tensor(mapping=None))
    return [in_session(tf, make), named, nothing]


def summaries(tf):
    summary = tf.contrib.summary
    folder = tempfile.mkdtemp()
    with tf.Graph().as_default(), tf.Session() as session:
        step = tf.train.get_or_create_global_step()
        count = tf.assign_add(step, 1)
        writer = summary.create_file_writer(folder, flush_millis=100)
        with writer.as_default(), summary.record_summaries_every_n_global_steps(2, step):
            summary.scalar('loss', tf.cast(step, tf.float32) * 2.0)
            summary.scalar('of family', 3.0, family='f')
            summary.histogram('h', tf.ones([3]))
            summary.generic('g', tf.ones([2]))
            with summary.always_record_summaries():
                summary.scalar('always', 1.0)
            with summary.never_record_summaries():
                summary.scalar('never', 1.0)
            operations = summary.all_summary_ops()
            flush = summary.flush()
        session.run(tf.global_variables_initializer())
        with writer.as_default():
            summary.initialize(session=session)
        for _ in range(4):
            session.run(operations)
            session.run(count)
        session.run(flush)
    found = []
    for path in glob.glob(os.path.join(folder, '*')):
        for event in tf.train.summary_iterator(path):
            for value in event.summary.value:
                found.append([event.step, value.tag, value.WhichOneof('value')])
    return [len(operations), sorted(found)]


def projector(tf):
    from tensorflow.contrib.tensorboard.plugins import projector

    config = projector.ProjectorConfig()
    config.model_checkpoint_path = 'model'
    embedding = config.embeddings.add()
    embedding.tensor_name = 'embedding'
    embedding.metadata_path = 'words.tsv'
    embedding.sprite.image_path = 'sprites.png'
    embedding.sprite.single_image_dim.extend([28, 28])
    other = projector.EmbeddingInfo(tensor_name='other', tensor_shape=[3, 2])
    config.embeddings.extend([other])
    folder = tempfile.mkdtemp()
    with tf.Graph().as_default():
        projector.visualize_embeddings(tf.summary.FileWriter(folder), config)
    with open(os.path.join(folder, 'projector_config.pbtxt')) as file:
        return [file.read(), config.SerializeToString().hex()]


def predictor(tf):
    folder = os.path.join(tempfile.mkdtemp(), 'model')
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.placeholder(tf.float32, [None])
        y = x * tf.get_variable('v', initializer=3.0)
        session.run(tf.global_variables_initializer())
        tf.saved_model.simple_save(session, folder, {'x': x}, {'y': y})
    predict = tf.contrib.predictor.from_saved_model(folder)
    named = tf.contrib.predictor.from_saved_model(
        folder, input_names={'in': x.name}, output_names={'out': y.name}
    )
    return [
        predict({'x': [1, 2]}),
        named({'in': [5]}),
        sorted(predict.feed_tensors),
        sorted(predict.fetch_tensors),
        error_of(lambda: predict({'z': [1]})),
        error_of(lambda: tf.contrib.predictor.from_saved_model(folder, tags='nope')),
    ]


def others(tf):
    util = tf.contrib.util
    signal = tf.contrib.signal
    time = [[float((7 * i) % 5) for i in range(32)]]

    def make():
        stft = signal.stft(tf.constant(time), 8, 4, 8)
        power = tf.abs(stft)
        mel = signal.linear_to_mel_weight_matrix(4, 5, 8000, 100.0, 3000.0)
        return [
            power,
            signal.inverse_stft(stft, 8, 4, window_fn=signal.inverse_stft_window_fn(4)),
            mel,
            signal.mfccs_from_log_mel_spectrograms(tf.tensordot(power, mel, 1)),
            signal.hann_window(5),
            signal.frame(tf.range(7), 3, 2),
        ]

    with tf.Graph().as_default() as graph:
        tf.matmul(tf.ones([2, 3]), tf.ones([3, 4]), name='product')
        tf.get_variable('w', [3, 5])
        known = util.constant_value(tf.constant([1, 2]))
        used = sorted(util.ops_used_by_graph_def(graph.as_graph_def()))
        analyzer = tf.contrib.tfprof.model_analyzer
        options = dict(analyzer.TRAINABLE_VARS_PARAMS_STAT_OPTIONS, output='none')
        parameters = analyzer.print_model_analysis(graph, tfprof_options=options)
    return {
        'signal': in_session(tf, make),
        'constant': known,
        'array': util.make_ndarray(util.make_tensor_proto([[1.5]])),
        'used': [each for each in used if each in ('MatMul', 'Const')],
        'parameters': parameters.total_parameters,
        'eager': [tf.contrib.eager.in_eager_mode(), tf.contrib.eager.executing_eagerly()],
        'keras': sorted(vars(tf.contrib.keras.initializers.Zeros()).keys()),
        'hook': tf.contrib.framework.is_tensor(tf.constant(1)),
    }


def graph_editor(tf):
    ge = tf.contrib.graph_editor
    found = {}

    def names(items):
        return [item.name for item in items]

    with tf.Graph().as_default() as graph, tf.Session() as session:
        a, b = tf.constant(2.0, name='a'), tf.constant(3.0, name='b')
        with tf.name_scope('s'):
            c = tf.add(a, b, name='c')
            d = tf.multiply(c, c, name='d')
            e = tf.subtract(d, a, name='e')
        f = tf.negative(e, name='f')
        with tf.control_dependencies([d]):
            h = tf.identity(a, name='h')
        # TF 1.15 gives what is equally far in any order.
        for name, found_ops in {
            'behind': ge.get_backward_walk_ops(f),
            'behind it': ge.get_backward_walk_ops([e.op], inclusive=False),
            'behind, among': ge.get_backward_walk_ops(f, within_ops=[f.op, e.op]),
            'behind, where': ge.get_backward_walk_ops(f, within_ops_fn=lambda op: op is not a.op),
            'behind, up to': ge.get_backward_walk_ops([f.op], stop_at_ts=[d]),
            'behind, controls': ge.get_backward_walk_ops([h.op], control_inputs=True),
            'of nothing': ge.get_backward_walk_ops([]),
            'before': ge.get_forward_walk_ops([a.op]),
            'before it': ge.get_forward_walk_ops(a, inclusive=False),
            'between': ge.get_walks_intersection_ops([a.op], [f.op]),
        }.items():
            found[name] = sorted(names(found_ops))
        found['inputs and outputs'] = names(ge.filter_ts([c.op, d.op], True))
        found['some'] = names(ge.filter_ts([c.op], lambda tensor: tensor is not a))
        found['in the scope'] = names(ge.filter_ts_from_regex(graph, 's/'))
        found['operations'] = names(ge.filter_ops_from_regex(graph, '^s/'))
        found['scope'] = names(ge.get_name_scope_ops(graph, 's'))
        found['tensors'] = names(ge.get_tensors(graph))
        found['from'], found['to'] = (
            names(ge.get_generating_ops([c, a])),
            names(ge.get_consuming_ops([c, d])),
        )
        found['chosen'] = names(ge.select_ops('^s/', graph=graph) + ge.select_ts(c, d.op))
        found['no graph'] = error_of(lambda: ge.select_ops('^s/'))
        for name, view in {
            'listed': ge.sgv([c.op, d.op]),
            'passed': ge.sgv(c),
            'named': ge.make_view('^s/', graph=graph),
        }.items():
            found[name] = [names(view.ops), names(view.inputs), names(view.outputs)]
        copied, info = ge.copy_with_input_replacements(ge.sgv([d.op, e.op]), {c: b})
        found['copied'] = names(copied.ops) + names(copied.outputs)
        found['copied value'] = session.run(info.transformed(e))
        found['pairs'] = sorted(
            [before.name, after.name] for before, after in info._transformed_ops.items()
        )
        found['back'] = info.original(info.transformed(d.op)).name
        found['of others'] = info.transformed(f) is None
        found['replaced'] = session.run([ge.graph_replace(f, {c: b}), f])
        many = ge.graph_replace([f, e], {a: b}, dst_scope='new')
        found['replaced many'] = [names(many), session.run(many)]
        inner = ge.graph_replace(e, {c: b}, dst_scope='inner', src_scope='s')
        found['replaced inside'] = [inner.name, session.run(inner)]
        found['not connected'] = error_of(lambda: ge.graph_replace(f, {h: b}))
        found['rerouted'] = [ge.reroute_ts([b], [a], can_modify=[c.op]), names(c.op.inputs)]
        found['all rerouted'] = [ge.reroute_ts([b], [a], cannot_modify=e.op), names(e.op.inputs)]
        found['sizes'] = error_of(lambda: ge.reroute_ts([b], [a, c]))
        ge.add_control_inputs(f.op, [h.op])
        found['waits for'] = names(f.op.control_inputs)
        found['scope of others'] = error_of(lambda: ge.graph_replace(f, {c: b}, src_scope='s'))
    return found


def recomputed_gradient(tf):
    """The gradient of a chain that keeps one tensor of it and computes the others again."""
    ge = tf.contrib.graph_editor
    with tf.Graph().as_default(), tf.Session() as session:
        x = tf.constant([0.3, -0.2])
        layers = [x]
        for index in range(4):
            layers.append(tf.tanh(layers[-1] * 1.5, name=f'layer_{index}'))
        y, kept = layers[-1], layers[2]
        between = ge.get_forward_walk_ops(
            kept.op, inclusive=False, within_ops=ge.get_backward_walk_ops(y)
        )
        copied, info = ge.copy_with_input_replacements(ge.sgv(between), {})
        stopped = tf.stop_gradient(kept)
        moved = ge.reroute_ts([stopped], [kept], can_modify=list(info._transformed_ops.values()))
        again = info.transformed(y)
        [upper] = tf.gradients(again, stopped)
        [lower] = tf.gradients(kept, x, upper)
        return [moved, session.run([lower, tf.gradients(y, x)[0]])]


def old_summaries(tf):
    old = tf.contrib.deprecated
    with tf.Graph().as_default() as graph, tf.Session() as session:
        with tf.name_scope('inside'):
            made = [
                old.scalar_summary(['one', 'two'], tf.constant([1.0, 2.0])),
                old.scalar_summary('loss', tf.constant(0.5), name='named'),
                old.histogram_summary('weights', tf.constant([1.0, 2.0])),
                old.image_summary('image', tf.zeros([2, 4, 4, 1]), max_images=1),
                old.audio_summary('sound', tf.zeros([1, 10]), 8000.0),
            ]
        apart = old.scalar_summary('apart', tf.constant(1.0), collections=['others'])
        merged = tf.Summary.FromString(session.run(old.merge_all_summaries()))
        one = tf.Summary.FromString(session.run(old.merge_summary([apart])))
        return {
            'names': [each.op.name for each in [*made, apart]],
            'kinds': sorted(op.type for op in graph.get_operations() if 'Summary' in op.type),
            'tags': [value.tag for value in merged.value],
            'values': [value.simple_value for value in merged.value],
            'other': [value.tag for value in one.value],
            'collections': sorted(graph.get_all_collection_keys()),
            'nothing': old.merge_all_summaries('none') is None,
        }


FACTS = [
    framework,
    nest,
    data,
    lookup,
    summaries,
    projector,
    predictor,
    others,
    graph_editor,
    recomputed_gradient,
    old_summaries,
]
