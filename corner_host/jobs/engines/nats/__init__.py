"""Jobs on NATS JetStream, for more than one machine; the extra is ``nats``.

- ``engine``: `NatsEngine`, the door; what it can do and what it cannot
- ``address``, ``server``: the connection, which waits for a server that is down; the stream, and what is asked of it
- ``subjects``, ``letters``: what lies where in the stream, and what a message holds (pure)
- ``batches``: messages that are stored all or none
- ``putting``, ``keys``: jobs put, and the keys they hold
- ``pump``, ``asking``, ``settling``: asks the server for jobs, delivers, settles
- ``renewing``: the thread that keeps the leases
- ``records``, ``dead``, ``queues``, ``schedules``: the operator's half of the port
"""

try:
    import nats as _nats  # noqa: F401  # pyright: ignore[reportUnusedImport] - to say early that it is missing
except ImportError as error:
    raise ImportError(
        "Jobs:Engine is nats, and the package nats-py is missing.\nTo fix: pip install 'corner_host[nats]'."
    ) from error

from .engine import NatsEngine

__all__ = ["NatsEngine"]
