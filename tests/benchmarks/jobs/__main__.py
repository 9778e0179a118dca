"""``python -m tests.benchmarks.jobs [sqlite | postgres | nats ...]``: each engine beside what carries it and its peers."""

import sys
from importlib import import_module

for name in sys.argv[1:] or ["sqlite", "postgres", "nats"]:
    import_module(f"{__package__}.{name}").main()
