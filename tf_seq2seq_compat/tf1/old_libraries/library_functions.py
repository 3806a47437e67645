"""Functions and methods that SciPy, Pillow, pandas, matplotlib and others had."""

from __future__ import annotations

from typing import Any

import numpy as np

# SciPy
# ----------------------------------------------------------------------------------------


def binom_test(x: Any, n: Any = None, p: float = 0.5, alternative: str = 'two-sided') -> float:
    """`scipy.stats.binom_test`: the p-value of a binomial test."""
    from scipy import stats

    if n is None:
        x, n = x[0], sum(x)
    return float(stats.binomtest(int(x), int(n), p, alternative).pvalue)


def itemfreq(a: Any) -> np.ndarray:
    """`scipy.stats.itemfreq`: the different items, and how often each occurs."""
    return np.array(np.unique(a, return_counts=True)).T


# `A` and `H` of a sparse matrix.
dense = property(lambda self: self.toarray())
conjugate_transpose = property(lambda self: self.conjugate().transpose())


# Pillow
# ----------------------------------------------------------------------------------------


def getsize(self: Any, text: Any, *args: Any, **kwargs: Any) -> tuple[int, int]:
    """`getsize` of a Pillow font: width and height of a text of one line, in pixels."""
    _, _, right, bottom = self.getbbox(text, *args, **kwargs)
    return int(right), int(bottom)


def textsize(self: Any, text: Any, font: Any = None, **kwargs: Any) -> tuple[int, int]:
    """`ImageDraw.textsize`: width and height of a text, in pixels."""
    font = font or self.getfont()
    if '\n' not in text:
        return getsize(font, text)
    left, top, right, bottom = self.multiline_textbbox((0, 0), text, font, **kwargs)
    return int(right), int(bottom)


def is_image(t: Any) -> bool:
    """`Image.isImageType`: whether it is a Pillow image."""
    from PIL import Image

    return isinstance(t, Image.Image)


# pandas
# ----------------------------------------------------------------------------------------


def append(
    self: Any,
    other: Any,
    ignore_index: bool = False,
    verify_integrity: bool = False,
    sort: bool = False,
) -> object:
    """`append` of a pandas object: a new one with further rows."""
    import pandas as pd

    if isinstance(self, pd.DataFrame):
        if isinstance(other, dict):
            other = pd.Series(other)
        if isinstance(other, pd.Series):
            if other.name is None and not ignore_index:
                raise TypeError('a Series without a name is appended with ignore_index=True only.')
            other = other.to_frame().T.infer_objects()
    parts = [self, *(other if isinstance(other, list | tuple) else [other])]
    options: dict[str, object] = {'sort': sort} if isinstance(self, pd.DataFrame) else {}
    return pd.concat(parts, ignore_index=ignore_index, verify_integrity=verify_integrity, **options)


def as_matrix(self: Any, columns: Any = None) -> object:
    """`as_matrix` of a pandas object: its values, of some columns."""
    return (self if columns is None else self[columns]).to_numpy()


class _LabelsOrPositions:
    """`ix` of a pandas object: labels, and positions where the index has no integers."""

    def __init__(self, owner: Any) -> None:
        self._owner = owner

    def _at(self, key: Any) -> tuple[Any, Any]:
        keys = key if isinstance(key, tuple) else (key,)
        axes = [self._owner.index, getattr(self._owner, 'columns', None)]
        by_position = [
            axis is not None and axis.dtype.kind not in 'iuf' and _are_integers(each)
            for each, axis in zip(keys, axes, strict=False)
        ]
        if not any(by_position):
            return self._owner.loc, key
        if all(by_position):
            return self._owner.iloc, key
        labels = tuple(
            axis[each] if position else each
            for each, axis, position in zip(keys, axes, by_position, strict=False)
        )
        return self._owner.loc, labels

    def __getitem__(self, key: Any) -> Any:
        indexer, key = self._at(key)
        return indexer[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        indexer, key = self._at(key)
        indexer[key] = value


def _are_integers(key: Any) -> bool:
    if isinstance(key, slice):
        bounds = [each for each in (key.start, key.stop) if each is not None]
        return bool(bounds) and all(_are_integers(each) for each in bounds)
    return np.asarray(key).dtype.kind in 'iu'


ix = property(_LabelsOrPositions)


def get_value(self: Any, index: Any, col: Any = None, takeable: bool = False) -> object:
    """`get_value` of a pandas object: one value."""
    key = index if col is None else (index, col)
    return (self.iat if takeable else self.at)[key]


def set_value(self: Any, index: Any, col: Any, value: Any = None, takeable: bool = False) -> object:
    """`set_value` of a `DataFrame`: sets one value."""
    (self.iat if takeable else self.at)[index, col] = value
    return self


def value_counts(values: Any, *args: Any, **kwargs: Any) -> object:
    """`pandas.value_counts`: how often each value occurs."""
    import pandas as pd

    return pd.Series(values).value_counts(*args, **kwargs)


# matplotlib
# ----------------------------------------------------------------------------------------


def tostring_rgb(self: Any) -> bytes:
    """`tostring_rgb` of a canvas: the bytes of its image, red, green and blue."""
    return np.asarray(self.buffer_rgba())[..., :3].tobytes()


def set_window_title(self: Any, title: str) -> None:
    """`set_window_title` of a canvas."""
    if self.manager is not None:
        self.manager.set_window_title(title)


def hold(*_: Any, **__: Any) -> None:
    """`hold` of pyplot and of axes: what is drawn has been added to what is there since 2.0."""


def get_cmap(name: Any = None, lut: int | None = None) -> object:
    """`matplotlib.cm.get_cmap`: a colour map by its name."""
    from matplotlib import pyplot

    return pyplot.get_cmap(name, lut)


# h5py and others
# ----------------------------------------------------------------------------------------


# `value` of an HDF5 data set: all of it.
dataset_value = property(lambda self: self[()])


def feature_names(self: Any) -> list[str]:
    """`get_feature_names` of a vectorizer."""
    return list(self.get_feature_names_out())


def increase(self: Any, sample: Any, count: int = 1) -> None:
    """`FreqDist.inc` of NLTK 2: counts a sample."""
    self[sample] += count


def write_wav(path: Any, y: Any, sr: int, norm: bool = False) -> None:
    """`librosa.output.write_wav`: writes samples as floating-point WAV.

    Args:
      path: File name.
      y: Samples, `[time]` or `[channels, time]`.
      sr: Samples a second.
      norm: Whether the largest becomes 1.
    """
    from scipy.io import wavfile

    y = np.asarray(y)
    if norm and np.issubdtype(y.dtype, np.floating):
        y = y / max(np.abs(y).max(initial=0), np.finfo(y.dtype).tiny)
    wavfile.write(path, sr, y.T if y.ndim > 1 and y.shape[0] == 2 else y)
