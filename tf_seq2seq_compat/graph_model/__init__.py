"""A TF1 model as an object of TensorFlow 2: its graph is built once, its parts become functions."""
