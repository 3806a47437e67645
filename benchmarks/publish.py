"""Tables in README.md that the benchmarks write: each stands between two comments with its name."""

from __future__ import annotations

import re
from pathlib import Path

README = Path(__file__).resolve().parent / 'README.md'


def put(name: str, text: str, path: Path = README) -> None:
    """Replaces what stands between `<!-- name -->` and `<!-- /name -->`.

    Raises:
      ValueError: If the file has no such comments.
    """
    begin, end = f'<!-- {name} -->', f'<!-- /{name} -->'
    new, count = re.subn(
        f'{re.escape(begin)}.*{re.escape(end)}',
        lambda _: f'{begin}\n\n{text}\n\n{end}',
        path.read_text(),
        flags=re.DOTALL,
    )
    if not count:
        raise ValueError(f'there is no {begin} and {end} in {path}')
    path.write_text(new)
