"""What became of each service in a stop that did not go well, as a table for a person."""

from typing import Final, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

from corner_host.hosting import ShutdownReport, StopOutcome

_STYLES: Final = {
    StopOutcome.STOPPED: "green",
    StopOutcome.FAILED: "red",
    StopOutcome.CANCELLED: "yellow",
    StopOutcome.ABANDONED: "bold red",
}


def show_shutdown_report(report: ShutdownReport, stream: TextIO) -> None:
    """Write *report* to *stream*: a line for each service, with where it waited or what it raised."""
    table = Table(title=str(report).partition("\n")[0], title_justify="left", title_style="bold")
    table.add_column("service", overflow="fold")
    table.add_column("outcome")
    table.add_column("took", justify="right")
    table.add_column("where, why", overflow="fold")
    for service in report.services:
        where = f"{service.file}:{service.line}" if service.file else ""
        table.add_row(
            Text(service.name),
            Text(service.outcome.value, style=_STYLES[service.outcome]),
            f"{service.seconds:.2f} s",
            Text("\n".join(part for part in (where, service.why) if part)),
        )
    Console(file=stream).print(table)
