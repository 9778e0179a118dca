"""The methods that higher areas add to `HostBuilder` and `Host`.

One line a method, as in ``corner_host.di.extensions``. Signatures for type checkers: ``extensions.pyi`` beside this file.
"""

from corner_host.primitives import Extension


class BuilderExtensions:
    """The base of `HostBuilder` that carries other areas' methods."""

    add_asgi = Extension("corner_host.web")
    add_dashboard = Extension("corner_host.web.dashboard", name="add_dashboard_to_builder")


class HostExtensions:
    """The base of `Host` that carries other areas' methods."""

    lifespan = Extension("corner_host.web")
