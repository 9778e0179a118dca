"""What can be done from the pages, one entry an action: what it asks, what it warns of, and what it calls.

The question (``confirm``) changes nothing; the answer (``act``) calls one method of `Operations`, which writes the audit.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, final

from corner_host.operations import ActionResult, InvalidRequestError, JobQuery

from .filters import Parameters, job_query
from .visit import Visit

DURATIONS: Final = {"5m": 300.0, "15m": 900.0, "1h": 3600.0, "8h": 28_800.0, "": None}
"""For how long something is changed; the last for good."""
RATES: Final = ("", "1", "5", "20", "100")
"""Jobs a second."""


@final
@dataclass(frozen=True, slots=True)
class Pull:
    """An action that was chosen: who, on what, with which values."""

    visit: Visit
    values: Parameters

    @property
    def target(self) -> str:
        """What it is done to."""
        return self.get("target")

    @property
    def by(self) -> dict[str, Any]:
        """Who acts and why."""
        return {"by": self.visit.actor, "reason": self.get("reason")[:500]}

    @property
    def duration(self) -> float | None:
        """For how long; None for good."""
        return DURATIONS.get(self.get("duration"), 900.0)

    @property
    def rate(self) -> float | None:
        """How many a second; None for all at once."""
        return float(self.get("rate")) if self.get("rate") in RATES[1:] else None

    @property
    def jobs(self) -> JobQuery:
        """Which jobs.

        Raises:
            InvalidRequestError: They were to be chosen one by one, and none was: that must not mean all.
        """
        query = job_query(self.values, self.visit.now)
        if self.get("chosen") and not query.ids:
            raise InvalidRequestError(self.visit.t("Choose at least one job."), field="ids")
        return query

    def get(self, name: str) -> str:
        """Return one value."""
        return str(self.values.get(name, "")).strip()


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Lever:
    """An action.

    Args:
        title: In English; ``{target}`` stands for what it is done to.
        button: What the button says.
        warning: What to think of first.
        asks: Which values it takes: ``duration``, ``rate``, ``concurrency``, ``level``, ``key``.
        is_grave: Whether the target's name has to be typed.
        act: Does it.
        preview: Says how many things it would be done to.
    """

    title: str
    button: str
    act: Callable[[Pull], Awaitable[ActionResult]]
    warning: str = ""
    asks: tuple[str, ...] = ()
    is_grave: bool = False
    preview: Callable[[Pull], Awaitable[ActionResult]] | None = None


def _queue_pause(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.queues.pause(pull.target, duration=pull.duration, **pull.by)


def _queue_resume(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.queues.resume(pull.target, **pull.by)


def _queue_concurrency(pull: Pull) -> Awaitable[ActionResult]:
    wanted = pull.get("concurrency")
    return pull.visit.operations.queues.set_concurrency(
        pull.target, int(wanted) if wanted.isdecimal() and len(wanted) < 6 else 0, **pull.by
    )


def _queue_purge(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.queues.purge(pull.target, **pull.by)


def _jobs_requeue(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.jobs.requeue(pull.jobs, rate=pull.rate, **pull.by)


def _jobs_cancel(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.jobs.cancel(pull.jobs, **pull.by)


def _jobs_delete(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.jobs.delete(pull.jobs, **pull.by)


def _item_cancel(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.jobs.cancel_item(pull.target, **pull.by)


def _would_requeue(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.jobs.requeue(pull.jobs, dry_run=True, by=pull.visit.actor)


def _would_cancel(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.jobs.cancel(pull.jobs, dry_run=True, by=pull.visit.actor)


def _would_delete(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.jobs.delete(pull.jobs, dry_run=True, by=pull.visit.actor)


def _failure_requeue(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.failures.requeue(pull.target, rate=pull.rate, **pull.by)


def _failure_would_requeue(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.failures.requeue(pull.target, dry_run=True, by=pull.visit.actor)


def _failure_mute(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.failures.mute(pull.target, duration=pull.duration or 86_400.0, **pull.by)


def _failure_unmute(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.failures.unmute(pull.target, **pull.by)


def _schedule_run(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.schedules.run_now(pull.target, **pull.by)


def _schedule_pause(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.schedules.pause(pull.target, duration=pull.duration, **pull.by)


def _schedule_resume(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.schedules.resume(pull.target, **pull.by)


def _service_restart(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.services.restart(pull.target, **pull.by)


def _log_level(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.logs.set_level(pull.target, pull.get("level"), duration=pull.duration, **pull.by)


def _log_reset(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.logs.reset_level(pull.target, **pull.by)


def _cache_clear(pull: Pull) -> Awaitable[ActionResult]:
    return pull.visit.operations.caches.clear(pull.target, key=pull.get("key") or None, **pull.by)


async def _health_run(pull: Pull) -> ActionResult:
    found = await pull.visit.operations.health.run(pull.target or None, by=pull.visit.actor)
    return ActionResult(action="health.run", target=pull.target, message=found.status, count=len(found.checks))


async def _setting_reveal(pull: Pull) -> ActionResult:
    found = await pull.visit.operations.configuration.reveal(pull.target, **pull.by)
    return ActionResult(action="configuration.reveal", target=found.key, message=found.value or "null", count=1)


LEVERS: Final[dict[str, Lever]] = {
    "queue.pause": Lever(
        title="Pause {target}",
        button="Pause",
        warning="What runs will finish; nothing new is begun. Work is still accepted until the queue is full.",
        asks=("duration",),
        act=_queue_pause,
    ),
    "queue.resume": Lever(title="Resume {target}", button="Resume", act=_queue_resume),
    "queue.concurrency": Lever(
        title="Change how many run at once in {target}",
        button="Change",
        warning="It counts until the next start; the setting stays as it is.",
        asks=("concurrency",),
        act=_queue_concurrency,
    ),
    "queue.purge": Lever(
        title="Purge {target}",
        button="Purge",
        warning="Everything that waits in this queue is thrown away. It cannot be brought back.",
        is_grave=True,
        act=_queue_purge,
    ),
    "jobs.requeue": Lever(
        title="Requeue jobs", button="Requeue", asks=("rate",), act=_jobs_requeue, preview=_would_requeue
    ),
    "jobs.cancel": Lever(
        title="Cancel jobs",
        button="Cancel the jobs",
        warning="Jobs that run are asked to stop.",
        act=_jobs_cancel,
        preview=_would_cancel,
    ),
    "jobs.delete": Lever(
        title="Delete jobs",
        button="Delete",
        warning="Deleted jobs cannot be brought back.",
        act=_jobs_delete,
        preview=_would_delete,
    ),
    "item.cancel": Lever(
        title="Cancel {target}",
        button="Cancel the item",
        warning="Work that runs is asked to stop.",
        act=_item_cancel,
    ),
    "failure.requeue": Lever(
        title="Requeue every job of this failure",
        button="Requeue",
        asks=("rate",),
        act=_failure_requeue,
        preview=_failure_would_requeue,
    ),
    "failure.mute": Lever(
        title="Mute this failure",
        button="Mute",
        warning="It is still counted, and not shown as failing until then.",
        asks=("duration",),
        act=_failure_mute,
    ),
    "failure.unmute": Lever(title="Show this failure again", button="Unmute", act=_failure_unmute),
    "schedule.run": Lever(title="Run {target} now", button="Run now", act=_schedule_run),
    "schedule.pause": Lever(title="Pause {target}", button="Pause", asks=("duration",), act=_schedule_pause),
    "schedule.resume": Lever(title="Resume {target}", button="Resume", act=_schedule_resume),
    "service.restart": Lever(title="Restart {target}", button="Restart", act=_service_restart),
    "log.level": Lever(
        title="Set the level of a logger", button="Set", asks=("logger", "level", "duration"), act=_log_level
    ),
    "log.reset": Lever(title="Set {target} back to its configured level", button="Set back", act=_log_reset),
    "cache.clear": Lever(
        title="Clear {target}",
        button="Clear",
        warning="Without a key, everything is cleared.",
        asks=("key",),
        act=_cache_clear,
    ),
    "health.run": Lever(title="Ask the health checks now", button="Ask now", act=_health_run),
    "setting.reveal": Lever(
        title="Reveal {target}",
        button="Reveal",
        warning="The value is shown in clear on this screen. Who asked is written in the audit.",
        act=_setting_reveal,
    ),
}
"""By the name that addresses and forms use."""
