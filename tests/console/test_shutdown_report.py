"""The table of a stop."""

import io

from corner_host.console.shutdown_report import show_shutdown_report
from corner_host.hosting import ShutdownReport, StopOutcome, StoppedService


def test_each_service_has_a_line_with_where_it_waited() -> None:
    """H2: who was cancelled, and at which line; names are shown as they are, not as markup."""
    stream = io.StringIO()
    services = (
        StoppedService(name="Web[red]", outcome=StopOutcome.STOPPED, seconds=0.1),
        StoppedService(name="Worker", outcome=StopOutcome.CANCELLED, seconds=2.0, file="shop.py", line=7),
        StoppedService(name="Mail", outcome=StopOutcome.FAILED, seconds=0.0, error=OSError("gone")),
    )

    show_shutdown_report(ShutdownReport(seconds=2.1, budget=2.0, services=services), stream)

    text = stream.getvalue()
    assert "1 failed, 1 cancelled" in text
    for part in ("Web[red]", "shop.py:7", "OSError('gone')"):
        assert part in text
