"""Reading and rewriting TF1 programs without running them: the project scan."""
