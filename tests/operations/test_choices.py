"""What can be chosen is what there is."""

from enum import Enum

import pytest

from corner_host.hosting import BackgroundServiceCompletionBehavior, BackgroundServiceExceptionBehavior
from corner_host.jobs import JobState
from corner_host.operations.choices import COLUMNS, POLICIES, STATES
from corner_host.operations.job_sorting import in_order


@pytest.mark.parametrize("kind", [BackgroundServiceExceptionBehavior, BackgroundServiceCompletionBehavior])
def test_every_policy_can_be_chosen(kind: type[Enum]) -> None:
    """OV-21: by its name in the enumeration, for failing and for returning."""
    assert {each.name.lower() for each in kind} == set(POLICIES)


def test_every_state_can_be_chosen() -> None:
    """OV-41: by its name in the enumeration, in the same order."""
    assert tuple(each.name for each in JobState) == STATES


@pytest.mark.parametrize("column", COLUMNS)
def test_every_column_can_be_sorted_by(column: str) -> None:
    """OV-41: none is offered that is refused."""
    assert in_order((), column) == []
