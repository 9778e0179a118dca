# ruff: noqa: ARG002 - this is the surface; what fills it follows
"""``operations.configuration``: which setting is in force, and where it comes from."""

from typing import Any, final

from .contracts import ActionResult, Actor, ConfigurationReport, Setting, SettingDifference
from .errors import NotFoundError
from .workplace import Workplace


@final
class ConfigurationOperations:
    """The settings; masked by name and type, in Production all of them but those of ``Operations:ShowValues``."""

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def report(self, *, text: str = "", section: str = "") -> ConfigurationReport:
        """Return the settings below *section* whose key or source contains *text*."""
        return ConfigurationReport()

    async def explain(self, key: str) -> Setting:
        """Return one setting, with every source that has it; also where none has."""
        return Setting(key=key, value=None)

    async def reveal(self, key: str, *, by: Actor, reason: str = "") -> Setting:
        """Return one setting unmasked.

        Raises:
            ActionRefusedError: ``Operations:AllowReveal`` is not set.
            NotFoundError: No source has the key.
        """
        raise NotFoundError("setting", key)

    async def difference(self, environment: str) -> tuple[SettingDifference, ...]:
        """Return what the files of another environment would change, masked."""
        return ()

    async def schema(self) -> dict[str, Any]:
        """Return a JSON schema of the settings files."""
        return {}

    async def reload(self, *, by: Actor, reason: str = "") -> ActionResult:
        """Read all sources again."""
        return ActionResult(action="configuration.reload")
