"""Bad input ends in a clear error or a documented value: never in a hang, a crash or a half-loaded state."""

import os
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from corner_host.configuration import (
    ConfigurationBuilder,
    ConfigurationError,
    ConfigurationFileError,
    ConfigurationManager,
    ConfigurationRoot,
)
from corner_host.configuration.sources.environment import EnvironmentSource

from .helpers import json_of, loaded, names, values

METHODS = ["add_json_file", "add_toml_file", "add_yaml_file", "add_ini_file", "add_dotenv_file"]
# enough to show where things stop being linear, and still quick: the texts below grow with it
LARGE = 1_000_000

Load = Callable[..., ConfigurationRoot]


@pytest.fixture(params=METHODS)
def load(request: pytest.FixtureRequest, tmp_path: Path) -> Load:
    """Loads a file of each kind into a manager that has a value already, and checks that an error leaves that as it was."""

    def load_it(
        content: bytes | str | None = None, path: Path | None = None, *, optional: bool = False
    ) -> ConfigurationRoot:
        path = path or tmp_path / "settings"
        if content is not None:
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        manager = ConfigurationManager()
        manager["Kept"] = "1"
        failed: ConfigurationError | None = None
        try:
            getattr(manager, str(request.param))(path, optional=optional)
        except ConfigurationError as error:
            failed = error
        if failed is None:
            return manager
        assert "hunter2" not in f"{failed}{failed.__cause__}{failed.__context__}"
        assert values(manager) == {"Kept": "1"}
        assert len(manager.sources) == 1
        raise failed

    return load_it


@pytest.mark.parametrize(
    "content",
    [
        b"\x7fELF\x02\x01\x01\x00\x00hunter2\x00\xff",
        b"hunter2\x00",
        b'{"Password": "hunter2\x00"}',
        b"\xff\xfe{\x00}\x00",
        b"hunter2 = \xff",
        b"\xf0\x9f\x92",
        b"\x1f\x8b\x08hunter2",
        bytes(range(255, 191, -1)) + b"\xc0\x00hunter2",
    ],
)  # fmt: skip
def test_what_is_no_text_is_an_error(load: Load, content: bytes) -> None:
    """Binary, NUL bytes, invalid UTF-8, UTF-16: the file is named, and the line where that can be told."""
    with pytest.raises(ConfigurationFileError) as caught:
        load(content)

    assert caught.value.file.endswith("settings")


def test_the_place_of_a_wrong_byte_is_told(load: Load) -> None:
    """Line and column count characters, not bytes."""
    with pytest.raises(ConfigurationFileError) as caught:
        load("# ä\n# ö".encode() + b"\xff")

    assert (caught.value.line, caught.value.column) == (2, 4)


def test_a_directory_is_no_file(load: Load, tmp_path: Path) -> None:
    """Optional or not."""
    for optional in (True, False):
        with pytest.raises(ConfigurationFileError, match="it is a directory"):
            load(path=tmp_path, optional=optional)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes")
def test_a_pipe_is_no_file(load: Load, tmp_path: Path) -> None:
    """It is not waited for."""
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(ConfigurationFileError, match="not a regular file"):
        load(path=tmp_path / "pipe")


def test_a_loop_of_links_is_an_error(load: Load, tmp_path: Path) -> None:
    """It is not absent, so that optional does not forgive it."""
    (tmp_path / "one").symlink_to(tmp_path / "two")
    (tmp_path / "two").symlink_to(tmp_path / "one")

    with pytest.raises(ConfigurationFileError, match="cannot be read"):
        load(path=tmp_path / "one", optional=True)


def test_a_link_to_nothing_is_absent(load: Load, tmp_path: Path) -> None:
    """As a file that is not there."""
    (tmp_path / "link").symlink_to(tmp_path / "nothing")

    assert values(load(path=tmp_path / "link", optional=True)) == {"Kept": "1"}
    with pytest.raises(FileNotFoundError):
        load(path=tmp_path / "link")


def test_a_name_that_is_too_long_is_an_error(load: Load, tmp_path: Path) -> None:
    """The system's reason is told."""
    with pytest.raises(ConfigurationFileError, match="too long"):
        load(path=tmp_path / ("x" * 5000), optional=True)


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_file_is_an_error(load: Load, tmp_path: Path) -> None:
    """It is not absent."""
    path = tmp_path / "settings"
    path.write_text("{}")
    path.chmod(stat.S_IWUSR)

    with pytest.raises(ConfigurationFileError, match="cannot be read"):
        load(path=path, optional=True)


def test_a_refused_read_is_an_error(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a system refuses it, also for root."""

    def refuse(path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    (tmp_path / "settings").touch()

    with pytest.raises(ConfigurationFileError, match="it cannot be read: Permission denied"):
        load(path=tmp_path / "settings", optional=True)


DEEP = {
    "add_json_file": [
        '{"a":' * 10_000,
        '{"a":' * 10_000 + "1" + "}" * 10_000,
        '{"a": ' + "[" * 10_000 + "]" * 10_000 + "}",
    ],
    "add_toml_file": ["a = " + "[" * 10_000 + "]" * 10_000, "a = " + "{b = " * 10_000 + "1" + "}" * 10_000],
    "add_yaml_file": ["a: " + "[" * 10_000 + "]" * 10_000, "a: " + "{b: " * 10_000 + "1" + "}" * 10_000],
}


@pytest.mark.parametrize(("method", "text"), [(method, text) for method, texts in DEEP.items() for text in texts])
def test_too_deep_a_nesting_is_an_error(tmp_path: Path, method: str, text: str) -> None:
    """10,000 levels, closed or not."""
    (tmp_path / "settings").write_text(text)
    builder = ConfigurationBuilder()
    getattr(builder, method)(tmp_path / "settings")

    with pytest.raises(ConfigurationFileError):
        builder.build()


def test_a_deep_path_is_only_a_long_key() -> None:
    """Nothing recurses where keys are flat."""
    key = ":".join(["a"] * 10_000)
    configuration = ConfigurationBuilder().add_in_memory_collection({key: "1"}).build()

    assert configuration[key] == "1"
    assert configuration.explain(key).value == "1"
    assert configuration.get_debug_view().endswith("a=1 (memory)")
    assert sum(1 for _ in configuration.as_enumerable()) == 10_000


@pytest.mark.parametrize(
    "text",
    [
        "/* " * LARGE,
        '{"a": "' + '\\"' * LARGE,
        '{"a": ' + " " * LARGE + "x}",
        '{"a": [' + "1, " * LARGE,
        '{"a": "' + "x" * LARGE,
        "/" * LARGE,
        "\n" * LARGE,
        '{"a": ' + "9" * LARGE + "x}",
        '"' * LARGE,
        "{" * LARGE,
        "[" * LARGE,
        "," * LARGE,
        "/**/" * LARGE,
        '{"a": [' + "1,/**/" * (LARGE // 5),
        '{"a": [' + "1, ] [" * (LARGE // 5),
        '{"a":1,' + " " * LARGE + ",}",
    ],
    ids=lambda text: repr(text[:8]),
)
def test_broken_json_of_any_length_is_refused(text: str) -> None:
    """In linear time: nothing is tried again from every place."""
    with pytest.raises(ConfigurationFileError):
        json_of(text)


@pytest.mark.parametrize(
    ("method", "text"),
    [
        ("add_ini_file", "[" * LARGE),
        ("add_ini_file", "\n" * LARGE + "x"),
        ("add_dotenv_file", 'A="' + "\\" * LARGE),
        ("add_dotenv_file", "A='" + "x" * LARGE),
        ("add_dotenv_file", "export " * LARGE),
        ("add_dotenv_file", " " * LARGE + "x"),
        ("add_dotenv_file", "A='x'" + " " * LARGE + "x"),
    ],
    ids=lambda text: repr(text[:16]),
)
def test_broken_lines_of_any_length_are_refused(tmp_path: Path, method: str, text: str) -> None:
    """In linear time."""
    (tmp_path / "settings").write_text(text)
    builder = ConfigurationBuilder()
    getattr(builder, method)(tmp_path / "settings")

    with pytest.raises(ConfigurationFileError):
        builder.build()


def test_fifty_megabytes_are_read(tmp_path: Path) -> None:
    """JSON has no limit but memory."""
    path = tmp_path / "large.json"
    line = '"' + "x" * 99_998 + '",\n'
    path.write_text('{"Lines": [' + line * 530 + '"end"], "Last": "1"}')

    configuration = ConfigurationBuilder().add_json_file(path).build()

    assert path.stat().st_size > 50 * 2**20
    assert (configuration["Last"], configuration["Lines:530"]) == ("1", "end")
    assert configuration.providers[0].origin("Last").line == 531


@pytest.mark.parametrize("method", ["add_toml_file", "add_yaml_file"])
def test_formats_that_are_read_slowly_have_a_limit(tmp_path: Path, method: str) -> None:
    """So that a start does not hang; the error tells the limit. The file is sparse."""
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(50 * 2**20)
    builder = ConfigurationBuilder()
    getattr(builder, method)(path)

    with pytest.raises(ConfigurationFileError, match="this format is read up to"):
        builder.build()


@pytest.mark.parametrize("key", ["\0", "a\0b", "\ud800", "\u202e", " ", ":" * 1000, "ß", "\n"])
def test_any_text_is_a_key_and_a_value(key: str) -> None:
    """In memory nothing is forbidden."""
    configuration = ConfigurationBuilder().add_in_memory_collection({key: key}).build()

    assert configuration[key] == key
    assert configuration.explain(key).value == key
    assert dict(configuration.as_enumerable())[key] == key


def test_empty_segments_of_variables_are_kept() -> None:
    """A____B is A::B, as in .NET; a variable of underscores alone has only empty segments."""
    configuration = loaded(EnvironmentSource("", {"A____B": "1", "____": "2"}))

    assert values(configuration) == {"::": "2", "A::B": "1"}
    assert names(configuration.get_section("A")) == [""]
