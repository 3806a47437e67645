"""Migrating a text, and the tables of tests: what must not change, and what must."""

from __future__ import annotations

from tf_seq2seq_compat.migrate.codemod import Result, migrate_source

TF = 'import tensorflow as tf\n'
V1 = 'import tensorflow.compat.v1 as tf\n'
OURS = 'import tf_seq2seq_compat as seq2seq\n'


def result(text: str, *, is_program: bool = False) -> Result:
    """What becomes of the text of a module; the second run leaves it alone."""
    done = migrate_source(text, is_program=is_program)
    compile(done.text, 'migrated', 'exec')
    assert migrate_source(done.text, is_program=is_program).text == done.text
    return done


def migrated(text: str, *, is_program: bool = False) -> str:
    """The new text of a module."""
    return result(text, is_program=is_program).text


def body(text: str) -> str:
    """What follows `import tensorflow as tf` in a module, rewritten, and without imports."""
    lines = migrated(TF + text).splitlines(keepends=True)
    return ''.join(line for line in lines if not line.startswith(('import ', 'from ')))


def warnings_of(text: str) -> list[tuple[str, str, int]]:
    """What is left for the person: kind, name and line."""
    return [
        (note.kind, note.name, note.place.line)
        for note in result(text).notes
        if note.kind != 'rewritten'
    ]


def advice_of(text: str) -> str:
    """The advice of the one thing that is left for the person."""
    [note] = [note for note in result(text).notes if note.kind != 'rewritten']
    return note.advice
