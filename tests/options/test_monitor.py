"""Monitors: who hears of which change."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection, ServiceProvider
from corner_host.options import (
    Options,
    OptionsCache,
    OptionsChangeSource,
    OptionsMonitor,
    OptionsValidationError,
)

from .conftest import Bell, BellSource, Mail, Trail, build, counting, move


def listen(monitor: OptionsMonitor[Trail], **how: Any) -> list[tuple[str, str]]:
    """Return the list in which a listener notes what it is told."""
    heard: list[tuple[str, str]] = []
    monitor.on_change(lambda trail, name: heard.append((trail.steps, name)), **how)
    return heard


def monitor_of(services: ServiceCollection) -> OptionsMonitor[Trail]:
    return build(services).get_required_service(OptionsMonitor[Trail])


def test_a_change_makes_the_named_options_anew(services: ServiceCollection) -> None:
    """O-15, O-16: at once, and others stay as they are."""
    bell = Bell()
    services.configure(Trail, counting(), name=None)
    services.add_singleton(OptionsChangeSource[Trail], instance=BellSource(bell, "#1"))
    monitor = monitor_of(services)
    heard = listen(monitor)
    assert (monitor.get("#1").steps, monitor.current_value.steps) == ("1", "2")
    bell.ring()

    assert heard == [("3", "#1")]
    assert (monitor.get("#1").steps, monitor.current_value.steps) == ("3", "2")


def test_a_source_for_every_name_renews_all(services: ServiceCollection) -> None:
    """O-02, O-15: each name that was asked for."""
    bell = Bell()
    services.configure(Trail, counting(), name=None)
    services.add_singleton(OptionsChangeSource[Trail], instance=BellSource(bell, None))
    monitor = monitor_of(services)
    heard = listen(monitor)
    assert (monitor.get("a").steps, monitor.get("b").steps) == ("1", "2")
    bell.ring()

    assert heard == [("3", "a"), ("4", "b")]


@pytest.fixture
def bell(services: ServiceCollection) -> Bell:
    """A change source for `Trail`, whose options are numbered."""
    bell = Bell()
    services.configure(Trail, counting()).add_singleton(OptionsChangeSource[Trail], instance=BellSource(bell))
    return bell


def test_a_listener_that_is_closed_hears_no_more(services: ServiceCollection, bell: Bell) -> None:
    """O-17: the value still follows."""
    monitor = monitor_of(services)
    heard: list[Trail] = []
    with monitor.on_change(lambda trail, name: heard.append(trail)):
        bell.ring()
    bell.ring()

    assert [trail.steps for trail in heard] == ["1"]
    assert monitor.current_value.steps == "2"


def test_every_source_rings_every_listener(services: ServiceCollection, bell: Bell) -> None:
    """O-18: each firing makes the options anew."""
    other = Bell()
    services.add_singleton(OptionsChangeSource[Trail], instance=BellSource(other))
    monitor = monitor_of(services)
    first, second = listen(monitor), listen(monitor)
    bell.ring()
    other.ring()

    assert first == second == [("1", ""), ("2", "")]


def test_a_change_is_delivered_though_nobody_has_read(services: ServiceCollection, bell: Bell) -> None:
    """O-19: the first change already builds and delivers."""
    heard = listen(monitor_of(services))
    bell.ring()

    assert heard == [("1", "")]


def test_a_closed_container_follows_no_more(services: ServiceCollection, bell: Bell) -> None:
    """O-20: the registrations at the sources are gone."""
    with build(services) as provider:
        provider.get_required_service(OptionsMonitor[Trail])
        assert len(bell.callbacks) == 1

    assert bell.callbacks == []


def test_a_cleared_cache_has_the_next_reader_make_them(services: ServiceCollection, bell: Bell) -> None:
    """O-21: nobody is told."""
    provider = build(services)
    monitor = provider.get_required_service(OptionsMonitor[Trail])
    heard = listen(monitor)
    assert monitor.current_value.steps == "1"
    cache = provider.get_required_service(OptionsCache[Trail])
    cache.clear()

    assert monitor.current_value.steps == "2"
    assert cache.remove("")
    assert not cache.remove("never asked for")
    assert monitor.current_value.steps == "3"
    assert heard == []


class FixedCache(OptionsCache[Trail]):
    def get_or_add(self, name: str, create: Callable[[], Trail]) -> Trail:
        return Trail(steps="from the cache")


def test_a_cache_of_ones_own_is_used(services: ServiceCollection) -> None:
    """O-22: the monitor goes through its public methods."""
    services.add_options(Trail)
    services.add_singleton(OptionsCache[Trail], FixedCache)

    assert monitor_of(services).current_value.steps == "from the cache"


def test_listeners_hear_of_equal_values_unless_they_refuse(services: ServiceCollection) -> None:
    """O-23: each change is told; ``distinct=True`` waits for values that differ."""
    bell = Bell()
    letters = iter("aab")
    services.configure(Trail, lambda trail: setattr(trail, "steps", next(letters)))
    services.add_singleton(OptionsChangeSource[Trail], instance=BellSource(bell))
    monitor = monitor_of(services)
    assert monitor.current_value.steps == "a"
    all_of_them, distinct = listen(monitor), listen(monitor, distinct=True)
    bell.ring()
    bell.ring()

    assert all_of_them == [("a", ""), ("b", "")]
    assert distinct == [("b", "")]


def test_an_asynchronous_listener_is_refused(services: ServiceCollection, bell: Bell) -> None:
    """R-09: nobody would await it in the thread that watches the files."""

    async def listen_later(trail: Trail, name: str) -> None: ...

    with pytest.raises(TypeError, match="To fix: pass a plain function"):
        monitor_of(services).on_change(listen_later)


def test_a_listener_that_fails_does_not_hinder_others(
    services: ServiceCollection, bell: Bell, caplog: pytest.LogCaptureFixture
) -> None:
    """V-11: the thread that watches the files lives on, and a record tells."""
    monitor = monitor_of(services)
    monitor.on_change(lambda trail, name: 1 / 0)
    heard = listen(monitor)
    bell.ring()

    assert heard == [("1", "")]
    assert "A listener for changes of Trail failed" in caplog.text


def test_invalid_values_leave_the_last_good_ones(
    mail: ServiceProvider, configuration: ConfigurationManager, caplog: pytest.LogCaptureFixture
) -> None:
    """V-11: reading does not raise, no listener is called, and one error record says why."""
    monitor = mail.get_required_service(OptionsMonitor[Mail])
    good = monitor.current_value
    heard: list[str] = []
    monitor.on_change(lambda value, name: heard.append(value.host))
    move(configuration, Host="second", Port="0")

    assert monitor.current_value is good
    assert heard == []
    [record] = caplog.records
    assert record.levelno == logging.ERROR
    assert "The last good values stay" in record.getMessage()
    assert "Mail:Port" in record.getMessage()

    move(configuration, Port="1")

    assert heard == ["second"]


def test_one_record_tells_however_many_sources_ring(
    services: ServiceCollection, configuration: ConfigurationManager, caplog: pytest.LogCaptureFixture
) -> None:
    """V-11: two sections on one reload are one failure; a later, different one is told again."""
    move(configuration, Host="h")
    for _ in range(2):
        services.configure(Mail, configuration.get_section("Mail"))
    monitor = build(services).get_required_service(OptionsMonitor[Mail])
    assert monitor.current_value.port == 25
    move(configuration, Port="0")
    move(configuration, Port="-1")
    assert len(caplog.records) == 2
    move(configuration, Port="1")
    move(configuration, Port="-1")

    assert len(caplog.records) == 3


def test_a_first_failure_is_told_to_the_reader(
    services: ServiceCollection, configuration: ConfigurationManager
) -> None:
    """V-12: without good values there is nothing to keep; the failure is kept until the next change."""
    asked: list[str] = []
    services.configure(Mail, configuration.get_section("Mail"))
    services.add_options(Mail).configure(lambda mail: asked.append("x"))
    provider = build(services)
    monitor = provider.get_required_service(OptionsMonitor[Mail])
    for _ in range(2):
        with pytest.raises(OptionsValidationError, match="Mail:Host"):
            monitor.get("")
    assert len(asked) == 1
    with pytest.raises(OptionsValidationError):
        _ = provider.get_required_service(Options[Mail]).value
    with pytest.raises(OptionsValidationError):
        _ = provider.get_required_service(Options[Mail]).value
    assert len(asked) == 3  # options try again each time

    move(configuration, Port="1")
    with pytest.raises(OptionsValidationError):
        monitor.get("")
    assert len(asked) == 5  # once for the change, once for the reader

    move(configuration, Host="h")

    assert monitor.current_value.host == "h"
