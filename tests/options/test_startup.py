"""What is checked when the host starts."""

import anyio
import anyio.lowlevel
import pytest

from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection
from corner_host.options import (
    AsyncValidateOptions,
    Options,
    OptionsMonitor,
    OptionsValidationError,
    ValidateOptions,
    run_startup_validation,
)

from .conftest import Mail, Trail, build, members, start, start_failures, step


async def test_nothing_to_validate_is_fine() -> None:
    """SV-8: a container without options starts."""
    await start(ServiceCollection())


async def test_invalid_options_end_the_start(services: ServiceCollection) -> None:
    """VS-01, SV-1, SV-3: with the class of the options and the message that was given."""
    services.add_options(Trail).validate(lambda _: False, "too short").validate_on_start()
    with pytest.raises(OptionsValidationError) as caught:
        await start(services)

    assert (caught.value.options_type, caught.value.options_name) == (Trail, "")
    assert caught.value.failures == ("too short",)


async def test_the_order_of_the_chain_does_not_matter(services: ServiceCollection) -> None:
    """VS-02, VS-08, SV-2: the mark may come first."""
    services.add_options(Trail).validate_on_start().configure(step("x")).validate(lambda t: t.steps != "x", "no x")

    assert await start_failures(services) == ("no x",)


async def test_options_without_the_mark_are_left_alone(services: ServiceCollection) -> None:
    """VS-03, SV-7: they are checked when somebody reads them, next to others that are marked."""
    asked: list[str] = []
    services.add_options(Mail).configure(lambda _: asked.append("mail"))
    services.add_options(Trail).configure(lambda _: asked.append("trail")).validate_on_start()
    await start(services)

    assert asked == ["trail"]


async def test_each_name_is_checked(services: ServiceCollection) -> None:
    """VS-04, SV-4, SV-5: two names of one class are two options."""
    for name in ("one", "two", "two"):
        services.add_options(Trail, name).validate(lambda _: False, "no").validate_on_start()
    with pytest.raises(ExceptionGroup) as caught:
        await start(services)

    assert [error.options_name for error in members(caught)] == ["one", "two"]


async def test_all_failures_of_one_class_are_one_error(services: ServiceCollection) -> None:
    """VS-07, SV-6: synchronous, asynchronous and pydantic's alike."""

    async def reaches(trail: Trail) -> bool:
        await anyio.lowlevel.checkpoint()
        return False

    services.add_options(Trail).validate(lambda _: False, "first").validate(reaches, "last").validate_on_start()
    services.add_options(Trail).validate(lambda _: False, "second")

    assert await start_failures(services) == ("first", "second", "last")


async def test_every_class_is_told(services: ServiceCollection, configuration: ConfigurationManager) -> None:
    """VS-05, C11, SV-13, H7: several failures are one group; what does not bind is one of them."""
    configuration["Mail:Port"] = "lots"
    services.add_options(Mail).bind_configuration("Mail").validate_on_start()
    services.add_options(Trail).validate(lambda _: False, "no").validate_on_start()
    with pytest.raises(ExceptionGroup) as caught:
        await start(services)

    assert [type(error) for error in caught.value.exceptions] == [OptionsValidationError] * 2
    assert "Mail:Port" in str(caught.value.exceptions[0])


async def test_another_error_ends_the_checking(services: ServiceCollection) -> None:
    """VS-06, SV-16: a validator that breaks is raised as it is; failures before it are kept beside it."""
    asked: list[str] = []
    services.add_options(Mail).validate(lambda _: 1 / 0 > 0).configure(lambda m: setattr(m, "host", "h"))
    services.add_options(Mail).validate_on_start()
    services.add_options(Trail).configure(lambda _: asked.append("trail")).validate_on_start()
    with pytest.raises(ZeroDivisionError):
        await start(services)

    assert asked == []


async def test_good_values_are_the_ones_that_everybody_gets(services: ServiceCollection) -> None:
    """VS-10, SV-8, SV-19: the very objects that were checked, for options and monitor."""
    checked: list[Trail] = []

    async def remember(trail: Trail) -> bool:
        checked.append(trail)
        return True

    services.add_options(Trail).validate(remember)
    services.add_options(Trail, "named").validate(remember)
    provider = build(services)
    await run_startup_validation(provider)
    monitor = provider.get_required_service(OptionsMonitor[Trail])

    assert provider.get_required_service(Options[Trail]).value is checked[0]
    assert provider.get_required_service(Trail) is checked[0]
    assert monitor.current_value is checked[0]
    assert monitor.get("named") is checked[1]


async def test_options_that_were_read_before_stay_the_ones(services: ServiceCollection) -> None:
    """O-11: even when they are checked later."""
    services.add_options(Trail).validate_on_start()
    provider = build(services)
    before = provider.get_required_service(Options[Trail]).value
    await run_startup_validation(provider)

    assert provider.get_required_service(Options[Trail]).value is before
    assert provider.get_required_service(OptionsMonitor[Trail]).current_value is before


async def test_asynchronous_checks_run_at_the_start_only(services: ServiceCollection) -> None:
    """VS-11: reading a value never waits; such a check implies the mark."""
    asked: list[str] = []

    async def reaches(trail: Trail, host: str) -> bool:
        asked.append(host)
        return False

    services.add_singleton(str, instance="example.org").add_options(Trail).validate(reaches, "unreachable")
    provider = build(services)

    assert provider.get_required_service(Options[Trail]).value == Trail()
    assert asked == []
    with pytest.raises(OptionsValidationError, match="unreachable"):
        await run_startup_validation(provider)
    assert asked == ["example.org"]


class Both(ValidateOptions[Trail], AsyncValidateOptions[Trail]):
    def validate(self, name: str, options: Trail) -> str:
        return "synchronous"

    async def validate_async(self, name: str, options: Trail) -> str:
        return "asynchronous"


@pytest.mark.parametrize("registered_as", ["one", "both"])
async def test_a_validator_of_both_kinds_runs_once(services: ServiceCollection, registered_as: str) -> None:
    """VS-12: at the start in its asynchronous form, whichever way it is registered."""
    if registered_as == "both":
        services.configure_options(Both)
    else:
        services.add_singleton(ValidateOptions[Trail], Both)
    services.add_options(Trail).validate(lambda _: False, "lambda").validate_on_start()

    assert sorted(await start_failures(services)) == ["asynchronous", "lambda"]


async def test_an_asynchronous_check_is_for_its_name(services: ServiceCollection) -> None:
    """VS-13, V-04: other names skip it."""

    async def refuse(trail: Trail) -> bool:
        return False

    services.add_options(Trail, "strict").validate(refuse, "no")
    services.add_options(Trail, "loose").validate_on_start()
    with pytest.raises(OptionsValidationError) as caught:
        await start(services)

    assert caught.value.options_name == "strict"


async def test_cancellation_reaches_the_checks(services: ServiceCollection) -> None:
    """VS-13: a start that is cancelled does not wait for them."""

    async def for_ever(trail: Trail) -> bool:
        scope.cancel()
        await anyio.sleep_forever()
        return True

    services.add_options(Trail).validate(for_ever)
    with anyio.CancelScope() as scope:
        await start(services)

    assert scope.cancelled_caught
