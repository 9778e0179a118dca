"""The container beside code written by hand, and beside peers: ``python -m tests.benchmarks.di``."""
