"""Whole programs, small enough to copy. ``samples/README.md`` is the index."""
