"""What travels with a job beside its payload, as one JSON object of texts, which every store keeps as it is. Pure.

It holds the W3C headers of the trace in which the job was put, who put it, and what middleware added.
"""

import json
from collections.abc import Mapping
from typing import Final, cast

from corner_host.diagnostics.origin import MOST_CHARACTERS

from .text import storable

ENQUEUED_BY: Final = "enqueued-by"
"""The header with who put the job."""


def headers_text(trace: Mapping[str, str] | None, enqueued_by: str | None) -> str | None:
    """Return the headers of a new job as they are stored; None where there are none.

    Example:
        >>> headers_text(None, "POST /orders")
        '{"enqueued-by": "POST /orders"}'
    """
    if enqueued_by is None:
        return None if trace is None else json.dumps(dict(trace))
    return json.dumps({**(trace or {}), ENQUEUED_BY: storable(enqueued_by)[:MOST_CHARACTERS]})


def headers_of(text: str | None) -> Mapping[str, str]:
    """Return the stored headers; none where another program wrote something else there, which must not cost the job."""
    try:
        found: object = {} if text is None else json.loads(text)
    except ValueError:
        return {}
    return cast("Mapping[str, str]", found) if isinstance(found, dict) else {}


def shown_headers(text: str | None) -> tuple[Mapping[str, str] | None, str | None]:
    """Return what a `JobInfo` shows of stored headers: the trace and what middleware added, and who put the job.

    Example:
        >>> shown_headers('{"tenant": "7", "enqueued-by": "POST /orders"}'), shown_headers(None)
        (({'tenant': '7'}, 'POST /orders'), (None, None))
    """
    headers = dict(headers_of(text))
    enqueued_by = headers.pop(ENQUEUED_BY, None)
    return headers or None, enqueued_by if isinstance(enqueued_by, str) else None
