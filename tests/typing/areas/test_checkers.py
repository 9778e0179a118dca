"""mypy and pyright, both strict, over programs as users write them."""

from pathlib import Path

import pytest

from tests.typing.checkers import CHECKERS

HERE = Path(__file__).parent

pytestmark = [pytest.mark.once, pytest.mark.timeout(300)]


@CHECKERS
@pytest.mark.parametrize("file", ["hosts.py", "work.py", "tokens.py", "settings.py", "choices.py", "logs.py"])
def test_programs_pass_and_infer_what_they_say(refused_by, file: str) -> None:  # type: ignore[no-untyped-def]
    """Every area by its examples of use, callbacks and overloads among them: no cast, no ignore."""
    assert refused_by(HERE / file) == set()


@CHECKERS
def test_mistakes_are_seen_where_they_are(refused_by) -> None:  # type: ignore[no-untyped-def]
    """Each line marked as wrong is refused, and no other."""
    file = HERE / "wrong.py"
    wrong = {number for number, line in enumerate(file.read_text().splitlines(), 1) if "# wrong:" in line}

    assert refused_by(file) == wrong
