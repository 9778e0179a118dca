"""The section ``Jobs`` as text comes in.

Loads pydantic, so only `add_jobs` imports it.

    "Jobs": {
      "Engine": "sqlite", "ConnectionString": "jobs.db", "MaxConcurrency": 10, "LeaseSeconds": 30, "GraceSeconds": 5,
      "Synchronous": "FULL", "RetentionDays": 7, "WorkerEnabled": true,
      "Nats": {"Stream": "corner_jobs", "Replicas": 1, "Credentials": "nats.creds"}, "Outbox": "shop.db"
    }
"""

from enum import StrEnum
from typing import Annotated, Final, final

from pydantic import BaseModel, ConfigDict, Field

from corner_host.primitives import holds_password

from .contracts import JobEngine
from .errors import JobRegistrationError

_DAY_SECONDS: Final = 86_400.0
_NATS_URLS: Final = ("nats://", "tls://", "ws://", "wss://")


class EngineName(StrEnum):
    """The engines that can be named."""

    SQLITE = "sqlite"
    MEMORY = "memory"
    POSTGRES = "postgres"
    NATS = "nats"


class Synchronous(StrEnum):
    """How much SQLite waits for the disk."""

    FULL = "FULL"
    NORMAL = "NORMAL"


@final
class NatsSettings(BaseModel):
    """``Jobs:Nats``, for the engine ``nats``."""

    model_config = ConfigDict(frozen=True)

    stream: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,100}$")] = "corner_jobs"
    replicas: Annotated[int, Field(ge=1, le=5)] = 1
    credentials: str | None = None


@final
class JobsSettings(BaseModel):
    """``Jobs``."""

    model_config = ConfigDict(frozen=True)

    engine: EngineName = EngineName.SQLITE
    connection_string: str = "jobs.db"
    max_concurrency: Annotated[int, Field(ge=1)] = 10
    lease_seconds: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 30.0
    grace_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 5.0
    synchronous: Synchronous = Synchronous.FULL
    retention_days: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 7.0
    worker_enabled: bool = True
    postgres_schema: str = "corner_jobs"
    create_tables: bool = True
    nats: NatsSettings = NatsSettings()
    outbox: str | None = None

    def make_engine(self) -> JobEngine:
        """Return the engine that is named, with the outbox before it where there is one."""
        engine = self._make_named_engine()
        if self.outbox is None:
            return engine
        if self.engine in {EngineName.SQLITE, EngineName.MEMORY}:
            raise JobRegistrationError(
                f"Jobs:Outbox is set, and the engine {self.engine} needs none.\n"
                "To fix: remove it, and let Jobs:ConnectionString name the application's SQLite file."
            )
        from .outbox import OutboxEngine  # noqa: PLC0415 - only where it is used

        return OutboxEngine(engine, self.outbox.removeprefix("sqlite:///"))

    def _make_named_engine(self) -> JobEngine:
        if self.engine is EngineName.POSTGRES:
            return self._make_postgres_engine()
        if self.engine is EngineName.NATS:
            return self._make_nats_engine()
        from .engines.sqlite import SqliteEngine  # noqa: PLC0415 - a side door, entered when it is named
        from .engines.sqlite.schema import MEMORY  # noqa: PLC0415 - the same

        path = MEMORY if self.engine is EngineName.MEMORY else self.connection_string.removeprefix("sqlite:///")
        if not path.strip() or "\0" in path or "://" in path or holds_password(path):
            raise JobRegistrationError(
                "Jobs:ConnectionString is no file's path, which the sqlite engine takes. (It is not shown, since it may hold"
                " a password.)\nTo fix: set it to a path such as jobs.db, or Jobs:Engine to postgres or nats."
            )
        return SqliteEngine(
            path,
            synchronous=self.synchronous.value,
            lease=self.lease_seconds,
            retention=self.retention_days * _DAY_SECONDS,
        )

    def _make_postgres_engine(self) -> JobEngine:
        try:
            from .engines.postgres import PostgresEngine  # noqa: PLC0415 - a side door, and an extra
        except ImportError as error:
            raise JobRegistrationError(
                f"Jobs:Engine is postgres, which needs packages that are not here ({error}).\n"
                "To fix: pip install 'corner-host[postgres]'."
            ) from error
        return PostgresEngine(
            self.connection_string,
            schema=self.postgres_schema,
            create_tables=self.create_tables,
            lease=self.lease_seconds,
            retention=self.retention_days * _DAY_SECONDS,
        )

    def _make_nats_engine(self) -> JobEngine:
        try:
            from .engines.nats import NatsEngine  # noqa: PLC0415 - a side door, and an extra
        except ImportError as error:
            raise JobRegistrationError(str(error)) from error
        servers = [each.strip() for each in self.connection_string.split(",")]
        if not all(each.startswith(_NATS_URLS) for each in servers):
            raise JobRegistrationError(
                "Jobs:ConnectionString is no URL of a NATS server; the nats engine takes nats://host:4222,"
                " or several of them divided by commas."
            )
        return NatsEngine(
            self.connection_string,
            stream=self.nats.stream,
            replicas=self.nats.replicas,
            credentials=self.nats.credentials,
            lease=self.lease_seconds,
            retention=self.retention_days * _DAY_SECONDS,
        )
