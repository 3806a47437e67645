"""The image functions that `scipy.misc` had until SciPy 1.2, on Pillow, which they used."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

_FILTERS = {'nearest': 0, 'lanczos': 1, 'bilinear': 2, 'bicubic': 3, 'cubic': 3}  # Pillow's codes
_CHANNELS = {'RGB': 3, 'YCbCr': 3, 'RGBA': 4, 'CMYK': 4}


def bytescale(
    data: ArrayLike,
    cmin: float | None = None,
    cmax: float | None = None,
    high: int = 255,
    low: int = 0,
) -> np.ndarray:
    """Maps numbers from `cmin` … `cmax` to the bytes from `low` to `high`.

    Args:
      data: Numbers; bytes are returned as they are.
      cmin: What becomes `low`; the least number by default.
      cmax: What becomes `high`; the greatest by default.
      high: The greatest byte.
      low: The least byte.

    Raises:
      ValueError: For bounds that are none.
    """
    data = np.asarray(data)
    if data.dtype == np.uint8:
        return data
    if not 0 <= low <= high <= 255:
        raise ValueError(f'low and high must be 0 <= low <= high <= 255, but are {low} and {high}.')
    least, most = data.min() if cmin is None else cmin, data.max() if cmax is None else cmax
    if most < least:
        raise ValueError(f'cmax must not be less than cmin, but they are {most} and {least}.')
    scale = float(high - low) / ((most - least) or 1)
    return (((data - least) * scale + low).clip(low, high) + 0.5).astype(np.uint8)


def toimage(
    arr: ArrayLike,
    high: int = 255,
    low: int = 0,
    cmin: float | None = None,
    cmax: float | None = None,
    pal: ArrayLike | None = None,
    mode: str | None = None,
    channel_axis: int | None = None,
) -> Any:
    """A Pillow image of an array.

    Args:
      arr: `[height, width]`, or with an axis of 3 or 4 channels.
      high: As for `bytescale`.
      low: As for `bytescale`.
      cmin: As for `bytescale`.
      cmax: As for `bytescale`.
      pal: Palette of an image of one channel.
      mode: Pillow's mode; 'L', 'RGB' or 'RGBA' by the shape if not given.
      channel_axis: The axis of the channels; the first of size 3 (4) if not given.

    Returns:
      A `PIL.Image.Image`.

    Raises:
      ValueError: For an array that is not an image of the mode.
    """
    data = np.asarray(arr)
    if np.iscomplexobj(data):
        raise ValueError('arr is complex, and must be real: take np.abs(arr), for example.')
    if data.ndim == 2:
        return _of_one_channel(data, high, low, cmin, cmax, pal, mode)
    if data.ndim != 3 or not {3, 4} & set(data.shape):
        raise ValueError(
            f'arr must be [height, width] or have an axis of 3 or 4 channels, but has shape '
            f'{data.shape}.'
        )
    count = 3 if 3 in data.shape else 4
    axis = data.shape.index(count) if channel_axis is None else channel_axis
    count = data.shape[axis]
    mode = mode or {3: 'RGB', 4: 'RGBA'}.get(count)
    if _CHANNELS.get(str(mode)) != count:
        raise ValueError(
            f'axis {axis} of arr, of shape {data.shape}, does not have the channels of {mode}.'
        )
    from PIL import Image

    channels_last = np.moveaxis(bytescale(data, cmin, cmax, high, low), axis, -1)
    height, width, _ = channels_last.shape
    return Image.frombytes(str(mode), (width, height), channels_last.tobytes())


def _of_one_channel(
    data: np.ndarray,
    high: int,
    low: int,
    cmin: float | None,
    cmax: float | None,
    pal: ArrayLike | None,
    mode: str | None,
) -> object:
    from PIL import Image

    size = (data.shape[1], data.shape[0])
    if mode == 'F':
        return Image.frombytes('F', size, data.astype(np.float32).tobytes())
    if mode in (None, 'L', 'P'):
        image = Image.frombytes('L', size, bytescale(data, cmin, cmax, high, low).tobytes())
        if pal is not None or mode == 'P':
            gray = np.repeat(np.arange(256, dtype=np.uint8), 3)
            image.putpalette((gray if pal is None else np.asarray(pal, np.uint8)).tobytes())
        return image
    if mode == '1':
        # SciPy gave Pillow a byte for each pixel, where a byte is read as eight of them.
        return Image.frombytes('1', size, (data > high).tobytes())
    if mode == 'I':
        least, most = data.min() if cmin is None else cmin, data.max() if cmax is None else cmax
        scaled = (data * 1.0 - least) * (high - low) / (most - least) + low
        return Image.frombytes('I', size, scaled.astype(np.uint32).tobytes())
    raise ValueError(f'mode must be None, L, P, 1, I or F for one channel, but is {mode!r}.')


def fromimage(im: Any, flatten: bool = False, mode: str | None = None) -> np.ndarray:
    """The array of a Pillow image.

    Args:
      im: A `PIL.Image.Image`.
      flatten: Whether channels become one of gray, as floats.
      mode: Pillow's mode to convert to first.

    Raises:
      TypeError: If `im` is not an image.
    """
    from PIL import Image

    if not isinstance(im, Image.Image):
        raise TypeError(f'im must be a PIL image, but is {type(im).__name__}.')
    if mode is not None and mode != im.mode:
        im = im.convert(mode)
    elif mode is None and im.mode == 'P':
        im = im.convert('RGBA' if 'transparency' in im.info else 'RGB')
    if flatten:
        im = im.convert('F')
    elif im.mode == '1':
        im = im.convert('L')
    return np.array(im)


def imread(name: object, flatten: bool = False, mode: str | None = None) -> np.ndarray:
    """The array of an image file, or of an open one; arguments as of `fromimage`."""
    from PIL import Image

    with Image.open(name) as image:
        return fromimage(image, flatten=flatten, mode=mode)


def imsave(name: object, arr: ArrayLike, format: str | None = None) -> None:
    """Writes an array, channels last, to an image file; in the format of its name by default."""
    toimage(arr, channel_axis=2).save(name, *([] if format is None else [format]))


def imresize(
    arr: ArrayLike, size: Any, interp: str = 'bilinear', mode: str | None = None
) -> np.ndarray:
    """An image of another size, as bytes.

    Args:
      arr: As for `toimage`.
      size: Percent (int), factor (float), or (height, width).
      interp: nearest, lanczos, bilinear, bicubic or cubic.
      mode: As for `toimage`.
    """
    image = toimage(arr, mode=mode)
    if np.ndim(size):
        wanted = (size[1], size[0])
    else:
        factor = size / 100.0 if np.issubdtype(type(size), np.signedinteger) else size
        wanted = tuple((np.array(image.size) * factor).astype(int).tolist())
    return fromimage(image.resize(wanted, resample=_FILTERS[interp]))


def imrotate(arr: ArrayLike, angle: float, interp: str = 'bilinear') -> np.ndarray:
    """An image turned counter-clockwise by degrees, as bytes; `interp` as for `imresize`."""
    return fromimage(toimage(arr).rotate(angle, resample=_FILTERS[interp]))


def imfilter(arr: ArrayLike, ftype: str) -> np.ndarray:
    """An image after one of Pillow's filters, named in lower case ('blur'), as bytes.

    Raises:
      ValueError: If there is no such filter.
    """
    from PIL import ImageFilter

    chosen = getattr(ImageFilter, ftype.upper(), None)
    if not isinstance(chosen, type) or not issubclass(chosen, ImageFilter.BuiltinFilter):
        raise ValueError(f"ftype must name a filter of Pillow, such as 'blur', but is {ftype!r}.")
    return fromimage(toimage(arr).filter(chosen))


def imshow(arr: ArrayLike) -> None:
    """Shows an array as an image in the system's viewer."""
    toimage(arr).show()
