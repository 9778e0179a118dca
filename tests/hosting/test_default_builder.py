"""What `Host.create_builder()` is made of (sections 16 and 18)."""

import logging
import threading
from pathlib import Path

import pytest

from corner_host.di import ScopeValidationError, ServiceValidationError
from corner_host.hosting import Host, HostBuilder, HostBuilderSettings
from tests.hosting.journal import Journal


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own to run in, with a home of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for name in ("DOTNET_ENVIRONMENT", "CORNER_ENVIRONMENT"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def write(path: Path, text: str) -> None:
    """Write *text*, making folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_host_values_are_variables_and_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    """DF-1, DF-18: the prefix is stripped, arguments win; the web host's prefix means nothing."""
    monkeypatch.setenv("DOTNET_ENVIRONMENT", "Staging")
    monkeypatch.setenv("ASPNETCORE_ENVIRONMENT", "Web")
    monkeypatch.setenv("DOTNET_a", "variable")

    assert Host.create_builder().environment.environment_name == "Staging"
    assert Host.create_builder(["--environment=Test"]).environment.environment_name == "Test"
    assert Host.create_builder(["--a=argument"]).configuration["a"] == "argument"


def test_the_hosts_own_prefix_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """DF-1: `CORNER_` over `DOTNET_`."""
    monkeypatch.setenv("DOTNET_ENVIRONMENT", "Dotnet")
    monkeypatch.setenv("CORNER_ENVIRONMENT", "Corner")

    assert Host.create_builder().environment.environment_name == "Corner"


def test_application_values_have_their_order(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DF-2, DF-17: file, file of the environment, secrets, variables, arguments, the user's own."""
    names = ["one", "two", "three", "four", "five", "six"]

    def json(value: str, keys: list[str]) -> str:
        return "{" + ", ".join(f'"{key}": "{value}"' for key in keys) + "}"

    for name in names:
        monkeypatch.setenv(f"DOTNET_{name}", "host")
    write(root / "appsettings.json", json("file", names))
    write(root / "appsettings.Development.json", json("development", names[1:]))
    write(root / "home/.microsoft/usersecrets/shop/secrets.json", json("secret", names[2:]))
    for name in names[3:]:
        monkeypatch.setenv(name, "variable")
    args = [f"--{name}=argument" for name in names[4:]]
    builder = Host.create_builder([*args, "--environment=Development", "--applicationName=shop"])
    builder.configuration.add_in_memory_collection({"six": "user"})
    configuration = builder.build().configuration

    assert [configuration[name] for name in names] == [
        "file",
        "development",
        "secret",
        "variable",
        "argument",
        "user",
    ]


@pytest.mark.parametrize("key", ["contentroot", "contentRoot", "CONTENTROOT"])
def test_the_content_root_may_be_an_argument(key: str, tmp_path: Path) -> None:
    """DF-5: in any case."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    assert Host.create_builder([f"--{key}", str(elsewhere)]).environment.content_root_path == str(elsewhere)


@pytest.mark.parametrize(
    "args",
    [["environment=Development", "applicationName=foo"], ["--environment", "Development", "--applicationName", "foo"]],
)
def test_the_environment_may_come_from_arguments(args: list[str]) -> None:
    """DF-6: either way of writing them."""
    environment = Host.create_builder(args).build().environment

    assert (environment.environment_name, environment.application_name) == ("Development", "foo")


def test_settings_files_may_be_missing() -> None:
    """DF-8: both are optional."""
    assert Host.create_builder().build().configuration["anything"] is None


async def test_files_are_not_read_again_if_told_so(root: Path) -> None:
    """DF-10: by host configuration."""
    write(root / "appsettings.json", '{"a": "before"}')
    host = Host.create_builder(["--hostBuilder:reloadConfigOnChange=false"]).build()
    write(root / "appsettings.json", '{"a": "after!"}')

    assert host.configuration["a"] == "before"
    await host.aclose()


@pytest.mark.parametrize(("environment", "value"), [("Development", "secret"), ("Production", None)])
def test_user_secrets_are_for_development(root: Path, environment: str, value: str | None) -> None:
    """DF-11, DF-12: those of the application, and nowhere else."""
    write(root / "home/.microsoft/usersecrets/shop/secrets.json", '{"a": "secret"}')
    builder = Host.create_builder([f"--environment={environment}", "--applicationName=shop"])

    assert builder.configuration["a"] == value


def test_without_user_secrets_development_works() -> None:
    """DF-11: they are optional."""
    assert Host.create_builder(["--environment=Development"]).build().configuration["a"] is None


def test_a_settings_file_does_not_change_the_environment(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DF-13: only host values do; not a file, not a variable without the prefix."""
    write(root / "appsettings.json", '{"environment": "File"}')
    write(root / "appsettings.File.json", '{"a": "wrong"}')
    write(root / "appsettings.Production.json", '{"a": "right"}')
    monkeypatch.setenv("ENVIRONMENT", "Variable")
    builder = Host.create_builder()

    assert builder.environment.environment_name == "Production"
    assert builder.configuration["a"] == "right"


async def test_the_logging_section_rules_the_log(root: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """DF-14: to the console, levels by category, from the file."""
    write(
        root / "appsettings.json",
        '{"Logging": {"LogLevel": {"Default": "Warning", "acme.loud": "Debug"}}}',
    )
    host = Host.create_builder().build()
    async with host:
        logging.getLogger("acme.loud").debug("heard")
        logging.getLogger("acme.quiet").info("unheard")
        logging.getLogger("acme.quiet").warning("told")
    written = "".join(capfd.readouterr())

    assert "heard" in written.replace("unheard", "")
    assert "unheard" not in written
    assert "told" in written


def scoped_from_root(builder: HostBuilder) -> None:
    """Build, and resolve a scoped service from the root."""
    builder.services.add_scoped(Journal)
    builder.build().services.get_required_service(Journal)


class Needy:
    def __init__(self, missing: complex) -> None: ...


def create(environment: str, *, disable_defaults: bool = False) -> HostBuilder:
    """A builder in an environment."""
    settings = HostBuilderSettings(environment_name=environment, disable_defaults=disable_defaults)
    return Host.create_builder(settings=settings)


@pytest.mark.parametrize("environment", ["Development", "development", "DEVELOPMENT"])
def test_scopes_are_validated_in_development(environment: str) -> None:
    """DV-1, DV-6, DV-8: whatever the case of the name."""
    with pytest.raises(ScopeValidationError):
        scoped_from_root(create(environment))


def test_the_graph_is_validated_in_development() -> None:
    """DV-2, DV-6: a missing dependency is found at build."""
    builder = create("Development")
    builder.services.add_singleton(Needy)

    with pytest.raises(ServiceValidationError, match="Needy"):
        builder.build()


@pytest.mark.parametrize("environment", ["Production", "Staging", "Development2"])
def test_nothing_is_validated_elsewhere(environment: str) -> None:
    """DV-3: neither check."""
    builder = create(environment)
    builder.services.add_singleton(Needy)

    scoped_from_root(builder)


def test_nothing_is_validated_without_the_defaults() -> None:
    """DV-6: not even in Development."""
    builder = create("Development", disable_defaults=True)
    builder.services.add_singleton(Needy)

    scoped_from_root(builder)


def test_the_users_choice_counts_in_development() -> None:
    """DV-5, DV-7: the documented way out."""
    builder = create("Development").use_default_service_provider(validate_scopes=False, validate_on_build=False)
    builder.services.add_singleton(Needy)

    scoped_from_root(builder)


def test_the_environment_at_build_decides() -> None:
    """DV-8: use_environment after the builder was made."""
    with pytest.raises(ScopeValidationError):
        scoped_from_root(create("Production").use_environment("Development"))


@pytest.mark.parametrize("args", [None, []])
def test_no_arguments_add_no_source(args: list[str] | None) -> None:
    """DF-7: nothing or an empty list."""
    sources = [type(source).__name__ for source in Host.create_builder(args).configuration.sources]

    assert not [name for name in sources if "CommandLine" in name]


@pytest.mark.parametrize("file", ["appsettings.json", "home/.microsoft/usersecrets/shop/secrets.json"])
async def test_files_are_read_again_when_they_change(root: Path, file: str) -> None:
    """DF-9: by default."""
    write(root / file, '{"a": "before"}')
    host = Host.create_builder(["--environment=Development", "--applicationName=shop"]).build()
    changed = threading.Event()
    host.configuration.on_change(changed.set)
    write(root / file, '{"a": "after!"}')

    assert changed.wait(20)
    assert host.configuration["a"] == "after!"
    await host.aclose()
