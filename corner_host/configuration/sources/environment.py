"""Environment variables.

Two underscores stand for ``:``, so that ``Payment__ApiKey`` sets ``Payment:ApiKey``; ``Items__0`` sets one element of a
list. Nothing else is done to names or values: ``A____B`` is ``A::B`` (the segment in the middle is empty), ``007`` stays
text, and an empty variable is the empty string.

Variables that hosts use for connection strings, such as ``SQLCONNSTR_Shop``, appear under ``ConnectionStrings``.
"""

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, final

import corner_host.configuration as door
from corner_host.configuration.contracts import BuilderContext
from corner_host.configuration.keys import DELIMITER, fold
from corner_host.configuration.provider import KeyValueProvider

# prefix, and the value of ConnectionStrings:<name>_ProviderName that is added
_CONNECTION_PREFIXES: Final[Mapping[str, str | None]] = {
    "MYSQLCONNSTR_": "MySql.Data.MySqlClient",
    "SQLAZURECONNSTR_": "System.Data.SqlClient",
    "SQLCONNSTR_": "System.Data.SqlClient",
    "POSTGRESQLCONNSTR_": "Npgsql",
    "APIHUBCONNSTR_": None,
    "DOCDBCONNSTR_": None,
    "EVENTHUBCONNSTR_": None,
    "NOTIFICATIONHUBCONNSTR_": None,
    "REDISCACHECONNSTR_": None,
    "SERVICEBUSCONNSTR_": None,
    "CUSTOMCONNSTR_": None,
}


@final
@dataclass(frozen=True)
class EnvironmentSource:
    """The variables of this process.

    Args:
        prefix: Only variables that begin with it, without regard to case; it is cut off. ``__`` in it is ``:`` too.
        variables: Variables to use in place of those of the process.
        transform: Makes a key of a name, and of the prefix; `colon_and_dot` makes dots as well.
    """

    prefix: str = ""
    variables: Mapping[str, str] | None = None
    transform: Callable[[str], str] | None = None

    def build(self, builder: BuilderContext, /) -> "EnvironmentProvider":  # noqa: ARG002
        """Return a provider for the variables."""
        return EnvironmentProvider(self)


@final
class EnvironmentProvider(KeyValueProvider):
    """The variables as they were at the last load."""

    def __init__(self, source: EnvironmentSource) -> None:
        super().__init__(f"environment {source.prefix}*" if source.prefix else "environment")
        self._source = source
        self._names: dict[str, str] = {}

    def load(self) -> None:
        """Read the variables anew."""
        given = self._source.variables
        variables = os.environ if given is None else given
        transform = self._source.transform or translate
        prefix = fold(transform(self._source.prefix))
        values: dict[str, tuple[str, str, str]] = {}
        # names that differ only in case are possible on POSIX: sorted, so that the same one always wins
        for name, value in sorted(variables.items()):
            for key, text in _entries(name, value, transform):
                folded = fold(key)
                if folded.startswith(prefix):
                    values[folded[len(prefix) :]] = (key[len(prefix) :], text, name)
        self._names = {folded: name for folded, (_, _, name) in values.items()}
        self.replace_pairs([key for key, _, _ in values.values()], [text for _, text, _ in values.values()])

    def place(self, folded: str) -> "door.Origin":
        """Tell the variable."""
        return door.Origin("environment", name=self._names.get(folded))


def translate(name: str) -> str:
    """Return the key that a variable's name stands for.

    Example:
        >>> translate("Payment__ApiKey")
        'Payment:ApiKey'
    """
    return name.replace("__", DELIMITER)


def colon_and_dot(name: str) -> str:
    """Return the key that a variable's name stands for when three underscores are a dot, two a colon.

    Three are taken first, from the left. It is the only way to name dotted log categories in a shell.

    Example:
        >>> colon_and_dot("Logging__LogLevel__acme___mail")
        'Logging:LogLevel:acme.mail'
    """
    return name.replace("___", ".").replace("__", DELIMITER)


def _entries(name: str, value: str, transform: Callable[[str], str]) -> Iterable[tuple[str, str]]:
    """The keys that one variable sets: usually one, two for a connection string with a known provider."""
    upper = fold(name)
    for prefix, provider in _CONNECTION_PREFIXES.items():
        if upper.startswith(prefix):
            key = f"ConnectionStrings{DELIMITER}{transform(name[len(prefix) :])}"
            yield key, value
            if provider is not None:
                yield f"{key}_ProviderName", provider
            return
    yield transform(name), value
