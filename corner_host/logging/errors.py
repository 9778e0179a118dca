"""What can be wrong with the settings of logging."""

from corner_host.configuration import ConfigurationError


class LoggingConfigurationError(ConfigurationError, ValueError):
    """A setting of logging cannot be used; found when the host is built.

    Attributes:
        key: The configuration key, or the name of the argument in code.
        value: The value as it was given.
        reason: What is wrong with it.
    """

    def __init__(self, key: str, value: object, reason: str, *, fix: str) -> None:
        super().__init__(f"{key} is {value!r}: {reason}.\nTo fix: {fix}")
        self.key = key
        self.value = value
        self.reason = reason
