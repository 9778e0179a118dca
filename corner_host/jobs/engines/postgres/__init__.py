"""Jobs in PostgreSQL, for any number of machines, on pgqueuer (extra ``postgres``; asyncio alone).

"Jobs": {"Engine": "postgres", "ConnectionString": "postgresql://user:password@host:5432/database"}
"""

from .engine import PostgresEngine

__all__ = ["PostgresEngine"]
