"""Builders for the tests of files and import: small mails, mailboxes and calls."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from brickwall.importing import ImportSummary, import_paths
from store import database
from store.content import digest
from store.model import Intent, Message

NOW = datetime(2025, 6, 1, tzinfo=UTC)
ME = "ann@ours.example"
FROM_LINE = b"From - Mon Jan  6 10:00:00 2025\n"


def mail(
    number: int = 1,
    *,
    sender: str = "bob@theirs.example",
    to: str = ME,
    body: str = "Hello, can we meet on Thursday?",
    headers: str = "",
) -> bytes:
    """A small mail; mails of different numbers differ."""
    minute, second = divmod(number, 60)
    return (
        f"Message-ID: <{number}@theirs.example>\n"
        f"Date: Mon, 6 Jan 2025 {minute // 60 % 24:02}:{minute % 60:02}:{second:02} +0100\n"
        f"From: {sender}\nTo: {to}\nSubject: Offer {number}\n{headers}\n{body} ({number})\n"
    ).encode()


def mbox(mails: Iterable[bytes]) -> bytes:
    """An mbox of these mails."""
    return b"".join(FROM_LINE + mail + b"\n" for mail in mails)


def write(path: Path, data: bytes) -> Path:
    """A file, its folders included."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def calendar(*events: str, method: str = "") -> bytes:
    """An iCalendar file of these events (inner lines of VEVENT)."""
    head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//EN\r\n"
    head += f"METHOD:{method}\r\n" if method else ""
    inner = "".join(f"BEGIN:VEVENT\r\n{event}END:VEVENT\r\n" for event in events)
    return f"{head}{inner}END:VCALENDAR\r\n".encode()


def event(uid: str = "1", attendee: str = "bob@theirs.example", extra: str = "") -> str:
    """Inner lines of a meeting of ours with someone."""
    return (
        f"UID:{uid}\r\nDTSTAMP:20250101T100000Z\r\nDTSTART:20250110T100000Z\r\n"
        f"DTEND:20250110T110000Z\r\nSUMMARY:Meeting {uid}\r\nORGANIZER:mailto:{ME}\r\n"
        f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{attendee}\r\n{extra}"
    )


def nothing(messages: Sequence[Message]) -> list[Intent]:
    """A labeller that sees no intents."""
    del messages
    return []


def run(home: Path, *paths: Path, **options: Any) -> ImportSummary:
    """Import paths into the store of ``home``."""
    given: dict[str, Any] = {"me": [ME], "zone": "UTC", "workers": 1, "label": nothing, **options}
    with database.open(home / "brickwall.db") as opened:
        return import_paths(paths, database=opened, now=lambda: NOW, **given)


def content(home: Path) -> str:
    """Digest of all that is stored."""
    with database.open(home / "brickwall.db") as opened:
        return digest(opened)


def stored(home: Path, column: str = "subject") -> list[Any]:
    """One column of all stored messages."""
    from store.reading import read_facts

    with database.open(home / "brickwall.db") as opened:
        return list(read_facts(opened).messages[column])


def labelled(home: Path) -> list[str]:
    """The labels of all stored messages."""
    from store.reading import read_facts

    with database.open(home / "brickwall.db") as opened:
        return list(read_facts(opened).intents["intent"].astype(str))


def good(tmp_path: Path) -> Path:
    """A file with one good mail, imported beside the bad one: it must always arrive."""
    return write(tmp_path / "good.mbox", mbox([mail(7)]))


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    """A zip archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path
