"""``corner-host new``."""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from corner_host.cli.invocation import invocation_of
from corner_host.cli.layout import LANGUAGES, TEMPLATES, NewFile, Template, package_name, project_files

app = typer.Typer(rich_markup_mode=None, add_completion=False)

_NOTES: Final = {
    "src/{package}/__main__.py": "entry point: python -m {package}",
    "src/{package}/program.py": "the builder: services, options, queue",
    "src/{package}/worker.py": "your first background service",
    "src/{package}/web.py": "the routes",
    "src/{package}/receipts.py": "your first durable job",
    "appsettings.schema.json": "editor completion for the two files above",
}


@app.command()
def new(
    context: typer.Context,
    template: Annotated[str | None, typer.Argument(metavar="TEMPLATE", help=f"One of {', '.join(TEMPLATES)}.")] = None,
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="What the project is called.")] = None,
    folder: Annotated[Path | None, typer.Option("--output", "-o", metavar="FOLDER", help="Where to; ./NAME.")] = None,
    language: Annotated[
        str, typer.Option("--lang", metavar="en|es", help="en or es, for the README and the comments.")
    ] = "en",
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
    shows_list: Annotated[bool, typer.Option("--list", help="List the templates.")] = False,
    interactive: Annotated[bool, typer.Option("--interactive", "-i", help="Ask for what is missing.")] = False,
) -> None:
    """Create a project from a template. Needs no network, and asks nothing."""
    from corner_host.cli.errors import CommandError

    invocation = invocation_of(context)
    if shows_list:
        _list_templates(as_json=invocation.json)
        return
    if interactive and sys.stdin.isatty():
        template = template or str(typer.prompt(f"Template ({', '.join(TEMPLATES)})", default="worker"))
        name = name or str(typer.prompt("Name"))
    if template is None or name is None:
        raise CommandError(
            "A template and a name are needed, as in: corner-host new worker orders\nTo fix: see --list."
        )
    chosen = _template(template)
    _check_name(name)
    if language not in LANGUAGES:
        raise CommandError(f"There are no templates in {language!r}.\nTo fix: --lang en, or --lang es.")
    root = folder if folder is not None else Path(name)
    files = project_files(chosen, name, language)
    _write(root, files, force=force)
    if invocation.json:
        typer.echo(json.dumps({"folder": str(root), "template": chosen.name, "files": [each.path for each in files]}))
        return
    typer.echo(_told(chosen, name, root, files))


def _list_templates(*, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({each.name: each.summary for each in TEMPLATES.values()}, indent=2))
        return
    for each in TEMPLATES.values():
        typer.echo(f"{each.name:9} {each.summary}")


def _template(name: str) -> Template:
    from difflib import get_close_matches

    from corner_host.cli.errors import CommandError

    if name in TEMPLATES:
        return TEMPLATES[name]
    near = get_close_matches(name, TEMPLATES, 1)
    meant = f" Did you mean {near[0]}?" if near else ""
    raise CommandError(f"There is no template {name}.{meant}\nThere are: {', '.join(TEMPLATES)}.")


def _check_name(name: str) -> None:
    import keyword
    from importlib.util import find_spec

    from corner_host.cli.errors import CommandError

    package = package_name(name)
    if keyword.iskeyword(package):
        raise CommandError(
            f"{name!r} is no name for a project, since it is a word of Python's own.\nTo fix: take another name."
        )
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9._-]*", name) or not package.isidentifier():
        raise CommandError(
            f"{name!r} is no name for a project.\nTo fix: letters, digits, - and _, beginning with a letter."
        )
    if package in sys.stdlib_module_names or package == "corner_host":
        raise CommandError(f"{name!r} is the name of a module that is there already.\nTo fix: take another name.")
    found = find_spec(package)
    if found is not None and found.origin is not None:
        typer.echo(f"warning: a package {package} is installed here already ({found.origin})", err=True)


def _write(root: Path, files: Sequence[NewFile], *, force: bool) -> None:
    from corner_host.cli.errors import CommandError

    there = [each.path for each in files if (root / each.path).exists()]
    if there and not force:
        listed = "".join(f"\n  {path}" for path in there)
        raise CommandError(
            f"{root}/ has files already that would be overwritten:{listed}\nTo fix: take another name, or --force."
        )
    if root.exists() and not root.is_dir():
        raise CommandError(f"{root} is a file.\nTo fix: take another name.")
    try:
        for each in files:
            path = root / each.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(each.content, encoding="utf-8")
    except OSError as error:
        raise CommandError(f"{root}/ cannot be written: {error.strerror} ({error.filename})") from None


def _told(template: Template, name: str, root: Path, files: Sequence[NewFile]) -> str:
    package = package_name(name)
    notes = {path.format(package=package): text.format(package=package) for path, text in _NOTES.items()}
    width = max((len(each.path) for each in files if each.path in notes), default=0) + 9
    lines = [f"Created {root}/ ({template.name} template, {len(files)} files)", "", f"  {root}/"]
    for number, each in enumerate(files):
        branch = "└──" if number == len(files) - 1 else "├──"
        lines.append(f"  {branch} {each.path:{width}}{notes.get(each.path, '')}".rstrip())
    return "\n".join([*lines, "", "Next:", f"  cd {root}", "  uv sync", "  uv run corner-host dev"])
