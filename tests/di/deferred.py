"""Classes whose hints are text, as a module with ``from __future__ import annotations`` has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from corner_host.di import FromKeyedServices
from tests.di.toys import Leaf, Repository, Store, T

if TYPE_CHECKING:
    from decimal import Decimal as OnlyForCheckers


class Quoted:
    def __init__(self, leaf: Leaf, stores: list[Store], keyed: Annotated[Leaf, FromKeyedServices("k")]) -> None:
        self.leaf, self.stores, self.keyed = leaf, stores, keyed


class Hen:
    def __init__(self, egg: Egg | None = None) -> None:
        self.egg = egg


class Egg:
    def __init__(self, leaf: Leaf, shell: Shell) -> None:
        self.leaf, self.shell = leaf, shell


class Shell:
    """Named by a class that comes before it."""


class Unknown:
    def __init__(self, leaf: Leaf, price: OnlyForCheckers) -> None:
        raise AssertionError("not reached")


class UnknownWithDefault:
    def __init__(self, leaf: Leaf, price: OnlyForCheckers = "free", *, store: Store | None = None) -> None:  # type: ignore[assignment]
        self.leaf, self.price, self.store = leaf, price, store


class UnknownResult:
    """The hint of the result is nobody's business."""

    def __init__(self, leaf: Leaf) -> None:
        self.leaf = leaf


def make_quoted_result(leaf: Leaf) -> OnlyForCheckers:
    return leaf  # type: ignore[return-value]


class DeferredRepository(Repository[T]):
    def __init__(self, kind: type[T], leaf: Leaf | None, stores: list[Store]) -> None:
        self.kind = kind


class Base:
    def __init__(self, shell: Shell, leaf: Leaf) -> None:
        self.shell, self.leaf = shell, leaf


def quoting_a_local_class() -> tuple[type, type]:
    class Local:
        pass

    class NeedsLocal:
        def __init__(self, local: Local) -> None:
            raise AssertionError("not reached")

    return Local, NeedsLocal
