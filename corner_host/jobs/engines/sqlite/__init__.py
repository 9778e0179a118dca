"""Jobs in one SQLite file, or in memory.

- ``engine``: `SqliteEngine`, the door
- ``schema``: the tables, and what makes a file unusable
- ``writer``, ``timers``: the thread that writes, shares its transactions, and looks after the store in between
- ``putting``, ``families``: jobs in; ``transactions``: inside the application's own transaction
- ``pump``, ``claiming``, ``settling``: jobs out
- ``owner``, ``workers``: who holds a lease, whether that process lives, and what becomes of its jobs where not
- ``records``, ``search``, ``changes``, ``queues``, ``schedules``: the operator's half
"""

from .engine import SqliteEngine

__all__ = ["SqliteEngine"]
