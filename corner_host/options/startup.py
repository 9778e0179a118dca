"""What is checked before the host's services are made."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeVar, cast, final

from corner_host.di import ServiceCollection, ServiceProvider

from .cache import OptionsCache
from .contracts import AsyncStartupValidator, AsyncValidateOptions, StartupValidator
from .errors import OptionsValidationError
from .factory import OptionsFactory
from .keys import closed
from .options import Options

T = TypeVar("T")


class ValidatedOnStart(NamedTuple):
    """Options that were marked by ``validate_on_start``."""

    options_type: type[Any]
    name: str


def validate_when_starting(services: ServiceCollection, options_type: type[T], name: str) -> None:
    """Mark options to be made and checked when the host starts."""
    services.add_singleton(ValidatedOnStart, instance=ValidatedOnStart(options_type, name))
    if not any(descriptor.implementation_type is OptionsStartupValidator for descriptor in services):
        services.add_singleton(AsyncStartupValidator, OptionsStartupValidator)


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
                _raise_all([*failures, error])
            failures.extend(failed)
    _raise_all(failures)


@final
class OptionsStartupValidator(AsyncStartupValidator):
    """Makes and checks the options that were marked; those that are valid are the ones that everybody gets afterwards."""

    def __init__(self, provider: ServiceProvider, marked: Sequence[ValidatedOnStart]) -> None:
        self._provider = provider
        self._marked = tuple(dict.fromkeys(marked))

    async def validate_async(self) -> None:
        """Check them all.

        Raises:
            OptionsValidationError: Some of one class and name are not valid.
            ExceptionGroup: Those of several are not.
        """
        failures: list[Exception] = []
        for marked in self._marked:
            try:
                await self._check(marked.options_type, marked.name)
            except OptionsValidationError as error:
                failures.append(error)
            except Exception as error:  # noqa: BLE001 - raised, with the failures before it
                failures.append(error)
                break
        _raise_all(failures)

    async def _check(self, options_type: type[T], name: str) -> None:
        factory: OptionsFactory[T] = self._provider.get_required_service(closed(OptionsFactory, options_type))
        validators: Sequence[AsyncValidateOptions[T]] = self._provider.get_services(
            closed(AsyncValidateOptions, options_type)
        )
        options = await factory.create_async(name, validators)
        self._settle(options_type, name, options)

    def _settle(self, options_type: type[T], name: str, options: T) -> None:
        if not name:
            single: Options[T] = self._provider.get_required_service(closed(Options, options_type))
            options = single.settle(options)
        cache: OptionsCache[T] = self._provider.get_required_service(closed(OptionsCache, options_type))
        cache.set(name, options)


def _is_asked_anyway(validator: StartupValidator, provider: ServiceProvider) -> bool:
    return isinstance(validator, AsyncStartupValidator) and any(
        validator is other for other in provider.get_services(AsyncStartupValidator)
    )


def _validation_failures(error: BaseException) -> Iterator[Exception]:
    """Yield the failed validations that *error* consists of; nothing if there is anything else in it."""
    if isinstance(error, OptionsValidationError):
        yield error
    elif isinstance(error, BaseExceptionGroup):
        members: Sequence[BaseException] = cast("BaseExceptionGroup[BaseException]", error).exceptions
        found = [list(_validation_failures(member)) for member in members]
        if all(found):
            for failures in found:
                yield from failures


def _raise_all(errors: Sequence[Exception]) -> None:
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise ExceptionGroup("The settings are not valid.", errors)
