"""The pytest plug-in, in test runs of its own."""

import os
import subprocess
import sys
import textwrap
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def pytest_run(folder: Path, test: str, *args: str) -> "subprocess.CompletedProcess[str]":
    (folder / "test_it.py").write_text(textwrap.dedent(test), encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nanyio_mode = auto\n", encoding="utf-8")
    plugin = "corner_host.testing.pytest_plugin"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", plugin, *args]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


def test_the_fixtures_are_there_without_an_import(tmp_path: Path) -> None:
    """As in the guide: ten minutes of a worker, in a test that imports nothing of the kit."""
    done = pytest_run(
        tmp_path,
        """
        from corner_host import CancellationToken, Host

        async def work(stopping: CancellationToken) -> None:
            ticks = 0
            async for _ in stopping.every(60, immediately=True):
                ticks += 1
            import logging
            logging.getLogger("work").warning("%d ticks", ticks)

        async def test_it(host_factory, virtual_clock):
            def create_builder():
                return Host.create_empty_builder().add_hosted_service(work)

            async with host_factory(create_builder) as host:
                await virtual_clock.advance(minutes=10)

            assert host.logs.count("11 ticks") == 1
        """,
    )

    assert (done.returncode, done.stdout.splitlines()[-1].split(" in ")[0]) == (0, "2 passed"), done.stdout


def test_nothing_is_loaded_for_a_run_that_uses_nothing(tmp_path: Path) -> None:
    """A test run of something else does not pay for the plug-in."""
    done = pytest_run(
        tmp_path,
        """
        import sys

        def test_it():
            assert not {"corner_host.hosting", "corner_host.di", "dependency_injector"} & sys.modules.keys()
        """,
    )

    assert done.returncode == 0, done.stdout


def test_it_is_named_in_the_package() -> None:
    """pytest finds it where the package is installed."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

    assert project["entry-points"]["pytest11"] == {
        "corner_host.testing.pytest_plugin": "corner_host.testing.pytest_plugin"
    }
