"""Options of decoding that newer toolkits have, for the decoders of every API of this package.

`logits_processors` change the scores from which a helper, a sampler or a beam search chooses;
`SearchOptions` are a beam search's own. `n_best` and `replace_unknown` read what was decoded,
`score_sequences` says how likely given sequences are, an `Ensemble` decodes with several models.
`begin` and `next_step` decode one step at a time.
"""

from typing import TYPE_CHECKING, Any

from tf_seq2seq_compat.lazy_names import LazyNames

if TYPE_CHECKING:
    from tf_seq2seq_compat.core import logits_processors
    from tf_seq2seq_compat.core.beam_search import SearchOptions
    from tf_seq2seq_compat.decoding.ensemble import Ensemble
    from tf_seq2seq_compat.decoding.results import NBest, n_best, replace_unknown
    from tf_seq2seq_compat.decoding.scoring import score_sequences
    from tf_seq2seq_compat.decoding.streaming import Stream, begin, next_step

_MODULES = {
    'core.beam_search': 'SearchOptions',
    'core.logits_processors': 'logits_processors',
    'decoding.ensemble': 'Ensemble',
    'decoding.results': 'NBest n_best replace_unknown',
    'decoding.scoring': 'score_sequences',
    'decoding.streaming': 'Stream begin next_step',
}
_names = LazyNames(__name__, _MODULES)
__all__ = _names.all
__dir__ = _names.dir


def __getattr__(name: str) -> Any:
    return _names.load(name)
