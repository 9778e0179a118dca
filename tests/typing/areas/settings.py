"""Programs with configuration that must pass both checkers; never run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, assert_type

from pydantic import BaseModel

from corner_host import Configuration, ConfigurationBuilder, ConfigurationManager
from corner_host.configuration import (
    AppendToDefault,
    ConfigurationBindingError,
    ConfigurationExplanation,
    ConfigurationFileError,
    ConfigurationProvider,
    ConfigurationRoot,
    ConfigurationSection,
    ConfigurationSource,
    DebugViewContext,
    KeyValueProvider,
    Layer,
    Origin,
)


class Payment(BaseModel):
    url: str
    timeout_seconds: float = 1.0
    methods: Annotated[list[str], AppendToDefault] = ["card"]


@dataclass
class Queue:
    capacity: int = 100
    names: list[str] = field(default_factory=list[str])


class Vault(ConfigurationProvider):
    name = "vault"

    def load(self) -> None:
        self.data = {"Payment:Url": "https://pay.example"}


class VaultSource:
    def build(self, builder: object, /) -> ConfigurationProvider:
        return Vault()


class Table(KeyValueProvider):
    def load(self) -> None:
        self.replace({"A": "1"})

    def place(self, folded: str) -> Origin:
        return Origin(self.name, line=len(folded))


class TableSource(ConfigurationSource):
    def build(self, builder: object, /) -> Table:
        return Table("table")


def adding(builder: ConfigurationBuilder, folder: Path, values: Mapping[str, str]) -> ConfigurationRoot:
    builder.set_base_path(folder).add_json_file("a.json", optional=True, reload_on_change=True, arrays="replace")
    builder.add_toml_file(folder / "a.toml").add_yaml_file("a.yaml").add_ini_file("a.ini").add_dotenv_file(".env")
    builder.add_json_stream(b"{}").add_json_stream("{}").add_in_memory_collection(values)
    builder.add_in_memory_collection({"Queue": {"Capacity": 5}}).add_environment_variables(prefix="SHOP_")
    builder.add_command_line(["--Port=80"], {"-p": "Port"}).add_command_line(None)
    builder.add_key_per_file("/run/secrets", optional=True).add_user_secrets("shop")
    builder.add(VaultSource()).add(TableSource()).add_configuration(ConfigurationManager())
    assert_type(builder.properties["x"], Any)
    builder.sources.insert(0, VaultSource())
    assert_type(builder.add_json_file("b.json"), ConfigurationBuilder)
    return builder.build()


def reading(configuration: Configuration) -> None:
    assert_type(configuration["Payment:Url"], str | None)
    assert_type(configuration.get_value("Port", int), int | None)
    assert_type(configuration.get_value("Port", int, 80), int)
    assert_type(configuration.get_value("Port", int, default="none"), int | str)
    assert_type(configuration.get_section("Payment"), ConfigurationSection)
    assert_type(configuration.get_required_section("Payment").get(Payment), Payment | None)
    assert_type(configuration.get(Queue), Queue | None)
    assert_type(configuration.get(list[str]), list[str] | None)
    assert_type(configuration.get(dict[str, Queue]), dict[str, Queue] | None)
    assert_type(configuration.get_connection_string("Shop"), str | None)
    configuration.bind(Queue())
    configuration["Port"] = "81"
    configuration["Port"] = None
    for child in configuration.get_children():
        assert_type((child.key, child.path, child.value, child.exists()), tuple[str, str, str | None, bool])
    for key, value in configuration.as_enumerable(make_paths_relative=True):
        assert_type((key, value), tuple[str, str | None])
    with configuration.on_change(lambda: print("changed")):
        pass
    configuration.on_change(lambda: None).close()


def shown(context: DebugViewContext) -> str:
    return f"{context.path} {context.key} {context.value} {context.provider.name}"


def explaining(root: ConfigurationRoot) -> None:
    explanation = root.explain("Port")
    assert_type(explanation, ConfigurationExplanation)
    assert_type(explanation.winner, Layer | None)
    for layer in explanation.layers:
        assert_type((layer.value, layer.source, layer.file), tuple[str | None, str, str | None])
        assert_type((layer.line, layer.name), tuple[int | None, str | None])
    print(root.get_debug_view(), root.get_debug_view(process_value=shown))
    assert_type(root.providers, tuple[ConfigurationProvider, ...])
    root.reload()
    root.close()


def managing(manager: ConfigurationManager) -> None:
    assert_type(manager.add_json_file("a.json"), ConfigurationManager)
    assert_type(manager.build(), ConfigurationManager)
    reading(manager)
    explaining(manager)
    adding(manager, Path(), {})


def failing(builder: ConfigurationBuilder) -> None:
    try:
        builder.build().get(Payment)
    except ConfigurationFileError as error:
        assert_type((error.file, error.line, error.column), tuple[str, int | None, int | None])
    except ConfigurationBindingError as error:
        for one in error.errors:
            assert_type((one.key, one.value, one.source), tuple[str, str | None, str | None])
            assert_type(one.message, str)
