"""What the application is made of."""

import sys
from pathlib import Path

from corner_host import Configuration, Host, HostBuilder
from corner_host.hosting import HostBuilderSettings

from .checkout import Checkout
from .database import ShopDatabase
from .intake import OrderIntake
from .ledger import Ledger
from .paperwork import Paperwork
from .processing import OrderProcessingService
from .settings import ShopSettings

CONFIG = Path(__file__).parents[2] / "config"


def create_builder(args: list[str]) -> HostBuilder:
    """Return the shop's builder; *args* are settings, as in ``--Shop:Outbox=/tmp/outbox``."""
    builder = Host.create_builder(args, settings=HostBuilderSettings(content_root_path=CONFIG))
    services = builder.services

    services.add_options(ShopSettings).bind_configuration("Shop").validate_on_start()
    services.add_singleton(Ledger)
    services.add_singleton(OrderProcessingService)
    services.add_scoped(ShopDatabase)
    services.add_scoped(Checkout)
    services.add_scoped(Paperwork)

    if wants_live(builder.configuration):
        from .display import use_live_display  # noqa: PLC0415 - rich is loaded only where it is used

        use_live_display(builder)  # first, because services stop in reverse: it shows how the others stop
    services.add_background_jobs(builder.configuration)
    builder.add_hosted_service(OrderIntake)
    return builder


def wants_live(configuration: Configuration) -> bool:
    """Whether to draw on the terminal; where there is none, log lines and a plain summary serve better."""
    display = configuration.get_value("Shop:Display", str, "auto")
    return display == "live" or (display == "auto" and sys.stdout.isatty())
