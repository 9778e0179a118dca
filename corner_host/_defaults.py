"""What `Host.create_builder` is made of; the one module that knows every default.

Hosting loads it by name when a builder wants defaults.
"""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from corner_host.configuration import ConfigurationBuilder, ConfigurationManager, ConfigurationSource, sources
from corner_host.di import ServiceCollection
from corner_host.hosting import BuildCheck, HostEnvironment
from corner_host.logging import LoggingBuilder

PREFIXES = ("DOTNET_", "CORNER_")
"""Of the variables that configure the host itself; the later one wins."""

WEB_SERVERS = ("uvicorn.error", "hypercorn.error")
"""Their loggers, which tell of each start and end."""

RELOAD_KEY = "hostBuilder:reloadConfigOnChange"
"""Whether the settings files are followed; unset, they are if the package that can do it is installed (extra ``reload``)."""


def add_host_sources(configuration: ConfigurationManager, *, needs_content_root: bool) -> None:
    """Add what configures the host itself: the working directory as content root, and the prefixed variables."""
    if needs_content_root:
        configuration.add_in_memory_collection({"contentRoot": str(Path.cwd())})
    for prefix in PREFIXES:
        configuration.add_environment_variables(prefix)


def application_sources(
    configuration: ConfigurationManager, environment: HostEnvironment, args: Sequence[str]
) -> list[ConfigurationSource]:
    """Return the sources for the application, always the same number of them, in rising order."""
    asked = configuration[RELOAD_KEY]
    reload = asked.casefold() != "false" if asked else find_spec("watchfiles") is not None
    builder = ConfigurationBuilder()
    for name in ("appsettings.json", f"appsettings.{environment.environment_name}.json"):
        builder.add_json_file(name, optional=True, reload_on_change=reload)
    if environment.is_development() and environment.application_name:
        secrets = sources.user_secrets_id(environment.content_root_path, environment.application_name)
        builder.add_user_secrets(secrets, reload_on_change=reload)
    else:
        builder.add_in_memory_collection()
    builder.add_environment_variables()
    if args:
        builder.add_command_line(args)
    else:
        builder.add_in_memory_collection()
    return list(builder.sources)


def add_defaults(services: ServiceCollection, logging: LoggingBuilder) -> None:
    """Add what every application wants.

    A console, on which web servers tell trouble only, since the host tells the rest; when the host is built, the operator's
    view if ``Operations:Enabled`` says so.
    """
    logging.add_console()
    for server in WEB_SERVERS:
        logging.add_filter(server, "Warning")

    def complete() -> None:
        if (logging.configuration["Operations:Enabled"] or "").casefold() == "true":
            services.add_operations(logging.configuration)

    services.add_singleton(BuildCheck, instance=BuildCheck(complete))
