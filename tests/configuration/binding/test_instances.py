"""Binding onto an instance."""

from dataclasses import dataclass, field

import pytest
from pydantic import BaseModel, ConfigDict, Field, model_validator

from corner_host.configuration import ConfigurationBindingError
from tests.configuration.helpers import root_of


class Inner(BaseModel):
    size: int = 1
    name: str = "inner"


class Model(BaseModel):
    count: int = 0
    inner: Inner = Inner()
    names: list[str] = []
    by_name: dict[str, int] = {}


@dataclass
class Data:
    count: int = 0
    inner: Inner = field(default_factory=Inner)
    names: list[str] = field(default_factory=list)
    by_name: dict[str, int] = field(default_factory=dict)


@pytest.mark.parametrize("target", [Model, Data])
def test_what_is_configured_is_set_and_the_rest_stays(target: type[Model] | type[Data]) -> None:
    """B-01, B-25, N-13: nested values and dictionaries keep what has no key; lists are replaced (C1)."""
    instance = target(count=5, inner=Inner(size=2, name="kept"), names=["a", "b"], by_name={"x": 1})

    root_of({"Inner:Size": "3", "Names:0": "c", "ByName:y": "2"}).bind(instance)

    assert instance == target(count=5, inner=Inner(size=3, name="kept"), names=["c"], by_name={"x": 1, "y": 2})


@pytest.mark.parametrize("target", [Model, Data])
def test_an_error_leaves_the_instance_as_it_was(target: type[Model] | type[Data]) -> None:
    """B-10, C3: all errors are told, nothing is set."""
    instance = target(count=5)

    with pytest.raises(ConfigurationBindingError) as caught:
        root_of({"Count": "x", "Inner:Size": "y", "Names:0": "z"}).bind(instance)

    assert {error.key for error in caught.value.errors} == {"Count", "Inner:Size"}
    assert instance == target(count=5)


class Plain:
    """A class of an application, without any base."""

    limit: int = 1
    label: str

    def __init__(self) -> None:
        self.ratio = 0.5
        self.nothing = None
        self._hidden = 1


def test_a_plain_object_is_filled_by_its_attributes() -> None:
    """B-01, B-15: by annotation, or by the type of the present value; not what begins with an underscore."""
    plain = Plain()

    root_of({"Limit": "5", "Label": "x", "Ratio": "0.25", "Nothing": "y", "_Hidden": "7", "Other": "z"}).bind(plain)

    assert (plain.limit, plain.label, plain.ratio, plain.nothing, plain._hidden) == (5, "x", 0.25, None, 1)
    with pytest.raises(ConfigurationBindingError) as caught:
        root_of({"Limit": "a", "Ratio": "b"}).bind(plain)
    assert {error.key for error in caught.value.errors} == {"Limit", "Ratio"}


def test_nothing_changes_nothing() -> None:
    """B-38: an absent section."""
    model = Model(count=5)

    root_of({"Other": "1"}).get_section("Absent").bind(model)

    assert (model, model.model_fields_set) == (Model(count=5), {"count"})


def test_what_is_set_counts_as_set() -> None:
    """For model_dump(exclude_unset=True) and the like."""
    model = Model()

    root_of({"Count": "1"}).bind(model)

    assert model.model_fields_set == {"count"}


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)
    count: int = 0


@dataclass(frozen=True)
class FrozenData:
    count: int = 0


@pytest.mark.parametrize("instance", [Frozen(), FrozenData()])
def test_what_is_frozen_is_refused(instance: object) -> None:
    """B-15: the error tells what to do."""
    with pytest.raises(ConfigurationBindingError, match=r"use get\(\)"):
        root_of({"Count": "1"}).bind(instance)


class Range(BaseModel):
    model_config = ConfigDict(validate_assignment=True)
    low: int = Field(default=0, ge=0)
    high: int = 1

    @model_validator(mode="after")
    def _in_order(self) -> "Range":
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


def test_values_that_only_fit_together_are_set_together() -> None:
    """No half of them is ever validated."""
    instance = Range()

    root_of({"Low": "5", "High": "9"}).bind(instance)

    assert (instance.low, instance.high) == (5, 9)


def test_unknown_keys_can_be_forbidden() -> None:
    """B-17: as for get()."""
    with pytest.raises(ConfigurationBindingError, match="Did you mean Count"):
        root_of({"Coutn": "1"}).bind(Model(), forbid_unknown=True)
