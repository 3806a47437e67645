"""Small models trained and saved by TensorFlow 1.15.5, and what they compute."""
