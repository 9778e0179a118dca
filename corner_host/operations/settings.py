"""The section ``Operations`` as text comes in. Loads pydantic.

"Operations": {
  "Enabled": true, "ReadOnly": false, "StateDirectory": "/var/lib/orders", "LogLines": 2000,
  "ShowValues": ["Logging:*"], "AllowReveal": false, "Socket": {"Enabled": true, "Path": "/run/orders.sock"}
}
"""

from typing import Annotated, final

from pydantic import BaseModel, ConfigDict, Field

_Seconds = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]


@final
class SocketSettings(BaseModel):
    """``Operations:Socket``.

    Attributes:
        enabled: Whether the host can be asked through a Unix socket.
        path: Where; by default a file of the application and process in the user's run-time directory.
    """

    model_config = ConfigDict(frozen=True)

    enabled: bool = True
    path: str | None = None


@final
class OperationsSettings(BaseModel):
    """``Operations``.

    Attributes:
        version: Of the application, where it is not an installed distribution.
        enabled: Whether the default builder adds the operator's view by itself.
        read_only: Whether every action is refused.
        state_directory: Where runs and audit are kept; by default one of the user and application.
        log_lines: How many log records are kept in memory.
        sample_seconds: How often the numbers of the graphs are taken.
        history_seconds: How far the graphs go back.
        health_seconds: How often the health checks are asked, for their history.
        show_values: Keys, or prefixes that end in ``*``, whose values are shown in Production too.
        allow_reveal: Whether a masked value can be revealed, by an action that is audited.
        socket: The Unix socket.
    """

    model_config = ConfigDict(frozen=True)

    version: str | None = None
    enabled: bool = False
    read_only: bool = False
    state_directory: str | None = None
    log_lines: Annotated[int, Field(ge=0, le=1_000_000)] = 2000
    sample_seconds: _Seconds = 10.0
    history_seconds: _Seconds = 3600.0
    health_seconds: _Seconds = 15.0
    show_values: tuple[str, ...] = ()
    allow_reveal: bool = False
    socket: SocketSettings = SocketSettings()
