"""What makes and checks options, as classes can be registered for it.

The methods of `OptionsBuilder` and ``services.configure`` register such objects; a class of one's own is registered the same
way, and may take services in its constructor::

    services.add_singleton(ValidateOptions[MailOptions], MailOptionsValidator)
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

T = TypeVar("T")


class Registration(Protocol):
    """A callback that is called until it is closed."""

    def close(self) -> None:
        """Take the callback back."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class ConfigureOptions(ABC, Generic[T]):
    """Fills options in. All of these run in the order of their registration, before every `PostConfigureOptions`."""

    @abstractmethod
    def configure(self, name: str, options: T) -> T | None:
        """Change *options* in place, or return other ones; *name* tells which ones they are, empty for the default."""


class PostConfigureOptions(ABC, Generic[T]):
    """Completes options after every `ConfigureOptions` has run."""

    @abstractmethod
    def post_configure(self, name: str, options: T) -> T | None:
        """Change *options* in place, or return other ones."""


class ValidateOptions(ABC, Generic[T]):
    """Checks options when they are made."""

    @abstractmethod
    def validate(self, name: str, options: T) -> Iterable[str] | str | None:
        """Return what is wrong; nothing, or None, when they are valid. It sees every name."""


class AsyncValidateOptions(ABC, Generic[T]):
    """Checks options when the host starts, and only then: reading a value never waits.

    A class that is a `ValidateOptions` as well is only asked here when the host starts.
    """

    @abstractmethod
    async def validate_async(self, name: str, options: T) -> Iterable[str] | str | None:
        """Return what is wrong; nothing, or None, when they are valid."""


class OptionsChangeSource(ABC, Generic[T]):
    """Tells when the options of one name have to be made anew."""

    @property
    @abstractmethod
    def name(self) -> str | None:
        """Whose options change; None for those of every name."""

    @abstractmethod
    def on_change(self, callback: Callable[[], object]) -> Registration:
        """Have *callback* called after each change, in any thread."""


class AsyncStartupValidator(ABC):
    """Checks something before the host's services are made; all registered ones run."""

    @abstractmethod
    async def validate_async(self) -> None:
        """Raise `OptionsValidationError`, or a group of them, for what is not valid; any other error ends the start."""


class StartupValidator(ABC):
    """Takes the place of all startup validation; registering one switches the others off."""

    @abstractmethod
    def validate(self) -> None:
        """Raise `OptionsValidationError`, or a group of them, for what is not valid."""


def closed(generic: Any, argument: type[Any]) -> Any:
    """Return ``generic[argument]``, a service key, for an argument that type checkers do not know."""
    return generic[argument]
