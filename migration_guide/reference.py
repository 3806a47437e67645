"""Pages of the API reference, made while the site is built: one for each public module.

mkdocs calls `on_files`. Names are read from the source, without loading TensorFlow; mkdocstrings
writes what the docstrings say, once `SectionNames` has called their sections as it knows them.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import griffe
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

PACKAGE = Path(__file__).resolve().parents[1] / 'tf_seq2seq_compat'

# By page, the files with the names and the sentence above them.
PAGES = {
    'tf_seq2seq_compat': ('__init__', 'The names of `tf.contrib.seq2seq`, and the cells.'),
    'rnn': (
        'rnn/dynamic rnn/bidirectional rnn/raw rnn/static rnn/fused layers/contrib_cells '
        'layers/block_cells layers/conv_cells layers/dense_cells layers/gated_cells '
        'layers/grid_cells layers/independent_cells layers/contrib_wrappers layers/ntm_cell',
        'The functions and the cells of `tf.contrib.rnn`.',
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


def title(page: str) -> str:
    """The module whose names a page has."""
    return PACKAGE.name + f'.{page}' * (page != PACKAGE.name)


def documented(page: str) -> Iterator[tuple[str, str]]:
    """The names of a page, each with where its definition is found."""
    for path in PAGES[page][0].split():
        module = f'{PACKAGE.name}/{path}'.removesuffix('/__init__').replace('/', '.')
        for name in public_names(PACKAGE / f'{path}.py'):
            yield name, f'{module}.{name}'


def on_files(files: Files, config: Any) -> Files:
    """Adds the pages."""
    for page, (_, sentence) in PAGES.items():
        parts = [f'# {title(page)}', sentence, *(f'::: {place}' for _, place in documented(page))]
        content = '\n\n'.join(parts) + '\n'
        files.append(File.generated(config, f'reference/{page}.md', content=content))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Links the names in the tables of symbols to the reference, which forges do not have."""
    if not page.file.src_uri.startswith('symbols'):
        return markdown
    places = {
        f'{title(each)}.{name}': f'reference/{each}.md#{place}'
        for each in PAGES
        for name, place in documented(each)
    }
    return re.sub(
        rf'`({PACKAGE.name}[\w.]+)`',
        lambda found: f'[{found[0]}]({places[found[1]]})' if found[1] in places else found[0],
        markdown,
    )


def on_page_content(html: str, **_: Any) -> str:
    """Lets names in tables break after their dots."""
    cells = re.compile(r'<td.*?</td>', re.DOTALL)
    names = re.compile(r'(?<=<code>)[\w.]+(?=</code>)')
    return cells.sub(
        lambda cell: names.sub(lambda name: name[0].replace('.', '.<wbr>'), cell[0]), html
    )
