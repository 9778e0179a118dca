"""Which versions of what run here."""

import sys
from typing import Final

_OPTIONAL: Final = (
    "uvicorn", "hypercorn", "starlette", "jinja2", "trio", "uvloop", "typer", "cronsim", "pgqueuer", "nats-py", "watchfiles",
)  # fmt: skip


def application_version(application: str) -> str:
    """Return the version of the installed distribution that the application is; empty if it is none."""
    from importlib import metadata  # noqa: PLC0415 - loads a lot, and is only needed once the host runs

    main = sys.modules.get("__main__")
    package = str(getattr(getattr(main, "__spec__", None), "parent", "") or "").partition(".")[0]
    for name in dict.fromkeys((application, package)):
        try:
            if name:
                return metadata.version(name)
        except (metadata.PackageNotFoundError, ValueError):
            continue
    return ""


def own_version() -> str:
    """Return the version of corner-host; empty where it is not installed."""
    return application_version("corner-host")


def feature_versions() -> tuple[str, ...]:
    """Return which optional packages of ours are installed, with their versions."""
    from importlib import metadata  # noqa: PLC0415 - the same

    found: list[str] = []
    for name in _OPTIONAL:
        try:
            found.append(f"{name} {metadata.version(name)}")
        except metadata.PackageNotFoundError:
            continue
    return tuple(found)
