"""What the host turns down, as the status of an answer."""

from http import HTTPStatus
from typing import Final

from corner_host.operations import (
    ActionRefusedError,
    InvalidRequestError,
    NotFoundError,
    OperationsError,
    UnavailableError,
)

_STATUS: Final[dict[type[OperationsError], HTTPStatus]] = {
    ActionRefusedError: HTTPStatus.FORBIDDEN,
    InvalidRequestError: HTTPStatus.UNPROCESSABLE_ENTITY,
    NotFoundError: HTTPStatus.NOT_FOUND,
    UnavailableError: HTTPStatus.CONFLICT,
}


def status_of(error: OperationsError) -> HTTPStatus:
    """Return the status that says the same as *error*."""
    return next((status for kind, status in _STATUS.items() if isinstance(error, kind)), HTTPStatus.CONFLICT)
