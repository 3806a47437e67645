"""What an earlier run has left."""

import pytest

from tests.migrate.fixers.migrating import advice_of, migrated, warnings_of

IMPORT = 'from tf_seq2seq_compat.tf1 import facade\n'


@pytest.mark.parametrize(
    'text',
    [
        'facade.module("tensorflow.contrib.rnn")\n',
        'from other import facade\nfacade.module("tensorflow.contrib.rnn")\n',
        f'{IMPORT}facade.module(name)\n',
        f'{IMPORT}facade.tensorflow()\n',
    ],
)
def test_is_no_matter(text):
    assert migrated(text) == text
    assert not warnings_of(text)


def test_is_said_at_every_run():
    text = IMPORT + "x = facade.module('tensorflow.contrib.rnn')\n"
    assert warnings_of(text) == [('needs a look', 'tf.contrib.rnn', 2)]
    text = IMPORT + "X = facade.NotProvided('tensorflow.contrib.opt.ShampooOptimizer')\n"
    assert warnings_of(text) == [('needs a look', 'tf.contrib.opt.ShampooOptimizer', 2)]
    assert 'AdagradOptimizer' in advice_of(text)
