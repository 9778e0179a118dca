"""The retention: ended jobs go after a time, dead ones stay until somebody decides."""

from dataclasses import dataclass
from typing import final

from .pool import Fetch
from .statements import Statements


@final
@dataclass(frozen=True, slots=True)
class Upkeep:
    """Deletes what is old. *retention* is in seconds."""

    statements: Statements
    retention: float

    async def purge(self, fetch: Fetch) -> None:
        """Delete what ended before the retention, a thousand at a time, and workers that were lost a day ago."""
        schema, ended, log = self.statements.schema, self.statements.ended, self.statements.log
        purge = f"""
WITH gone AS (
    DELETE FROM {ended} WHERE id = ANY(ARRAY(
        SELECT id FROM {ended} WHERE state <> 'DEAD' AND finished_at < now() - make_interval(secs => $1) LIMIT 1000
        FOR UPDATE SKIP LOCKED
    )) RETURNING id, number
), lines AS (
    DELETE FROM {log} WHERE job_id = ANY(ARRAY(SELECT number FROM gone))
), past AS (
    DELETE FROM {schema}.history WHERE job = ANY(ARRAY(SELECT id FROM gone))
)
SELECT count(*) AS purged FROM gone"""
        while (await fetch(purge, self.retention))[0]["purged"] == 1000:
            pass
        await fetch(
            f"DELETE FROM {schema}.workers WHERE lost < now() - interval '1 day' OR seen < now() - interval '7 days'"
        )
