"""What the API says of itself is true of any request that fits it, and of many that do not."""

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
import urllib3.connection
import urllib3.connectionpool
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from requests.adapters import HTTPAdapter
from schemathesis.core.result import Ok

from corner_host.web.api import ENDPOINTS

from .conftest import AskedHost, ask

BOUNDED = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ENDING = {"/api/v1/stop"}
"""Not to be drawn at random."""

BULK = {f"/api/v1/jobs/{verb}" for verb in ("requeue", "cancel", "delete")}
"""They must choose, or say that all are meant, which a schema cannot say."""


async def test_the_document_has_every_endpoint(asked: AskedHost) -> None:
    """API-20: OpenAPI 3.1, with a unique name, an answer and problems for each; its references lead somewhere."""
    async with asked() as host:
        document = (await host.get("/openapi.json")).data

    operations = [operation for path in document["paths"].values() for operation in path.values()]
    assert document["openapi"] == "3.1.0"
    assert len(operations) == len(ENDPOINTS) == len({each["operationId"] for each in operations})
    assert _references(document) <= {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}


def _references(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*(_references(each) for each in part.values()))
    return set[str]().union(*(_references(each) for each in part)) if isinstance(part, list) else set()


@pytest.mark.timeout(240)
@pytest.mark.parametrize("mode", ["positive", "negative"])
def test_every_answer_is_as_described(anyio_backend: str, tmp_path: Path, mode: str) -> None:
    """API-21: no 5xx; status, type and body are those of the document; what does not fit is refused; the host lives on."""
    # in a process of its own, since two threads of Python 3.11 that parse code at once break one another
    program = [sys.executable, "-m", "tests.web.api.described", anyio_backend, str(tmp_path)]
    path = tmp_path / "h.sock"
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            process.stdout.readline()
            document = ask(path, "GET", "/api/v1/openapi.json").data
            document["paths"] = {name: each for name, each in document["paths"].items() if name not in ENDING}
            hold_to(document, path, schemathesis.GenerationMode(mode))
            after = ask(path, "GET", "/api/v1/status")
        finally:
            process.terminate()
            process.communicate(timeout=20)

    assert after.status == 200


def hold_to(document: dict[str, Any], path: Path, mode: schemathesis.GenerationMode) -> None:
    """Ask everything that is described, in many ways."""
    with requests.Session() as session:
        session.mount("http://", UnixAdapter(path))
        for result in schemathesis.openapi.from_dict(document).get_all_operations():
            assert isinstance(result, Ok)
            try:
                _ask(result.ok(), session, mode)
            except Unsatisfiable:  # there is nothing to get wrong: it takes nothing
                assert mode is schemathesis.GenerationMode.NEGATIVE


def _ask(operation: Any, session: requests.Session, mode: schemathesis.GenerationMode) -> None:
    @BOUNDED
    @given(case=operation.as_strategy(generation_mode=mode))
    def ask_one(case: Any) -> None:
        if case.path.endswith("/logs/follow") and isinstance(case.query, dict):
            case.query["wait"] = 0
        if case.path in BULK and isinstance(case.body, dict) and mode is schemathesis.GenerationMode.POSITIVE:
            case.body["all"] = True
        case.call_and_validate(base_url="http://localhost", session=session)

    ask_one()


class UnixAdapter(HTTPAdapter):
    """Has ``requests`` talk to a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._pool_of_one = UnixPool(path)

    def get_connection_with_tls_context(self, *_: Any, **__: Any) -> Any:
        """Return the pool."""
        return self._pool_of_one

    def request_url(self, request: Any, proxies: Any) -> str:
        """Return what stands in the request line."""
        return str(request.path_url)

    def close(self) -> None:
        """Close the pool."""
        self._pool_of_one.close()
        super().close()


class UnixPool(urllib3.connectionpool.HTTPConnectionPool):
    """Connections to a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost")
        self._path = path

    def _new_conn(self) -> Any:
        return UnixUrllibConnection(self._path)


class UnixUrllibConnection(urllib3.connection.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=15)
        self._path = path

    def connect(self) -> None:
        """Connect to the socket."""
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(15)
        self.sock.connect(str(self._path))
