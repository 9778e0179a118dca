"""What can be wrong with how a dashboard is asked for."""

from corner_host.primitives import CornerHostError


class DashboardSettingsError(CornerHostError, ValueError):
    """The section ``Dashboard`` would open a dashboard that is not safe, or none that can be reached."""
