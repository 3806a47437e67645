"""Functions of libraries that accept again what they used to accept."""

from __future__ import annotations

from typing import Any

from tf_seq2seq_compat.tf1.old_libraries.rows import (
    Change,
    Function,
    Maker,
    Note,
    changed,
    renamed,
)


def _named(names: str, positional: int = 1) -> Maker:
    """A function whose arguments could all be given by position."""

    @changed
    def call(real: Function, note: Note, *args: object, **kwargs: object) -> Any:
        if len(args) > positional:
            late = dict(zip(names.split()[positional:], args[positional:], strict=False))
            note(f'{real.__name__}(...) by position', ', '.join(f'{name}=' for name in late))
            args, kwargs = args[:positional], {**late, **kwargs}
        return real(*args, **kwargs)

    return call


@changed
def _read_csv(real: Function, note: Note, *args: Any, **kwargs: Any) -> Any:
    """`pandas.read_csv` with arguments of pandas 0 and 1."""
    bad, warn = kwargs.pop('error_bad_lines', None), kwargs.pop('warn_bad_lines', None)
    if bad is not None or warn is not None:
        skipped = 'skip' if warn is False else 'warn'
        kwargs['on_bad_lines'] = 'error' if bad in (None, True) else skipped
        note(f'{real.__name__}(error_bad_lines=...)', f'on_bad_lines={kwargs["on_bad_lines"]!r}')
    if kwargs.pop('delim_whitespace', False):
        kwargs['sep'] = r'\s+'
        note(f'{real.__name__}(delim_whitespace=True)', r"sep=r'\s+'")
    squeeze = kwargs.pop('squeeze', False)
    for name in ('mangle_dupe_cols', 'tupleize_cols', 'infer_datetime_format', 'verbose'):
        kwargs.pop(name, None)
    table = real(*args, **kwargs)
    return table.squeeze('columns') if squeeze else table


@changed
def _style(real: Function, note: Note, style: object) -> object:
    """`matplotlib.style.use` of a style of seaborn by its old name."""
    from matplotlib import style as styles

    if isinstance(style, str) and style.startswith('seaborn') and style not in styles.available:
        note(f'the style {style!r}', repr(style.replace('seaborn', 'seaborn-v0_8', 1)))
        style = style.replace('seaborn', 'seaborn-v0_8', 1)
    return real(style)


_NEW_DATA = {
    'punkt': 'punkt_tab',
    'averaged_perceptron_tagger': 'averaged_perceptron_tagger_eng',
    'maxent_ne_chunker': 'maxent_ne_chunker_tab',
}


@changed
def _download(
    real: Function, note: Note, info_or_id: object = None, *args: object, **kwargs: object
) -> object:
    """`nltk.download` of data whose form has changed: NLTK 3.9 reads the new one only."""
    if isinstance(info_or_id, str) and info_or_id in _NEW_DATA:
        note(f'nltk.download({info_or_id!r})', f'nltk.download({_NEW_DATA[info_or_id]!r})')
        real(_NEW_DATA[info_or_id], *args, **kwargs)
    return real(info_or_id, *args, **kwargs)


CHANGES: tuple[Change, ...] = (
    Change('pandas', ('read_csv', 'read_table'), (), _read_csv),
    Change('matplotlib', ('use',), (), renamed(warn='')),
    Change('matplotlib.pyplot', ('hist',), (), renamed(normed='density')),
    Change('matplotlib.style', ('use',), (), _style),
    Change('nltk', ('download',), (), _download),
    *(
        Change(module, (name,), (), _named(arguments))
        for module in ('librosa', 'librosa.core')
        for name, arguments in (
            ('load', 'path sr mono offset duration dtype res_type'),
            ('resample', 'y orig_sr target_sr res_type fix scale'),
        )
    ),
    Change('librosa.filters', ('mel',), (), _named('sr n_fft n_mels fmin fmax htk norm', 0)),
)
