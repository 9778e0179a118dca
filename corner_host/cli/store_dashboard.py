"""A host that has nothing but the dashboard, and a store to look into."""

from importlib.util import find_spec

from corner_host.hosting import Host, HostBuilder, HostBuilderSettings

from .errors import CommandError


def store_builder(engine: str, store: str, port: int, *, may_act: bool) -> HostBuilder:
    """Return the builder of a host that shows the store, and runs no job.

    Args:
        engine: ``sqlite``, ``postgres`` or ``nats``.
        store: File or URL.
        port: Where the dashboard listens, at the loopback address.
        may_act: Whether jobs may be requeued, cancelled and deleted.

    Raises:
        CommandError: The packages of the dashboard are not installed.
    """
    for package in ("starlette", "uvicorn", "jinja2"):
        if find_spec(package) is None:
            raise CommandError(f"The dashboard needs the package {package}.\nTo fix: pip install 'corner-host[web]'.")
    from corner_host.web.dashboard import add_dashboard  # noqa: PLC0415 - an extra

    settings = HostBuilderSettings(environment_name="Development", application_name="dashboard")
    builder = Host.create_builder([], settings=settings)
    builder.configuration.add_in_memory_collection(
        {
            "Jobs:Engine": engine,
            "Jobs:ConnectionString": store,
            "Jobs:WorkerEnabled": "false",
            "Jobs:CreateTables": "false",
            "Dashboard:Enabled": "true",
            "Dashboard:Host": "127.0.0.1",
            "Dashboard:Port": str(port),
            "Dashboard:ReadOnly": "false" if may_act else "true",
            "Operations:Socket:Enabled": "false",
            "Logging:LogLevel:Default": "Warning",
            "Logging:LogLevel:corner_host.dashboard": "Information",
        }
    )
    builder.services.add_jobs(builder.configuration)
    add_dashboard(builder.services, builder.configuration)
    return builder
