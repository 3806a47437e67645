"""`tensorflow_addons.losses`."""

from tf_seq2seq_compat.addons.losses.focal_loss import (
    SigmoidFocalCrossEntropy,
    sigmoid_focal_crossentropy,
)

__all__ = ['SigmoidFocalCrossEntropy', 'sigmoid_focal_crossentropy']
