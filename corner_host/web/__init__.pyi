from .asgi import AsgiApp, Message, Receive, Scope, Send
from .errors import NoServiceScopeError, ServerStartError
from .host_lifespan import lifespan
from .registration import add_asgi
from .scopes import ServiceScopeMiddleware, services_of
from .service import WebAppService

__all__ = [
    "AsgiApp",
    "Message",
    "NoServiceScopeError",
    "Receive",
    "Scope",
    "Send",
    "ServerStartError",
    "ServiceScopeMiddleware",
    "WebAppService",
    "add_asgi",
    "lifespan",
    "services_of",
]
