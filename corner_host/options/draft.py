"""Options on their way from the class's defaults to a value."""

from typing import Any, Generic, TypeVar

import corner_host.options as door
from corner_host.configuration import Configuration

T = TypeVar("T")


class Draft(Generic[T]):
    """Options of a class while they are filled in: of one that can be made without arguments, and does not validate itself.

    Args:
        kind: The class.
        options: What to begin with.
    """

    def __init__(self, kind: type[T], options: T) -> None:
        self._kind: Any = kind
        self.options = options

    def replace(self, options: T) -> None:
        """Go on with what code has made of the options."""
        self.options = options

    def fill(self, section: Configuration) -> None:
        """Set what *section* holds.

        Raises:
            ConfigurationBindingError: A value does not convert to its field's type.
        """
        if not _is_frozen(self._kind):
            section.bind(self.options)
        elif (found := section.get(self._kind)) is not None:
            self.options = found

    def complete(self) -> list[str]:
        """Finish the options and return what is wrong with them."""
        return []


def draft_of(kind: type[T]) -> Draft[T]:
    """Return the draft of options of *kind*, which is a pydantic model or another class."""
    return door.model_draft.ModelDraft(kind) if is_model(kind) else Draft(kind, kind())


def is_model(kind: type[Any]) -> bool:
    """Tell whether *kind* is a pydantic model."""
    return hasattr(kind, "__pydantic_validator__") and hasattr(kind, "model_fields")


def _is_frozen(kind: type[Any]) -> bool:
    """Tell whether objects of *kind* are dataclass instances that cannot be changed."""
    parameters = getattr(kind, "__dataclass_params__", None)
    return parameters is not None and bool(parameters.frozen)
