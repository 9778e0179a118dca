from . import binding as binding
from . import debug_view as debug_view
from . import explain as explain
from .builder import ConfigurationBuilder
from .configuration import Configuration, ConfigurationSection
from .contracts import BuilderContext, ConfigurationProvider, ConfigurationSource, Registration
from .debug_view import DebugViewContext
from .errors import (
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
from .failure import BindingFailure
from .files import FileLoadExceptionContext
from .manager import ConfigurationManager
from .markers import AppendToDefault
from .origin import Origin
from .provider import KeyValueProvider
from .reloads import Reloads
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
    "Reloads",
    "UnknownKey",
    "find_unknown_keys",
    "json_schema",
]
