"""What a builder is told before it reads anything."""

import os
from collections.abc import Sequence
from typing import final

from corner_host.configuration import ConfigurationManager


@final
class HostBuilderSettings:
    """How `Host.create_builder` begins.

    Args:
        disable_defaults: No settings files, no logging providers, no validation; as `Host.create_empty_builder`.
        args: Command-line arguments; they become configuration in any case.
        configuration: Configuration to begin with; lowest in rank, and live.
        environment_name: Wins over what configuration says.
        application_name: Wins over what configuration says.
        content_root_path: Wins over what configuration says; relative to the application's folder.
    """

    __slots__ = (
        "application_name",
        "args",
        "configuration",
        "content_root_path",
        "disable_defaults",
        "environment_name",
    )

    def __init__(
        self,
        *,
        disable_defaults: bool = False,
        args: Sequence[str] | None = None,
        configuration: ConfigurationManager | None = None,
        environment_name: str | None = None,
        application_name: str | None = None,
        content_root_path: str | os.PathLike[str] | None = None,
    ) -> None:
        self.disable_defaults = disable_defaults
        self.args = args
        self.configuration = configuration
        self.environment_name = environment_name
        self.application_name = application_name
        self.content_root_path = content_root_path
