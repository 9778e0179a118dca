"""``corner-host version``."""

import json
import platform
import sys
from importlib.metadata import PackageNotFoundError, version
from typing import Final

import typer

from corner_host.cli.invocation import invocation_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_EXTRAS: Final = {
    "cli": ("typer", "watchfiles"),
    "web": ("starlette", "uvicorn", "jinja2"),
    "jobs": ("cronsim",),
    "postgres": ("pgqueuer", "asyncpg"),
    "nats": ("nats-py",),
    "trio": ("trio",),
    "uvloop": ("uvloop",),
    "yaml": ("ruamel.yaml",),
    "prometheus": ("opentelemetry-sdk", "prometheus-client"),
}
_CORE: Final = ("anyio", "pydantic", "dependency-injector", "rich")


@app.command()
def show_version(context: typer.Context) -> None:
    """Show versions of all that matters: the package, Python, what it stands on, and which extras are installed."""
    invocation = invocation_of(context)
    core = {name: _version(name) for name in _CORE}
    extras = {extra: {name: _version(name) for name in names} for extra, names in _EXTRAS.items()}
    own = _version("corner-host") or "not installed"
    if invocation.json:
        answer = {"corner_host": own, "python": platform.python_version(), "packages": core, "extras": extras}
        typer.echo(json.dumps(answer, indent=2))
        return
    typer.echo(f"corner_host {own}  ·  Python {platform.python_version()}  ·  {sys.platform}")
    typer.echo(f"  {_listed(core)}")
    for extra, names in extras.items():
        missing = [name for name, found in names.items() if found is None]
        typer.echo(f"  {extra:10}  " + (f"- needs {', '.join(missing)}" if missing else _listed(names)))


def _listed(names: dict[str, str | None]) -> str:
    return ", ".join(f"{name} {found or 'missing'}" for name, found in names.items())


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
