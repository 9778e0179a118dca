"""The operator's view on a Unix socket, for the command line: only the user who runs the host can ask.

The socket is there when the host starts, and before its other services; what serves it (Starlette and a web server) is
imported in a thread when the first one asks. So it costs next to nothing until then.

Order of the start: the folder (0700, the user's own), the socket (0600), the file beside it that tells the command line about it.
Order of the stop, after all other services: no new connections, running requests for two seconds, both files are removed.

``Operations:Socket:Path`` names another path; ``Operations:Socket:Enabled`` turns it off.
"""

import contextlib
import logging
import os
import socket
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final, Protocol, final

import anyio
import anyio.to_thread

from corner_host.di import ServiceCollection, ServiceDescriptor, ServiceLifetime, ServiceProvider
from corner_host.hosting import (
    BackgroundService,
    BackgroundServiceExceptionBehavior,
    HostedService,
    HostEnvironment,
)
from corner_host.operations import Operations
from corner_host.operations.recording.state import safe_name
from corner_host.operations.registry import (
    MOST_PATH_BYTES,
    RunningHost,
    open_runtime_directory,
    register,
    runtime_directory,
)
from corner_host.operations.settings import OperationsSettings
from corner_host.primitives import CancellationToken, Clock, LoopHandle

from .errors import ServerStartError

_GRACE_SECONDS: Final = 2.0
_BACKLOG: Final = 64
_FIX: Final = "To fix: set Operations:Socket:Path to a free path, or Operations:Socket:Enabled to false."
_in_use: Final[set[Path]] = set()
"""The sockets of this process."""
_log: Final = logging.getLogger("corner_host.web.admin_socket")


class _Server(Protocol):
    async def serve(
        self, sockets: Sequence[socket.socket], stopping: CancellationToken, accepting: anyio.Event
    ) -> None: ...


def add_admin_socket(services: ServiceCollection) -> None:
    """Serve the operator's view on a Unix socket, right behind the service that records it; for `add_operations`."""
    if not hasattr(socket, "AF_UNIX"):
        return
    first = next((at for at, each in enumerate(services) if each.service_type is HostedService), -1)
    services.insert(first + 1, ServiceDescriptor(HostedService, AdminSocketService, lifetime=ServiceLifetime.SINGLETON))


@final
class AdminSocketService(BackgroundService):
    """Answers on the Unix socket while the host starts, runs and stops."""

    exception_behavior = BackgroundServiceExceptionBehavior.IGNORE
    is_plumbing = True

    def __init__(
        self,
        provider: ServiceProvider,
        settings: OperationsSettings,
        environment: HostEnvironment,
        clock: Clock,
    ) -> None:
        self._provider = provider
        self._settings = settings
        self._environment = environment
        self._began = clock.now()
        self._bound: socket.socket | None = None
        self._files: list[Path] = []

    async def start(self) -> None:
        """Listen.

        Raises:
            ServerStartError: There cannot be a socket at the path that is configured.
        """
        if not self._settings.socket.enabled:
            return
        server = _server_module(is_asyncio=LoopHandle.current().is_asyncio)
        if server is None:
            _log.info("No admin socket: neither uvicorn nor hypercorn is installed that could serve it.")
            return
        try:
            self._listen()
        except (OSError, ServerStartError) as error:
            self._close()
            if self._settings.socket.path is not None:
                raise
            _log.warning("No admin socket, so that the command line cannot ask this host: %s", error)
            return
        await super().start()

    async def execute(self, stopping: CancellationToken) -> None:
        """Wait for the first one who asks, and serve from then on."""
        bound = self._bound
        if bound is None:
            return
        try:
            with stopping.cancel_scope():
                await anyio.wait_readable(bound)
            if not stopping.is_cancellation_requested:
                server = await anyio.to_thread.run_sync(self._make_server, LoopHandle.current().is_asyncio)
                await server.serve([bound], stopping, anyio.Event())
        except Exception:  # noqa: BLE001 - the application is not to be unwell because nobody can look at it
            _log.exception("The admin socket is closed: it cannot be served.")
        finally:
            self._close()

    def close(self) -> None:
        """Remove what a start has left that did not come to its end."""
        super().close()
        self._close()

    @property
    def path(self) -> Path | None:
        """Where the socket is; None without one."""
        return self._files[0] if self._files else None

    def _listen(self) -> None:
        path = self._choose_path()
        if len(os.fsencode(path)) > MOST_PATH_BYTES:
            raise ServerStartError(
                f"The path of the admin socket has {len(os.fsencode(path))} bytes, and {MOST_PATH_BYTES} are possible: {path}\n"
                f"{_FIX}"
            )
        _remove_stale(path)
        bound = self._bound = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        bound.bind(str(path))
        self._files = [path]
        _in_use.add(path)
        path.chmod(0o600)  # before it listens, so that nobody else ever gets in
        bound.listen(_BACKLOG)
        bound.setblocking(False)  # noqa: FBT003 - its only parameter
        self._files.append(register(self._description(path)))

    def _choose_path(self) -> Path:
        if self._settings.socket.path is not None:
            path = Path(self._settings.socket.path)
            if not path.parent.is_dir():
                raise ServerStartError(f"The folder of the admin socket is not there: {path.parent}\n{_FIX}")
            return path
        folder = open_runtime_directory(runtime_directory())
        name = safe_name(self._environment.application_name)
        ending = f"-{os.getpid()}.sock"
        room = MOST_PATH_BYTES - len(os.fsencode(folder)) - 1 - len(ending)
        base = name.encode()[: max(1, room)].decode(errors="ignore")
        number = 1
        while (path := folder / f"{base}{ending}") in _in_use:
            number += 1  # a second host of the same process
            ending = f"-{os.getpid()}.{number}.sock"
        return path

    def _description(self, path: Path) -> RunningHost:
        environment = self._environment
        return RunningHost(
            application=environment.application_name,
            version=self._settings.version or "",
            environment=environment.environment_name,
            pid=os.getpid(),
            started_at=self._began.isoformat(timespec="milliseconds"),
            socket=str(path.absolute()),
            content_root=environment.content_root_path,
        )

    def _make_server(self, is_asyncio: bool) -> _Server:  # noqa: FBT001 - handed on by run_sync
        """Import what serves, and make it; in a thread, since it takes a while."""
        from .api import LocalAccess, operations_api  # noqa: PLC0415 - Starlette and pydantic
        from .settings import ServerSettings  # noqa: PLC0415 - pydantic

        app = operations_api(self._provider.get_required_service(Operations), LocalAccess(_user()))
        module, name = _server_module(is_asyncio=is_asyncio) or ("", "")
        if not is_asyncio:
            import_module("hypercorn.trio")
        server: Any = getattr(import_module(module, __package__), name)
        made: _Server = server(app, ServerSettings(forwarded_allow_ips=""), _GRACE_SECONDS)
        return made

    def _close(self) -> None:
        bound, self._bound = self._bound, None
        files, self._files = self._files, []
        if bound is not None:
            bound.close()
        _in_use.difference_update(files)
        for each in files:
            with contextlib.suppress(OSError):
                each.unlink()


def _server_module(*, is_asyncio: bool) -> tuple[str, str] | None:
    if find_spec("starlette") is None:
        return None
    if is_asyncio and find_spec("uvicorn") is not None:
        return ".uvicorn_server", "UvicornServer"
    return (".hypercorn_server", "HypercornServer") if find_spec("hypercorn") is not None else None


def _remove_stale(path: Path) -> None:
    """Remove a socket that a killed process has left.

    Raises:
        ServerStartError: Something else is there, or somebody answers.
    """
    if not path.is_symlink() and not path.exists():
        return
    if path.is_symlink() or not path.is_socket():
        raise ServerStartError(f"There is something at the path of the admin socket that is none: {path}\n{_FIX}")
    if _answers(path):
        raise ServerStartError(f"Another host answers at the admin socket {path}.\n{_FIX}")
    path.unlink()


def _answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        try:
            probe.connect(str(path))
        except (OSError, TimeoutError):
            return False
        return True


def _user() -> str:
    import getpass  # noqa: PLC0415 - with the first who asks

    try:
        return getpass.getuser()
    except (OSError, KeyError):  # a container's user may have no name
        return f"uid {os.getuid()}"
