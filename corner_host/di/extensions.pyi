from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import Any, Concatenate, Literal, Self, TypeVar, overload

from corner_host.caching import MemoryCacheOptions
from corner_host.configuration import Configuration
from corner_host.diagnostics import HealthChecksBuilder
from corner_host.jobs import RateLimit, RetryPolicy
from corner_host.options import OptionsBuilder
from corner_host.primitives import Duration

T = TypeVar("T")

class ServiceExtensions:
    def add_admin_socket(self) -> None:
        """Serve the operator's view on a Unix socket; `add_operations` does it. See `corner_host.web.admin_socket`."""

    def add_hosted_service(self, service: Any, *, factory: Callable[..., Any] | None = None) -> Self:
        """Have the host start and stop a service. See `corner_host.hosting`."""

    def add_background_jobs(self, configuration: Configuration, *, carry: Iterable[ContextVar[Any]] = ()) -> Self:
        """Register the queue and what works it off, by the section ``BackgroundJobs``. See `corner_host.background`."""

    def add_health_checks(self) -> HealthChecksBuilder:
        """Register health checks. See `corner_host.diagnostics.health`."""

    def add_job_handler(
        self,
        payload: type[Any],
        handler: type[Any] | Callable[..., Any],
        *,
        name: str | None = None,
        queue: str = "default",
        retry: RetryPolicy | None = None,
        timeout: Duration | None = None,
        max_concurrency: int | None = None,
        rate_limit: RateLimit | None = None,
    ) -> Self:
        """Register what runs the jobs of a payload's class. See `corner_host.jobs`."""

    def add_jobs(self, configuration: Configuration) -> Self:
        """Register durable jobs by the section ``Jobs``. See `corner_host.jobs`."""

    def add_recurring_job(
        self,
        id: str,  # noqa: A002 - the field's name
        payload: Any,
        *,
        cron: str | None = None,
        every: Duration | None = None,
        time_zone: str = "UTC",
        misfire: Literal["skip", "once", "all"] = "once",
    ) -> Self:
        """Register a job that is put again and again, once for all processes. See `corner_host.jobs`."""

    def add_memory_cache(self, options: MemoryCacheOptions | None = None) -> Self:
        """Register a `MemoryCache` as a singleton, unless one is registered. See `corner_host.caching`."""

    def add_operations(self, configuration: Configuration) -> Self:
        """Register the operator's view by the section ``Operations``. See `corner_host.operations`."""

    def add_options(self, options_type: type[T], name: str = "") -> OptionsBuilder[T]:
        """Begin options of a class; empty is the name of the default ones. See `corner_host.options`."""

    @overload
    def configure(
        self, options_type: type[T], source: Configuration | Callable[[T], T | None], *, name: str | None = ""
    ) -> Self:
        """Fill options in from a section, or by a function. See `corner_host.options`."""

    @overload
    def configure(
        self, options_type: type[T], source: Callable[Concatenate[T, Any, ...], T | None], *, name: str | None = ""
    ) -> Self:
        """Fill options in by a function that takes services behind the options. See `corner_host.options`."""

    def configure_options(self, setup: type[Any]) -> Self:
        """Register a class for all of the parts of options that it is. See `corner_host.options`."""

    @overload
    def post_configure(
        self, options_type: type[T], function: Callable[[T], T | None], *, name: str | None = ""
    ) -> Self:
        """Complete options by a function that runs after everything that `configure` registers."""

    @overload
    def post_configure(
        self, options_type: type[T], function: Callable[Concatenate[T, Any, ...], T | None], *, name: str | None = ""
    ) -> Self:
        """Complete options by a function that takes services behind the options."""

    def add_dashboard(self, configuration: Configuration) -> Self:
        """Serve the dashboard while the host runs, by the section ``Dashboard``. See `corner_host.web.dashboard`."""
