"""tf.contrib.seq2seq, tf.contrib.legacy_seq2seq and the files inside them."""

from __future__ import annotations

from collections.abc import Iterator

from tf_seq2seq_compat.legacy.table.row import Row, missing, module, moved, symbols

_SEQ2SEQ = 'tf_seq2seq_compat.seq2seq'
_LEGACY_SEQ2SEQ = 'tf_seq2seq_compat.legacy_seq2seq'
_RNN = 'tf_seq2seq_compat.rnn'


def rows() -> Iterator[Row]:
    """tf.contrib.seq2seq and the files that programs import from inside it."""
    package = 'tensorflow.contrib.seq2seq'
    yield from module(package)
    yield from symbols(
        package,
        'AttentionMechanism AttentionWrapper AttentionWrapperState BahdanauAttention '
        'LuongAttention BahdanauMonotonicAttention LuongMonotonicAttention hardmax '
        'monotonic_attention safe_cumprod',
        f'{_SEQ2SEQ}.attention_wrapper',
    )
    yield from symbols(package, 'Decoder dynamic_decode', f'{_SEQ2SEQ}.decoder')
    yield from symbols(package, 'BasicDecoder BasicDecoderOutput', f'{_SEQ2SEQ}.basic_decoder')
    yield from symbols(
        package,
        'Helper CustomHelper TrainingHelper GreedyEmbeddingHelper SampleEmbeddingHelper '
        'InferenceHelper',
        f'{_SEQ2SEQ}.helper',
    )
    yield from symbols(package, 'sequence_loss', f'{_SEQ2SEQ}.loss')
    yield from symbols(
        package,
        'BeamSearchDecoder BeamSearchDecoderOutput BeamSearchDecoderState '
        'FinalBeamSearchDecoderOutput tile_batch',
        f'{_SEQ2SEQ}.beam_search_decoder',
    )
    yield from symbols(package, 'gather_tree', f'{_SEQ2SEQ}.beam_search_ops')
    scheduled = 'ScheduledEmbeddingTrainingHelper ScheduledOutputTrainingHelper'
    yield from symbols(package, scheduled, f'{_SEQ2SEQ}.scheduled_helper')
    # Gone before 1.15: names of the first releases.
    yield from missing(
        package,
        'DynamicAttentionWrapper',
        'AttentionWrapper, its name since TF 1.2 (attention_size is now attention_layer_size)',
    )
    yield from missing(
        package, 'DynamicAttentionWrapperState', 'AttentionWrapperState, its name since TF 1.2'
    )
    yield from missing(
        package,
        'dynamic_rnn_decoder simple_decoder_fn_train simple_decoder_fn_inference',
        'dynamic_decode(BasicDecoder(cell, helper, initial_state, output_layer)) with a '
        'TrainingHelper or GreedyEmbeddingHelper, which replaced it in TF 1.2',
    )
    yield from missing(
        package,
        'prepare_attention attention_decoder_fn_train attention_decoder_fn_inference',
        'AttentionWrapper(cell, BahdanauAttention(...) or LuongAttention(...)) in a BasicDecoder, '
        'which replaced it in TF 1.2',
    )

    yield from module(f'{package}.python')
    ops = f'{package}.python.ops'
    yield from module(ops)
    file = f'{ops}.attention_wrapper'
    yield from module(file, f'{_SEQ2SEQ}.attention_wrapper', 'the public classes of this module')
    yield from moved(f'{file}._prepare_memory', f'{_SEQ2SEQ}.attention_memory:prepare_memory')
    yield from moved(f'{file}._zero_state_tensors', f'{_SEQ2SEQ}.decoder:_zero_state_tensors')
    yield from symbols(
        file,
        '_BaseMonotonicAttentionMechanism _monotonic_probability_fn',
        f'{_SEQ2SEQ}.monotonic_attention',
    )
    yield from symbols(file, '_BaseAttentionMechanism', f'{_SEQ2SEQ}.attention_mechanism')
    yield from symbols(
        file,
        '_bahdanau_score _compute_attention _luong_score _maybe_mask_score',
        f'{_SEQ2SEQ}.attention_wrapper',
    )
    yield from symbols(
        file,
        'BahdanauAttentionV2 LuongAttentionV2 BahdanauMonotonicAttentionV2 '
        'LuongMonotonicAttentionV2 _BaseAttentionMechanismV2 _BaseMonotonicAttentionMechanismV2',
        f'{_SEQ2SEQ}.attention_v2',
    )
    file = f'{ops}.decoder'
    yield from module(file, f'{_SEQ2SEQ}.decoder', 'Decoder and dynamic_decode')
    yield from moved(f'{file}._transpose_batch_time', f'{_RNN}:transpose_batch_time')
    yield from symbols(
        file, 'BaseDecoder _create_zero_outputs _zero_state_tensors', f'{_SEQ2SEQ}.decoder'
    )
    file = f'{ops}.basic_decoder'
    yield from module(file, f'{_SEQ2SEQ}.basic_decoder', 'BasicDecoder and BasicDecoderOutput')
    yield from symbols(file, 'BasicDecoderV2', f'{_SEQ2SEQ}.basic_decoder')
    file = f'{ops}.helper'
    yield from module(file, f'{_SEQ2SEQ}.helper', 'the public helpers of this module')
    yield from moved(f'{file}._transpose_batch_time', f'{_RNN}:transpose_batch_time')
    yield from symbols(file, scheduled, f'{_SEQ2SEQ}.scheduled_helper')
    sampling = 'bernoulli_sample categorical_sample _call_sampler _unstack_ta'
    yield from symbols(file, sampling, f'{_SEQ2SEQ}.helper')
    file = f'{ops}.sampler'
    yield from module(file, f'{_SEQ2SEQ}.sampler', 'the samplers of this module')
    yield from moved(f'{file}._transpose_batch_time', f'{_RNN}:transpose_batch_time')
    yield from symbols(file, sampling, f'{_SEQ2SEQ}.helper')
    yield from symbols(
        file,
        'Sampler CustomSampler TrainingSampler ScheduledEmbeddingTrainingSampler '
        'ScheduledOutputTrainingSampler GreedyEmbeddingSampler SampleEmbeddingSampler '
        'InferenceSampler',
        f'{_SEQ2SEQ}.sampler',
    )
    file = f'{ops}.loss'
    yield from module(file, f'{_SEQ2SEQ}.loss', 'sequence_loss and SequenceLoss')
    yield from symbols(file, 'SequenceLoss', f'{_SEQ2SEQ}.loss')
    file = f'{ops}.beam_search_decoder'
    yield from module(file, f'{_SEQ2SEQ}.beam_search_decoder', 'BeamSearchDecoder and tile_batch')
    yield from symbols(file, 'BeamSearchDecoderV2', f'{_SEQ2SEQ}.beam_search_decoder')
    yield from module(f'{ops}.beam_search_ops', f'{_SEQ2SEQ}.beam_search_ops', 'gather_tree')

    legacy = 'tensorflow.contrib.legacy_seq2seq'
    yield from module(legacy, _LEGACY_SEQ2SEQ)
    yield from symbols(
        legacy,
        'attention_decoder basic_rnn_seq2seq embedding_attention_decoder '
        'embedding_attention_seq2seq embedding_rnn_decoder embedding_rnn_seq2seq '
        'embedding_tied_rnn_seq2seq model_with_buckets one2many_rnn_seq2seq rnn_decoder '
        'sequence_loss sequence_loss_by_example tied_rnn_seq2seq',
        _LEGACY_SEQ2SEQ,
    )
    yield from module(f'{legacy}.python')
    yield from module(f'{legacy}.python.ops')
    yield from module(f'{legacy}.python.ops.seq2seq', _LEGACY_SEQ2SEQ)
