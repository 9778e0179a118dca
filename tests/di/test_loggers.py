"""A parameter of the standard logger's type gets the logger named after whoever asks."""

import logging
from typing import Generic, TypeVar

from corner_host.di import ServiceCollection, create_instance
from tests.di.toys import Leaf, provider_with

T = TypeVar("T")


class Named(logging.Logger, Generic[T]):
    """As `corner_host.logging.Logger` is."""


class Chatty:
    def __init__(self, log: logging.Logger, leaf: Leaf) -> None:
        self.log = log


def make_chatty(log: logging.Logger, leaf: Leaf) -> Chatty:
    return Chatty(log, leaf)


def test_a_class_gets_the_logger_of_its_name() -> None:
    """FAC-01: module and qualified name, registered or not."""
    provider = provider_with(Leaf, Chatty, validate_on_build=True)

    assert provider.get_required_service(Chatty).log is logging.getLogger(f"{__name__}.Chatty")
    assert create_instance(provider, Chatty).log.name == f"{__name__}.Chatty"


def test_a_factory_gets_the_logger_of_its_own_name() -> None:
    """FAC-01: it is the one that asks."""
    provider = (
        ServiceCollection().add_singleton(Leaf).add_singleton(Chatty, factory=make_chatty).build_service_provider()
    )

    assert provider.get_required_service(Chatty).log.name == f"{__name__}.make_chatty"


def test_a_registered_logger_is_what_everybody_gets() -> None:
    """CTR-03: a registration wins over what is built in."""
    mine = logging.getLogger("mine")
    services = ServiceCollection().add_singleton(Leaf).add_singleton(Chatty)

    chatty = services.add_singleton(logging.Logger, instance=mine).build_service_provider().get_required_service(Chatty)

    assert chatty.log is mine


def test_a_generic_logger_names_the_class() -> None:
    """FAC-01: it needs no registration either; the object is the one that Python's logging has."""

    class Other:
        def __init__(self, log: Named[Chatty], leaf: Leaf) -> None:
            self.log = log

    assert provider_with(Leaf, Other).get_required_service(Other).log is logging.getLogger(f"{__name__}.Chatty")
