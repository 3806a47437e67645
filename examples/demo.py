"""What `make demo` shows: three unmodified TF1 programs on today's TensorFlow.

Runs both published articles and a short training of `tf1/g2p.py` through the runner, prints the
phoneme error rate before and after and some predictions, and draws an alignment.
"""

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

EXAMPLES = Path(__file__).resolve().parent
ARTICLES = EXAMPLES / 'articles'
PROGRAM = EXAMPLES / 'tf1' / 'g2p.py'
TEST_WORDS = EXAMPLES / 'data' / 'cmudict_test.txt'
WORDS = ('attachment', 'brochure', 'quarterly', 'judgment', 'colossal', 'zoologists', 'breath')
# What TensorFlow's C++ says of this machine before any setting can quiet it.
CHATTER = re.compile(r'WARNING: All log messages before absl|I0000 |To enable the following instr')
RATE = re.compile(r'phoneme error rate ([\d.]+)%')


# The articles print nothing: these lines show what they have built, once they are through.
SHOW_ARTICLE = """
import sys
from tf_seq2seq_compat.cli import main
main(['run', sys.argv[1]])
article = vars(sys.modules['__main__'])
"""
SHOW_STATE = """
tf, state = article['tf'], article['encoder_state']
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    outputs, alignments = session.run([article['encoder_outputs'], state.alignments])
print('encoder_outputs:', outputs.shape, 'cell_state:', state.cell_state.shape)
print('alignments after the last step, one row for each sequence:')
print(alignments.round(3))
"""
SHOW_MODEL = """
model = article['model']
print('model output:', model.output_shape, 'parameters:', format(model.count_params(), ','))
"""
DRAW = """
import sys
import numpy as np
from tf_seq2seq_compat.plotting import plot_alignment
word, arrays, picture = sys.argv[1:]
with np.load(arrays) as found:
    plot_alignment(found[word], word, found[word + '/phonemes'], picture,
                   title='What the decoder attends to in "' + word + '"')
"""


def show(command: str, *arguments: str) -> list[str]:
    """Runs a command of Python, showing what it prints, and returns its lines."""
    print(f'$ {command}', flush=True)
    lines = []
    environment = {**os.environ, 'TF_CPP_MIN_LOG_LEVEL': '3'}
    with subprocess.Popen(
        [sys.executable, *arguments],
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=environment,
    ) as process:
        for line in process.stdout:
            if CHATTER.match(line):
                continue
            print('   ', line, end='', flush=True)
            lines.append(line.rstrip('\n'))
    if process.returncode:
        raise SystemExit(f'{command}: exit code {process.returncode}')
    return lines


def run(program: Path, *arguments: str) -> list[str]:
    """Runs a program as the command line does."""
    words = ['run', os.path.relpath(program), *arguments]
    return show(f'tf-seq2seq-compat {" ".join(words)}', '-m', 'tf_seq2seq_compat', *words)


def run_article(program: Path, epilogue: str) -> None:
    """Runs an article's example likewise and shows what it has built."""
    path = os.path.relpath(program)
    show(f'tf-seq2seq-compat run {path}', '-c', SHOW_ARTICLE + epilogue, path)


def pronunciations(words: Sequence[str]) -> dict[str, str]:
    """What the dictionary says, without stress marks."""
    entries = (line.split(maxsplit=1) for line in TEST_WORDS.read_text().splitlines())
    return {word: re.sub('[012]', '', phonemes) for word, phonemes in entries if word in words}


def show_predictions(lines: Sequence[str]) -> None:
    expected = pronunciations(WORDS)
    print(f'\n    {"word":<12} {"predicted":<32} in the dictionary')
    for line in lines:
        word, _, predicted = line.partition(' ')
        if word in expected:
            predicted = predicted.strip()
            same = 'the same' if predicted == expected[word] else expected[word]
            print(f'    {word:<12} {predicted:<32} {same}')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('--out', type=Path, default=Path('demo_output'), help='folder to write')
    parser.add_argument('--seconds', type=float, default=90, help='how long to train')
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    started = time.monotonic()

    print('1. An article on AttentionWrapperState, as published')
    run_article(ARTICLES / 'attention_wrapper_state.py', SHOW_STATE)

    print('\n2. An article on attention in Keras, as published')
    run_article(ARTICLES / 'keras_attention.py', SHOW_MODEL)

    print('\n3. A TF1 program learns to pronounce English words')
    model = f'--model_dir={arguments.out / "g2p_model"}'
    trained = run(PROGRAM, '--mode=train', model, f'--max_seconds={arguments.seconds:g}')
    before, after = (float(rate) for rate in RATE.findall('\n'.join(trained)))

    print('\n4. Words that it was not trained on')
    alignments = arguments.out / 'alignments.npz'
    show_predictions(
        run(PROGRAM, '--mode=predict', model, f'--alignments_file={alignments}', *WORDS)
    )
    picture = arguments.out / 'alignment.png'
    print()
    show(
        f'plot_alignment(..., path={str(picture)!r})',
        '-c',
        DRAW,
        WORDS[0],
        str(alignments),
        str(picture),
    )

    print(
        f'\nPhoneme error rate: {before:.1f}% before training, {after:.1f}% after '
        '(it passes 100% while the decoder does not know where to stop)'
    )
    print(f'Alignment: {picture}')
    print(f'The demo took {time.monotonic() - started:.0f} s')


if __name__ == '__main__':
    main()
