"""Writes what is made in the guide: the symbols' pages, and what the codemod makes of an example.

python migration_guide/generate.py            write them
python migration_guide/generate.py --check    exit with 1 if one is not up to date
"""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from tf_seq2seq_compat.tf1 import eras, symbols
from tf_seq2seq_compat.tf1.symbols import Row

HERE = Path(__file__).resolve().parent

HEADER = """\
<!-- Made by generate.py from tf_seq2seq_compat/tf1/symbols.tsv; change that, not this. -->

# {title}

{introduction}

| status | what it means |
|---|---|
| provided | works under `run` and `install()`; *now* is what it is, and what to import instead |
| partly | likewise, with the limits that the note states |
| gone | importing it works, using it is an error with the note as its advice |

A module is provided with all names of *now*; the names below it are what differs from that.
"""

PUBLIC = (
    '',
    'rnn',
    'cudnn_rnn',
    'legacy_seq2seq',
)


# What most people look for.
FIRST = (
    'tensorflow.contrib.seq2seq',
    'tensorflow.contrib.rnn',
    'tensorflow.nn',
    'tensorflow.contrib.legacy_seq2seq',
)


def public_places() -> dict[str, str]:
    """By where a thing is defined, the name under which people import it."""
    places: dict[str, str] = {}
    for part in reversed(PUBLIC):
        name = f'tf_seq2seq_compat.{part}'.rstrip('.')
        module = importlib.import_module(name)
        for attribute in module.__all__:
            if not attribute.startswith('_'):
                home = getattr(getattr(module, attribute), '__module__', '')
                places[f'{home}:{attribute}'] = f'{name}.{attribute}'
                places[f'{name}:{attribute}'] = f'{name}.{attribute}'
    return places


def every_row() -> list[Row]:
    """The table, with the names of this package's own modules that stand for whole modules."""
    rows = dict(symbols.TABLE)
    for row in symbols.TABLE.values():
        if (
            row.kind == 'module'
            and row.target.startswith('tf_seq2seq_compat')
            and ':' not in (row.target)
        ):
            for attribute in getattr(importlib.import_module(row.target), '__all__', []):
                name = f'{row.name}.{attribute}'
                if not attribute.startswith('_'):
                    rows.setdefault(name, Row(name, 'symbol', f'{row.target}:{attribute}'))
    return list(rows.values())


def shown(name: str) -> str:
    """A dotted name as programs write it."""
    if name.startswith('tensorflow.python'):
        return name
    return re.sub(r'^tensorflow\b', 'tf', re.sub(r'^tensorflow_addons', 'tfa', name))


def now(row: Row, places: dict[str, str]) -> str:
    """Where a row's name lives now."""
    if row.kind == 'alias':
        return f'the same as `{shown(row.target)}`'
    if not row.target:
        return ''
    place = row.target
    if place.startswith('tf_seq2seq_compat.') and ':' in place and place not in places:
        thing = symbols.load(place)  # where it is defined, if the target has it from elsewhere
        home = f'{getattr(thing, "__module__", "")}:{getattr(thing, "__qualname__", "")}'
        place = home if home in places else place
    return f'`{shown(places.get(place, place.replace(":", ".")))}`'


def status(row: Row) -> str:
    """What becomes of a row's name."""
    if row.kind == 'alias' or (row.target and (row.kind == 'module' or not row.advice)):
        return 'provided'
    if row.kind == 'module':
        if not symbols.names_below(row.name):
            return 'gone'
        return 'partly' if row.advice else 'provided'
    return 'partly' if row.target else 'gone'


def line(row: Row, places: dict[str, str]) -> str:
    """One line of a table."""
    kind = ' (module)' if row.kind == 'module' else ''
    note = row.advice
    if row.until:
        note = f'in TensorFlow up to {row.until}'
    if row.kind == 'module' and note:
        note = f'for what it lacks: {note}' if status(row) != 'gone' else note
    cells = [f'`{shown(row.name)}`{kind}', now(row, places), status(row), note.replace('|', '\\|')]
    return f'| {" | ".join(cells)} |'.replace('|  |', '| |')


def package(name: str) -> str:
    """The package under whose heading a name stands."""
    parts = name.split('.')
    depth = 3 if parts[:2] in (['tensorflow', 'contrib'], ['tensorflow', 'python']) else 2
    row = symbols.TABLE.get(name)
    if len(parts) <= depth and (row is None or row.kind == 'symbol'):
        depth = len(parts) - 1
    if parts[0] == 'keras':
        depth = 1
    return '.'.join(parts[:depth])


def page(title: str, introduction: str, rows: list[Row]) -> str:
    """A page with one table for each package."""
    places = public_places()
    by_package: dict[str, list[Row]] = {}
    for row in rows:
        by_package.setdefault(package(row.name), []).append(row)
    parts = [HEADER.format(title=title, introduction=introduction)]
    alone = [head for head, members in by_package.items() if len(members) == 1]
    heads = sorted(set(by_package) - set(alone))
    for head in sorted(heads, key=lambda head: FIRST.index(head) if head in FIRST else len(FIRST)):
        parts.append(f'## {shown(head)}\n\n{table(by_package[head], places)}')
    if alone:
        parts.append(f'## Others\n\n{table([by_package[head][0] for head in alone], places)}')
    return '\n'.join(parts)


def _kind(rows: list[Row]) -> str:
    """What the names of a table are of."""
    of_addons = any(row.name.startswith('tensorflow_addons') for row in rows)
    return 'TensorFlow Addons' if of_addons else 'TensorFlow 1'


def table(rows: list[Row], places: dict[str, str]) -> str:
    """Rows by name."""
    lines = [line(row, places) for row in sorted(rows, key=lambda row: row.name)]
    return '\n'.join([f'| {_kind(rows)} | now | status | note |', '|---|---|---|---|', *lines, ''])


def pages() -> Iterator[tuple[Path, str]]:
    """Every generated page, with its text."""
    inside, outside, addons = [], [], []
    for row in every_row():
        if row.name.startswith('tensorflow_addons'):
            addons.append(row)
        else:
            (inside if row.name.startswith('tensorflow.python') else outside).append(row)
    migrate = HERE / 'migrate.md'
    yield migrate, migrated(migrate.read_text(encoding='utf-8'))
    versions = HERE / 'which_tensorflow.md'
    yield versions, with_versions(versions.read_text(encoding='utf-8'))
    yield (
        HERE / 'symbols.md',
        page(
            'Symbols',
            'Every name of TensorFlow 1 that this package knows: those that TensorFlow 2 alone '
            'does not have, or has only in name. What stands in no table is as in '
            '`tf.compat.v1`, or never was in TensorFlow 1. Names inside `tensorflow.python`, which '
            'some programs import, are on [a page of their own](symbols_internals.md).',
            outside,
        ),
    )
    yield (
        HERE / 'symbols_addons.md',
        page(
            'Names of TensorFlow Addons',
            'What this package has of TensorFlow Addons, and what to use instead of the rest. '
            '[Coming from tfa.seq2seq](tfa.md) says how.',
            addons,
        ),
    )
    yield (
        HERE / 'symbols_internals.md',
        page(
            'Names inside tensorflow.python',
            'Files of TensorFlow 1 that are not part of its interface, and that programs import '
            'all the same. What is public is on the page of [symbols](symbols.md).',
            inside,
        ),
    )


def with_versions(page: str) -> str:
    """A page with what differs between versions, of their notes and of the table of names."""
    parts = ['<!-- versions -->']
    for version in reversed(eras.VERSIONS[:-1]):
        module = importlib.import_module(f'tf_seq2seq_compat.tf1.eras.v{version.replace(".", "_")}')
        _, _, notes = str(module.__doc__).partition('\n\n')
        following = eras.VERSIONS[eras.VERSIONS.index(version) + 1]
        parts += [f'### {version}, otherwise than {following}', notes.strip()]
    parts += ['### Which versions have a name', '| name | TensorFlow |\n|---|---|']
    for name, versions in sorted(eras.names().items()):
        head, _, last = name.rpartition('.')
        if head in WITH_VERSIONS and last.isidentifier() and last not in ('xrange', 'zip'):
            parts[-1] += f'\n| `{shown(name)}` | {eras.span_words(versions)} |'
    before, after = page.partition('<!-- versions -->')[0], page.partition('<!-- end -->')[2]
    return f'{before}{(chr(10) * 2).join(parts)}\n\n<!-- end -->{after}'


WITH_VERSIONS = (
    'tensorflow.contrib.legacy_seq2seq',
    'tensorflow.contrib.rnn',
    'tensorflow.contrib.seq2seq',
    'tensorflow.nn.rnn_cell',
    'tensorflow.nn.seq2seq',
)
EXAMPLE = re.compile(
    r'(```python title="before"\n(?P<before>(?:(?!```).)*)```'
    r'(?:(?!```).)*```python title="after, by migrate[^"]*"\n)(?:(?!```).)*(?=```)',
    re.DOTALL,
)


def migrated(page: str) -> str:
    """A page in which what follows an example is what the codemod makes of it."""
    from tf_seq2seq_compat.migrate import codemod

    def rewritten(found: re.Match[str]) -> str:
        result = codemod.migrate_source(found['before'], is_program=True)
        left = [note for note in result.notes if note.kind != codemod.REWRITTEN]
        if left or result.problems:
            raise ValueError(f'the codemod leaves something of the example: {left}')
        return found[1] + result.text

    return EXAMPLE.sub(rewritten, page)


def main() -> int:
    """Writes or checks."""
    stale = {path: text for path, text in pages() if not is_up_to_date(path, text)}
    for path, text in stale.items():
        if '--check' in sys.argv[1:]:
            print(f'{path.name} is not up to date: run python migration_guide/generate.py')
        else:
            new = path.with_suffix('.tmp')
            new.write_text(text, encoding='utf-8')
            new.replace(path)
            print(f'wrote {path.name}')
    return int(bool(stale) and '--check' in sys.argv[1:])


def is_up_to_date(path: Path, text: str) -> bool:
    """Whether a page has this text already."""
    return path.exists() and path.read_text(encoding='utf-8') == text


if __name__ == '__main__':
    sys.exit(main())
