"""Files for what runs an application: Docker, Compose, Kubernetes, systemd, Windows. Pure, but for reading the templates.

One budget rules them all: the host's own stop (``HostOptions.shutdown_timeout``), which the files set. Whoever would kill the
host waits five seconds longer. On Kubernetes, an application with a port serves on for a while before it stops
(``HostOptions.shutdown_delay``).
"""

import re
from dataclasses import dataclass
from importlib.resources import files
from typing import Final, final

KINDS: Final = ("docker", "compose", "k8s", "systemd", "windows")
_MARGIN_SECONDS: Final = 5
_ENDPOINT_SECONDS: Final = 5
_ONLY_WITH_PORT: Final = "port> "
_ONLY_WITHOUT_PORT: Final = "noport> "


@final
@dataclass(frozen=True, slots=True)
class Deployment:
    """What the files are for.

    Args:
        name: Of the application, as names of containers and units may be.
        target: ``module:builder``.
        python: Version, as ``3.13``.
        budget: Seconds that the host's stop may take.
        port: Where a web application listens; None without one.
        folder: Where it is installed on a machine without containers.
        section: Of the settings, where the web application is configured.
    """

    name: str
    target: str
    python: str
    budget: int
    port: int | None
    folder: str
    section: str = "Server"


def generated(kind: str, app: Deployment) -> str:
    """Return the file for one of `KINDS`."""
    template = (files("corner_host.cli") / "templates" / "deploy" / f"{kind}.tmpl").read_text(encoding="utf-8")
    delay = 0 if app.port is None else _ENDPOINT_SECONDS
    values = {
        "name": app.name,
        "target": app.target,
        "python": app.python,
        "port": str(app.port),
        "section": app.section,
        "server": app.section.replace(":", "__"),
        "folder": app.folder,
        "budget": str(app.budget),
        "margin": str(_MARGIN_SECONDS),
        "delay": str(delay),
        "grace": str(app.budget + _MARGIN_SECONDS),
        "whole": str(delay + app.budget + _MARGIN_SECONDS),
    }
    kept, left_out = (
        (_ONLY_WITHOUT_PORT, _ONLY_WITH_PORT) if app.port is None else (_ONLY_WITH_PORT, _ONLY_WITHOUT_PORT)
    )
    lines = [line.removeprefix(kept) for line in template.splitlines(keepends=True) if not line.startswith(left_out)]
    return re.sub(r"@@(\w+)@@", lambda found: values[found[1]], "".join(lines))


def label(name: str) -> str:
    """Return *name* as labels of DNS and units are written.

    Example:
        >>> label("My_Orders.api")
        'my-orders-api'
    """
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "app"
