"""Options of decoding that newer toolkits have, for the decoders of every API of this package.

`logits_processors` change the scores from which a helper, a sampler or a beam search chooses.
"""
