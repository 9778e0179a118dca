"""Other libraries on the same data; each is left out, and said so, when it is not installed."""

import json
import os
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from .data import flat_data, flat_model

Contenders = dict[str, Callable[[], object]]


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        print(f"  ({name} is not installed, so it is left out: uv run --group bench …)")
        return None


def loading(files: Sequence[Path]) -> Contenders:
    """Load the layers and read one key."""
    dynaconf = _module("dynaconf")
    if dynaconf is None:
        return {}

    def load() -> object:
        settings = dynaconf.Dynaconf(
            settings_files=[str(file) for file in files], merge_enabled=True, environments=False
        )
        return settings["Limits"]["Limit1"]

    return {"dynaconf": load}


def looking_up(files: Sequence[Path]) -> Contenders:
    """Look one value up."""
    dynaconf = _module("dynaconf")
    if dynaconf is None:
        return {}
    settings = dynaconf.Dynaconf(settings_files=[str(file) for file in files], merge_enabled=True, environments=False)
    return {
        "dynaconf ['a']['b']['c']": lambda: settings["Section1"]["Group1"]["SettingName1"],
        "dynaconf .get('a.b.c')": lambda: settings.get("Section1.Group1.SettingName1"),
    }


def binding(directory: Path) -> Contenders:
    """Fill fifty fields."""
    found: Contenders = {}
    pydantic_settings = _module("pydantic_settings")
    if pydantic_settings is not None:
        found |= _pydantic_settings(pydantic_settings, directory)
    dynaconf = _module("dynaconf")
    if dynaconf is not None:
        model = flat_model()
        file = directory / "dynaconf.json"
        file.write_text(json.dumps({"A": flat_data()}))
        settings = dynaconf.Dynaconf(settings_files=[str(file)], environments=False)
        found["dynaconf to_dict, model"] = lambda: model.model_validate(settings["A"].to_dict())
    return found


def _pydantic_settings(module: Any, directory: Path) -> Contenders:
    file = directory / "pydantic_settings.json"
    file.write_text(json.dumps(flat_data()))
    fields = dict.fromkeys(flat_data(), (int, 0))
    from pydantic import create_model  # noqa: PLC0415

    class FromFile(module.BaseSettings):  # type: ignore[misc]
        model_config = module.SettingsConfigDict(json_file=file)

        @classmethod
        def settings_customise_sources(cls, settings_cls: Any, **_: Any) -> Any:
            return (module.JsonConfigSettingsSource(settings_cls),)

    from_file: Any = create_model("FromJson", __base__=FromFile, **fields)  # type: ignore[call-overload]
    from_environment: Any = create_model("FromEnvironment", __base__=module.BaseSettings, **fields)  # type: ignore[call-overload]
    os.environ.update(flat_data())
    return {"pydantic-settings, JSON": from_file, "pydantic-settings, environment": from_environment}
