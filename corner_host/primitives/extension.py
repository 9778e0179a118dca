"""Extension methods: what a higher area gives to a class of a lower one.

.NET's areas add methods such as ``services.AddHostedService`` from above. Here the lower class lists the names, each with
the area that has the function; the area is imported when the name is first used, so nothing below depends on anything
above. What type checkers and editors see stands in a stub file beside the list.
"""

from collections.abc import Callable
from importlib import import_module
from types import MethodType
from typing import Any, final


@final
class Extension:
    """A method whose function lives in another module under the same name.

    Args:
        module: The module that has the function; it takes the instance first.

    Example:
        >>> class Shelf(list):
        ...     reprlib_repr = Extension("reprlib", name="repr")
        >>> Shelf("abc").reprlib_repr()
        "['a', 'b', 'c']"
    """

    __slots__ = ("_module", "_name")

    def __init__(self, module: str, *, name: str = "") -> None:
        self._module = module
        self._name = name

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = self._name or name

    def __get__(self, instance: object | None, owner: type | None = None) -> Callable[..., Any]:
        function: Callable[..., Any] = getattr(import_module(self._module), self._name)
        return function if instance is None else MethodType(function, instance)
