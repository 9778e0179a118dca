"""What a command line can get wrong, and with which exit status it then ends.

CornerHostError
└── CommandError            the message says what to do; ``exit_status`` is that of the process
    ├── TargetError         there is no application, or it cannot be loaded (3)
    └── NoHostError         no running host answers (69)
"""

from typing import ClassVar

from corner_host.primitives import CornerHostError


class CommandError(CornerHostError):
    """A command cannot do what it was asked for.

    Attributes:
        exit_status: With which status the process ends.
    """

    exit_status: ClassVar[int] = 2


class TargetError(CommandError):
    """There is no application, or it cannot be loaded."""

    exit_status = 3


class NoHostError(CommandError):
    """No running host answers, or several might; EX_UNAVAILABLE of sysexits.h."""

    exit_status = 69


class FailedError(CommandError):
    """What was asked for was tried, and did not work."""

    exit_status = 1
