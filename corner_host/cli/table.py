"""The commands by name, with what they do in one line. Pure, and quick to load: ``--help`` needs nothing else.

A command's module is loaded when the command is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final


@final
@dataclass(frozen=True, slots=True)
class Entry:
    """One command.

    Args:
        module: The module in ``corner_host.cli.commands`` that has it, as ``app``.
        summary: What it does, in one line.
    """

    module: str
    summary: str


SECTIONS: Final[dict[str, dict[str, Entry]]] = {
    "Begin and run": {
        "new": Entry("new", "Create a project from a template."),
        "dev": Entry("dev", "Run in Development, and again after each change."),
        "run": Entry("run", "Run the application."),
        "check": Entry("check", "Find every mistake in services, settings and schedules."),
        "version": Entry("version", "Show versions of all that matters."),
    },
    "Look into an application": {
        "config": Entry("config", "Show, explain and compare settings."),
        "secrets": Entry("secrets", "Keep secrets of development outside the project."),
        "services": Entry("services", "List what is registered and hosted; stop and start one."),
        "schedules": Entry("schedules", "List recurring jobs, and when they run next."),
        "job": Entry("job", "List the kinds of jobs, or run one and wait for it."),
        "generate": Entry("generate", "Print files for Docker, Kubernetes and systemd."),
    },
    "Operate a running host": {
        "status": Entry("status", "Show where it hurts, on one screen."),
        "health": Entry("health", "Tell by the exit status whether it is well."),
        "top": Entry("top", "Show the status, live."),
        "queue": Entry("queue", "List, pause, resume, drain and purge queues."),
        "jobs": Entry("jobs", "Find, run again, cancel and export jobs."),
        "failures": Entry("failures", "Show errors, grouped."),
        "log-level": Entry("log_level", "Read or change log levels, for a while."),
        "logs": Entry("logs", "Show the latest log lines."),
        "runs": Entry("runs", "Show how earlier runs ended."),
        "metrics": Entry("metrics", "Print the metrics as Prometheus reads them."),
        "audit": Entry("audit", "Show who did what."),
        "dump": Entry("dump", "Show where every task waits."),
        "stop": Entry("stop", "Ask it to stop."),
        "dashboard": Entry("dashboard", "Show the dashboard of a store, without running any job."),
        "diagnose": Entry("diagnose", "Collect everything for support in one file."),
        "report": Entry("report", "Write the report of an incident."),
    },
}

COMMANDS: Final[dict[str, Entry]] = {name: entry for section in SECTIONS.values() for name, entry in section.items()}

TAKES_VALUE: Final = frozenset({"-t", "--target", "-e", "--environment", "--content-root", "--set"})
FLAGS: Final = frozenset({"--json", "--no-color", "--traceback", "-q", "--quiet", "-v", "--verbose"})


def is_command_line(args: Sequence[str]) -> bool:
    """Tell whether *args* are for the commands, and not for the application's configuration.

    They are if, after options that every command knows, the name of a command comes, or nearly one (a slip of the keys must
    not start the application a second time), or a call for help.

    Example:
        >>> is_command_line(["status"]), is_command_line(["-e", "Staging", "config", "show"]), is_command_line(["--help"])
        (True, True, True)
        >>> is_command_line(["staus"]), is_command_line(["import", "file.csv"])
        (True, False)
        >>> is_command_line([]), is_command_line(["--Mail:Host=localhost"]), is_command_line(["--environment", "Staging"])
        (False, False, False)
    """
    rest = iter(args)
    for word in rest:
        if word in COMMANDS or word in {"--help", "--version", "--install-completion", "--show-completion"}:
            return True
        if word in TAKES_VALUE:
            next(rest, None)
        elif word not in FLAGS and word.partition("=")[0] not in TAKES_VALUE:
            return not word.startswith("-") and _is_nearly_a_command(word)
    return False


def _is_nearly_a_command(word: str) -> bool:
    from difflib import get_close_matches  # noqa: PLC0415 - seldom needed

    return bool(get_close_matches(word, COMMANDS, 1, cutoff=0.8))
