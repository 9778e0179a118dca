"""The section ``BackgroundJobs`` as text comes in: what it may hold, and what it means.

Loads pydantic, so only `add_background_jobs` imports it.

    "BackgroundJobs": {
      "EnableBackgroundJobs": true,
      "Queue": {"Capacity": 100, "MaxConcurrency": 1, "ItemTimeoutSeconds": null, "ShutdownMode": "Drain",
                "SpanRelation": "Link"},
      "CacheCleanup": {"Enabled": true, "IntervalMinutes": 30, "ExpirationThresholdMinutes": 60}
    }
"""

from typing import Annotated, final

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_core import PydanticCustomError

from corner_host.caching import CacheCleanupOptions
from corner_host.diagnostics.tracing import SpanRelation

from .contracts import ShutdownMode
from .options import QueueOptions

_FINITE = Field(allow_inf_nan=False)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True)


@final
class QueueSettings(_Section):
    """``BackgroundJobs:Queue``."""

    capacity: Annotated[int, Field(ge=1)] = 100
    max_concurrency: Annotated[int, Field(ge=1)] = 1
    item_timeout_seconds: Annotated[float, Field(gt=0), _FINITE] | None = None
    shutdown_mode: ShutdownMode = ShutdownMode.DRAIN
    span_relation: SpanRelation = SpanRelation.LINK

    @field_validator("shutdown_mode", mode="before")
    @classmethod
    def _refuse_to_persist(cls, mode: object) -> object:
        if str(mode).casefold() == "persist":
            raise PydanticCustomError(
                "persist",
                "functions in memory cannot be kept for the next run; use Drain, Finish or Cancel, "
                "or queue jobs that are kept: services.add_jobs(configuration)",
            )
        return mode


@final
class CacheCleanupSettings(_Section):
    """``BackgroundJobs:CacheCleanup``."""

    enabled: bool = True
    interval_minutes: Annotated[float, Field(gt=0), _FINITE] = 30.0
    expiration_threshold_minutes: Annotated[float, Field(ge=0), _FINITE] = 60.0


@final
class BackgroundJobsSettings(_Section):
    """``BackgroundJobs``."""

    enable_background_jobs: bool = True
    queue: QueueSettings = QueueSettings()
    cache_cleanup: CacheCleanupSettings = CacheCleanupSettings()

    def queue_options(self) -> QueueOptions:
        """Return what `QueuedHostedService` needs to know."""
        return QueueOptions(
            enabled=self.enable_background_jobs,
            max_concurrency=self.queue.max_concurrency,
            item_timeout=self.queue.item_timeout_seconds,
            shutdown_mode=self.queue.shutdown_mode,
        )

    def cleanup_options(self) -> CacheCleanupOptions:
        """Return what `CacheCleanupService` needs to know."""
        return CacheCleanupOptions(
            enabled=self.enable_background_jobs and self.cache_cleanup.enabled,
            interval_minutes=self.cache_cleanup.interval_minutes,
            expiration_threshold_minutes=self.cache_cleanup.expiration_threshold_minutes,
        )
