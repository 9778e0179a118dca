"""The methods that higher areas add to `ServiceCollection`.

One line a method: its name, and the area that has the function of that name, whose first parameter is the collection.
Signatures for type checkers and editors: ``extensions.pyi`` beside this file.
"""


class ServiceExtensions:
    """The base of `ServiceCollection` that carries other areas' methods."""

    __slots__ = ()
