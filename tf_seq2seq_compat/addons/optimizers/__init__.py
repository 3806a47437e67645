"""`tensorflow_addons.optimizers`."""

from tf_seq2seq_compat.addons.optimizers.adaptive import LAMB, LazyAdam, NovoGrad, RectifiedAdam
from tf_seq2seq_compat.addons.optimizers.base import Base as KerasLegacyOptimizer
from tf_seq2seq_compat.addons.optimizers.conditional_gradient import ConditionalGradient
from tf_seq2seq_compat.addons.optimizers.cyclical_learning_rate import (
    CyclicalLearningRate,
    ExponentialCyclicalLearningRate,
    Triangular2CyclicalLearningRate,
    TriangularCyclicalLearningRate,
)
from tf_seq2seq_compat.addons.optimizers.discriminative_layer_training import MultiOptimizer
from tf_seq2seq_compat.addons.optimizers.weight_decay_optimizers import (
    SGDW,
    AdamW,
    DecoupledWeightDecayExtension,
    extend_with_decoupled_weight_decay,
)
from tf_seq2seq_compat.addons.optimizers.wrappers import (
    SWA,
    AveragedOptimizerWrapper,
    Lookahead,
    MovingAverage,
)

__all__ = [
    'LAMB',
    'SGDW',
    'SWA',
    'AdamW',
    'AveragedOptimizerWrapper',
    'ConditionalGradient',
    'CyclicalLearningRate',
    'DecoupledWeightDecayExtension',
    'ExponentialCyclicalLearningRate',
    'KerasLegacyOptimizer',
    'LazyAdam',
    'Lookahead',
    'MovingAverage',
    'MultiOptimizer',
    'NovoGrad',
    'RectifiedAdam',
    'Triangular2CyclicalLearningRate',
    'TriangularCyclicalLearningRate',
    'extend_with_decoupled_weight_decay',
]
