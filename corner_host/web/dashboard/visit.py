"""One request for a page: who asks, in which language, with which filters in the address, and what is asked of the host."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, final
from urllib.parse import urlencode

from starlette.requests import Request

from corner_host.operations import Actor, Operations

from .access import actor_of, user_of
from .settings import DashboardSettings, Permission
from .texts import LANGUAGES, Translate, translator

LANGUAGE_COOKIE: Final = "corner_host_language"
THEME_COOKIE: Final = "corner_host_theme"
THEMES: Final = ("dark", "light")
RANGES: Final = {"10m": 600.0, "1h": 3_600.0, "6h": 21_600.0, "24h": 86_400.0, "7d": 604_800.0}
"""The spans of time that a page can be narrowed to."""


@final
@dataclass(frozen=True, slots=True)
class Visit:
    """A request, as pages see it.

    Attributes:
        request: The request.
        operations: The host.
        settings: Of the dashboard.
        now: When it was asked.
        language: Of the page.
        t: Translates a text.
    """

    request: Request
    operations: Operations
    settings: DashboardSettings
    now: datetime
    language: str
    t: Translate

    @classmethod
    def of(cls, request: Request, operations: Operations, settings: DashboardSettings, now: datetime) -> "Visit":
        """Return the visit of a request; the language is the one that was chosen, else the browser's."""
        language = chosen_language(request)
        return cls(request, operations, settings, now, language, translator(language))

    @property
    def actor(self) -> Actor:
        """Who acts, for the audit."""
        return actor_of(self.request.scope)

    @property
    def user(self) -> str:
        """Which user is signed in; empty for the holders of the one token."""
        return user_of(self.request.scope)

    @property
    def can_act(self) -> bool:
        """Whether buttons that change something are shown."""
        return self.settings.may(Permission.ACT, self.user) and not self.operations.is_read_only

    @property
    def can_reveal(self) -> bool:
        """Whether masked values can be shown on demand."""
        allowed = self.settings.may(Permission.REVEAL, self.user) and not self.settings.all_masked
        return allowed and not self.operations.is_read_only

    @property
    def theme(self) -> str:
        """``dark`` or ``light``, if one was chosen; else what the system prefers."""
        chosen = self.request.cookies.get(THEME_COOKIE, "")
        return chosen if chosen in THEMES else ""

    def get(self, name: str, default: str = "") -> str:
        """Return a parameter of the address."""
        return self.request.query_params.get(name, default).strip()

    def since(self, default: str = "") -> datetime | None:
        """Return where the range of time begins that the address names."""
        seconds = RANGES.get(self.get("range", default))
        return None if seconds is None else self.now - timedelta(seconds=seconds)

    def query(self, *without: str, **changed: str | Iterable[str] | None) -> str:
        """Return the address's parameters with some left out, and others set or (None) removed.

        Starts with a question mark, so that it can stand by itself as a relative link.
        """
        kept = [
            (name, value)
            for name, value in self.request.query_params.multi_items()
            if value and name not in without and name not in changed
        ]
        for name, value in changed.items():
            if isinstance(value, str):
                kept.append((name, value))
            elif value is not None:
                kept.extend((name, each) for each in value)
        return "?" + urlencode(kept)


def chosen_language(request: Request) -> str:
    """Return the language that was chosen on the page, else the first of the browser's that there is, else English."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    if chosen in LANGUAGES:
        return chosen
    wanted: list[tuple[float, str]] = []
    for part in request.headers.get("accept-language", "").split(",")[:20]:
        name, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality) if quality else 1.0
        except ValueError:
            continue
        wanted.append((-weight, name.partition("-")[0].lower()))
    return next(
        (name for weight, name in sorted(wanted, key=lambda each: each[0]) if weight < 0 and name in LANGUAGES), "en"
    )
