"""Which handler runs which job, by the job's name and by its payload's class."""

import inspect
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, final

from corner_host.primitives import name_of

from .contracts import RateLimit
from .errors import JobNotFoundError, JobPayloadError, JobRegistrationError
from .retry import RetryPolicy

MOST_PAYLOAD_BYTES = 1_048_576
"""The largest payload: what is larger belongs into a file or a bucket, and its name into the job."""
_MASK: Final = b'"**********"'
"""What pydantic writes instead of a secret."""


@final
@dataclass(frozen=True)
class JobHandlerRegistration:
    """One kind of job: its name, its payload, its handler, and how it is run. Times are float seconds."""

    payload_type: type[Any]
    handler: type[Any] | Callable[..., Any]
    name: str
    queue: str
    retry: RetryPolicy
    timeout: float | None
    max_concurrency: int | None
    rate_limit: RateLimit | None = None

    def __post_init__(self) -> None:
        def wrong(what: str) -> JobRegistrationError:
            return JobRegistrationError(
                f"The handler {name_of(self.handler)} for {name_of(self.payload_type)}: {what}."
            )

        if not self.name or len(self.name) > 200:
            raise wrong("its name must have from 1 to 200 characters")
        if not self.queue or len(self.queue) > 200:
            raise wrong("the name of its queue must have from 1 to 200 characters")
        if self.timeout is not None and not self.timeout > 0:
            raise wrong(f"its timeout must be above 0 seconds, not {self.timeout!r}")
        if self.max_concurrency is not None and self.max_concurrency < 1:
            raise wrong(f"max_concurrency must be at least 1, not {self.max_concurrency!r}")
        run: Any = getattr(self.handler, "handle", None) if isinstance(self.handler, type) else self.handler
        if run is None:
            raise wrong("a handler class needs async def handle(self, job, context)")
        if not inspect.iscoroutinefunction(run):
            raise wrong("a handler must be async; wrap blocking work in anyio.to_thread.run_sync")
        if isinstance(self.handler, type) and not _takes_job_and_context(self.handler):
            raise wrong(
                "its method must take the job and its context, handle(self, job, context); services go to __init__"
            )

    @cached_property
    def logger_name(self) -> str:
        """The logger of the handler."""
        return name_of(self.handler)

    @cached_property
    def _adapter(self) -> Any:
        from pydantic import TypeAdapter  # noqa: PLC0415 - heavy; only where jobs are used

        return TypeAdapter(self.payload_type)

    def encode(self, payload: Any) -> bytes:
        """Return *payload* as JSON.

        Raises:
            JobPayloadError: It is larger than `MOST_PAYLOAD_BYTES`, holds a secret, or cannot be written as JSON.
        """
        try:
            # by the names of its fields alone, so that it can be read again whatever aliases they have
            data: bytes = self._adapter.dump_json(payload, by_alias=False, exclude_computed_fields=True)
        except ValueError as error:  # pydantic's serialization errors are ValueErrors
            raise JobPayloadError(f"A {name_of(self.payload_type)} cannot be written as JSON: {error}") from error
        if len(data) > MOST_PAYLOAD_BYTES:
            raise JobPayloadError(
                f"The payload of job {self.name} has {len(data):,} bytes; at most {MOST_PAYLOAD_BYTES:,} are taken.\n"
                "To fix: store the data elsewhere, and put its name or id into the job."
            )
        if _MASK in data and self.decode(data) != payload:
            raise JobPayloadError(
                f"A {name_of(self.payload_type)} holds a secret (pydantic's SecretStr), of which asterisks would be stored.\n"
                "To fix: put the secret's name into the job, and have the handler look it up."
            )
        return data

    def decode(self, data: bytes) -> Any:
        """Return the payload.

        Raises:
            JobPayloadError: The data does not fit the payload's class any more; the message names each field.
        """
        from pydantic import ValidationError  # noqa: PLC0415 - heavy; only where jobs are used

        try:
            return self._adapter.validate_json(data, by_alias=True, by_name=True)
        except ValidationError as error:
            fields = "; ".join(
                f"{'.'.join(str(part) for part in each['loc']) or 'payload'}: {each['msg']}" for each in error.errors()
            )
            raise JobPayloadError(f"The payload does not fit {name_of(self.payload_type)}: {fields}") from error


@final
class JobRegistry:
    """All handlers.

    Raises:
        JobRegistrationError: Two have the same name, or the same payload class.
    """

    def __init__(self, registrations: Iterable[JobHandlerRegistration]) -> None:
        self._by_name: dict[str, JobHandlerRegistration] = {}
        self._by_payload: dict[type[Any], JobHandlerRegistration] = {}
        for each in registrations:
            for known, what in (
                (self._by_name.get(each.name), "name"),
                (self._by_payload.get(each.payload_type), "payload"),
            ):
                if known is not None:
                    raise JobRegistrationError(
                        f"The handlers {name_of(known.handler)} and {name_of(each.handler)} have the same {what}"
                        f" ({each.name if what == 'name' else name_of(each.payload_type)}).\n"
                        "To fix: give one of them another name=, or a payload class of its own."
                    )
            self._by_name[each.name] = each
            self._by_payload[each.payload_type] = each

    def __iter__(self) -> Iterator[JobHandlerRegistration]:
        return iter(self._by_name.values())

    def find(self, name: str) -> JobHandlerRegistration | None:
        """Return the registration of this name, or None."""
        return self._by_name.get(name)

    def of(self, payload: object) -> JobHandlerRegistration:
        """Return the registration for *payload*'s class.

        Raises:
            JobNotFoundError: No handler is registered for it.
        """
        found = self._by_payload.get(type(payload))
        if found is None:
            known = ", ".join(sorted(name_of(each) for each in self._by_payload)) or "none"
            raise JobNotFoundError(
                f"No handler is registered for {name_of(type(payload))}.\nRegistered payloads: {known}.\n"
                f"To fix: services.add_job_handler({type(payload).__name__}, Handler) before build()."
            )
        return found


def _takes_job_and_context(handler: type[Any]) -> bool:
    method = inspect.getattr_static(handler, "handle")
    bound = () if isinstance(method, staticmethod | classmethod) else (None,)
    try:
        inspect.signature(handler.handle).bind(*bound, None, None)  # pyright: ignore[reportUnknownMemberType,reportUnknownArgumentType,reportAttributeAccessIssue] # seen to be there
    except TypeError:
        return False
    return True
