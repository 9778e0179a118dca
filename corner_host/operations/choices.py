"""The words that can be chosen, and how long a text may be: once for API, pages and command line. Pure, and quick to load."""

import re
from typing import Final, Literal, TypeAlias, get_args

Policy: TypeAlias = Literal["stop_host", "ignore", "restart"]
"""What can follow the end of a service, by the names of `BackgroundServiceExceptionBehavior`."""
POLICIES: Final[tuple[str, ...]] = get_args(Policy)

State: TypeAlias = Literal["WAITING", "SCHEDULED", "RUNNING", "SUCCEEDED", "DEAD", "CANCELLED"]
"""The states of a job, by the names of `JobState`."""
STATES: Final[tuple[str, ...]] = get_args(State)

COLUMNS: Final = ("name", "key", "queue", "state", "attempt", "waited", "ran", "enqueued", "error")
"""What jobs can be sorted by; a minus before it is downwards."""

LONGEST_FILTER_NAME: Final = 60
FILTER_NAME: Final = re.compile(r"[^\x00-\x20\x7f-\xa0][^\x00-\x1f\x7f-\x9f]*")
"""What a saved filter can be called: one line that begins with something to be seen."""

LONGEST_FILTER: Final = 2000
FILTER: Final = re.compile(r"[!-~]+")
"""A filter as the address of the page has it."""
