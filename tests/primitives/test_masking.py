"""Secrets: recognised by the words of their name, shown as a mask of one length."""

import pytest

from corner_host.primitives import MASK, is_secret_key, mask, without_passwords


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgresql://app:p@ss@db:5432/shop failed", f"postgresql://app:{MASK}@db:5432/shop failed"),
        ("{'password': 'a b', 'user': 'app'}", f"{{'password': {MASK}, 'user': 'app'}}"),
        ("GET /orders?token=abc&page=2", f"GET /orders?token={MASK}&page=2"),
        ("DB_PASSWORD = hunter2; api_key=k", f"DB_PASSWORD = {MASK}; api_key={MASK}"),
        ("AWS_SECRET_ACCESS_KEY=k, {'secret_key': 'k'}", f"AWS_SECRET_ACCESS_KEY={MASK}, {{'secret_key': {MASK}}}"),
        ("AccountName=shop;AccountKey=a+b==;key=order-7", f"AccountName=shop;AccountKey={MASK};key=order-7"),
        ("invalid token: unexpected ')' at http://shop:8080/a", "invalid token: unexpected ')' at http://shop:8080/a"),
        ("{'Authorization': 'Bearer eyJhbGci'}, 401", f"{{'Authorization': 'Bearer {MASK}'}}, 401"),
        ("authorization: Basic YXBwOmE=", f"authorization: Basic {MASK}"),
        ("the authorization failed", "the authorization failed"),
        (f"password={MASK}", f"password={MASK}"),
    ],
)
def test_free_text_is_shown_without_the_passwords_in_it(text: str, shown: str) -> None:
    """In URLs, in pairs, in what looks like JSON; what only talks of one stays as it is."""
    assert without_passwords(text) == shown
