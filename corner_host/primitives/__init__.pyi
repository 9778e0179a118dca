from . import pickling as pickling
from . import ticks as ticks
from . import times as times
from .backoff import Backoff
from .cancellation import (
    CancellationToken,
    CancellationTokenRegistration,
    CancellationTokenSource,
    OperationCancelledError,
)
from .clock import Clock, SystemClock
from .durations import seconds
from .errors import CornerHostError
from .extension import Extension
from .loop import LoopHandle
from .masking import MASK, holds_password, is_secret_key, mask, without_passwords
from .naming import name_of, short_name_of
from .times import Duration
from .token_parameters import is_unannotated, takes_token
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
    "holds_password",
    "is_secret_key",
    "is_unannotated",
    "mask",
    "name_of",
    "seconds",
    "short_name_of",
    "takes_token",
    "without_passwords",
]
