"""What a job engine is asked, and what it answers: the port between us and whatever stores the jobs.

An engine stores, leases and redelivers. All else (payload model, scope, time-out, retry decision, telemetry) lives once
above it, in ``dispatch``, so that a handler runs unchanged on every engine. The port is that of a *worker*: the engine's
own loop claims and renews, and calls back for each delivery.
"""

import json
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field, replace
from typing import Protocol, TypeAlias, final

from corner_host.primitives import CancellationToken

from .headers import headers_of
from .records import JobQueues, JobRecords


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class NewJob:
    """A job to be stored. Times are seconds since the epoch, UTC.

    *parent* names a job that must have ended first; *run_on* says how it must have ended. *trace* has the job's headers as
    JSON: those of the trace in which it was put, who put it, and what middleware added.
    """

    id: str
    name: str
    queue: str
    payload: bytes
    priority: int = 0
    run_at: float | None = None
    key: str | None = None
    trace: str | None = None
    parent: str | None = None
    run_on: str = "success"

    @property
    def headers(self) -> Mapping[str, str]:
        """What travels with the job beside its payload."""
        return headers_of(self.trace)

    def with_headers(self, **headers: str) -> "NewJob":
        """Return the job with these headers added."""
        return replace(self, trace=json.dumps({**self.headers, **headers}))


@final
@dataclass(frozen=True, slots=True)
class Enqueued:
    """The job is stored: it will run, whatever happens to this process."""

    id: str


@final
@dataclass(frozen=True, slots=True)
class Duplicate:
    """A job with this key waits or runs already; *id* is that job's. Nothing was stored."""

    id: str


@final
@dataclass(slots=True, kw_only=True)
class Delivery:
    """A job, leased to this process for one attempt; not to be changed.

    *attempt* counts from 1 and was stored before the delivery, so that a job which kills its process is counted too.
    *due_at* is when it became due for this attempt, where the engine knows.
    """

    id: str
    name: str
    queue: str
    payload: bytes
    attempt: int
    key: str | None
    priority: int
    enqueued_at: float
    trace: str | None
    cancellation: CancellationToken
    progress: Callable[[float, str], Awaitable[None]]
    heartbeat: Callable[[], Awaitable[None]]
    due_at: float = 0.0

    @property
    def headers(self) -> Mapping[str, str]:
        """What travels with the job beside its payload."""
        return headers_of(self.trace)


@final
@dataclass(frozen=True, slots=True)
class Failure:
    """How an attempt failed, as it is kept: the error's type, its message, the place in user code, the traceback."""

    kind: str
    message: str
    place: str = ""
    traceback: str = ""

    def __str__(self) -> str:
        text = f"{self.kind}: {self.message}" if self.message else self.kind
        return f"{text} ({self.place})" if self.place else text


@final
@dataclass(frozen=True, slots=True)
class Done:
    """The handler returned; *result* is its return value as JSON, None for none."""

    result: bytes | None = None


@final
@dataclass(frozen=True, slots=True)
class Again:
    """Run it again after *delay* seconds. *failure* is None where the handler asked for it without failing."""

    delay: float
    failure: Failure | None = None


@final
@dataclass(frozen=True, slots=True)
class Dead:
    """It will not run again by itself."""

    failure: Failure


@final
@dataclass(frozen=True, slots=True)
class Cancelled:
    """It was cancelled on request."""


@final
@dataclass(frozen=True, slots=True)
class Released:
    """The job waits again, after *delay* seconds, and the attempt is not counted; *reason* is for its history.

    The only answer to a cancelled delivery, when the host stops.
    """

    delay: float = 0.0
    reason: str = ""


Outcome: TypeAlias = Done | Again | Dead | Cancelled | Released
Deliver: TypeAlias = Callable[[Delivery], Awaitable[Outcome]]


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Capabilities:
    """What an engine can do; asked when something is registered, not when it runs.

    What an engine cannot do, its methods refuse with a `NotSupportedByEngineError` that says so.

    Attributes:
        engine: What it is called.
        store: Where it keeps jobs, for people and without secrets: ``/data/jobs.db``; *engine* where this is empty.
        durable: What is stored outlives the process.
        delay: A job can wait for a time.
        priority: Higher runs first.
        unique_key: A key is taken while its job waits or runs.
        concurrency_limit: `Subscription.limits` hold over all workers.
        rate_limit: `Subscription.rates` are kept.
        listing: Jobs of any state can be listed, counted, and changed by a filter.
        dead_letters: Dead jobs can be, also where *listing* is false.
        failures: Failed attempts are grouped.
        history: `JobInfo.history` is filled.
        results: `JobInfo.result` is.
        progress: `JobInfo.progress` is.
        children: A job can wait for another one's end.
        recurring: `JobEngine.schedules` work.
        pausing: `JobEngine.queues` do.
        transactions: The kinds of connection whose transaction a job can join.
    """

    engine: str
    store: str = ""
    durable: bool = True
    delay: bool = True
    priority: bool = True
    unique_key: bool = True
    concurrency_limit: bool = True
    rate_limit: bool = True
    listing: bool = True
    dead_letters: bool = True
    failures: bool = True
    history: bool = True
    results: bool = True
    progress: bool = True
    children: bool = True
    recurring: bool = True
    pausing: bool = True
    transactions: tuple[str, ...] = ()


@final
@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most *count* attempts begin in any *seconds*, over all workers of the engine.

    Args:
        count: How many, from 1.
        seconds: Within how long; float seconds above 0.

    Raises:
        ValueError: One is out of range.

    Example:
        >>> RateLimit(20, 60)
        RateLimit(count=20, seconds=60)
    """

    count: int
    seconds: float = 1.0

    def __post_init__(self) -> None:
        if self.count < 1:
            raise ValueError(f"RateLimit.count must be at least 1, not {self.count!r}")
        if not 0 < self.seconds < math.inf:
            raise ValueError(f"RateLimit.seconds must be above 0, not {self.seconds!r}")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """What a worker wants delivered: from which queues, how many at once; of a name, how many anywhere, and how often.

    The engine keeps to *limits* and *rates* when it claims, and to the queues that are paused then.
    """

    queues: Sequence[str]
    slots: int
    limits: Mapping[str, int] = field(default_factory=dict[str, int])
    rates: Mapping[str, RateLimit] = field(default_factory=dict[str, RateLimit])


class JobEngine(Protocol):
    """Stores, leases and redelivers jobs; the plug point for other stores and servers.

    Every engine passes ``corner_host.testing.JobEngineConformance``.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What it can do."""
        ...

    def opened(self) -> AbstractAsyncContextManager[None]:
        """Connect on entering; on leaving, finish what was begun and let go."""
        ...

    async def put(self, jobs: Sequence[NewJob], *, transaction: object | None = None) -> Sequence[Enqueued | Duplicate]:
        """Store the jobs, all or none; return once they are durable (with *transaction*: once they are part of it)."""
        ...

    async def run(self, deliver: Deliver, subscription: Subscription, stopping: CancellationToken) -> None:
        """Claim, deliver and settle until *stopping*, then until what runs has ended. Cancelled: release what runs."""
        ...

    async def cancel(self, job_id: str) -> bool:
        """Cancel a job that waits; ask one that runs to stop. False when it has ended already or is unknown."""
        ...

    @property
    def records(self) -> JobRecords:
        """What is stored, to be looked at and put right."""
        ...

    @property
    def queues(self) -> JobQueues:
        """Which queues are paused."""
        ...

    @property
    def schedules(self) -> "JobSchedules":
        """Up to where each recurring job was put."""
        ...


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """A recurring job as it is stored: its times as text, up to when it was decided, and until when it is paused.

    Both are seconds since the epoch. *paused_until* is None for not at all, and infinite for until somebody resumes it.
    """

    id: str
    spec: str
    last: float
    paused_until: float | None = None

    def is_paused(self, now: float) -> bool:
        """Whether it is paused at *now*: a pause ends by itself, for whoever looks."""
        return self.paused_until is not None and now < self.paused_until


class JobSchedules(Protocol):
    """What all nodes must agree on about recurring jobs, so that none need be the leader."""

    async def add(self, schedule: Schedule) -> None:
        """Store it, unless it is there with the same times; other times start it anew from *last*."""
        ...

    async def list(self) -> Sequence[Schedule]:
        """Return all that are stored."""
        ...

    async def advance(self, schedule: Schedule, upto: float, jobs: Sequence[NewJob]) -> bool:
        """In one transaction: if nobody has moved or paused it since it was listed, put *jobs*, move it to *upto*; else False."""
        ...

    async def pause(self, schedule_id: str, *, until: float = math.inf) -> bool:
        """Pause it, until a time in seconds since the epoch or until it is resumed; False when it is unknown."""
        ...

    async def resume(self, schedule_id: str) -> bool:
        """Let it go on; False when it is unknown."""
        ...
