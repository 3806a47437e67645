"""Pages of the API reference, made while the site is built: one for each public module.

mkdocs calls `on_files`. Names are read from the source, without loading TensorFlow; mkdocstrings
writes what the docstrings say, once `SectionNames` has called their sections as it knows them.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import griffe
from mkdocs.structure.files import File, Files

PACKAGE = Path(__file__).resolve().parents[1] / 'tf_seq2seq_compat'

# By page, the files with the names and the sentence above them.
PAGES = {
    'tf_seq2seq_compat': ('__init__', 'The names of `tf.contrib.seq2seq`, and the cells.'),
    'rnn': (
        'rnn/dynamic rnn/bidirectional rnn/raw rnn/static rnn/fused',
        'The functions of `tf.contrib.rnn`.',
    ),
    'cudnn_rnn': ('rnn/cudnn', 'The names of `tf.contrib.cudnn_rnn`.'),
    'legacy_seq2seq': ('legacy_seq2seq/__init__', 'The names of `tf.contrib.legacy_seq2seq`.'),
    'checkpoint': ('checkpoint/__init__', "TF1's checkpoints, without a graph."),
    'export': ('export/__init__', 'Old graph files upgraded; models written for other programs.'),
    'decoding': (
        'decoding/__init__',
        'Options of decoding that TF1 has not.',
    ),
    'decoding.logits_processors': (
        'core/logits_processors',
        'What changes the logits of a step before an id is chosen.',
    ),
    'bucketing': ('bucketing', 'Few shapes for what XLA compiles.'),
    'plotting': ('plotting', 'Alignments as pictures.'),
}


SECTIONS = {'Example:': 'Examples:', 'Fields:': 'Attributes:'}


class SectionNames(griffe.Extension):
    """Gives the sections of docstrings the names by which griffe knows them."""

    def on_instance(self, *, obj: griffe.Object, **_: Any) -> None:
        if obj.docstring is not None:
            obj.docstring.value = re.sub(
                '^(Example|Fields):$',
                lambda found: SECTIONS[found.group()],
                obj.docstring.value,
                flags=re.MULTILINE,
            )


def public_names(file: Path) -> list[str]:
    """Names that a module imports for others or defines, and exports."""
    tree = ast.parse(file.read_text(encoding='utf-8'))
    listed: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            targets = {getattr(target, 'id', '') for target in node.targets}
            if targets & {'__all__', '_MODULES'}:
                for each in ast.walk(node.value):
                    if isinstance(each, ast.Constant) and isinstance(each.value, str):
                        listed |= {*each.value.split()}
    bound = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
        elif isinstance(node, ast.ImportFrom):
            bound |= {alias.asname or alias.name for alias in node.names}
    return sorted((listed & bound) - {'cudnn', '__version__'}, key=str.lower)


def on_files(files: Files, config: Any) -> Files:
    """Adds the pages."""
    for page, (paths, sentence) in PAGES.items():
        parts = [f'# {PACKAGE.name}' + f'.{page}' * (page != PACKAGE.name), sentence]
        for path in paths.split():
            module = f'{PACKAGE.name}/{path}'.removesuffix('/__init__').replace('/', '.')
            names = public_names(PACKAGE / f'{path}.py')
            parts += [f'::: {module}.{name}' for name in names]
        content = '\n\n'.join(parts) + '\n'
        files.append(File.generated(config, f'reference/{page}.md', content=content))
    return files
