"""Mistakes with configuration and options that both checkers must see, one in each marked line; never run."""

from dataclasses import dataclass

from corner_host import Configuration, ConfigurationBuilder, Options, OptionsMonitor, ServiceCollection


@dataclass
class Mail:
    port: int = 25


@dataclass
class Other:
    size: int = 1


def set_size(other: Other) -> None:
    other.size = 2


def adding(builder: ConfigurationBuilder) -> None:
    builder.add_json_file("a.json", True)  # wrong: optional is given by name
    builder.add_json_file("a.json", arrays="append")  # wrong: merge or replace
    builder.add(object())  # wrong: not a source
    builder.add_user_secrets(None)  # wrong: an id is needed


def reading(configuration: Configuration) -> None:
    print(configuration["Port"] + "0")  # wrong: it may be None
    port: int = configuration.get_value("Port", int)  # wrong: it may be None
    configuration.on_change(lambda value: print(value, 1))  # wrong: called without arguments
    print(len(configuration), port)  # wrong: not a sequence


def registering(services: ServiceCollection) -> None:
    services.configure(Mail, {"port": 587})  # wrong: neither a section nor a function
    services.configure(Mail, set_size)  # wrong: a function for other options
    services.post_configure(Mail, set_size)  # wrong: a function for other options
    services.add_options(Mail).configure(set_size)  # wrong: a function for other options
    services.add_options(Mail).bind("Mail")  # wrong: a section, not its name


def using(options: Options[Mail], monitor: OptionsMonitor[Mail]) -> None:
    options.value = Mail()  # wrong: read only
    print(options.value.size)  # wrong: no such option
    monitor.on_change(lambda mail: print(mail, 1))  # wrong: called with the name, too
