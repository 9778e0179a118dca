"""The application that a command works on: where it is, and how it is loaded.

Looked for in this order: what the application itself handed over (``Host.main``), ``--target``, ``[tool.corner-host] target``
in ``pyproject.toml``, the only ``program.py`` in the project.
"""

import inspect
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from typing import Any, Final, final

from .errors import CommandError, TargetError
from .invocation import Invocation
from .project import Project, find_project, use_python_of

_OPTION: Final = "--target"
_USUAL: Final = ("create_builder", "builder")


@final
@dataclass(frozen=True, slots=True)
class Target:
    """Where an application is.

    Attributes:
        module: The module's name.
        attribute: What in it is, or makes, the `HostBuilder`; None for the usual names.
        found: How it was found, for people.
        project: The project around it.
    """

    module: str
    attribute: str | None
    found: str
    project: Project

    def __str__(self) -> str:
        return self.module if self.attribute is None else f"{self.module}:{self.attribute}"

    @property
    def package(self) -> str:
        """The name of the application: its outermost package."""
        return self.module.partition(".")[0]


def find_target(invocation: Invocation) -> Target:
    """Return where the application is, without importing it.

    Raises:
        CommandError: ``--target`` names none.
        TargetError: There is none, or there are several.
    """
    project = find_project()
    if invocation.target is not None:
        return _named(invocation.target, _OPTION, project)
    named = project.tool.get("target")
    if named is not None:
        return _named(str(named), "pyproject.toml", project)
    programs = project.programs()
    if len(programs) == 1:
        file = programs[0]
        return Target(project.module_name(file), None, str(file.relative_to(project.root)), project)
    if programs:
        listed = "".join(f"\n  {project.module_name(each)}" for each in programs)
        raise TargetError(
            f"There are {len(programs)} programs in {project.root}:{listed}\nTo fix: say which one by --target MODULE."
        )
    raise TargetError(
        f"There is no application in {project.root}: no program.py, and no [tool.corner-host] target in pyproject.toml.\n"
        "To fix: say where it is by --target module:create_builder, or begin with: corner-host new worker NAME"
    )


def _named(text: str, found: str, project: Project) -> Target:
    module, _, attribute = text.partition(":")
    if module.endswith(".py"):
        file = Path(module).resolve()
        if not file.is_file():
            raise _wrong(
                found, f"There is no file {module}.\nTo fix: give the path from here, or the name of its module."
            )
        module = project.module_name(file)
    if not module or not all(part.isidentifier() for part in module.split(".")):
        raise _wrong(
            found,
            f"{text!r} (from {found}) is no target.\nTo fix: write module:builder, as in orders.program:create_builder.",
        )
    return Target(module, attribute or None, found, project)


def _wrong(found: str, text: str) -> CommandError:
    """Return the error for a target that leads nowhere: of the command line, if it was said there."""
    return CommandError(text) if found == _OPTION else TargetError(text)


def load(target: Target) -> Callable[..., Any]:
    """Import the application, and return what makes its builder.

    Raises:
        CommandError: ``--target`` names what is not there.
        TargetError: It cannot be imported, or has no builder.
    """
    use_python_of(target.project)
    for folder in reversed(target.project.import_folders):
        if str(folder) not in sys.path:
            sys.path.insert(0, str(folder))
    os.environ.setdefault("CORNER_APPLICATIONNAME", target.package)
    try:
        module = import_module(target.module)
    except ModuleNotFoundError as error:
        if error.name is not None and (target.module + ".").startswith(error.name + "."):
            folders = " or ".join(str(folder) for folder in target.project.import_folders)
            raise _wrong(
                target.found,
                f"There is no module {error.name} (from {target.found}); looked for in {folders}.\n"
                "To fix: check the spelling, or install the project in this environment.",
            ) from None
        raise
    except SystemExit as ended:  # or check would say that all is well
        raise TargetError(
            f"The module {target.module} (from {target.found}) ended the program while it was imported, with {ended.code!r}.\n"
            'To fix: put what runs the program below  if __name__ == "__main__":'
        ) from None
    names = [target.attribute] if target.attribute else [name for name in _USUAL if hasattr(module, name)]
    if not names or not hasattr(module, names[0]):
        raise _wrong(target.found if target.attribute else "", _no_builder(target, names, vars(module)))
    return _maker(getattr(module, names[0]), f"{target.module}:{names[0]}")


def _no_builder(target: Target, names: list[str], there: dict[str, Any]) -> str:
    wanted = names[0] if names else _USUAL[0]
    near = get_close_matches(wanted, [name for name in there if not name.startswith("_")], 1)
    meant = f" Did you mean {target.module}:{near[0]}?" if near else ""
    return (
        f"The module {target.module} (from {target.found}) has no {wanted}.{meant}\n"
        "To fix: define  def create_builder(args: list[str]) -> HostBuilder  in it."
    )


def _maker(found: Any, name: str) -> Callable[..., Any]:
    from corner_host.hosting import HostBuilder  # noqa: PLC0415 - loads the host

    if isinstance(found, HostBuilder):
        return lambda: found
    if not callable(found) or inspect.iscoroutinefunction(found):
        raise TargetError(f"{name} is no function that makes a HostBuilder, but {type(found).__name__}.")
    maker: Callable[..., Any] = found
    return maker
