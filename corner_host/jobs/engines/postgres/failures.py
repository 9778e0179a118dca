"""Failed attempts in groups of one error: by its type, and by the place in the user's code."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from corner_host.jobs.info import FailureGroup

from .pool import Fetch

_PARTS: Final = 20


async def group(
    fetch: Fetch, history: str, since: datetime | None, until: datetime | None, limit: int
) -> Sequence[FailureGroup]:
    """Return the failed attempts of a time in groups, the largest first."""
    failed = f"""
    SELECT * FROM {history} WHERE error_type IS NOT NULL
        AND ($1::timestamptz IS NULL OR at >= $1) AND ($2::timestamptz IS NULL OR at < $2)"""
    groups = await fetch(
        f"""
WITH failed AS ({failed})
SELECT error_type, error_place, count(*) AS attempts, count(DISTINCT job) AS jobs, min(at) AS first, max(at) AS last,
    array_agg(DISTINCT name ORDER BY name) AS names, (array_agg(job ORDER BY line DESC))[1] AS sample,
    (array_agg(error ORDER BY line DESC))[1] AS message
FROM failed GROUP BY error_type, error_place ORDER BY attempts DESC, last DESC LIMIT $3""",
        since,
        until,
        limit,
    )
    if not groups:
        return []
    start = since or min(row["first"] for row in groups)
    end = until or max(row["last"] for row in groups)
    parts = await fetch(
        f"""
WITH failed AS ({failed})
SELECT error_type, error_place, least({_PARTS - 1}, floor(extract(epoch FROM at - $3::timestamptz) / $4::float))::int AS part,
    count(*) AS attempts
FROM failed GROUP BY 1, 2, 3""",
        since,
        until,
        start,
        max((end - start).total_seconds(), 1e-6) / _PARTS,
    )
    over_time: dict[tuple[str, str], list[int]] = {}
    for row in parts:
        counts = over_time.setdefault((row["error_type"], row["error_place"]), [0] * _PARTS)
        counts[row["part"]] += row["attempts"]
    return [
        FailureGroup(
            error_type=row["error_type"],
            error_place=row["error_place"],
            message=row["message"],
            count=row["attempts"],
            jobs=row["jobs"],
            names=row["names"],
            first_seen=row["first"].astimezone(UTC),
            last_seen=row["last"].astimezone(UTC),
            sample=row["sample"],
            over_time=over_time[row["error_type"], row["error_place"]],
        )
        for row in groups
    ]
