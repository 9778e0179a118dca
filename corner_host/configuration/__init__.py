"""Layered configuration: values from many sources, merged key by key, converted and bound when they are asked for.

The words:

- A *key* is a path of segments joined by ``:`` (``Payment:TimeoutSeconds``). Case does not count. Segments that are integers
  sort as numbers; a list is nothing but children named ``0``, ``1``, ...
- A *value* is text, or null. Null, the empty string and absence are three states, and a key may have a value and children.
- A *source* says where values come from; it builds a *provider*, which loads them into one flat map. Sources are in
  ``sources``, one file each: memory, JSON, TOML, YAML, INI, dotenv, environment, command line, a directory of values, user
  secrets, another configuration. Write your own by deriving from `KeyValueProvider`.
- The *root* has all providers. The one added last wins, key by key, so that a later file may change one element of a list.
  A *section* is a live view of what is below one key. The *manager* is builder and root in one.

The order of things:

1. `ConfigurationBuilder` collects sources; ``build()`` builds a provider for each and loads them, in order.
2. The providers are merged into one `dict`, the picture that all readers look at; reading takes no lock.
3. A reload (by `ConfigurationRoot.reload`, or when a watched file changes) makes a new picture and swaps it in at once, then
   runs the callbacks of ``on_change``. A file that broke or vanished keeps its last good values and writes one error record.
4. ``get_value`` converts, ``get`` and ``bind`` fill pydantic models, dataclasses and all that pydantic adapts. What does not
   fit is reported all at once, with full key, value (masked when secret) and place: file, line and column, variable, argument.

`ConfigurationRoot.explain` and `~ConfigurationRoot.get_debug_view` tell why a value is what it is; `find_unknown_keys` finds
misspelled keys; `json_schema` serves editors.

What is not as in .NET, on purpose: configured lists replace default lists (`AppendToDefault` appends), a bad element is an
error, all errors come at once, secrets are masked everywhere, underscores in names do not count, an ``arrays="replace"`` is
there for each source, and one settled change of files is one event. There are no change tokens (``on_change`` takes a
callback), no XML, and no binder options for private members, since Python has none.
"""

from corner_host.primitives.door import door

__getattr__, __dir__ = door(
    __name__,
    {
        "builder": ("ConfigurationBuilder",),
        "configuration": (
            "Configuration",
            "ConfigurationSection",
        ),
        "contracts": (
            "BuilderContext",
            "ConfigurationProvider",
            "ConfigurationSource",
            "Registration",
        ),
        "debug_view": ("DebugViewContext",),
        "errors": (
            "ConfigurationBindingError",
            "ConfigurationDependencyError",
            "ConfigurationError",
            "ConfigurationFileError",
            "ConfigurationFileNotFoundError",
            "ConfigurationSectionNotFoundError",
            "ConfigurationStateError",
            "DuplicateKeyError",
        ),
        "failure": ("BindingFailure",),
        "origin": ("Origin",),
        "explain": (
            "ConfigurationExplanation",
            "Layer",
        ),
        "files": ("FileLoadExceptionContext",),
        "manager": ("ConfigurationManager",),
        "markers": ("AppendToDefault",),
        "provider": ("KeyValueProvider",),
        "reloads": ("Reloads",),
        "root": ("ConfigurationRoot",),
        "schema": ("json_schema",),
        "unknown": (
            "UnknownKey",
            "find_unknown_keys",
        ),
    },
    seldom=("binding", "debug_view", "explain"),
)
