"""Web and host together, both ways round.

**The web inside the host**: ``builder.add_asgi(app)`` runs a FastAPI, Starlette or any ASGI application as a hosted
service. The host owns signals, sockets and logging; open event streams and WebSockets end when it stops.

**The host inside the web**: ``FastAPI(lifespan=host.lifespan())``, for teams tied to ``uvicorn app:app``.

Either way each request and each WebSocket connection has a service scope of its own.

- ``registration``, ``service``, ``settings``: ``add_asgi``, and what it runs, by the section ``Server``
- ``uvicorn_server``, ``hypercorn_server``: the servers, side doors (extras ``web``, ``hypercorn``)
- ``scopes``, ``ending``, ``access``, ``health``, ``metrics``: what stands around the application, each pure ASGI
- ``app_lifespan``: the application's own start and stop; ``host_lifespan``: the host as an application's lifespan
- ``fastapi``: ``Inject[T]``, a side door; ``routes`` checks what routes take when the host is built
"""

from corner_host.primitives.door import door

__getattr__, __dir__ = door(
    __name__,
    {
        "asgi": (
            "AsgiApp",
            "Message",
            "Receive",
            "Scope",
            "Send",
        ),
        "errors": (
            "NoServiceScopeError",
            "ServerStartError",
        ),
        "host_lifespan": ("lifespan",),
        "registration": ("add_asgi",),
        "scopes": (
            "ServiceScopeMiddleware",
            "services_of",
        ),
        "service": ("WebAppService",),
    },
)
