"""Our own small forms of what tf.contrib had, one file a subject."""
