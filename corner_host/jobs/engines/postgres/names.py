"""What things are called in the database: the schema, pgqueuer's objects in it, and how a job is named to pgqueuer. Pure.

pgqueuer knows an *entrypoint*, ours are a queue and a name: ``queue:name``, with ``%`` and ``:`` of the queue escaped. Its
``dedupe_key`` is one for the whole table, our keys are one for each name.
"""

import re
from typing import Final

from pgqueuer.domain.settings import DBSettings, Durability
from pgqueuer.domain.types import Channel

from corner_host.jobs.errors import JobRegistrationError

_SCHEMA: Final = re.compile(r"[a-z_][a-z0-9_]{0,47}")


def pgqueuer_settings(schema: str) -> DBSettings:
    """Return pgqueuer's names in *schema*, each given, so that no environment variable of pgqueuer's changes one.

    Its log is not what is relied upon here, and need not outlive a crash of the server (``balanced``); its queue does.

    Raises:
        JobRegistrationError: *schema* is no plain lower-case name.
    """
    if not _SCHEMA.fullmatch(schema):
        raise JobRegistrationError(
            f"{schema!r} cannot be the schema of the jobs: it must be a lower-case name of letters, digits and _, as corner_jobs."
        )
    return DBSettings(
        prefix="",
        db_schema=schema,
        channel=Channel(f"{schema}_changed"),
        function="pgqueuer_changed",
        statistics_table="pgqueuer_statistics",
        queue_status_type="pgqueuer_status",
        queue_table="pgqueuer",
        queue_table_log="pgqueuer_log",
        trigger="pgqueuer_changed",
        schedules_table="pgqueuer_schedules",
        durability=Durability.balanced,
        widen_id=True,
    )


def entrypoint(queue: str, name: str) -> str:
    """Return what pgqueuer calls the jobs of a name in a queue.

    Example:
        >>> entrypoint("mail:slow", "send")
        'mail%3Aslow:send'
    """
    return f"{queue.replace('%', '%25').replace(':', '%3A')}:{name}"


def queue_and_name(entrypoint: str) -> tuple[str, str]:
    """Return the queue and the name of an entrypoint.

    Example:
        >>> queue_and_name("mail%3Aslow:send:now")
        ('mail:slow', 'send:now')
    """
    queue, _, name = entrypoint.partition(":")
    return queue.replace("%3A", ":").replace("%25", "%"), name


def dedupe_key(name: str, key: str | None) -> str | None:
    """Return pgqueuer's key for a job's.

    Example:
        >>> dedupe_key("send", "7")
        '4:send:7'
    """
    return None if key is None else f"{len(name)}:{name}:{key}"
