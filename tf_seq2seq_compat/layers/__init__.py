"""Layers and cells: the classes that own variables."""
