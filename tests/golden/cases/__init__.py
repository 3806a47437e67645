"""The golden cases, by subject; importing this package registers them all."""

from . import (  # noqa: F401
    article,
    attention,
    attention_wrapper,
    cell_wrappers,
    cells,
    decoding,
    dynamic_rnn,
    helpers,
    losses,
    names,
    raw_rnn,
    static_rnn,
)
