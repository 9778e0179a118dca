"""A directory of values."""

from pathlib import Path

import pytest

from corner_host.configuration import (
    ConfigurationBuilder,
    ConfigurationError,
    ConfigurationFileError,
    ConfigurationFileNotFoundError,
)
from corner_host.configuration.sources.key_per_file import KeyPerFileSource
from tests.configuration.helpers import loaded, values


def fill(directory: Path, **files: str) -> Path:
    for name, text in files.items():
        (directory / name).write_text(text, newline="")
    return directory


def test_files_are_values(tmp_path: Path) -> None:
    """KF-01: by name; directories are left out."""
    fill(tmp_path, Secret1="a", Secret2="b")
    (tmp_path / "Secret3").mkdir()

    assert values(ConfigurationBuilder().add_key_per_file(tmp_path).build()) == {"Secret1": "a", "Secret2": "b"}


def test_two_underscores_are_a_colon(tmp_path: Path) -> None:
    """KF-02: or what is asked for."""
    fill(tmp_path, Secret0__Secret1__Key="a")
    (tmp_path / "A--B").write_text("b")

    assert values(loaded(KeyPerFileSource(tmp_path))) == {"A--B": "b", "Secret0:Secret1:Key": "a"}
    assert values(loaded(KeyPerFileSource(tmp_path, delimiter="--")))["A:B"] == "b"


def test_some_names_are_ignored(tmp_path: Path) -> None:
    """KF-03: those that begin with a prefix, or those a function names."""
    fill(tmp_path, **{"ignore.Secret0": "0", "me.Secret1": "1", "Secret2": "2"})

    def keys(**options: object) -> list[str]:
        return list(values(loaded(KeyPerFileSource(tmp_path, **options))))  # type: ignore[arg-type]

    assert keys() == ["me.Secret1", "Secret2"]
    assert keys(ignore_prefix="me.") == ["ignore.Secret0", "Secret2"]
    assert keys(ignore_prefix=None) == ["ignore.Secret0", "me.Secret1", "Secret2"]
    assert keys(ignore=lambda name: name.endswith("2")) == ["ignore.Secret0", "me.Secret1"]
    assert keys(ignore=lambda name: True) == []


@pytest.mark.parametrize("path", ["/not/there", "not/there"])
def test_an_optional_directory_may_be_absent(path: str) -> None:
    """KF-04: it is empty."""
    assert values(ConfigurationBuilder().add_key_per_file(path, optional=True).build()) == {}


def test_a_required_directory_is_absolute_and_there(tmp_path: Path) -> None:
    """KF-05: the first is checked when it is added."""
    with pytest.raises(ConfigurationError, match="absolute"):
        ConfigurationBuilder().add_key_per_file("relative")
    with pytest.raises(ConfigurationFileNotFoundError) as caught:
        ConfigurationBuilder().add_key_per_file(tmp_path / "not-there").build()
    assert isinstance(caught.value, FileNotFoundError)


@pytest.mark.parametrize(
    ("text", "value"),
    [("a", "a"), ("a\n", "a"), ("a\r\n", "a"), ("a\n\n", "a\n"), (" a ", " a "), ("", ""), ("\ufeffa", "a")],
)
def test_one_line_end_is_removed(tmp_path: Path, text: str, value: str) -> None:
    """KF-06: exactly one; nothing else is trimmed."""
    assert loaded(KeyPerFileSource(fill(tmp_path, Key=text)))["Key"] == value


def test_names_that_differ_in_case_are_refused(tmp_path: Path) -> None:
    """KF-07: the error names both files."""
    fill(tmp_path, Key="hunter2", KEY="hunter2")
    if len(list(tmp_path.iterdir())) == 1:
        pytest.skip("the file system has no case")

    with pytest.raises(ConfigurationFileError, match="KEY and Key") as caught:
        loaded(KeyPerFileSource(tmp_path))

    assert "hunter2" not in str(caught.value)


def test_the_links_of_kubernetes_are_followed(tmp_path: Path) -> None:
    """KF-08: names that begin with two dots are left out."""
    (tmp_path / "..2026").mkdir()
    fill(tmp_path / "..2026", Key="a")
    (tmp_path / "..data").symlink_to("..2026")
    (tmp_path / "Key").symlink_to("..data/Key")
    fill(tmp_path, **{"..hidden": "x"})

    assert values(loaded(KeyPerFileSource(tmp_path))) == {"Key": "a"}


def test_a_value_knows_its_file(tmp_path: Path) -> None:
    """By its full path."""
    origin = loaded(KeyPerFileSource(fill(tmp_path, A__B="x"))).providers[0].origin("a:b")

    assert origin.file == str(tmp_path / "A__B")


@pytest.mark.parametrize("path", ["", "a\0b"])
def test_what_is_no_path_is_refused(path: str) -> None:
    """When it is added."""
    with pytest.raises(ConfigurationError, match="is no path"):
        KeyPerFileSource(path, optional=True)


def test_what_is_no_text_is_an_error(tmp_path: Path) -> None:
    """It names the file, and shows nothing of it."""
    (tmp_path / "Key").write_bytes(b"hunter2\xff")

    with pytest.raises(ConfigurationFileError, match="UTF-8") as caught:
        loaded(KeyPerFileSource(tmp_path))

    assert caught.value.file == str(tmp_path / "Key")
    assert "hunter2" not in str(caught.value)


def test_a_file_in_place_of_the_directory_is_no_directory(tmp_path: Path) -> None:
    """A required one is missing then."""
    (tmp_path / "file").write_text("x")

    with pytest.raises(ConfigurationFileNotFoundError):
        loaded(KeyPerFileSource(tmp_path / "file"))
