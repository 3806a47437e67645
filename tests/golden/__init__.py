"""Golden cases: small TF1 programs, and the arrays that TensorFlow 1.15.5 computes with them."""
