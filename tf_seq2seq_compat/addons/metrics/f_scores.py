"""The F1 score of Keras, with the arguments of TensorFlow Addons."""

from __future__ import annotations

from tf_seq2seq_compat.addons.keras_generation import keras, serializable
from tf_seq2seq_compat.types import Config, DTypeLike


@serializable
class F1Score(keras.metrics.F1Score):
    """The harmonic mean of precision and recall, of each class or on average.

    Args:
      num_classes: Number of classes.
      average: `'micro'`, `'macro'`, `'weighted'`, or None for each class.
      threshold: Predictions above it count; by default the largest of each row counts.
      name: Name of the metric.
      dtype: Type of the result.

    Example:
      >>> from tf_seq2seq_compat import addons as tfa
      >>> metric = tfa.metrics.F1Score(num_classes=2, average='micro')
      >>> metric.update_state([[1., 0.], [0., 1.]], [[0.9, 0.1], [0.8, 0.2]])
      >>> round(float(metric.result()), 3)
      0.5

    Legacy: `tfa.metrics.F1Score` of TensorFlow Addons 0.23.
    """

    def __init__(
        self,
        num_classes: int,
        average: str | None = None,
        threshold: float | None = None,
        name: str = 'f1_score',
        dtype: DTypeLike | None = None,
    ) -> None:
        super().__init__(average=average, threshold=threshold, name=name, dtype=dtype)
        self.num_classes = num_classes

    def get_config(self) -> Config:
        return {**super().get_config(), 'num_classes': self.num_classes}
