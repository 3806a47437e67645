"""The code blocks of the migration guide: which there are, and what each promises.

A block is a program of its own, unless its title says `continued`: then it goes on where the last
block on the page ended that has the same title otherwise. What a title says beside that:

    ```python title="before"                          a TF1 program: TensorFlow 1.15.5, the runner
    ```python title="under the runner"                likewise, by `tf-seq2seq-compat run` alone
    ```python title="after"                           what becomes of it in TensorFlow 2
    ```python                                         TensorFlow 2
    ```python title="fresh process"                   nothing may have used TensorFlow before it
    ```python title="after, by migrate, fresh process" as the codemod writes it (generate.py)
    ```python title="TensorFlow 2.16 or later"        for these versions only
    ```python title="before, TensorFlow Addons"       where that is installed

`print(x)  # 3` promises what it prints, each time, and a block that ends in the comment
`# ValueError: some of its ... message` that it fails so. Where a `before` and the `after` behind it
both set `result`, the two are equal. Runs under Python 3.7 too.
"""

from __future__ import annotations

import ast
import hashlib
import json
import pathlib
import re

GUIDE = pathlib.Path(__file__).resolve().parents[1] / 'migration_guide'
FENCE = re.compile(r'^( *)```(\w*)(?: title="([^"]*)")?\n(.*?)^\1```$', re.MULTILINE | re.DOTALL)
ERROR = re.compile(r'^# (?:\w+\.)*(\w+(?:Error|Exception|Exit)): ?(.*)$')
FLAGS = (
    'before',
    'under the runner',
    'after',
    'continued',
    'fresh process',
    'by migrate',
    'TensorFlow Addons',
)
SINCE = re.compile(r'TensorFlow 2\.(\d+) or later')


class Block:
    """A Python block: `page`, `line` of its first line, `flags` of its title and `code`."""

    def __init__(self, page, line, title, code):
        self.page, self.line, self.code = page, line, code
        self.flags = [flag.strip() for flag in title.split(',')] if title else []
        self.since = 0
        for flag in self.flags:
            found = SINCE.match(flag)
            if found is not None:
                self.since = int(found.group(1))
            elif flag not in FLAGS:
                raise ValueError(f'{page}:{line}: unknown title {flag!r}')

    def __repr__(self):
        return f'{self.page}:{self.line}'

    @property
    def world(self):
        """What runs it: 'tf1', 'tfa' or 'tf2'."""
        if 'TensorFlow Addons' in self.flags:
            return 'tfa'
        return 'tf2' if not {'before', 'under the runner'}.intersection(self.flags) else 'tf1'

    @property
    def kind(self):
        """The title, but for whether it is continued."""
        return [flag for flag in self.flags if flag != 'continued']

    @property
    def error(self):
        """`(type, message)` of the error that the block says it ends in, or None."""
        lines = self.code.rstrip().splitlines()
        for start in range(len(lines) - 1, -1, -1):
            if not lines[start].startswith('# '):
                return None
            found = ERROR.match(lines[start])
            if found is not None:
                rest = [line[2:].strip() for line in lines[start + 1 :]]
                return found.group(1), ' '.join([found.group(2), *rest]).strip()
        return None

    @property
    def printed(self):
        """What each `print(...)  # text` says that it prints, by line of the block."""
        comments = {}
        lines = self.code.splitlines()
        for node in ast.walk(ast.parse(self.code)):
            call = getattr(node, 'value', None)
            if isinstance(node, ast.Expr) and isinstance(call, ast.Call):
                last = max(getattr(each, 'lineno', 0) for each in ast.walk(node))
                text = lines[last - 1].partition('  # ')[2]
                if getattr(call.func, 'id', '') == 'print' and text:
                    comments[node.lineno] = text.strip()
        return comments


def matches(promised, seen):
    """Whether a text is as promised, where `...` stands for anything."""
    pattern = '.*'.join(re.escape(' '.join(part.split())) for part in promised.split('...'))
    seen = ' '.join(seen.split())
    return re.search(re.sub(r'(\\ )*\.\*(\\ )*', '.*', pattern), seen) is not None


def pages():
    """The Markdown files of the guide."""
    return sorted(GUIDE.glob('*.md'))


def fences(page):
    """`(line, language, title, code)` of every block of a page, without its indentation."""
    text = page.read_text(encoding='utf-8')
    for found in FENCE.finditer(text):
        indent, language, title, code = found.groups()
        line = text.count('\n', 0, found.start(4)) + 1
        code = ''.join(each[len(indent) :] for each in code.splitlines(True))
        yield line, language, title or '', code


def blocks(page):
    """The Python blocks of a page."""
    return [
        Block(page.name, line, title, code)
        for line, language, title, code in fences(page)
        if language == 'python'
    ]


def every_block():
    """The Python blocks of the guide."""
    return [block for page in pages() for block in blocks(page)]


def key(block):
    """The block's name in what was recorded: it changes with what it goes on from."""
    digest = hashlib.sha256()
    for each in program_up_to(block):
        digest.update(each.code.encode())
    return f'{block.page} {digest.hexdigest()[:16]}'


def program_up_to(block):
    """The blocks that a block is the last of: itself and, if it is continued, those before it."""
    same = [each for each in blocks(GUIDE / block.page) if each.kind == block.kind]
    index = [each.line for each in same].index(block.line)
    start = index
    while 'continued' in same[start].flags:
        start -= 1
    return same[start : index + 1]


def load(path):
    """Reads a JSON file."""
    return json.loads(pathlib.Path(path).read_text(encoding='utf-8'))
