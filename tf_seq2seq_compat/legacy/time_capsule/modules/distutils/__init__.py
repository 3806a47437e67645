"""`distutils`, where no setuptools brings it: versions, `strtobool`, and work on files.

What builds packages is not restored.
"""
