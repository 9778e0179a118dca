"""Which values are secret, and how they are shown. Pure.

A key is judged by its words: ``Payment:ApiKey`` holds the word *key*, ``Monkey`` does not.
"""

import re
from typing import Final

MASK: Final = "••••••••"

_SECRET_FRAGMENTS: Final = ("password", "passwd", "pwd", "secret", "token", "credential", "connectionstring")
# compiled, and kept, by ``re`` when a secret is first looked for
_CREDENTIALS: Final = r"(?i)://[^\s/:@]*:[^\s/@]+@|\b(?:password|pwd)\s*=\s*[^\s;]"
_IN_TEXT: Final = (
    r"""(?i)(://[^\s/:@]*:)[^\s/]+(?=@)"""
    r"""|(\bauthorization["']?\s*[:=]\s*["']?(?:(?:basic|bearer|digest|token)\s+)?)[^\s"',;]+"""
    r"""|((?:password|passwd|pwd|secret|token|(?:api|secret|access|account|private)[_-]?(?:access[_-]?)?key)"""
    r"""(?:["']\s*:|\s*=)\s*)(?:"[^"]*"|'[^']*'|[^\s;,&'")}\]]+)"""
)
_WORD: Final = r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+"


def is_secret_key(key: str) -> bool:
    """Tell whether a configuration key or field name promises a secret.

    Secret are names that hold password, secret, token, credential or connection string, and *key* as a word of its own.

    Example:
        >>> [is_secret_key(k) for k in ("Payment:ApiKey", "DB_CREDENTIALS", "ConnectionStrings:Shop", "Monkey")]
        [True, True, True, False]
    """
    squeezed = re.sub(r"[^a-z]", "", key.lower())
    if any(fragment in squeezed for fragment in _SECRET_FRAGMENTS):
        return True
    return any(word.lower() in {"key", "apikey"} for word in re.findall(_WORD, key))


def holds_password(value: str | None) -> bool:
    """Tell whether a value has a password within: a URL with one, or a connection string, whatever its name promises.

    Example:
        >>> [holds_password(v) for v in ("amqp://app:s3cret@mq/shop", "Server=db;Password=s3cret", "http://[::1]:80/@")]
        [True, True, False]
    """
    return value is not None and re.search(_CREDENTIALS, value) is not None


def without_passwords(text: str) -> str:
    """Return free text, such as an error's message, with the passwords masked that it gives away: in URLs and in pairs.

    Example:
        >>> without_passwords("cannot reach amqp://app:s3cret@mq/shop (user=app password='s3 cret')")
        'cannot reach amqp://app:••••••••@mq/shop (user=app password=••••••••)'
    """
    if "=" not in text and ":" not in text:
        return text
    return re.sub(_IN_TEXT, lambda found: f"{found[1] or found[2] or found[3]}{MASK}", text)


def mask(value: str | None) -> str | None:
    """Return what may be shown in place of a secret: the mask for any text, None for None.

    Not even the length is told.

    Example:
        >>> mask("hunter2")
        '••••••••'
    """
    return None if value is None else MASK
