"""What the application is made of."""

from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from corner_host import Host, HostBuilder
from corner_host.hosting import HostBuilderSettings

from .books import Books, check_database, give_books, make_session
from .database import SessionMaker, job_settings, make_engine, make_session_maker
from .events import OrderEvents
from .invoices import InvoiceArchive
from .mail import Mailbox, MailServer, Notifier
from .orders import OrderService
from .pending import PendingOrdersSweep
from .processing import OrderProcessingService, OrderProcessor, ProcessOrder, retry_policy
from .products import ProductCatalogue
from .settings import MailSettings, OrdersApiSettings
from .web.app import create_app

CONFIG = Path(__file__).parents[2] / "config"


def create_builder(args: list[str]) -> HostBuilder:
    """Return the API's builder; *args* are settings, as in ``--Server:Port=8080``."""
    builder = Host.create_builder(args, settings=HostBuilderSettings(content_root_path=CONFIG))
    services = builder.services
    services.add_options(OrdersApiSettings).bind_configuration("OrdersApi").validate_on_start()
    services.add_options(MailSettings).bind_configuration("Mail").validate_on_start()

    services.add_singleton(AsyncEngine, factory=make_engine)
    services.add_singleton(SessionMaker, factory=make_session_maker)
    services.add_scoped(AsyncSession, factory=make_session)
    services.add_singleton(Books)
    builder.add_hosted_service(Books, factory=give_books)
    services.add_health_checks().add_check("database", check_database)

    services.add_singleton(OrderEvents).add_singleton(InvoiceArchive).add_singleton(ProductCatalogue)
    services.add_singleton(Mailbox).add_singleton(MailServer).add_singleton(Notifier)
    services.add_singleton(OrderProcessingService)
    services.add_scoped(OrderService)
    add_order_jobs(builder)

    if builder.configuration.get_value("Mail:Embedded", bool, True):  # noqa: FBT003 - a default
        builder.add_hosted_service(MailServer, factory=give_mail_server)
    services.add_background_jobs(builder.configuration)
    builder.add_hosted_service(PendingOrdersSweep)
    builder.add_asgi(create_app(builder.configuration))  # last: it opens when everything is ready, and closes first
    return builder


def add_order_jobs(builder: HostBuilder) -> None:
    """Keep the jobs in the database of the orders, unless the settings say otherwise."""
    settings = builder.configuration
    beside_the_orders = {
        **job_settings(settings.get_required_section("OrdersApi:Database").value or ""),
        "Jobs:WorkerEnabled": settings["BackgroundJobs:EnableBackgroundJobs"],
    }
    settings.add_in_memory_collection({key: text for key, text in beside_the_orders.items() if settings[key] is None})
    attempts = settings.get_value("OrdersApi:Attempts", int, 100)
    ceiling = settings.get_value("OrdersApi:RetryCeilingSeconds", float, 60.0)
    builder.services.add_jobs(settings)
    builder.services.add_job_handler(
        ProcessOrder, OrderProcessor, queue="orders", retry=retry_policy(attempts, ceiling), timeout=60.0
    )


def give_mail_server(server: MailServer) -> MailServer:
    """Have the one server hosted that everybody else knows."""
    return server
