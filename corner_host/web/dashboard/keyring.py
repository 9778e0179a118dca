"""The tokens to sign in with, and the cookie that remembers it. Pure, but for the drawing of random numbers.

Nothing is kept on the server: the cookie says whose it is and until when it is good, and is signed with a key that follows
from that one's token, so that every process with the same token accepts it, and none does once the token is another. Secrets
are compared in constant time, as digests, so that not even their length shows.
"""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, final

_VERSION: Final = "2"
_LONG_TOKEN: Final = 32
_NOBODY: Final = secrets.token_bytes(32)
"""Signs for who is not there, so that a name that is none takes as long to refuse as one that is."""


@final
@dataclass(frozen=True, slots=True)
class Session:
    """Who is signed in.

    Attributes:
        name: Tells sign-ins apart.
        expires: Until when, in seconds since the epoch.
        user: Which user it is; empty for the holders of the one token.
    """

    name: str
    expires: float
    user: str = ""


@final
class Keyring:
    """Knows the tokens, and makes and checks cookies.

    Args:
        token: The one that is no user's; None without one.
        users: Tokens by the name of the user.
        proxy: The one of a proxy that signs people in by itself; it opens nothing alone.
        lifetime: How long a cookie is good, in seconds.
        now: Tells the time, in seconds since the epoch.

    Example:
        >>> keys = Keyring("correct horse battery", lifetime=60, now=lambda: 1000.0)
        >>> keys.session_of(keys.issue()).expires
        1060.0
        >>> keys.session_of("2.9999999999.abcdefgh.u.forged") is None
        True
    """

    def __init__(
        self,
        token: str | None,
        *,
        lifetime: float,
        now: Callable[[], float],
        users: Mapping[str, str] = MappingProxyType({}),
        proxy: str | None = None,
    ) -> None:
        self.token = token or ""
        self.lifetime = lifetime
        self._now = now
        tokens = ({} if token is None else {"": token}) | dict(users)
        self._proxy = None if proxy is None else _digest(proxy)
        self._digests = {user: _digest(each) for user, each in tokens.items()}
        self._keys = {
            user: hmac.digest(each.encode(), b"corner_host dashboard cookie", "sha256") for user, each in tokens.items()
        }
        all_keys = b"".join(self._keys[user] for user in sorted(self._keys))
        self.cookie_name = "corner_host_" + hmac.digest(all_keys, b"name", "sha256").hex()[:8]

    @staticmethod
    def new_token() -> str:
        """Return a token that nobody can guess."""
        return secrets.token_urlsafe(24)

    @staticmethod
    def is_long(token: str) -> bool:
        """Tell whether *token* is as long as those of `new_token`: then no number of attempts a second helps a guesser."""
        return len(token) >= _LONG_TOKEN

    def user_of(self, given: str) -> str | None:
        """Return whose token *given* is (empty for the one that is no user's); None if it is nobody's."""
        digest, found = _digest(given), None
        for user, each in self._digests.items():  # all of them, so that the time does not tell which one is near
            if hmac.compare_digest(digest, each):
                found = user
        return found

    def is_proxy(self, given: str) -> bool:
        """Tell whether *given* is the token of the proxy."""
        return self._proxy is not None and hmac.compare_digest(self._proxy, _digest(given))

    def issue(self, user: str = "") -> str:
        """Return the value of a new cookie of *user*."""
        name = base64.urlsafe_b64encode(user.encode()).decode().rstrip("=")
        body = f"{_VERSION}.{int(self._now() + self.lifetime)}.{secrets.token_hex(4)}.u{name}"
        return f"{body}.{_sign(self._keys[user], body)}"

    def session_of(self, cookie: str) -> Session | None:
        """Return whose *cookie* it is; None where it is forged, too old, or of another token."""
        body, _, signature = cookie.rpartition(".")
        user = _user_in(body)
        key = self._keys.get(user, _NOBODY)
        if not hmac.compare_digest(_sign(key, body).encode(), signature.encode("utf-8", "replace")):
            return None
        _, expires, name, _ = body.split(".")  # its shape is ours: the signature is
        return Session(name, float(expires), user) if float(expires) > self._now() else None


def _user_in(body: str) -> str:
    """Return who *body* says that it is of, which nobody has checked yet."""
    name = body.rpartition(".")[2].removeprefix("u")
    try:
        return base64.urlsafe_b64decode(name + "=" * (-len(name) % 4)).decode()
    except (binascii.Error, ValueError):
        return "\0"


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()


def _sign(key: bytes, body: str) -> str:
    return hmac.digest(key, body.encode("utf-8", "replace"), "sha256").hex()
