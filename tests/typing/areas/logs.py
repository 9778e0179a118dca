"""Programs with logging that must pass both checkers; never run."""

import logging
from typing import assert_type

from corner_host import Logger, ServiceProvider, log_scope
from corner_host.logging import LoggingBuilder


class Worker:
    def __init__(self, log: logging.Logger, other: Logger["Worker"]) -> None:
        log.info("for %s", "people", extra={"order": 7})
        other.debug("more")
        with log_scope(order=7, customer="c"), log_scope():
            log.warning("inside")


def building(builder: LoggingBuilder, handler: logging.Handler) -> LoggingBuilder:
    builder.clear_providers().add_console().add_console("json").add_console(formatter="rich")
    builder.add_console(logging.Formatter("%(message)s"))
    builder.add_filter("acme", "Warning").add_filter("acme", logging.DEBUG).add_filter(None, "None", provider="Console")
    builder.set_minimum_level("Information").set_minimum_level(logging.INFO)
    return builder.add_handler(handler)


def asking(provider: ServiceProvider) -> None:
    assert_type(provider.get_required_service(Logger[Worker]), Logger[Worker])
    assert_type(provider.get_required_service(Logger[Worker]).name, str)
    standard: logging.Logger = provider.get_required_service(Logger[Worker])
    standard.info("a logger like all others")
