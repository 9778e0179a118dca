"""The section ``Server`` as text comes in. Loads pydantic.

"Server": {"Kind": "uvicorn", "Host": "127.0.0.1", "Port": 8000, "HealthEndpoints": true}
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Literal, final

from pydantic import BaseModel, ConfigDict, Field


class ServerKind(StrEnum):
    """The web servers that can be named."""

    UVICORN = "uvicorn"
    """The default; asyncio."""
    HYPERCORN = "hypercorn"
    """Also on trio, and HTTP/2; extra ``hypercorn``."""


@final
class ServerSettings(BaseModel):
    """``Server``.

    Attributes:
        kind: Which server.
        host: The address to listen at; ``0.0.0.0`` for all, as in a container.
        port: The port; 0 takes a free one, which the log tells.
        unix_socket: Listen at this path instead.
        root_path: The prefix that a proxy cuts off.
        forwarded_allow_ips: Proxies whose ``X-Forwarded-*`` headers count.
        max_connections: More than so many at once are answered with 503.
        keep_alive_seconds: How long an idle connection is kept.
        graceful_timeout_seconds: How long running requests may take after the stop began; by default all of the host's
            budget but two seconds.
        access_log: Whether each request leaves a line in the log.
        health_endpoints: Whether ``/alive``, ``/health`` and ``/health/startup`` are answered.
        health_aliases: Other paths that answer the same, as in ``{"/healthz": "/alive", "/readyz": "/health"}``.
        metrics_endpoint: Whether ``/metrics`` is answered (extra ``prometheus``).
    """

    model_config = ConfigDict(frozen=True)

    kind: ServerKind = ServerKind.UVICORN
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    unix_socket: str | None = None
    root_path: str = ""
    forwarded_allow_ips: str = "127.0.0.1"
    max_connections: Annotated[int, Field(ge=1)] | None = None
    keep_alive_seconds: Annotated[float, Field(gt=0, allow_inf_nan=False)] = 5.0
    graceful_timeout_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    access_log: bool = True
    health_endpoints: bool = True
    health_aliases: Mapping[str, Literal["/alive", "/health", "/health/startup"]] = {}
    metrics_endpoint: bool = False
