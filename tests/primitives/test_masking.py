"""Secrets: recognised by the words of their name, shown as a mask of one length."""

import pytest

from corner_host.primitives import MASK, is_secret_key, mask


@pytest.mark.parametrize(
    "key",
    [
        "Payment:ApiKey",
        "api_key",
        "APIKEY",
        "Db:Password",
        "DB_PASSWORD",
        "Auth:ClientSecret",
        "accessToken",
        "ConnectionStrings:Shop",
        "connection_string",
        "Aws:Credentials",
        "Signing:Key",
    ],
)
def test_a_secret_is_known_by_its_name(key: str) -> None:
    """Any spelling of a secret's name counts."""
    assert is_secret_key(key)


@pytest.mark.parametrize("key", ["Monkey", "Keyboard:Layout", "Hockey:Team", "Payment:Url", "Queue:Capacity", ""])
def test_a_name_that_merely_contains_the_letters_is_no_secret(key: str) -> None:
    """`key` counts as a word only."""
    assert not is_secret_key(key)


def test_a_mask_does_not_tell_the_length() -> None:
    """Short and long secrets look the same; no value stays no value."""
    assert mask("a") == mask("a" * 100) == MASK
    assert mask(None) is None
