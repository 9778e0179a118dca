"""What can be wrong with options."""

from collections.abc import Iterable
from typing import Any

from corner_host.primitives import CornerHostError, short_name_of


class OptionsValidationError(CornerHostError, ValueError):
    """Options are not valid; every failure is listed.

    Attributes:
        options_type: The class of the options.
        options_name: Their name, empty for the default ones.
        failures: What is wrong, one text each.
    """

    def __init__(self, options_type: type[Any], options_name: str, failures: Iterable[str]) -> None:
        self.options_type = options_type
        self.options_name = options_name
        self.failures = tuple(failures)
        named = f" named {options_name!r}" if options_name else ""
        lines = "".join(f"\n  {failure}" for failure in self.failures)
        super().__init__(f"{short_name_of(options_type)}{named} is not valid:{lines}")
