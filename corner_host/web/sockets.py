"""Listening, before any server is involved: what is wrong with an address is told as such."""

import errno
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from .errors import ServerStartError
from .settings import ServerSettings

BACKLOG: Final = 2048


def listen(settings: ServerSettings, section: str) -> Sequence[socket.socket]:
    """Return sockets that are bound to the configured address.

    Raises:
        ServerStartError: The address cannot be had; the message says why, and which setting to change.
    """
    if settings.unix_socket is not None:
        return [_unix(settings.unix_socket, section)]
    try:
        found = socket.getaddrinfo(
            settings.host, settings.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE | socket.AI_ADDRCONFIG
        )
    except socket.gaierror as error:
        raise ServerStartError(
            f"{settings.host} is no address of this machine: {error.strerror}.\nTo fix: set {section}:Host."
        ) from error
    bound: list[socket.socket] = []
    port = settings.port
    try:
        for family, kind, protocol, _, address in dict.fromkeys(found):
            bound.append(_bind(family, kind, protocol, (address[0], port, *address[2:])))
            port = bound[-1].getsockname()[1]  # with port 0, the same for every family
    except OSError as error:
        for each in bound:
            each.close()
        raise ServerStartError(_explain(settings, section, port, error)) from error
    return bound


def _bind(family: int, kind: int, protocol: int, address: tuple[object, ...]) -> socket.socket:
    bound = socket.socket(family, kind, protocol)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        bound.bind(address)
        bound.listen(BACKLOG)
        bound.settimeout(0.0)
    except BaseException:
        bound.close()
        raise
    return bound


def _unix(path: str, section: str) -> socket.socket:
    file = Path(path)
    if file.is_socket():
        file.unlink()  # left behind by a process that was killed
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        bound.bind(path)
        bound.listen(BACKLOG)
        bound.settimeout(0.0)
    except OSError as error:
        bound.close()
        raise ServerStartError(
            f"No socket can be made at {path}: {error}.\nTo fix: set {section}:UnixSocket."
        ) from error
    return bound


def _explain(settings: ServerSettings, section: str, port: int, error: OSError) -> str:
    where = f"{settings.host}:{port}"
    if error.errno == errno.EADDRINUSE:
        return (
            f"{where} is in use by another process.\n"
            f"To fix: end that process, or choose another port, as in --{section}:Port={port + 1}."
        )
    if error.errno == errno.EACCES:
        return f"This user may not listen at {where}.\nTo fix: choose a port above 1023 with {section}:Port."
    return f"The server cannot listen at {where}: {error.strerror}.\nTo fix: set {section}:Host and {section}:Port."


def urls(sockets: Sequence[socket.socket]) -> list[str]:
    """Return where the sockets listen, for people."""
    found: list[str] = []
    for each in sockets:
        name: Any = each.getsockname()
        if each.family != socket.AF_UNIX:
            host, port = str(name[0]), int(name[1])
            found.append(f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}")
        else:
            found.append(f"unix:{name}")
    return found
