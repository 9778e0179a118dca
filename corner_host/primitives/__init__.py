"""What every area stands on: cancellation, time, errors, and how things are named and masked.

Knows no other area. `CancellationToken` and `CancellationTokenSource` follow .NET's; waiting for one works on asyncio
and trio, cancelling one from any thread.

- ``cancellation``: tokens and their sources
- ``clock``: the time as a service
- ``errors``: the root of all errors raised on purpose
- ``backoff``: how long to wait before trying again
- ``durations``, ``times``, ``naming``, ``masking``: seconds, dates, names in messages, secrets in messages
- ``loop``: reaching an event loop from another thread
- ``token_parameters``: which parameter of a function gets a token
- ``extension``, ``values``: how areas plug into one another without importing upwards
"""

from .door import door

__getattr__, __dir__ = door(
    __name__,
    {
        "backoff": ("Backoff",),
        "cancellation": (
            "CancellationToken",
            "CancellationTokenRegistration",
            "CancellationTokenSource",
            "OperationCancelledError",
        ),
        "clock": (
            "Clock",
            "SystemClock",
        ),
        "durations": ("seconds",),
        "errors": ("CornerHostError",),
        "extension": ("Extension",),
        "loop": ("LoopHandle",),
        "masking": (
            "MASK",
            "holds_password",
            "is_secret_key",
            "mask",
            "without_passwords",
        ),
        "naming": (
            "name_of",
            "short_name_of",
        ),
        "times": ("Duration",),
        "token_parameters": (
            "is_unannotated",
            "takes_token",
        ),
        "values": ("ConfigurationValues",),
    },
    seldom=("pickling", "ticks", "times"),
)
