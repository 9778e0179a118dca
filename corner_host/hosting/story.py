"""What a developer reads of the start of a host, and of each of its services: in Development, and nowhere else.

At most twelve lines for a start, however many services there are. The records are ordinary ones, of the categories
``corner_host.config``, ``.services`` and ``.host``, so a rule can silence them.

Not here: what a stop tells in every environment (``accounting``, ``queue_stop``).
"""

import os
from collections.abc import Sequence
from typing import Final, final

from corner_host.configuration import Configuration, ConfigurationRoot
from corner_host.primitives import name_of

from . import log
from .call import Call
from .environment import APPLICATION_KEY, CONTENT_ROOT_KEY, ENVIRONMENT_KEY
from .member import OF_THE_START, Member
from .report import short, spoken
from .stage import Stage

MOST_SERVICES: Final = 5
"""Up to how many services are told one by one when they start; of more, how long all of them took."""
MOST_STOPPED: Final = 20
"""The same when they stop: of more, those that took longer than `NOTICEABLE`."""
NOTICEABLE: Final = 0.1
"""How long a stop takes that somebody may wonder about, in seconds."""
_MOST_SOURCES: Final = 5
_NO_SETTINGS: Final = {key.casefold() for key in ("$schema", APPLICATION_KEY, CONTENT_ROOT_KEY, ENVIRONMENT_KEY)}


@final
class Story:
    """Tells how a host starts, and its services start and stop.

    Args:
        configuration: Its sources are counted when the start begins.
        services: How many services are registered.
        is_checked: Whether the graph of the services was checked when the host was built.
    """

    def __init__(self, configuration: Configuration, services: int, *, is_checked: bool) -> None:
        self._configuration = configuration
        self._services = services
        self._is_checked = is_checked
        self._count = 0

    def start_begins(self) -> None:
        """Tell what the host is made of; its settings are valid by now."""
        if isinstance(self._configuration, ConfigurationRoot):
            sources = _sources(self._configuration)
            keys = len(set[str]().union(*sources.values()))
            named = [_source(name, len(found)) for name, found in sources.items()][:_MOST_SOURCES]
            more = ["..."] if len(sources) > _MOST_SOURCES else []
            names = f": {', '.join([*named, *more])}" if sources else ""
            log.SOURCES(sources=_number(len(sources), "source"), keys=_number(keys, "key"), names=names)
        checked = ", graph is valid" if self._is_checked else ""
        log.REGISTERED(services=_number(self._services, "service"), checked=checked)

    def services_start(self, members: Sequence[Member]) -> None:
        """Note how many services there are to tell of."""
        self._count = sum(not _is_plumbing(each.service) for each in members)

    def call_ended(self, call: Call) -> None:
        """Tell that a service has started, or has stopped."""
        if not isinstance(call.member, Member) or (call.succeeded and _is_plumbing(call.member.service)):
            return
        if not call.succeeded:
            if call.error is not None and call.hook in OF_THE_START:
                log.SERVICE_DID_NOT_START(service=short(call.name), took=spoken(call.seconds))
            return  # the error itself, or the report, is told in any case
        if call.hook == "start" and self._count <= MOST_SERVICES:
            more = _start_text(call.member.service)
            log.SERVICE_STARTED(service=short(call.name), took=spoken(call.seconds), more=f": {more}" if more else "")
        elif call.hook == "stop" and (self._count <= MOST_STOPPED or call.seconds >= NOTICEABLE):
            log.SERVICE_STOPPED(service=short(call.name), took=spoken(call.seconds))

    def services_started(self, stage: Stage, made: Sequence[Call]) -> None:
        """Tell how long the start took, if the services were too many to be told one by one."""
        starts = [call for call in made if call.hook == "start"]
        if self._count > MOST_SERVICES:
            slowest = max(starts, key=lambda call: call.seconds)
            log.SERVICES_STARTED(
                services=_number(len(starts), "service"),
                took=spoken(stage.elapsed),
                slowest=short(slowest.name),
                its=spoken(slowest.seconds),
            )


def _start_text(service: object) -> str:
    """Return what *service* says of itself when it has started; what it raises instead must not fail the start."""
    try:
        return str(getattr(service, "start_text", ""))
    except Exception:  # noqa: BLE001 - the application's own, and logged
        log.STORY.exception("%s failed to tell how it started", name_of(type(service)))
        return ""


def _sources(configuration: ConfigurationRoot) -> dict[str, set[str]]:
    """Return the keys of each source that has any: no settings of the host, and of the variables those that look like ours."""
    found: dict[str, set[str]] = {}
    others = {key for each in configuration.providers if each.name != "environment" for key in each.data}
    for provider in configuration.providers:
        keys = {key for key in provider.data if key.casefold() not in _NO_SETTINGS}
        if provider.name == "environment":
            keys = {key for key in keys if ":" in key or key in others}
        if keys and provider.name != "memory":
            file = getattr(provider, "path", None)
            name = provider.name if file is None else os.path.basename(str(file))
            found.setdefault(name, set()).update(keys)
    return found


def _source(name: str, keys: int) -> str:
    return name if "." in name else f"{name} ({_number(keys, 'key')})"


def _is_plumbing(service: object) -> bool:
    return bool(getattr(service, "is_plumbing", False))


def _number(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"
