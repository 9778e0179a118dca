"""Jobs in one SQLite file, or in memory.

- ``engine``: `SqliteEngine`, the door
- ``schema``: the tables, and what makes a file unusable
- ``writer``: the thread that writes, and shares its transactions
- ``operations``: what is done to the tables
- ``pump``: claims, delivers, settles
- ``owner``: who holds a lease, and whether that process lives
- ``records``: looking at the stored jobs
- ``transactions``: storing a job inside the application's own transaction
"""

from .engine import SqliteEngine

__all__ = ["SqliteEngine"]
