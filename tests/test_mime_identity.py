"""The id of a message in a file: the same wherever it goes, another for another text."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.mime import parse
from tests.mail_builder import raw_mail

LINES = st.lists(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=40)
    | st.sampled_from(["From me to you", ">From old", ">>From older", "", "> quoted"]),
    min_size=1,
    max_size=12,
)


def identity(raw: bytes) -> str:
    """The provider id that the mail gets."""
    return parse(raw).message.provider_id


def mboxrd(body: str) -> str:
    """Body as an mbox of the "rd" dialect holds it: every ``>*From `` line quoted once more."""
    return re.sub(r"(?m)^(>*From )", r">\1", body)


def mboxo(body: str) -> str:
    """Body as the oldest mbox dialect holds it: only ``From `` lines quoted."""
    return re.sub(r"(?m)^From ", ">From ", body)


@settings(deadline=None, max_examples=80)
@given(LINES)
def test_moving_a_mail_does_not_change_its_id(lines: list[str]) -> None:
    """Line ends, mbox dialects, blank lines at the end and transport headers do not count."""
    body = "\n".join(["Hello", *lines])
    original = identity(raw_mail(body))
    moved = [
        raw_mail(body, end="\r\n"),
        raw_mail(mboxrd(body)),
        raw_mail(mboxo(body)),
        raw_mail(body + "\n\n\n"),
        b"From ann@x.example Tue May 14 09:09:30 2024\n" + raw_mail(mboxrd(body)) + b"\n",
        b"X-Gmail-Labels: Inbox\nX-GM-THRID: 7\nReceived: by z; x\n" + raw_mail(body, end="\r\n"),
    ]
    assert {identity(raw) for raw in moved} == {original}


def test_folding_and_encoding_of_headers_do_not_count() -> None:
    """What is told counts, not how it is written."""
    plain = raw_mail(subject="Größe des Angebots")
    encoded = raw_mail(subject="=?utf-8?q?Gr=C3=B6=C3=9Fe?=\n des   Angebots")
    assert identity(plain) == identity(encoded)


@settings(deadline=None, max_examples=60)
@given(LINES, LINES)
def test_another_body_is_another_message(one: list[str], other: list[str]) -> None:
    """The same Message-ID with another body does not count as known."""

    def told(lines: list[str]) -> str:
        return re.sub(r"(?m)^>*From ", "From ", "\n".join(["x", *lines])).rstrip("\n")

    same = told(one) == told(other)
    ids = {identity(raw_mail("\n".join(["x", *lines]))) for lines in (one, other)}
    assert (len(ids) == 1) is same


def test_each_identifying_header_counts() -> None:
    """Date, people and subject tell two mails without Message-ID apart."""
    base = {"message_id": ""}
    raws = [
        raw_mail(**base),
        raw_mail(**base, subject="Other"),
        raw_mail(**base, date="Tue, 14 May 2024 11:09:31 +0200"),
        raw_mail(**base, to="other@vendor.example"),
        raw_mail(**base, cc="other@vendor.example"),
        raw_mail(message_id="<2@client.example>"),
    ]
    assert len({identity(raw) for raw in raws}) == len(raws)
