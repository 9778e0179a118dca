"""The OpenAPI document of the API, made from its table."""

import re
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter

from .endpoints import ENDPOINTS, Endpoint
from .problems import MEDIA_TYPE

_PARAMETER: Final = re.compile(r"\{(\w+)(?::path)?\}")
_REFERENCE: Final = "#/components/schemas/{model}"
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "message"],
                "properties": {"field": {"type": "string"}, "message": {"type": "string"}},
            },
        },
    },
}


def openapi(*, version: str, prefix: str) -> dict[str, Any]:
    """Return the document.

    Args:
        version: Of corner_host.
        prefix: What stands before each path.
    """
    inputs: list[tuple[Any, Any, TypeAdapter[Any]]] = []
    for each in ENDPOINTS:
        if _is_json(each):
            inputs.append((each.name, "serialization", TypeAdapter(each.answer)))
        if each.body is not None:
            inputs.append((each.name, "validation", TypeAdapter(each.body)))
    schemas, definitions = TypeAdapter.json_schemas(inputs, ref_template=_REFERENCE)
    paths: dict[str, dict[str, Any]] = {}
    for each in ENDPOINTS:
        path = prefix + _PARAMETER.sub(r"{\1}", each.path)
        answer, body = schemas.get((each.name, "serialization")), schemas.get((each.name, "validation"))
        paths.setdefault(path, {})[each.method.lower()] = _operation(each, answer, body)
    return {
        "openapi": "3.1.0",
        "info": {"title": "corner_host operations", "version": version or "0"},
        "paths": paths,
        "components": {"schemas": {**definitions.get("$defs", {}), "Problem": _PROBLEM}},
    }


def _is_json(endpoint: Endpoint) -> bool:
    return endpoint.media_type == "application/json"


def _operation(endpoint: Endpoint, answer: Any, body: Any) -> dict[str, Any]:
    schema = answer if _is_json(endpoint) else {"type": "string"}
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "tags": [endpoint.tag],
        "summary": endpoint.title,
        "parameters": [*_path_parameters(endpoint), *_query_parameters(endpoint.query)],
        "responses": {
            "200": {"description": "The answer", "content": {endpoint.media_type: {"schema": schema}}},
            **{str(status): _problem(text) for status, text in _problems(endpoint).items()},
        },
    }
    if body is not None:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": body}}}
    return operation


def _problems(endpoint: Endpoint) -> dict[int, str]:
    found = {422: "A value does not fit", 503: "The store of jobs does not answer"}
    if "{" in endpoint.path or endpoint.path == "/configuration/difference":
        found[404] = "There is no such thing"
    if endpoint.method == "POST":
        found |= {
            400: "The body is no JSON",
            403: "It is not allowed",
            404: "There is no such thing",
            409: "It cannot be done here, or not now",
            413: "The body is too large",
            415: "The body is not called JSON",
        }
    return found


def _problem(text: str) -> dict[str, Any]:
    return {"description": text, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _path_parameters(endpoint: Endpoint) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _PARAMETER.findall(endpoint.path)
    ]


def _query_parameters(query: type[BaseModel]) -> list[dict[str, Any]]:
    schema = query.model_json_schema(ref_template=_REFERENCE)
    required = set(schema.get("required", ()))
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _without_null(each)}
        for name, each in schema.get("properties", {}).items()
    ]


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema for a value in a query, where nothing is left out rather than null."""
    options = [each for each in schema.get("anyOf", ()) if each.get("type") != "null"]
    if len(options) != 1:
        return schema
    rest = {name: part for name, part in schema.items() if name not in {"anyOf", "default"} or part}
    rest.pop("anyOf", None)
    if rest.get("default", 0) is None:
        rest.pop("default")
    return {**rest, **options[0]}
