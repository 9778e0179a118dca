"""Which running host a command is for."""

import os
import socket
import sys
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from corner_host.operations.registry import RunningHost, running_hosts, runtime_directory

from .client import HostClient
from .errors import CommandError, NoHostError
from .invocation import Invocation, invocation_of
from .project import find_project

Pid: TypeAlias = Annotated[int | None, typer.Option("--pid", metavar="PID", help="Which host, if several run.")]
Socket: TypeAlias = Annotated[
    Path | None, typer.Option("--socket", metavar="PATH", help="Its socket, if it is not in the usual folder.")
]


def connect(context: typer.Context, pid: int | None, path: Path | None) -> HostClient:
    """Return the host that is meant: by socket, by process, or the only one.

    Of several, the one that runs the application of the working directory.

    Raises:
        NoHostError: There is none, or it is not clear which one.
    """
    invocation = invocation_of(context)
    if not hasattr(socket, "AF_UNIX"):
        raise NoHostError("This system has no Unix sockets, by which hosts are operated.\nTo fix: take the dashboard.")
    if path is not None:
        if not path.exists():
            raise NoHostError(
                f"There is no socket {path}.\nTo fix: see whether the host runs, and its Operations:Socket:Path."
            )
        return HostClient(os.fspath(path), f"The host at {path}")
    hosts = running_hosts()
    if pid is not None:
        hosts = tuple(host for host in hosts if host.pid == pid)
        if not hosts:
            raise NoHostError(f"No host of yours has the process {pid}.\n{_where()}")
    if not hosts:
        raise NoHostError(f"No host of yours is running here.\n{_where()}")
    chosen = hosts[0] if len(hosts) == 1 else _choose(hosts, invocation)
    if pid is None and len(hosts) == 1 and not _is_here(chosen):
        said = f"{chosen.application}, pid {chosen.pid} (the only host that runs; it is not of this folder)"
        invocation.note(said)
        return HostClient(chosen.socket, named(chosen), refuses_changes=_refusal(chosen))
    return HostClient(chosen.socket, named(chosen))


def host_here() -> RunningHost | None:
    """Return the one running host that belongs to the working directory, if there is just one."""
    here = [host for host in running_hosts() if _is_here(host)] if hasattr(socket, "AF_UNIX") else []
    return here[0] if len(here) == 1 else None


def host_or_none(context: typer.Context, pid: int | None, path: Path | None) -> tuple[HostClient, str] | None:
    """Return the host to ask, if it was named or runs the application of the working directory, and its content root.

    Raises:
        NoHostError: It was named, and is not there.
    """
    if pid is not None or path is not None:
        return connect(context, pid, path), str(Path.cwd())
    host = host_here()
    return None if host is None else (HostClient(host.socket, named(host)), host.content_root)


def named(host: RunningHost) -> str:
    """Return what a host is called in messages."""
    return f"{host.application} (pid {host.pid})"


def _refusal(host: RunningHost) -> str:
    return (
        f"Nothing is changed: {named(host)} is the only host that runs, and not of this folder, but of {host.content_root}.\n"
        f"To fix: say --pid {host.pid} if it is meant, or go to its folder."
    )


def _where() -> str:
    return (
        f"Looked in {runtime_directory()}.\n"
        "To fix: start it by corner-host run or dev, or set Operations:Enabled to true; run this as the same user."
    )


def _is_here(host: RunningHost) -> bool:
    """Tell whether the host belongs to the project of the working directory, or is what its container is for."""
    root, folder = find_project().root, Path(host.content_root)
    return host.pid == 1 or folder == Path.cwd() or (root != Path(root.anchor) and folder.is_relative_to(root))


def _choose(hosts: tuple[RunningHost, ...], invocation: Invocation) -> RunningHost:
    here = [host for host in hosts if _is_here(host)]
    if len(here) == 1:
        invocation.note(
            f"{here[0].application}, pid {here[0].pid} (of {len(hosts)} running hosts, the one of this project)"
        )
        return here[0]
    listed = [
        f"{host.application:20} pid {host.pid:<8} {host.environment:12} since {host.started_at}" for host in hosts
    ]
    if sys.stdin.isatty() and sys.stderr.isatty():
        for number, line in enumerate(listed, 1):
            print(f"  {number}. {line}", file=sys.stderr)  # noqa: T201 - a command line prints
        number = int(typer.prompt("Which one", type=int, default=1, err=True))
        return hosts[min(max(number, 1), len(hosts)) - 1]
    lines = "".join(f"\n  {line}" for line in listed)
    raise NoHostError(f"{len(hosts)} hosts are running:{lines}\nTo fix: say which one by --pid PID.")


def only_queue(host: HostClient, name: str | None) -> str:
    """Return *name*, or the name of the only queue.

    Raises:
        CommandError: There are several, or none.
    """
    if name is not None:
        return name
    names = [str(each["name"]) for each in host.get("/queues")]
    if len(names) != 1:
        raise CommandError(f"Which queue? There are: {', '.join(names) or 'none'}.")
    return names[0]
