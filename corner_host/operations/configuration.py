"""``operations.configuration``: which setting is in force, and where it comes from."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, final

import anyio.to_thread

from corner_host.configuration import ConfigurationBuilder, ConfigurationRoot
from corner_host.configuration.keys import fold
from corner_host.options import options_schema

from .contracts import ActionResult, Actor, ConfigurationReport, Setting, SettingDifference
from .errors import ActionRefusedError, InvalidRequestError, NotFoundError
from .setting_views import SettingViews
from .workplace import Workplace

_ENVIRONMENT: Final = re.compile(r"[A-Za-z0-9_-]{1,60}")


@final
class ConfigurationOperations:
    """The settings, masked.

    Secrets are known by name and type. Outside of Development everything is masked but ``Operations:ShowValues``, unless
    *by_name* is given: for somebody on the machine who could read the sources anyway.
    """

    def __init__(self, workplace: Workplace) -> None:
        self._workplace = workplace

    async def report(self, *, text: str = "", section: str = "", by_name: bool = False) -> ConfigurationReport:
        """Return the settings below *section* whose key or source contains *text*."""
        return await anyio.to_thread.run_sync(
            lambda: self._report(text.casefold(), section.casefold(), by_name=by_name)
        )

    def _report(self, text: str, section: str, *, by_name: bool) -> ConfigurationReport:
        views = self._views(by_name=by_name)
        settings = tuple(
            each
            for each in views.all()
            if (not section or each.key.casefold() == section or each.key.casefold().startswith(section + ":"))
            and (not text or text in each.key.casefold() or any(text in one.origin.casefold() for one in each.layers))
        )
        return ConfigurationReport(
            settings=settings,
            unknown=tuple(each for each in settings if not each.is_known),
            masks_all=views.masks_all,
            can_reveal=self._workplace.settings.allow_reveal,
            sources=tuple(provider.name for provider in self._root.providers),
        )

    async def explain(self, key: str, *, by_name: bool = False) -> Setting:
        """Return one setting, with every source that has it; also where none has.

        Raises:
            InvalidRequestError: The key is empty.
        """
        if not key.strip(": "):
            raise InvalidRequestError("key must name a setting, such as Payment:Url.", field="key")
        return await anyio.to_thread.run_sync(lambda: self._explained(key, by_name=by_name))

    def _explained(self, key: str, *, by_name: bool) -> Setting:
        from .defaults import defaults_of  # noqa: PLC0415 - seldom asked for

        found = self._views(by_name=by_name).one(key)
        default = defaults_of(self._workplace.services).get(fold(key))
        if default is None:
            return found
        shown = found.default if found.is_secret or found.default is not None else default.value
        return replace(found, key=found.key if found.layers else default.key, default=shown, default_of=default.field)

    async def reveal(self, key: str, *, by: Actor, reason: str = "") -> Setting:
        """Return one setting unmasked.

        Raises:
            ActionRefusedError: ``Operations:AllowReveal`` is not set.
            NotFoundError: No source has the key.
        """

        async def reveal() -> ActionResult:
            if not self._workplace.settings.allow_reveal:
                raise ActionRefusedError("Masked values stay masked (Operations:AllowReveal is false).")
            if self._root[key] is None:
                raise NotFoundError("setting", key)
            return ActionResult(action="configuration.reveal", target=key, count=1, message="shown")

        await self._workplace.actions.perform("configuration.reveal", key, reveal, by=by, reason=reason)
        return await anyio.to_thread.run_sync(lambda: self._views().one(key, masked=False))

    async def difference(self, environment: str, *, by_name: bool = False) -> tuple[SettingDifference, ...]:
        """Return what the files of another environment would change, masked.

        Raises:
            InvalidRequestError: No file can have that name.
            NotFoundError: There is no file for that environment.
        """
        if not _ENVIRONMENT.fullmatch(environment):
            raise InvalidRequestError("environment must be a name such as Staging.", field="environment")
        return await anyio.to_thread.run_sync(lambda: self._difference(environment, by_name=by_name))

    def _difference(self, environment: str, *, by_name: bool) -> tuple[SettingDifference, ...]:
        there = self._files(environment)
        if not Path(self._workplace.environment.content_root_path, f"appsettings.{environment}.json").is_file():
            raise NotFoundError("settings file", f"appsettings.{environment}.json")
        here = self._files(self._workplace.environment.environment_name)
        keys = {key: None for root in (here, there) for key, value in root.as_enumerable() if value is not None}
        views = self._views(by_name=by_name)
        return tuple(
            SettingDifference(
                key=key,
                here=views.shown(key, here[key]),
                there=views.shown(key, there[key]),
            )
            for key in sorted(keys)
            if here[key] != there[key]
        )

    def _files(self, environment: str) -> ConfigurationRoot:
        builder = ConfigurationBuilder().set_base_path(self._workplace.environment.content_root_path)
        for name in ("appsettings.json", f"appsettings.{environment}.json"):
            builder.add_json_file(name, optional=True)
        return builder.build()

    async def schema(self) -> dict[str, Any]:
        """Return a JSON schema of the settings files."""
        return await anyio.to_thread.run_sync(options_schema, self._workplace.services)

    async def reload(self, *, by: Actor, reason: str = "") -> ActionResult:
        """Read all sources again; options that are monitored follow."""

        async def reload() -> ActionResult:
            # read here and not in a thread: who follows changes may belong to the event loop
            self._root.reload()
            return ActionResult(action="configuration.reload", message="all sources were read again")

        return await self._workplace.actions.perform("configuration.reload", "", reload, by=by, reason=reason)

    @property
    def _root(self) -> ConfigurationRoot:
        return self._workplace.services.get_required_service(ConfigurationRoot)

    def _views(self, *, by_name: bool = True) -> SettingViews:
        return SettingViews(
            self._root,
            self._workplace.services,
            masks_all=not (by_name or self._workplace.environment.is_development()),
            may_show=_shown_keys(self._workplace.settings.show_values),
        )


def _shown_keys(patterns: tuple[str, ...]) -> Callable[[str], bool]:
    folded = [each.casefold() for each in patterns]
    prefixes = tuple(each.removesuffix("*") for each in folded if each.endswith("*"))

    def may_show(key: str) -> bool:
        name = key.casefold()
        return name in folded or (bool(prefixes) and name.startswith(prefixes))

    return may_show
