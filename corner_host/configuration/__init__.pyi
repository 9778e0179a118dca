from .builder import ConfigurationBuilder
from .configuration import Configuration, ConfigurationSection
from .contracts import BuilderContext, ConfigurationProvider, ConfigurationSource, Origin, Registration
from .debug_view import DebugViewContext
from .errors import (
    BindingFailure,
    ConfigurationBindingError,
    ConfigurationDependencyError,
    ConfigurationError,
    ConfigurationFileError,
    ConfigurationFileNotFoundError,
    ConfigurationSectionNotFoundError,
    ConfigurationStateError,
    DuplicateKeyError,
)
from .explain import ConfigurationExplanation, Layer
from .files import FileLoadExceptionContext
from .manager import ConfigurationManager
from .markers import AppendToDefault
from .provider import KeyValueProvider
from .root import ConfigurationRoot
from .schema import json_schema
from .unknown import UnknownKey, find_unknown_keys

__all__ = [
    "AppendToDefault",
    "BindingFailure",
    "BuilderContext",
    "Configuration",
    "ConfigurationBindingError",
    "ConfigurationBuilder",
    "ConfigurationDependencyError",
    "ConfigurationError",
    "ConfigurationExplanation",
    "ConfigurationFileError",
    "ConfigurationFileNotFoundError",
    "ConfigurationManager",
    "ConfigurationProvider",
    "ConfigurationRoot",
    "ConfigurationSection",
    "ConfigurationSectionNotFoundError",
    "ConfigurationSource",
    "ConfigurationStateError",
    "DebugViewContext",
    "DuplicateKeyError",
    "FileLoadExceptionContext",
    "KeyValueProvider",
    "Layer",
    "Origin",
    "Registration",
    "UnknownKey",
    "find_unknown_keys",
    "json_schema",
]
