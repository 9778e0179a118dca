"""How quick durable jobs are: ``python -m tests.benchmarks.jobs`` prints it."""
