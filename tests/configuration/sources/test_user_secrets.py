"""Secrets of development."""

import stat
from pathlib import Path

import pytest

from corner_host.configuration import ConfigurationBuilder, ConfigurationError, ConfigurationFileError
from corner_host.configuration.sources.user_secrets import UserSecrets, find_user_secrets_id, user_secrets_path
from tests.configuration.helpers import values


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home directory."""
    monkeypatch.delenv("APPDATA", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


def test_the_file_is_the_one_of_dotnet() -> None:
    """U-01: so that one file serves both."""
    assert user_secrets_path("shop", {"HOME": "/h"}) == Path("/h/.microsoft/usersecrets/shop/secrets.json")
    assert user_secrets_path("shop", {"APPDATA": "/a", "HOME": "/h"}) == Path(
        "/a/Microsoft/UserSecrets/shop/secrets.json"
    )


def test_there_is_an_order_of_directories() -> None:
    """U-02: when none is known the error names the variable that helps."""
    variables = {"DOTNET_USER_SECRETS_FALLBACK_DIR": "/f"}

    assert user_secrets_path("shop", variables) == Path("/f/.microsoft/usersecrets/shop/secrets.json")
    assert user_secrets_path("shop", {"USERPROFILE": "/u", **variables}).is_relative_to("/u")
    with pytest.raises(ConfigurationError, match="DOTNET_USER_SECRETS_FALLBACK_DIR"):
        user_secrets_path("shop", {})


@pytest.mark.parametrize(
    ("bad", "hint"), [("", "empty"), ("a/b", "'/' at index 1"), ("ab\0", "index 2"), ("..", "'..'")]
)
def test_an_id_is_a_file_name(bad: str, hint: str) -> None:
    """U-03: the error tells the character and where it is."""
    with pytest.raises(ConfigurationError, match=hint):
        ConfigurationBuilder().add_user_secrets(bad)


def test_secrets_are_read(home: Path) -> None:
    """U-04: an absent file is no error, and is not made."""
    builder = ConfigurationBuilder().add_user_secrets("shop")
    before = values(builder.build())
    existed = (home / ".microsoft").exists()
    UserSecrets("shop").set("Facebook:AppSecret", "hunter2")

    configuration = builder.build()

    assert (before, existed) == ({}, False)
    assert configuration["facebook:appsecret"] == "hunter2"
    assert "hunter2" not in configuration.get_debug_view()


@pytest.mark.parametrize(
    ("project", "found"),
    [
        ('[tool.corner-host]\nuser-secrets-id = "shop"', "shop"),
        ("[tool.corner-host]", None),
        ("[project]\nname='x'", None),
        (None, None),
    ],
)
def test_the_id_is_in_the_project_file(tmp_path: Path, project: str | None, found: str | None) -> None:
    """U-05, U-06: None when there is none; a host then takes the application's name."""
    if project is not None:
        (tmp_path / "pyproject.toml").write_text(project)

    assert find_user_secrets_id(tmp_path) == found


def test_a_broken_project_file_is_told(tmp_path: Path) -> None:
    """U-05: by its path."""
    (tmp_path / "pyproject.toml").write_text("[tool")

    with pytest.raises(ConfigurationFileError, match=r"pyproject\.toml"):
        find_user_secrets_id(tmp_path)


def test_secrets_are_written_for_nobody_else(home: Path) -> None:
    """Mode 0600, flat keys, one spelling for each."""
    secrets = UserSecrets("shop")

    secrets.set("B:Key", "1")
    secrets.set("A", "ä")
    secrets.set("b:KEY", "2")

    assert secrets.read() == {"A": "ä", "b:KEY": "2"}
    assert stat.S_IMODE(secrets.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(secrets.path.parent.stat().st_mode) == 0o700
    assert [path.name for path in secrets.path.parent.iterdir()] == ["secrets.json"]


def test_secrets_are_removed(home: Path) -> None:
    """One, or all of them."""
    secrets = UserSecrets("shop")
    secrets.set("A", "1")
    secrets.set("B", "2")

    assert (secrets.remove("a"), secrets.remove("a"), secrets.read()) == (True, False, {"B": "2"})
    secrets.clear()
    assert secrets.read() == {}


def test_a_broken_secrets_file_is_kept(home: Path) -> None:
    """Nothing is written over it, and nothing of it is shown."""
    secrets = UserSecrets("shop")
    secrets.set("A", "1")
    secrets.path.write_text('{"A": "hunter2"')

    with pytest.raises(ConfigurationFileError) as caught:
        secrets.set("B", "2")

    assert caught.value.line == 1
    assert "hunter2" not in str(caught.value)
    assert "hunter2" in secrets.path.read_text()
