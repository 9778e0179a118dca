from . import model_draft as model_draft
from . import models as models
from .binding import BoundSection
from .builder import OptionsBuilder, add_options
from .cache import OptionsCache
from .contracts import (
    AsyncStartupValidator,
    AsyncValidateOptions,
    ConfigureOptions,
    OptionsChangeSource,
    PostConfigureOptions,
    StartupValidator,
    ValidateOptions,
)
from .errors import OptionsValidationError
from .factory import OptionsFactory
from .inventory import options_schema, unknown_keys
from .monitor import OptionsMonitor
from .options import Options, OptionsSnapshot
from .registration import add_options_core, configure, configure_options, post_configure
from .startup import run_startup_validation

__all__ = [
    "AsyncStartupValidator",
    "AsyncValidateOptions",
    "BoundSection",
    "ConfigureOptions",
    "Options",
    "OptionsBuilder",
    "OptionsCache",
    "OptionsChangeSource",
    "OptionsFactory",
    "OptionsMonitor",
    "OptionsSnapshot",
    "OptionsValidationError",
    "PostConfigureOptions",
    "StartupValidator",
    "ValidateOptions",
    "add_options",
    "add_options_core",
    "configure",
    "configure_options",
    "options_schema",
    "post_configure",
    "run_startup_validation",
    "unknown_keys",
]
