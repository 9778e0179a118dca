"""The section ``Dashboard`` as text comes in. Loads pydantic.

"Dashboard": {
  "Enabled": true, "Port": 5080, "Token": "...", "ReadOnly": false, "Permissions": ["act"],
  "Users": {"ada": {"Token": "...", "Permissions": ["act", "reveal"]}, "grace": {"Token": "...", "Permissions": []}}
}

Whoever is signed in may look. What else they may is a permission each, given to a user by its own and to all others by
``Permissions``, also to those of a proxy whom ``Users`` does not name. Behind a proxy that signs people in (OpenID
Connect), the proxy sends ``ProxyToken`` as bearer and the user's name in ``UserHeader``.
"""

from enum import StrEnum
from typing import Annotated, Final, final

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from corner_host.web.settings import ServerKind

from .errors import DashboardSettingsError

SHORTEST_TOKEN: Final = 16
_TEXT: Final = '"Dashboard": {"Enabled": true, "Token": "<32 random characters>"}'


class Permission(StrEnum):
    """What somebody who is signed in may do beyond looking."""

    ACT = "act"
    """Pause, requeue, cancel, restart, and whatever else changes something; needs ``ReadOnly`` false as well."""
    REVEAL = "reveal"
    """See a masked value; each time leaves a line in the audit."""


@final
class DashboardUser(BaseModel):
    """Somebody with a name of their own, which the audit has.

    Attributes:
        token: What to sign in with; unset for who comes through the proxy.
        permissions: What they may do; nothing but looking by default.
    """

    model_config = ConfigDict(frozen=True)

    token: SecretStr | None = None
    permissions: list[Permission] = []


@final
class DashboardSettings(BaseModel):
    """``Dashboard``.

    Attributes:
        enabled: Whether there is a dashboard; unset, there is one in Development.
        own_server: Whether it listens at an address of its own; false where it is mounted in the application.
        kind: Which server; unset, uvicorn on asyncio and hypercorn on trio.
        host: The address to listen at.
        port: The port; 0 takes a free one, which the log tells, and so does the default where it is taken.
        path_base: The prefix that the browser sees, where a proxy keeps it: ``/ops``.
        forwarded_allow_ips: Proxies whose ``X-Forwarded-*`` headers count.
        allowed_hosts: Names that the browser may have in its address line besides localhost and plain IP addresses;
            ``*.example.com`` for all below, ``*`` for any.
        token: What to sign in with; unset in Development, a new one is made for each run and printed.
        session_hours: How long a sign-in lasts.
        read_only: Whether nothing can be changed.
        permissions: What those may do who are no user of *users*; ``act`` counts only where it is not read-only.
        users: More who may sign in, by name, each with a token and permissions of their own.
        proxy_token: What a proxy that signs people in sends as ``Authorization: Bearer``.
        user_header: Where that proxy names the user, in place of what a browser may have sent there; it counts along with
            *proxy_token* alone.
        all_masked: Whether every value of the configuration and of a job's arguments is masked, not only secrets.
        refresh_seconds: How often a page that is open is brought up to date.
        max_streams: How many pages are kept up to date at a time.
    """

    model_config = ConfigDict(frozen=True)

    enabled: bool | None = None
    own_server: bool = True
    kind: ServerKind | None = None
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 5080
    path_base: Annotated[str, Field(pattern=r"^(/[A-Za-z0-9._~-]+)*$")] = ""
    forwarded_allow_ips: str = "127.0.0.1"
    allowed_hosts: list[str] = []
    token: SecretStr | None = None
    session_hours: Annotated[float, Field(gt=0, le=24 * 30, allow_inf_nan=False)] = 12.0
    read_only: bool = True
    permissions: list[Permission] = [Permission.ACT]
    users: dict[str, DashboardUser] = {}
    proxy_token: SecretStr | None = None
    user_header: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]+$")] = "X-Forwarded-User"
    all_masked: bool = False
    refresh_seconds: Annotated[float, Field(ge=0.1, allow_inf_nan=False)] = 2.0
    max_streams: Annotated[int, Field(ge=1)] = 20

    def may(self, permission: Permission, user: str) -> bool:
        """Tell whether *user* (empty for the holders of the one token), who is signed in, has *permission*."""
        own = next((each for name, each in self.users.items() if name.casefold() == user.casefold()), None)
        granted = self.permissions if own is None else own.permissions
        return permission in granted and (permission is not Permission.ACT or not self.read_only)

    def may_only_look(self, user: str) -> bool:
        """Tell whether *user* has no permission at all."""
        return not any(self.may(each, user) for each in Permission)

    def is_wanted(self, *, in_development: bool) -> bool:
        """Tell whether there is to be a dashboard.

        Raises:
            DashboardSettingsError: It would be open to the world, or closed to everyone.
        """
        wanted = in_development if self.enabled is None else self.enabled
        if not wanted:
            return False
        tokens = {"Token": self.token, "ProxyToken": self.proxy_token}
        tokens |= {f"Users:{name}:Token": each.token for name, each in self.users.items()}
        given = {name: token.get_secret_value() for name, token in tokens.items() if token is not None}
        if not given and not in_development:
            raise DashboardSettingsError(
                "The dashboard is enabled outside Development, but there is no token to sign in with.\n"
                f"To fix: set Dashboard:Token, best by the variable Dashboard__Token: {_TEXT}"
            )
        for name, token in given.items():
            if len(token) < SHORTEST_TOKEN:
                raise DashboardSettingsError(
                    f"Dashboard:{name} is shorter than {SHORTEST_TOKEN} characters and could be guessed.\n"
                    "To fix: make one with python -c 'import secrets; print(secrets.token_urlsafe(24))'."
                )
        if len({*given.values()}) < len(given):
            raise DashboardSettingsError(
                f"Two of {', '.join(f'Dashboard:{name}' for name in given)} are the same, so that it is not known who comes.\n"
                "To fix: give each a token of its own."
            )
        return True
