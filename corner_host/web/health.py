"""``/alive``, ``/health`` and ``/health/startup``, as plain text or JSON.

``/alive`` asks the checks tagged ``live``; ``/health/startup`` those tagged ``startup``; ``/health`` all but those tagged
``optional``. 200 for healthy and degraded, 503 for unhealthy. The body is the word alone, unless JSON is asked for; even
then, descriptions stay on the machine: who may see them asks the host itself. Results are kept for a second, so that
probes cost no more than one round of checks.

Source of names and answers: https://learn.microsoft.com/aspnet/core/host-and-deploy/health-checks
"""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, final

import anyio

from corner_host.diagnostics import HealthCheckRegistration, HealthCheckService, HealthReport, HealthStatus

from .asgi import AsgiApp, Receive, Scope, Send

_KEPT_SECONDS: Final = 1.0
_JSON: Final = b"application/json"
PATHS: Final[dict[str, Callable[[HealthCheckRegistration], bool]]] = {
    "/alive": lambda check: "live" in check.tags,
    "/health": lambda check: "optional" not in check.tags,
    "/health/startup": lambda check: "startup" in check.tags,
}


@final
class HealthMiddleware:
    """Answers the health paths, and passes on all else.

    Args:
        app: What else is asked for.
        service: Who asks the checks.
        aliases: Other paths, each with the one of `PATHS` that it answers like.
    """

    def __init__(
        self, app: AsgiApp, service: HealthCheckService, aliases: Mapping[str, str] = MappingProxyType({})
    ) -> None:
        self._app = app
        self._rounds = {path: _Round(service, predicate) for path, predicate in PATHS.items()}
        self._rounds |= {alias: self._rounds[path] for alias, path in aliases.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on."""
        path = _path(scope) if scope["type"] == "http" and scope["method"] in {"GET", "HEAD"} else None
        if path not in self._rounds:
            await self._app(scope, receive, send)
            return
        report = await self._rounds[path].report()
        wants_json = any(name == b"accept" and _JSON in value for name, value in scope["headers"])
        body = _as_json(report) if wants_json else report.status.title.encode()
        headers = [
            (b"content-type", _JSON if wants_json else b"text/plain; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
            (b"cache-control", b"no-store"),
        ]
        status = 503 if report.status is HealthStatus.UNHEALTHY else 200
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


def _path(scope: Scope) -> str:
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path.removeprefix(root) if root and path.startswith(root + "/") else path


@final
class _Round:
    """One round of checks for everybody who asks within a second."""

    def __init__(self, service: HealthCheckService, predicate: Callable[[HealthCheckRegistration], bool]) -> None:
        self._service = service
        self._predicate = predicate
        self._lock = anyio.Lock()
        self._kept: HealthReport | None = None
        self._kept_until = 0.0
        self._began = 0.0

    async def report(self) -> HealthReport:
        asked = anyio.current_time()
        async with self._lock:
            # who has waited takes the round that began meanwhile: a crowd costs no more, however slow a sick check is
            if self._kept is None or (self._began <= asked and anyio.current_time() >= self._kept_until):
                self._began = anyio.current_time()
                self._kept = await self._service.check(self._predicate)
                # a report that is no longer good is never kept: readiness fails at once when the host stops
                keep = self._kept.status is HealthStatus.HEALTHY
                self._kept_until = anyio.current_time() + _KEPT_SECONDS if keep else 0.0
            return self._kept


def _as_json(report: HealthReport) -> bytes:
    checks = {
        name: {"status": entry.status.title, "seconds": round(entry.duration, 4)}
        for name, entry in report.entries.items()
    }
    return json.dumps({"status": report.status.title, "checks": checks}).encode()
