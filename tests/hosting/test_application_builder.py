"""The builder's live properties and its settings (sections 14 and 15)."""

from collections.abc import Callable
from pathlib import Path

import pytest

from corner_host.configuration import Configuration, ConfigurationManager
from corner_host.di import CollectionReadOnlyError, ServiceDescriptor, ServiceLifetime
from corner_host.hosting import Host, HostBuilder, HostBuilderSettings, HostEnvironment
from tests.hosting.journal import Journal

DEFAULTS = pytest.mark.parametrize("disable_defaults", [False, True], ids=["defaults", "no defaults"])


def manager(**pairs: str) -> ConfigurationManager:
    """A configuration with *pairs*."""
    configuration = ConfigurationManager()
    configuration.add_in_memory_collection(pairs)
    return configuration


@pytest.mark.parametrize("create", [Host.create_builder, Host.create_empty_builder])
def test_the_properties_are_there_before_build(create: object) -> None:
    """AB-1: services, configuration, environment, logging, properties."""
    builder: HostBuilder = create()  # type: ignore[operator]

    assert builder.services is builder.services
    assert builder.configuration is builder.configuration
    assert builder.environment.environment_name
    assert builder.logging is not None
    assert builder.properties is not None


def test_configuration_is_live() -> None:
    """AB-2: readable at once, and what is set after build is seen through the container."""
    builder = Host.create_empty_builder()
    builder.configuration["a"] = "1"
    builder.configuration.add_in_memory_collection({"b": "2"})
    before = (builder.configuration["a"], builder.configuration["b"])
    host = builder.build()
    builder.configuration["a"] = "3"

    assert before == ("1", "2")
    assert host.services.get_required_service(Configuration)["a"] == "3"


def test_files_are_read_at_once_from_the_content_root(tmp_path: Path) -> None:
    """AB-3, SE-6: a relative path is looked for in the content root."""
    (tmp_path / "shop.json").write_text('{"shop": "corner"}', encoding="utf-8")
    builder = Host.create_empty_builder(HostBuilderSettings(content_root_path=str(tmp_path)))
    builder.configuration.add_json_file("shop.json")

    assert builder.configuration["shop"] == "corner"


def test_later_configuration_does_not_change_the_environment() -> None:
    """AB-4: it was fixed when the builder was made."""
    builder = Host.create_empty_builder()
    builder.configuration["environment"] = "Elsewhere"
    builder.configuration["applicationName"] = "other"
    host = builder.build()

    assert host.environment.environment_name == "Production"
    assert host.environment.application_name != "other"


@pytest.mark.parametrize("mutate", ["append", "remove", "set", "clear", "pop", "insert", "add_singleton"])
def test_services_are_closed_after_build(mutate: str) -> None:
    """AB-6: adding, removing, setting, clearing: all refused."""
    builder = Host.create_empty_builder()
    builder.services.add_singleton(Journal)
    builder.build()
    services, descriptor = builder.services, builder.services[0]
    new = ServiceDescriptor(Journal, Journal, lifetime=ServiceLifetime.SINGLETON)
    calls: dict[str, Callable[[], object]] = {
        "append": lambda: services.append(new),
        "remove": lambda: services.remove(descriptor),
        "set": lambda: services.__setitem__(0, new),
        "clear": services.clear,
        "pop": services.pop,
        "insert": lambda: services.insert(0, new),
        "add_singleton": lambda: services.add_singleton(Journal),
    }

    with pytest.raises(CollectionReadOnlyError):
        calls[mutate]()


async def test_an_empty_builder_builds_and_closes() -> None:
    """AB-10: there is nothing to it."""
    await Host.create_empty_builder().build().aclose()


def test_the_environment_is_production_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """AB-8, HB-9, EN-1: without a value."""
    for name in ("DOTNET_ENVIRONMENT", "CORNER_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)

    assert Host.create_empty_builder().build().environment.environment_name == "Production"
    assert Host.create_builder().build().environment.environment_name == "Production"


def test_the_default_content_root_is_the_working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AB-9, DF-3: in the environment and in the configuration."""
    monkeypatch.chdir(tmp_path)
    builder = Host.create_builder()

    assert builder.environment.content_root_path == str(tmp_path)
    assert builder.configuration["contentRoot"] == str(tmp_path)


def test_a_direct_setting_is_one_key_of_the_configuration() -> None:
    """AB-13: one, and only one."""
    builder = Host.create_empty_builder(HostBuilderSettings(environment_name="Jungle"))

    assert [(child.key, child.value) for child in builder.configuration.get_children()] == [("environment", "Jungle")]


def test_an_empty_builder_reads_no_file_and_no_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """AB-14: no settings files, no variables; arguments and settings count."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOTNET_a", "variable")
    monkeypatch.setenv("b", "variable")
    (tmp_path / "appsettings.json").write_text('{"c": "file"}', encoding="utf-8")
    settings = HostBuilderSettings(args=["--d=argument"], content_root_path=str(tmp_path))
    configuration = Host.create_empty_builder(settings).build().configuration

    assert [configuration[key] for key in "abcd"] == [None, None, None, "argument"]


def test_settings_are_empty_by_default() -> None:
    """SE-1: and can be set and cleared."""
    settings = HostBuilderSettings()
    values = (
        settings.disable_defaults,
        settings.args,
        settings.configuration,
        settings.environment_name,
        settings.application_name,
        settings.content_root_path,
    )
    settings.environment_name = "Test"
    settings.environment_name = None

    assert values == (False, None, None, None, None, None)
    assert HostBuilderSettings(args=[]).args == []


def test_settings_are_compared_and_shown_by_value() -> None:
    """SE-1: two that say the same are equal; what is shown is what was given."""
    settings = HostBuilderSettings(args=["--a=1"], environment_name="Test")

    assert settings == HostBuilderSettings(args=["--a=1"], environment_name="Test")
    assert settings != HostBuilderSettings(args=["--a=1"])
    assert settings != "Test"
    assert repr(settings) == "HostBuilderSettings(args=['--a=1'], environment_name='Test')"
    assert repr(HostBuilderSettings()) == "HostBuilderSettings()"


@pytest.mark.parametrize(
    ("create", "message"),
    [
        (lambda: Host.create_empty_builder(["--a=1"]), r"HostBuilderSettings, not \['--a=1'\].*\n.*args"),  # type: ignore[arg-type]
        (lambda: Host.create_builder(settings={"a": 1}), "settings must be HostBuilderSettings"),  # type: ignore[arg-type]
        (lambda: HostBuilder(["--a=1"]), "settings must be HostBuilderSettings"),  # type: ignore[arg-type]
        (lambda: Host.create_builder("--a=1"), "args must be a list of texts"),
        (lambda: Host.create_builder([1]), "args must be a list of texts"),  # type: ignore[list-item]
        (lambda: Host.create_builder(HostBuilderSettings()), "args must be a list of texts"),  # type: ignore[arg-type]
    ],
)
def test_what_is_neither_settings_nor_arguments_is_refused(create: Callable[[], object], message: str) -> None:
    """SE-1: by name, with the way out."""
    with pytest.raises(TypeError, match=message):
        create()


def test_no_settings_are_the_default_settings() -> None:
    """SE-2: None and new settings give the same environment."""
    bare, new = Host.create_empty_builder(None), Host.create_empty_builder(HostBuilderSettings())

    assert bare.environment == new.environment
    assert isinstance(bare.environment, HostEnvironment)


@DEFAULTS
def test_supplied_configuration_shapes_the_environment(disable_defaults: bool, tmp_path: Path) -> None:
    """SE-3: with and without the defaults."""
    configuration = manager(applicationName="shop", environment="Staging", contentRoot=str(tmp_path))
    settings = HostBuilderSettings(disable_defaults=disable_defaults, configuration=configuration)
    environment = Host.create_builder(settings=settings).build().environment

    assert environment.application_name == "shop"
    assert environment.environment_name == "Staging"
    assert environment.content_root_path == str(tmp_path)


@DEFAULTS
def test_direct_settings_win(disable_defaults: bool, tmp_path: Path) -> None:
    """SE-4: over supplied configuration, in the configuration and in the environment."""
    settings = HostBuilderSettings(
        disable_defaults=disable_defaults,
        configuration=manager(applicationName="supplied", environment="Supplied", contentRoot="/supplied"),
        application_name="direct",
        environment_name="Direct",
        content_root_path=str(tmp_path),
    )
    host = Host.create_builder(settings=settings).build()

    assert host.environment == HostEnvironment(
        application_name="direct", environment_name="Direct", content_root_path=str(tmp_path)
    )
    assert host.configuration["applicationName"] == "direct"
    assert host.configuration["environment"] == "Direct"
    assert host.configuration["contentRoot"] == str(tmp_path)


@DEFAULTS
def test_direct_settings_win_over_arguments(disable_defaults: bool) -> None:
    """SE-8: in the environment."""
    settings = HostBuilderSettings(
        disable_defaults=disable_defaults, args=["--environment=Argument"], environment_name="Direct"
    )

    assert Host.create_builder(settings=settings).build().environment.environment_name == "Direct"


@pytest.mark.parametrize("kind", ["defaults", "disabled", "empty"])
def test_arguments_count_in_any_case(kind: str) -> None:
    """SE-5: with defaults, without, and in the empty builder."""
    settings = HostBuilderSettings(args=["--a=1", "--environment", "Staging"], disable_defaults=kind == "disabled")
    create = Host.create_empty_builder if kind == "empty" else lambda given: Host.create_builder(settings=given)
    host = create(settings).build()

    assert host.configuration["a"] == "1"
    assert host.environment.environment_name == "Staging"


def test_arguments_may_be_given_to_create_builder() -> None:
    """SE-5: `Host.create_builder(args)`."""
    assert Host.create_builder(["--a=1"]).build().configuration["a"] == "1"


@pytest.mark.parametrize("way", ["setting", "supplied"])
def test_a_content_root_keeps_the_working_directory_out(way: str, tmp_path: Path) -> None:
    """SE-7: set directly, or present in what was supplied."""
    settings = (
        HostBuilderSettings(content_root_path=str(tmp_path))
        if way == "setting"
        else HostBuilderSettings(configuration=manager(contentRoot=str(tmp_path)))
    )
    host = Host.create_builder(settings=settings).build()

    assert host.configuration["contentRoot"] == str(tmp_path)
    assert host.environment.content_root_path == str(tmp_path)


def test_host_values_have_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """SE-8: supplied, variables (DOTNET_, then CORNER_), arguments, direct settings."""
    names = ["one", "two", "three", "four", "five"]
    supplied = dict.fromkeys(names, "supplied")
    for name in names[1:]:
        monkeypatch.setenv(f"DOTNET_{name}", "dotnet")
    for name in names[2:]:
        monkeypatch.setenv(f"CORNER_{name}", "corner")
    args = [f"--{name}=argument" for name in names[3:]]
    settings = HostBuilderSettings(configuration=manager(**supplied), args=args)
    configuration = Host.create_builder(settings=settings).build().configuration

    assert [configuration[name] for name in names] == ["supplied", "dotnet", "corner", "argument", "argument"]


def test_application_sources_may_hide_a_setting_in_the_configuration(tmp_path: Path) -> None:
    """SE-9: the file wins in the configuration, the environment keeps the setting."""
    (tmp_path / "appsettings.json").write_text('{"applicationName": "file"}', encoding="utf-8")
    settings = HostBuilderSettings(content_root_path=str(tmp_path), application_name="direct")
    host = Host.create_builder(settings=settings).build()

    assert host.configuration["applicationName"] == "file"
    assert host.environment.application_name == "direct"


def test_what_was_set_keeps_its_spelling_when_the_environment_changes() -> None:
    """HB: a key set by hand is shown as it was written, whatever makes the sources anew afterwards."""
    builder = Host.create_builder([])
    builder.configuration["Payment:ApiUrl"] = "https://pay.example"
    builder.use_environment("Staging")

    (section,) = builder.configuration.get_section("Payment").get_children()
    assert (section.key, section.value) == ("ApiUrl", "https://pay.example")


def test_use_environment_wins_over_settings() -> None:
    """HB-16: it shows at once."""
    builder = Host.create_empty_builder(HostBuilderSettings(environment_name="Setting")).use_environment("Call")

    assert builder.environment.environment_name == "Call"
    assert builder.build().environment.environment_name == "Call"
