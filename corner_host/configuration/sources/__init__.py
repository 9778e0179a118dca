"""Where values come from, one kind of source a file.

The builder's ``add_*`` methods make them. YAML needs the extra ``yaml``.
"""

from corner_host.primitives.door import door

__getattr__, __dir__ = door(
    __name__,
    {
        "chained": ("ChainedSource",),
        "command_line": ("CommandLineSource",),
        "dotenv": ("DotenvFileSource",),
        "environment": ("EnvironmentSource",),
        "ini": ("IniFileSource",),
        "json": (
            "JsonFileSource",
            "JsonStreamSource",
        ),
        "key_per_file": ("KeyPerFileSource",),
        "memory": ("MemorySource",),
        "toml": ("TomlFileSource",),
        "user_secrets": (
            "UserSecretsSource",
            "user_secrets_id",
            "user_secrets_path",
        ),
        "yaml": ("YamlFileSource",),
    },
)
