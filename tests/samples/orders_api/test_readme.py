"""The two READMEs tell the same, and what they name is there."""

import re
from pathlib import Path
from pkgutil import resolve_name

import pytest

HOME = Path(__file__).resolve().parents[3] / "samples" / "orders_api"
ENGLISH, SPANISH = ((HOME / name).read_text("utf-8") for name in ("README.md", "README.es.md"))


@pytest.mark.parametrize(
    "pattern",
    [r"^(#+) ", r"^```sh\n.*?^```$", r"\]\(([^)]+)\)", r"`[A-Z]\w+(?::\w+)+`", r"`corner_host[\w.]+`"],
    ids=["headings", "commands", "links", "settings", "names"],
)
def test_both_languages_have_the_same_parts(pattern: str) -> None:
    """Headings, commands, links, settings and names of the framework, in the same order."""
    flags = re.MULTILINE | re.DOTALL
    english, spanish = (re.findall(pattern, text, flags) for text in (ENGLISH, SPANISH))
    spanish = [each.replace("README.md", "README.es.md") for each in spanish]

    assert len(english) > 2
    assert english == spanish


def test_what_is_linked_is_there() -> None:
    """Every relative link leads to a file."""
    links = {link for link in re.findall(r"\]\(([^)]+)\)", ENGLISH + SPANISH) if not link.startswith("http")}

    assert [link for link in sorted(links) if not (HOME / link).exists()] == []


def test_what_is_named_of_the_framework_is_there() -> None:
    """Every dotted name can be imported."""
    for name in re.findall(r"`(corner_host[\w.]+)`", ENGLISH):
        assert resolve_name(name) is not None, name
