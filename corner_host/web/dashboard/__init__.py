"""The dashboard: a host to look at, and a few levers. Extra ``web``.

    builder.add_dashboard()

**Screens**: overview, services, queues, jobs, running, failures, schedules, configuration, health, logs, lifecycle, graph,
cache, audit, about. Every filter is in the address, so a bookmark is a dashboard. Pages are whole without scripts; with
them they are kept up to date by server-sent events, which end when the host stops and say so.

**Who gets in**: in Development, who has the link of the log; elsewhere, nobody until ``Dashboard:Enabled`` and a token
(``Dashboard:Token``, ``Users`` or ``ProxyToken``) are set. It listens at the loopback address by default and is read-only
by default. The cookie is signed, bound to the token and the path, and nothing is kept on the server.

Order of a request: ``guard`` (who may), ``app`` (what is answered where), a screen of ``pages`` asks `Operations`, and
``rendering`` makes the page in a worker thread.

- ``settings``, ``registration``, ``service``: the section ``Dashboard``, and the server that it asks for
- ``guard``, ``origins``, ``keyring``, ``attempts``, ``login``: security; all but the first and last are pure
- ``visit``, ``filters``, ``sorting``, ``pages``, ``rendering``, ``live``, ``exports``: from a request to a page
- ``confirmation``, ``levers``: what can be done, and the question before it
- ``pictures``, ``charts``, ``words``, ``texts``, ``cron_in_spanish``, ``tracebacks``, ``snippets``: small drawings, amounts in
  words, English and Spanish, frames, a job as a test; pure but for reading the Spanish
- ``static/vendor``: htmx, its extension for events, and uPlot, as published; ``static/vendor/SOURCES.md`` has the hashes
"""

from .errors import DashboardSettingsError
from .registration import add_dashboard, add_dashboard_to_builder
from .service import DashboardService, mounted_dashboard
from .settings import DashboardSettings, Permission

__all__ = [
    "DashboardService",
    "DashboardSettings",
    "DashboardSettingsError",
    "Permission",
    "add_dashboard",
    "add_dashboard_to_builder",
    "mounted_dashboard",
]
