"""Benchmarks: run by hand, each printing ratios measured in one run."""
