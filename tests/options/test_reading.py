"""Options, snapshots and monitors: who sees which values, and when."""

from corner_host.configuration import ConfigurationManager
from corner_host.di import ServiceCollection, ServiceProvider
from corner_host.options import (
    Options,
    OptionsMonitor,
    OptionsSnapshot,
)

from .conftest import Mail, Trail, build, counting, move


def test_options_never_change(mail: ServiceProvider, configuration: ConfigurationManager) -> None:
    """O-11: made at first use, the same ever after, even after a reload."""
    options = mail.get_required_service(Options[Mail])
    before = options.value
    move(configuration, Host="second")

    assert options.value is before
    assert before.host == "first"


def test_options_are_made_at_first_use(mail: ServiceProvider, configuration: ConfigurationManager) -> None:
    """O-11: not when they are injected."""
    options = mail.get_required_service(Options[Mail])
    move(configuration, Host="second")

    assert options.value.host == "second"


def test_a_scope_keeps_its_values(mail: ServiceProvider, configuration: ConfigurationManager) -> None:
    """O-12: a reload is seen by the next scope."""
    with mail.create_scope() as old, mail.create_scope() as new:
        kept = old.service_provider.get_required_service(OptionsSnapshot[Mail])
        assert kept.value.host == "first"
        move(configuration, Host="second")

        assert kept.value.host == "first"
        assert new.service_provider.get_required_service(OptionsSnapshot[Mail]).value.host == "second"


def test_a_snapshot_makes_each_name_once(services: ServiceCollection) -> None:
    """O-13: every reader in the scope gets the same object."""
    services.configure(Trail, counting(), name=None)
    with build(services).create_scope() as scope:
        snapshot = scope.service_provider.get_required_service(OptionsSnapshot[Trail])

        assert [snapshot.get(name).steps for name in ("", "a", "", "a")] == ["1", "2", "1", "2"]
        assert snapshot.value is snapshot.get("")


def test_a_monitor_follows_its_section(mail: ServiceProvider, configuration: ConfigurationManager) -> None:
    """O-10, O-14: configuring from a section registers its changes too."""
    monitor = mail.get_required_service(OptionsMonitor[Mail])
    assert monitor.current_value.host == "first"
    move(configuration, Host="second")

    assert monitor.current_value.host == "second"


def test_a_bound_path_is_followed_too(services: ServiceCollection, configuration: ConfigurationManager) -> None:
    """O-10: also by its path, with the configuration taken from the container."""
    services.add_options(Mail, "spare").bind_configuration("Mail")
    move(configuration, Host="first")
    monitor = build(services).get_required_service(OptionsMonitor[Mail])
    assert monitor.get("spare").host == "first"
    move(configuration, Host="second")

    assert monitor.get("spare").host == "second"


def test_ready_options_for_a_test() -> None:
    """`Options.of` hands a value to a constructor without a container."""
    trail = Trail(steps="x")

    assert Options.of(trail).value is trail
