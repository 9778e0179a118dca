"""What a small program must not pay for."""

import subprocess
import sys
from pathlib import Path

import pytest

import corner_host

ROOT = Path(__file__).parents[3]
HEAVY = ("pydantic.main", "rich.console", "yaml", "fastapi", "trio")
# dependency-injector takes these along where they are installed; an environment of our own dependencies has none of them
WITHOUT_OTHERS = "import sys; sys.modules.update(dict.fromkeys(('yaml', 'pydantic_settings', 'fastapi', 'werkzeug')))\n"
PROGRAMS = {
    "import": "import corner_host",
    "every name": "import corner_host\nfor name in corner_host.__all__: getattr(corner_host, name)",
    "empty host": (
        "from corner_host import Host\n"
        "host = Host.create_empty_builder().build()\n"
        "host.lifetime.application_started.register(host.lifetime.stop_application)\n"
        "host.run()"
    ),
}


def run(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program in a Python of its own, which knows this package and nothing of the tests."""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("program", PROGRAMS)
def test_heavy_packages_are_not_loaded(program: str, tmp_path: Path) -> None:
    """Neither importing the package nor an empty host loads pydantic's models, rich's console, yaml or a web stack."""
    look = f"\nprint([name for name in {HEAVY!r} if sys.modules.get(name) is not None])"
    ended = run(WITHOUT_OTHERS + PROGRAMS[program] + look, tmp_path)

    assert (ended.stdout, ended.returncode) == ("[]\n", 0), ended.stderr


SELDOM = (
    "datetime",
    "dependency_injector",
    "pydantic",
    "difflib",
    "json",
    "pathlib",
    "pickle",
    "random",
    "sysconfig",
    "corner_host.configuration.binding.bind",
    "corner_host.configuration.debug_view",
    "corner_host.configuration.explain",
    "corner_host.configuration.files",
    "corner_host.configuration.origin",
    "corner_host.configuration.schema",
    "corner_host.configuration.unknown",
    "corner_host.di.activator",
    "corner_host.di.configured",
    "corner_host.di.diagnostics",
    "corner_host.di.engine.plans",
    "corner_host.di.problems",
    "corner_host.di.provenance",
    "corner_host.di.render",
    "corner_host.di.ways",
    "corner_host.hosting.accounting",
    "corner_host.hosting.function_service",
    "corner_host.hosting.hosted_services",
    "corner_host.hosting.overview",
    "corner_host.hosting.places",
    "corner_host.hosting.report",
    "corner_host.hosting.restarting",
    "corner_host.hosting.status",
    "corner_host.hosting.waiting_at",
    "corner_host.hosting.waiting_service",
    "corner_host.logging.buffer",
    "corner_host.logging.changes",
    "corner_host.logging.console",
    "corner_host.logging.formatters.contracts",
    "corner_host.logging.logger",
    "corner_host.logging.rule",
    "corner_host.options.actions",
    "corner_host.options.contracts",
    "corner_host.options.factory",
    "corner_host.options.monitor",
    "corner_host.options.options",
    "corner_host.options.registration",
    "corner_host.options.startup",
    "corner_host.primitives.times",
)
THREE_SERVICES = """
import sys
from corner_host import BackgroundService, Host

class Worker(BackgroundService):
    async def execute(self, stopping):
        await stopping.wait()

class Second(Worker): ...
class Third(Worker): ...

builder = Host.create_empty_builder().add_hosted_service(Worker).add_hosted_service(Second).add_hosted_service(Third)
host = builder.build()
host.lifetime.application_started.register(host.lifetime.stop_application)
host.run()
assert [status.state.value for status in host.hosted_services] == ["stopped"] * 3, "they have run"
"""


def test_what_three_services_do_not_need_is_not_loaded(tmp_path: Path) -> None:
    """Build, run and stop load no binder, no options, no reports, no diagnostics, no providers; looking at the host does."""
    program = THREE_SERVICES.replace(
        "assert [", f"print([name for name in {SELDOM!r} if name in sys.modules])\nassert ["
    )
    ended = run(program, tmp_path)

    assert (ended.stdout, ended.returncode) == ("[]\n", 0), ended.stderr


MOST_MODULES = 90
"""How many of ours the three services may load: each costs about as much as 40 us, and once more at the end."""


def test_three_services_load_few_modules(tmp_path: Path) -> None:
    """What only some programs need stays where it is."""
    program = THREE_SERVICES.replace(
        "assert [",
        "ours = [name for name in sys.modules if name.startswith('corner_host.')]\nprint(len(ours), ours)\nassert [",
    )
    ended = run(program, tmp_path)

    assert int(ended.stdout.split()[0]) <= MOST_MODULES, ended.stdout


def test_what_a_stop_may_have_to_tell_is_loaded_while_the_host_runs(tmp_path: Path) -> None:
    """A program that has run out of file descriptors can still say who did not stop, and where it waits.

    It is quick, since a signal may come meanwhile: without what takes long to load.
    """
    program = """
import sys
import anyio
from corner_host import Host, HostApplicationLifetime

async def look(lifetime: HostApplicationLifetime) -> None:
    before = "corner_host.hosting.waiting_at" in sys.modules
    await anyio.sleep(0.05)
    print(before, {"corner_host.hosting.waiting_at", "corner_host.hosting.accounting"} <= sys.modules.keys())
    print([name for name in ("pathlib", "sysconfig") if name in sys.modules])
    lifetime.stop_application()

Host.create_empty_builder().add_hosted_service(look).build().run()
"""
    ended = run(program, tmp_path)

    assert (ended.stdout, ended.returncode) == ("False True\n[]\n", 0), ended.stderr


def test_an_unknown_name_is_an_attribute_error() -> None:
    """The front door says so as any module does."""
    with pytest.raises(AttributeError, match="Hostt"):
        getattr(corner_host, "Hostt")
