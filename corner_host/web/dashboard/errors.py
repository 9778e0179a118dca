"""What can be wrong with how a dashboard is asked for."""

from corner_host.configuration import ConfigurationError


class DashboardSettingsError(ConfigurationError):
    """The section ``Dashboard`` would open a dashboard that is not safe, or none that anybody can enter."""
