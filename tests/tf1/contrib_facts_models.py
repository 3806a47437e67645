"""What the parts of tf.contrib that prepare and train models do, for contrib_names_golden.py.

Each function of FACTS takes tf and gives something that JSON can hold; both TF 1.15.5 and the
runner run it.
"""

import os
import tempfile

DOCUMENTS = ['the cat sat on the mat', "The cat's HTMLParser x-y", 'a b c d e f g', 'é ABCdef 3.5']


def plain(value):
    """Arrays, tuples and bytes as JSON has them."""
    if isinstance(value, dict):
        return {str(key): plain(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    if isinstance(value, bytes):
        return value.decode()
    if hasattr(value, 'tolist'):
        return plain(value.tolist())
    return value


def in_session(tf, make):
    """What the tensors that `make()` gives are, in a graph and a session of their own."""
    with tf.Graph().as_default(), tf.Session() as session:
        tensors = make()
        session.run(
            [tf.global_variables_initializer(), tf.tables_initializer()]
            + [tf.local_variables_initializer()]
        )
        return session.run(tensors)


def error_of(call):
    """The type of exception that a call raises, or 'no error'."""
    try:
        call()
    except Exception as error:
        return type(error).__name__
    return 'no error'


def vocabulary_processor(tf):
    preprocessing = tf.contrib.learn.preprocessing
    processor = preprocessing.VocabularyProcessor(5)
    ids = list(processor.fit_transform(DOCUMENTS))
    path = os.path.join(tempfile.mkdtemp(), 'vocabulary')
    processor.save(path)
    restored = preprocessing.VocabularyProcessor.restore(path)
    rare = preprocessing.VocabularyProcessor(5, min_frequency=1).fit(DOCUMENTS)
    own = preprocessing.VocabularyProcessor(3, tokenizer_fn=lambda texts: (list(t) for t in texts))
    return {
        'ids': ids,
        'dtype': str(ids[0].dtype),
        'length': len(processor.vocabulary_),
        'new': list(processor.transform(['new words the'])),
        'reverse': list(processor.reverse(ids)),
        'restored': list(restored.transform(DOCUMENTS)),
        'min_frequency': [len(rare.vocabulary_), list(rare.transform(DOCUMENTS))],
        'own tokenizer': list(own.fit_transform(['ab', 'bcda'])),
        'max_document_length': processor.max_document_length,
    }


def vocabulary(tf):
    preprocessing = tf.contrib.learn.preprocessing
    made = preprocessing.CategoricalVocabulary()
    found = [made.get('a'), made.get('b'), made.get('a'), len(made), made.reverse(1)]
    made.freeze()
    found += [made.get('c'), len(made), error_of(lambda: made.reverse(9))]
    made.freeze(False)
    for category, count in (('z', 3), ('d', 5), ('c', 3), ('x', 3), ('é', 3), ('once', 1)):
        made.add(category, count)
    made.trim(1)
    found += [[made.reverse(index) for index in range(len(made))], made.get('once')]
    made = preprocessing.CategoricalVocabulary('?', support_reverse=False)
    for category, count in (('a', 1), ('b', 5), ('c', 3), ('d', 3)):
        made.add(category, count)
    made.trim(2, 4)
    found += [[made.get(each) for each in 'abcd'], error_of(lambda: made.reverse(1))]
    return found


def other_processors(tf):
    preprocessing = tf.contrib.learn.preprocessing
    codes = preprocessing.ByteProcessor(4)
    import numpy as np

    return {
        'bytes': list(codes.transform(['abcdef', b'\xc3\xa9', 'é'])),
        'reverse': list(codes.reverse(np.array([[97, 98, 0, 0], [195, 169, 97, 0]]))),
    }


def learn(tf):
    from tensorflow.contrib.learn.python.learn.datasets import base
    from tensorflow.contrib.learn.python.learn.estimators.model_fn import ModeKeys

    learn = tf.contrib.learn
    path = os.path.join(tempfile.mkdtemp(), 'data.csv')
    with open(path, 'w') as file:
        file.write('3,2,a,b\n1.5,2,0\n3,4,1\n5,6,2\n')
    headed = base.load_csv_with_header(path, int, float)
    with open(path, 'w') as file:
        file.write('7,1.5,2\n8,3,4\n')
    bare = base.load_csv_without_header(path, int, float, target_column=0)
    return {
        'modes': [ModeKeys.TRAIN, ModeKeys.EVAL, ModeKeys.INFER],
        'same': ModeKeys is learn.ModeKeys,
        'validate': [
            error_of(lambda each=each: ModeKeys.validate(each)) for each in ('eval', 'predict')
        ],
        'keys': [learn.PredictionKey.CLASSES, learn.ProblemType.CLASSIFICATION, learn.TaskType.PS],
        'headed': [headed.data, headed.target],
        'bare': [bare.data, bare.target],
    }


def small_functions(tf):
    import numpy as np

    nn, sparsemax = tf.contrib.nn, tf.contrib.sparsemax
    random = np.random.RandomState(0)
    weights, inputs = random.randn(6, 3).astype('f'), random.randn(4, 3).astype('f')

    def make():
        logits = tf.constant([[0.1, 0.9, 0.3], [2.0, 2.0, 2.0], [5.0, 1.0, 0.0]])
        chosen = sparsemax.sparsemax(logits)
        sampled = (
            tf.constant([2, 4, 1], tf.int64),
            tf.constant([[0.5]] * 4),
            tf.constant([0.3, 0.2, 0.4]),
        )
        labels = tf.constant([[1], [0], [5], [3]], tf.int64)
        found = [
            nn.nth_element(logits, 1),
            chosen,
            tf.gradients(chosen * logits, logits)[0],
            sparsemax.sparsemax(tf.constant([[-np.inf, 1.0, 2.0]])),
            tf.contrib.stateless.stateless_random_uniform([2], seed=[1, 2]) * 0,
        ]
        for remove in (True, False):
            found.append(
                nn.sampled_sparse_softmax_loss(
                    weights,
                    np.arange(6, dtype='f'),
                    labels,
                    inputs,
                    3,
                    6,
                    sampled_values=sampled,
                    remove_accidental_hits=remove,
                )
            )
        return found

    return in_session(tf, make)


def distributions(tf):
    import numpy as np

    package = tf.contrib.distributions

    def make():
        a = package.MultivariateNormalDiag(loc=[1.0, -1.0], scale_diag=[1.0, 2.0])
        b = package.MultivariateNormalDiag(loc=[0.0, -1.0], scale_identity_multiplier=2.0)
        batch = package.MultivariateNormalDiag(loc=tf.zeros([3, 2]), scale_diag=tf.ones([2]))
        both = package.MultivariateNormalDiag([1.0, 3.0], [1.0, 2.0], 3.0)
        soft = package.MultivariateNormalDiagWithSoftplusScale([1.0, 3.0], [0.0, 1.0])
        normal = package.Normal(loc=1.0, scale=2.0)
        found = [
            a.log_prob([0.0, 0.0]),
            a.prob([[0.0, 0.0], [1.0, 1.0]]),
            a.mean(),
            a.mode(),
            a.stddev(),
            a.variance(),
            a.covariance(),
            a.entropy(),
            package.kl_divergence(a, b),
            b.stddev(),
            batch.log_prob(np.ones((3, 2), 'f')),
            batch.entropy(),
            batch.batch_shape_tensor(),
            batch.event_shape_tensor(),
            tf.shape(batch.sample(4)),
            tf.shape(a.sample()),
            package.MultivariateNormalDiag(scale_diag=[1.0, 3.0]).mean(),
            package.MultivariateNormalDiag(loc=[1.0, 3.0]).stddev(),
            both.stddev(),
            soft.stddev(),
            package.NormalWithSoftplusScale(0.0, 1.0).stddev(),
            normal.log_prob(0.5),
            package.softplus_inverse(tf.constant([0.1, 1.0, 30.0])),
            package.fill_triangular([1.0, 2, 3, 4, 5, 6]),
            package.fill_triangular([[1.0, 2, 3, 4, 5, 6]], upper=True),
        ]
        found += tf.gradients(tf.reduce_sum(a.sample(2, seed=1)), a.loc)
        return found

    shapes = in_session(tf, lambda: [tf.zeros([])]) and [
        package.MultivariateNormalDiag(loc=tf.zeros([3, 2])).batch_shape.as_list(),
        package.MultivariateNormalDiag(loc=tf.zeros([3, 2])).event_shape.as_list(),
        package.MultivariateNormalDiag(loc=tf.zeros([3, 2])).sample(5).shape.as_list(),
    ]
    return [in_session(tf, make), shapes, error_of(lambda: package.MultivariateNormalDiag())]


def buckets(tf):
    import numpy as np

    lengths = np.array([1, 5, 2, 7, 1, 6, 2, 8, 1, 2, 3, 4], np.int32)
    found = {}
    for name in ('list', 'dict', 'keep', 'exact'):
        with tf.Graph().as_default(), tf.Session() as session:
            number, length = tf.train.slice_input_producer(
                [np.arange(12), lengths], num_epochs=1, shuffle=False
            )
            ragged = tf.fill([length], number)
            lists = {'list': [ragged, number], 'dict': {'one': number}}
            got, batch = tf.contrib.training.bucket_by_sequence_length(
                length,
                lists.get(name, {'x': ragged, 'n': number}),
                batch_size=[2, 3, 2] if name == 'exact' else 2,
                bucket_boundaries=[3, 6],
                dynamic_pad=name != 'dict',
                allow_smaller_final_batch=name != 'exact',
                keep_input=tf.not_equal(number, 3) if name == 'keep' else True,
            )
            shapes = [each.shape.as_list() for each in tf.contrib.framework.nest.flatten(batch)]
            session.run([tf.global_variables_initializer(), tf.local_variables_initializer()])
            coordinator = tf.train.Coordinator()
            threads = tf.train.start_queue_runners(session, coordinator)
            rows = []
            try:
                while True:
                    rows.append(session.run([got, batch]))
            except tf.errors.OutOfRangeError:
                coordinator.request_stop()
            coordinator.join(threads)
            # Which bucket is emptied first is a matter of threads.
            rows = sorted((plain(row) for row in rows), key=repr)
            found[name] = [rows, shapes, len(tf.get_collection(tf.GraphKeys.SUMMARIES))]
    errors = tf.contrib.training.bucket_by_sequence_length
    with tf.Graph().as_default():
        one = tf.constant(1)
        found['errors'] = [
            error_of(lambda boundaries=boundaries: errors(one, [one], 2, boundaries))
            for boundaries in ([], 3, [3, 2], [1.5])
        ]
        found['errors'].append(error_of(lambda: errors(one, [one], [1, 2], [3, 6])))
        found['errors'].append(error_of(lambda: tf.contrib.training.bucket([], 0, 2, 2)))
    return found


def training(tf):
    training = tf.contrib.training
    folder = tempfile.mkdtemp()
    with tf.Graph().as_default(), tf.Session() as session:
        variables = [tf.get_variable(f'v{size}', [size]) for size in (10, 2)]
        gradients = [(tf.constant([3.0, 4.0]), variables[1]), (None, variables[0])]
        clipped = training.clip_gradient_norms(gradients, 1.0)
        times = training.multiply_gradients(gradients[:1], {variables[1]: 2.0})
        numbers = session.run([clipped[0][0], times[0][0]])
    with tf.Graph().as_default():
        x = tf.get_variable('x', initializer=[1.0, 2.0])
        loss = tf.reduce_sum(x * x)
        tf.train.get_or_create_global_step()
        train_op = training.create_train_op(loss, tf.train.GradientDescentOptimizer(0.1))
        training.train(
            train_op, folder, hooks=[tf.train.StopAtStepHook(3)], save_summaries_steps=None
        )
    with tf.Graph().as_default():
        x = tf.get_variable('x', initializer=[0.0, 0.0])
        tf.train.get_or_create_global_step()
        step = training.get_or_create_eval_step()
        counted = tf.assign_add(step, 1, use_locking=True)
        path = training.wait_for_new_checkpoint(folder)
        values = training.evaluate_once(
            path,
            eval_ops=counted,
            final_ops={'x': x},
            hooks=[training.StopAfterNEvalsHook(2)],
        )
        repeated = training.evaluate_repeatedly(
            folder,
            final_ops={'x': x},
            eval_ops=counted,
            hooks=[training.StopAfterNEvalsHook(1)],
            max_number_of_evaluations=1,
        )
    waited = training.wait_for_new_checkpoint(folder, path, seconds_to_sleep=0.01, timeout=0.05)
    return [numbers, os.path.basename(path), values, repeated, waited]


FACTS = [
    vocabulary_processor,
    vocabulary,
    other_processors,
    learn,
    small_functions,
    distributions,
    buckets,
    training,
]
