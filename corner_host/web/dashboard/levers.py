"""What can be done from the pages, one entry an action: what it asks, what it warns of, and what it calls.

The question (``confirm``) changes nothing; the answer (``act``) calls one method of `Operations`, which writes the audit.
"""

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, final

from corner_host.operations import ActionResult, InvalidRequestError, JobQuery, Operations

from .filters import Parameters, job_query, saved
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
    def host(self) -> Operations:
        """The host that it is done to."""
        return self.visit.operations

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
    def concurrency(self) -> int:
        """How many at once; 0, which is refused, for what is no number."""
        wanted = self.get("concurrency")
        return int(wanted) if wanted.isdecimal() and len(wanted) < 6 else 0

    @property
    def payload(self) -> Any:
        """Return the arguments that were edited, as JSON data; None where there are none.

        Raises:
            InvalidRequestError: They are no JSON.
        """
        text = self.get("payload")
        try:
            return json.loads(text) if text else None
        except (ValueError, RecursionError) as error:
            raise InvalidRequestError(self.visit.t("This is no JSON: {why}", why=error), field="payload") from None

    def policy(self, name: str) -> str | None:
        """Return one half of a policy; None where it stays as it is."""
        return self.get(name) or None

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
        asks: Which values it takes: ``duration``, ``rate``, ``concurrency``, ``level``, ``key``, ``policy``, ``payload``,
            ``name``.
        is_grave: Whether the target's name has to be typed.
        act: Does it.
        preview: Says how many things it would be done to.
        counts: What those are: ``jobs``, or ``items`` of a queue.
        fill: Returns the text that is edited.
    """

    title: str
    button: str
    act: Callable[[Pull], Awaitable[ActionResult]]
    warning: str = ""
    asks: tuple[str, ...] = ()
    is_grave: bool = False
    preview: Callable[[Pull], Awaitable[ActionResult]] | None = None
    counts: str = "jobs"
    fill: Callable[[Pull], Awaitable[str]] | None = None


async def _health_run(pull: Pull) -> ActionResult:
    found = await pull.host.health.run(pull.target or None, by=pull.visit.actor)
    return ActionResult(action="health.run", target=pull.target, message=found.status, count=len(found.checks))


async def _setting_reveal(pull: Pull) -> ActionResult:
    found = await pull.host.configuration.reveal(pull.target, **pull.by)
    return ActionResult(action="configuration.reveal", target=found.key, message=found.value or "null", count=1)


async def _payload(pull: Pull) -> str:
    """Return the arguments of a job for editing; nothing where they are not shown, or may not be others."""
    detail = await pull.host.jobs.get(pull.target)
    if not detail.can_edit or pull.visit.settings.all_masked:
        return ""
    return json.dumps(detail.payload, indent=2, ensure_ascii=False)


LEVERS: Final[dict[str, Lever]] = {
    "queue.pause": Lever(
        title="Pause {target}",
        button="Pause",
        warning="What runs will finish; nothing new is begun. Work is still accepted until the queue is full.",
        asks=("duration",),
        act=lambda pull: pull.host.queues.pause(pull.target, duration=pull.duration, **pull.by),
    ),
    "queue.resume": Lever(
        title="Resume {target}", button="Resume", act=lambda pull: pull.host.queues.resume(pull.target, **pull.by)
    ),
    "queue.drain": Lever(
        title="Drain {target}",
        button="Drain",
        warning=(
            "What waits and runs is worked off. In memory, nothing new is taken in until the queue is resumed: "
            "who brings something waits, as if it were full."
        ),
        act=lambda pull: pull.host.queues.drain(pull.target, **pull.by),
        preview=lambda pull: pull.host.queues.drain(pull.target, dry_run=True, by=pull.visit.actor),
        counts="items",
    ),
    "queue.concurrency": Lever(
        title="Change how many run at once in {target}",
        button="Change",
        warning="It counts until the next start; the setting stays as it is.",
        asks=("concurrency",),
        act=lambda pull: pull.host.queues.set_concurrency(pull.target, pull.concurrency, **pull.by),
    ),
    "queue.purge": Lever(
        title="Purge {target}",
        button="Purge",
        warning="Everything that waits in this queue is thrown away. It cannot be brought back.",
        is_grave=True,
        act=lambda pull: pull.host.queues.purge(pull.target, **pull.by),
        preview=lambda pull: pull.host.queues.purge(pull.target, dry_run=True, by=pull.visit.actor),
        counts="items",
    ),
    "jobs.requeue": Lever(
        title="Requeue jobs",
        button="Requeue",
        asks=("rate",),
        act=lambda pull: pull.host.jobs.requeue(pull.jobs, rate=pull.rate, **pull.by),
        preview=lambda pull: pull.host.jobs.requeue(pull.jobs, dry_run=True, by=pull.visit.actor),
    ),
    "job.again": Lever(
        title="Run this job again",
        button="Run again",
        warning="A new job is put, which is linked to this one; this one stays as it is.",
        asks=("payload",),
        act=lambda pull: pull.host.jobs.run_again(pull.target, payload=pull.payload, **pull.by),
        fill=_payload,
    ),
    "jobs.cancel": Lever(
        title="Cancel jobs",
        button="Cancel the jobs",
        warning="Jobs that run are asked to stop.",
        act=lambda pull: pull.host.jobs.cancel(pull.jobs, **pull.by),
        preview=lambda pull: pull.host.jobs.cancel(pull.jobs, dry_run=True, by=pull.visit.actor),
    ),
    "jobs.delete": Lever(
        title="Delete jobs",
        button="Delete",
        warning="Deleted jobs cannot be brought back.",
        act=lambda pull: pull.host.jobs.delete(pull.jobs, **pull.by),
        preview=lambda pull: pull.host.jobs.delete(pull.jobs, dry_run=True, by=pull.visit.actor),
    ),
    "filter.save": Lever(
        title="Save these filters",
        button="Save",
        warning="Everybody who operates this application sees them by that name.",
        asks=("name",),
        act=lambda pull: pull.host.filters.save(pull.target, saved(pull.values), **pull.by),
    ),
    "filter.delete": Lever(
        title="Delete the filter {target}",
        button="Delete",
        act=lambda pull: pull.host.filters.delete(pull.target, **pull.by),
    ),
    "item.cancel": Lever(
        title="Cancel {target}",
        button="Cancel the item",
        warning="Work that runs is asked to stop.",
        act=lambda pull: pull.host.jobs.cancel_item(pull.target, **pull.by),
    ),
    "failure.requeue": Lever(
        title="Requeue every job of this failure",
        button="Requeue",
        asks=("rate",),
        act=lambda pull: pull.host.failures.requeue(pull.target, rate=pull.rate, **pull.by),
        preview=lambda pull: pull.host.failures.requeue(pull.target, dry_run=True, by=pull.visit.actor),
    ),
    "failure.mute": Lever(
        title="Mute this failure",
        button="Mute",
        warning="It is still counted, and not shown as failing until then.",
        asks=("duration",),
        act=lambda pull: pull.host.failures.mute(pull.target, duration=pull.duration or 86_400.0, **pull.by),
    ),
    "failure.unmute": Lever(
        title="Show this failure again",
        button="Unmute",
        act=lambda pull: pull.host.failures.unmute(pull.target, **pull.by),
    ),
    "schedule.run": Lever(
        title="Run {target} now", button="Run now", act=lambda pull: pull.host.schedules.run_now(pull.target, **pull.by)
    ),
    "schedule.pause": Lever(
        title="Pause {target}",
        button="Pause",
        asks=("duration",),
        act=lambda pull: pull.host.schedules.pause(pull.target, duration=pull.duration, **pull.by),
    ),
    "schedule.resume": Lever(
        title="Resume {target}", button="Resume", act=lambda pull: pull.host.schedules.resume(pull.target, **pull.by)
    ),
    "service.restart": Lever(
        title="Restart {target}", button="Restart", act=lambda pull: pull.host.services.restart(pull.target, **pull.by)
    ),
    "service.stop": Lever(
        title="Stop {target}",
        button="Stop",
        warning="The host goes on without it, until it is started again; what it was doing is asked to end.",
        act=lambda pull: pull.host.services.stop(pull.target, **pull.by),
    ),
    "service.start": Lever(
        title="Start {target}", button="Start it", act=lambda pull: pull.host.services.start(pull.target, **pull.by)
    ),
    "service.policy": Lever(
        title="What follows the end of {target}",
        button="Change",
        warning="It counts until the next start of the host; the setting stays as it is.",
        asks=("policy",),
        act=lambda pull: pull.host.services.set_policy(
            pull.target, on_failure=pull.policy("on_failure"), on_return=pull.policy("on_return"), **pull.by
        ),
    ),
    "log.level": Lever(
        title="Set the level of a logger",
        button="Set",
        asks=("logger", "level", "duration"),
        act=lambda pull: pull.host.logs.set_level(pull.target, pull.get("level"), duration=pull.duration, **pull.by),
    ),
    "log.reset": Lever(
        title="Set {target} back to its configured level",
        button="Set back",
        act=lambda pull: pull.host.logs.reset_level(pull.target, **pull.by),
    ),
    "cache.clear": Lever(
        title="Clear {target}",
        button="Clear",
        warning="Without a key, everything is cleared.",
        asks=("key",),
        act=lambda pull: pull.host.caches.clear(pull.target, key=pull.get("key") or None, **pull.by),
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
