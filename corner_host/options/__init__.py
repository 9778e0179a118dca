"""Settings as objects: filled in from configuration and code, checked, and handed to whoever asks.

An options class is a pydantic model (a dataclass with defaults does, too)::

    class MailOptions(BaseModel):
        host: str
        port: int = Field(default=25, gt=0)

    services.configure(MailOptions, configuration.get_section("Mail"))
    services.add_options(MailOptions).validate(resolves, "the host has no address").validate_on_start()

    class Mailer:
        def __init__(self, options: Options[MailOptions]) -> None: ...

**Three ways to read.** `Options` is made once and never changes. `OptionsSnapshot` is made once in each scope. `OptionsMonitor`
follows its configuration and tells listeners. A parameter annotated with the class itself gets ``Options[...].value``.

**Order of making**: the class's defaults; all ``configure`` in the order of registration; all ``post_configure`` likewise;
pydantic's validation of the whole; all validators. Every failure is in one `OptionsValidationError`.

**Names.** One class may have several options; the default ones have the empty name, ``name=None`` registers for all. Names
have case.

**At the start** of the host everything marked by ``validate_on_start`` is made and checked, with asynchronous validators, before
any service is made. Several failed options are one ``ExceptionGroup``. What was checked is what services get.

**On a reload** that brings invalid values the monitor keeps the last good ones and writes one error record.

Not kept of .NET: configure classes for exactly one name (look at the name); a caller that sees the exception of a failed
reload on the watcher's thread.
"""

from corner_host.primitives.door import door

__getattr__, __dir__ = door(
    __name__,
    {
        "binding": ("BoundSection",),
        "builder": (
            "OptionsBuilder",
            "add_options",
        ),
        "cache": ("OptionsCache",),
        "contracts": (
            "AsyncStartupValidator",
            "AsyncValidateOptions",
            "ConfigureOptions",
            "OptionsChangeSource",
            "PostConfigureOptions",
            "StartupValidator",
            "ValidateOptions",
        ),
        "errors": ("OptionsValidationError",),
        "factory": ("OptionsFactory",),
        "inventory": (
            "options_schema",
            "unknown_keys",
        ),
        "monitor": ("OptionsMonitor",),
        "options": (
            "Options",
            "OptionsSnapshot",
        ),
        "registration": (
            "add_options_core",
            "configure",
            "configure_options",
            "post_configure",
        ),
        "startup": ("run_startup_validation",),
    },
    seldom=("model_draft", "models"),
)
