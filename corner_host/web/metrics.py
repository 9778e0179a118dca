"""``/metrics`` in Prometheus's text format. Extra ``prometheus``.

The instruments are OpenTelemetry's; this sets up its SDK with a reader for Prometheus, unless the program has set up
OpenTelemetry itself.
"""

from typing import Any, Final, final

import anyio.to_thread

from .asgi import AsgiApp, Receive, Scope, Send
from .errors import ServerStartError

try:
    from opentelemetry import metrics
    from opentelemetry.exporter.prometheus import PrometheusMetricReader
    from opentelemetry.sdk.metrics import MeterProvider
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
except ImportError as error:
    raise ServerStartError(
        "Server:MetricsEndpoint needs packages.\nTo fix: pip install 'corner-host[prometheus]'."
    ) from error

PATH: Final = "/metrics"


def export_to_prometheus() -> None:
    """Have OpenTelemetry's instruments read by Prometheus, unless a meter provider is set already."""
    if type(metrics.get_meter_provider()).__name__ == "_ProxyMeterProvider":
        metrics.set_meter_provider(MeterProvider(metric_readers=[PrometheusMetricReader()]))


@final
class MetricsMiddleware:
    """Answers ``/metrics``, and passes on all else."""

    def __init__(self, app: AsgiApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on."""
        if scope["type"] != "http" or scope["path"] != PATH or scope["method"] != "GET":
            await self._app(scope, receive, send)
            return
        # in a thread, which may wait for what the loop has to look up, and while it writes keeps nobody waiting
        body: Any = await anyio.to_thread.run_sync(generate_latest)
        headers = [(b"content-type", CONTENT_TYPE_LATEST.encode()), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})
