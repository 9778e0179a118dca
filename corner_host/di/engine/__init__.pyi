from .engine import Engine, engine_of, sequence_type
from .plans import Setting, compiled
from .providers import end_override, override, provider_of, providers_of

__all__ = [
    "Engine",
    "Setting",
    "compiled",
    "end_override",
    "engine_of",
    "override",
    "provider_of",
    "providers_of",
    "sequence_type",
]
