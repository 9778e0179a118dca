"""The statements of putting, claiming and settling, each as text with ``$1``, ``$2``, in one schema.

Putting and claiming are pgqueuer's own, built by its query builder. Ours are what it has no word for: ending a job only if
it is still this worker's, trying again, children, leases of many jobs at once. Each also keeps pgqueuer's log.
"""

from functools import cached_property
from typing import Final, final

from pgqueuer.adapters.persistence.qb import QueryQueueBuilder

from .names import pgqueuer_settings

NAME: Final = "substr(entrypoint, strpos(entrypoint, ':') + 1)"
"""The name of a job, from pgqueuer's entrypoint; see ``names``."""
QUEUE: Final = "replace(replace(split_part(entrypoint, ':', 1), '%3A', ':'), '%25', '%')"
"""Its queue."""
_HISTORY: Final = "job, name, at, event, attempt, started_at, worker, error_type, error, error_place, detail"


@final
class Statements:
    """All statements of a worker, for the jobs in *schema*."""

    def __init__(self, schema: str) -> None:
        self.settings = pgqueuer_settings(schema)
        self.claim = QueryQueueBuilder(self.settings).build_dequeue_query
        """pgqueuer's claim: a function of its limits that returns the statement and its values."""
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
        return self._free("child.headers->>'id' = ANY($1::text[])")

    @cached_property
    def free_children(self) -> str:
        """The same, of parents' ids."""
        return self._free("child.headers->>'waits' = ANY($1::text[])")

    @cached_property
    def free_all(self) -> str:
        """The same, of all children."""
        return self._free("TRUE")

    @cached_property
    def end(self) -> str:
        """Of the worker, ids, attempts, states, results, failures, name: ends those that are still the worker's.

        Returns them, and whether any job waits for another one's end.
        """
        return f"""
WITH told AS (
    SELECT * FROM unnest($2::bigint[], $3::int[], $4::text[], $5::bytea[], $6::jsonb[])
        AS told(number, attempt, state, result, failure)
), gone AS (
    DELETE FROM {self.queue} job USING told
    WHERE job.id = told.number AND job.attempts = told.attempt AND job.queue_manager_id = $1 AND job.status = 'picked'
    RETURNING job.*, told.state, told.result, told.failure
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
        return f"""
WITH told AS (
    SELECT * FROM unnest($2::bigint[], $3::int[], $4::interval[], $5::jsonb[], $6::bool[], $7::text[])
        AS told(number, attempt, delay, failure, released, detail)
), back AS (
    UPDATE {self.queue} job SET status = 'queued', execute_after = now() + told.delay, updated = now(),
        queue_manager_id = NULL, slot = NULL, attempts = job.attempts - told.released::int,
        headers = CASE WHEN told.released THEN job.headers WHEN told.failure IS NULL THEN job.headers - 'error'
            ELSE job.headers || jsonb_build_object('error', told.failure) END
    FROM told, LATERAL (SELECT updated AS started_at FROM {self.queue} WHERE id = told.number) was
    WHERE job.id = told.number AND job.attempts = told.attempt AND job.queue_manager_id = $1 AND job.status = 'picked'
    RETURNING job.*, told.attempt, told.failure, told.released, told.detail, was.started_at
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
    DELETE FROM {self.queue} WHERE id = ANY($1::bigint[]) AND status = 'queued' AND headers ? 'cancel' RETURNING *
), {self.cancelled("gone", "'while it ran'")}
SELECT headers->>'id' AS id FROM gone"""

    @cached_property
    def ended_by(self) -> str:
        """Of numbers and a worker's name: those that it has ended."""
        return f"SELECT number FROM {self.ended} WHERE number = ANY($1::bigint[]) AND worker = $2"

    @cached_property
    def renew(self) -> str:
        """Of the worker, ids, attempts, seconds: renews what is older and still its own."""
        return f"""
UPDATE {self.queue} SET heartbeat = now() WHERE id IN (
    SELECT job.id FROM {self.queue} job JOIN unnest($2::bigint[], $3::int[]) AS held(id, attempt)
        ON job.id = held.id AND job.attempts = held.attempt
    WHERE job.queue_manager_id = $1 AND job.status = 'picked' AND job.heartbeat < now() - make_interval(secs => $4)
    FOR UPDATE OF job SKIP LOCKED
)"""

    @cached_property
    def unwanted(self) -> str:
        """Of the worker, ids, attempts: which of them are lost, and which shall be cancelled."""
        return f"""
SELECT held.id, held.attempt, job.id IS NULL AS lost FROM unnest($2::bigint[], $3::int[]) AS held(id, attempt)
LEFT JOIN {self.queue} job
    ON job.id = held.id AND job.attempts = held.attempt AND job.queue_manager_id = $1 AND job.status = 'picked'
WHERE job.id IS NULL OR job.headers ? 'cancel'"""

    @cached_property
    def drop(self) -> str:
        """Of a worker and ids: makes all else that the worker has claimed free for all at once."""
        return f"""
UPDATE {self.queue} SET heartbeat = 'epoch'
WHERE queue_manager_id = $1 AND status = 'picked' AND NOT id = ANY($2::bigint[])"""

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
        return f"""
WITH back AS (
    UPDATE {self.queue} SET status = 'queued', updated = now(), queue_manager_id = NULL, slot = NULL, attempts = attempts - 1
    WHERE queue_manager_id = $1 AND status = 'picked'
)
DELETE FROM {self.schema}.workers WHERE id = $1"""

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
        """All entrypoints that have jobs, and the seconds until the next one of each is due; and, as `paused`, the queues."""
        due = (
            f"SELECT execute_after FROM {self.queue} WHERE status = 'queued' AND entrypoint = found.entrypoint"
            " AND execute_after > now() - interval '0.1 s' ORDER BY execute_after LIMIT 1"
        )
        following = f"SELECT min(entrypoint) FROM {self.queue} WHERE status = 'queued'"
        return f"""
WITH RECURSIVE found(entrypoint) AS (
    ({following}) UNION ALL
    SELECT ({following} AND entrypoint > found.entrypoint) FROM found WHERE found.entrypoint IS NOT NULL
)
SELECT entrypoint, extract(epoch FROM ({due}) - now())::float AS due, FALSE AS paused FROM found WHERE entrypoint IS NOT NULL
UNION ALL SELECT DISTINCT entrypoint, NULL::float, FALSE FROM {self.queue} WHERE status = 'picked'
UNION ALL SELECT queue, extract(epoch FROM until - now())::float, TRUE FROM {self.schema}.queues
    WHERE until IS NULL OR until > now()"""

    @cached_property
    def progress(self) -> str:
        """Of a worker, id, attempt and JSON: notes how far a job has come."""
        return (
            f"UPDATE {self.queue} SET headers = headers || $4::jsonb"
            " WHERE id = $2 AND attempts = $3 AND queue_manager_id = $1 AND status = 'picked'"
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

    def _free(self, condition: str) -> str:
        return f"""
WITH fate AS (
    SELECT child.id, parent.state AS parent_state, CASE child.headers->>'run_on'
        WHEN 'success' THEN parent.state = 'SUCCEEDED' WHEN 'failure' THEN parent.state = 'DEAD' ELSE TRUE END AS runs
    FROM {self.queue} child JOIN {self.ended} parent ON parent.id = child.headers->>'waits'
    WHERE child.headers ? 'waits' AND child.status = 'queued' AND {condition}
    FOR UPDATE OF child SKIP LOCKED
), freed AS (
    UPDATE {self.queue} job SET execute_after = now(), headers = job.headers - 'waits' FROM fate
    WHERE job.id = fate.id AND fate.runs
), gone AS (
    DELETE FROM {self.queue} job USING fate
    WHERE job.id = fate.id AND NOT fate.runs AND fate.parent_state <> 'DEAD' RETURNING job.*
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
