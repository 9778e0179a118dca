"""Every text has its Spanish; what is shipped is what was published; the style sheet stays small."""

import hashlib
import re
from pathlib import Path

import pytest

import corner_host.web.dashboard
from corner_host.web.dashboard.levers import LEVERS
from corner_host.web.dashboard.pages import NAVIGATION, SCREENS
from corner_host.web.dashboard.pages.jobs import STATES
from corner_host.web.dashboard.texts import spanish

FOLDER = Path(corner_host.web.dashboard.__file__).parent
VENDOR = FOLDER / "static" / "vendor"
SOURCES = re.findall(
    r"^\| (\S+) \|.*\| (\w{64}) \|$", (VENDOR / "SOURCES.md").read_text(encoding="utf-8"), re.MULTILINE
)


def texts() -> set[str]:
    """Return every text that a page can show."""
    found: set[str] = set()
    for template in (FOLDER / "templates").glob("*.html"):
        pairs = re.findall(r"""(?<![\w.])t\((?:"([^"]+)"|'([^']+)')""", template.read_text(encoding="utf-8"))
        found.update(first or second for first, second in pairs)
    for lever in LEVERS.values():
        found.update({lever.title, lever.button, lever.warning})
    found.update(screen.title for screen in SCREENS if screen.name != "job")
    found.update(group for group, _ in NAVIGATION)
    found.update(state.lower() for state in STATES)
    return found - {"", "missed: ", "policy "}


def test_every_text_has_its_spanish() -> None:
    """None is left in English by oversight."""
    assert sorted(texts() - spanish().keys()) == []


def test_a_translation_fills_in_the_same_names() -> None:
    """Or a number would be missing."""
    names = re.compile(r"\{\w+\}")

    assert [
        english for english, found in spanish().items() if {*names.findall(english)} != {*names.findall(found)}
    ] == []


@pytest.mark.parametrize(("name", "digest"), SOURCES)
def test_what_is_vendored_is_what_was_published(name: str, digest: str) -> None:
    """By the hash that SOURCES.md tells."""
    assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest


def test_every_vendored_file_is_accounted_for() -> None:
    """With its licence."""
    assert {name for name, _ in SOURCES} == {file.name for file in VENDOR.iterdir()} - {"SOURCES.md"}


def test_the_style_sheet_is_small() -> None:
    """Less than 15 kB, and no other."""
    (own,) = (FOLDER / "static").glob("*.css")
    assert own.stat().st_size < 15_000
