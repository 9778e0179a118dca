"""Options on their way from the class's defaults to a value."""

from inspect import Parameter, signature
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


def why_not_made(kind: Any) -> str:
    """Return why options of *kind* cannot be made without arguments; empty if they can, as all pydantic models."""
    made: Any = getattr(kind, "__origin__", kind)
    if not isinstance(made, type) or is_model(kind):
        return ""
    if getattr(made, "__abstractmethods__", ()) or getattr(made, "_is_protocol", False):
        return "it is abstract"
    if not _may_need_arguments(made):
        return ""
    named = {Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY}
    parameters = signature(made).parameters.values()
    missing = [each.name for each in parameters if each.kind in named and each.default is Parameter.empty]
    return f"it is not made without {', '.join(missing)}" if missing else ""


def _may_need_arguments(kind: Any) -> bool:
    """Tell whether it is worth to work out the signature of *kind*, which takes a hundred times as long."""
    function = kind.__new__ if kind.__init__ is object.__init__ else kind.__init__
    code = getattr(function, "__code__", None)
    if code is None or type(kind).__call__ is not type.__call__ or "__signature__" in vars(kind):
        return "__signature__" in vars(kind)
    more = code.co_argcount - 1 - len(function.__defaults__ or ())
    return bool(more > 0 or code.co_kwonlyargcount > len(function.__kwdefaults__ or ()))


def _is_frozen(kind: type[Any]) -> bool:
    """Tell whether objects of *kind* are dataclass instances that cannot be changed."""
    parameters = getattr(kind, "__dataclass_params__", None)
    return parameters is not None and bool(parameters.frozen)
