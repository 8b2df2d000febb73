"""What a raw mail holds once it is taken apart, and how much of it is looked at."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final, NamedTuple

from ingest.addresses import Mailbox
from store.model import Attachment

#: Only the beginning of a larger mail is read; that something was left is said in a warning.
MAX_READ_BYTES: Final = 64 * 1024 * 1024
#: Text of one mail beyond this is not looked at.
MAX_TEXT_CHARACTERS: Final = 256 * 1024
#: A larger calendar is no invitation.
MAX_CALENDAR_BYTES: Final = 1024 * 1024
MAX_CALENDARS: Final = 20
MAX_ATTACHMENTS: Final = 200
ADDRESS_HEADERS: Final = ("from", "sender", "reply-to", "to", "cc")
CALENDAR_TYPES: Final = frozenset({"text/calendar", "application/ics", "text/x-vcalendar"})
_MAX_STUB_CHARACTERS: Final = 400
_STUB: Final = re.compile(
    r"(?i)html|browser|web version|webversion|view (?:this|it) (?:e?-?mail|message|online)"
)


def is_stub(plain: str) -> bool:
    """Whether a plain text is missing or only points to the HTML beside it."""
    bare = plain[: 2 * _MAX_STUB_CHARACTERS].strip()
    return not bare or (len(bare) <= _MAX_STUB_CHARACTERS and _STUB.search(bare) is not None)


def needs_html(plain: str, author: str) -> bool:
    """Whether the HTML is to be read; ``author``: the From header.

    Not beside a plain text that says the same. Notices of cal.com name the time in HTML only.
    """
    return "@cal.com" in author or is_stub(plain)


class Parts(NamedTuple):
    """What a raw mail holds.

    ``headers``: lower-case name → values in order, encoded words decoded, unfolded.
    ``mailboxes``: lower-case name of an address header → its mailboxes as written.
    ``plain``/``html``: all text parts of that kind that are no attachment, joined; ``html`` is
    only filled where ``plain`` says less, see ``needs_html``.
    """

    headers: Mapping[str, list[str]]
    mailboxes: Mapping[str, list[Mailbox]]
    plain: str
    html: str
    attachments: tuple[Attachment, ...]
    calendars: tuple[bytes, ...]
    warnings: tuple[str, ...]

    def header(self, name: str) -> str:
        """The first value of a header given by its lower-case name, ``""`` when absent."""
        values = self.headers.get(name)
        return values[0] if values else ""
