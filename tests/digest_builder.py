"""The digest of a sample, the mail it becomes, and what stands in a page or a mail."""

from __future__ import annotations

import email
from datetime import UTC, date, datetime
from email.message import EmailMessage
from email.policy import SMTP, default
from html.parser import HTMLParser

from analyzer.settings import Settings
from reports.action_links import ActionLinks
from reports.digest import Digest, digest, message
from reports.digest_model import DigestView
from reports.views_digest import digest_view
from tests.analysis_builder import Made
from tests.report_sample import WEEK

SETTINGS = Settings(zone="Europe/Berlin")


ME = "rep@ours.example"


ID = "<brickwall-digest-2026-w47-0123456789abcdef01234567@ours.example>"


AT = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)


LINKS = ActionLinks(b"k" * 32, ME, date(2026, 11, 23))


def seen(made: Made) -> DigestView:
    """The view of a sample."""
    return digest_view(made.analysis(), SETTINGS, WEEK, made.said())


def written(made: Made, links: ActionLinks | None = LINKS) -> Digest:
    """The digest of a sample."""
    return digest(seen(made), links)


def read_back(made: Made) -> EmailMessage:
    """The mail of a sample as it is read from the wire."""
    wire = message(written(made), ME, ME, ID, AT).as_bytes(policy=SMTP)
    read = email.message_from_bytes(wire, policy=default)
    assert isinstance(read, EmailMessage)
    return read


def body(mail: EmailMessage, kind: str) -> str:
    """The text of the part a program shows."""
    part = mail.get_body((kind,))
    assert part is not None
    text: str = part.get_content()
    return text


class Tags(HTMLParser):
    """All elements and attributes of a document, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep it."""
        self.elements.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        """Keep it."""
        self.text += data
