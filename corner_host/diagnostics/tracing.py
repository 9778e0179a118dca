"""Traces through a queue, by OpenTelemetry's API where the program uses it.

Never imports OpenTelemetry: a program that traces has imported its SDK, and one that has not pays nothing, also where a
library has imported the API.

Enqueueing is a PRODUCER span, ``publish {queue}``, whose W3C ``traceparent``, ``tracestate`` and ``baggage`` the item
keeps. Running is a CONSUMER span, ``process {queue}``, of a new trace that links to it, since it may come much later; or,
where hops are short and one trace is easier to read, its child (`SpanRelation`).

Source: https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/
"""

import sys
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from enum import Enum
from typing import Any, Final

SDK: Final = "opentelemetry.sdk.trace"
"""Loaded (``SDK in sys.modules``) where the program may be tracing; look before calling `publish`."""

_SCOPE = "corner_host"


class SpanRelation(Enum):
    """What the span of running an item is to the span of queueing it."""

    LINK = "Link"
    """The beginning of a trace of its own, which links there."""

    CHILD = "Child"
    """Its child, in the same trace."""

    @classmethod
    def _missing_(cls, value: object) -> "SpanRelation | None":
        """Accept the names in any case, as settings have none."""
        folded = str(value).casefold()
        return next((relation for relation in cls if relation.value.casefold() == folded), None)


def publish(queue: str, job: str) -> Mapping[str, str] | None:
    """Note in the current trace that *job* is queued; returns its W3C headers, or None when nothing is traced."""
    if SDK not in sys.modules:
        return None
    from opentelemetry import propagate, trace  # noqa: PLC0415 - where it is in use already

    if not trace.get_current_span().is_recording():
        return None
    attributes = {"messaging.destination.name": queue, "messaging.operation.name": "publish", "corner_host.job": job}
    headers: dict[str, str] = {}
    tracer = trace.get_tracer(_SCOPE)
    with tracer.start_as_current_span(f"publish {queue}", kind=trace.SpanKind.PRODUCER, attributes=attributes):
        propagate.inject(headers)
    return headers


def trace_id_of(headers: Mapping[str, str] | None) -> str:
    """Return the id of the trace that W3C headers belong to; empty where they have none.

    Example:
        >>> trace_id_of({"traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"})
        '4bf92f3577b34da6a3ce929d0e0e4736'
    """
    parts = ((headers or {}).get("traceparent") or "").split("-")
    return parts[1] if len(parts) == 4 else ""


@contextmanager
def process(
    queue: str,
    job: str,
    headers: Mapping[str, str],
    *,
    attempt: int | None = None,
    relation: SpanRelation = SpanRelation.LINK,
) -> Generator[Any]:
    """Enter a span for running *job*, in *relation* to where it was queued if that was traced, with the baggage from there."""
    from opentelemetry import context, propagate, trace  # noqa: PLC0415 - where it is in use already

    origin = propagate.extract(headers)
    attributes: dict[str, str | int] = {
        "messaging.destination.name": queue,
        "messaging.operation.name": "process",
        "corner_host.job": job,
    }
    if attempt is not None:
        attributes["corner_host.attempt"] = attempt
    put_in = trace.get_current_span(origin).get_span_context()
    is_linked = relation is SpanRelation.LINK
    attached = context.attach(_baggage_of(origin) if is_linked else origin)
    try:
        with trace.get_tracer(_SCOPE).start_as_current_span(
            f"process {queue}",
            kind=trace.SpanKind.CONSUMER,
            attributes=attributes,
            links=[trace.Link(put_in)] if is_linked and put_in.is_valid else [],
        ) as span:
            yield span
    finally:
        context.detach(attached)


def _baggage_of(origin: Any) -> Any:
    from opentelemetry import baggage, context  # noqa: PLC0415 - where it is in use already

    here = context.Context()
    for name, value in baggage.get_all(origin).items():
        here = baggage.set_baggage(name, value, here)
    return here


def failed(span: Any, kind: str, message: str, stack: str) -> None:
    """Note in a span of `process` that what ran failed, with an exception that was dealt with inside."""
    from opentelemetry import trace  # noqa: PLC0415 - where it is in use already

    attributes = {"exception.type": kind, "exception.message": message, "exception.stacktrace": stack}
    span.add_event("exception", attributes)
    span.set_status(trace.StatusCode.ERROR, f"{kind}: {message}")
