"""A folder for PYTHONPATH, by which the programs that a program starts find their runner."""
