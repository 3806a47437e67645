"""Tests of tf_seq2seq_compat."""
