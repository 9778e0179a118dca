"""Jobs that join the application's transaction although their engine cannot.

Inside the caller's transaction, a job is put into the application's own SQLite file; from there it is forwarded to the
engine, at once as a rule, and later when its server is away. The local half is the SQLite engine itself, and forwarding
is its worker: so nothing is lost on kill -9, and what a lost process had begun is taken over by another one.

Order:
    1. ``enqueue(..., transaction=connection)`` stores the job beside the application's data; it exists with the commit
    2. the forwarder of any process with this file claims it, and asks the engine whether it has it already
    3. it is put there, under the id that the caller was told, and tried again with back-off until it is
    4. the local half is done with it

A job is forwarded at least once, and stored there once, since step 2 comes before each try. Of one key there is only one
job in the outbox at a time, so that they arrive in order; a second one is the first one's duplicate. Whether the engine
has a job of that key is only seen when it is forwarded: then that one stands for both, and `JobRecords.get` answers with it.

- ``engine``: `OutboxEngine`, which is put around another one
- ``forwarding``: steps 2 to 4
- ``entries``: a job as it lies in the outbox (pure)
- ``records``, ``searching``: a job is found and put right wherever it is; what the engine never took is a dead letter
"""

from .engine import OutboxEngine

__all__ = ["OutboxEngine"]
