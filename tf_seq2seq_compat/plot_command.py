"""The command line `tf-seq2seq-compat plot ALIGNMENTS.npz PICTURE`."""

from __future__ import annotations

import argparse

from tf_seq2seq_compat.terminal import Commands, add_command, install_words, say

EPILOG = """\
examples:
  tf-seq2seq-compat plot alignments.npz out.png
  tf-seq2seq-compat plot alignments.npz out.pdf --array alignments --index 3 --title 'sentence 3'

ALIGNMENTS is what numpy.savez has written, with arrays of numbers
  [target_time, source_time]         one map, titled by the array's name
  [maps, target_time, source_time]   a map for each head, mechanism or beam
or what numpy.save has written, one such array. Arrays of strings named `source` and `target`, or
`target_NAME` for the array NAME, are the labels.

With --index N arrays are [target_time, batch, source_time], as `alignment_history.stack()` gives
them, and the maps are those of example N.
"""


def add(to: Commands) -> None:
    """Adds `plot`."""
    parser = add_command(
        to, 'plot', 'draw alignments that a program has saved', _run, epilog=EPILOG
    )
    parser.add_argument('path', metavar='ALIGNMENTS', help='an .npz or .npy file')
    parser.add_argument(
        'output', metavar='PICTURE', help='the suffix says the format: png, pdf, svg'
    )
    parser.add_argument(
        '--array',
        action='append',
        default=[],
        metavar='NAME',
        help='only this one; may be repeated',
    )
    parser.add_argument('--index', type=int, metavar='N', help='the example of a batch')
    parser.add_argument('--title', metavar='TEXT', help='written above')


def _run(options: argparse.Namespace) -> int:
    import zipfile

    import numpy as np

    from tf_seq2seq_compat.plotting import plot_alignments

    try:
        loaded = np.load(options.path, allow_pickle=False)
        arrays = {'': loaded} if isinstance(loaded, np.ndarray) else dict(loaded)
        labels = {name: list(each) for name, each in arrays.items() if each.dtype.kind in 'US'}
        maps = {name: each for name, each in arrays.items() if name not in labels}
        unknown = sorted(set(options.array) - set(maps))
        if unknown or not maps:
            raise ValueError(
                f'there is no array {", ".join(unknown) or "of numbers"}; there are '
                f'{", ".join(arrays) or "none"}'
            )
        maps = {name: maps[name] for name in options.array or maps}
        if options.index is not None:
            maps = {name: each[:, options.index] for name, each in maps.items()}
        target = {name: labels.get(f'target_{name}', labels.get('target')) for name in maps}
        given = {name: each for name, each in target.items() if each is not None}
        plot_alignments(
            maps, labels.get('source'), given or None, options.output, title=options.title
        )
    except ImportError:
        options.parser.error(f'plots need matplotlib: {install_words("plotting")}')
    except (OSError, ValueError, TypeError, IndexError, zipfile.BadZipFile) as error:
        say(f'{options.path}: {error}')
        return 2
    say(f'wrote {options.output}')
    return 0
