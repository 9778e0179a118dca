"""The API as an ASGI application: routes, checks of what comes in, answers and problems."""

import hashlib
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from http import HTTPStatus
from typing import Any, Final, Protocol, final, get_origin
from urllib.parse import parse_qsl

import anyio
import anyio.to_thread
from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from corner_host.operations import Actor, Operations, as_json
from corner_host.operations.versions import own_version
from corner_host.web.asgi import AsgiApp, Scope

from .endpoints import ENDPOINTS, Call, Endpoint
from .openapi import openapi
from .problems import problem, problem_of, problem_of_input
from .requests import JobAction, JobSelectionQuery

PREFIX: Final = "/api/v1"
_MOST_BODY: Final = 65_536
_MOST_QUERY: Final = 65_536
_BODY_SECONDS: Final = 10.0
_log: Final = logging.getLogger("corner_host.web.api")


class Access(Protocol):
    """Who asks, and what they may do. What stands before the API has let them in already."""

    def actor(self, scope: Scope) -> Actor:
        """Return who asks, for the audit."""
        ...

    def may_act(self, scope: Scope) -> bool:
        """Tell whether they may change something."""
        ...

    def may_reveal(self, scope: Scope) -> bool:
        """Tell whether they may see a masked value; each time leaves a line in the audit."""
        ...

    def is_local(self, scope: Scope) -> bool:
        """Tell whether they could read the settings files anyway, so that only secrets are masked."""
        ...


def operations_api(operations: Operations, access: Access, *, prefix: str = PREFIX) -> AsgiApp:
    """Return the API.

    Every answer is JSON but for texts and the zip file; what goes wrong is ``application/problem+json``. A question's answer
    has an ``ETag``. No path tells whether something exists to who may not ask: nobody gets here without having been let in.

    Args:
        operations: What is asked.
        access: Who asks.
        prefix: What stands before each path.
    """
    document: dict[str, bytes] = {}

    async def describe(_: Request) -> Response:
        if "document" not in document:
            made = await anyio.to_thread.run_sync(lambda: openapi(version=own_version(), prefix=prefix))
            document["document"] = json.dumps(made).encode()
        return Response(document["document"], media_type="application/json")

    routes = [Route(f"{prefix}/openapi.json", describe, methods=["GET"])]
    by_path: dict[str, dict[str, Endpoint]] = {}
    for each in ENDPOINTS:
        by_path.setdefault(each.path, {})[each.method] = each
    routes += [
        Route(prefix + path, _endpoint(operations, access, methods), methods=list(methods))
        for path, methods in by_path.items()
    ]
    return Starlette(routes=routes, exception_handlers={HTTPException: _on_http_error})


def _endpoint(
    operations: Operations, access: Access, methods: dict[str, Endpoint]
) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        endpoint = methods["GET" if request.method == "HEAD" else request.method]
        try:
            return await _answer(endpoint, operations, access, request)
        except ValidationError as error:
            return problem_of_input(error)
        except ClientDisconnect:
            return problem(HTTPStatus.BAD_REQUEST, "The body did not come to its end.")
        except Exception as error:  # noqa: BLE001 - told by a status, and logged if it is our mistake
            told = problem_of(error)
            if told is None:
                _log.exception("%s %s failed", endpoint.method, endpoint.path)
                told = problem(HTTPStatus.INTERNAL_SERVER_ERROR, "The host's log says more.")
            return told

    return answer


async def _answer(endpoint: Endpoint, operations: Operations, access: Access, request: Request) -> Response:
    scope = request.scope
    if len(scope["query_string"]) > _MOST_QUERY:
        return problem(HTTPStatus.REQUEST_URI_TOO_LONG, f"The query has more than {_MOST_QUERY} bytes.")
    query = _query(endpoint.query, scope["query_string"])
    body: BaseModel | None = None
    if endpoint.body is not None:
        if endpoint.reveals and not access.may_reveal(scope):
            return problem(HTTPStatus.FORBIDDEN, "This access may not see what is masked.")
        if not endpoint.reveals and not access.may_act(scope):
            return problem(HTTPStatus.FORBIDDEN, "This access may look, and change nothing.")
        read = await _body(endpoint.body, request)
        if isinstance(read, Response):
            return read
        body = read
    call = Call(
        operations=operations,
        path=dict(request.path_params),
        query=query,
        body=body,
        actor=access.actor(scope),
        is_local=access.is_local(scope),
    )
    return await _written(endpoint, await endpoint.handle(call), request)


async def _written(endpoint: Endpoint, found: Any, request: Request) -> Response:
    """Return an answer; written in a thread, since a long list costs more than the event loop should wait."""

    def write() -> tuple[bytes, str]:
        if isinstance(found, bytes):
            data = found
        elif isinstance(found, str):
            data = found.encode(errors="replace")
        else:
            data = json.dumps(as_json(found), ensure_ascii=False, separators=(",", ":")).encode(errors="replace")
        return data, f'"{hashlib.sha256(data).hexdigest()[:32]}"'

    data, tag = await anyio.to_thread.run_sync(write)
    headers = {"cache-control": "no-store"}
    if endpoint.method == "GET":
        headers = {"cache-control": "private, no-cache", "etag": tag}
        if tag in (each.strip() for each in request.headers.get("if-none-match", "").split(",")):
            return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    return Response(data, headers=headers, media_type=endpoint.media_type)


def _query(model: type[BaseModel], text: bytes) -> BaseModel:
    """Return the query as *model*.

    Raises:
        ValidationError: It does not fit.
    """
    values: dict[str, Any] = {}
    several: dict[str, list[str]] = {
        name: [] for name, each in model.model_fields.items() if get_origin(each.annotation) is tuple
    }
    for name, value in parse_qsl(text.decode("latin-1"), keep_blank_values=True):
        if name in several:
            several[name].append(value)
        else:
            values[name] = value
    return model.model_validate({**values, **{name: each for name, each in several.items() if each}})


async def _body(model: type[BaseModel], request: Request) -> BaseModel | Response:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        return problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "The body must be application/json.")
    data = bytearray()
    with anyio.move_on_after(_BODY_SECONDS) as patience:
        async with aclosing(request.stream()) as chunks:
            async for chunk in chunks:
                data += chunk
                if len(data) > _MOST_BODY:
                    return problem(
                        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                        f"The body has more than {_MOST_BODY} bytes.",
                        headers={"connection": "close"},
                    )
    if patience.cancelled_caught:
        return problem(HTTPStatus.REQUEST_TIMEOUT, "The body did not come in time.", headers={"connection": "close"})
    try:
        body = model.model_validate_json(bytes(data) or b"{}")
    except ValidationError as error:
        if any(each["type"] == "json_invalid" for each in error.errors()):
            return problem(HTTPStatus.BAD_REQUEST, "The body is no JSON.")
        raise
    if isinstance(body, JobAction) and not body.all and not _chooses(body):
        told = "Say which jobs, or all: true for all there are."
        return problem(HTTPStatus.UNPROCESSABLE_ENTITY, told, errors=({"field": "all", "message": told},))
    return body


def _chooses(body: JobAction) -> bool:
    return any(getattr(body, name) not in (None, ()) for name in JobSelectionQuery.model_fields)


async def _on_http_error(_: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    details = {404: "There is no such path; /api/v1/openapi.json has all.", 405: "This path has no such method."}
    return problem(error.status_code, details.get(error.status_code, error.detail), headers=error.headers)


@final
class LocalAccess:
    """Whoever gets to the Unix socket: the owner of the process, who could do all of it anyway.

    Args:
        user: The name of that user.
    """

    def __init__(self, user: str) -> None:
        self._user = user

    def actor(self, scope: Scope) -> Actor:
        """Return the user, or who the client says that it acts for."""
        given = dict(scope["headers"]).get(b"x-actor", b"").decode("utf-8", "replace").strip()[:100]
        name = "".join(each for each in given if each.isprintable())
        return Actor(name or self._user, via="socket")

    def may_act(self, scope: Scope) -> bool:  # noqa: ARG002 - everybody here may
        """They may."""
        return True

    def may_reveal(self, scope: Scope) -> bool:  # noqa: ARG002 - everybody here may
        """They may, where the host does."""
        return True

    def is_local(self, scope: Scope) -> bool:  # noqa: ARG002 - everybody here is
        """They are."""
        return True
