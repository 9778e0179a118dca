"""What can be wrong with health checks."""

from corner_host.primitives import CornerHostError


class HealthCheckError(CornerHostError, ValueError):
    """Health checks were registered or answered in a way that cannot be."""
