"""The tree of commands for Typer: each is loaded when it is used, and takes the common options at its end, too."""

from collections.abc import Callable
from importlib import import_module
from typing import Annotated, Any, cast, final

import typer
from typer.core import TyperGroup
from typer.main import get_command

from .invocation import Invocation
from .table import COMMANDS, SECTIONS

_EPILOG = "Options that every command knows: --target, --environment, --set, --json, ...; see corner-host --help."


def run(args: list[str], invocation: Invocation) -> None:
    """Do what *args* say.

    Raises:
        SystemExit: With the exit status.
        Exception: What the command raised.
    """
    commands = get_command(_application())
    for parameter in commands.params:
        if not hasattr(Invocation, str(parameter.name)):
            _look_at_only_if_given(parameter)  # those that Typer adds, for completion
    if args[:1] == ["--version"]:  # as one asks any program
        args = ["version", *args[1:]]
    commands(args=args, prog_name=invocation.program, obj=invocation)


def _common(
    target: Annotated[
        str | None,
        typer.Option(
            "--target",
            "-t",
            metavar="MODULE:BUILDER",
            help="Where the application is; found by itself if there is one.",
        ),
    ] = None,
    environment: Annotated[
        str | None,
        typer.Option("--environment", "-e", metavar="NAME", help="Such as Development, Staging, Production."),
    ] = None,
    content_root: Annotated[
        str | None, typer.Option("--content-root", metavar="FOLDER", help="Where the settings files are.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="A setting that wins over all others; repeatable."),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
    no_color: Annotated[
        bool, typer.Option("--no-color", help="Leave out colours; so does the variable NO_COLOR.")
    ] = False,
    traceback: Annotated[bool, typer.Option("--traceback", help="Show tracebacks of errors.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but the answer.")] = False,
    verbose: Annotated[
        int, typer.Option("--verbose", "-v", count=True, show_default=False, help="Log more: Debug; twice: Trace.")
    ] = 0,
) -> None:
    """Run and operate applications of corner_host.

    The documentation is in the package: python -m pydoc corner_host
    """


def _application() -> typer.Typer:
    application = typer.Typer(
        cls=_Commands, rich_markup_mode=None, no_args_is_help=True, pretty_exceptions_enable=False
    )
    application.callback()(_common)
    return application


@final
class _Commands(TyperGroup):
    """All commands, none of which is loaded."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for parameter in self.params:
            _remember(parameter)
        self.commands = dict.fromkeys(COMMANDS)  # type: ignore[assignment]  # pyright: ignore[reportAttributeAccessIssue] - names are all that is looked at

    def get_help_option(self, ctx: Any) -> Any:
        """Keep Typer from loading pydantic to find out that nobody asked for help."""
        option = super().get_help_option(ctx)
        if option is not None and "process_value" not in vars(option):
            _look_at_only_if_given(option)
        return option

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Load one command."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        module = import_module(f"{__package__}.commands.{entry.module}")
        command = get_command(module.app)
        command.name = cmd_name
        _accept_common_options(command, ctx)
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """Write the table, by sections."""
        widest = max(map(len, COMMANDS))
        for title, commands in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(widest), entry.summary) for name, entry in commands.items()])


def _accept_common_options(command: Any, context: Any) -> None:
    """Have *command*, and the commands below it, take the common options at their end."""
    below = list(getattr(command, "commands", {}).values())
    for each in below:
        _accept_common_options(each, context)
    _look_at_only_if_given(command.get_help_option(context))
    if not below:
        own = {option for parameter in command.params for option in parameter.opts}
        for parameter in _common_parameters():
            if own.isdisjoint(parameter.opts):
                parameter.hidden = True
                command.params.append(_remember(parameter))
        command.epilog = command.epilog or _EPILOG


def _common_parameters() -> list[Any]:
    carrier = typer.Typer(add_completion=False, rich_markup_mode=None)
    carrier.command()(_common)
    return list(get_command(carrier).params)


def _remember(parameter: Any) -> Any:
    """Have the value of *parameter* go to the `Invocation` instead of the function."""
    name = parameter.name
    if hasattr(Invocation, name):
        parameter.expose_value = False
        parameter.process_value = _keeper(name)  # instead of Typer's, which loads pydantic to make text of text
    return parameter


def _look_at_only_if_given(parameter: Any) -> None:
    process = parameter.process_value

    def process_if_given(context: Any, value: Any) -> Any:
        return process(context, value) if value else value

    parameter.process_value = process_if_given


def _keeper(name: str) -> Callable[[Any, Any], None]:
    def keep(context: Any, value: Any) -> None:
        invocation = context.find_root().obj
        if isinstance(invocation, Invocation) and value:
            before = getattr(invocation, name)
            setattr(invocation, name, [*before, *cast("list[str]", value)] if isinstance(before, list) else value)

    return keep
