"""An event loop for a program that has none."""

from collections.abc import Awaitable, Callable
from typing import Any

import anyio
from anyio.lowlevel import current_token

from .errors import HostStateError


def run_in_loop(
    function: Callable[[], Awaitable[None]], *, backend: str, backend_options: dict[str, Any] | None
) -> None:
    """Run *function* in a new event loop.

    Raises:
        HostStateError: An event loop runs in this thread already.
    """
    if _is_in_loop():
        raise HostStateError(
            "run() begins an event loop, but one runs in this thread already.\n"
            "To fix: await host.run_async(), or use async with host."
        )
    options = dict(backend_options or {})
    if backend == "asyncio+uvloop":
        backend = "asyncio"
        options["use_uvloop"] = True
    anyio.run(function, backend=backend, backend_options=options)


def _is_in_loop() -> bool:
    try:
        current_token()
    except RuntimeError:
        return False
    return True
