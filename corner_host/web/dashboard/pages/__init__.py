"""The screens: what each asks the host, and where it stands in the navigation.

One function a screen; what it returns is what the template of the same name needs.
"""

from typing import Final

from . import host, jobs, parts, work
from .screen import MOST_ROWS, Screen

SCREENS: Final = (
    Screen(name="", title="Overview", load=host.overview, key="o"),
    Screen(name="queues", title="Queues", load=work.queues, key="q"),
    Screen(name="jobs", title="Jobs", load=jobs.jobs, key="j"),
    Screen(name="job", title="Job", load=jobs.job, below="jobs"),
    Screen(name="running", title="Running", load=work.running, key="r"),
    Screen(name="failures", title="Failures", load=jobs.failures, key="f"),
    Screen(name="failure", title="Failure", load=jobs.failure, below="failures"),
    Screen(name="schedules", title="Schedules", load=work.schedules, key="s"),
    Screen(name="schedule", title="Schedule", load=work.schedule, below="schedules", is_live=False),
    Screen(name="services", title="Services", load=host.services, key="v"),
    Screen(name="service", title="Service", load=host.service, below="services"),
    Screen(name="health", title="Health", load=host.health, key="h"),
    Screen(name="logs", title="Logs", load=host.logs, key="l"),
    Screen(name="lifecycle", title="Lifecycle", load=host.lifecycle, key="y"),
    Screen(name="configuration", title="Configuration", load=parts.configuration, key="c", is_live=False),
    Screen(name="setting", title="Setting", load=parts.setting, below="configuration", is_live=False),
    Screen(name="graph", title="Graph", load=parts.graph, key="g", is_live=False),
    Screen(name="cache", title="Cache", load=parts.cache, key="e"),
    Screen(name="audit", title="Audit", load=parts.audit, key="a"),
    Screen(name="about", title="About", load=parts.about, key="i", is_live=False),
)
NAVIGATION: Final = (
    ("", ("",)),
    ("Work", ("queues", "jobs", "running", "failures", "schedules")),
    ("Host", ("services", "health", "logs", "lifecycle")),
    ("Inside", ("configuration", "graph", "cache", "audit", "about")),
)
"""The groups of the navigation, with the names of their screens."""

__all__ = ["MOST_ROWS", "NAVIGATION", "SCREENS", "Screen"]
