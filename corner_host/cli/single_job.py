"""One job, run in a full host that ends with it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, final

import anyio

from corner_host.diagnostics.origin import originating
from corner_host.hosting import BackgroundService, Host, HostApplicationLifetime, HostBuilder
from corner_host.jobs import JobClient, JobDeadError, JobPayloadError
from corner_host.jobs.registry import JobHandlerRegistration, JobRegistry
from corner_host.primitives import CancellationToken, CornerHostError, name_of, without_passwords

from .errors import CommandError


@final
@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of job: its name, queue, handler, and the fields of its payload."""

    name: str
    queue: str
    handler: str
    fields: tuple[str, ...]


@final
@dataclass(slots=True)
class Outcome:
    """What became of the job; *error* is None if it succeeded, *is_dead* tells whether it failed for good."""

    id: str = ""
    result: Any = None
    is_dead: bool = False
    error: str | None = "the host was stopped before the job had ended"


def kinds(host: Host) -> list[Kind]:
    """Return the kinds of jobs that have a handler."""
    registry = host.services.get_service(JobRegistry)
    return (
        []
        if registry is None
        else [Kind(each.name, each.queue, name_of(each.handler), _fields(each)) for each in registry]
    )


def _fields(registration: JobHandlerRegistration) -> tuple[str, ...]:
    hints = getattr(registration.payload_type, "__annotations__", {})
    return tuple(f"{name}: {name_of(hint) if not isinstance(hint, str) else hint}" for name, hint in hints.items())


def payload_of(arguments: Sequence[str], payload: str | None) -> str:
    """Return the payload as JSON.

    Raises:
        CommandError: It is given twice, or is no JSON object.

    Example:
        >>> payload_of(["order=7", "to=ana@example.org", "express=true"], None)
        '{"order": 7, "to": "ana@example.org", "express": true}'
    """
    if payload is not None:
        if arguments:
            raise CommandError("The payload is given twice.\nTo fix: take --arg or --payload.")
        try:
            json.loads(payload)
        except ValueError as error:
            raise CommandError(f"--payload is no JSON: {error}") from None
        return payload
    fields: dict[str, Any] = {}
    for each in arguments:
        name, separator, text = each.partition("=")
        if not separator or not name:
            raise CommandError(f"--arg takes FIELD=VALUE, not {each!r}.")
        try:
            fields[name] = json.loads(text)
        except ValueError:
            fields[name] = text
    return json.dumps(fields, ensure_ascii=False)


def run_job(builder: HostBuilder, name: str, payload: str, timeout: float | None, *, backend: str) -> Outcome:
    """Run a job in the application's host, and return what became of it.

    Raises:
        CommandError: There is no such kind of job, or the payload does not fit it; then the host was not started.
        CornerHostError: The host cannot start, or the job cannot be stored.
    """
    outcome = Outcome()
    mistakes: list[CornerHostError] = []

    class SingleJob(BackgroundService):
        """Puts the job when everything has started, waits for its end, and has the host stop."""

        def __init__(self, jobs: JobClient, lifetime: HostApplicationLifetime) -> None:
            self._jobs = jobs
            self._lifetime = lifetime

        async def execute(self, stopping: CancellationToken) -> None:  # noqa: ARG002 - it is cancelled
            try:
                await self._lifetime.application_started.wait()
                await self._run()
            finally:
                self._lifetime.stop_application()

        async def _run(self) -> None:
            try:
                with originating("corner-host job run"):
                    stored = await self._jobs.enqueue(job)
                outcome.id = str(stored.id)
                outcome.result = await self._jobs.result(outcome.id, timeout=timeout)
                outcome.error = None
            except TimeoutError:
                outcome.error = "it has not ended in time; it stays in the store"
            except CornerHostError as error:
                if outcome.id:
                    outcome.is_dead = isinstance(error, JobDeadError)
                    outcome.error = without_passwords(str(error).partition("\n")[0])
                else:
                    mistakes.append(error)

    builder.add_hosted_service(SingleJob)
    host = builder.build()
    try:
        job = _job_of(host.services.get_service(JobRegistry), name, payload)
    except CommandError:
        anyio.run(host.aclose)
        raise
    host.run(backend=backend)
    if mistakes:
        raise mistakes[0]
    return outcome


def _job_of(registry: JobRegistry | None, name: str, payload: str) -> object:
    """Return the payload as its handler takes it."""
    if registry is None:
        raise CommandError(
            "The application has no jobs.\nTo fix: services.add_jobs(configuration) and add_job_handler(...)."
        )
    kind = registry.find(name)
    if kind is None:
        known = ", ".join(each.name for each in registry) or "none"
        raise CommandError(f"There is no job {name}. There are: {known}.")
    try:
        return kind.decode(payload.encode())
    except JobPayloadError as error:
        raise CommandError(str(error)) from error
