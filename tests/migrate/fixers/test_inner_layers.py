"""Lambda layers whose function makes layers."""

import pytest

from tests.migrate.fixers.migrating import advice_of, migrated, warnings_of

IMPORT = 'from tf_keras.layers import Activation, Dense, Lambda\n'
LEFT_ALONE = {
    'no layer inside': f'{IMPORT}def f(x):\n    return x + 1\nLambda(f)\n',
    'no weights inside': f"{IMPORT}def f(x):\n    return Activation('tanh')(x)\nLambda(f)\n",
    'made outside': f'{IMPORT}d = Dense(3)\ndef f(x):\n    return d(x)\nLambda(f)\n',
    'no Lambda': f'{IMPORT}def f(x):\n    return Dense(3)(x)\ng(f)\n',
    'another Lambda': f'{IMPORT}def Lambda(f): ...\ndef f(x):\n    return Dense(3)(x)\nLambda(f)\n',
}


@pytest.mark.parametrize('text', LEFT_ALONE.values(), ids=LEFT_ALONE)
def test_is_no_matter(text):
    assert migrated(text) == text
    assert not warnings_of(text)


def test_needs_a_look():
    text = 'from keras.layers import Dense, Lambda\n'
    text += 'def f(x):\n    return Dense(3)(x)\ny = Lambda(f)(x)\n'
    assert warnings_of(text) == [('needs a look', 'Lambda', 4)]
    assert 'makes Dense inside' in advice_of(text)
    assert 'repairs.activate_now()' in advice_of(text)
