"""Who acts through the dashboard, in the words of the JSON API and of the audit."""

from typing import Final, final

from corner_host.operations import Actor
from corner_host.web.asgi import Scope

from .keyring import Session
from .settings import DashboardSettings, Permission

SESSION_KEY: Final = "corner_host.dashboard.session"


@final
class DashboardAccess:
    """What the dashboard's guard has found out about a request, for the API behind it."""

    def __init__(self, settings: DashboardSettings) -> None:
        self._settings = settings

    def actor(self, scope: Scope) -> Actor:
        """Return who asks."""
        return actor_of(scope)

    def may_act(self, scope: Scope) -> bool:
        """Tell whether they may change something."""
        return self._settings.may(Permission.ACT, user_of(scope))

    def may_reveal(self, scope: Scope) -> bool:
        """Tell whether they may see a masked value."""
        return self._settings.may(Permission.REVEAL, user_of(scope))

    def is_local(self, scope: Scope) -> bool:  # noqa: ARG002 - nobody is, through a browser
        """Tell that they are not known to have access to the machine."""
        return False


def user_of(scope: Scope) -> str:
    """Return which user is signed in; empty for the holders of the one token, and for nobody."""
    session: Session | None = scope.get(SESSION_KEY)
    return "" if session is None else session.user


def actor_of(scope: Scope) -> Actor:
    """Return who acts, for the audit."""
    session: Session | None = scope.get(SESSION_KEY)
    client = scope.get("client")
    name = "nobody" if session is None else session.user or f"session {session.name}"
    return Actor(name, via="dashboard", address=str(client[0]) if client else "")
