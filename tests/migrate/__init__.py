"""Tests of what reads and rewrites programs without running them."""
