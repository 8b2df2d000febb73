"""Stories of meetings the whole way: mails as Outlook and Google send them, imported, derived."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from brickwall.labels import label
from store import database
from store.reading import read_facts
from tests.builders import instant
from tests.import_builder import mbox, run, write
from tests.meetings_builder import Met, met

ME = "rep@ours.example"
ANN, FLO = "Ann Lee <ann@acme.example>", "Flo Day <flo@acme.example>"
AS_OF = "2025-05-30 06:00"
INVITED, LATE = "2025-05-12 08:00", "2025-05-22 07:00"
FIRST, SECOND = "20250522T120000", "20250527T150000"
#: 22 May, noon in Berlin.
FIRST_UTC = "2025-05-22 10:00"

VTIMEZONE = """\
BEGIN:VTIMEZONE
TZID:W. Europe Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def address(who: str) -> str:
    """The bare address."""
    return who.rpartition("<")[2].rstrip(">")


def mail(sender: str, to: str, at: str, subject: str, *parts: str, headers: str = "") -> bytes:
    """A mail of a text part and further parts, each with its own headers."""
    when: datetime = instant(at).to_pydatetime()
    head = (
        f"From: {sender}\nTo: {to}\nDate: {when:%a, %d %b %Y %H:%M:%S} +0000\n"
        f"Message-ID: <{when:%d%H%M}.{address(sender)}>\nSubject: {subject}\n{headers}"
        "MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=edge\n\n"
    )
    body = "".join(f"--edge\n{part}\n" for part in parts)
    return f"{head}{body}--edge--\n".encode()


def text(words: str) -> str:
    """A text part."""
    return f"Content-Type: text/plain; charset=utf-8\n\n{words}\n"


def outlook(
    method: str,
    at: str,
    *,
    uid: str = "040000008200E00074C5B7101A82E00800000000AA",
    organizer: str = ANN,
    guest: str = ME,
    start: str = FIRST,
    sequence: int = 0,
    partstat: str = "NEEDS-ACTION",
    sent_by: str = "",
    rule: str = "",
    extra: str = "",
) -> str:
    """A text/calendar part as Exchange writes it."""
    stamp: datetime = instant(at).to_pydatetime()
    by = f';SENT-BY="MAILTO:{sent_by}"' if sent_by else ""
    end = start[:9] + f"{int(start[9:11]) + 1:02}" + start[11:]
    status = "CANCELLED" if method == "CANCEL" else "CONFIRMED"
    return (
        f'Content-Type: text/calendar; charset="utf-8"; method={method}\n\n'
        f"BEGIN:VCALENDAR\nMETHOD:{method}\nPRODID:Microsoft Exchange Server 2010\nVERSION:2.0\n"
        f"{VTIMEZONE}BEGIN:VEVENT\nORGANIZER;CN=Organizer{by}:MAILTO:{address(organizer)}\n"
        f"ATTENDEE;ROLE=REQ-PARTICIPANT;PARTSTAT={partstat};CN=Guest:MAILTO:{address(guest)}\n"
        f"UID:{uid}\nSUMMARY;LANGUAGE=en-US:Review\n{rule}{extra}"
        f"DTSTART;TZID=W. Europe Standard Time:{start}\nDTEND;TZID=W. Europe Standard Time:{end}\n"
        f"DTSTAMP:{stamp:%Y%m%dT%H%M%SZ}\nSEQUENCE:{sequence}\nSTATUS:{status}\n"
        f"X-MICROSOFT-CDO-APPT-SEQUENCE:{sequence}\nEND:VEVENT\nEND:VCALENDAR\n"
    )


def imported(home: Path, mails: Iterable[bytes]) -> Met:
    """What comes of these mails when they are imported as one mbox."""
    run(home, write(home / "mail.mbox", mbox(mails)), me=[ME], label=label)
    with database.open(home / "brickwall.db") as opened:
        return met(read_facts(opened), AS_OF)


def theirs(method: str, at: str, subject: str, **told: Any) -> bytes:
    """A mail of Ann's to us with a calendar part."""
    return mail(ANN, ME, at, subject, text("See the invitation."), outlook(method, at, **told))


def ours(method: str, at: str, subject: str, **told: Any) -> bytes:
    """A mail of ours to Ann with a calendar part."""
    part = outlook(method, at, organizer=ME, guest=ANN, **told)
    return mail(ME, ANN, at, subject, text("See the invitation."), part)


def test_they_move_hours_before(tmp_path: Path) -> None:
    """Their update: the same UID, a higher SEQUENCE, another DTSTART."""
    found = imported(
        tmp_path,
        [
            theirs("REQUEST", INVITED, "Review"),
            theirs("REQUEST", LATE, "Updated: Review", start=SECOND, sequence=1),
        ],
    )
    change = found.change()
    assert (change["kind"], change["actor"], change["who"]) == ("moved", "them", "ann@acme.example")
    assert change["notice_hours"] == 3
    assert change["old_start"] == instant(FIRST_UTC)
    assert found.meeting()["original_start"] == instant(FIRST_UTC)


def test_an_assistant_moves_for_them(tmp_path: Path) -> None:
    """SENT-BY in the calendar part, Sender in the mail: via the assistant."""
    part = outlook("REQUEST", LATE, start=SECOND, sequence=1, sent_by=address(FLO))
    headers = f"Sender: {FLO}\n"
    update = mail(ANN, ME, LATE, "Updated: Review", text("Moved."), part, headers=headers)
    found = imported(tmp_path, [theirs("REQUEST", INVITED, "Review"), update])
    change = found.change()
    assert (change["who"], change["by"]) == ("ann@acme.example", "flo@acme.example")


def test_a_series_is_moved_once(tmp_path: Path) -> None:
    """Four dates, one decision; the clock times are those of Berlin."""
    weekly = "RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=TH\n"
    friday = "RRULE:FREQ=WEEKLY;COUNT=4;BYDAY=FR\n"
    found = imported(
        tmp_path,
        [
            theirs("REQUEST", INVITED, "Review", rule=weekly),
            theirs(
                "REQUEST", LATE, "Updated: Review", rule=friday, start="20250523T120000", sequence=1
            ),
        ],
    )
    assert len(found.changes) == 4
    assert found.changes["cause"].nunique() == 1
    assert found.changes["notice_hours"].min() == 3
    assert {f"{at:%a %H:%M}" for at in found.meetings["start"]} == {"Fri 10:00"}


def test_they_phone_and_we_move(tmp_path: Path) -> None:
    """Nothing tells who wanted it: unknown, and a question to the rep."""
    found = imported(
        tmp_path,
        [
            ours("REQUEST", INVITED, "Review"),
            ours("REQUEST", LATE, "Updated: Review", start=SECOND, sequence=1),
        ],
    )
    assert found.told() == [("moved", "unknown", "ann@acme.example")]
    (sentence,) = found.questions["sentence"]
    assert "Did they phone, or was it you?" in sentence


def test_they_write_and_we_move(tmp_path: Path) -> None:
    """The words of their mail make it theirs."""
    plea = mail(
        ANN, ME, "2025-05-22 06:00", "Today",
        text("Hi, I'm sorry, something came up. Could we reschedule our meeting to next week?"),
    )  # fmt: skip
    found = imported(
        tmp_path,
        [
            ours("REQUEST", INVITED, "Review"),
            plea,
            ours("REQUEST", LATE, "Updated: Review", start=SECOND, sequence=1),
        ],
    )
    change = found.change()
    assert (change["actor"], change["notice_hours"]) == ("them", 4)
    assert found.questions.empty


def test_they_cancel_and_invite_anew(tmp_path: Path) -> None:
    """As Outlook users do: another UID, the same people, one move."""
    found = imported(
        tmp_path,
        [
            theirs("REQUEST", INVITED, "Review"),
            theirs("CANCEL", LATE, "Canceled: Review", sequence=1),
            theirs("REQUEST", "2025-05-22 07:30", "Review", uid="040000008200E00BB", start=SECOND),
        ],
    )
    change = found.change()
    assert (change["kind"], change["rebooked"]) == ("cancelled", True)
    assert found.meetings["status"].tolist() == ["moved away", "confirmed"]


@pytest.mark.parametrize("sequence", [0, 5])
def test_they_decline_and_we_cancel(tmp_path: Path, sequence: int) -> None:
    """Their REPLY and our CANCEL are one decision, theirs."""
    reply = outlook("REPLY", "2025-05-21 10:00", organizer=ME, guest=ANN, partstat="DECLINED")
    found = imported(
        tmp_path,
        [
            ours("REQUEST", INVITED, "Review", sequence=3),
            mail(ANN, ME, "2025-05-21 10:00", "Declined: Review", text("Sorry."), reply),
            ours("CANCEL", LATE, "Canceled: Review", sequence=sequence),
        ],
    )
    assert {row[1] for row in found.told()} == {"them"}
    assert set(found.changes["kind"]) == {"declined", "cancelled"}
    assert found.changes["cause"].nunique() == 1
    assert set(found.changes["notice_hours"]) == {24}


def test_one_date_of_a_series_is_called_off_by_google(tmp_path: Path) -> None:
    """A CANCEL with RECURRENCE-ID in UTC, for a series told in another zone."""
    weekly = "RRULE:FREQ=WEEKLY;COUNT=3;BYDAY=TH\n"
    one = "RECURRENCE-ID:20250522T100000Z\n"
    found = imported(
        tmp_path,
        [
            theirs("REQUEST", INVITED, "Review", rule=weekly, start="20250515T120000"),
            theirs("CANCEL", LATE, "Canceled event: Review", extra=one, sequence=1),
        ],
    )
    change = found.change()
    assert (change["kind"], change["notice_hours"]) == ("cancelled", 3)
    assert sorted(found.meetings["status"]) == ["cancelled", "confirmed", "confirmed"]
