"""Settings as they are shown: masked, with their sources, and what an option makes of them."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, final

from corner_host.configuration import ConfigurationRoot, Layer, find_unknown_keys
from corner_host.di import ServiceProvider
from corner_host.options import BoundSection, options_schema
from corner_host.primitives import MASK, holds_password, is_secret_key, short_name_of

from .contracts import Setting, SettingLayer

_OF_THE_FRAMEWORK: Final = ("BackgroundJobs", "Jobs", "Server", "Operations", "Logging")
"""Sections that areas of corner_host read by hand."""
_OF_OTHERS: Final = frozenset({"environment"})
"""Sources that are full of values for others: what nobody reads is not shown."""


@final
class SettingViews:
    """The settings of one moment. May be used in a thread.

    Args:
        root: The configuration.
        services: The container, for the options that are bound.
        masks_all: Whether every value is masked that *may_show* does not let through.
        may_show: Which keys are shown nevertheless; secrets never are.
    """

    def __init__(
        self, root: ConfigurationRoot, services: ServiceProvider, *, masks_all: bool, may_show: Callable[[str], bool]
    ) -> None:
        self._root = root
        self.masks_all = masks_all
        self._may_show = may_show
        self._bound = [(each.path, each.options_type) for each in services.get_services(BoundSection)]
        self._schema = options_schema(services)
        sections = [(path, Any if kind is object else kind) for path, kind in dict.fromkeys(self._bound)]
        named = {path.casefold() for path, _ in sections}
        sections += [(name, Any) for name in _OF_THE_FRAMEWORK if name.casefold() not in named]
        self._sections = [path for path, _ in sections]
        self._unknown = {each.key.casefold(): each.near or "" for each in find_unknown_keys(root, sections)}

    def all(self) -> Iterator[Setting]:
        """Yield every setting but those of the environment that nobody here reads, in order of keys."""
        for key, value in sorted(self._root.as_enumerable(), key=lambda pair: pair[0].casefold()):
            if value is not None:
                setting = self.one(key)
                if self._is_read(key) or any(each.source not in _OF_OTHERS for each in setting.layers):
                    yield setting

    def one(self, key: str, *, masked: bool = True) -> Setting:
        """Return a setting; with *masked* false, its winning value as it is."""
        explanation = self._root.explain(key)
        is_secret = MASK in {each.value for each in explanation.layers} or is_secret_key(key)
        is_masked = masked and (is_secret or (self.masks_all and not self._may_show(key)))
        kind, default = _described(self._schema, explanation.key)
        folded = explanation.key.casefold()
        value = explanation.value if is_masked or not is_secret or masked else self._root[key]
        return Setting(
            key=explanation.key,
            value=None if explanation.winner is None else MASK if is_masked else value,
            is_masked=is_masked and explanation.winner is not None,
            is_secret=is_secret,
            layers=tuple(
                # the host's own sources may be among the application's too
                dict.fromkeys(
                    _layer(each, wins=each == explanation.winner, is_masked=is_masked) for each in explanation.layers
                )
            ),
            type=kind,
            default=MASK if is_secret and default is not None else default,
            read_by=self._reader(folded),
            is_known=folded not in self._unknown,
            did_you_mean=self._unknown.get(folded, ""),
        )

    def shown(self, key: str, value: str | None) -> str | None:
        """Return a value of another source for *key*, as it may be shown."""
        is_masked = self.one(key).is_secret or holds_password(value) or (self.masks_all and not self._may_show(key))
        return MASK if is_masked and value is not None else value

    def _is_read(self, key: str) -> bool:
        folded = key.casefold()
        return any(
            folded == section.casefold() or folded.startswith(section.casefold() + ":") for section in self._sections
        )

    def _reader(self, folded: str) -> str:
        found = [
            (len(path), kind)
            for path, kind in self._bound
            if kind is not object
            and (not path or folded == path.casefold() or folded.startswith(path.casefold() + ":"))
        ]
        return short_name_of(max(found, key=lambda pair: pair[0])[1]) if found else ""


def _layer(layer: Layer, *, wins: bool, is_masked: bool) -> SettingLayer:
    return SettingLayer(
        value=MASK if is_masked and layer.value is not None else layer.value,
        source=layer.source,
        origin=str(layer.origin),
        file=layer.file or "",
        line=layer.line or 0,
        name=layer.name or "",
        wins=wins,
    )


def _described(schema: Mapping[str, Any], key: str) -> tuple[str, str | None]:
    """Return type and default that an option gives to *key*; empty and None if none reads it."""
    nodes: list[Mapping[str, Any]] = [schema]
    for segment in key.split(":"):
        nodes = [below for node in nodes for below in _below(node, segment, schema)]
        if not nodes:
            return "", None
    kinds = [_kind(node, schema) for node in nodes]
    defaults = [json.dumps(node["default"]) for node in nodes if "default" in node]
    return next((kind for kind in kinds if kind), ""), defaults[0].strip('"') if defaults else None


def _below(node: Mapping[str, Any], segment: str, schema: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    squeezed = segment.casefold().replace("_", "")
    for each in _parts(node, schema):
        for name, child in each.get("properties", {}).items():
            if name.casefold().replace("_", "") == squeezed:
                yield child
        if isinstance(each.get("additionalProperties"), dict):
            yield each["additionalProperties"]
        if isinstance(each.get("items"), dict) and segment.isdigit():
            yield each["items"]


def _parts(node: Mapping[str, Any], schema: Mapping[str, Any], depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Yield *node* and what it refers to."""
    yield node
    if depth > 20:
        return
    reference = node.get("$ref")
    if isinstance(reference, str):
        yield from _parts(schema.get("$defs", {}).get(reference.rpartition("/")[2], {}), schema, depth + 1)
    for several in ("allOf", "anyOf", "oneOf"):
        for each in node.get(several, ()):
            yield from _parts(each, schema, depth + 1)


def _kind(node: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    names: dict[str, None] = {}
    for each in _parts(node, schema):
        if "enum" in each:
            names[" | ".join(str(value) for value in each["enum"])] = None
        elif isinstance(each.get("type"), str):
            names[each["type"]] = None
    return " | ".join(names)
