"""How a dependency says which service it stands for, so that routes can be checked without importing FastAPI."""

from typing import Final

SERVICE_ATTRIBUTE: Final = "corner_host_service"
