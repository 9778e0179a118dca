"""Templates, and what they can call. Pages are rendered in a worker thread, so that the host's loop goes on.

Everything that is put into a page is escaped; what must not be is `Markup`, made in ``pictures`` alone.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final, final

import anyio
import anyio.to_thread
from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from corner_host.operations import FacetValue

from . import pictures, words
from .cron_in_spanish import in_spanish
from .pages import MOST_ROWS, SCREENS
from .visit import Visit

_THREADS: Final = 2


@cache
def environment() -> Environment:
    """Return the templates of the package; compiled once, when first used."""
    made = Environment(
        loader=PackageLoader("corner_host.web.dashboard", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    globals_: Any = made.globals
    filters: Any = made.filters
    globals_.update({name: getattr(pictures, name) for name in ("area", "bars", "beats", "fill", "line", "spans")})
    globals_.update(screens={each.name: each for each in SCREENS})
    globals_.update(most=MOST_ROWS)
    filters.update(brief=words.brief, clock=clock_time, facet=facet, pairs=pairs)
    filters.update(in_words=in_words, pretty=pretty, short=words.short, span=span)
    return made


@final
class Renderer:
    """Renders pages and the parts of them that change."""

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(_THREADS)

    async def page(self, template: str, visit: Visit, values: Mapping[str, Any]) -> str:
        """Return a whole page."""
        return await self._in_thread(_page, template, visit, values)

    async def blocks(self, template: str, names: Sequence[str], visit: Visit, values: Mapping[str, Any]) -> str:
        """Return some blocks of a page."""
        return await self._in_thread(_blocks, template, names, visit, values)

    async def _in_thread(self, function: Any, *arguments: Any) -> str:
        text: str = await anyio.to_thread.run_sync(function, *arguments, limiter=self._limiter)
        return text


def _page(template: str, visit: Visit, values: Mapping[str, Any]) -> str:
    return environment().get_template(template).render(_context(visit, values))


def _blocks(template: str, names: Sequence[str], visit: Visit, values: Mapping[str, Any]) -> str:
    found = environment().get_template(template)
    context = found.new_context(_context(visit, values))
    for name, block in environment().get_template("layout.html").blocks.items():  # what the page inherits
        context.blocks.setdefault(name, []).append(block)
    return "".join(part for name in names for part in context.blocks[name][0](context))


def _context(visit: Visit, values: Mapping[str, Any]) -> dict[str, Any]:
    language = visit.language

    def ago(at: datetime | None) -> Markup | str:
        if at is None:
            return words.NOTHING
        return timed(at, words.ago(at, visit.now, language))

    def timed(at: datetime, text: str) -> Markup:
        return Markup('<time datetime="{}" title="{}">{}</time>').format(stamp(at), stamp(at), text)

    def in_zone(at: datetime, zone: str) -> Markup:
        return timed(at, words.in_zone(at, zone, language))

    def soon(at: datetime, zone: str) -> Markup:
        return timed(at, words.soon(at, zone, visit.now, language))

    def number(value: float | None, digits: int | None = None) -> str:
        return words.number(value, language, digits=digits)

    def percent(share: float | None) -> str:
        return words.percent(share, language)

    def size(octets: float | None) -> str:
        return words.size(octets, language)

    context: dict[str, Any] = {
        "visit": visit,
        "here": visit.request.url.path.removeprefix("/") + visit.query().removesuffix("?"),
        "t": visit.t,
        "language": language,
        "ago": ago,
        "in_zone": in_zone,
        "soon": soon,
        "number": number,
        "percent": percent,
        "size": size,
        **values,
    }
    # made anew each time: macros see the language and the rights of this visit, also where only a block is rendered
    return {**context, "parts": environment().get_template("parts.html").make_module(context)}


def stamp(at: datetime | None) -> str:
    """Return a time of day with its date in UTC, for ``datetime=`` and where no script makes it local."""
    return "" if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def clock_time(at: datetime | None) -> Markup | str:
    """Return a time of day to the millisecond, in UTC until a script makes it local."""
    if at is None:
        return words.NOTHING
    utc = at.astimezone(UTC)
    shown = f"{utc:%H:%M:%S}.{utc.microsecond // 1000:03d}"
    return Markup('<time class="clock" datetime="{}" title="{}">{}</time>').format(
        utc.isoformat(timespec="milliseconds").replace("+00:00", "Z"), stamp(at), shown
    )


def pretty(value: Any) -> str:
    """Return JSON data for people."""
    return json.dumps(value, indent=2, ensure_ascii=False, default=str)


@pass_context
def span(context: Context, seconds: float | None) -> str:
    """Return a length of time in the page's language."""
    text = words.span(seconds)
    return text.replace(".", ",") if context["language"] == "es" else text


@pass_context
def in_words(context: Context, words: str) -> str:
    """Return the times of a recurring job in the page's language."""
    return in_spanish(words) if context["language"] == "es" else words


def facet(values: Sequence[FacetValue]) -> list[tuple[str, str]]:
    """Return options with their counts, for a list to choose from."""
    return [(each.value, f"{each.value} ({each.count})") for each in values]


def pairs(names: Sequence[str]) -> list[tuple[str, str]]:
    """Return options that are shown as they are."""
    return [(name, name) for name in names]
