"""Parameters that are read from the configuration."""

from typing import Any, final

import corner_host.di as door
from corner_host.primitives import ConfigurationValues

from .signatures import NO_DEFAULT
from .sites import Step


@final
class ConfigurationReader:
    """Reads one value each time its consumer is made."""

    def __init__(self, path: str, value_type: Any, default: Any, parameter: str, steps: tuple[Step, ...]) -> None:
        self._path = path
        self._type = value_type
        self._default = default
        self._parameter = parameter
        self._steps = steps

    def __call__(self, values: ConfigurationValues) -> Any:
        """Read the value from *values*."""
        absent = object()
        try:
            value = values.get_value(self._path, self._type, absent)
        except ValueError as error:
            raise door.problems.unfillable(
                self._steps, self._parameter, str(error), f"mend the value at {self._path!r}.", service_type=self._type
            ) from error
        if value is not absent:
            return value
        if self._default is not NO_DEFAULT:
            return self._default
        raise door.problems.unfillable(
            self._steps,
            self._parameter,
            f"the configuration has no value at {self._path!r}.",
            f"set {self._path!r}, or give the parameter a default.",
            service_type=self._type,
        )
