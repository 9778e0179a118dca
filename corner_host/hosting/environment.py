"""Where and as what the program runs. Pure, but for finding the program itself."""

import sys
from os import path
from types import ModuleType
from typing import Final, final

DEVELOPMENT: Final = "Development"
STAGING: Final = "Staging"
PRODUCTION: Final = "Production"

APPLICATION_KEY: Final = "applicationName"
ENVIRONMENT_KEY: Final = "environment"
CONTENT_ROOT_KEY: Final = "contentRoot"


@final
class HostEnvironment:  # noqa: PLW1641 - it can change, and so has no hash
    """The name of the environment, the name of the application, and the folder its files are in.

    Example:
        >>> HostEnvironment(environment_name="development").is_development()
        True
    """

    __slots__ = ("application_name", "content_root_path", "environment_name")

    def __init__(self, environment_name: str = "", application_name: str = "", content_root_path: str = "") -> None:
        self.environment_name = environment_name
        self.application_name = application_name
        self.content_root_path = content_root_path

    def is_environment(self, name: str) -> bool:
        """Tell whether this is the environment called *name*, in any case."""
        return self.environment_name.casefold() == name.casefold()

    def is_development(self) -> bool:
        """Tell whether this is ``Development``."""
        return self.is_environment(DEVELOPMENT)

    def is_staging(self) -> bool:
        """Tell whether this is ``Staging``."""
        return self.is_environment(STAGING)

    def is_production(self) -> bool:
        """Tell whether this is ``Production``."""
        return self.is_environment(PRODUCTION)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HostEnvironment) and self._parts == other._parts

    def __repr__(self) -> str:
        name, application, root = self._parts
        return (
            f"HostEnvironment(environment_name={name!r}, application_name={application!r}, content_root_path={root!r})"
        )

    @property
    def _parts(self) -> tuple[str, str, str]:
        return self.environment_name, self.application_name, self.content_root_path


def application_directory() -> str:
    """Return the folder of the program that runs; the working directory for an interactive one."""
    file = getattr(_main_module(), "__file__", None)
    return path.dirname(path.realpath(file)) if file else path.realpath("")


def program_name() -> str:
    """Return what the program that runs is called: ``shop`` for ``shop.py`` and for ``python -m shop``."""
    main = _main_module()
    package = getattr(getattr(main, "__spec__", None), "parent", None)
    if package:
        return str(package).partition(".")[0]
    file = getattr(main, "__file__", None) or sys.argv[0]
    if file in {"", "-", "-c", "<stdin>"}:  # no program of its own
        return "python"
    return path.splitext(path.basename(file))[0]


def content_root(configured: str | None) -> str:
    """Return the absolute content root: *configured* as it is, if absolute, else within the application's folder."""
    if not configured:
        return application_directory()
    return configured if path.isabs(configured) else path.join(application_directory(), configured)


def _main_module() -> ModuleType | None:
    return sys.modules.get("__main__")
