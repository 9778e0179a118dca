"""Startup validators of one's own, beside the options and in their place."""

import pytest

from corner_host.di import ServiceCollection
from corner_host.options import (
    AsyncStartupValidator,
    OptionsValidationError,
    StartupValidator,
    run_startup_validation,
)

from .conftest import Trail, members, start, start_failures


class Custom(AsyncStartupValidator):
    def __init__(self, *errors: Exception) -> None:
        self.errors = errors
        self.asked = 0

    async def validate_async(self) -> None:
        self.asked += 1
        for error in self.errors:
            raise error


def invalid(text: str) -> OptionsValidationError:
    return OptionsValidationError(Trail, "", [text])


async def test_validators_of_ones_own_run_beside_the_options(services: ServiceCollection) -> None:
    """SV-11, SV-12: all of them, also when the first has failed."""
    first, second = Custom(invalid("first")), Custom()
    for custom in (first, second):
        services.add_singleton(AsyncStartupValidator, instance=custom)
    services.add_options(Trail).validate_on_start()

    assert await start_failures(services) == ("first",)
    assert (first.asked, second.asked) == (1, 1)


async def test_groups_of_failures_are_made_flat(services: ServiceCollection) -> None:
    """SV-13, SV-14: later validators still run, and the result is one flat group."""
    nested = ExceptionGroup("outer", [invalid("a"), ExceptionGroup("inner", [invalid("b")])])
    for custom in (Custom(nested), Custom(invalid("c"))):
        services.add_singleton(AsyncStartupValidator, instance=custom)
    with pytest.raises(ExceptionGroup) as caught:
        await start(services)

    assert [error.failures for error in members(caught)] == [("a",), ("b",), ("c",)]


async def test_an_unexpected_error_ends_the_round(services: ServiceCollection) -> None:
    """SV-16: failures so far and the error are one group; the third is not asked."""
    third = Custom()
    for custom in (Custom(invalid("a")), Custom(OSError("disk")), third):
        services.add_singleton(AsyncStartupValidator, instance=custom)
    with pytest.raises(ExceptionGroup) as caught:
        await start(services)

    assert [type(error) for error in caught.value.exceptions] == [OptionsValidationError, OSError]
    assert third.asked == 0


async def test_a_group_with_other_errors_is_unexpected(services: ServiceCollection) -> None:
    """SV-14, SV-16: it is raised as it is, and nothing of it is lost."""
    mixed = ExceptionGroup("mixed", [invalid("a"), OSError("disk")])
    services.add_singleton(AsyncStartupValidator, instance=Custom(mixed))
    with pytest.raises(ExceptionGroup) as caught:
        await start(services)

    assert caught.value is mixed


class Alone(StartupValidator):
    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked = 0

    def validate(self) -> None:
        self.asked += 1
        if self.error is not None:
            raise self.error


async def test_a_startup_validator_of_ones_own_takes_the_place_of_all(services: ServiceCollection) -> None:
    """VS-09, SV-17: the others are not even made."""
    alone = Alone()
    services.add_singleton(StartupValidator, instance=alone)
    services.add_singleton(AsyncStartupValidator, factory=lambda: pytest.fail("made"))
    services.add_options(Trail).validate(lambda _: False).validate_on_start()
    await run_startup_validation(services.build_service_provider())

    assert alone.asked == 1


async def test_its_failure_is_raised_unchanged(services: ServiceCollection) -> None:
    """SV-20: the very error."""
    error = invalid("mine")
    services.add_singleton(StartupValidator, instance=Alone(error))
    with pytest.raises(OptionsValidationError) as caught:
        await start(services)

    assert caught.value is error


class TwoFaced(StartupValidator, AsyncStartupValidator):
    def __init__(self) -> None:
        self.asked: list[str] = []

    def validate(self) -> None:
        self.asked.append("synchronous")

    async def validate_async(self) -> None:
        self.asked.append("asynchronous")


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ([StartupValidator], "synchronous"),
        ([AsyncStartupValidator], "asynchronous"),
        ([StartupValidator, AsyncStartupValidator], "asynchronous"),
    ],
)
async def test_a_validator_of_both_contracts(services: ServiceCollection, keys: list[type], expected: str) -> None:
    """SV-18: it is asked in the form that it is registered for; the same object under both in its asynchronous one."""
    validator = TwoFaced()
    for key in keys:
        services.add_singleton(key, instance=validator)
    await start(services)

    assert validator.asked == [expected]
