"""What a request is called: by method and route, never by the path that was asked for, which may hold what is secret. Pure.

Knows the routes of Starlette and FastAPI by shape (``path_format``, ``path``), and ``path_template``, which others leave in
the scope. Who leaves nothing is called by the method alone.
"""

from collections.abc import Mapping
from typing import Any

from .asgi import Scope


def origin_of(scope: Scope) -> str:
    """Return method and route of the request that *scope* belongs to, once it was routed.

    Example:
        >>> origin_of({"type": "http", "method": "POST", "path": "/orders/7", "path_template": "/orders/{order}"})
        'POST /orders/{order}'
        >>> origin_of({"type": "http", "method": "POST", "path": "/orders/7"})
        'POST'
    """
    method = "WS" if scope["type"] == "websocket" else str(scope.get("method", ""))
    route = scope.get("route")
    template = getattr(route, "path_format", None) or getattr(route, "path", None) or scope.get("path_template")
    return f"{method} {_prefix(scope, template)}{template}" if isinstance(template, str) and template else method


def _prefix(scope: Scope, template: str) -> str:
    """Return what routers and mounts have put before *template*, with their own parameters; empty if that is not sure."""
    values: Mapping[str, Any] = scope.get("path_params") or {}
    filled, names = template, dict(values)
    for name, value in values.items():
        if f"{{{name}}}" in filled:
            filled = filled.replace(f"{{{name}}}", str(value))
            del names[name]
    path = str(scope.get("path", ""))
    if not path.endswith(filled):
        return ""
    known = {str(value): f"{{{name}}}" for name, value in names.items()}
    return "/".join(known.get(part, part) for part in path[: len(path) - len(filled)].split("/"))
