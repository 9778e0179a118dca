"""Programs with options that must pass both checkers; never run."""

from typing import assert_type

from pydantic import BaseModel, Field

from corner_host import Configuration, Options, OptionsMonitor, OptionsSnapshot, ServiceCollection, ServiceProvider
from corner_host.options import (
    ConfigureOptions,
    OptionsBuilder,
    OptionsValidationError,
    ValidateOptions,
    add_options,
    configure,
    post_configure,
)


class Mail(BaseModel):
    host: str = "localhost"
    port: int = Field(default=25, gt=0)


class Resolver:
    def knows(self, host: str) -> bool:
        return bool(host)


class Mailer:
    def __init__(self, options: Options[Mail], monitor: OptionsMonitor[Mail], mail: Mail) -> None:
        assert_type(options.value, Mail)
        assert_type(monitor.current_value, Mail)
        assert_type(monitor.get("spare"), Mail)
        self.port = mail.port
        with monitor.on_change(self.changed):
            pass
        monitor.on_change(lambda mail, name: print(mail.port, name.upper())).close()

    def changed(self, mail: Mail, name: str) -> None:
        self.port = mail.port


class Request:
    def __init__(self, options: OptionsSnapshot[Mail]) -> None:
        assert_type(options.value, Mail)
        assert_type(options.get("spare"), Mail)


class ConfigureMail(ConfigureOptions[Mail]):
    def configure(self, name: str, options: Mail) -> None:
        options.port = 587


class CheckMail(ValidateOptions[Mail]):
    def validate(self, name: str, options: Mail) -> str | None:
        return None if options.host else "no host"


def set_port(mail: Mail) -> None:
    mail.port = 587


def another(mail: Mail) -> Mail:
    return mail.model_copy(update={"port": 587})


def with_service(mail: Mail, resolver: Resolver) -> None:
    mail.host = "mail" if resolver.knows("mail") else "localhost"


def is_known(mail: Mail, resolver: Resolver) -> bool:
    return resolver.knows(mail.host)


async def answers(mail: Mail) -> bool:
    return mail.port > 0


def registering(services: ServiceCollection, configuration: Configuration) -> None:
    section = configuration.get_section("Mail")
    assert_type(services.configure(Mail, section), ServiceCollection)
    services.configure(Mail, section, name="spare").configure(Mail, configuration, name=None)
    services.configure(Mail, set_port).configure(Mail, another).configure(Mail, with_service)
    services.configure(Mail, lambda mail: print(mail.port)).configure(Mail, lambda mail: setattr(mail, "port", 1))
    services.post_configure(Mail, set_port).post_configure(Mail, another, name=None)
    services.configure_options(ConfigureMail).add_singleton(ValidateOptions[Mail], CheckMail)
    assert_type(configure(services, Mail, section), ServiceCollection)
    assert_type(post_configure(services, Mail, set_port), ServiceCollection)
    assert_type(add_options(services, Mail), OptionsBuilder[Mail])


def building(services: ServiceCollection, configuration: Configuration) -> OptionsBuilder[Mail]:
    return (
        services.add_options(Mail, "spare")
        .bind(configuration.get_section("Mail"))
        .bind_configuration("Mail")
        .configure(set_port)
        .configure(with_service)
        .configure(lambda mail: mail.model_copy())
        .post_configure(another)
        .validate(lambda mail: mail.port != 25, "port 25 is closed")
        .validate(is_known, "unknown host")
        .validate(answers, message="no answer")
        .validate_on_start()
    )


def asking(provider: ServiceProvider) -> None:
    assert_type(provider.get_required_service(Options[Mail]).value.port, int)
    assert_type(provider.get_required_service(OptionsMonitor[Mail]).current_value, Mail)
    assert_type(provider.get_required_service(OptionsSnapshot[Mail]).get("spare"), Mail)
    assert_type(provider.get_required_service(Mail), Mail)
    assert_type(Options.of(Mail()).value, Mail)


def failing(options: Options[Mail]) -> None:
    try:
        print(options.value)
    except OptionsValidationError as error:
        assert_type((error.options_name, error.failures), tuple[str, tuple[str, ...]])
        print(error.options_type)
