"""The fault campaign: jobs on a real engine over three worker processes, while everything around them fails.

``python -m tests.campaign --jobs 10000 --engine sqlite|postgres|nats|all --seconds 60 --seed 1``

Workers are killed (``kill -9``), asked to stop (SIGTERM), and stand still (SIGSTOP, SIGCONT); the engine's server is
restarted or killed; the disk under its store is full for a while. What really happened is written down in a ledger that
knows nothing of the engine, and held against what the engine says at the end. Exit status 0 only where no job was lost,
none is unreported, and each that finished twice has its cause in the ledger or in the engine's own history of the job.

- ``ledger``: what really happened
- ``places``: where an engine's store lies, and how its server is stopped and its disk filled
- ``worker``: the program that works, as a host
- ``crew``: three of them, kept alive
- ``faults``: what is done to them
- ``verdict``: the ledger against the engine
"""
