"""What may stand in ``Annotated[...]`` to say where a parameter comes from."""

from typing import Any, Final, final


class _Told:
    """A marker that tells one thing, and is equal to others of its kind that tell the same."""

    __slots__ = ("_told",)

    def __init__(self, told: Any) -> None:
        self._told = told

    def __eq__(self, other: object) -> bool:
        return isinstance(other, type(self)) and self._told == other._told

    def __hash__(self) -> int:
        return hash((type(self), self._told))

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._told!r})"


@final
class FromKeyedServices(_Told):
    """The parameter is the service registered under *key*; ``None`` means the one without a key.

    Example:
        >>> from typing import Annotated
        >>> class Report:
        ...     def __init__(self, archive: Annotated[list, FromKeyedServices("cold")]) -> None:
        ...         self.archive = archive
    """

    __slots__ = ()

    def __init__(self, key: Any) -> None:
        super().__init__(key)

    @property
    def key(self) -> Any:
        """The key."""
        return self._told


@final
class FromConfiguration(_Told):
    """The parameter is the configuration value at *path*, such as ``"Payment:TimeoutSeconds"``, converted to its type.

    Example:
        >>> from typing import Annotated
        >>> class Payment:
        ...     def __init__(self, timeout: Annotated[float, FromConfiguration("Payment:TimeoutSeconds")] = 5.0) -> None:
        ...         self.timeout = timeout
    """

    __slots__ = ()

    def __init__(self, path: str) -> None:
        super().__init__(path)

    @property
    def path(self) -> str:
        """The key of the value."""
        return str(self._told)


@final
class _Marker:
    __slots__ = ("_name",)

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return self._name

    def __reduce__(self) -> str:
        return self._name

    def __copy__(self) -> "_Marker":
        return self

    def __deepcopy__(self, memo: object) -> "_Marker":
        return self


ServiceKey: Final = _Marker("ServiceKey")
"""The parameter is the key under which its class is being resolved: ``Annotated[str, ServiceKey]``."""

InheritKey: Final = _Marker("InheritKey")
"""The parameter is resolved under the same key as its class: ``Annotated[Mailer, InheritKey]``."""

ANY_KEY: Final = _Marker("ANY_KEY")
"""Registered under it, a service answers for every key that has no registration of its own.

Asked for, it means every service that has a key of its own: ``provider.get_services(Mailer, key=ANY_KEY)``.
"""
