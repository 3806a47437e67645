"""Modules of `tensorflow.models`, which TensorFlow 0.12 had within itself."""
