"""What a developer reads of the start and the stop of a host, beside .NET's sentences: in Development, and nowhere else.

At most twelve lines for a start, however many services there are. The records are ordinary ones, of the category
``corner_host.hosting``, so a rule can silence them.
"""

import os
from collections.abc import Sequence
from typing import Final, final

from corner_host.configuration import Configuration, ConfigurationRoot

from . import log
from .call import Call
from .member import OF_THE_START, Member
from .report import ShutdownReport, spoken
from .stage import Stage

MOST_SERVICES: Final = 6
"""Up to how many services are told one by one when they start; of more, how long all of them took."""
MOST_STOPPED: Final = 20
"""The same when they stop: of more, those that took longer than `NOTICEABLE`."""
NOTICEABLE: Final = 0.1
"""How long a stop takes that somebody may wonder about, in seconds."""
_MOST_SOURCES: Final = 5


@final
class Story:
    """Tells how a host starts and stops.

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
        """Tell what the host is made of."""
        if isinstance(self._configuration, ConfigurationRoot):
            sources = _sources(self._configuration)
            keys = sum(count for _, count in sources)
            named = [f"{name} ({count})" for name, count in sources[:_MOST_SOURCES]]
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
                log.SERVICE_DID_NOT_START(service=_short(call.name), took=spoken(call.seconds))
            return  # the error itself, or the report, is told in any case
        if call.hook == "start" and self._count <= MOST_SERVICES:
            log.SERVICE_STARTED(service=_short(call.name), took=spoken(call.seconds))
        elif call.hook == "stop" and (self._count <= MOST_STOPPED or call.seconds >= NOTICEABLE):
            log.SERVICE_STOPPED(service=_short(call.name), took=spoken(call.seconds))

    def services_started(self, stage: Stage, made: Sequence[Call]) -> None:
        """Tell how long the start took, if the services were too many to be told one by one."""
        starts = [call for call in made if call.hook == "start"]
        if self._count > MOST_SERVICES:
            slowest = max(starts, key=lambda call: call.seconds)
            log.SERVICES_STARTED(
                services=_number(len(starts), "service"),
                took=spoken(stage.elapsed),
                slowest=_short(slowest.name),
                its=spoken(slowest.seconds),
            )

    def stop_begins(self, stage: Stage, members: Sequence[Member], *, by_signal: bool) -> None:
        """Tell what is in flight, how long the stop may take, and how it is cut short."""
        busy = [str(text) for each in members if (text := getattr(each.service, "in_flight", None))]
        log.STOP_BEGINS(
            services=_number(len(members), "service"),
            within="" if stage.budget == float("inf") else f" within {stage.budget:g} s",
            busy=f"; in flight: {', '.join(busy)}" if busy else "",
            hint=". Ctrl+C again to force" if by_signal else "",
        )

    def stop_ended(self, report: ShutdownReport) -> None:
        """Tell what the stop came to; one that is not clean is told in any case."""
        if report.is_clean:
            log.STOP_ENDED(report=report)


def _sources(configuration: ConfigurationRoot) -> list[tuple[str, int]]:
    """Return the sources that have keys, with how many; of the variables those that look like settings of ours."""
    found: dict[str, set[str]] = {}
    others = {key for each in configuration.providers if each.name != "environment" for key in each.data}
    for provider in configuration.providers:
        keys = list(provider.data)
        if provider.name == "environment":
            keys = [key for key in keys if ":" in key or key in others]
        if keys and provider.name != "memory":
            file = getattr(provider, "path", None)
            name = provider.name if file is None else os.path.basename(str(file))
            found.setdefault(name, set()).update(keys)
    return [(name, len(keys)) for name, keys in found.items()]


def _is_plumbing(service: object) -> bool:
    return bool(getattr(service, "is_plumbing", False))


def _number(count: int, word: str) -> str:
    return f"{count:,} {word}" if count == 1 else f"{count:,} {word}s"


def _short(name: str) -> str:
    return name if "[" in name else name.rpartition(".")[2]
