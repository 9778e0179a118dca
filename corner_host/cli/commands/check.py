"""``corner-host check``."""

import json
import sys
from typing import Annotated, Any

import typer

from corner_host.cli.invocation import Invocation, invocation_of

app = typer.Typer(rich_markup_mode=None, add_completion=False)


@app.command()
def check(
    context: typer.Context,
    application: Annotated[str | None, typer.Argument(metavar="TARGET", help="As --target.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="Take settings that nothing reads for mistakes.")] = False,
) -> None:
    """Find every mistake in services, settings and schedules, without starting anything.

    The exit status: 0 none, 78 wrong settings, 3 anything else.
    """
    invocation = invocation_of(context)
    invocation.target = application or invocation.target
    raise typer.Exit(report_mistakes(invocation, strict=strict))


def report_mistakes(invocation: Invocation, *, strict: bool = False) -> int:
    """Write down every mistake, and return the exit status."""
    from corner_host.cli.building import built
    from corner_host.cli.checking import check as find
    from corner_host.cli.failing import status_of, texts

    with built(invocation) as application:
        findings = find(application)
        environment = application.builder.environment.environment_name
        services = application.builder.services
        wrong = ExceptionGroup("mistakes", findings.errors) if findings.errors else None
        told = [] if wrong is None else texts(wrong, invocation, services)
    unknown = [str(each) for each in findings.unknown]
    status = 0 if wrong is None else status_of(wrong)
    if strict and unknown and status == 0:
        status = 78
    if invocation.json:
        answer: dict[str, Any] = {"status": status, "environment": environment, "errors": told, "unknown_keys": unknown}
        typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
        return status
    if told:
        print("\n\n".join(told), file=sys.stderr)  # noqa: T201 - a command line prints
    for line in unknown:
        print(f"{'error' if strict else 'warning'}: {line}", file=sys.stderr)  # noqa: T201
    if status == 0:
        typer.echo(f"ok: {len(services)} services, the graph and the settings are valid in {environment}")
    return status
