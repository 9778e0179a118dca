"""``corner-host config``."""

import json
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import typer

from corner_host.cli.client import HostClient
from corner_host.cli.explanation import Explanation, of_running
from corner_host.cli.finding import Pid, Socket, host_or_none
from corner_host.cli.invocation import Invocation, invocation_of

app = typer.Typer(
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    help="Show, explain and compare settings; secrets are masked.",
)


@app.command()
def show(
    context: typer.Context,
    section: Annotated[str, typer.Option(metavar="KEY", help="Only what is below this key.")] = "",
    sources: Annotated[
        bool, typer.Option("--sources", help="Where each value comes from, and what it shadows.")
    ] = False,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show secrets.")] = False,
    everything: Annotated[bool, typer.Option("--all", help="Also variables that are for others.")] = False,
) -> None:
    """Show the settings in force, defaults included, and those that nothing reads."""
    from corner_host.cli.building import built
    from corner_host.cli.settings_view import SettingsView

    invocation = invocation_of(context)
    with built(invocation) as application:
        view = SettingsView(application, reveals=reveal)
        unread = {each.key.casefold() for each in view.unknown}
        rows = [
            row for row in view.rows(section, everything=everything) if everything or row.key.casefold() not in unread
        ]
        unknown = [each for each in view.unknown if not section or each.key.casefold().startswith(section.casefold())]
        places = {each.key: view.configuration.explain(each.key).winner for each in unknown}
        if invocation.json:
            values = [{"key": r.key, "value": r.value, "source": r.source, "shadowed": r.shadowed} for r in rows]
            answer: dict[str, Any] = {"settings": values, "unknown": [each.key for each in unknown]}
            typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
            return
        names, values_width = (
            max((len(text) for text in texts), default=0)
            for texts in ([row.name for row in rows], [row.value for row in rows if len(row.value) <= 40])
        )
        for title, group in groupby(rows, key=lambda row: row.section):
            if title:
                typer.echo(title)
            for row in group:
                line = f"  {row.name:{names}}  {row.value:{values_width}}"
                if sources:
                    line += f"  {row.source}" + (f"   (shadows {row.shadowed})" if row.shadowed else "")
                typer.echo(line.rstrip())
        if unknown:
            typer.echo("Unknown keys (no option reads them)")
            width = max(len(each.key) for each in unknown)
            values_width = max(len(each.value or "") for each in unknown)
            for each in unknown:
                winner = places[each.key]
                place = "" if winner is None else f"   {view.place(winner)}"
                near = f"   did you mean {each.near}?" if each.near else ""
                typer.echo(f"  {each.key:{width}}  {each.value or '':{values_width}}{place}{near}".rstrip())
    if application.error is not None:
        invocation.note(
            f"The application cannot be built, so defaults and unknown keys are not shown: see {invocation.program} check."
        )


@app.command()
def explain(
    context: typer.Context,
    key: Annotated[str, typer.Argument(help="Such as Payment:TimeoutSeconds.")],
    reveal: Annotated[bool, typer.Option("--reveal", help="Show secrets.")] = False,
    offline: Annotated[
        bool, typer.Option("--offline", help="What a start in this shell would read, whatever runs.")
    ] = False,
    pid: Pid = None,
    socket: Socket = None,
) -> None:
    """Show why a setting is what it is: every layer that has it, the winner first.

    A host of this folder that runs is asked, since its environment counts and not this shell's; without one, or with
    --offline, --environment, --set or --target, it is what a start in this shell would read.
    """
    from corner_host.cli.errors import FailedError

    invocation = invocation_of(context)
    asked = None if offline or _is_of_this_shell(invocation) else host_or_none(context, pid, socket)
    found = (
        _explained_here(invocation, key, reveal=reveal) if asked is None else _explained_by(*asked, key, reveal=reveal)
    )
    if found is None:
        raise FailedError(
            f"{key} is in no source, and no option has it.\nTo fix: see {invocation.program} config show."
        )
    if invocation.json:
        typer.echo(json.dumps(found.as_json(), indent=2, ensure_ascii=False))
    else:
        is_here = asked is None
        invocation.note("as a start in this shell would read it" if is_here else f"as {found.told_by} runs with it")
        typer.echo(str(found))


def _is_of_this_shell(invocation: Invocation) -> bool:
    return bool(invocation.environment or invocation.settings or invocation.target or invocation.content_root)


def _explained_by(host: HostClient, root: str, key: str, *, reveal: bool) -> Explanation | None:
    setting = host.get("/configuration/explain", key=key)
    if reveal and setting["is_masked"]:
        setting = {**setting, **host.post("/configuration/reveal", key=key), "default_of": setting["default_of"]}
    return of_running(setting, told_by=host.name, root=root)


def _explained_here(invocation: Invocation, key: str, *, reveal: bool) -> Explanation | None:
    from corner_host.cli.building import built
    from corner_host.cli.explaining import explanation
    from corner_host.cli.settings_view import SettingsView

    with built(invocation) as application:
        return explanation(SettingsView(application, reveals=reveal), key, reveals=reveal)


@app.command()
def diff(context: typer.Context, first: str, second: str) -> None:
    """Show what differs between two environments. The exit status is 0 in any case."""
    from corner_host.cli.building import built
    from corner_host.cli.settings_view import SettingsView
    from corner_host.primitives import holds_password, is_secret_key

    invocation = invocation_of(context)
    sides: list[dict[str, str]] = []
    for environment in (first, second):
        with built(invocation, environment=environment) as application:
            sides.append(SettingsView(application).raw())
    left, right = ({key.casefold(): value for key, value in side.items()} for side in sides)
    spelled = {key.casefold(): key for side in sides for key in side}
    differing = sorted(key for key in spelled if left.get(key) != right.get(key))

    def shown(side: dict[str, str], key: str) -> str:
        value = side.get(key)
        return (
            "(not set)"
            if value is None
            else "••••••••"
            if is_secret_key(spelled[key]) or holds_password(value)
            else value
        )

    if invocation.json:
        answer = {spelled[key]: {first: shown(left, key), second: shown(right, key)} for key in differing}
        typer.echo(json.dumps(answer, indent=2, ensure_ascii=False))
        return
    if not differing:
        typer.echo(f"{first} and {second} do not differ.")
        return
    rows = [("", first, second), *((spelled[key], shown(left, key), shown(right, key)) for key in differing)]
    widths = [max(len(row[column]) for row in rows) for column in range(2)]
    for row in rows:
        typer.echo(f"{row[0]:{widths[0]}}  {row[1]:{widths[1]}}  {row[2]}".rstrip())


@app.command()
def schema(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Instead of standard output.")
    ] = None,
) -> None:
    """Write the JSON schema of the settings, with which editors complete and check them."""
    from corner_host.cli.building import built, required_host
    from corner_host.cli.errors import CommandError
    from corner_host.options import options_schema

    with built(invocation_of(context)) as application:
        text = json.dumps(options_schema(required_host(application).services), indent=2, ensure_ascii=False)
    if output is None:
        typer.echo(text)
        return
    try:
        output.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{output} cannot be written: {error.strerror}") from None
    typer.echo(f"Written to {output}")


@app.command()
def env(
    context: typer.Context,
    section: Annotated[str, typer.Option(metavar="KEY", help="Only what is below this key.")] = "",
    reveal: Annotated[bool, typer.Option("--reveal", help="Write secrets, too.")] = False,
) -> None:
    """Write the settings as variables, for an env file of Docker or Kubernetes; secrets are left empty."""
    from corner_host.cli.building import built
    from corner_host.cli.settings_view import SettingsView
    from corner_host.primitives import holds_password, is_secret_key

    with built(invocation_of(context)) as application:
        view = SettingsView(application, reveals=True)
        for row in view.rows(section):
            name = row.key.replace(":", "__")
            if (is_secret_key(row.key) or holds_password(row.value)) and not reveal:
                typer.echo(f"# {name}=")
            elif "\n" in row.value:
                typer.echo(f"# {name} has several lines, which an env file cannot hold")
            else:
                typer.echo(f"{name}={row.value}")
