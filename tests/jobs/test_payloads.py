"""Payloads that are read otherwise than they are written: they reach their handler as they were, or are refused."""

import pytest
from pydantic import AliasChoices, BaseModel, ConfigDict, Field, SecretStr, computed_field

from corner_host.jobs import JobPayloadError
from corner_host.jobs.registry import JobHandlerRegistration
from corner_host.jobs.retry import RetryPolicy


class Aliased(BaseModel):
    order_id: int = Field(alias="orderId")


class Written(BaseModel):
    order_id: int = Field(serialization_alias="oid")


class Read(BaseModel):
    order_id: int = Field(validation_alias=AliasChoices("oid", "number"))


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", alias_generator=str.upper, serialize_by_alias=True)

    order_id: int
    inner: Aliased

    @computed_field  # type: ignore[prop-decorator]
    @property
    def label(self) -> str:
        return f"order {self.order_id}"


class Login(BaseModel):
    user: str
    password: SecretStr | None = None


async def work(job: object) -> None: ...


def kind(payload: type[object]) -> JobHandlerRegistration:
    return JobHandlerRegistration(payload, work, "work", "default", RetryPolicy(), None, None)


@pytest.mark.parametrize(
    "payload",
    [
        Aliased(orderId=7),
        Written(order_id=7),
        Read(number=7),  # type: ignore[call-arg]  # mypy knows one of the choices
        Strict(ORDER_ID=7, INNER=Aliased(orderId=8)),  # type: ignore[call-arg]  # made by the generator
        Login(user="**********"),
    ],
)
def test_a_payload_is_read_as_it_was_written(payload: BaseModel) -> None:
    """Fields are written by their names, whatever aliases they have, and what is computed is not written."""
    registration = kind(type(payload))

    assert registration.decode(registration.encode(payload)) == payload


def test_what_other_programs_write_by_aliases_is_read() -> None:
    """As before."""
    assert kind(Aliased).decode(b'{"orderId": 7}') == Aliased(orderId=7)


def test_a_secret_is_refused_and_not_stored_as_asterisks() -> None:
    """The handler would get these, and nobody would know why it cannot log in."""
    with pytest.raises(JobPayloadError, match=r"Login holds a secret .*\nTo fix: ") as refused:
        kind(Login).encode(Login(user="ana", password=SecretStr("hush")))

    assert "hush" not in str(refused.value)
