"""``operations.host``: the host as a whole."""

import platform
import sys
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta
from importlib import metadata
from itertools import pairwise
from typing import Any, Final, TypeVar, final

import anyio
import anyio.to_thread

from corner_host.primitives import Duration, is_secret_key, seconds

from .contracts import (
    About,
    ActionResult,
    Actor,
    Dump,
    FailureGroup,
    HostStatus,
    LoopStatus,
    PackageVersion,
    Rates,
)
from .dump import as_text, task_stacks, thread_stacks
from .errors import first_line
from .failures import FailureOperations
from .health import HealthOperations
from .queues import QueueOperations
from .sampling import resident_bytes
from .schedules import ScheduleOperations
from .services import ServiceOperations
from .versions import feature_versions, own_version
from .workplace import Workplace

_FAILING: Final = timedelta(minutes=10)
_SHOWN: Final = 5
_PATIENCE_SECONDS: Final = 2.0
T = TypeVar("T")


@final
class HostOperations:
    """The host as a whole."""

    def __init__(
        self,
        workplace: Workplace,
        *,
        services: ServiceOperations,
        queues: QueueOperations,
        health: HealthOperations,
        failures: FailureOperations,
        schedules: ScheduleOperations,
    ) -> None:
        self._workplace = workplace
        self._services = services
        self._queues = queues
        self._health = health
        self._failures = failures
        self._schedules = schedules

    async def status(self) -> HostStatus:
        """Return what ``status`` and the overview show."""
        workplace = self._workplace
        now = workplace.clock.now()
        health = await self._health.overview()
        reason = self._why_not_ready(health.status)
        workplace.health.note_ready(now, is_ready=not reason)
        gaps: list[str] = []
        none: tuple[Any, ...] = ()
        queues = await _answer_of("queues", self._queues.list, self._queues.in_memory(), gaps)
        return HostStatus(
            application=workplace.environment.application_name,
            version=workplace.version,
            environment=workplace.environment.environment_name,
            pid=workplace.lives.run.pid,
            backend=workplace.backend,
            started_at=workplace.began,
            uptime=max(0.0, (now - workplace.began).total_seconds()),
            phase=workplace.phase,
            is_ready=not reason,
            ready_since=workplace.health.ready_since,
            reason=reason,
            rates=self._rates(fill=max((each.fill for each in queues), default=0.0)),
            loop=self._loop(),
            services=await self._services.list(),
            queues=queues,
            health=health.checks,
            failing=await _answer_of("failures", self._failing, none, gaps),
            schedules=await _answer_of("schedules", lambda: self._schedules.upcoming(limit=_SHOWN), none, gaps),
            addresses=self._services.addresses(),
            is_read_only=workplace.settings.read_only,
            gaps=tuple(gaps),
        )

    def _why_not_ready(self, health: str) -> str:
        if self._workplace.phase != "running":
            return self._workplace.phase
        if health != "Unhealthy":
            return ""
        return "unhealthy: " + ", ".join(self._workplace.health.unhealthy())

    def _rates(self, *, fill: float) -> Rates:
        samples = self._workplace.samples
        jobs = samples.latest_rate("+jobs_per_second")
        failed = samples.latest_rate("+failed_per_second")
        return Rates(
            jobs_per_second=jobs,
            failed_share=min(1.0, failed / jobs) if jobs else 0.0,
            queue_fill=fill,
            loop_lag=self._workplace.lag.percentiles()[1],
        )

    def _loop(self) -> LoopStatus:
        p50, p99, worst = self._workplace.lag.percentiles()
        pool = anyio.to_thread.current_default_thread_limiter()
        return LoopStatus(
            lag_p50=p50,
            lag_p99=p99,
            lag_max=worst,
            memory_bytes=resident_bytes(),
            threads=threading.active_count(),
            worker_threads=pool.borrowed_tokens,
            worker_thread_limit=int(min(pool.total_tokens, 1_000_000)),
            tasks=self._workplace.tasks,
        )

    async def _failing(self) -> tuple[FailureGroup, ...]:
        now = self._workplace.clock.now()
        groups = await self._failures.list(since=now - _FAILING, until=now, limit=50)
        return tuple(each for each in groups if each.muted_until is None)[:_SHOWN]

    async def about(self) -> About:
        """Return versions and packages."""
        return await anyio.to_thread.run_sync(self._about)

    def _about(self) -> About:
        workplace = self._workplace
        environment = workplace.environment
        return About(
            application=environment.application_name,
            version=workplace.version,
            environment=environment.environment_name,
            corner_host=own_version(),
            python=platform.python_version(),
            implementation=platform.python_implementation(),
            platform=platform.platform(),
            backend=workplace.backend,
            content_root=environment.content_root_path,
            command_line=_without_values(sys.argv),
            state_directory="" if workplace.state is None else str(workplace.state),
            features=feature_versions(),
            packages=_packages(),
        )

    async def dump(self) -> Dump:
        """Return all tasks and threads with their stacks."""
        root = self._workplace.environment.content_root_path
        at = self._workplace.clock.now()
        tasks = await task_stacks(root)
        threads = await anyio.to_thread.run_sync(thread_stacks, root)
        text = await anyio.to_thread.run_sync(as_text, tasks, threads)
        return Dump(at=at, tasks=tasks, threads=threads, text=text)

    async def stop(self, *, by: Actor, reason: str = "", timeout: Duration | None = None) -> ActionResult:
        """Ask the host to stop, within *timeout* if that is shorter than its own; returns at once."""
        limit = None if timeout is None else seconds(timeout, "timeout")

        async def stop() -> ActionResult:
            # the answer shall still be given, and the audit be written, before anything ends
            self._workplace.timers.set("stop", 0.1, lambda: self._stop(limit))
            within = "" if limit is None else f" within {limit:g} s"
            return ActionResult(action="host.stop", count=1, message=f"asked to stop{within}")

        return await self._workplace.actions.perform("host.stop", "", stop, by=by, reason=reason)

    async def _stop(self, limit: float | None) -> None:
        if limit is not None:
            self._workplace.host.limit_stop(limit)
        self._workplace.lifetime.stop_application()


async def _answer_of(name: str, ask: Callable[[], Awaitable[T]], otherwise: T, gaps: list[str]) -> T:
    """Return an answer; *otherwise*, and a line in *gaps*, if there is none: when a store is away, status is needed most."""
    with anyio.move_on_after(_PATIENCE_SECONDS):
        try:
            return await ask()
        except Exception as error:  # noqa: BLE001 - told in the answer
            gaps.append(f"{name}: {first_line(error)}")
            return otherwise
    gaps.append(f"{name}: no answer within {_PATIENCE_SECONDS:g} s")
    return otherwise


def _without_values(arguments: list[str]) -> tuple[str, ...]:
    """Return the command line without what was given to options and settings, in all the ways there are: it may be secret.

    Example:
        >>> _without_values(["run", "--Mail:Password=x", "--Token", "x", "Mail:Password=x", "--json", "-v"])
        ('run', '--Mail:Password=…', '--Token', '…', 'Mail:Password=…', '--json', '-v')
    """
    shown = arguments[:1]
    for before, each in pairwise(["", *arguments[1:]]):
        takes_next = before.startswith(("-", "/")) and "=" not in before
        if "=" in each:
            shown.append(f"{each.partition('=')[0]}=…")
        elif takes_next and (is_secret_key(before) or not each.startswith("-")):
            shown.append("…")
        else:
            shown.append(each)
    return tuple(shown)


def _packages() -> tuple[PackageVersion, ...]:
    found: dict[str, PackageVersion] = {}
    for each in metadata.distributions():
        facts = each.metadata
        name = facts["Name"] or ""
        licence = _first(facts, "License-Expression") or _first(facts, "License")
        found.setdefault(
            name.lower(), PackageVersion(name=name, version=each.version, licence=licence.partition("\n")[0][:80])
        )
    return tuple(found[name] for name in sorted(found) if name)


def _first(facts: metadata.PackageMetadata, name: str) -> str:
    return next(iter(facts.get_all(name) or ()), "")
