from .chained import ChainedSource
from .command_line import CommandLineSource
from .dotenv import DotenvFileSource
from .environment import EnvironmentSource
from .ini import IniFileSource
from .json import JsonFileSource, JsonStreamSource
from .key_per_file import KeyPerFileSource
from .memory import MemorySource
from .toml import TomlFileSource
from .user_secrets import UserSecretsSource, user_secrets_id, user_secrets_path
from .yaml import YamlFileSource

__all__ = [
    "ChainedSource",
    "CommandLineSource",
    "DotenvFileSource",
    "EnvironmentSource",
    "IniFileSource",
    "JsonFileSource",
    "JsonStreamSource",
    "KeyPerFileSource",
    "MemorySource",
    "TomlFileSource",
    "UserSecretsSource",
    "YamlFileSource",
    "user_secrets_id",
    "user_secrets_path",
]
