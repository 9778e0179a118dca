"""Values by key, as the container knows configuration without importing it."""

from abc import ABC, abstractmethod
from typing import Any


class ConfigurationValues(ABC):
    """Something that has converted values under keys such as ``Payment:TimeoutSeconds``.

    ``corner_host.configuration.Configuration`` is one. ``corner_host.di`` reads parameters marked ``FromConfiguration``
    from the registered service of this kind; neither area imports the other.
    """

    @abstractmethod
    def get_value(self, key: str, value_type: Any, default: Any = None, /) -> Any:
        """Return the value at *key* converted to *value_type*, or *default* when there is none.

        Raises:
            ValueError: The value is there and does not convert; the message names key, value and source.
        """
