"""The token to sign in with, and the cookie that remembers it. Pure, but for the drawing of random numbers.

Nothing is kept on the server: the cookie says until when it is good and is signed with a key that follows from the token,
so that every process with the same token accepts it, and none does once the token is another. Secrets are compared in
constant time, as digests, so that not even their length shows.
"""

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, final

_VERSION: Final = "1"


@final
@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in: a name that tells sign-ins apart, and until when (seconds since the epoch)."""

    name: str
    expires: float


@final
class Keyring:
    """Knows the token, and makes and checks cookies.

    Args:
        token: The token.
        lifetime: How long a cookie is good, in seconds.
        now: Tells the time, in seconds since the epoch.

    Example:
        >>> keys = Keyring("correct horse battery", lifetime=60, now=lambda: 1000.0)
        >>> keys.session_of(keys.issue()).expires
        1060.0
        >>> keys.session_of("1.9999999999.abcdefgh.forged") is None
        True
    """

    def __init__(self, token: str, *, lifetime: float, now: Callable[[], float]) -> None:
        self.token = token
        self.lifetime = lifetime
        self._now = now
        self._digest = hashlib.sha256(token.encode()).digest()
        self._key = hmac.digest(token.encode(), b"corner_host dashboard cookie", "sha256")
        self.cookie_name = "corner_host_" + hmac.digest(self._key, b"name", "sha256").hex()[:8]

    @staticmethod
    def new_token() -> str:
        """Return a token that nobody can guess."""
        return secrets.token_urlsafe(24)

    def is_token(self, given: str) -> bool:
        """Tell whether *given* is the token."""
        return hmac.compare_digest(hashlib.sha256(given.encode("utf-8", "replace")).digest(), self._digest)

    def issue(self) -> str:
        """Return the value of a new cookie."""
        body = f"{_VERSION}.{int(self._now() + self.lifetime)}.{secrets.token_hex(4)}"
        return f"{body}.{self._sign(body)}"

    def session_of(self, cookie: str) -> Session | None:
        """Return whose *cookie* it is; None where it is forged, too old, or of another token."""
        body, _, signature = cookie.rpartition(".")
        if not hmac.compare_digest(self._sign(body).encode(), signature.encode("utf-8", "replace")):
            return None
        _, expires, name = body.split(".")  # its shape is ours: the signature is
        return Session(name, float(expires)) if float(expires) > self._now() else None

    def _sign(self, body: str) -> str:
        return hmac.digest(self._key, body.encode("utf-8", "replace"), "sha256").hex()
