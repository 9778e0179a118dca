"""How quick the queue is: ``python -m tests.benchmarks.background`` prints it."""
