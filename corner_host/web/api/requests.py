"""Queries and bodies as text comes in. Loads pydantic.

Every text and number is bounded; what is not named here is refused.
"""

import re
from datetime import UTC, datetime
from typing import Annotated, Any, Final, Literal, final

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field

from corner_host.operations.choices import (
    COLUMNS,
    FILTER,
    FILTER_NAME,
    LONGEST_FILTER,
    LONGEST_FILTER_NAME,
    Policy,
    State,
)

_EARLIEST: Final = datetime(1970, 1, 1, tzinfo=UTC)
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:")
_LATEST: Final = datetime(9990, 1, 1, tzinfo=UTC)


def _within_reach(moment: datetime) -> datetime:
    """Return *moment* in UTC, moved to where the arithmetic of times cannot overflow."""
    if moment.year <= 1970:
        return _EARLIEST
    return _LATEST if moment.year >= 9990 else moment.astimezone(UTC)


def _written_out(value: object) -> object:
    """Return what looks like a time; pydantic would take seconds since the epoch too.

    Raises:
        ValueError: It does not.
    """
    if not isinstance(value, str) or not _TIME.match(value):
        raise ValueError("must be a time such as 2026-03-01T12:00:00Z")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_written_out), AfterValidator(_within_reach)]
Text = Annotated[str, Field(max_length=300, pattern=r"^[^\x00]*$")]
Name = Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00]+$")]
Reason = Annotated[str, Field(max_length=1000, pattern=r"^[^\x00]*$")]
Identifier = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^[^\x00]+$")]
Seconds = Annotated[float, Field(gt=0, le=366 * 86_400, allow_inf_nan=False)]
Sort = Annotated[str, Field(pattern=rf"^-?({'|'.join(COLUMNS)})$")]
Level = Literal["Trace", "Debug", "Information", "Warning", "Error", "Critical", "None"]
ShownLevel = Literal["Trace", "Debug", "Information", "Warning", "Error", "Critical"]


class Strict(BaseModel):
    """What knows its fields and no others."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Nothing(Strict):
    """No parameters."""


class Action(Strict):
    """What every action takes: *reason*, for the audit."""

    reason: Reason = ""


@final
class Counted(Action):
    """An action on many things at once; *dry_run* only counts them."""

    dry_run: bool = False


class JobSelectionQuery(Strict):
    """Which jobs."""

    ids: Annotated[tuple[Identifier, ...], Field(max_length=1000)] = ()
    states: Annotated[tuple[State, ...], Field(max_length=6)] = ()
    names: Annotated[tuple[Name, ...], Field(max_length=4)] = ()
    queues: Annotated[tuple[Name, ...], Field(max_length=4)] = ()
    error: Text | None = None
    error_type: Text | None = None
    place: Text | None = None
    key: Annotated[str, Field(max_length=512, pattern=r"^[^\x00]*$")] | None = None
    text: Text | None = None
    parent: Identifier | None = None
    worker: Text | None = None
    since: Moment | None = None
    until: Moment | None = None


@final
class JobPageQuery(JobSelectionQuery):
    """Which jobs, and which page of them."""

    limit: Annotated[int, Field(ge=1, le=200)] = 50
    cursor: Identifier | None = None
    sort: Sort | None = None


@final
class SaveFilter(Action):
    """Keep a filter under a name, as the address of the page of jobs has it."""

    name: Annotated[str, Field(min_length=1, max_length=LONGEST_FILTER_NAME, pattern=f"^{FILTER_NAME.pattern}$")]
    query: Annotated[str, Field(min_length=1, max_length=LONGEST_FILTER, pattern=f"^{FILTER.pattern}$")]


@final
class DeleteFilter(Action):
    """Forget a filter."""

    name: Name


class JobAction(JobSelectionQuery):
    """What is done to jobs: to those of *ids*, or to all that match; to all there are only with *all*."""

    all: bool = False
    dry_run: bool = False
    reason: Reason = ""


@final
class RequeueJobs(JobAction):
    """As `JobAction`; *rate* spreads them over time, so many a second."""

    rate: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)] | None = None


@final
class RunAgain(Action):
    """Put a job once more; *payload* is its arguments, in which masks stand for what is stored; without it, as they were."""

    payload: Any = None


@final
class RequeueGroup(Action):
    """Let the dead jobs of a group of failures run again."""

    dry_run: bool = False
    rate: Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)] | None = None


@final
class ForATime(Action):
    """An action that ends by itself after *seconds*; without them, not before it is taken back."""

    seconds: Seconds | None = None


@final
class Mute(Action):
    """Leave a group of failures out of what is failing."""

    seconds: Seconds


@final
class Concurrency(Action):
    """How many run at once."""

    concurrency: Annotated[int, Field(ge=1, le=10_000)]


@final
class ServicePolicy(Action):
    """What follows when a background service fails or returns; what is left out stays as it is."""

    on_failure: Policy | None = None
    on_return: Policy | None = None


@final
class LevelChange(Action):
    """The level of a logger and those below it; ``Default`` is every logger."""

    logger: Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[A-Za-z0-9_.<>:$-]+$")]
    level: Level
    seconds: Seconds | None = 600.0


@final
class LevelReset(Action):
    """Take the change of a level back."""

    logger: Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[A-Za-z0-9_.<>:$-]+$")]


@final
class ClearCache(Action):
    """Remove everything, or what is at *key*."""

    key: Name | None = None


@final
class RevealSetting(Action):
    """Show a setting unmasked."""

    key: Name


@final
class RunHealth(Action):
    """Ask one check, or all."""

    name: Name | None = None


@final
class StopHost(Action):
    """Ask the host to stop; *timeout* shortens its own limit, in seconds."""

    timeout: Annotated[float, Field(ge=0, le=86_400, allow_inf_nan=False)] | None = None


@final
class FailureQuery(Strict):
    """A range of time; without it the last 24 hours."""

    since: Moment | None = None
    until: Moment | None = None
    limit: Annotated[int, Field(ge=1, le=500)] = 50


@final
class PreviewQuery(Strict):
    """How far to look ahead."""

    days: Annotated[float, Field(gt=0, le=400, allow_inf_nan=False)] = 30.0
    limit: Annotated[int, Field(ge=1, le=1000)] = 100


@final
class ConfigurationQuery(Strict):
    """Which settings: below *section*, with *text* in key or source."""

    text: Text = ""
    section: Text = ""


@final
class SettingQuery(Strict):
    """A setting."""

    key: Annotated[str, Field(min_length=1, max_length=300, pattern=r"^[^\x00:]+(:[^\x00:]+)*$")]


@final
class EnvironmentQuery(Strict):
    """Another environment."""

    environment: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,60}$")]


class RecordsQuery(Strict):
    """Which log records."""

    level: ShownLevel | None = None
    logger: Text | None = None
    job_id: Identifier | None = None
    trace_id: Text | None = None
    text: Text | None = None
    since: Moment | None = None
    until: Moment | None = None
    before: Annotated[int, Field(ge=0, le=2**53)] | None = None
    after: Annotated[int, Field(ge=0, le=2**53)] | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 200


@final
class FollowQuery(RecordsQuery):
    """Which log records; *wait* is how many seconds to wait for one."""

    after: Annotated[int, Field(ge=0, le=2**53)] | None = 0
    wait: Annotated[float, Field(ge=0, le=30, allow_inf_nan=False)] = 20.0


@final
class LimitQuery(Strict):
    """How many."""

    limit: Annotated[int, Field(ge=1, le=1000)] = 50


@final
class GraphQuery(Strict):
    """Whether to show what the areas of corner_host register for themselves."""

    framework: bool = False


@final
class AuditPageQuery(Strict):
    """Which lines of the audit."""

    action: Text | None = None
    actor: Text | None = None
    text: Text | None = None
    since: Moment | None = None
    until: Moment | None = None
    limit: Annotated[int, Field(ge=1, le=1000)] = 100
    cursor: Identifier | None = None


@final
class SeriesQuery(Strict):
    """Which series, and for how many seconds back."""

    names: Annotated[tuple[Name, ...], Field(max_length=50)] = ()
    seconds: Annotated[float, Field(gt=0, le=7 * 86_400, allow_inf_nan=False)] = 3600.0
