"""What type checkers see of the host, the queue, the cache and jobs."""
