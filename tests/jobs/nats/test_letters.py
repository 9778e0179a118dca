"""What is pure: names in subjects, and what a message holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corner_host.jobs import Failure, NewJob
from corner_host.jobs.engines.nats.letters import Letter
from corner_host.jobs.engines.nats.subjects import Place, Subjects, place_of, token

_TEXTS = st.text(st.characters(), max_size=200)


@given(_TEXTS)
def test_any_text_is_one_part_of_a_subject(text: str) -> None:
    """Without what the server gives a meaning."""
    assert not set(token(text)) & set(".*> \t\r\n/\\")
    assert 0 < len(token(text)) <= 150


@given(_TEXTS, _TEXTS)
def test_different_texts_are_different_parts(one: str, other: str) -> None:
    """Else two queues would be one."""
    assert (token(one) == token(other)) == (one == other)


@given(_TEXTS, _TEXTS, _TEXTS, st.sampled_from(Place))
def test_a_job_lies_at_one_place(queue: str, name: str, job_id: str, place: Place) -> None:
    """Which its subject tells."""
    assert place_of(Subjects("jobs").job(place, queue, name, job_id)) is place


@given(_TEXTS, _TEXTS, st.binary(), _TEXTS, st.none() | _TEXTS)
def test_a_letter_is_read_as_it_was_written(name: str, queue: str, payload: bytes, text: str, key: str | None) -> None:
    """Whatever is in it."""
    letter = Letter.of(NewJob(id="7", name=name, queue=queue, payload=payload, key=key), now=1.5)
    letter.failure = Failure(text, text, text, text)
    letter.result = b"[1]"

    assert Letter.read(letter.write()) == letter


@pytest.mark.parametrize("data", [b"", b"null", b"[]", b"{}", b"what?", b'{"id": "7", "what": 1}\n{}'])
def test_what_is_no_letter_is_told_from_one(data: bytes) -> None:
    """It is kept as it is."""
    with pytest.raises(ValueError, match=r"."):
        Letter.read(data)
    letter = Letter.found("jobs.work.default.mail.7", data)
    assert (letter.is_stray, letter.payload, letter.id) == (True, data, "7")
