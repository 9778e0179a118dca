"""The statements of putting, claiming and settling, each as text with ``$1``, ``$2``, in one schema.

Putting and claiming are pgqueuer's own, built by its query builder. Ours are what it has no word for: ending a job only if
it is still this worker's, trying again, children, leases of many jobs at once. Each also keeps pgqueuer's log.
"""

from functools import cached_property
from typing import Final, final

from pgqueuer.adapters.persistence.qb import QueryQueueBuilder

from .claim_statement import MANY, ClaimStatement
from .names import pgqueuer_settings

NAME: Final = "substr(entrypoint, strpos(entrypoint, ':') + 1)"
"""The name of a job, from pgqueuer's entrypoint; see ``names``."""
QUEUE: Final = "replace(replace(split_part(entrypoint, ':', 1), '%3A', ':'), '%25', '%')"
"""Its queue."""
OWN: Final = "job.queue_manager_id IS NOT DISTINCT FROM $1"
"""That a job is still the worker's: it has a worker only while it runs. In words that no index answers; see `Statements`."""
WAITING: Final = "status < 'picked'"
"""That a job has not been claimed. In words that no index answers, as well."""
_HISTORY: Final = "job, name, at, event, attempt, started_at, worker, error_type, error, error_place, detail"


@final
class Statements:
    """All statements of a worker, for the jobs in *schema*.

    They are planned once, perhaps while the queue is empty, and a plan for an empty table reads all of it. So each leaves one
    way only: jobs are found by their numbers or ids alone, given as an array (``= ANY``), and what belongs to one is looked
    up for each (``LATERAL`` ... ``OFFSET 0``), never joined.
    """

    def __init__(self, schema: str) -> None:
        self.settings = pgqueuer_settings(schema)
        self.claim = ClaimStatement(self.settings)
        self.schema = schema
        self.channel = str(self.settings.channel)
        self.queue = self.settings.qualified.queue_table
        self.log = self.settings.qualified.queue_table_log
        self.ended = f"{schema}.ended"
        self.history = f"{schema}.history"

    @cached_property
    def put(self) -> str:
        """pgqueuer's: priorities, entrypoints, payloads, delays, keys, headers; returns ``ord`` of those stored."""
        return QueryQueueBuilder(self.settings).build_enqueue_query("skip")

    @cached_property
    def existing(self) -> str:
        """Of keys: who has them."""
        return (
            f"SELECT dedupe_key, headers->>'id' AS id FROM {self.queue}"
            " WHERE dedupe_key = ANY($1::text[]) AND status IN ('queued', 'picked')"
        )

    @cached_property
    def free_these(self) -> str:
        """Of children's ids: those whose parent has ended run or are cancelled; returns the ids of the cancelled."""
        return self._free("child.headers->>'id' = ANY($1::text[]) AND child.headers->'waits' IS NOT NULL")

    @cached_property
    def free_children(self) -> str:
        """The same, of parents' ids."""
        return self._free("child.headers->>'waits' = ANY($1::text[]) AND child.headers ? 'waits'")

    @cached_property
    def free_all(self) -> str:
        """The same, of all children."""
        return self._free("child.headers ? 'waits'")

    @cached_property
    def end(self) -> str:
        """Of the worker, ids, attempts, states, results, failures, name: ends those that are still the worker's.

        Returns them, and whether any job waits for another one's end.
        """
        return f"""
WITH gone AS (
    DELETE FROM {self.queue} job WHERE job.id = ANY($2::bigint[]) AND job.attempts = {_told(3, "int")} AND {OWN}
    RETURNING job.*, {_told(4, "text")} AS state, {_told(5, "bytea")} AS result, {_told(6, "jsonb")} AS failure
), noted AS (
    INSERT INTO {self.history} ({_HISTORY})
    SELECT headers->>'id', {NAME}, now(), CASE state WHEN 'DEAD' THEN 'DIED' ELSE state END, attempts, updated, $7,
        failure->>'kind', failure->>'message', failure->>'place', ''
    FROM gone WHERE state <> 'SUCCEEDED'
), kept AS ({self._archive("gone", "state", failure="failure", result="result", worker="$7::text")})
SELECT id, attempts, (SELECT EXISTS (SELECT 1 FROM {self.queue} WHERE headers ? 'waits')) AS children FROM gone"""

    @cached_property
    def again(self) -> str:
        """Of the worker, ids, attempts, delays, failures, released, details, name: puts back what is still the worker's."""
        failure, released = _told(5, "jsonb"), _told(6, "bool")
        return f"""
WITH back AS (
    UPDATE {self.queue} job SET status = 'queued', execute_after = now() + {_told(4, "interval")}, updated = now(),
        queue_manager_id = NULL, slot = NULL, attempts = job.attempts - {released}::int,
        headers = CASE WHEN {released} THEN job.headers WHEN {failure} IS NULL THEN job.headers - 'error'
            ELSE job.headers || jsonb_build_object('error', {failure}) END
    WHERE job.id = ANY($2::bigint[]) AND job.attempts = {_told(3, "int")} AND {OWN}
    RETURNING job.*, {_told(3, "int")} AS attempt, {failure} AS failure, {released} AS released, {_told(7, "text")} AS detail,
        (SELECT updated FROM {self.queue} was WHERE was.id = job.id) AS started_at
), logged AS ({self._logged("back", "'queued'")}), noted AS (
    INSERT INTO {self.history} ({_HISTORY})
    SELECT headers->>'id', {NAME}, now(), CASE WHEN released THEN 'RELEASED' ELSE 'FAILED' END, attempt, started_at, $8,
        failure->>'kind', failure->>'message', failure->>'place', detail
    FROM back
)
SELECT id, attempt AS attempts FROM back"""

    @cached_property
    def end_unwanted(self) -> str:
        """Of numbers: ends those that were given back although somebody had cancelled them; returns their ids."""
        return f"""
WITH gone AS (
    DELETE FROM {self.queue} WHERE id = ANY($1::bigint[]) AND {WAITING} AND headers ? 'cancel' RETURNING *
), {self.cancelled("gone", "'while it ran'")}
SELECT headers->>'id' AS id FROM gone"""

    @cached_property
    def ended_by(self) -> str:
        """Of jobs' ids and a worker's name: those that it has ended."""
        return f"SELECT id FROM {self.ended} WHERE id = ANY($1::text[]) AND worker = $2"

    @cached_property
    def renew(self) -> str:
        """Of the worker, ids, attempts, seconds: renews what is older and still its own."""
        return f"""
UPDATE {self.queue} SET heartbeat = now() WHERE id = ANY(ARRAY(
    SELECT id FROM {self.queue} job WHERE id = ANY($2::bigint[]) AND attempts = {_told(3, "int")} AND {OWN}
        AND heartbeat < now() - make_interval(secs => $4)
    FOR UPDATE SKIP LOCKED
))"""

    @cached_property
    def unwanted(self) -> str:
        """Of the worker, ids, attempts: which of them are lost, and which shall be cancelled."""
        return f"""
SELECT held.id, held.attempt, found IS NULL AS lost FROM unnest($2::bigint[], $3::int[]) AS held(id, attempt)
LEFT JOIN LATERAL (
    SELECT headers ? 'cancel' FROM {self.queue} job WHERE id = held.id AND attempts = held.attempt AND {OWN} OFFSET 0
) AS job(found) ON TRUE
WHERE found IS NULL OR found"""

    @cached_property
    def drop(self) -> str:
        """Of a worker and ids: gives back, uncounted, all else that the worker has claimed; it has not heard of that."""
        return self._give_back("NOT id = ANY($2::bigint[])")

    @cached_property
    def known(self) -> str:
        """Of ids: those that there are, alive or ended."""
        return (
            f"SELECT headers->>'id' AS id FROM {self.queue} WHERE headers->>'id' = ANY($1::text[])"
            f" UNION ALL SELECT id FROM {self.ended} WHERE id = ANY($1::text[])"
        )

    @cached_property
    def leave(self) -> str:
        """Of a worker: gives back what it still has, uncounted, and takes it out."""
        return f"WITH back AS ({self._give_back('TRUE')}) DELETE FROM {self.schema}.workers WHERE id = $1"

    @cached_property
    def register(self) -> str:
        """Of a worker's row: enters it, or says that it lives."""
        return (
            f"INSERT INTO {self.schema}.workers VALUES ($1, $2, $3, $4, $5, $6, $7)"
            " ON CONFLICT (id) DO UPDATE SET seen = now(), lost = NULL"
        )

    @cached_property
    def neighbours(self) -> str:
        """Of a host and a boot of it: the workers there that nobody misses yet."""
        return (
            "SELECT id, name, host, boot, namespace, pid, pid_started"
            f" FROM {self.schema}.workers WHERE host = $1 AND boot = $2 AND lost IS NULL"
        )

    @cached_property
    def miss(self) -> str:
        """Of a worker: notes that it is lost; what it had is free for all."""
        return f"""
WITH freed AS (UPDATE {self.queue} SET heartbeat = 'epoch' WHERE queue_manager_id = $1 AND status = 'picked')
UPDATE {self.schema}.workers SET lost = now() WHERE id = $1"""

    @cached_property
    def look(self) -> str:
        """All entrypoints that have jobs, each with the seconds until its next one is due, and whether many are due, or later.

        And, as `paused`, the queues.
        """
        jobs = f"FROM {self.queue} WHERE status = 'queued' AND entrypoint = found.entrypoint AND execute_after"
        due = f"SELECT execute_after {jobs} > now() - interval '0.1 s' ORDER BY execute_after LIMIT 1"
        many = f"ORDER BY execute_after OFFSET {MANY - 1}"
        following = f"SELECT entrypoint FROM {self.queue} WHERE status = 'queued'"
        first = "ORDER BY entrypoint LIMIT 1"
        return f"""
WITH RECURSIVE found(entrypoint) AS (
    ({following} {first}) UNION ALL
    SELECT ({following} AND entrypoint > found.entrypoint {first}) FROM found WHERE found.entrypoint IS NOT NULL
)
SELECT entrypoint, extract(epoch FROM ({due}) - now())::float AS due, FALSE AS paused,
    EXISTS (SELECT {jobs} <= now() {many}) AS many_due, EXISTS (SELECT {jobs} > now() {many}) AS many_later
FROM found WHERE entrypoint IS NOT NULL
UNION ALL SELECT DISTINCT entrypoint, NULL::float, FALSE, FALSE, FALSE FROM {self.queue} WHERE status = 'picked'
UNION ALL SELECT queue, extract(epoch FROM until - now())::float, TRUE, FALSE, FALSE FROM {self.schema}.queues
    WHERE until IS NULL OR until > now()"""

    @cached_property
    def progress(self) -> str:
        """Of a worker, id, attempt and JSON: notes how far a job has come."""
        return (
            f"UPDATE {self.queue} job SET headers = headers || $4::jsonb"
            f" WHERE job.id = $2 AND job.attempts = $3 AND {OWN}"
        )

    @cached_property
    def running(self) -> str:
        """Of entrypoints: how many of each run."""
        return (
            f"SELECT entrypoint, count(*) AS running FROM {self.queue}"
            " WHERE status = 'picked' AND entrypoint = ANY($1::text[]) GROUP BY entrypoint"
        )

    @cached_property
    def starts(self) -> str:
        """Of names and seconds: how many of each began within, and in how many seconds the oldest of these is forgotten."""
        return f"""
SELECT rate.name, count(start.at) AS used, extract(epoch FROM min(start.at) - now())::float + rate.seconds AS opens
FROM unnest($1::text[], $2::float[]) AS rate(name, seconds)
LEFT JOIN {self.schema}.starts start ON start.name = rate.name AND start.at > now() - make_interval(secs => rate.seconds)
GROUP BY rate.name, rate.seconds"""

    @cached_property
    def start(self) -> str:
        """Of names and seconds: notes that jobs of them begin, and forgets those before."""
        return f"""
WITH gone AS (
    DELETE FROM {self.schema}.starts start USING unnest($1::text[], $2::float[]) AS rate(name, seconds)
    WHERE start.name = rate.name AND start.at <= now() - make_interval(secs => rate.seconds)
)
INSERT INTO {self.schema}.starts SELECT name, now() FROM unnest($3::text[]) AS begun(name)"""

    def _give_back(self, condition: str) -> str:
        return f"""
UPDATE {self.queue} SET status = 'queued', updated = now(), queue_manager_id = NULL, slot = NULL, attempts = attempts - 1
WHERE queue_manager_id = $1 AND status = 'picked' AND {condition}"""

    def _free(self, condition: str) -> str:
        return f"""
WITH fate AS (
    SELECT child.id, parent.state AS parent_state, CASE child.headers->>'run_on'
        WHEN 'success' THEN parent.state = 'SUCCEEDED' WHEN 'failure' THEN parent.state = 'DEAD' ELSE TRUE END AS runs
    FROM {self.queue} child
    CROSS JOIN LATERAL (SELECT state FROM {self.ended} WHERE id = child.headers->>'waits' OFFSET 0) parent
    WHERE {condition} AND child.{WAITING}
    FOR UPDATE OF child SKIP LOCKED
), freed AS (
    UPDATE {self.queue} job SET execute_after = now(), headers = job.headers - 'waits'
    WHERE job.id = ANY(ARRAY(SELECT id FROM fate WHERE runs))
), gone AS (
    DELETE FROM {self.queue} job
    WHERE job.id = ANY(ARRAY(SELECT id FROM fate WHERE NOT runs AND parent_state <> 'DEAD')) RETURNING job.*
), {self.cancelled("gone", "'its parent ' || (headers->>'parent') || ' ended otherwise'")}
SELECT headers->>'id' AS id FROM gone"""

    def cancelled(self, source: str, detail: str) -> str:
        """Return the steps that archive *source*'s rows, which are pgqueuer's and did not run, as cancelled."""
        return f"""logged AS ({self._logged(source, "'canceled'")}), noted AS (
    {self.noted(source, "CANCELLED", detail)}
), kept AS ({self._archive(source, "'CANCELLED'")})"""

    def noted(self, source: str, event: str, detail: str) -> str:
        """Return the insertion of a line of history for each of *source*'s rows, which are pgqueuer's."""
        return f"""INSERT INTO {self.history} ({_HISTORY})
    SELECT headers->>'id', {NAME}, now(), '{event}', 0, NULL, NULL, NULL, NULL, NULL, {detail} FROM {source}"""

    def _logged(self, source: str, status: str) -> str:
        return (
            f"INSERT INTO {self.log} (job_id, status, entrypoint, priority)"
            f" SELECT id, ({status})::{self.settings.qualified.queue_status_type}, entrypoint, priority FROM {source}"
        )

    def _archive(
        self,
        source: str,
        state: str,
        *,
        failure: str = "(headers->'error')",
        result: str = "NULL",
        worker: str = "NULL",
    ) -> str:
        """Return the insertion of *source*'s rows, which are pgqueuer's, into the ended jobs."""
        return f"""INSERT INTO {self.ended} (id, number, name, queue, state, priority, key, payload, attempt, worker,
    enqueued_at, run_at, started_at, finished_at, error_type, error, error_place, traceback, result, headers)
    SELECT headers->>'id', id, {NAME}, {QUEUE}, {state}, priority, headers->>'key', payload, attempts, {worker}, created,
        execute_after, CASE WHEN status = 'picked' THEN updated END, now(), {failure}->>'kind', {failure}->>'message',
        {failure}->>'place', {failure}->>'traceback', {result}, headers
    FROM {source}"""


def _told(place: int, kind: str) -> str:
    """Return what the array at *place* says of a job, by where that is in the array of ids, the second."""
    return f"(${place}::{kind}[])[array_position($2::bigint[], job.id)]"
