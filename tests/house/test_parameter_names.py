"""Arguments can be given by the names under which the public surface is documented."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest

from corner_host import (
    CancellationToken,
    CancellationTokenSource,
    ConfigurationBuilder,
    ConfigurationManager,
    OptionsMonitor,
    OptionsSnapshot,
    ServiceCollection,
    ServiceDescriptor,
    ServiceProvider,
)
from corner_host.configuration import ConfigurationRoot
from corner_host.logging import LoggingBuilder
from corner_host.options import OptionsBuilder, configure, post_configure
from corner_host.primitives import SystemClock

FILES = ("path", "optional", "reload_on_change", "arrays")
MAKING = ("factory", "key")

NAMES: list[tuple[Callable[..., Any], tuple[str, ...]]] = [
    (CancellationToken.sleep, ("seconds",)),
    (CancellationToken.every, ("seconds", "immediately")),
    (CancellationToken.register, ("callback",)),
    (CancellationTokenSource.cancel_after, ("seconds",)),
    (SystemClock.sleep, ("seconds",)),
    (ServiceDescriptor, ("service_type", "implementation_type", "lifetime", "factory", "instance", "key")),
    (ServiceCollection.add_singleton, (*MAKING, "instance")),
    (ServiceCollection.add_scoped, MAKING),
    (ServiceCollection.add_transient, MAKING),
    (ServiceCollection.try_add_singleton, (*MAKING, "instance")),
    (ServiceCollection.try_add_scoped, MAKING),
    (ServiceCollection.try_add_transient, MAKING),
    (ServiceCollection.replace, ("descriptor",)),
    (ServiceCollection.remove_all, ("service", "key")),
    (ServiceCollection.decorate, ("service", "decorator", "key")),
    (ServiceCollection.add_container, ("container",)),
    (ServiceCollection.build_service_provider, ("validate_scopes", "validate_on_build")),
    (ServiceProvider.get_service, ("key",)),
    (ServiceProvider.get_required_service, ("key",)),
    (ServiceProvider.get_services, ("key",)),
    (ServiceProvider.is_service, ("key",)),
    (ServiceProvider.get_service_async, ("key",)),
    (ServiceProvider.get_required_service_async, ("key",)),
    (ServiceProvider.override, ("instance", "factory", "key")),
    (ConfigurationBuilder.add_in_memory_collection, ("mapping",)),
    (ConfigurationBuilder.add_json_file, FILES),
    (ConfigurationBuilder.add_toml_file, FILES),
    (ConfigurationBuilder.add_yaml_file, FILES),
    (ConfigurationBuilder.add_ini_file, FILES),
    (ConfigurationBuilder.add_dotenv_file, FILES),
    (ConfigurationBuilder.add_json_stream, ("stream",)),
    (ConfigurationBuilder.add_environment_variables, ("prefix",)),
    (ConfigurationBuilder.add_command_line, ("args", "switch_mappings")),
    (ConfigurationBuilder.add_key_per_file, ("directory", "optional")),
    (ConfigurationBuilder.add_user_secrets, ("user_secrets_id",)),
    (ConfigurationBuilder.add_configuration, ("other",)),
    (ConfigurationBuilder.add, ("source",)),
    (ConfigurationBuilder.set_base_path, ("path",)),
    (ConfigurationManager.get_section, ("key",)),
    (ConfigurationManager.get_required_section, ("key",)),
    (ConfigurationManager.get_value, ("key", "default")),
    (ConfigurationManager.get_connection_string, ("name",)),
    (ConfigurationManager.bind, ("instance",)),
    (ConfigurationManager.on_change, ("callback",)),
    (ConfigurationManager.as_enumerable, ("make_paths_relative",)),
    (ConfigurationRoot.get_debug_view, ("process_value",)),
    (ConfigurationRoot.explain, ("key",)),
    (configure, ("name",)),
    (post_configure, ("name",)),
    (OptionsBuilder.bind, ("section",)),
    (OptionsBuilder.validate, ("predicate", "message")),
    (OptionsSnapshot.get, ("name",)),
    (OptionsMonitor.get, ("name",)),
    (OptionsMonitor.on_change, ("listener",)),
    (LoggingBuilder.add_console, ("formatter",)),
    (LoggingBuilder.add_filter, ("category", "level")),
    (LoggingBuilder.set_minimum_level, ("level",)),
    (LoggingBuilder.add_handler, ("handler",)),
]


@pytest.mark.parametrize(("called", "names"), NAMES, ids=lambda value: getattr(value, "__qualname__", None))
def test_arguments_have_the_names_that_are_documented(called: Callable[..., Any], names: tuple[str, ...]) -> None:
    """None of them is positional only."""
    parameters = inspect.signature(called).parameters
    by_name = {name for name, one in parameters.items() if one.kind is not inspect.Parameter.POSITIONAL_ONLY}

    assert set(names) <= by_name
