"""What a process tells the world by its exit status. Pure.

0     stopped when asked to, nothing lost
1     a hosted service failed
3     the start failed
4     the budget of the stop was spent, and work was cancelled
78    the configuration or the options are invalid (EX_CONFIG of sysexits.h)
130   ended by Ctrl+C; 143: by SIGTERM; forced by a second signal
"""

from typing import Final

import corner_host.configuration
import corner_host.options

from .errors import ShutdownTimeoutError, leaves

SUCCESS: Final = 0
SERVICE_FAILED: Final = 1
START_FAILED: Final = 3
WORK_CANCELLED: Final = 4
INVALID_CONFIGURATION: Final = 78
INTERRUPTED: Final = 130


def exit_status(error: BaseException | None, *, has_started: bool) -> int:
    """Return the status for a program that ended with *error*, before or after its host had started.

    Of several errors the first in this order counts: a demand for a status, invalid configuration, a failed start, a failed
    service, a spent budget.

    Example:
        >>> exit_status(None, has_started=True), exit_status(OSError("port in use"), has_started=False)
        (0, 3)
    """
    if error is None:
        return SUCCESS
    errors = list(leaves(error))
    for each in errors:
        if isinstance(each, SystemExit):
            return _demanded(each.code)
    if any(isinstance(each, KeyboardInterrupt) for each in errors):
        return INTERRUPTED
    if not has_started:
        invalid = corner_host.configuration.ConfigurationError, corner_host.options.OptionsValidationError
        is_invalid = any(isinstance(each, invalid) for each in errors)
        return INVALID_CONFIGURATION if is_invalid else START_FAILED
    return WORK_CANCELLED if all(isinstance(each, ShutdownTimeoutError) for each in errors) else SERVICE_FAILED


def _demanded(code: object) -> int:
    """Return what Python makes of the argument of ``sys.exit``."""
    if code is None:
        return SUCCESS
    return code if isinstance(code, int) else SERVICE_FAILED
