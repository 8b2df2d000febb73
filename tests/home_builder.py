"""A rep's home folder with a few mails and meetings, and commands run in it at a fixed time.

home.write(mail(...), mail(...))
home.calendar(event("m1", start="2026-05-28 10:00", people=["ann@acme.example"]))
assert home.run("mark", "ann", "no-show") == 0
assert "Noted" in home.said
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from brickwall import cli, workspace
from brickwall.workspace import Study

NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)
ME = "rep@ours.example"
ANN = "Ann Lee <ann@acme.example>"


def mail(
    sender: str,
    to: str,
    at: str,
    text: str,
    *,
    subject: str = "Fleet contract",
    answers: str = "",
    number: str = "",
) -> bytes:
    """A mail as it lies in an mbox; ``at`` is UTC; ``number`` makes its Message-ID."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, to, subject
    message["Date"] = datetime.fromisoformat(at).replace(tzinfo=UTC)
    message["Message-ID"] = f"<{number or at.replace(' ', '.').replace(':', '')}@mail.example>"
    if answers:
        message["In-Reply-To"] = message["References"] = f"<{answers}@mail.example>"
    message.set_content(text)
    return bytes(message)


def event(
    uid: str,
    *,
    start: str,
    people: Iterable[str] = ("ann@acme.example",),
    summary: str = "Fleet contract",
    known: str = "2026-05-11 09:00",
    sequence: int = 0,
    partstat: str = "ACCEPTED",
) -> str:
    """A meeting of ours of one hour, as an entry of a calendar file; times are UTC."""
    begin = datetime.fromisoformat(start)
    ways = "".join(f"ATTENDEE;PARTSTAT={partstat}:mailto:{one}\r\n" for one in people)
    return (
        f"BEGIN:VEVENT\r\nUID:{uid}\r\nSEQUENCE:{sequence}\r\n"
        f"DTSTAMP:{_utc(known)}\r\nCREATED:{_utc('2026-05-11 09:00')}\r\n"
        f"LAST-MODIFIED:{_utc(known)}\r\nDTSTART:{begin:%Y%m%dT%H%M%SZ}\r\n"
        f"DTEND:{begin + timedelta(hours=1):%Y%m%dT%H%M%SZ}\r\nSUMMARY:{summary}\r\n"
        f"ORGANIZER:mailto:{ME}\r\n{ways}END:VEVENT\r\n"
    )


def _utc(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y%m%dT%H%M%SZ}"


class RepHome:
    """One user's folders, in which commands run at ``NOW``."""

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.said = ""
        self._capture = capture
        self._files = 0
        folder.mkdir()
        config = f'[me]\naddresses = ["{ME}"]\nzone = "Europe/Berlin"\n'
        (folder / "config.toml").write_text(config, encoding="utf-8")

    def write(self, *mails: bytes) -> None:
        """Import these mails."""
        lines = b"".join(b"From - Mon Jan  6 10:00:00 2025\n" + one + b"\n" for one in mails)
        self._import(lines, "mbox")

    def calendar(self, *events: str) -> None:
        """Import a calendar of these entries."""
        text = "".join(events)
        head = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//tests//EN\r\n"
        self._import(f"{head}{text}END:VCALENDAR\r\n".encode(), "ics")

    def _import(self, content: bytes, kind: str) -> None:
        self._files += 1
        path = self.folder / f"{self._files}.{kind}"
        path.write_bytes(content)
        assert self.run("import", "--workers", "1", str(path)) == 0, self.said

    def run(self, *arguments: str) -> int:
        """Run a command; what it said, on both outputs, is then in ``said``."""
        self._capture.readouterr()
        code = cli.run(list(arguments))
        self.said = "".join(self._capture.readouterr())
        return code

    def json(self, *arguments: str) -> Any:
        """What a command says with ``--json``."""
        assert self.run(*arguments, "--json") == 0, self.said
        return json.loads(self.said)

    def study(self) -> Study:
        """The whole analysis at ``NOW``."""
        with workspace.opened() as opened:
            return workspace.studied(opened, NOW)


@pytest.fixture
def home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> RepHome:
    """A rep who has imported nothing yet."""
    monkeypatch.setenv("BRICKWALL_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(workspace, "now", lambda: NOW)
    return RepHome(tmp_path / "home", capsys)


@pytest.fixture
def selling(home: RepHome) -> RepHome:
    """A rep who wrote a proposal to Ann and moved a meeting with her late, nobody knows why."""
    home.write(
        mail(ANN, ME, "2026-04-20 08:00", "Could you send us a proposal for 40 trucks?"),
        mail(
            ME,
            ANN,
            "2026-04-27 08:00",
            "Dear Ann,\n\nplease find attached our proposal for 40 trucks. What do you think of "
            "it?\n",
            subject="Proposal: fleet contract",
            number="proposal",
        ),
        mail("Carl <carl@other.example>", ME, "2026-05-04 08:00", "See you on Sunday?"),
        mail(ME, "Carl <carl@other.example>", "2026-05-04 09:00", "Yes, at the lake."),
    )
    home.calendar(event("m1", start="2026-05-28 10:00"))
    home.calendar(event("m1", start="2026-05-29 10:00", known="2026-05-28 08:00", sequence=1))
    return home
