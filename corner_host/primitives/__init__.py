"""What every area stands on: cancellation, time, errors, and how things are named and masked.

Knows no other area. `CancellationToken` and `CancellationTokenSource` follow .NET's; waiting for one works on asyncio
and trio, cancelling one from any thread.

- ``cancellation``: tokens and their sources
- ``clock``: the time as a service
- ``errors``: the root of all errors raised on purpose
- ``backoff``: how long to wait before trying again
- ``durations``, ``naming``, ``masking``: seconds, names in messages, secrets in messages
- ``loop``: reaching an event loop from another thread
- ``extension``, ``values``: how areas plug into one another without importing upwards
"""

from .backoff import Backoff
from .cancellation import (
    CancellationToken,
    CancellationTokenRegistration,
    CancellationTokenSource,
    OperationCancelledError,
)
from .clock import Clock, SystemClock
from .durations import Duration, seconds
from .errors import CornerHostError
from .extension import Extension
from .loop import LoopHandle
from .masking import MASK, is_secret_key, mask
from .naming import name_of, short_name_of
from .values import ConfigurationValues

__all__ = [
    "MASK",
    "Backoff",
    "CancellationToken",
    "CancellationTokenRegistration",
    "CancellationTokenSource",
    "Clock",
    "ConfigurationValues",
    "CornerHostError",
    "Duration",
    "Extension",
    "LoopHandle",
    "OperationCancelledError",
    "SystemClock",
    "is_secret_key",
    "mask",
    "name_of",
    "seconds",
    "short_name_of",
]
