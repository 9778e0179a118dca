"""What can go wrong between the host and a web server."""

from corner_host.primitives import CornerHostError


class ServerStartError(CornerHostError, RuntimeError):
    """The web server cannot start: its address is taken, the application's own start failed, a package is missing."""


class NoServiceScopeError(CornerHostError, RuntimeError):
    """A service was asked for by a request that did not come through the host."""
