"""Helpers for options."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

import pytest
from pydantic import BaseModel, Field

from corner_host.configuration import Configuration, ConfigurationManager
from corner_host.di import ServiceCollection, ServiceProvider
from corner_host.options import OptionsChangeSource, OptionsValidationError, run_startup_validation


class Mail(BaseModel):
    """Options with a required field and a constraint."""

    host: str
    port: int = Field(default=25, gt=0)


class Trail(BaseModel):
    """Options that show who has touched them, in order."""

    steps: str = ""


@dataclass
class Bell:
    """Something that tells of changes when it is rung."""

    callbacks: list[Callable[[], object]] = field(default_factory=list[Callable[[], object]])

    def ring(self) -> None:
        for callback in list(self.callbacks):
            callback()


class BellSource(OptionsChangeSource[Any]):
    """A change source on a `Bell`."""

    def __init__(self, bell: Bell, name: str | None = "") -> None:
        self._bell = bell
        self._name = name

    @property
    def name(self) -> str | None:
        return self._name

    def on_change(self, callback: Callable[[], object]) -> "BellRegistration":
        self._bell.callbacks.append(callback)
        return BellRegistration(self._bell, callback)


@dataclass
class BellRegistration(AbstractContextManager["BellRegistration"]):
    """A place at the bell."""

    bell: Bell
    callback: Callable[[], object]

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self.bell.callbacks.remove(self.callback)


def step(letter: str) -> Callable[[Trail], None]:
    """Return a configuring function that leaves *letter* in the trail."""

    def add(trail: Trail) -> None:
        trail.steps += letter

    return add


@pytest.fixture
def configuration() -> ConfigurationManager:
    return ConfigurationManager()


@pytest.fixture
def services(configuration: ConfigurationManager) -> ServiceCollection:
    return ServiceCollection().add_singleton(Configuration, instance=configuration)


def build(services: ServiceCollection) -> ServiceProvider:
    """Build a provider that checks all it can."""
    return services.build_service_provider(validate_scopes=True, validate_on_build=True)


def counting() -> Callable[[Trail], None]:
    """Return a configuring function that numbers the options it has seen."""
    made = iter("123456789")
    return lambda trail: setattr(trail, "steps", next(made))


@pytest.fixture
def mail(services: ServiceCollection, configuration: ConfigurationManager) -> ServiceProvider:
    """A provider with `Mail` bound to a section that holds valid values."""
    configuration.add_in_memory_collection({"Mail:Host": "first"})
    services.configure(Mail, configuration.get_section("Mail"))
    return build(services)


def move(configuration: ConfigurationManager, **values: str) -> None:
    """Change the section ``Mail`` and reload, as a file that was saved does."""
    configuration.add_in_memory_collection({f"Mail:{name}": value for name, value in values.items()})


async def start(services: ServiceCollection) -> None:
    """Validate as a host does when it starts."""
    await run_startup_validation(build(services))


async def start_failures(services: ServiceCollection) -> tuple[str, ...]:
    """Return the failures of the one options class that is not valid."""
    with pytest.raises(OptionsValidationError) as caught:
        await start(services)
    return caught.value.failures


def members(caught: "pytest.ExceptionInfo[ExceptionGroup[Any]]") -> list[Any]:
    return list(caught.value.exceptions)
