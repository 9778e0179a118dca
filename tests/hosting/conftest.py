"""What the host's tests share: a journal, the log records by their ids."""

import logging

import pytest

from tests.hosting.journal import Journal
from tests.hosting.records import Records


@pytest.fixture
def journal() -> Journal:
    """An empty journal."""
    return Journal()


@pytest.fixture
def records(caplog: pytest.LogCaptureFixture) -> Records:
    """Every log record of the test, from DEBUG on."""
    caplog.set_level(logging.DEBUG)
    return Records(caplog)
