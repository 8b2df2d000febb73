"""The fast reader and the standard library's agree."""

from __future__ import annotations

import tarfile
from email.message import EmailMessage
from pathlib import Path

import pytest
from fast_mail_parser import ParseError
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import fast_reader, mime, slow_reader
from ingest.addresses import normalised
from ingest.mime import NotAMessageError
from ingest.parts import Parts
from ingest.strings import one_line

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "mime" / "visible.tar.gz"
WORDS = st.text(st.sampled_from("abcdeäöüßéñ東京Ж 0123,.()'"), min_size=1, max_size=30).map(
    lambda text: " ".join(text.split()) or "x"
)
TOLD = ("from", "to", "cc", "subject", "date", "message-id")


def told(parts: Parts) -> tuple[object, ...]:
    """What both readers must agree on."""
    return (
        {name: [one_line(value) for value in parts.headers.get(name, [])] for name in TOLD},
        {
            name: [(one_line(n), normalised(a)) for n, a in found]
            for name, found in parts.mailboxes.items()
        },
        [line.rstrip() for line in parts.plain.rstrip().splitlines()],
        parts.attachments,
        parts.calendars,
    )


@settings(deadline=None, max_examples=120)
@given(
    subject=WORDS,
    name=WORDS,
    text=st.lists(WORDS, max_size=5),
    charset=st.sampled_from(["utf-8", "gb18030"]),
    encoding=st.sampled_from(["base64", "quoted-printable"]),
    attachment=st.none() | WORDS,
    windows=st.booleans(),
)
def test_readers_agree_on_generated_mail(
    subject: str,
    name: str,
    text: list[str],
    charset: str,
    encoding: str,
    attachment: str | None,
    windows: bool,
) -> None:
    """Encoded headers, charsets, transfer encodings, attachments, both line ends."""
    mail = EmailMessage()
    mail["From"] = "ann@client.example"
    mail["Subject"] = subject
    mail["Message-ID"] = "<1@x>"
    mail.set_content("\n".join(["Hello", *text]), charset=charset, cte=encoding)
    mail.add_alternative("<p>Hello</p>", subtype="html")
    if attachment is not None:
        mail.add_attachment(b"PDF", maintype="application", subtype="pdf", filename=attachment)
    raw = mail.as_bytes()
    if windows:
        raw = raw.replace(b"\n", b"\r\n")
    assert told(fast_reader.read(raw)) == told(slow_reader.read(raw))


def test_names_with_commas_and_quotes_agree() -> None:
    """Both readers split mailboxes at the same commas."""
    raw = (
        b'From: =?utf-8?q?Wei=C3=9F=2C_J?= <j@x.example>\nTo: "B, \\"C\\"" <b@x.example>,\n'
        b" team: a@x.example, c@x.example;, plain@x.example\nCc: d@x.example (Dora)\n\nHi\n"
    )
    assert told(fast_reader.read(raw)) == told(slow_reader.read(raw))


@pytest.mark.skipif(not SHARED.is_file(), reason=f"needs the real mail at {SHARED}")
def test_readers_agree_on_real_odd_mail() -> None:
    """Where the fast reader is sure, subject and text are what the standard library reads."""
    differing = compared = 0
    with tarfile.open(SHARED) as tar:
        for member in tar:
            file = tar.extractfile(member) if member.isfile() else None
            if file is None:
                continue
            raw = mime._without_envelope(file.read())
            try:
                mime.parse(raw)
                fast = fast_reader.read(raw)
            except (NotAMessageError, ParseError, fast_reader.UnsureError):
                continue
            slow = slow_reader.read(raw)
            compared += 1
            differing += [one_line(fast.header("subject")), fast.plain.split()] != [
                one_line(slow.header("subject")),
                slow.plain.split(),
            ]
    assert compared > 1_000
    assert differing <= 0.05 * compared
