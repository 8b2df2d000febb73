"""What the tests of sending share: a mail of brickwall's, and how it is known again."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP

from ingest.senders import HEADER

REP = "rep@ours.example"


def message_id(number: int = 1) -> str:
    """The Message-ID of a mail."""
    return f"<brickwall-digest-2026-w47-{number:024x}@ours.example>"


def mail(number: int = 1, *, subject: str = "brickwall, week 47: 2 things to do") -> bytes:
    """A mail of brickwall to the rep."""
    made = EmailMessage(policy=SMTP.clone(max_line_length=200))
    made["From"] = f"brickwall <{REP}>"
    made["To"] = REP
    made["Subject"] = subject
    made["Date"] = "Mon, 23 Nov 2026 07:00:00 +0100"
    made["Message-ID"] = message_id(number)
    made[HEADER] = message_id(number)
    made.set_content("Two things to do. Grüße.\n", cte="quoted-printable")
    return made.as_bytes()
