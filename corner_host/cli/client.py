"""Talking to a running host: HTTP with JSON over its Unix socket, by the standard library alone."""

import http.client
import json
import socket
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Final, TypeAlias, final
from urllib.parse import quote, urlencode

from .errors import CommandError, FailedError, NoHostError

Parameter: TypeAlias = str | int | float | bool | list[str] | None
_BASE: Final = "/api/v1"
_SECONDS: Final = 30.0
_OF_THE_CALLER: Final = frozenset({400, 404, 422})


@final
class HostClient:
    """Asks one host. Paths are below ``/api/v1``; times in answers are RFC 3339 texts.

    Args:
        path: Its socket.
        name: What it is called in messages.
        refuses_changes: Why nothing may be changed in it; empty where something may.
    """

    def __init__(self, path: str, name: str, *, refuses_changes: str = "") -> None:
        self._path = path
        self.name = name
        self._refuses_changes = refuses_changes

    def get(self, path: str, **query: Parameter) -> Any:
        """Return the answer to a question.

        Args:
            path: Such as ``/status``.
            **query: Parameters; None and empty ones are left out, several of a name are repeated.

        Raises:
            NoHostError: The host does not answer, or ends while it does.
            FailedError: It refuses.
        """
        return self._json(*self._request("GET", _with_query(path, query)))

    def read(self, path: str, **query: Parameter) -> bytes:
        """Return an answer as it comes, which need not be JSON."""
        return self._request("GET", _with_query(path, query))[1]

    def post(self, path: str, **body: Any) -> Any:
        """Have something done, and return what came of it; members that are None are left out.

        Raises:
            CommandError: It is not certain that this host is meant.
        """
        if self._refuses_changes and not body.get("dry_run"):
            raise CommandError(self._refuses_changes)
        content = json.dumps({name: value for name, value in body.items() if value is not None})
        return self._json(*self._request("POST", path, content))

    def _request(self, method: str, path: str, body: str | None = None) -> tuple[str, bytes]:
        headers = {"Host": "localhost", "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection = _UnixConnection(self._path)
        with self._told(), closing(connection):
            connection.request(method, _BASE + path, body, headers)
            with connection.getresponse() as response:
                content = response.read()
        if response.status >= 400:
            raise _refusal(response.status, content)
        return response.headers.get("content-type", ""), content

    def _json(self, kind: str, content: bytes) -> Any:
        try:
            return json.loads(content)
        except ValueError:
            raise NoHostError(f"{self.name} answered with {kind or 'something'} that is no JSON.") from None

    @contextmanager
    def _told(self) -> Generator[None]:
        """Say in words what became of the connection."""
        try:
            yield
        except PermissionError:
            raise NoHostError(
                f"The socket {self._path} belongs to another user.\nTo fix: run this command as the user of the host."
            ) from None
        except (FileNotFoundError, ConnectionRefusedError):
            raise NoHostError(f"{self.name} does not run any more: nobody answers at {self._path}.") from None
        except TimeoutError:
            raise NoHostError(
                f"{self.name} did not answer within {_SECONDS:g} s: its event loop may be blocked.\n"
                "To fix: look where, by py-spy dump, or send it SIGUSR1."
            ) from None
        except (http.client.HTTPException, OSError) as error:
            raise NoHostError(f"{self.name} ended while it answered ({type(error).__name__}).") from None


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=_SECONDS)
        self._unix_path = path

    def connect(self) -> None:
        """Connect to the socket instead of a port."""
        opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            opened.settimeout(_SECONDS)
            opened.connect(self._unix_path)
        except BaseException:
            opened.close()
            raise
        self.sock = opened


def _with_query(path: str, query: Mapping[str, Parameter]) -> str:
    given = [
        (name, str(each).lower() if isinstance(each, bool) else str(each))
        for name, value in query.items()
        for each in (_several(value))
        if each is not None and each != ""
    ]
    return f"{path}?{urlencode(given)}" if given else path


def _several(value: Parameter) -> list[Parameter]:
    return [*value] if isinstance(value, list) else [value]


def quoted(name: str) -> str:
    """Return *name* as a part of a path."""
    return quote(name, safe="")


def _refusal(status: int, content: bytes) -> CommandError:
    try:
        problem: Any = json.loads(content)
    except ValueError:
        problem = None
    told = problem.get("detail") or problem.get("title") if isinstance(problem, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] - JSON
    text = str(told or f"The host refused with status {status}.")  # pyright: ignore[reportUnknownArgumentType] - JSON
    return CommandError(text) if status in _OF_THE_CALLER else FailedError(text)
