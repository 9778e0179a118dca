"""Who may read the file behind the jobs."""

import os
import stat
import sys
from pathlib import Path

import pytest

from tests.jobs.harness import shop

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such modes")


async def test_a_new_store_is_its_owners_alone(tmp_path: Path) -> None:
    """Whatever the umask: payloads may be confidential, in the file and in what SQLite puts beside it."""
    before = os.umask(0)
    try:
        async with shop(tmp_path / "jobs.db") as bench:
            await bench.put()
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in tmp_path.glob("jobs.db*")}
    finally:
        os.umask(before)

    assert modes.keys() >= {"jobs.db", "jobs.db-wal"}
    assert set(modes.values()) == {0o600}


async def test_a_store_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    """Somebody has decided to share it."""
    path = tmp_path / "jobs.db"
    path.touch()
    path.chmod(0o660)
    async with shop(path) as bench:
        await bench.put()

    assert stat.S_IMODE(path.stat().st_mode) == 0o660
