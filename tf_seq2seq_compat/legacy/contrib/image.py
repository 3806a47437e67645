"""tf.contrib.image: projective transforms and warps of images.

A projective transform is the first eight numbers, row by row, of a 3 by 3 matrix whose ninth is 1.
What the matrix makes of `[x, y, 1]`, divided by its third part, is where the output's point
`(x, y)` comes from.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import tensorflow as tf

tf1 = tf.compat.v1

_IMAGE_TYPES = tf.uint8, tf.int32, tf.int64, tf.float16, tf.float32, tf.float64


def transform(
    images: Any,
    transforms: Any,
    interpolation: str = 'NEAREST',
    output_shape: Any = None,
    name: str | None = None,
) -> tf.Tensor:
    """Applies projective transforms to images; what comes from outside is 0.

    Args:
      images: `[batch, height, width, channels]`, `[height, width, channels]` or `[height, width]`.
      transforms: `[batch, 8]`, or `[8]` for all images.
      interpolation: `'NEAREST'` or `'BILINEAR'`.
      output_shape: `[height, width]` of the result; that of the images by default.
      name: name of the operations.

    Returns:
      The images, of the rank they had.

    Raises:
      TypeError: type or rank of the images, or rank of the transforms, is none of these.
    """
    with tf1.name_scope(name, 'transform'):
        images = tf.convert_to_tensor(images)
        transforms = tf.convert_to_tensor(transforms, tf.float32)
        if images.dtype.base_dtype not in _IMAGE_TYPES:
            raise TypeError(
                f'Invalid dtype {images.dtype.name} of images: cast them to one of '
                f'{", ".join(each.name for each in _IMAGE_TYPES)}.'
            )
        rank = images.shape.ndims
        if rank is None:
            raise TypeError('images rank must be statically known')
        if rank not in (2, 3, 4):
            raise TypeError(f'Images should have rank between 2 and 4, and have {images.shape}.')
        if transforms.shape.ndims is None:
            raise TypeError('transforms rank must be statically known')
        if transforms.shape.ndims not in (1, 2):
            raise TypeError(
                f'Transforms should have rank 1 or 2 ([8] or [batch, 8]), and have '
                f'{transforms.shape}.'
            )
        batch = _as_batch(images)
        if output_shape is None:
            output_shape = tf.shape(batch)[1:3]
        output_shape = tf.convert_to_tensor(output_shape, tf.int32)
        if output_shape.shape != (2,):
            raise ValueError(
                f'output_shape must be [height, width], and has shape {output_shape.shape}.'
            )
        result = tf.raw_ops.ImageProjectiveTransformV2(
            images=batch,
            transforms=transforms[None] if transforms.shape.ndims == 1 else transforms,
            output_shape=output_shape,
            interpolation=interpolation.upper(),
        )
        size = tf1.get_static_value(output_shape)
        if size is None:
            size = [None, None]
        result.set_shape([batch.shape[0], *size, batch.shape[3]])
        return {2: lambda: result[0, :, :, 0], 3: lambda: result[0], 4: lambda: result}[rank]()


def _as_batch(images: tf.Tensor) -> tf.Tensor:
    if images.shape.ndims == 2:
        return images[None, :, :, None]
    return images[None] if images.shape.ndims == 3 else images


def rotate(
    images: Any, angles: Any, interpolation: str = 'NEAREST', name: str | None = None
) -> tf.Tensor:
    """Rotates images counterclockwise about their centres.

    Args:
      images: as `transform` takes them.
      angles: radians, `[batch]` or one for all images.
      interpolation: `'NEAREST'` or `'BILINEAR'`.
      name: name of the operations.

    Returns:
      The images, of the shape they had.

    Example:
      >>> from tf_seq2seq_compat.legacy.contrib import image
      >>> image.rotate(tf.constant([[1, 2], [3, 4]]), np.pi / 2).numpy().tolist()
      [[2, 4], [1, 3]]
    """
    with tf1.name_scope(name, 'rotate'):
        images = tf.convert_to_tensor(images)
        if images.shape.ndims is None:
            raise TypeError('images rank must be statically known')
        if images.shape.ndims not in (2, 3, 4):
            raise TypeError(f'Images should have rank between 2 and 4, and have {images.shape}.')
        size = tf.cast(tf.shape(_as_batch(images))[1:3], tf.float32)
        turns = angles_to_projective_transforms(angles, size[0], size[1])
        return transform(images, turns, interpolation)


def translate(
    images: Any, translations: Any, interpolation: str = 'NEAREST', name: str | None = None
) -> tf.Tensor:
    """Moves images.

    Args:
      images: as `transform` takes them.
      translations: `[dx, dy]` for all images, or `[batch, 2]`.
      interpolation: `'NEAREST'` or `'BILINEAR'`.
      name: name of the operations.

    Returns:
      The images, of the shape they had.
    """
    with tf1.name_scope(name, 'translate'):
        return transform(images, translations_to_projective_transforms(translations), interpolation)


def _rows_of_eight(parts: list[Any]) -> tf.Tensor:
    """`[batch, 8]` from the eight numbers, each `[batch]` or one for all."""
    count = tf.shape(next(part for part in parts if isinstance(part, tf.Tensor)))
    columns = [tf.broadcast_to(tf.cast(part, tf.float32), count) for part in parts]
    return tf.stack(columns, axis=1)


def angles_to_projective_transforms(
    angles: Any, image_height: Any, image_width: Any, name: str | None = None
) -> tf.Tensor:
    """The transforms that rotate images about their centres.

    Args:
      angles: radians, `[batch]` or one.
      image_height: a number.
      image_width: a number.
      name: name of the operations.

    Returns:
      `[batch, 8]`.
    """
    with tf1.name_scope(name, 'angles_to_projective_transforms'):
        angles = tf.convert_to_tensor(angles, tf.float32)
        if angles.shape.ndims not in (0, 1):
            raise TypeError(f'Angles should have rank 0 or 1, and have shape {angles.shape}.')
        angles = tf.reshape(angles, [-1])
        sin, cos = tf.sin(angles), tf.cos(angles)
        last_x = tf.cast(image_width, tf.float32) - 1
        last_y = tf.cast(image_height, tf.float32) - 1
        x = (last_x - (cos * last_x - sin * last_y)) / 2
        y = (last_y - (sin * last_x + cos * last_y)) / 2
        return _rows_of_eight([cos, -sin, x, sin, cos, y, 0.0, 0.0])


def translations_to_projective_transforms(translations: Any, name: str | None = None) -> tf.Tensor:
    """The transforms that move images by `[dx, dy]`.

    Args:
      translations: `[2]` or `[batch, 2]`.
      name: name of the operations.

    Returns:
      `[batch, 8]`.
    """
    with tf1.name_scope(name, 'translations_to_projective_transforms'):
        translations = tf.convert_to_tensor(translations, tf.float32)
        if translations.shape.ndims is None:
            raise TypeError('translations rank must be statically known')
        if translations.shape.ndims not in (1, 2):
            raise TypeError(
                f'Translations should have rank 1 or 2, and have shape {translations.shape}.'
            )
        moves = tf.reshape(translations, [-1, 2])
        return _rows_of_eight([1.0, 0.0, -moves[:, 0], 0.0, 1.0, -moves[:, 1], 0.0, 0.0])


def flat_transforms_to_matrices(transforms: Any) -> tf.Tensor:
    """Transforms as 3 by 3 matrices.

    Args:
      transforms: `[batch, 8]` or `[8]`.

    Returns:
      `[batch, 3, 3]`.

    Raises:
      ValueError: the transforms have another rank.
    """
    transforms = tf.convert_to_tensor(transforms, tf.float32)
    if transforms.shape.ndims not in (1, 2):
        raise ValueError(f'Transforms should be [8] or [batch, 8], and are {transforms.shape}.')
    transforms = tf.reshape(transforms, [-1, 8])
    ones = tf.ones([tf.shape(transforms)[0], 1])
    return tf.reshape(tf.concat([transforms, ones], 1), [-1, 3, 3])


def matrices_to_flat_transforms(transform_matrices: Any) -> tf.Tensor:
    """Transforms from 3 by 3 matrices.

    Args:
      transform_matrices: `[batch, 3, 3]` or `[3, 3]`.

    Returns:
      `[batch, 8]`, scaled so that the ninth number is 1.

    Raises:
      ValueError: the matrices have another rank.
    """
    matrices = tf.convert_to_tensor(transform_matrices, tf.float32)
    if matrices.shape.ndims not in (2, 3):
        raise ValueError(f'Matrices should be [3, 3] or [batch, 3, 3], and are {matrices.shape}.')
    nine = tf.reshape(matrices, [-1, 9])
    return (nine / nine[:, 8:])[:, :8]


def compose_transforms(*transforms: Any) -> tf.Tensor:
    """One transform that does what several do, the first argument first on the output's side.

    Args:
      *transforms: each `[batch, 8]` or `[8]`.

    Returns:
      `[batch, 8]`.
    """
    with tf1.name_scope('compose_transforms'):
        product = flat_transforms_to_matrices(transforms[0])
        for each in transforms[1:]:
            product = tf.matmul(product, flat_transforms_to_matrices(each))
        return matrices_to_flat_transforms(product)


def dense_image_warp(image: Any, flow: Any, name: str = 'dense_image_warp') -> tf.Tensor:
    """Moves each pixel by its own distance: the result at `(y, x)` is the image at
    `(y - flow[y, x, 0], x - flow[y, x, 1])`, interpolated, and clamped to the image.

    Args:
      image: `[batch, height, width, channels]`, at least 2 by 2.
      flow: `[batch, height, width, 2]`.
      name: name of the operations.

    Returns:
      `[batch, height, width, channels]`.
    """
    with tf1.name_scope(name):
        image = tf.convert_to_tensor(image)
        flow = tf.convert_to_tensor(flow)
        shape = tf.shape(image)
        rows, columns = tf.meshgrid(tf.range(shape[1]), tf.range(shape[2]), indexing='ij')
        grid = tf.cast(tf.stack([rows, columns], axis=-1), flow.dtype)
        where = grid - flow
        last = tf.cast(shape[1:3], flow.dtype)
        # The corner above and left of each point, so that one below and right of it exists.
        corner = tf.clip_by_value(tf.floor(where), 0, tf.maximum(last - 2, 0))
        share = tf.cast(tf.clip_by_value(where - corner, 0, 1), image.dtype)
        y, x = tf.unstack(tf.cast(corner, tf.int32), axis=-1)

        def pixels(down: int, right: int) -> tf.Tensor:
            return tf.gather_nd(image, tf.stack([y + down, x + right], axis=-1), batch_dims=1)

        vertical, horizontal = share[..., :1], share[..., 1:]
        above = pixels(0, 0) + horizontal * (pixels(0, 1) - pixels(0, 0))
        below = pixels(1, 0) + horizontal * (pixels(1, 1) - pixels(1, 0))
        return above + vertical * (below - above)


_TINY = 1e-10


def _squared_distances(points: tf.Tensor, others: tf.Tensor) -> tf.Tensor:
    """`[batch, n, m]` from `[batch, n, d]` and `[batch, m, d]`."""
    squares = tf.reduce_sum(tf.square(points), 2)[:, :, None]
    other_squares = tf.reduce_sum(tf.square(others), 2)[:, None, :]
    return squares - 2 * tf.matmul(points, others, transpose_b=True) + other_squares


def _radial(squares: tf.Tensor, order: int) -> tf.Tensor:
    """The polyharmonic function of this order, of squared distances."""
    squares = tf.maximum(squares, _TINY)
    if order == 1:
        return tf.sqrt(squares)
    if order % 2 == 0:
        return 0.5 * tf.pow(squares, order / 2) * tf.math.log(squares)
    return tf.pow(squares, order / 2)


def interpolate_spline(
    train_points: Any,
    train_values: Any,
    query_points: Any,
    order: int,
    regularization_weight: float = 0.0,
    name: str = 'interpolate_spline',
) -> tf.Tensor:
    """Values at query points of the polyharmonic spline through given points.

    Args:
      train_points: `[batch, n, d]`.
      train_values: `[batch, n, k]`.
      query_points: `[batch, m, d]`.
      order: of the spline; 2 is the thin plate.
      regularization_weight: above 0, the spline is smoother and need not pass the points.
      name: name of the operations.

    Returns:
      `[batch, m, k]`.
    """
    with tf1.name_scope(name):
        points = tf.convert_to_tensor(train_points)
        values = tf.convert_to_tensor(train_values)
        queries = tf.convert_to_tensor(query_points)
        count, depth = points.shape[1], values.shape[2]
        if tf1.dimension_value(count) is None or tf1.dimension_value(points.shape[2]) is None:
            raise ValueError(
                f'train_points must have a known number of points and dimensions, and has shape '
                f'{points.shape}.'
            )
        kernel = _radial(_squared_distances(points, points), order)
        if regularization_weight > 0:
            kernel += regularization_weight * tf.eye(int(count), dtype=points.dtype)
        linear = tf.concat([points, tf.ones_like(points[:, :, :1])], 2)
        size = int(linear.shape[2])
        corner = tf.zeros([tf.shape(points)[0], size, size], points.dtype)
        system = tf.concat(
            [
                tf.concat([kernel, linear], 2),
                tf.concat([tf.linalg.matrix_transpose(linear), corner], 2),
            ],
            1,
        )
        right = tf.pad(values, [[0, 0], [0, size], [0, 0]])
        solution = tf.linalg.solve(system, right)
        radial = _radial(_squared_distances(queries, points), order)
        affine = tf.concat([queries, tf.ones_like(queries[:, :, :1])], 2)
        result = tf.matmul(tf.concat([radial, affine], 2), solution)
        result.set_shape([points.shape[0], queries.shape[1], depth])
        return result


def sparse_image_warp(
    image: Any,
    source_control_point_locations: Any,
    dest_control_point_locations: Any,
    interpolation_order: int = 2,
    regularization_weight: float = 0.0,
    num_boundary_points: int = 0,
    name: str = 'sparse_image_warp',
) -> tuple[tf.Tensor, tf.Tensor]:
    """Warps an image so that some points go where they are told, the others following smoothly.

    Args:
      image: `[batch, height, width, channels]`, of known height and width.
      source_control_point_locations: `[batch, n, 2]`, points `(y, x)`.
      dest_control_point_locations: `[batch, n, 2]`.
      interpolation_order: of the spline.
      regularization_weight: of the spline.
      num_boundary_points: 0 lets the boundary move, 1 holds the corners, 2 another point of each
        edge, and so on.
      name: name of the operations.

    Returns:
      The image `[batch, height, width, channels]`, and the flow `[batch, height, width, 2]`.
    """
    with tf1.name_scope(name):
        image = tf.convert_to_tensor(image)
        source = tf.convert_to_tensor(source_control_point_locations)
        goal = tf.convert_to_tensor(dest_control_point_locations)
        height, width = (tf1.dimension_value(size) for size in image.shape[1:3])
        batch = tf.shape(image)[0]
        movement = goal - source
        if num_boundary_points > 0:
            edge = _boundary(height, width, num_boundary_points - 1)
            edge = tf.tile(tf.constant(edge, goal.dtype)[None], [batch, 1, 1])
            goal = tf.concat([goal, edge], 1)
            movement = tf.concat([movement, tf.zeros_like(edge)], 1)
        grid = np.indices([height, width]).reshape(2, -1).T
        pixels = tf.tile(tf.constant(grid, goal.dtype)[None], [batch, 1, 1])
        flow = interpolate_spline(
            goal, movement, pixels, interpolation_order, regularization_weight
        )
        flow = tf.reshape(flow, [-1, height, width, 2])
        return dense_image_warp(image, flow), flow


def _boundary(height: int, width: int, points_per_edge: int) -> np.ndarray:
    """The corners of an image and points between them, `[n, 2]`."""
    ys = np.linspace(0, height - 1, points_per_edge + 2)
    xs = np.linspace(0, width - 1, points_per_edge + 2)
    y, x = np.meshgrid(ys, xs, indexing='ij')
    outside = (y == 0) | (y == height - 1) | (x == 0) | (x == width - 1)
    return np.stack([y[outside], x[outside]], axis=-1)
