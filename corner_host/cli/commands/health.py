"""``corner-host health``: for probes of Docker, Kubernetes and monitors."""

from typing import Annotated, Any

import typer

from corner_host.cli.answering import answer
from corner_host.cli.errors import NoHostError
from corner_host.cli.finding import Pid, Socket, connect
from corner_host.cli.invocation import invocation_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def health(
    context: typer.Context,
    ready: Annotated[bool, typer.Option("--ready", help="Whether it takes work; the default.")] = False,
    live: Annotated[bool, typer.Option("--live", help="Whether its process and event loop live.")] = False,
    startup: Annotated[bool, typer.Option("--startup", help="Whether its start is over.")] = False,
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Tell in one line and by the exit status whether it is well: 0 yes, 1 no, or nobody answers."""
    invocation = invocation_of(context)
    if ready + live + startup > 1:
        raise typer.BadParameter("Only one of --ready, --live and --startup.")
    try:
        status = connect(context, pid, socket).get("/status")
    except NoHostError as error:
        typer.echo(f"Unhealthy: {str(error).partition(chr(10))[0]}")
        raise typer.Exit(1) from None
    why = _why_not_live(status) if live else _why_not_started(status) if startup else _why_not_ready(status)
    data = {"healthy": why is None, "reason": why or "", "phase": status["phase"]}
    answer(invocation, data, lambda: ["Healthy" if why is None else f"Unhealthy: {why}"])
    raise typer.Exit(0 if why is None else 1)


def _why_not_live(status: dict[str, Any]) -> str | None:
    """Return the first check of those marked ``live`` that fails; that the host has answered says the rest."""
    failed = [each for each in status["health"] if "live" in each["tags"] and each["status"] == "Unhealthy"]
    return _told(failed[0]) if failed else None


def _why_not_started(status: dict[str, Any]) -> str | None:
    return None if status["phase"] == "running" else str(status["phase"])


def _why_not_ready(status: dict[str, Any]) -> str | None:
    if status["is_ready"]:
        return None
    failed = [each for each in status["health"] if each["status"] == "Unhealthy" and "optional" not in each["tags"]]
    return _told(failed[0]) if failed else str(status["reason"] or status["phase"])


def _told(check: dict[str, Any]) -> str:
    return f"{check['name']} {check['error'] or check['description']}".strip()
