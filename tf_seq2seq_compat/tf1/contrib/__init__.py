"""Our own small forms of what tf.contrib had, one file a subject.

The names in a file are those of that package of TF 1.15, where nothing else is said.
"""
