"""What `run --xla` says at the end."""

import io

import pytest

from tf_seq2seq_compat.tf1.compile_times import CompileTimes, _names


def times(**runs):
    found = CompileTimes()
    for what, all_seconds in runs.items():
        for seconds in all_seconds:
            found.add(what, seconds)
    return found


def test_what_takes_much_longer_than_usual_is_compiling():
    found = times(train=[4.1, 0.1, 0.1, 3.1, 0.2, 0.1, 0.1], decode=[2.02, 0.02, 0.02])
    compiling, rest = found.compiling()
    assert compiling == pytest.approx(4.0 + 3.0 + 2.0)
    assert compiling + rest == pytest.approx(7.8 + 2.06)


def test_fetches_are_named_whatever_their_keys_are():
    """MonitoredTrainingSession has its hooks for keys, which cannot be sorted."""
    fetches = {'caller': ['loss:0', ('step:0',)], object(): {'global': 'global_step:0'}, 3: None}
    assert list(_names(fetches)) == ['loss:0', 'step:0', 'global_step:0', 'None']


def test_slow_steps_are_no_compiling():
    assert times(train=[2.0, 3.0, 2.5, 4.0], once=[9.0]).compiling()[0] == 0.0


@pytest.mark.parametrize(
    ('loops', 'runs', 'expected'),
    [
        (
            {'': 2, 'it takes no step': 1},
            [3.0, *[0.01] * 100],
            '--xla: 2 of 3 loops compiled;\n  1 not, as it takes no step;\n'
            '  about 3.0 s went into compiling, 1.0 s into steps;\n'
            '  it was not worth it: train for longer, or pad batches to fewer shapes\n',
        ),
        (
            {'': 1},
            [3.0, *[0.01] * 2000],
            '--xla: 1 of 1 loops compiled;\n  about 3.0 s went into compiling, 20.0 s into steps\n',
        ),
        ({'': 1}, [0.01], '--xla: 1 of 1 loops compiled\n'),
        ({}, [0.01], '--xla: 0 of 0 loops compiled;\n  it is not worth it here\n'),
    ],
)
def test_the_message(loops, runs, expected):
    found = times(train=runs)
    assert found.message(loops) + '\n' == 'tf-seq2seq-compat: ' + expected


def test_only_the_watched_process_reports():
    stream = io.StringIO()
    CompileTimes().report({'': 1}, stream)
    assert stream.getvalue() == ''
