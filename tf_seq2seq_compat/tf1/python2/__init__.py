"""Programs of Python 2, translated as they are read.

`translation` turns a text of Python 2 into one of Python 3 that means the same: `syntax` has its
grammar rewritten by fissix, `meaning` says which operators and methods become calls of
`operations`, and `builtins` and `library` have the functions and modules of Python 2 under their
names. `evidence` says which programs are Python 2, and `loading` translates their files when they
are loaded. `migrate` writes the translation (`written`).
"""
