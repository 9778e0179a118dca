"""A report: a title, facts and tables, written as Markdown or as a page of HTML that needs nothing else. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, final

_STYLE: Final = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}"
    "h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}p{color:#57606a}"
    "table{border-collapse:collapse;width:100%;font-size:13px}th{text-align:left;color:#57606a;font-weight:600}"
    "th,td{padding:.3rem .8rem .3rem 0;border-bottom:1px solid #d8dee4;vertical-align:top;overflow-wrap:anywhere}"
    "td{font-variant-numeric:tabular-nums}td:first-child{white-space:nowrap}"
    "@media(prefers-color-scheme:dark){body{color:#e6edf3;background:#0d1117}p,th{color:#8d96a0}th,td{border-color:#30363d}}"
)


@final
@dataclass(frozen=True, slots=True)
class Section:
    """A table with its title; *empty* is said where it has no rows."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    empty: str


@final
@dataclass(frozen=True, slots=True)
class Document:
    """What is reported: a title, a line of facts, tables, and a last line."""

    title: str
    facts: str
    sections: tuple[Section, ...]
    end: str


def as_markdown(document: Document) -> str:
    """Return *document* in Markdown."""
    lines = [f"# {document.title}", "", document.facts, ""]
    for each in document.sections:
        lines += [f"## {each.title}", "", *(_markdown_table(each) if each.rows else [each.empty]), ""]
    return "\n".join([*lines, document.end]) + "\n"


def as_html(document: Document) -> str:
    """Return *document* as one page, without scripts and without anything from elsewhere."""
    return "".join(
        [
            '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n',
            '<meta name="color-scheme" content="light dark">\n',
            f"<title>{escape(document.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n",
            f"<h1>{escape(document.title)}</h1>\n<p>{escape(document.facts)}</p>\n",
            *(part for each in document.sections for part in _html_section(each)),
            f"<p>{escape(document.end)}</p>\n</body>\n</html>\n",
        ]
    )


def _markdown_table(section: Section) -> list[str]:
    lines = [section.head, ["---"] * len(section.head), *section.rows]
    return ["| " + " | ".join(map(_as_text, line)) + " |" for line in lines]


def _as_text(cell: str) -> str:
    """Return what Markdown shows as it is: no column more, no tag, no link or picture from elsewhere."""
    return re.sub(r"[\\|<\[]", r"\\\g<0>", " ".join(cell.splitlines()))


def _html_section(section: Section) -> Iterator[str]:
    yield f"<h2>{escape(section.title)}</h2>\n"
    if not section.rows:
        yield f"<p>{escape(section.empty)}</p>\n"
        return
    head = "".join(f'<th scope="col">{escape(each)}</th>' for each in section.head)
    yield f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n"
    for row in section.rows:
        yield "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>\n"
    yield "</tbody>\n</table>\n"
