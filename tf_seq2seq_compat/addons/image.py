"""`tensorflow_addons.image`, as far as programs with recurrent models use it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import tensorflow as tf

from tf_seq2seq_compat.types import DTypeLike, FloatLike, TensorLike

__all__ = [
    'adjust_hsv_in_yiq',
    'dense_image_warp',
    'euclidean_dist_transform',
    'mean_filter2d',
    'random_hsv_in_yiq',
    'rotate',
    'transform',
]

# Luminance and two chrominances of red, green and blue, by columns; and back.
_YIQ = [[0.299, 0.596, 0.211], [0.587, -0.274, -0.523], [0.114, -0.322, 0.312]]
_RGB = [
    [1.0, 1.0, 1.0],
    [0.95617069, -0.2726886, -1.103744],
    [0.62143257, -0.64681324, 1.70062309],
]


def transform(
    images: TensorLike,
    transforms: TensorLike,
    interpolation: str = 'nearest',
    fill_mode: str = 'constant',
    output_shape: TensorLike | None = None,
    name: str | None = None,
    fill_value: FloatLike = 0.0,
) -> tf.Tensor:
    """Applies projective transformations to images.

    Args:
      images: `[batch, height, width, channels]`, `[height, width, channels]` or `[height, width]`.
      transforms: float32 `[8]`, or `[batch, 8]`, one for each image: `[a0, a1, a2, b0, b1, b2, c0,
        c1]` takes the point `(x, y)` of the result from `((a0 x + a1 y + a2) / k, (b0 x + b1 y +
        b2) / k)` of the image, with `k = c0 x + c1 y + 1`. It gets no gradient.
      interpolation: `'nearest'` or `'bilinear'`.
      fill_mode: What is beyond the edges: `'constant'`, `'reflect'`, `'wrap'` or `'nearest'`.
      output_shape: int `[2]`, height and width of the result; by default those of the images.
      name: Name scope.
      fill_value: For `'constant'`.

    Returns:
      The images, in their type, with as many axes.

    Raises:
      ValueError: If `transforms` has another rank, or `output_shape` another shape.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> moved = tfa.image.transform([[1.0, 2.0], [3.0, 4.0]], [1, 0, 1, 0, 1, 0, 0, 0])
      >>> moved.numpy().tolist()
      [[2.0, 0.0], [4.0, 0.0]]

    Legacy: `tfa.image.transform` of TensorFlow Addons 0.23.
    """
    with tf.name_scope(name or 'transform'):
        transforms = tf.convert_to_tensor(transforms, tf.float32)
        if transforms.shape.rank not in (1, 2):
            raise ValueError(f'transforms must be [8] or [batch, 8], not {transforms.shape}.')
        if output_shape is not None:
            output_shape = tf.convert_to_tensor(output_shape, tf.int32)
            if not output_shape.shape.is_compatible_with([2]):
                raise ValueError(
                    f'output_shape must be [height, width], but has shape {output_shape.shape}.'
                )

        def transformed(images: tf.Tensor) -> tf.Tensor:
            return tf.raw_ops.ImageProjectiveTransformV3(
                images=images,
                transforms=tf.reshape(transforms, [-1, 8]),
                output_shape=tf.shape(images)[1:3] if output_shape is None else output_shape,
                fill_value=tf.convert_to_tensor(fill_value, tf.float32),
                interpolation=interpolation.upper(),
                fill_mode=fill_mode.upper(),
            )

        return _of_batch(transformed, images)


def rotate(
    images: TensorLike,
    angles: TensorLike,
    interpolation: str = 'nearest',
    fill_mode: str = 'constant',
    name: str | None = None,
    fill_value: FloatLike = 0.0,
) -> tf.Tensor:
    """Rotates images about their centers, counterclockwise.

    Args:
      images: `[batch, height, width, channels]`, `[height, width, channels]` or `[height, width]`.
      angles: In radians: a scalar, or `[batch]`.
      interpolation: As for `transform`, like the next.
      fill_mode: What is beyond the edges.
      name: Name scope.
      fill_value: For `'constant'`.

    Returns:
      The images, in their type and shape.

    Raises:
      ValueError: If `angles` has more axes.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> tfa.image.rotate([[1, 2], [3, 4]], 3.14159265 / 2).numpy().tolist()
      [[2, 4], [1, 3]]

    Legacy: `tfa.image.rotate` of TensorFlow Addons 0.23.
    """
    with tf.name_scope(name or 'rotate'):
        angles = tf.convert_to_tensor(angles, tf.float32)
        if angles.shape.rank not in (0, 1):
            raise ValueError(f'angles must be a scalar or [batch], not {angles.shape}.')
        angles = tf.reshape(angles, [-1])
        cosine, sine = tf.cos(angles), tf.sin(angles)

        def rotated(images: tf.Tensor) -> tf.Tensor:
            height, width = tf.unstack(tf.cast(tf.shape(images)[1:3] - 1, tf.float32))
            # The center stays where it is.
            x = (width - (cosine * width - sine * height)) / 2.0
            y = (height - (sine * width + cosine * height)) / 2.0
            zero = tf.zeros_like(angles)
            rows = tf.stack([cosine, -sine, x, sine, cosine, y, zero, zero], axis=1)
            return transform(images, rows, interpolation, fill_mode, fill_value=fill_value)

        return _of_batch(rotated, images)


def dense_image_warp(image: TensorLike, flow: TensorLike, name: str | None = None) -> tf.Tensor:
    """Takes each pixel from another place of the image, by bilinear interpolation.

    Args:
      image: float `[batch, height, width, channels]`.
      flow: float `[batch, height, width, 2]`: how many rows above and how many columns to the left
        of its own place a pixel comes from. What is beyond an edge is as on the edge.
      name: Name scope.

    Returns:
      `[batch, height, width, channels]`, in the type of the image.

    Raises:
      ValueError: If an input has another rank, or the image has fewer than two rows or columns.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> image = tf.reshape([0.0, 1.0, 2.0, 3.0], [1, 2, 2, 1])
      >>> tf.squeeze(tfa.image.dense_image_warp(image, tf.fill([1, 2, 2, 2], 0.5))).numpy().tolist()
      [[0.0, 0.5], [1.0, 1.5]]

    Legacy: `tfa.image.dense_image_warp` of TensorFlow Addons 0.23.
    """
    with tf.name_scope(name or 'dense_image_warp'):
        image, flow = tf.convert_to_tensor(image), tf.convert_to_tensor(flow)
        sizes = image.shape.as_list()[1:3] if image.shape.rank == 4 else [0]
        if flow.shape.rank != 4 or any(size is not None and size < 2 for size in sizes):
            raise ValueError(
                'dense_image_warp needs an image [batch, height, width, channels] of 2 x 2 or more '
                f'and a flow [batch, height, width, 2], not {image.shape} and {flow.shape}.'
            )
        lower, shares = [], []
        for axis in (1, 2):
            size = tf.shape(image)[axis]
            own = tf.reshape(tf.cast(tf.range(size), flow.dtype), [-1, 1] if axis == 1 else [-1])
            place = own - flow[..., axis - 1]
            floor = tf.clip_by_value(tf.floor(place), 0, tf.cast(size - 2, flow.dtype))
            lower.append(tf.cast(floor, tf.int32))
            shares.append(tf.cast(place - floor, image.dtype)[..., tf.newaxis])
        row, column = lower
        down, right = (tf.clip_by_value(share, 0, 1) for share in shares)

        def between(row: tf.Tensor) -> tf.Tensor:
            left, other = (
                tf.gather_nd(image, tf.stack([row, column + beyond], axis=-1), batch_dims=1)
                for beyond in (0, 1)
            )
            return left + right * (other - left)

        above = between(row)
        return above + down * (between(row + 1) - above)


def mean_filter2d(
    image: TensorLike,
    filter_shape: int | Sequence[int] = (3, 3),
    padding: str = 'REFLECT',
    constant_values: FloatLike = 0,
    name: str | None = None,
) -> tf.Tensor:
    """Replaces each pixel by the mean of those around it.

    Args:
      image: `[batch, height, width, channels]`, `[height, width, channels]` or `[height, width]`.
      filter_shape: Height and width of what the mean is of, or an int for both.
      padding: `'REFLECT'`, `'CONSTANT'` or `'SYMMETRIC'`, as for `tf.pad`.
      constant_values: For `'CONSTANT'`.
      name: Name scope.

    Returns:
      The image, in its type and shape.

    Raises:
      ValueError: For another padding or shape of a filter.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> tfa.image.mean_filter2d([[3.0, 0.0, 0.0]], [1, 3], 'SYMMETRIC').numpy().tolist()
      [[2.0, 1.0, 0.0]]

    Legacy: `tfa.image.mean_filter2d` of TensorFlow Addons 0.23.
    """
    with tf.name_scope(name or 'mean_filter2d'):
        if padding.upper() not in ('REFLECT', 'CONSTANT', 'SYMMETRIC'):
            raise ValueError(
                f"padding must be 'REFLECT', 'CONSTANT' or 'SYMMETRIC', but is {padding!r}."
            )
        sizes = [filter_shape] * 2 if isinstance(filter_shape, int) else list(filter_shape)
        if len(sizes) != 2 or any(size < 1 for size in sizes):
            raise ValueError(f'filter_shape must be two ints of 1 or more, but is {filter_shape}.')
        image = tf.convert_to_tensor(image)

        def mean(image: tf.Tensor) -> tf.Tensor:
            # An even filter has one more pixel below and to the right.
            edges = [[(size - 1) // 2, size // 2] for size in sizes]
            value = tf.cast(constant_values, image.dtype)
            image = tf.pad(image, [[0, 0], *edges, [0, 0]], padding, constant_values=value)
            kernel = tf.ones([*sizes, tf.shape(image)[-1], 1], image.dtype)
            total = tf.nn.depthwise_conv2d(image, kernel, [1, 1, 1, 1], 'VALID')
            return total / tf.cast(sizes[0] * sizes[1], image.dtype)

        floating = image if image.dtype.is_floating else tf.cast(image, tf.float32)
        return tf.cast(_of_batch(mean, floating), image.dtype)


def euclidean_dist_transform(
    images: TensorLike, dtype: DTypeLike = tf.float32, name: str | None = None
) -> tf.Tensor:
    """The distance of each pixel from the nearest that is zero.

    It takes memory of `batch * height * width * channels * max(height, width)` numbers.

    Args:
      images: uint8 `[batch, height, width, channels]`, `[height, width, channels]` or `[height,
        width]`; each channel is an image of its own.
      dtype: float16, float32 or float64, of the result.
      name: Name scope.

    Returns:
      Distances in pixels, in the shape of the images; where there is no zero the square root of the
      largest number of the type.

    Raises:
      TypeError: For images or a result of another type.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> tfa.image.euclidean_dist_transform(tf.constant([[0, 1, 1]], tf.uint8)).numpy().tolist()
      [[0.0, 1.0, 2.0]]

    Legacy: `tfa.image.euclidean_dist_transform` of TensorFlow Addons 0.23.
    """
    with tf.name_scope(name or 'euclidean_dist_transform'):
        images, dtype = tf.convert_to_tensor(images), tf.as_dtype(dtype)
        if images.dtype != tf.uint8:
            raise TypeError(f'images must be uint8, but are {images.dtype.name}.')
        if dtype not in (tf.float16, tf.float32, tf.float64):
            raise TypeError(f'dtype must be float16, float32 or float64, but is {dtype.name}.')

        def distances(images: tf.Tensor) -> tf.Tensor:
            # Squares are exact in float32 for sides of less than 2900 pixels.
            exact = tf.float64 if dtype == tf.float64 else tf.float32
            squares = tf.where(images == 0, tf.zeros([], exact), tf.constant(float('inf'), exact))
            for axis in (1, 2):
                squares = _least_along(squares, axis)
            # What squares start from in TensorFlow Addons is the largest number of the type.
            nowhere = tf.sqrt(tf.constant(dtype.max, dtype))
            found = tf.cast(tf.sqrt(squares), dtype)
            return tf.where(tf.math.is_inf(found), nowhere, found)

        return _of_batch(distances, images)


def adjust_hsv_in_yiq(
    image: TensorLike,
    delta_hue: FloatLike = 0,
    scale_saturation: FloatLike = 1,
    scale_value: FloatLike = 1,
    name: str | None = None,
) -> tf.Tensor:
    """Changes hue, saturation and value of images, by a rotation of their YIQ colors.

    Args:
      image: `[..., height, width, 3]`, red, green and blue; integers are taken as shares of the
        largest of their type.
      delta_hue: Angle of the rotation of the chrominances, in radians.
      scale_saturation: What the chrominances are multiplied by.
      scale_value: What all three are multiplied by.
      name: Name scope.

    Returns:
      The images, in their type and shape.

    Raises:
      ValueError: If they have fewer than three axes, or not three channels.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> grey = tfa.image.adjust_hsv_in_yiq([[[1.0, 0.5, 0.0]]], scale_saturation=0.0)
      >>> grey.numpy().round(4).tolist()
      [[[0.5924999713897705, 0.5924999713897705, 0.5924999713897705]]]

    Legacy: `tfa.image.adjust_hsv_in_yiq` of TensorFlow Addons 0.23.
    """
    with tf.name_scope(name or 'adjust_hsv_in_yiq'):
        image = tf.convert_to_tensor(image)
        if (image.shape.rank or 3) < 3 or image.shape[-1:].as_list() not in ([3], [None]):
            raise ValueError(f'image must be [..., height, width, 3], but is {image.shape}.')
        floating = image
        if not image.dtype.is_floating:
            floating = tf.image.convert_image_dtype(image, tf.float32)
        kind = floating.dtype
        hue, saturation, value = (
            tf.cast(number, kind) for number in (delta_hue, scale_saturation, scale_value)
        )
        chroma, zero = value * saturation, tf.zeros([], kind)
        cosine, sine = chroma * tf.cos(hue), chroma * tf.sin(hue)
        change = tf.reshape(
            tf.stack([value, zero, zero, zero, cosine, sine, zero, -sine, cosine]), [3, 3]
        )
        adjusted = floating @ (tf.constant(_YIQ, kind) @ change @ tf.constant(_RGB, kind))
        return tf.image.convert_image_dtype(adjusted, image.dtype)


def random_hsv_in_yiq(
    image: TensorLike,
    max_delta_hue: float = 0,
    lower_saturation: float = 1,
    upper_saturation: float = 1,
    lower_value: float = 1,
    upper_value: float = 1,
    seed: int | None = None,
    name: str | None = None,
) -> tf.Tensor:
    """`adjust_hsv_in_yiq` by numbers that are drawn, the same ones for all images.

    Args:
      image: `[..., height, width, 3]`.
      max_delta_hue: The hue is rotated by at most so much in either direction, in radians.
      lower_saturation: Lower bound of what the saturation is multiplied by.
      upper_saturation: Upper bound of it.
      lower_value: Lower bound of what the value is multiplied by.
      upper_value: Upper bound of it.
      seed: Seed of the operations that draw.
      name: Name scope.

    Returns:
      The images, in their type and shape.

    Raises:
      ValueError: For a negative bound, or a lower one above the upper one.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> tfa.image.random_hsv_in_yiq(tf.ones([2, 2, 3]), 0.2, 0.5, 1.5, seed=1).shape
      TensorShape([2, 2, 3])

    Legacy: `tfa.image.random_hsv_in_yiq` of TensorFlow Addons 0.23.
    """
    bounds = {
        'max_delta_hue': (0, max_delta_hue),
        'lower_saturation': (0, lower_saturation),
        'upper_saturation': (lower_saturation, upper_saturation),
        'lower_value': (0, lower_value),
        'upper_value': (lower_value, upper_value),
    }
    for argument, (least, given) in bounds.items():
        if given < least:
            raise ValueError(f'{argument} must be at least {least}, but is {given}.')

    def drawn(lower: float, upper: float) -> FloatLike:
        return lower if lower == upper else tf.random.uniform([], lower, upper, seed=seed)

    with tf.name_scope(name or 'random_hsv_in_yiq'):
        hue = drawn(-max_delta_hue, max_delta_hue)
        saturation = drawn(lower_saturation, upper_saturation)
        return adjust_hsv_in_yiq(image, hue, saturation, drawn(lower_value, upper_value))


def _of_batch(function: Callable[[tf.Tensor], tf.Tensor], images: TensorLike) -> tf.Tensor:
    """`function` of images `[batch, height, width, channels]`, for images of fewer axes too."""
    images = tf.convert_to_tensor(images)
    rank = images.shape.rank
    if rank not in (2, 3, 4):
        raise ValueError(
            'Images must be [batch, height, width, channels], [height, width, channels] or '
            f'[height, width], but are {images.shape}.'
        )
    if rank == 2:
        return function(images[tf.newaxis, ..., tf.newaxis])[0, ..., 0]
    return function(images[tf.newaxis])[0] if rank == 3 else function(images)


def _least_along(squares: tf.Tensor, axis: int) -> tf.Tensor:
    """The least of `squares[j] + (i - j) ** 2` over `j`, for each `i` along an axis."""
    places = tf.cast(tf.range(tf.shape(squares)[axis]), squares.dtype)
    apart = tf.square(places[:, tf.newaxis] - places)
    squares = tf.expand_dims(squares, axis)
    apart = apart[(..., *[tf.newaxis] * (3 - axis))]
    return tf.reduce_min(squares + apart, axis=axis + 1)
