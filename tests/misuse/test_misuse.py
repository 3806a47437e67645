"""Each misuse raises TF1's exception on every path, with a message that says what to do."""

import json
from pathlib import Path

import pytest
import tensorflow as tf

from tests.misuse.cases import CASES
from tests.paths import PATHS, tf1_graph
from tf_seq2seq_compat.tf1 import facade

RECORD = json.loads((Path(__file__).parent / 'tf1_15_5.json').read_text(encoding='utf-8'))

# Where this package raises another type than TF1, and why.
OTHER_TYPE = {
    'memory_of_rank_2': ('ValueError', 'TF1 broadcasts it to scores that mean nothing'),
    'frequency_state_for_fewer_bands': ('ValueError', 'TF1 finds it when the graph runs'),
    'legacy_attention_memory_of_rank_2': ('ValueError', 'TF1 stumbles over the missing dimension'),
}


@pytest.mark.parametrize(
    ('name', 'path'),
    [(name, path) for name in sorted(CASES) for path in PATHS if path not in CASES[name][2][0]],
)
def test_misuse(name, path):
    function, words, _ = CASES[name]
    wanted = OTHER_TYPE[name][0] if name in OTHER_TYPE else RECORD['exceptions'][name]
    namespace = facade.tensorflow()
    with pytest.raises(Exception) as caught:  # noqa: B017 (the type is compared below)
        if path == 'graph':
            with tf1_graph():
                found = function(namespace)
                if found is not None:
                    with tf.compat.v1.Session() as session:
                        session.run(tf.compat.v1.global_variables_initializer())
                        session.run(found)
        elif path == 'eager':
            function(namespace)
        else:

            def program():
                found = function(namespace)
                return tf.constant(0) if found is None else found

            tf.function(program, jit_compile=path == 'xla', autograph=False)()
    assert type(caught.value).__name__ == wanted, caught.value
    message = str(caught.value)
    missing = [word for word in words if word not in message]
    assert not missing, f'{missing} not in: {message}'


def test_the_record_is_tf1s_and_complete():
    assert RECORD['tensorflow'] == '1.15.5'
    assert set(RECORD['exceptions']) == set(CASES)
    silent = [name for name, raised in RECORD['exceptions'].items() if raised is None]
    assert set(silent) <= set(OTHER_TYPE)
