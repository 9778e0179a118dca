"""mypy and pyright, both strict, over programs as users write them."""

from pathlib import Path

import pytest

from tests.typing.checkers import CHECKERS

HERE = Path(__file__).parent

pytestmark = pytest.mark.timeout(300)


@CHECKERS
@pytest.mark.parametrize("file", ["hosts.py", "work.py"])
def test_programs_pass_and_infer_what_they_say(refused_by, file: str) -> None:  # type: ignore[no-untyped-def]
    """The host and its builder, callbacks with and without context, the queue, the cache, jobs: no cast, no ignore."""
    assert refused_by(HERE / file) == set()
