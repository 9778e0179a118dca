"""What goes wrong, as ``application/problem+json``.

Source: RFC 9457.
"""

import json
import sys
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from pydantic import ValidationError
from starlette.responses import Response

from corner_host.operations import ActionRefusedError, InvalidRequestError, NotFoundError, UnavailableError
from corner_host.primitives import without_passwords

MEDIA_TYPE: Final = "application/problem+json"
_STATUSES: Final = (
    (NotFoundError, HTTPStatus.NOT_FOUND),
    (InvalidRequestError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (ActionRefusedError, HTTPStatus.FORBIDDEN),
    (UnavailableError, HTTPStatus.CONFLICT),
)


def problem(
    status: int,
    detail: str = "",
    *,
    errors: tuple[Mapping[str, str], ...] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a problem as an answer.

    Args:
        status: Of HTTP.
        detail: What happened, for a person.
        errors: Single mistakes: ``field`` and ``message``.
        headers: Further headers.
    """
    members: dict[str, Any] = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": int(status)}
    if detail:
        members["detail"] = detail
    if errors:
        members["errors"] = list(errors)
    body = json.dumps(members, ensure_ascii=False).encode(errors="replace")
    return Response(body, status, {"cache-control": "no-store", **(headers or {})}, MEDIA_TYPE)


def problem_of(error: Exception) -> Response | None:
    """Return the answer for an error that is the caller's; None for one that is ours."""
    jobs = sys.modules.get("corner_host.jobs.errors")  # without jobs there are no such errors
    if jobs is not None and isinstance(error, jobs.NotSupportedByEngineError):
        return problem(HTTPStatus.CONFLICT, without_passwords(str(error)))
    if jobs is not None and isinstance(error, jobs.JobEngineError):
        return problem(HTTPStatus.SERVICE_UNAVAILABLE, without_passwords(str(error)))
    for kind, status in _STATUSES:
        if isinstance(error, kind):
            field = error.field if isinstance(error, InvalidRequestError) else ""
            errors = ({"field": field, "message": str(error)},) if field else ()
            return problem(status, str(error), errors=errors)
    return None


def problem_of_input(error: ValidationError) -> Response:
    """Return the answer for a query or body that does not fit, with each mistake."""
    errors = tuple(
        {"field": ".".join(str(part) for part in each["loc"]), "message": each["msg"]} for each in error.errors()[:20]
    )
    told = "; ".join(f"{each['field']}: {each['message']}" for each in errors[:3])
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, told, errors=errors)
