"""Batches of Google: written for the server, read as they come in."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.google_batch import BrokenBatchError, Part, parts, written
from ingest.google_client import GoogleError
from tests.contract import raw_message
from tests.google_builder import google
from tests.google_fake import FakeGoogle, running

KIND = "multipart/mixed; boundary=b1"


@pytest.fixture
def fake() -> Iterator[FakeGoogle]:
    """A mailbox of our own."""
    with running(FakeGoogle()) as one:
        yield one


def body(bodies: list[bytes], end: bytes = b"\r\n") -> bytes:
    """An answer to a batch as Google writes it, with these line ends in its headers."""
    pieces = [
        b"--b1\r\nContent-Type: application/http\r\nContent-ID: <response-call-%d>\r\n\r\n"
        b"HTTP/1.1 200 OK\r\nETag: x\r\n\r\n%s\r\n" % (position, one)
        for position, one in enumerate(bodies)
    ]
    return b"".join(pieces).replace(b"\r\n", end) + b"--b1--" + end


def cut(text: bytes, places: list[int]) -> list[bytes]:
    """``text`` in pieces."""
    edges = sorted({0, len(text), *(place % (len(text) + 1) for place in places)})
    return [text[a:b] for a, b in pairwise(edges)]


@given(
    st.lists(st.sampled_from([b"{}", b'{"a": "--b1"}', b'{"raw": "' + b"QUJD" * 40 + b'"}'])),
    st.lists(st.integers(0, 2_000), max_size=30),
    st.sampled_from([b"\r\n", b"\n"]),
)
def test_the_parts_are_the_same_however_they_come_in(
    bodies: list[bytes], places: list[int], end: bytes
) -> None:
    """In one piece or in many, with either line end."""
    found = list(parts(KIND, cut(body(bodies, end), places)))
    assert [part.body.rstrip() for part in found] == bodies
    assert [(part.position, part.status) for part in found] == [
        (position, 200) for position in range(len(bodies))
    ]


@given(st.integers(0, 400))
def test_an_answer_that_is_cut_off_gives_its_whole_parts(length: int) -> None:
    """Never half of one."""
    bodies = [b'{"n": 1}', b'{"n": 2}', b'{"n": 3}']
    found = list(parts(KIND, [body(bodies)[:length]]))
    assert [part.body.rstrip() for part in found] == bodies[: len(found)]


def test_headers_of_a_part_are_known_by_lower_case_names() -> None:
    """Retry-After may stand in each."""
    text = (
        b"--b1\r\nContent-ID: <response-call-3>\r\n\r\nHTTP/1.1 429 Too Many\r\nRETRY-AFTER: 9\r\n"
        b"\r\n{}\r\n--b1--"
    )
    assert list(parts(KIND, [text])) == [Part(3, 429, {"retry-after": "9"}, b"{}\r\n")]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("text/html", b"<html>"),
        ("multipart/mixed", b""),
        (KIND, b"--b1\r\nContent-ID: <response-call-0>\r\n\r\nnonsense\r\n--b1--"),
        (KIND, b"--b1\r\n\r\nHTTP/1.1 200 OK\r\n\r\n{}\r\n--b1--"),
    ],
)
def test_what_is_no_batch_is_broken(kind: str, text: bytes) -> None:
    """A page of a proxy, or parts of which nobody knows whose they are."""
    with pytest.raises(BrokenBatchError):
        list(parts(kind, [text]))


def test_a_batch_is_answered_by_position(fake: FakeGoogle) -> None:
    """Errors are answers too."""
    number = fake.mailbox.add(raw_message("a"))
    root = "/gmail/v1/users/me/messages/"
    paths = [f"{root}{number}?format=minimal", f"{root}00ff", f"{root}{number}?fields=id"]
    found = dict(google().batch(fake.url, paths))
    assert isinstance(found[0], dict)
    assert isinstance(found[1], GoogleError)
    assert found[2] == {"id": number}
    assert fake.requests == ["POST /batch"]


@pytest.mark.parametrize("status", [404, 405, 501])
def test_a_server_without_batches_is_asked_one_by_one(fake: FakeGoogle, status: int) -> None:
    """And is not asked for a batch again."""
    fake.fail("/batch", status)
    number = fake.mailbox.add(raw_message("a"))
    client = google()
    paths = [f"/gmail/v1/users/me/messages/{number}?fields=id", "/gmail/v1/users/me/messages/00ff"]
    for _ in range(2):
        found = dict(client.batch(fake.url, paths))
        assert found[0] == {"id": number}
        assert isinstance(found[1], GoogleError)
    assert fake.requests.count("POST /batch") == 1


def test_a_batch_is_written_as_http() -> None:
    """Each call with its own name."""
    text, kind = written(["/a?b=c", "/d"])
    assert kind == 'multipart/mixed; boundary="brickwall_batch"'
    assert text.count(b"--brickwall_batch\r\n") == 2
    assert b"Content-ID: <call-1>\r\n\r\nGET /d HTTP/1.1\r\n" in text
    assert text.endswith(b"--brickwall_batch--\r\n")
