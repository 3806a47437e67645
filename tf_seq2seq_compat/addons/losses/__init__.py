"""`tensorflow_addons.losses`."""

from tf_seq2seq_compat.addons.losses.focal_loss import (
    SigmoidFocalCrossEntropy,
    sigmoid_focal_crossentropy,
)
from tf_seq2seq_compat.addons.losses.triplet import TripletSemiHardLoss, triplet_semihard_loss

__all__ = [
    'SigmoidFocalCrossEntropy',
    'TripletSemiHardLoss',
    'sigmoid_focal_crossentropy',
    'triplet_semihard_loss',
]
