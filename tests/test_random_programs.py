"""Random programs give what TensorFlow 1.15.5 gave: values, static shapes, variables, errors."""

from __future__ import annotations

import json
import pathlib
from typing import Any

import pytest

from tests.paths import tf1_graph
from tests.random_programs import programs
from tf_seq2seq_compat.tf1 import facade

RECORDED = json.loads(
    (pathlib.Path(programs.__file__).parent / 'tf1_15_5.json').read_text(encoding='utf-8')
)
OF_A_TEST, FAST = 20, 40

# Helpers with outputs of which more sizes are known here than in TF1, and why.
MORE_SIZES = {
    'beam': 'TensorFlow 2 works out the batch of what is reshaped to batch and beams',
    'scheduled_output': "the coins of TF1's Bernoulli distribution have no static batch",
}
# What may differ: what the program has, TF1's error, ours (None: it runs), and why.
OTHERWISE: list[tuple[dict[str, list[str]], str | None, str | None, str]] = [
    ({'output_layer': ['keras']}, 'TypeError', None, 'whatever can be called may be the layer'),
    ({'maximum': ['int64']}, 'ValueError', None, 'maximum_iterations may have any integer type'),
    ({'shape': ['rank']}, 'TypeError', 'ValueError', "TF1's error is that None has no item"),
    (
        {'cell': ['own_unknown'], 'run': ['decode']},
        'ValueError',
        None,
        'what a loop carries may lose its static shape in a step',
    ),
    (
        {'cell': ['own_nested'], 'output_layer': ['layers']},
        'TypeError',
        'ValueError',
        'a layer refuses a nest of outputs by itself',
    ),
    (
        {'state': ['batch of one'], 'run': ['decode']},
        'ValueError',
        'InvalidArgumentError',
        'a batch that is not known until it runs',
    ),
    (
        {'cell': ['layer_norm'], 'state': ['h width of one']},
        None,
        'ValueError',
        'TF1 makes the kernel as wide as the state happens to be',
    ),
]


def is_listed(program: dict[str, Any], want: dict[str, Any], got: dict[str, Any]) -> bool:
    errors = (want.get('error'), got.get('error'))
    return any(
        errors == (theirs, ours) and has(program, having) for having, theirs, ours, _ in OTHERWISE
    )


def has(program: dict[str, Any], having: dict[str, list[str]]) -> bool:
    return all(program.get(key) in values for key, values in having.items())


def without_more_sizes(
    program: dict[str, Any], want: dict[str, Any], got: dict[str, Any]
) -> dict[str, Any]:
    """What was found, without the static sizes that TF1 need not know."""
    if program.get('helper') not in MORE_SIZES or 'error' in want or 'error' in got:
        return got
    outputs = dict(got['outputs'])
    for path, (shape, *_) in want['outputs'].items():
        found, *rest = outputs[path]
        if shape is not None and found is not None and len(shape) == len(found):
            known = [w if w is None else g for w, g in zip(shape, found, strict=True)]
            outputs[path] = [known, *rest]
    return {**got, 'outputs': outputs}


@pytest.mark.parametrize(
    'first',
    [
        pytest.param(first, marks=[pytest.mark.slow] * (first >= FAST))
        for first in range(0, len(RECORDED), OF_A_TEST)
    ],
)
def test_programs(first: int) -> None:
    lines = []
    with tf1_graph():
        tf = facade.tensorflow()
        for number, (program, want) in enumerate(RECORDED[first : first + OF_A_TEST], first):
            got = programs.outcome(tf, program)
            if not is_listed(program, want, got):
                found = programs.differences(want, without_more_sizes(program, want, got))
                lines += [f'{number}: {program}: {line}' for line in found]
    assert not lines, '\n'.join(lines)


@pytest.mark.parametrize(('having', 'theirs', 'why'), [(h, t, why) for h, t, _, why in OTHERWISE])
def test_what_may_differ_is_needed(
    having: dict[str, list[str]], theirs: str | None, why: str
) -> None:
    assert why
    assert any(has(p, having) and want.get('error') == theirs for p, want in RECORDED)
