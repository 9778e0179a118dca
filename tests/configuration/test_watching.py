"""Files are followed."""

import gc
import logging
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from time import monotonic

import pytest

from corner_host.configuration import ConfigurationBuilder, ConfigurationManager, ConfigurationRoot
from corner_host.configuration.sources.key_per_file import KeyPerFileSource
from corner_host.configuration.watch import QUIET

from .helpers import Awaited, failing

WATCHER = "corner_host configuration watcher"


@pytest.fixture(autouse=True)
def _alone() -> None:
    """No watcher is left of builders of other tests, which nobody has built or closed."""
    assert not _forgotten()


@pytest.fixture
def builder(tmp_path: Path) -> ConfigurationBuilder:
    """A builder whose paths start in a directory of the test."""
    return ConfigurationBuilder().set_base_path(tmp_path)


@pytest.fixture
def watched(builder: ConfigurationBuilder, tmp_path: Path) -> Iterator[ConfigurationRoot]:
    """A root with one watched file, which is required, over an optional one, which is absent."""
    (tmp_path / "a.json").write_text('{"A": "1", "Base": "1"}')
    builder.add_json_file("a.json", reload_on_change=True)
    with builder.add_json_file("more/b.json", optional=True, reload_on_change=True).build() as root:
        yield root


@pytest.fixture
def changed(watched: ConfigurationRoot) -> Awaited:
    """Counts the changes of `watched`."""
    awaited = Awaited()
    watched.on_change(awaited)
    return awaited


def _is(configuration: ConfigurationRoot, value: str) -> bool:
    return configuration["A"] == value


def watchers() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == WATCHER]


def _forgotten() -> list[str]:
    """The watchers that are left when all garbage is gone, which the watching thread may hold for a moment."""
    deadline = monotonic() + 10
    while watchers() and monotonic() < deadline:
        gc.collect()
        for thread in threading.enumerate():
            if thread.name == WATCHER:
                thread.join(0.1)
    return watchers()


def test_an_edited_file_is_loaded_again(watched: ConfigurationRoot, changed: Awaited, tmp_path: Path) -> None:
    """F-11, F-12, C12: without an event loop; several writes in short order are one event."""
    began = monotonic()
    for number in range(2, 6):
        (tmp_path / "a.json").write_text(f'{{"A": "{number}"}}')
    took = monotonic() - began
    assert changed.until(lambda: watched["A"] == "5")
    (tmp_path / "a.json").write_text('{"A": "6"}')
    assert changed.until(lambda: watched["A"] == "6")

    assert changed.events == 2 or took > QUIET / 2  # on a machine that is too busy to write in short order


def test_files_that_change_together_are_one_event(watched: ConfigurationRoot, changed: Awaited, tmp_path: Path) -> None:
    """C12, F-18: the callback of a root runs once for all of them."""
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "b.json").write_text('{"B": "2"}')
    (tmp_path / "a.json").write_text('{"A": "2"}')

    assert changed.until(lambda: (watched["A"], watched["B"]) == ("2", "2"))
    assert changed.events == 1


def test_a_replaced_file_is_followed(watched: ConfigurationRoot, changed: Awaited, tmp_path: Path) -> None:
    """F-11: as editors save: to another name, then renamed."""
    for number in "23":
        (tmp_path / ".a.json.tmp").write_text(f'{{"A": "{number}"}}')
        (tmp_path / ".a.json.tmp").replace(tmp_path / "a.json")
        assert changed.until(partial(_is, watched, number))

    assert changed.events == 2


def test_an_optional_file_may_come_and_go(watched: ConfigurationRoot, changed: Awaited, tmp_path: Path) -> None:
    """F-13, F-14, F-15: with its directory; when it goes, what it hid shows through."""
    for _ in range(2):
        (tmp_path / "more").mkdir()
        (tmp_path / "more" / "b.json").write_text('{"A": "over", "B": "1"}')
        assert changed.until(lambda: (watched["A"], watched["B"]) == ("over", "1"))
        shutil.rmtree(tmp_path / "more")
        assert changed.until(lambda: (watched["A"], watched["B"]) == ("1", None))


@pytest.mark.parametrize("breaking", ["broken", "deleted", "directory", "binary"])
def test_the_last_good_values_stay(
    watched: ConfigurationRoot, changed: Awaited, tmp_path: Path, caplog: pytest.LogCaptureFixture, breaking: str
) -> None:
    """F-13, F-16, F-17, C4: one error record tells, no change is announced, and the next good version is loaded."""
    logged = Awaited()

    class Noting(logging.Filter):
        def filter(self, record: logging.LogRecord) -> bool:
            logged()
            return True

    caplog.handler.addFilter(Noting())
    path = tmp_path / "a.json"

    if breaking == "broken":
        path.write_text('{"Password": "hunter2"')
    elif breaking == "binary":
        path.write_bytes(b"\x00\xff\xfe")
    else:
        path.unlink()
        if breaking == "directory":
            path.mkdir()
    assert logged.until(lambda: logged.events == 1)
    kept = watched["A"]
    if breaking == "directory":
        path.rmdir()
    path.write_text('{"A": "2"}')
    assert changed.until(lambda: watched["A"] == "2")

    assert (kept, changed.events) == ("1", 1)
    assert len(caplog.records) == 1 or breaking == "directory"  # which it cannot become in one step
    assert {(record.name, record.levelname) for record in caplog.records} == {("corner_host.configuration", "ERROR")}
    assert str(path) in caplog.text
    assert "hunter2" not in caplog.text


def test_a_reload_by_hand_keeps_them_too(
    watched: ConfigurationRoot, changed: Awaited, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """C4: it does not raise for a file."""
    watched.close()
    (tmp_path / "a.json").write_text("{")

    watched.reload()

    assert (watched["A"], len(caplog.records)) == ("1", 1)


def test_the_links_of_kubernetes_are_followed(builder: ConfigurationBuilder, tmp_path: Path) -> None:
    """KF-08, F-11: a link to a link that is turned round."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.json").write_text(f'{{"A": "{name}"}}')
        (tmp_path / name / "Key").write_text(name)
    (tmp_path / "mount").mkdir()
    (tmp_path / "mount" / "..data").symlink_to("../one")
    for file in ("a.json", "Key"):
        (tmp_path / "mount" / file).symlink_to(f"..data/{file}")
    changed = Awaited()
    builder.add_json_file("mount/a.json", reload_on_change=True)
    builder.add(KeyPerFileSource(tmp_path / "mount", reload_on_change=True))

    with builder.build() as root:
        root.on_change(changed)
        (tmp_path / "mount" / "..new").symlink_to("../two")
        (tmp_path / "mount" / "..new").replace(tmp_path / "mount" / "..data")

        assert changed.until(lambda: (root["A"], root["Key"]) == ("two", "two"))
        assert changed.events == 1


def test_a_directory_of_values_is_followed(builder: ConfigurationBuilder, tmp_path: Path) -> None:
    """KF-08: when it vanishes, an optional one is empty."""
    directory = tmp_path / "secrets"
    directory.mkdir()
    (directory / "A").write_text("1")
    changed = Awaited()

    with builder.add_key_per_file(directory, optional=True, reload_on_change=True).build() as root:
        root.on_change(changed)
        (directory / "A").write_text("2")
        assert changed.until(lambda: root["A"] == "2")
        (directory / "B").write_text("3")
        assert changed.until(lambda: root["B"] == "3")
        shutil.rmtree(directory)
        assert changed.until(lambda: root["A"] is None)


def test_closing_leaves_no_thread(builder: ConfigurationBuilder, tmp_path: Path) -> None:
    """P-12: one thread serves all; it ends with the last that needs it."""
    (tmp_path / "a.json").write_text("{}")
    builder.add_json_file("a.json", reload_on_change=True)

    first, second = builder.build(), builder.build()
    first.reload()
    both = len(watchers())
    first.close()
    first.close()
    one = len(watchers())
    second.close()

    assert (both, one, len(watchers())) == (1, 1, 0)


def test_what_is_forgotten_is_not_watched(builder: ConfigurationBuilder, tmp_path: Path) -> None:
    """P-12: the thread goes on for who is left, and ends with the last, though nobody has closed anything."""
    (tmp_path / "a.json").write_text('{"A": "1"}')
    builder.add_json_file("a.json", reload_on_change=True)

    def is_followed_alone() -> bool:
        kept = builder.build()
        changed = Awaited()
        kept.on_change(changed)
        builder.build()
        gc.collect()
        (tmp_path / "a.json").write_text('{"A": "2"}')
        return changed.until(lambda: kept["A"] == "2")

    assert is_followed_alone()
    assert _forgotten() == []


def test_what_is_closed_is_not_watched_again(builder: ConfigurationBuilder, tmp_path: Path) -> None:
    """P-12, CM-07: also not by a reload."""
    (tmp_path / "a.json").write_text('{"A": "1"}')
    root = builder.add_json_file("a.json", reload_on_change=True).build()

    root.close()
    (tmp_path / "a.json").write_text('{"A": "2"}')
    root.reload()

    assert (root["A"], watchers()) == ("2", [])


def test_a_source_that_cannot_be_loaded_is_not_watched(tmp_path: Path) -> None:
    """CM-05: neither one that fails, nor one that is removed."""
    (tmp_path / "a.json").write_text("{}")
    manager = ConfigurationManager()

    with pytest.raises(FileNotFoundError):
        manager.add_json_file(tmp_path / "b.json", reload_on_change=True)
    failed = watchers()
    manager.add_json_file(tmp_path / "a.json", reload_on_change=True)
    watching = watchers()
    del manager.sources[1]

    assert (failed, len(watching), watchers()) == ([], 1, [])


def test_a_callback_may_close_the_root(watched: ConfigurationRoot, changed: Awaited, tmp_path: Path) -> None:
    """R-09: in the watching thread, which does not wait for itself."""
    closed = Awaited()

    def close() -> None:
        watched.close()
        closed()

    watched.on_change(close)
    (tmp_path / "a.json").write_text('{"A": "2"}')

    assert closed.until(lambda: closed.events == 1)


def test_a_failing_callback_does_not_end_the_watching(
    watched: ConfigurationRoot, changed: Awaited, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """F-17: it is logged."""
    watched.on_change(failing)

    for number in "23":
        (tmp_path / "a.json").write_text(f'{{"A": "{number}"}}')
        assert changed.until(partial(_is, watched, number))

    assert {record.levelname for record in caplog.records} == {"ERROR"}


def test_noise_in_the_directory_is_no_change(watched: ConfigurationRoot, changed: Awaited, tmp_path: Path) -> None:
    """F-18: only the file itself counts, and reading it does not."""
    for number in range(5):
        (tmp_path / f"log{number}").write_text("x")
        (tmp_path / "a.json").read_text()
    (tmp_path / "a.json").write_text('{"A": "2"}')
    assert changed.until(lambda: watched["A"] == "2")

    assert changed.events == 1


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_closing_leaves_no_open_file(builder: ConfigurationBuilder, tmp_path: Path) -> None:
    """P-12: the handles of the operating system are given back."""
    (tmp_path / "a.json").write_text("{}")
    builder.add_json_file("a.json", reload_on_change=True)
    builder.build().close()
    before = len(list(Path("/proc/self/fd").iterdir()))

    for _ in range(40):
        builder.build().close()

    # watchfiles closes its last ones a moment later
    assert len(list(Path("/proc/self/fd").iterdir())) < before + 40


def test_the_extra_is_named_when_it_is_missing(tmp_path: Path) -> None:
    """When the source is loaded."""
    (tmp_path / "a.json").write_text("{}")
    program = (
        "import sys; sys.modules['watchfiles'] = None; sys.modules['watchfiles._rust_notify'] = None\n"
        "from corner_host.configuration import ConfigurationBuilder, ConfigurationDependencyError\n"
        f"builder = ConfigurationBuilder().add_json_file({str(tmp_path / 'a.json')!r}, reload_on_change=True)\n"
        "try: builder.build()\n"
        "except ConfigurationDependencyError as error: print(error.extra, error)\n"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.startswith("reload Reloading on change needs the package watchfiles")
