"""How quick configuration is, as ratios within one run: ``python -m tests.benchmarks.configuration``.

The peers are there with ``uv run --group bench``.
"""
