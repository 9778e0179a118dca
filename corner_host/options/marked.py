"""Options that were marked to be checked when the host starts."""

from collections.abc import Sequence
from typing import Any, NamedTuple, TypeVar, final

from corner_host.di import ServiceCollection, ServiceProvider

from .cache import OptionsCache
from .contracts import AsyncStartupValidator, AsyncValidateOptions, closed
from .errors import OptionsValidationError
from .factory import OptionsFactory
from .options import Options
from .startup import raise_all

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
        raise_all(failures)

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
