"""Host options and the configuration that sets them (section 12; H11)."""

import inspect
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

import pytest

from corner_host.configuration import ConfigurationError
from corner_host.hosting import (
    BackgroundServiceExceptionBehavior,
    Host,
    HostBuilder,
    HostBuilderContext,
    HostBuilderSettings,
    HostOptions,
)
from corner_host.options import ConfigureOptions, Options

KEYS = {
    "shutdownTimeoutSeconds": "shutdown_timeout",
    "startupTimeoutSeconds": "startup_timeout",
    "shutdownDelaySeconds": "shutdown_delay",
    "servicesStartConcurrently": "services_start_concurrently",
    "servicesStopConcurrently": "services_stop_concurrently",
}


class SevenSeconds(ConfigureOptions[HostOptions]):
    def configure(self, name: str, options: HostOptions) -> HostOptions:
        options.shutdown_timeout = 7.0
        return options


def options_of(builder: HostBuilder) -> HostOptions:
    """The options of the host that the builder builds."""
    return builder.build().services.get_required_service(HostOptions)


def configured(**values: str) -> HostBuilder:
    """An empty builder with values at the root of its configuration."""
    builder = Host.create_empty_builder()
    builder.configuration.add_in_memory_collection(values)
    return builder


def test_the_defaults() -> None:
    """HO-1, EX-1: as in .NET."""
    options = HostOptions()

    assert options.shutdown_timeout == 30.0
    assert options.startup_timeout is None
    assert options.services_start_concurrently is False
    assert options.services_stop_concurrently is False
    assert options.background_service_exception_behavior is BackgroundServiceExceptionBehavior.STOP_HOST


def test_the_defaults_of_a_call_are_those_of_the_fields() -> None:
    """HO-1: both are written down."""
    options = HostOptions()

    assert {each.name: each.default for each in fields(HostOptions)} == asdict(options)
    assert list(inspect.signature(HostOptions).parameters) == [each.name for each in fields(HostOptions)]


def test_options_are_compared_and_shown_by_value() -> None:
    """HO-2: as dataclasses are, and ``dataclasses.replace`` makes others of them."""
    options = HostOptions(restart_limit=3)

    assert replace(options, restart_limit=5) == HostOptions() != options
    assert "shutdown_timeout=30.0, startup_timeout=None" in repr(options)
    with pytest.raises(AttributeError):
        options.shutdown_timeuot = 3.0  # type: ignore[attr-defined]
    with pytest.raises(TypeError):
        hash(options)


def test_options_can_be_set_and_changed() -> None:
    """HO-2: plain attributes."""
    options = HostOptions(shutdown_timeout=1.0)
    options.shutdown_timeout = 2.0
    options.startup_timeout = 3.0

    assert (options.shutdown_timeout, options.startup_timeout) == (2.0, 3.0)


@pytest.mark.parametrize("key", ["shutdownTimeoutSeconds", "SHUTDOWNTIMEOUTSECONDS", "shutdowntimeoutseconds"])
def test_the_shutdown_timeout_comes_from_configuration(key: str) -> None:
    """HO-3: seconds, whatever the case of the key."""
    assert options_of(configured(**{key: "99"})).shutdown_timeout == 99.0


@pytest.mark.parametrize("key", ["startupTimeoutSeconds", "shutdownDelaySeconds"])
def test_the_other_times_come_from_configuration(key: str) -> None:
    """HO-4: seconds."""
    assert getattr(options_of(configured(**{key: "7"})), KEYS[key]) == 7.0


@pytest.mark.parametrize(("text", "value"), [("true", True), ("True", True), ("false", False), ("FALSE", False)])
@pytest.mark.parametrize("key", ["servicesStartConcurrently", "servicesStopConcurrently"])
def test_the_flags_come_from_configuration(key: str, text: str, value: bool) -> None:
    """HO-5: in any case."""
    assert getattr(options_of(configured(**{key: text})), KEYS[key]) is value


@pytest.mark.parametrize("text", ["", "-1", "+1", "1.5", " 5", "5 ", "soon", "1e3", "٣"])
@pytest.mark.parametrize("key", ["shutdownTimeoutSeconds", "startupTimeoutSeconds", "shutdownDelaySeconds"])
def test_a_timeout_that_is_no_number_is_an_error(key: str, text: str) -> None:
    """H11, HO-6: the error at build names the key and the value."""
    with pytest.raises(ConfigurationError) as caught:
        configured(**{key: text}).build()

    assert key in str(caught.value)
    assert repr(text) in str(caught.value)


@pytest.mark.parametrize("text", ["yes", "", "1", "on"])
@pytest.mark.parametrize("key", ["servicesStartConcurrently", "servicesStopConcurrently"])
def test_a_flag_that_is_neither_true_nor_false_is_an_error(key: str, text: str) -> None:
    """H11, HO-7: the error at build names the key and the value."""
    with pytest.raises(ConfigurationError) as caught:
        configured(**{key: text}).build()

    assert key in str(caught.value)
    assert repr(text) in str(caught.value)


def test_the_error_names_the_source(tmp_path: Path) -> None:
    """H11: the file and the line, so that one knows where to mend it."""
    file = tmp_path / "appsettings.json"
    file.write_text('{\n  "shutdownTimeoutSeconds": "soon"\n}\n', encoding="utf-8")
    builder = Host.create_empty_builder()
    builder.configuration.add_json_file(file)

    with pytest.raises(ConfigurationError) as caught:
        builder.build()

    assert "appsettings.json" in str(caught.value)
    assert "2" in str(caught.value)


def test_the_error_names_the_argument() -> None:
    """H11: the command line is a source, too."""
    builder = Host.create_empty_builder(HostBuilderSettings(args=["--startupTimeoutSeconds=never"]))

    with pytest.raises(ConfigurationError, match="--startupTimeoutSeconds"):
        builder.build()


def test_only_the_four_keys_are_read() -> None:
    """HO-8: the behaviour is not one of them."""
    options = options_of(configured(backgroundServiceExceptionBehavior="Ignore", restartLimit="1"))

    assert options == HostOptions()


def test_code_wins_over_configuration() -> None:
    """HO-9: configure, then post_configure, over what configuration says."""

    def seconds(value: float) -> Any:
        return lambda options: setattr(options, "shutdown_timeout", value)

    configure = configured(shutdownTimeoutSeconds="1")
    configure.services.configure(HostOptions, seconds(2.0))
    both = configured(shutdownTimeoutSeconds="1")
    both.services.post_configure(HostOptions, seconds(3.0))
    both.services.configure(HostOptions, seconds(2.0))

    assert options_of(configure).shutdown_timeout == 2.0
    assert options_of(both).shutdown_timeout == 3.0


def test_configure_host_options_applies() -> None:
    """HO-10, AB-12: with the options alone, or with the context, which may even change the environment."""

    def with_context(options: HostOptions, context: HostBuilderContext) -> None:
        options.startup_timeout = 4.0
        context.environment.application_name = "renamed"

    builder = Host.create_empty_builder()
    builder.configure_host_options(lambda options: setattr(options, "shutdown_timeout", 5.0))
    builder.configure_host_options(with_context)
    host = builder.build()
    options = host.services.get_required_service(HostOptions)

    assert (options.shutdown_timeout, options.startup_timeout) == (5.0, 4.0)
    assert host.environment.application_name == "renamed"


def test_the_options_pattern_gives_the_same() -> None:
    """AB-12: `Options[HostOptions]` is another way to ask."""
    builder = Host.create_empty_builder()
    builder.services.configure(HostOptions, lambda options: setattr(options, "shutdown_timeout", 6.0))

    assert builder.build().services.get_required_service(Options[HostOptions]).value.shutdown_timeout == 6.0


def test_whoever_asks_gets_the_options_that_the_host_has() -> None:
    """AB-12, HO-11: also where nobody has set any, and configuration has changed since."""
    host = configured(shutdownTimeoutSeconds="5").build()
    host.configuration["shutdownTimeoutSeconds"] = "9"
    options = host.services.get_required_service(HostOptions)

    assert options.shutdown_timeout == 5.0
    assert host.services.get_required_service(Options[HostOptions]).value is options


@pytest.mark.parametrize("way", ["instance", "class"])
def test_options_registered_by_hand_count(way: str) -> None:
    """AB-12: without any of the methods, the container's own registrations do."""
    builder = configured(shutdownTimeoutSeconds="5")
    if way == "instance":
        ready = Options.of(HostOptions(shutdown_timeout=7.0))
        builder.services.add_singleton(Options[HostOptions], instance=ready)
    else:
        builder.services.add_transient(ConfigureOptions[HostOptions], SevenSeconds)

    assert options_of(builder).shutdown_timeout == 7.0


async def test_a_later_change_of_the_configuration_changes_nothing() -> None:
    """HO-11: read at build."""
    builder = configured(shutdownTimeoutSeconds="5")
    host = builder.build()
    host.configuration["shutdownTimeoutSeconds"] = "9"

    assert host.services.get_required_service(HostOptions).shutdown_timeout == 5.0
    await host.aclose()


@pytest.mark.parametrize("prefix", ["DOTNET_", "CORNER_"])
def test_variables_of_the_host_set_it(monkeypatch: pytest.MonkeyPatch, prefix: str) -> None:
    """HO-12: with the default builder."""
    monkeypatch.setenv(f"{prefix}shutdownTimeoutSeconds", "44")

    assert options_of(Host.create_builder()).shutdown_timeout == 44.0


def test_arguments_set_it() -> None:
    """HO-12: with the default builder."""
    assert options_of(Host.create_builder(["--shutdownTimeoutSeconds", "45"])).shutdown_timeout == 45.0


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("shutdown_timeout", -1.0),
        ("shutdown_delay", -1.0),
        ("shutdown_delay", "soon"),
        ("shutdown_delay", None),
        ("startup_timeout", -0.001),
        ("shutdown_timeout", float("nan")),
        ("startup_timeout", "soon"),
        ("restart_limit", -1),
        ("restart_window", 0.0),
        ("restart_window", -5.0),
        ("background_service_exception_behavior", "explode"),
        ("restart_backoff", 3),
        ("services_start_concurrently", "no"),
        ("services_stop_concurrently", 1),
    ],
)
def test_options_out_of_range_are_refused_at_build(option: str, value: object) -> None:
    """Bad input: the error names the option."""
    builder = Host.create_empty_builder()
    builder.configure_host_options(lambda options: setattr(options, option, value))

    with pytest.raises((ValueError, TypeError), match=option):
        builder.build()
