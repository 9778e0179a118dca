"""Classes that are none for options: refused where they are registered."""

from abc import ABC, abstractmethod
from typing import NamedTuple, TypedDict

import pytest
from pydantic.dataclasses import dataclass as pydantic_dataclass

from corner_host.configuration import ConfigurationManager
from corner_host.di import RegistrationError, ServiceCollection
from corner_host.options import Options, OptionsFactory

from .conftest import build


class Sizes(NamedTuple):
    width: int
    height: int = 1


@pydantic_dataclass
class Checked:
    port: int


class Needy:
    def __init__(self, host: str, *, port: int, path: str = "/") -> None:
        self.address = f"{host}:{port}{path}"


class NeedyFactory(OptionsFactory[Needy]):
    def __init__(self) -> None:
        super().__init__(Needy, (), (), ())

    def make(self, name: str) -> Needy:
        return Needy("localhost", port=1, path=name)


class Shape(ABC):
    @abstractmethod
    def area(self) -> float: ...


class Values(TypedDict):
    port: int


@pytest.mark.parametrize(
    ("options_type", "why"),
    [(Needy, "not made without host, port"), (Shape, "abstract"), (Sizes, "without width"), (Checked, "without port")],
)
def test_a_class_that_cannot_be_made_is_refused(services: ServiceCollection, options_type: type, why: str) -> None:
    """O-07: where it is registered, with the way out."""
    with pytest.raises(RegistrationError, match=f"{options_type.__name__} cannot be a class of options: .*{why}"):
        services.configure(options_type, lambda _: None)


@pytest.mark.parametrize("options_type", [Values, dict])
def test_a_class_without_attributes_is_not_bound(
    services: ServiceCollection, configuration: ConfigurationManager, options_type: type
) -> None:
    """O-07: nothing of the section would arrive."""
    with pytest.raises(RegistrationError, match=f"{options_type.__name__} cannot be filled in from a section"):
        services.configure(options_type, configuration.get_section("Mail"))
    with pytest.raises(RegistrationError, match="To fix: make it a pydantic model or a dataclass"):
        services.add_options(options_type).bind_configuration("Mail")


def test_a_factory_of_ones_own_makes_what_has_no_defaults(services: ServiceCollection) -> None:
    """O-08: it is registered before."""
    services.add_transient(OptionsFactory[Needy], NeedyFactory).add_options(Needy)

    assert build(services).get_required_service(Options[Needy]).value.address == "localhost:1"
