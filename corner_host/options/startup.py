"""What is checked before the host's services are made."""

from collections.abc import Iterator, Sequence
from typing import cast

import corner_host.options as door
from corner_host.di import ServiceProvider

from .contracts import AsyncStartupValidator, StartupValidator


async def run_startup_validation(provider: ServiceProvider) -> None:
    """Check everything that is marked to be checked when the host starts. The host awaits this before it makes services.

    Order:
        1. a registered `StartupValidator` is asked instead of all others, unless the same object is one of those;
        2. else every `AsyncStartupValidator` is asked, in the order of registration; failed validations are gathered,
           any other error ends the asking.

    Raises:
        OptionsValidationError: One validation failed.
        ExceptionGroup: Several did, or another error came after a failed one.
    """
    alone = provider.get_service(StartupValidator)
    if alone is not None and not _is_asked_anyway(alone, provider):
        alone.validate()
        return
    failures: list[Exception] = []
    for validator in provider.get_services(AsyncStartupValidator):
        try:
            await validator.validate_async()
        except Exception as error:  # noqa: BLE001 - raised, with the failures before it
            failed = list(_validation_failures(error))
            if not failed:
                raise_all([*failures, error])
            failures.extend(failed)
    raise_all(failures)


def _is_asked_anyway(validator: StartupValidator, provider: ServiceProvider) -> bool:
    return isinstance(validator, AsyncStartupValidator) and any(
        validator is other for other in provider.get_services(AsyncStartupValidator)
    )


def _validation_failures(error: BaseException) -> Iterator[Exception]:
    """Yield the failed validations that *error* consists of; nothing if there is anything else in it."""
    if isinstance(error, door.OptionsValidationError):
        yield error
    elif isinstance(error, BaseExceptionGroup):
        members: Sequence[BaseException] = cast("BaseExceptionGroup[BaseException]", error).exceptions
        found = [list(_validation_failures(member)) for member in members]
        if all(found):
            for failures in found:
                yield from failures


def raise_all(errors: Sequence[Exception]) -> None:
    """Raise what there is: one error as it is, several as one group."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ExceptionGroup("The settings are not valid.", errors)
