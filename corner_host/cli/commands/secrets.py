"""``corner-host secrets``."""

import json
import os
import sys
from typing import Annotated, Any

import typer

from corner_host.cli.invocation import Invocation, invocation_of

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="Keep secrets of development outside the project, where no commit picks them up; mode 0600, and never shown.",
)


@app.command("set")
def set_secret(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="Such as Payment:ApiKey.")],
    value: Annotated[str | None, typer.Argument(help="Asked for, or read from standard input, when left out.")] = None,
) -> None:
    """Set one secret."""
    from corner_host.cli.errors import CommandError

    if not key.strip(":") or key.startswith(":"):
        raise CommandError(f"{key!r} is no key; one is Payment:ApiKey.")
    if value is None:
        value = (
            str(typer.prompt(key, hide_input=True, err=True))
            if sys.stdin.isatty()
            else sys.stdin.readline().rstrip("\n")
        )
    secrets = _secrets(invocation_of(context))
    secrets.set(key, value)
    typer.echo(f"{key} is set in {secrets.path}")


@app.command("list")
def list_secrets(context: typer.Context) -> None:
    """List the keys, without their values."""
    invocation = invocation_of(context)
    secrets = _secrets(invocation)
    keys = list(secrets.read())
    if invocation.json:
        typer.echo(json.dumps({"path": os.fspath(secrets.path), "keys": keys}, indent=2))
        return
    invocation.note(f"{secrets.path}")
    for key in keys:
        typer.echo(f"{key} = ••••••••")
    if not keys:
        invocation.note("There are no secrets.")


@app.command("remove")
def remove(context: typer.Context, key: str) -> None:
    """Remove one secret."""
    from corner_host.cli.errors import FailedError

    secrets = _secrets(invocation_of(context))
    if not secrets.remove(key):
        raise FailedError(f"There is no secret {key} in {secrets.path}.\nTo fix: see corner-host secrets list.")
    typer.echo(f"{key} is removed")


@app.command("clear")
def clear(context: typer.Context) -> None:
    """Remove all secrets."""
    secrets = _secrets(invocation_of(context))
    count = len(secrets.read())
    secrets.clear()
    typer.echo(f"{count} secrets are removed" if count != 1 else "1 secret is removed")


def _secrets(invocation: Invocation) -> Any:
    from corner_host.cli.keeping import secrets_of

    return secrets_of(invocation)
