"""Making options."""

from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

import corner_host.options as door
from corner_host.primitives import name_of

from .actions import ConfigureAction
from .binding import SectionBinding
from .contracts import AsyncValidateOptions, ConfigureOptions, PostConfigureOptions, ValidateOptions
from .draft import Draft, draft_of

T = TypeVar("T")


class OptionsFactory(Generic[T]):
    """Makes the options of a class; register another one for ``OptionsFactory[X]`` to make those of X differently.

    Order:
        1. the class's defaults,
        2. every `ConfigureOptions`, in the order of registration,
        3. every `PostConfigureOptions`, in the order of registration,
        4. pydantic's own validation,
        5. every `ValidateOptions`; all of them run, and their failures make one error.
    """

    def __init__(
        self,
        options_type: type[T],
        setups: Sequence[ConfigureOptions[T]],
        post_setups: Sequence[PostConfigureOptions[T]],
        validators: Sequence[ValidateOptions[T]],
    ) -> None:
        self._type = options_type
        self._setups = setups
        self._post_setups = post_setups
        self._validators = validators

    def create(self, name: str) -> T:
        """Make the options called *name*, empty for the default ones.

        Raises:
            OptionsValidationError: They are not valid.
        """
        options = self.make(name)
        failures = [text for validator in self._validators for text in listed(validator.validate(name, options))]
        if failures:
            raise door.OptionsValidationError(self._type, name, failures)
        return options

    def make(self, name: str) -> T:
        """Make the options called *name* without asking the validators; a class of one's own may do it differently.

        Raises:
            OptionsValidationError: A value does not fit its field.
        """
        draft = draft_of(self._type)
        try:
            self._fill(draft, name)
            failures = draft.complete()
        except Exception as error:
            found = door.models.failures_of(error, self._type)
            if found is None:
                raise
            failures = found
        if failures:  # raised out here, so that pydantic's error, which shows what was put in, does not come along
            raise door.OptionsValidationError(self._type, name, failures)
        return draft.options

    async def create_async(self, name: str, validators: Iterable[AsyncValidateOptions[T]]) -> T:
        """Make the options called *name* and ask all validators, of which *validators* are asynchronous.

        A validator that has both forms is asked in its asynchronous one.

        Raises:
            OptionsValidationError: They are not valid.
        """
        options = self.make(name)
        asynchronous = list(validators)
        failures: list[str] = []
        for validator in self._validators:
            if not isinstance(validator, AsyncValidateOptions):
                failures += listed(validator.validate(name, options))
            elif not any(type(validator) is type(other) for other in asynchronous):
                asynchronous.append(validator)
        for other in asynchronous:
            failures += listed(await other.validate_async(name, options))
        if failures:
            raise door.OptionsValidationError(self._type, name, failures)
        return options

    def _fill(self, draft: Draft[T], name: str) -> None:
        for setup in self._setups:
            if isinstance(setup, SectionBinding | ConfigureAction) and not setup.concerns(name):
                continue
            if isinstance(setup, SectionBinding):
                draft.fill(setup.section)
            else:
                draft.replace(self._chosen(draft.options, setup.configure(name, draft.options)))
        for post_setup in self._post_setups:
            draft.replace(self._chosen(draft.options, post_setup.post_configure(name, draft.options)))

    def _chosen(self, options: T, returned: T | None) -> T:
        if returned is None:
            return options
        if not isinstance(returned, self._type):
            message = (
                f"Configuring {name_of(self._type)} returned {name_of(type(returned))}.\n"
                "To fix: return the options, other ones of the same class, or nothing."
            )
            raise TypeError(message)
        return returned


def listed(failures: Iterable[str] | str | None) -> list[str]:
    """Return what a validator answered as a list."""
    if failures is None:
        return []
    return [failures] if isinstance(failures, str) else list(failures)
