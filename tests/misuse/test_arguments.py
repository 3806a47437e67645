"""Each argument of each public function, given a wrong value, does what it does in TF 1.15.5.

`arguments.py` makes the calls; `DIFFERENCES` says where this package does something else, and why.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.misuse import arguments

HERE = Path(__file__).parent
RECORD = arguments.read_record(HERE / 'arguments_1_15_5.json')


class Difference(NamedTuple):
    """Calls that may have another outcome here than in TF1; all three are regular expressions."""

    tf1: str
    ours: str
    calls: str
    reason: str


DIFFERENCES = [
    # TF1 raises, and so does this package.
    Difference(
        'AttributeError|IndexError|AssertionError|OperatorNotAllowedInGraphError|StagingError',
        'TypeError|ValueError',
        '.*',
        'TF1 stumbles over the value; here the error names the argument',
    ),
    Difference(
        'InvalidArgumentError',
        'TypeError|ValueError',
        '.*',
        'found when the graph is made, where TF1 finds it when it runs',
    ),
    Difference(
        'TypeError',
        'OperatorNotAllowedInGraphError',
        '.*',
        "TensorFlow 2's TypeError for a tensor as a Python bool or iterable",
    ),
    Difference(
        'AttributeError',
        'IndexError',
        r'AttentionWrapper\.initial_cell_state: .*',
        'a number is refused as a scalar tensor is in TF1',
    ),
    Difference(
        'ValueError',
        'TypeError',
        r'\w+\.(state|initial_state\w*|decoder_inputs|logits|targets|num_units|dropout_keep_prob'
        r'|dtype|sample_shape|sample_ids_shape|parallel_iterations|p_choose_i|embedding_size'
        r'|num_symbols): .*',
        'the value has no type that could do; TF1 looks at its shape first',
    ),
    Difference(
        'TypeError',
        'ValueError',
        r'\w+\.(inputs|state|dtype|step_ids|output_projection|forget_bias): .*'
        r'|\w+\.\w+_keep_prob: \[\]|\w+\.num_decoder_symbols: text',
        'the value or the shape is looked at first; TF1 stumbles over it elsewhere',
    ),
    Difference(
        'TypeError',
        'InvalidArgumentError',
        r'AttentionWrapper_zero_state\.batch_size: True',
        'True is 1, and the memory has another batch size',
    ),
    Difference(
        'ValueError|TypeError',
        'ValueError|TypeError',
        r'\w+Cell(V2)?\.(num_units|num_proj): (None|text)',
        'what TF1 raises if zero_state is called before the cell',
    ),
    # TF1 raises, and this package does what is meant.
    Difference(
        'ValueError',
        'values',
        r'.*: unknown( shape)?',
        'a shape that is not known may be right, and is checked when the graph runs',
    ),
    Difference('AttributeError', 'values', '.*: array', 'arrays are converted to tensors'),
    Difference(
        'ValueError|TypeError|OperatorNotAllowedInGraphError',
        'values',
        r'\w+\.(forget_bias|score_bias_init|sigmoid_noise|sampling_probability'
        r'|(length|coverage)_penalty_weight): (?!text).*',
        'a number may be whole, or a tensor',
    ),
    Difference(
        'TypeError',
        'values',
        r'LSTMBlockCell\.use_peephole: .*|legacy_sequence_loss\.\w+: tuple',
        'any truth value, and any sequence, will do',
    ),
    Difference(
        'TypeError',
        'values',
        r'\w+\.(sequence_length: int64|batch_size: (numpy|float)|multiplier: tensor)',
        'any integer will do',
    ),
    Difference(
        'TypeError',
        'values',
        r'AttentionWrapper_step\.state: list',
        "Keras's RNN layer makes a list of every state",
    ),
    Difference(
        'TypeError',
        'values',
        r'sequence_loss\.\w+: cast.*',
        'weights are cast to the type of the logits',
    ),
    # TF1 gives values.
    Difference(
        'values',
        'ValueError',
        r'\w+Attention\.memory: (no axis [12]|one in axis 0)'
        r'|legacy_attention_decoder\.attention_states: (more rank|one in axis 0)'
        r'|NASCell\.inputs: one in axis 0|\w+Helper\.sequence_length: (shorter|longer)'
        r'|monotonic_attention\.(p_choose_i: one in axis 1'
        r'|previous_attention: (1\.5|no axis 0|one in axis 1))'
        r'|ScheduledOutputTrainingHelper\.sampling_probability: \[\]',
        'what has another batch or another number of steps than the rest, or none: TF1 broadcasts '
        'it to numbers that mean nothing, or leaves some out',
    ),
    Difference(
        'values',
        'TypeError',
        r'(\w+\.dtype: (0|\[\])|\w*(zero_state|get_initial_state)\.batch_size: (\[\]|vector))',
        'no type, and no size of a batch',
    ),
    Difference(
        'values',
        'ValueError',
        r'NASCell\.num_proj: 0|\w+\.probability_fn: of nothing',
        'the result is empty in TF1',
    ),
    # Other values.
    Difference(
        'values',
        'values',
        r'SampleEmbeddingHelper\.seed: None'
        r'|ScheduledOutputTrainingHelper\.sampling_probability: vector',
        'random numbers',
    ),
    Difference(
        'values',
        'values',
        r'\w+Helper\.sequence_length: negative',
        'nothing is read beyond the end of a sequence',
    ),
    Difference('crash', 'values', r'\w+BlockCell(V2)?\.num_units: 0', 'no units, no output'),
]


def kind(outcome: Any) -> str:
    """The exception's name, or 'values'."""
    return outcome if isinstance(outcome, str) else 'values'


def unexplained(directory: Path, *options: str) -> tuple[list[str], set[Difference]]:
    """Calls that differ without a row in the table, and the rows that were of use."""
    out = directory / 'outcomes.json'
    program = HERE / 'arguments.py'
    subprocess.run(
        [sys.executable, '-m', 'tf_seq2seq_compat', 'run', '--strict', program, '--out', out]
        + list(options),
        check=True,
        capture_output=True,
    )
    found = arguments.read_record(out)
    assert set(found) == set(RECORD)
    wrong, used = [], set()
    for name, argument, label, wanted, got in arguments.differences(found, RECORD):
        call = f'{name}.{argument}: {label}'
        row = next(
            (
                row
                for row in DIFFERENCES
                if re.fullmatch(row.tf1, kind(wanted))
                and re.fullmatch(row.ours, kind(got))
                and re.fullmatch(row.calls, call)
            ),
            None,
        )
        if row is None:
            wrong.append(f'{call}: TF1 {wanted}, here {got}')
        else:
            used.add(row)
    return wrong, used


def test_every_hundredth_call(tmp_path):
    wrong, _ = unexplained(tmp_path, '--every', '100')
    assert not wrong, '\n'.join(wrong)


@pytest.mark.slow
def test_all_calls(tmp_path):
    wrong, used = unexplained(tmp_path)
    assert not wrong, '\n'.join(wrong)
    assert not set(DIFFERENCES) - used, 'rows that nothing needs'


def test_the_record_is_tf1s_and_has_every_subject():
    assert '"tensorflow": "1.15.5"' in (HERE / 'arguments_1_15_5.json').read_text('utf-8')[:60]
    assert set(RECORD) == set(arguments.SUBJECTS)
    assert sum(len(labels) for each in RECORD.values() for labels in each.values()) > 4000
