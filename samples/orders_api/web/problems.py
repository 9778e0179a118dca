"""How refusals are described in the OpenAPI document (RFC 9457)."""

from http import HTTPStatus
from typing import Any

from samples.orders_api.schemas import Problem

Answers = dict[int | str, dict[str, Any]]


def problems(*statuses: HTTPStatus) -> Answers:
    """Describe answers that are a `Problem`."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {int(status): {"description": status.phrase, "content": content} for status in statuses}
