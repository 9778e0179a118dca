"""What the child says: that its settings have changed, and that it stops."""

import logging
from collections.abc import Callable
from typing import Final, final

from corner_host.configuration import ConfigurationManager
from corner_host.hosting import Host, log
from corner_host.hosting.reloading import told_changes

from .handing_over import DASHBOARD_PORT, Line

_log = logging.getLogger("corner_host.dev")
_DASHBOARD: Final = "corner_host.dashboard"
_TOLD_AT_LENGTH: Final = (
    "Microsoft.Hosting.Lifetime",
    "corner_host.config",
    "corner_host.services",
    "corner_host.host",
    "corner_host.lifetime",
    "corner_host.queue",
    "corner_host.web",
    _DASHBOARD,
)
_NEWS: Final = {log.APPLICATION_STARTED.message, log.STOP_ENDED.message}


def announce_reloads(host: Host) -> None:
    """Log each change of the host's settings: which file, which keys, from what to what; secrets masked."""
    assert isinstance(host.configuration, ConfigurationManager)
    host.configuration.on_change(_Announcer(host.configuration).announce)


def announce_start(header: str, write: Callable[[str], object]) -> None:
    """Write *header* once, above the first line that is told of the start: a host that cannot start has mistakes to tell."""

    def above(_: logging.LogRecord) -> bool:
        log.CONFIG.removeFilter(above)
        write(header)
        return True

    log.CONFIG.addFilter(above)


def announce_stop(host: Host, line: Line) -> None:
    """Tell the parent when the host begins to stop; when another child follows, be brief about it."""

    def tell_parent() -> None:
        line.say()

    def look() -> None:
        if line.has_heard():
            be_brief()

    lifetime = host.lifetime
    lifetime.application_stopping.register(tell_parent)
    # the last one registered is called first: before anything is said of the stop
    lifetime.application_started.register(lambda: lifetime.application_stopping.register(look))


def start_briefly(host: Host) -> None:
    """Have a person read no more of the start than that it has happened, and the dashboard's address if it is a new one."""
    go_into_detail = be_brief(host.configuration.get_value("Dashboard:Port", int, DASHBOARD_PORT))
    host.lifetime.application_started.register(go_into_detail)  # called last, as the first one registered


def be_brief(port: int | None = None) -> Callable[[], object]:
    """Have a person read no more of a start or stop than that it has happened; warnings and errors stay.

    Args:
        port: Where the dashboard was before.

    Returns:
        What ends it.
    """

    def abridge(record: logging.LogRecord) -> bool:
        is_news = record.levelno > logging.INFO or record.msg in _NEWS
        if not is_news and not (record.name == _DASHBOARD and f":{port}/" not in record.getMessage()):
            record.console_message = ""
        return True

    loggers = [logging.getLogger(name) for name in _TOLD_AT_LENGTH]
    for logger in loggers:
        logger.addFilter(abridge)

    def end() -> None:
        for logger in loggers:
            logger.removeFilter(abridge)

    return end


@final
class _Announcer:
    def __init__(self, configuration: ConfigurationManager) -> None:
        self._configuration = configuration
        self._before = dict(configuration.as_enumerable())

    def announce(self) -> None:
        before, self._before = self._before, dict(self._configuration.as_enumerable())
        for change in told_changes(self._configuration, before):
            _log.info("%s (reloaded in place)", change)
