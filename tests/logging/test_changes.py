"""Loggers with a level of their own, which are lowered for a time."""

import logging
from collections.abc import Iterator

import pytest

from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection
from corner_host.logging import LoggingBuilder, LoggingSession, LogLevels


class Program:
    """A host's logging in force, and its levels."""

    def __init__(self) -> None:
        services = ServiceCollection()
        self.session: LoggingSession = LoggingBuilder(services, ConfigurationManager()).apply()
        self.levels = services.build_service_provider().get_required_service(LogLevels)


@pytest.fixture
def noisy() -> Iterator[logging.Logger]:
    """A logger that a library has silenced."""
    logger = logging.getLogger("noisy.client")
    logger.setLevel(logging.WARNING)
    yield logger
    logger.setLevel(logging.NOTSET)


@pytest.fixture
def first() -> Iterator[Program]:
    program = Program()
    yield program
    program.session.close()


@pytest.fixture
def second() -> Iterator[Program]:
    program = Program()
    yield program
    program.session.close()


@pytest.mark.parametrize(("one", "other"), [(10, 10), (10, 5), (5, 10)])
def test_the_last_of_two_hosts_gives_the_level_back(
    noisy: logging.Logger, first: Program, second: Program, one: int, other: int
) -> None:
    """LB-9: a logger is as low as the lowest wish of those who still have one."""
    first.levels.change("noisy", one)
    second.levels.change("noisy", other)
    both = noisy.level
    first.session.close()
    left = noisy.level
    second.session.close()

    assert (both, left, noisy.level) == (min(one, other), other, logging.WARNING)


def test_two_changes_of_one_host_are_undone_in_any_order(noisy: logging.Logger, first: Program) -> None:
    """LB-9: the wider and the narrower category count apart."""
    first.levels.change("noisy", 10)
    first.levels.change("noisy.client", 5)
    first.levels.take_back("noisy")
    left = noisy.level
    first.levels.take_back("noisy.client")

    assert (left, noisy.level) == (5, logging.WARNING)


def test_what_somebody_else_sets_meanwhile_stays(noisy: logging.Logger, first: Program, second: Program) -> None:
    """LB-9: nobody gives back what is not theirs; who comes later gives that back."""
    first.levels.change("noisy", 10)
    noisy.setLevel(logging.CRITICAL)
    second.levels.change("noisy", 10)
    first.session.close()
    left = noisy.level
    second.session.close()

    assert (left, noisy.level) == (10, logging.CRITICAL)
