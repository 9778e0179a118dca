"""The command line: ``corner-host``, ``python -m corner_host``, and the same commands for an application.

An application whose main program is ``Host.main(create_builder)`` has all of it: ``python -m orders status``.

Two kinds of commands. Those that *look into an application* (``run``, ``check``, ``config``, ...) build it from its *target*:
``--target module:builder``, else ``[tool.corner-host] target`` in ``pyproject.toml``, else the only ``program.py`` there is;
which one was taken is said. Those that *operate a running host* (``status``, ``queue pause``, ...) talk to it over its Unix
socket, which nobody else on the machine may open, and never load the application.

The order of things, from the words typed to the exit status:

1. ``entry`` looks whether Typer is installed (extra ``cli``), and says what to install if it is not.
2. ``table`` knows the commands by name; the module of the one that was named is loaded, and nothing else. ``--help`` loads
   none.
3. The command does its work. The answer goes to standard output, all else to standard error; ``--json`` answers for programs.
4. What went wrong is told by ``failing``, as a person needs it, without a traceback of ours (``--traceback`` shows it).

The exit status: 0 done; 1 no (not healthy, nothing found, a job failed); 2 a wrong command line; 3 the application cannot be
built or started; 4 work was cut off at the stop; 69 no host is running; 78 wrong settings.
"""

from .entry import main
from .table import is_command_line

__all__ = ["is_command_line", "main"]
