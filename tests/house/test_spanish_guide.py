"""The guide in Spanish tells what the README tells."""

import re

from .programs import ROOT

ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
GUIDE = ROOT / "samples" / "README.es.md"
SPANISH = GUIDE.read_text(encoding="utf-8")


def test_it_is_linked_from_the_first_lines() -> None:
    """Who reads Spanish need not look for it, and finds the way back."""
    assert "(samples/README.es.md)" in "".join(ENGLISH.splitlines(keepends=True)[:4])
    assert "(../README.md)" in SPANISH.split("```", 1)[0]


def test_both_have_the_same_headings() -> None:
    """As many, at the same depths, in the same order."""
    english, spanish = (re.findall(r"^(#+) ", text, re.MULTILINE) for text in (ENGLISH, SPANISH))

    assert english == spanish


def test_both_have_the_same_code() -> None:
    """Every block, to the letter: what is tried in the one is true in the other."""
    english, spanish = (re.findall(r"^```\w+\n.*?^```$", text, re.MULTILINE | re.DOTALL) for text in (ENGLISH, SPANISH))

    assert len(english) > 10
    assert english == spanish


def test_both_name_the_same_things() -> None:
    """Every name in backquotes that the README's text has, the guide has, as often."""
    english, spanish = (
        sorted(re.findall(r"`[^`\n]+`", re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)))
        for text in (ENGLISH, SPANISH)
    )
    only_spanish = {"`samples/`", "`samples/README.md`"}

    assert [name for name in english if name not in only_spanish and english.count(name) > spanish.count(name)] == []


def test_what_is_linked_is_there() -> None:
    """Every relative link leads to a file."""
    links = {link for link in re.findall(r"\]\(([^)#]+)\)", SPANISH) if not link.startswith("http")}

    assert [link for link in sorted(links) if not (GUIDE.parent / link).exists()] == []
