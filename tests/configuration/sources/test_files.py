"""What holds for every source that reads a file."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corner_host.configuration import (
    ConfigurationBuilder,
    ConfigurationError,
    ConfigurationFileError,
    ConfigurationFileNotFoundError,
    ConfigurationManager,
    FileLoadExceptionContext,
)
from corner_host.configuration.sources.json import JsonFileSource
from tests.configuration.helpers import loaded, values

Add = Callable[..., Any]

METHODS = ["add_json_file", "add_toml_file", "add_yaml_file", "add_ini_file", "add_dotenv_file"]
GOOD = {
    "add_json_file": '{"a": "1"}', "add_toml_file": 'a = "1"', "add_yaml_file": "a: '1'",
    "add_ini_file": "a=1", "add_dotenv_file": "a=1",
}  # fmt: skip
BROKEN = {
    "add_json_file": '{"a"', "add_toml_file": "a =", "add_yaml_file": "a: 'x",
    "add_ini_file": "a", "add_dotenv_file": "a",
}  # fmt: skip


@pytest.fixture(params=METHODS)
def method(request: pytest.FixtureRequest) -> str:
    """Each kind of file."""
    return str(request.param)


def test_a_missing_file_is_an_error(method: str, tmp_path: Path) -> None:
    """F-01: it tells the path as given, that it is not optional, and where it was expected."""
    builder = getattr(ConfigurationBuilder().set_base_path(tmp_path), method)("not/there")

    with pytest.raises(ConfigurationFileNotFoundError) as caught:
        builder.build()

    assert isinstance(caught.value, FileNotFoundError)
    assert caught.value.file == str(tmp_path / "not/there")
    assert "file not/there does not exist and is not optional" in str(caught.value)
    assert str(tmp_path / "not/there") in str(caught.value)
    assert vars(pickle.loads(pickle.dumps(caught.value))) == vars(caught.value)


def test_a_missing_optional_file_is_empty(method: str, tmp_path: Path) -> None:
    """F-03: also if its directory is missing, or is a file."""
    (tmp_path / "file").write_text("")
    builder = ConfigurationBuilder().set_base_path(tmp_path)
    getattr(builder, method)("not/there", optional=True)
    getattr(builder, method)("file/there", optional=True)

    assert values(builder.build()) == {}


def test_optional_forgives_absence_only(method: str, tmp_path: Path) -> None:
    """F-04: a broken file is an error."""
    (tmp_path / "a").write_text(BROKEN[method])
    builder = getattr(ConfigurationBuilder().set_base_path(tmp_path), method)("a", optional=True)

    with pytest.raises(ConfigurationFileError) as caught:
        builder.build()

    assert caught.value.file == str(tmp_path / "a")


def test_the_last_base_path_counts_for_all(method: str, tmp_path: Path) -> None:
    """F-05: it may be set after the source was added."""
    (tmp_path / "a").write_text(GOOD[method])
    builder = getattr(ConfigurationBuilder().set_base_path("/nowhere"), method)("a").set_base_path(tmp_path)

    assert builder.build()["A"] == "1"


def test_without_a_base_path_paths_start_at_the_working_directory(
    method: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """F-06: a host sets its content root."""
    (tmp_path / "a").write_text(GOOD[method])
    monkeypatch.chdir(tmp_path)

    assert getattr(ConfigurationBuilder(), method)("a").build()["a"] == "1"


def test_an_absolute_path_needs_no_base_path(method: str, tmp_path: Path) -> None:
    """F-07: it is taken as it is; a byte order mark is skipped."""
    (tmp_path / "a").write_text(GOOD[method], encoding="utf-8-sig")
    builder = getattr(ConfigurationBuilder().set_base_path("/nowhere"), method)(tmp_path / "a")

    assert builder.build()["a"] == "1"


@pytest.mark.parametrize("path", ["", "a\0b"])
def test_what_is_no_path_is_refused_at_once(method: str, path: str) -> None:
    """J-13: when the source is added."""
    with pytest.raises(ConfigurationError, match="is no path"):
        getattr(ConfigurationBuilder(), method)(path)


@pytest.mark.parametrize("optional", [True, False])
def test_the_name_tells_kind_path_and_need(tmp_path: Path, optional: bool) -> None:
    """F-20: in the debug view."""
    (tmp_path / "a.json").write_text('{"a": 1}')
    builder = ConfigurationBuilder().set_base_path(tmp_path).add_json_file("a.json", optional=optional)

    assert builder.build().get_debug_view() == f"a=1 (json file a.json ({'optional' if optional else 'required'}))"


def test_a_broken_file_does_not_get_into_a_manager(method: str, tmp_path: Path) -> None:
    """There is no half-loaded state: the manager is as it was."""
    (tmp_path / "a").write_text(BROKEN[method])
    manager = ConfigurationManager()
    manager["kept"] = "1"

    with pytest.raises(ConfigurationFileError):
        getattr(manager, method)(tmp_path / "a")

    assert (len(manager.sources), len(manager.providers)) == (1, 1)
    assert values(manager) == {"kept": "1"}


def test_a_handler_hears_of_a_file_that_cannot_be_loaded(method: str, tmp_path: Path) -> None:
    """F-08: with provider and error; unless it asks to ignore it, the same error is raised."""
    (tmp_path / "a").write_text(BROKEN[method])
    heard: list[FileLoadExceptionContext] = []
    builder = ConfigurationBuilder().set_file_load_exception_handler(heard.append)
    getattr(builder, method)(tmp_path / "a")

    with pytest.raises(ConfigurationFileError) as caught:
        builder.build()

    assert [context.exception for context in heard] == [caught.value]
    assert str(tmp_path / "a") in heard[0].provider.name


def ignore(context: FileLoadExceptionContext) -> None:
    context.ignore = True


def test_a_handler_can_ignore_it(method: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """F-09: the provider is empty, and takes part from the next good version on."""
    (tmp_path / "a").write_text(BROKEN[method])
    builder = ConfigurationBuilder().set_file_load_exception_handler(ignore)

    root = getattr(builder, method)(tmp_path / "a").build()
    before = values(root)
    (tmp_path / "a").write_text(GOOD[method])
    root.reload()
    (tmp_path / "a").write_text(BROKEN[method])
    root.reload()

    assert (before, values(root), caplog.records) == ({}, {"a": "1"}, [])


def test_a_source_may_have_its_own_handler(tmp_path: Path) -> None:
    """F-10: it is used in place of the builder's."""
    builder = ConfigurationBuilder().add(JsonFileSource(tmp_path / "a", on_load_exception=ignore))
    builder.set_file_load_exception_handler(lambda context: pytest.fail("not asked"))

    assert values(builder.build()) == {}


def test_a_file_error_carries_what_it_says() -> None:
    """The fields are for tools, the text for people."""
    error = ConfigurationFileError("a.json", "it is broken.", line=2, column=3)

    assert (error.file, error.line, error.column, error.reason) == ("a.json", 2, 3, "it is broken.")
    assert str(error) == "Configuration file a.json, line 2, column 3: it is broken."


def test_sources_are_values() -> None:
    """Two that say the same are equal, so a list of sources can be searched."""
    assert JsonFileSource("a.json", optional=True) == JsonFileSource("a.json", optional=True)
    assert JsonFileSource("a.json") != JsonFileSource("a.json", optional=True)


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="needs links")
def test_a_link_is_followed(method: str, tmp_path: Path) -> None:
    """As container platforms mount files."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "a").write_text(GOOD[method])
    (tmp_path / "a").symlink_to(tmp_path / "data" / "a")

    assert getattr(ConfigurationBuilder(), method)(tmp_path / "a").build()["a"] == "1"


def test_a_value_knows_its_file(tmp_path: Path) -> None:
    """With line and column."""
    path = tmp_path / "a.json"
    path.write_text('{\n  "Queue": {"Capacity": 5}\n}')
    provider = loaded(JsonFileSource(path)).providers[0]

    origin = provider.origin("queue:CAPACITY")

    assert (origin.file, origin.line, origin.column, str(origin)) == (str(path), 2, 25, f"{path}:2:25")
    assert provider.origin("absent").line is None
