"""``corner-host dev``."""

import logging
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from corner_host.cli.backends import Backend
from corner_host.cli.invocation import Invocation, invocation_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def dev(
    context: typer.Context,
    application: Annotated[str | None, typer.Argument(metavar="TARGET", help="As --target.")] = None,
    no_reload: Annotated[bool, typer.Option("--no-reload", help="One process, as for a debugger.")] = False,
    watch: Annotated[
        list[Path] | None, typer.Option("--watch", metavar="FOLDER", help="Watch this, too; repeatable.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", metavar="PORT", min=0, max=65535, help="Of the dashboard; 5080, or any if taken."),
    ] = None,
    stop_seconds: Annotated[
        float, typer.Option("--stop-seconds", metavar="SECONDS", min=0.0, help="The budget of a stop.")
    ] = 2.0,
    backend: Backend = "asyncio",
) -> None:
    """Run in Development: a changed .py file starts the host again, changed settings are taken over in place."""
    invocation = invocation_of(context)
    invocation.target = application or invocation.target
    if no_reload:
        raise typer.Exit(_be_host(invocation, backend, stop_seconds, port))
    raise typer.Exit(_watch_over_host(invocation, backend, stop_seconds, watch or []))


def _watch_over_host(invocation: Invocation, backend: str, stop_seconds: float, extra: list[Path]) -> int:
    import platform
    from importlib.util import find_spec

    from corner_host.cli.development.folders import watched_roots
    from corner_host.cli.development.supervisor import Supervisor, child_command
    from corner_host.cli.errors import CommandError
    from corner_host.cli.project import find_project, use_python_of
    from corner_host.cli.target import find_target

    if find_spec("watchfiles") is None:
        raise CommandError(
            "Reloading needs the package watchfiles.\nTo fix: pip install 'corner-host[cli]', or --no-reload."
        )
    project = find_project()
    if invocation.create_builder is None:
        find_target(invocation)  # its mistakes are told once, and here
        use_python_of(project)
    for folder in extra:
        if not folder.is_dir():
            raise CommandError(f"There is no folder {folder}.")
    if invocation.content_root is not None:
        extra = [*extra, Path(invocation.content_root)]
    roots = watched_roots(project, extra)
    count = "1 directory" if len(roots) == 1 else f"{len(roots)} directories"
    header = f"corner_host {_version()}  ·  Python {platform.python_version()}  ·  {backend}  ·  reload on ({count})\n"
    has_color = invocation.has_color(sys.stdout)
    return Supervisor(
        child_command(["--no-reload"]),
        roots,
        stop_seconds=stop_seconds,
        header=header,
        write=_write,
        formatter=_formatter("rich" if has_color else "simple", has_color=has_color),
    ).run()


def _formatter(name: str, *, has_color: bool) -> logging.Formatter:
    """Return what formats the parent's lines as the child's are."""
    from corner_host.logging.formatters import FormatterOptions, load_formatter

    make = load_formatter(name, {})
    assert make is not None
    return make(FormatterOptions(color=has_color))


def _write(text: str) -> None:
    typer.echo(text)


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("corner-host")
    except PackageNotFoundError:
        return "(not installed)"


def _be_host(invocation: Invocation, backend: str, stop_seconds: float, port: int | None) -> int:
    from corner_host.cli.building import make_builder
    from corner_host.cli.development.announcing import announce_reloads, announce_start, announce_stop, start_briefly
    from corner_host.cli.development.handing_over import Inheritance, Line
    from corner_host.cli.running import run_host, serve_commands, show_dashboard
    from corner_host.hosting import Host, HostOptions
    from corner_host.primitives import seconds

    def stop_soon(options: HostOptions) -> None:
        timeout = options.shutdown_timeout
        if timeout is None or seconds(timeout, "shutdown_timeout") > stop_seconds:
            options.shutdown_timeout = stop_seconds

    parent = Inheritance.take()
    if parent is not None:
        invocation.quiet = True  # the parent has said it
    builder = serve_commands(make_builder(invocation, environment="Development"))
    if parent is None:
        show_dashboard(builder, port=port)
    else:
        show_dashboard(builder, port=port, token=parent.token, default=parent.port)
    builder.configure_host_options(stop_soon)

    def prepare(host: Host) -> None:
        announce_reloads(host)
        if parent is not None and parent.follows:
            start_briefly(host)
        elif parent is not None:
            announce_start(parent.header, _write)
        if parent is not None and parent.socket is not None:
            announce_stop(host, Line(socket.socket(fileno=parent.socket)))

    return run_host(builder, invocation, backend=backend, prepare=prepare)
