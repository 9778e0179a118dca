"""Hosts in tests: real ones, with limits that fail a test rather than hang it.

`running_host` starts a host around a block of a test and stops it afterwards, `start_and_stop` does the same for a single
service without a host. Both work on asyncio and trio. Log records go to the standard ``logging``, so pytest's ``caplog``
sees them; time can be taken from a clock of the test: register a `Clock` of your own.

Not kept of .NET's FakeHost: its log and redaction collectors, for which pytest has ``caplog``.
"""

from .running import HostTooOldError, running_host, start_and_stop

__all__ = ["HostTooOldError", "running_host", "start_and_stop"]
