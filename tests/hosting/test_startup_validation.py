"""Options that are validated when the host starts (section 2)."""

from typing import Any

import anyio.lowlevel
import pytest
from pydantic import BaseModel

from corner_host.hosting import Host, HostBuilder
from corner_host.options import Options, OptionsMonitor, OptionsValidationError
from tests.hosting.journal import Journal, builder_of
from tests.hosting.records import Records


class Mail(BaseModel):
    server: str = "localhost"
    port: int = 25


class Shop(BaseModel):
    name: str = "corner"


def reject(journal: Journal, name: str) -> Any:
    """An async validator that notes itself and refuses."""

    async def validate(_: object) -> bool:
        await anyio.lowlevel.checkpoint()
        journal.note(f"{name} validated")
        return False

    return validate


def accept(journal: Journal, name: str) -> Any:
    """A validator that notes itself and agrees."""

    def validate(_: object) -> bool:
        journal.note(f"{name} validated")
        return True

    return validate


def explode(error: Exception) -> Any:
    """A validator that raises something unexpected."""

    def validate(_: object) -> bool:
        raise error

    return validate


async def start_error(builder: HostBuilder) -> BaseException:
    """The error that the start of the built host raises."""
    host = builder.build()
    try:
        with pytest.raises(Exception) as caught:  # noqa: PT011 - each test looks at it
            await host.start()
    finally:
        await host.aclose()
    return caught.value


async def test_a_failing_validator_fails_the_start(journal: Journal) -> None:
    """SV-1, SV-3: `OptionsValidationError` with the type and the message."""
    builder = builder_of(journal.service("a"))
    builder.services.add_options(Mail).configure(lambda mail: setattr(mail, "port", 0)).validate(
        lambda mail: mail.port > 0, "the port must be above 0"
    ).validate_on_start()

    error = await start_error(builder)

    assert isinstance(error, OptionsValidationError)
    assert error.options_type is Mail
    assert list(error.failures) == ["the port must be above 0"]


async def test_the_order_of_the_calls_does_not_matter(journal: Journal) -> None:
    """SV-2: validate_on_start before configure and validate gives the same."""
    builder = Host.create_empty_builder()
    builder.services.add_options(Mail).validate_on_start().configure(lambda mail: setattr(mail, "port", 0)).validate(
        lambda mail: mail.port > 0, "no port"
    )

    error = await start_error(builder)

    assert isinstance(error, OptionsValidationError)
    assert list(error.failures) == ["no port"]


async def test_named_options_are_validated_under_their_name(journal: Journal) -> None:
    """SV-4: the error carries the name."""
    builder = Host.create_empty_builder()
    builder.services.add_options(Mail, "backup").validate(lambda _: False, "no").validate_on_start()

    error = await start_error(builder)

    assert isinstance(error, OptionsValidationError)
    assert error.options_name == "backup"


async def test_every_name_of_a_type_is_validated(journal: Journal) -> None:
    """SV-5: two names of one type, both run."""
    builder = Host.create_empty_builder()
    for name in ("first", "second"):
        builder.services.add_options(Mail, name).validate(accept(journal, name), "no").validate_on_start()

    async with builder.build():
        pass

    assert sorted(journal.lines) == ["first validated", "second validated"]


async def test_all_failures_of_one_instance_come_in_one_error() -> None:
    """SV-6: several failing validators of one options instance are one error that lists all."""
    builder = Host.create_empty_builder()
    builder.services.add_options(Mail).validate(lambda _: False, "one").validate(lambda _: False, "two").validate(
        lambda _: True, "three"
    ).validate_on_start()

    error = await start_error(builder)

    assert isinstance(error, OptionsValidationError)
    assert list(error.failures) == ["one", "two"]


async def test_lazy_options_are_not_validated_at_start(journal: Journal) -> None:
    """SV-7: what is not marked is left alone, also when another type is marked."""
    builder = Host.create_empty_builder()
    builder.services.add_options(Mail).validate(accept(journal, "mail"), "no")
    builder.services.add_options(Shop).validate(accept(journal, "shop"), "no").validate_on_start()

    async with builder.build():
        pass

    assert journal.lines == ["shop validated"]


async def test_valid_options_let_the_host_start(journal: Journal) -> None:
    """SV-8, ST-1: the validator runs after the lifetime's wait, before any service."""
    builder = builder_of(journal.lifecycle("a"), lifetime=journal.lifetime())
    builder.services.add_options(Mail).validate(accept(journal, "mail"), "no").validate_on_start()
    host = builder.build()

    await host.start()

    assert journal.lines[:3] == ["lifetime wait_for_start", "mail validated", "a starting"]
    await host.aclose()


async def test_no_service_is_made_when_validation_fails(journal: Journal, records: Records) -> None:
    """SV-9: neither made nor started; the failure is in the record with id 11, without our internals."""

    class Service:
        def __init__(self) -> None:
            journal.note("made")

        async def starting(self) -> None:
            journal.note("starting")

        async def start(self) -> None:
            journal.note("start")

        async def stop(self) -> None: ...

    builder = builder_of(Service)
    builder.services.add_options(Mail).validate(lambda _: False, "no").validate_on_start()

    error = await start_error(builder)

    assert journal.lines == []
    assert records.error_of(11) is error
    assert (records.one(11).exc_info or ())[2:] == (None,)


async def test_stop_after_a_failed_validation_does_not_raise(journal: Journal) -> None:
    """SV-10: there is nothing to stop, and that is no error."""
    builder = builder_of(journal.service("a"))
    builder.services.add_options(Mail).validate(lambda _: False, "no").validate_on_start()
    host = builder.build()
    with pytest.raises(OptionsValidationError):
        await host.start()

    await host.stop()

    assert journal.lines == []
    await host.aclose()


async def test_all_async_validators_run(journal: Journal) -> None:
    """SV-11: asynchronous validators of several types all run before the services."""

    async def check(_: object) -> bool:
        await anyio.lowlevel.checkpoint()
        journal.note("checked")
        return True

    builder = builder_of(journal.service("a"))
    builder.services.add_options(Mail).validate(check, "no").validate_on_start()
    builder.services.add_options(Shop).validate(check, "no").validate_on_start()
    host = builder.build()

    await host.start()

    assert journal.lines == ["checked", "checked", "a start"]
    await host.aclose()


async def test_one_failing_async_validator_is_raised_as_it_is(journal: Journal) -> None:
    """SV-12, H7: not wrapped."""
    builder = Host.create_empty_builder()
    builder.services.add_options(Mail).validate(reject(journal, "mail"), "no mail").validate_on_start()
    builder.services.add_options(Shop).validate(accept(journal, "shop"), "no").validate_on_start()

    error = await start_error(builder)

    assert isinstance(error, OptionsValidationError)
    assert list(error.failures) == ["no mail"]


async def test_failures_of_several_types_come_in_one_group(journal: Journal) -> None:
    """SV-13, SV-14, H7, C11: both ran, one flat group holds both."""
    builder = Host.create_empty_builder()
    builder.services.add_options(Mail).validate(reject(journal, "mail"), "no mail").validate_on_start()
    builder.services.add_options(Shop).validate(reject(journal, "shop"), "no shop").validate_on_start()

    error = await start_error(builder)

    assert isinstance(error, ExceptionGroup)
    assert [member.options_type for member in error.exceptions if isinstance(member, OptionsValidationError)] == [
        Mail,
        Shop,
    ]
    assert journal.lines == ["mail validated", "shop validated"]


async def test_an_unexpected_error_ends_the_validation_but_keeps_the_failures(journal: Journal) -> None:
    """SV-16: the failures so far and the unexpected error are raised together; the third validator never runs."""

    class Third(BaseModel):
        value: int = 0

    unexpected = ConnectionError("directory service")
    builder = Host.create_empty_builder()
    builder.services.add_options(Mail).validate(lambda _: False, "no mail").validate_on_start()
    builder.services.add_options(Shop).validate(explode(unexpected), "no").validate_on_start()
    builder.services.add_options(Third).validate(accept(journal, "third"), "no").validate_on_start()

    error = await start_error(builder)

    assert isinstance(error, ExceptionGroup)
    assert [type(member) for member in error.exceptions] == [OptionsValidationError, ConnectionError]
    assert journal.lines == []


async def test_services_get_the_instance_that_was_validated() -> None:
    """SV-19: the very object, through `Options` and the monitor alike."""
    seen: list[object] = []

    async def look(mail: Mail) -> bool:
        seen.append(mail)
        return True

    class Service:
        def __init__(self, options: Options[Mail], monitor: OptionsMonitor[Mail]) -> None:
            seen.extend([options.value, monitor.current_value])

        async def start(self) -> None: ...

        async def stop(self) -> None: ...

    builder = builder_of(Service)
    builder.services.add_options(Mail).validate(look, "no").validate_on_start()
    async with builder.build():
        pass

    assert len(seen) == 3
    assert seen[0] is seen[1] is seen[2]
