"""Mails that a phone sends when a link of a digest was tapped."""

from __future__ import annotations

from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

from reports.action_links import ActionLinks
from tests.import_builder import ME

SECRET = b"s" * 32


MADE = date(2025, 5, 26)


SENT = datetime(2025, 5, 27, 8, 15, tzinfo=UTC)


BOB = "bob@theirs.example"


LINKS = ActionLinks(SECRET, ME, MADE)


def told(
    kind: str = "spoke",
    address: str = BOB,
    *,
    links: ActionLinks = LINKS,
    sender: str = ME,
    to: str = ME,
    at: datetime = SENT,
    about: datetime | None = None,
    spoil: str = "",
) -> bytes:
    """The mail that a phone sends when a link was tapped."""
    query = parse_qs(urlsplit(links.link(kind, address, about=about, where="no. 1").href).query)
    made = EmailMessage(policy=SMTP)
    made["From"], made["To"] = sender, to
    made["Subject"] = query["subject"][0].replace(spoil, "x", 1) if spoil else query["subject"][0]
    made["Date"] = format_datetime(at)
    made["Message-ID"] = f"<{hash((kind, address, at, sender)) & 0xFFFFFF}@phone.example>"
    made.set_content(query["body"][0].replace("\r\n", "\n"))
    return made.as_bytes()
