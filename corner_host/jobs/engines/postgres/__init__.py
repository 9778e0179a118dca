"""Jobs in PostgreSQL, for any number of machines, on pgqueuer. Needs the extra ``postgres``; asyncio alone.

    "Jobs": {"Engine": "postgres", "ConnectionString": "postgresql://user:password@host:5432/database"}

All is in one schema (``Jobs:PostgresSchema``, ``corner_jobs``), which is made when the engine first connects. Where the
application may not do that: ``Jobs:CreateTables`` false, and ``python -m corner_host.jobs.engines.postgres`` prints the
statements. For people there is the view ``corner_jobs.jobs``.

pgqueuer's are: the table of living jobs, putting (its insertion, with its unique keys), claiming (priority, age, a limit
for each entrypoint over all workers, what was silent for too long), the lease as a time in the job's row, the
notifications. They are used through its query builder, so that its own tools see the queue.

Ours are, beside and around it: the attempt that is counted when a job is claimed, by a trigger, so that a job which kills
its process ends in the dead letters; leases renewed by a thread, which a blocked event loop does not hold up; outcomes that
count only while the job is still this worker's; ended jobs, their results and the history; children; rates, and limits of
a name over several queues; pauses, recurring jobs, search, requeueing; the loop itself.

PostgreSQL must be 14 or later, and spoken to directly, or through a pooler that keeps sessions: notifications need one.
A worker has three connections, and shares up to five for putting and three for questions. A server that is away is waited
for, with longer and longer pauses; meanwhile putting raises, and what jobs came to is kept and told afterwards. A wrong
password or database ends the start.

Where a standby may take over, let the URL name both (``postgresql://user@one:5432,two:5432/shop``), and let the server wait
for the standby (``synchronous_standby_names``), or what was stored last may not be there. Jobs then go on, by themselves.

Enqueueing inside a transaction takes the connections that ``transactions.KINDS`` names, also those that block: they are used
in a worker thread. A plain function in one of anyio's worker threads, as a ``def`` route of FastAPI, puts by
``anyio.from_thread.run(partial(jobs.enqueue, order, transaction=session))``.

Order of modules:
- ``engine``: `PostgresEngine`
- ``names``, ``schema``, ``statements``, ``claim_statement``: what is in the database, and what is said to it
- ``database``, ``pool``, ``trouble``: connections, and what is said when there is none
- ``putting``, ``sharing``, ``transactions``: jobs in
- ``pump``, ``claiming``, ``settling``, ``worker``: jobs out; ``keeper``, ``upkeep``: leases, neighbours, retention
- ``records``, ``search``, ``failures``, ``changes``, ``queues``, ``schedules``: the operator's half
"""

from .engine import PostgresEngine

__all__ = ["PostgresEngine"]
