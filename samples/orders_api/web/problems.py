"""Refusals, and how they are described in the OpenAPI document (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi.responses import JSONResponse

from samples.orders_api.schemas import Problem

Answers = dict[int | str, dict[str, Any]]


def problems(*statuses: HTTPStatus) -> Answers:
    """Describe answers that are a `Problem`."""
    content = {"application/problem+json": {"schema": Problem.model_json_schema()}}
    return {int(status): {"description": status.phrase, "content": content} for status in statuses}


def answer(status: int, title: str, detail: str, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """Return an answer that is a `Problem`."""
    problem = Problem(title=title, status=status, detail=detail)
    return JSONResponse(problem.model_dump(), status, headers, media_type="application/problem+json")
