"""The brief as a mail: what it is, and that it goes through a real server once, in time, or not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP, default
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from analyzer.settings import Settings
from brickwall.daemon.plan import BRIEF
from brickwall.daemon.work import TASKS
from brickwall.ledger import is_own
from ingest import mime
from reports import brief_mail
from reports.brief import Asked, brief
from reports.mail import message
from store import database
from store.model import Delivery
from store.reading import read_facts
from tests.brief_sample import MONDAY, hostile, usual
from tests.digest_builder import Tags, body
from tests.home_builder import ME, RepHome, event
from tests.home_builder import home as home
from tests.home_builder import selling as selling
from tests.smtp_peer import SmtpPeer, smtp

DAY = "2026-06-02"
ID = "<brickwall-brief-2026-11-23-0123456789abcdef01234567@ours.example>"


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The clock of the working process: its one item is the time, 7:00 in Berlin."""
    times = [datetime(2026, 6, 2, 5, tzinfo=UTC)]
    monkeypatch.setattr("brickwall.daemon.work.now", lambda: times[0])
    return times


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SmtpPeer]:
    """A server on this machine that asks for no sign-in."""
    with smtp(tmp_path, security="none", sign_in=False) as peer:
        yield peer


@pytest.fixture
def morning(selling: RepHome, server: SmtpPeer) -> RepHome:
    """A rep whose briefs are mailed, with meetings on Tuesday at 10:00 and 14:00 in Berlin."""
    configure(selling, server)
    selling.calendar(
        event("t1", start="2026-06-02 08:00", summary="Fleet: next steps"),
        event("t2", start="2026-06-02 12:00", summary="First talk", people=["zoe@new.example"]),
    )
    return selling


def configure(home: RepHome, server: SmtpPeer, *, mailed: bool = True) -> None:
    """Write the configuration."""
    lines = (
        f'[me]\naddresses = ["{ME}"]\nzone = "Europe/Berlin"\n'
        f'[brief]\nmail = {str(mailed).lower()}\n[digest]\nvia = "smtp"\n'
        f'[smtp]\nhost = "{server.host}"\nport = {server.port}\nsecurity = "none"\n'
    )
    (home.folder / "config.toml").write_text(lines, encoding="utf-8")


def send(day: str = DAY) -> dict[str, Any]:
    """Do what the daemon's working process does."""
    return TASKS[BRIEF](day, Event())


def ledger(home: RepHome) -> list[Delivery]:
    """What the ledger knows."""
    with database.open(home.folder / "brickwall.db") as opened:
        return opened.deliveries()


def read(raw: bytes) -> EmailMessage:
    """A mail as a mail program reads it."""
    found = message_from_bytes(raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def made() -> EmailMessage:
    """The mail of a sample, read back from the wire."""
    sample, _, meeting = usual()
    view = brief(sample.analysis(), Settings(zone="Europe/Berlin"), Asked((meeting,), day=MONDAY))
    written = brief_mail.written(view)
    at = datetime(2026, 11, 23, 6, tzinfo=UTC)
    return read(message(written, ME, ME, ID, at).as_bytes(policy=SMTP))


def test_a_brief_goes_to_the_rep_through_a_server_once(
    morning: RepHome, server: SmtpPeer, clock: list[datetime]
) -> None:
    """In the morning; however often the day is begun anew, not again."""
    assert send()["result"] == "done"
    clock[0] = datetime(2026, 6, 2, 6, tzinfo=UTC)
    assert send()["result"] == "done"
    (envelope,) = server.mails
    assert (envelope.mail_from, envelope.rcpt_tos) == (ME, [ME])
    mail = read(server.raw[0])
    assert mail["Subject"] == "brickwall, Tue 2 June: 2 meetings"
    assert (mail["Auto-Submitted"], mail["X-Brickwall"]) == ("auto-generated", f"brief {DAY}")
    assert "10:00–11:00  Fleet: next steps" in body(mail, "plain")
    assert "please find attached our proposal for 40 trucks." in " ".join(
        body(mail, "plain").split()
    )
    assert server.raw[0].isascii()
    (one,) = ledger(morning)
    assert (one.kind, one.key, one.state) == ("brief", DAY, "sent")


def test_it_does_not_go_once_the_first_meeting_has_begun(
    morning: RepHome, server: SmtpPeer, clock: list[datetime]
) -> None:
    """Though another meeting is ahead."""
    clock[0] = datetime(2026, 6, 2, 8, tzinfo=UTC)
    assert "its first meeting has begun" in send()["why"]
    assert server.mails == []
    assert [one.state for one in ledger(morning)] == ["skipped"]


def test_a_day_without_meetings_has_no_brief(morning: RepHome, server: SmtpPeer) -> None:
    """Why is kept in the ledger."""
    assert "there is no meeting that day" in send("2026-06-03")["why"]
    assert server.mails == []
    assert [one.why for one in ledger(morning)] == ["there is no meeting that day"]


def test_it_does_not_go_once_it_was_turned_off(morning: RepHome, server: SmtpPeer) -> None:
    """The configuration of that moment counts."""
    configure(morning, server, mailed=False)
    assert send() == {"result": "done", "why": "turned off"}
    assert (server.mails, ledger(morning)) == ([], [])


def test_a_server_that_refuses_is_tried_again(morning: RepHome, server: SmtpPeer) -> None:
    """What has certainly not gone may go."""
    server.replies = {"RCPT": ["550 no such user"]}
    with pytest.raises(Exception, match="550"):
        send()
    assert [one.state for one in ledger(morning)] == ["failed"]
    assert send()["result"] == "done"
    assert len(server.mails) == 1


def test_a_brief_is_mailed_when_it_is_asked_for_and_then_not_again_in_the_morning(
    morning: RepHome, server: SmtpPeer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though briefs are not mailed by themselves; a day without meetings stays open."""
    evening = datetime(2026, 6, 1, 18, tzinfo=UTC)
    monkeypatch.setattr("brickwall.cli.briefs.now", lambda: evening)
    configure(morning, server, mailed=False)
    assert morning.run("brief", "--send", "--day", "2026-06-03") == 0
    assert "There is no meeting on 2026-06-03" in morning.said
    assert ledger(morning) == []
    assert morning.run("brief", "--send") == 0
    assert f"The brief of {DAY} was sent to {ME}." in morning.said
    assert morning.run("brief", "--send") == 0
    assert "it is not sent again" in morning.said
    configure(morning, server)
    assert send()["result"] == "done"
    assert len(server.mails) == 1
    assert morning.run("brief", "ann", "--send") == 2


def test_own_briefs_are_never_taken_in(morning: RepHome, server: SmtpPeer) -> None:
    """Neither from the inbox nor from a file; by its form alone it is no mail of a person."""
    send()
    (raw,) = server.raw
    assert is_own(str(read(raw)["Message-ID"]))
    assert mime.parse(raw).message.kind != "person"
    with database.open(morning.folder / "brickwall.db") as opened:
        before = len(read_facts(opened).messages)
    morning.write(raw)
    with database.open(morning.folder / "brickwall.db") as opened:
        assert len(read_facts(opened).messages) == before


def test_what_lock_screens_show_names_nobody() -> None:
    """Subject and beginning carry counts alone."""
    mail = made()
    assert mail["Subject"] == "brickwall, Mon 23 November: 1 meeting, 1 at risk"
    page = " ".join(Tags(body(mail, "html")).text.split()).partition("brickwall Monday")[2]
    for shown in (body(mail, "plain")[:200], page[:200]):
        assert "Wen" not in shown
        assert "Pilot" not in shown
        assert "1 meeting, the first at 10:00." in shown


def test_the_mail_says_where_it_comes_from_and_how_to_stop_it() -> None:
    """In both parts; nothing in it is a link or is loaded."""
    mail = made()
    assert mail.get_content_type() == "multipart/alternative"
    page = Tags(body(mail, "html"))
    for text in (" ".join(body(mail, "plain").split()), page.text):
        assert "set mail = false under [brief]" in text
    assert not {"a", "img", "script"} & set(page.elements)


def test_hostile_meetings_make_a_harmless_mail() -> None:
    """No header is injected, and it stays under 100 KB."""
    written = brief_mail.written(hostile())
    at = datetime(2026, 11, 23, 6, tzinfo=UTC)
    raw = message(written, ME, ME, ID, at).as_bytes(policy=SMTP)
    mail = read(raw)
    assert mail["Subject"] == "brickwall, Mon 23 November: 12 meetings, 12 at risk"
    assert len(mail.get_all("Subject", [])) == 1
    assert len(raw) < 100_000
    assert not {"script", "img", "a", "iframe"} & set(Tags(body(mail, "html")).elements)
