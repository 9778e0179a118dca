"""The tables: pgqueuer's, and ours beside them, in one schema.

pgqueuer's: ``pgqueuer`` (a row for each job that is alive), ``pgqueuer_log`` (a line for each step of a job), its
statistics and schedules. Ours:

- ``ended``: a row for each job that has ended, with all that was known of it
- ``history``: a line for each thing that happened to a job; a success has none, since it can be read off ``ended``
- ``workers``: who works, so that a dead process on this machine is seen at once
- ``schedules``: up to where each recurring job was put; ``queues``: which are paused; ``starts``: for rate limits
- ``jobs``: a view of all jobs, for people
- the numbers of pgqueuer's unlogged tables are logged: a standby that takes over would have none, and nothing could be claimed
- on ``pgqueuer``, the trigger ``count_attempt``: it counts an attempt in the very statement that claims the job, so that a
  job which kills its process is counted; and indexes for our ids and for jobs that wait for another one
"""

from importlib.metadata import version
from typing import Any, Final

from pgqueuer.adapters.persistence.qb import QueryBuilderEnvironment
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings

VERSION: Final = f"3 on pgqueuer {version('pgqueuer')}"
"""The version of our own objects, and of pgqueuer's."""


def pgqueuer_ddl(settings: DBSettings) -> str:
    """Return the statements that make pgqueuer's objects."""
    return QueryBuilderEnvironment(settings).build_install_query()


def our_ddl(settings: DBSettings) -> str:
    """Return the statements that make our objects beside pgqueuer's; they may be run again."""
    schema, queue, status = settings.db_schema, settings.qualified.queue_table, settings.qualified.queue_status_type
    return f"""
CREATE TABLE IF NOT EXISTS {schema}.about (what TEXT PRIMARY KEY, version TEXT NOT NULL);

CREATE TABLE IF NOT EXISTS {schema}.ended (
    id TEXT PRIMARY KEY, number BIGINT NOT NULL, name TEXT NOT NULL, queue TEXT NOT NULL, state TEXT NOT NULL,
    priority INTEGER NOT NULL, key TEXT, payload BYTEA NOT NULL, attempt INTEGER NOT NULL, worker TEXT,
    enqueued_at TIMESTAMPTZ NOT NULL, run_at TIMESTAMPTZ NOT NULL, started_at TIMESTAMPTZ, finished_at TIMESTAMPTZ NOT NULL,
    error_type TEXT, error TEXT, error_place TEXT, traceback TEXT, result BYTEA, headers JSONB NOT NULL
);
CREATE INDEX IF NOT EXISTS ended_finished ON {schema}.ended (finished_at) WHERE state <> 'DEAD';
CREATE INDEX IF NOT EXISTS ended_dead ON {schema}.ended (error_type, error_place) WHERE state = 'DEAD';

CREATE TABLE IF NOT EXISTS {schema}.workers (
    id UUID PRIMARY KEY, name TEXT NOT NULL, host TEXT NOT NULL, boot TEXT NOT NULL, namespace TEXT NOT NULL,
    pid INTEGER NOT NULL, pid_started TEXT NOT NULL, seen TIMESTAMPTZ NOT NULL DEFAULT now(), lost TIMESTAMPTZ
);

CREATE TABLE IF NOT EXISTS {schema}.history (
    line BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY, job TEXT NOT NULL, name TEXT NOT NULL, at TIMESTAMPTZ NOT NULL,
    event TEXT NOT NULL, attempt INTEGER NOT NULL, started_at TIMESTAMPTZ, worker TEXT, error_type TEXT, error TEXT,
    error_place TEXT, detail TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS history_job ON {schema}.history (job);
CREATE INDEX IF NOT EXISTS history_errors ON {schema}.history (at) WHERE error_type IS NOT NULL;

CREATE TABLE IF NOT EXISTS {schema}.schedules (
    id TEXT PRIMARY KEY, spec TEXT NOT NULL, last DOUBLE PRECISION NOT NULL, paused_until DOUBLE PRECISION
);
ALTER TABLE {schema}.schedules ADD COLUMN IF NOT EXISTS paused_until DOUBLE PRECISION;

CREATE TABLE IF NOT EXISTS {schema}.queues (
    queue TEXT PRIMARY KEY, since TIMESTAMPTZ NOT NULL, until TIMESTAMPTZ, reason TEXT NOT NULL
);

CREATE TABLE IF NOT EXISTS {schema}.starts (name TEXT NOT NULL, at TIMESTAMPTZ NOT NULL);
CREATE INDEX IF NOT EXISTS starts_name ON {schema}.starts (name, at);

DO $$
DECLARE
    number TEXT;
BEGIN
    IF current_setting('server_version_num')::int >= 150000 THEN
        FOR number IN SELECT oid::regclass FROM pg_class
            WHERE relnamespace = '{schema}'::regnamespace AND relkind = 'S' AND relpersistence = 'u'
        LOOP
            EXECUTE format('ALTER SEQUENCE %s SET LOGGED', number);
        END LOOP;
    END IF;
END $$;

CREATE UNIQUE INDEX IF NOT EXISTS pgqueuer_job ON {queue} ((headers->>'id'));
CREATE INDEX IF NOT EXISTS pgqueuer_children ON {queue} ((headers->>'waits')) WHERE headers ? 'waits';

CREATE OR REPLACE FUNCTION {schema}.count_attempt() RETURNS TRIGGER LANGUAGE plpgsql AS $$
BEGIN
    NEW.attempts := OLD.attempts + 1;
    IF OLD.status = 'picked' THEN
        NEW.headers := OLD.headers || jsonb_build_object('error', jsonb_build_object(
            'kind', 'WorkerLost', 'message', 'the process that ran it was lost', 'place', '', 'traceback', ''));
        INSERT INTO {schema}.history (job, name, at, event, attempt, started_at, worker, error_type, error, error_place, detail)
        VALUES (OLD.headers->>'id', substr(OLD.entrypoint, strpos(OLD.entrypoint, ':') + 1), now(), 'WORKER_LOST', OLD.attempts,
            OLD.updated, (SELECT name FROM {schema}.workers WHERE id = OLD.queue_manager_id),
            'WorkerLost', 'the process that ran it was lost', '', '');
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER count_attempt BEFORE UPDATE ON {queue} FOR EACH ROW
    WHEN (NEW.status = 'picked'::{status} AND NEW.queue_manager_id IS DISTINCT FROM OLD.queue_manager_id)
    EXECUTE FUNCTION {schema}.count_attempt();

CREATE OR REPLACE VIEW {schema}.jobs AS
    SELECT job.headers->>'id' AS id, job.id AS number, substr(job.entrypoint, strpos(job.entrypoint, ':') + 1) AS name,
        replace(replace(split_part(job.entrypoint, ':', 1), '%3A', ':'), '%25', '%') AS queue,
        CASE WHEN job.status = 'picked' THEN 'RUNNING' WHEN job.execute_after > now() THEN 'SCHEDULED' ELSE 'WAITING' END
            AS state,
        job.priority, job.headers->>'key' AS key, job.payload, job.attempts AS attempt,
        (SELECT name FROM {schema}.workers WHERE id = job.queue_manager_id) AS worker,
        job.created AS enqueued_at, job.execute_after AS run_at,
        CASE WHEN job.status = 'picked' THEN job.updated END AS started_at, NULL::timestamptz AS finished_at,
        job.headers->'error'->>'kind' AS error_type, job.headers->'error'->>'message' AS error,
        job.headers->'error'->>'place' AS error_place, job.headers->'error'->>'traceback' AS traceback,
        NULL::bytea AS result, job.headers
    FROM {queue} job
    UNION ALL
    SELECT id, number, name, queue, state, priority, key, payload, attempt, worker, enqueued_at, run_at, started_at,
        finished_at, error_type, error, error_place, traceback, result, headers
    FROM {schema}.ended;
"""


async def install(driver: Any, settings: DBSettings) -> None:
    """Make what is missing, and bring what is old up to date, one process at a time; *driver* is pgqueuer's."""
    queries = Queries(driver, qbe=QueryBuilderEnvironment(settings))
    schema = settings.db_schema
    await driver.execute("SELECT pg_advisory_lock(hashtextextended($1, 7))", f"corner_host {schema}")
    try:
        if await is_current(driver, settings):
            return
        if await queries.schema_is_installed():
            await driver.execute(f"DROP VIEW IF EXISTS {schema}.jobs")  # it holds on to the columns' types
            await queries.apply_upgrade()
        else:
            await queries.install()
        await driver.execute(our_ddl(settings))
        await driver.execute(
            f"INSERT INTO {schema}.about VALUES ('schema', $1) ON CONFLICT (what) DO UPDATE SET version = excluded.version",
            VERSION,
        )
    finally:
        await driver.execute("SELECT pg_advisory_unlock(hashtextextended($1, 7))", f"corner_host {schema}")


async def is_current(driver: Any, settings: DBSettings) -> bool:
    """Tell whether the tables are there, in this version."""
    schema = settings.db_schema
    (row,) = await driver.fetch("SELECT to_regclass($1) IS NOT NULL AS there", f"{schema}.about")
    if not row["there"]:
        return False
    rows = await driver.fetch(f"SELECT version FROM {schema}.about WHERE what = 'schema'")
    return [row["version"] for row in rows] == [VERSION]


def everything(settings: DBSettings) -> str:
    """Return all statements that make the tables where there are none, for a person to run."""
    mark = f"INSERT INTO {settings.db_schema}.about VALUES ('schema', '{VERSION}');"
    return f"{pgqueuer_ddl(settings)}\n{our_ddl(settings)}\n{mark}\n"
