"""Everything that is wrong with an application, found without starting it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

import anyio

from corner_host.configuration import ConfigurationFileError, UnknownKey
from corner_host.di import ServiceCollection, ServiceProvider
from corner_host.options import run_startup_validation, unknown_keys
from corner_host.primitives import CornerHostError

from .building import Application


@final
@dataclass(frozen=True, slots=True)
class Findings:
    """What a check found.

    Attributes:
        errors: What keeps the application from starting.
        unknown: Settings that nothing reads.
    """

    errors: tuple[Exception, ...]
    unknown: tuple[UnknownKey, ...]


def check(application: Application) -> Findings:
    """Look for every mistake.

    Order:
        1. what kept the host from being built;
        2. the graph of services, scopes included;
        3. the settings that are to be valid at the start;
        4. settings that nothing reads.
    """
    if application.error is not None and not _is_in_checks(application.error):
        return Findings((application.error,), ())  # registrations and settings are not complete
    errors = [] if application.error is None else [application.error]
    errors += _graph_errors(application.builder.services)
    if application.host is not None:
        errors += _settings_errors(application.host.services)
        return Findings(tuple(errors), unknown_keys(application.host.services))
    try:
        provider = application.builder.services.build_service_provider()
    except CornerHostError:
        return Findings(tuple(errors), ())  # told among those of the graph
    try:
        return Findings((*errors, *_settings_errors(provider)), unknown_keys(provider))
    finally:
        anyio.run(provider.aclose)


def _is_in_checks(error: Exception) -> bool:
    """Tell whether what kept the host from being built came so late that all else can be looked at."""
    return not isinstance(error, ConfigurationFileError) and isinstance(error, CornerHostError | ExceptionGroup)


def _graph_errors(services: ServiceCollection) -> Iterable[Exception]:
    try:
        services.build_service_provider(validate_scopes=True, validate_on_build=True).close()
    except Exception as error:  # noqa: BLE001 - a finding
        return [error]
    return []


def _settings_errors(provider: ServiceProvider) -> Iterable[Exception]:
    try:
        anyio.run(run_startup_validation, provider)
    except Exception as error:  # noqa: BLE001 - a finding
        return [error]
    return []
