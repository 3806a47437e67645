"""Tests of the TF1 runtime: façade, import hook, runner and repairs."""
