"""What newer versions of Python can write: type aliases and type parameters in the language itself."""

import sys
from typing import Any

import pytest

from corner_host.di import ServiceCollection, UnresolvableDependencyError
from tests.di.toys import Leaf

pytestmark = pytest.mark.skipif(sys.version_info < (3, 12), reason="the syntax came with Python 3.12")

SOURCE = """
type Alias = Leaf
type Many[T] = list[T]

class Box[T]:
    def __init__(self, kind: type[T], leaf: Alias, leaves: Many[Leaf]) -> None:
        self.kind, self.leaf, self.leaves = kind, leaf, leaves

class Labelled[T: str](Box[T]):
    pass

class Holder[T]:
    def __init__(self, box: Box[T], quoted: "Box[T]") -> None:
        self.box, self.quoted = box, quoted

def make[T](kind: type[T], leaf: Leaf) -> Box[T]:
    return Box(kind, leaf, [])
"""


@pytest.fixture
def new() -> dict[str, Any]:
    """The classes of the source above."""
    namespace: dict[str, Any] = {"Leaf": Leaf, "__name__": __name__}
    exec(SOURCE, namespace)
    return namespace


def test_an_alias_is_what_it_stands_for(new: dict[str, Any]) -> None:
    """REG-25: at the door and in hints, with and without parameters."""
    services = ServiceCollection().add_singleton(Leaf).add_singleton(new["Box"])
    provider = services.build_service_provider()

    box = provider.get_required_service(new["Box"][int])

    assert box.leaf is provider.get_service(Leaf) is provider.get_service(new["Alias"])
    assert box.leaves == [box.leaf] == provider.get_service(new["Many"][Leaf])
    assert box.kind is int


def test_a_class_with_type_parameters_is_an_open_generic(new: dict[str, Any]) -> None:
    """GEN-01, GEN-20, GEN-21: also where its hints are quoted."""
    services = ServiceCollection().add_singleton(Leaf).add_singleton(new["Box"]).add_singleton(new["Holder"])
    provider = services.build_service_provider()

    holder = provider.get_required_service(new["Holder"][int])

    assert holder.box is holder.quoted is provider.get_service(new["Box"][int])


def test_a_bound_of_a_type_parameter_is_kept(new: dict[str, Any]) -> None:
    """GEN-05, GEN-06, GEN-23: as that of a TypeVar."""
    services = ServiceCollection().add_singleton(Leaf).add_singleton(new["Box"], new["Labelled"])
    provider = services.build_service_provider()

    assert provider.get_required_service(new["Box"][str]).kind is str
    assert list(provider.get_services(new["Box"][int])) == []
    with pytest.raises(UnresolvableDependencyError):
        provider.get_service(new["Box"][int])


def test_a_generic_function_is_an_open_factory(new: dict[str, Any]) -> None:
    """GEN-24: told its argument by a type[T] parameter."""
    services = ServiceCollection().add_singleton(Leaf).add_singleton(new["Box"], factory=new["make"])

    assert services.build_service_provider().get_required_service(new["Box"][int]).kind is int
