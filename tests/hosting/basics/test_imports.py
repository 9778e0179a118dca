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


@pytest.mark.parametrize("program", PROGRAMS)
def test_heavy_packages_are_not_loaded(program: str, tmp_path: Path) -> None:
    """Neither importing the package nor an empty host loads pydantic's models, rich's console, yaml or a web stack."""
    look = f"\nprint([name for name in {HEAVY!r} if sys.modules.get(name) is not None])"
    ended = subprocess.run(
        [sys.executable, "-c", WITHOUT_OTHERS + PROGRAMS[program] + look],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.stdout, ended.returncode) == ("[]\n", 0), ended.stderr


def test_the_front_door_and_its_stub_name_the_same() -> None:
    """What type checkers see is what is there."""
    stub: dict[str, object] = {}
    exec((ROOT / "corner_host" / "__init__.pyi").read_text(encoding="utf-8"), stub)

    assert stub["__all__"] == corner_host.__all__
    assert all(getattr(corner_host, name) is stub[name] for name in corner_host.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    """The front door says so as any module does."""
    with pytest.raises(AttributeError, match="Hostt"):
        getattr(corner_host, "Hostt")
