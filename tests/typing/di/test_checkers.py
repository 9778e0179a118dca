"""mypy and pyright, both strict, over programs that must pass and mistakes that must not."""

from pathlib import Path

import pytest

from tests.typing.checkers import CHECKERS

HERE = Path(__file__).parent

pytestmark = [pytest.mark.once, pytest.mark.timeout(300)]


@CHECKERS
def test_right_programs_pass_and_infer_what_they_say(refused_by) -> None:  # type: ignore[no-untyped-def]
    """Protocols, ABCs, generics, Annotated, NewType: the service that is asked for is the type that comes back."""
    assert refused_by(HERE / "right.py") == set()


@CHECKERS
def test_mistakes_are_seen_where_they_are(refused_by) -> None:  # type: ignore[no-untyped-def]
    """Each line marked as wrong is refused, and no other."""
    file = HERE / "wrong.py"
    wrong = {number for number, line in enumerate(file.read_text().splitlines(), 1) if "# wrong:" in line}

    assert refused_by(file) == wrong
