"""The methods that higher areas add to `ServiceCollection`.

One line a method: its name, and the area that has the function of that name, whose first parameter is the collection.
Signatures for type checkers and editors: ``extensions.pyi`` beside this file.
"""

from corner_host.primitives import Extension


class ServiceExtensions:
    """The base of `ServiceCollection` that carries other areas' methods."""

    __slots__ = ()

    add_admin_socket = Extension("corner_host.web.admin_socket")
    add_hosted_service = Extension("corner_host.hosting")
    add_background_jobs = Extension("corner_host.background")
    add_health_checks = Extension("corner_host.diagnostics")
    add_job_handler = Extension("corner_host.jobs")
    add_jobs = Extension("corner_host.jobs")
    add_memory_cache = Extension("corner_host.caching")
    add_recurring_job = Extension("corner_host.jobs")
    add_operations = Extension("corner_host.operations")
    add_options = Extension("corner_host.options")
    configure = Extension("corner_host.options")
    configure_options = Extension("corner_host.options")
    post_configure = Extension("corner_host.options")
    add_dashboard = Extension("corner_host.web.dashboard")
