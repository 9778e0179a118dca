"""From the parameters of an address or a form to a question for the host. Pure."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from starlette.datastructures import ImmutableMultiDict

from corner_host.operations import JobQuery

from .visit import RANGES

Parameters = ImmutableMultiDict[str, Any]

JOB_FILTERS = (
    "ids",
    "chosen",
    "state",
    "name",
    "queue",
    "error_type",
    "place",
    "error",
    "key",
    "q",
    "parent",
    "worker",
    "range",
    "since",
    "sort",
)
"""The parameters that choose jobs."""


def job_query(parameters: Parameters, now: datetime, *, limit: int = 50) -> JobQuery:
    """Return the jobs that *parameters* choose.

    Example:
        >>> from starlette.datastructures import QueryParams
        >>> from datetime import UTC
        >>> query = job_query(QueryParams("state=DEAD&q=42&range=1h"), datetime(2026, 1, 2, tzinfo=UTC))
        >>> query.states, query.text, query.since.hour
        (('DEAD',), '42', 23)
    """

    def one(name: str) -> str | None:
        return str(parameters.get(name, "")).strip() or None

    def several(name: str) -> tuple[str, ...]:
        return tuple(str(value) for value in parameters.getlist(name) if value)

    seconds = RANGES.get(one("range") or "")
    return JobQuery(
        ids=several("ids"),
        states=several("state"),
        names=several("name"),
        queues=several("queue"),
        error=one("error"),
        error_type=one("error_type"),
        place=one("place"),
        key=one("key"),
        text=one("q"),
        parent=one("parent"),
        worker=one("worker"),
        since=_moment(one("since")) if seconds is None else now - timedelta(seconds=seconds),
        limit=limit,
        cursor=one("cursor"),
        sort=one("sort"),
    )


def kept(parameters: Parameters) -> list[tuple[str, str]]:
    """Return the parameters that choose jobs, so that a form can repeat them."""
    return [(name, str(value)) for name, value in parameters.multi_items() if name in JOB_FILTERS and value]


def saved(parameters: Parameters) -> str:
    """Return the parameters that choose jobs, and their order, as the query of an address, to be kept.

    Example:
        >>> from starlette.datastructures import QueryParams
        >>> saved(QueryParams("cursor=3&state=DEAD&q=a+b&ids=7&sort=-ran&do=filter.save"))
        'state=DEAD&q=a+b&sort=-ran'
    """
    kept_names = {*JOB_FILTERS} - {"ids", "chosen"}
    return urlencode([(name, str(value)) for name, value in parameters.multi_items() if name in kept_names and value])


def _moment(text: str | None) -> datetime | None:
    try:
        found = None if text is None else datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if found is None or found.tzinfo is None else found
