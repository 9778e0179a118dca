"""Everything that is wrong with an application, found without starting it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

import anyio

from corner_host.configuration import UnknownKey
from corner_host.di import ServiceCollection
from corner_host.hosting import Host
from corner_host.options import run_startup_validation, unknown_keys

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
    errors = [] if application.error is None else [application.error]
    if application.host is None:
        return Findings(tuple(errors), ())
    errors += _graph_errors(application.builder.services)
    errors += _settings_errors(application.host)
    return Findings(tuple(errors), unknown_keys(application.host.services))


def _graph_errors(services: ServiceCollection) -> Iterable[Exception]:
    try:
        services.build_service_provider(validate_scopes=True, validate_on_build=True).close()
    except Exception as error:  # noqa: BLE001 - a finding
        return [error]
    return []


def _settings_errors(host: Host) -> Iterable[Exception]:
    try:
        anyio.run(run_startup_validation, host.services)
    except Exception as error:  # noqa: BLE001 - a finding
        return [error]
    return []
