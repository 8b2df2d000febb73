"""Bad mails and calendars: the rows of docs/bad-input.md that are about what stands in them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from store import database
from store.reading import read_facts
from tests.import_builder import calendar, event, mail, mbox, run, write


def facts(tmp_path: Path, name: str) -> Any:
    """A raw frame of the store."""
    with database.open(tmp_path / "brickwall.db") as opened:
        return getattr(read_facts(opened), name)


def imported(tmp_path: Path, *mails: bytes) -> Any:
    """The stored messages after importing these and a good one; the good one always arrives."""
    summary = run(tmp_path, write(tmp_path / "a.mbox", mbox([*mails, mail(999)])))
    assert summary.new + summary.known + len(summary.quarantined) >= len(mails) + 1
    messages = facts(tmp_path, "messages")
    assert "Offer 999" in list(messages.subject)
    return messages[messages.subject != "Offer 999"]


def test_a_thousand_nested_parts_are_read_or_quarantined(tmp_path: Path) -> None:
    """No recursion limit is hit; the mail is stored by its headers."""
    body = "".join(
        f'Content-Type: multipart/mixed; boundary="b{n}"\n\n--b{n}\n' for n in range(1000)
    )
    raw = mail(1).split(b"\n\n", 1)[0] + b"\nMIME-Version: 1.0\n" + body.encode() + b"\n\nend\n"
    assert len(imported(tmp_path, raw)) == 1


def test_header_with_100_000_recipients_is_bounded(tmp_path: Path) -> None:
    """At most 500 participants of one message are kept."""
    many = ",\n ".join(f"p{n}@x{n % 50}.example" for n in range(100_000))
    assert len(imported(tmp_path, mail(1, to=many))) == 1
    assert len(facts(tmp_path, "participants")) <= 600


@pytest.mark.parametrize(
    ("date", "year"),
    [
        (b"", None),
        (b"Date: never\n", None),
        (b"Date: Mon, 1 Jan 0000 00:00:00 +0000\n", None),
        (b"Date: Fri, 31 Dec 9999 23:59:59 -1200\n", None),
        (b"Date: Mon, 6 Jan 2025 10:00:00 +9999\n", 2025),
        (b"Date: Mon, 6 Jan 2025 10:00:00 XYZ\n", 2025),
        (b"Date: Mon, 6 Jan 2025 10:00:00\n", 2025),
        (b"Date: Mon, 32 Foo 2025 25:61:61 +0100\n", None),
    ],
)
def test_impossible_dates_are_absent_times(tmp_path: Path, date: bytes, year: int | None) -> None:
    """A mail without a usable date is stored; a doubtful zone is not a doubtful day."""
    head, _, rest = mail(1).partition(b"Date: ")
    messages = imported(tmp_path, head + date + rest.partition(b"\n")[2])
    (sent,) = messages.sent_at
    if year is None:
        assert pd.isna(sent)
    else:
        assert abs(sent - datetime(2025, 1, 6, 10, tzinfo=UTC)).total_seconds() <= 2 * 86_400


@pytest.mark.parametrize("charset", ["utf-8", "klingon", "utf-7", "iso-2022-kr", "\x01", "idna"])
def test_wrong_charsets_keep_the_mail(tmp_path: Path, charset: str) -> None:
    """Bytes that the stated charset does not allow are replaced, not fatal."""
    typed = f'MIME-Version: 1.0\nContent-Type: text/plain; charset="{charset}"\n'
    raw = mail(1, headers=typed) + b"\xff\xfe\x80 caf\xe9 \xed\xa0\x80\n"
    assert len(imported(tmp_path, raw)) == 1


def test_mail_without_message_id_is_stored_once(tmp_path: Path) -> None:
    """Its digest is its name; the same mail again is the same."""
    raw = mail(1).partition(b"\n")[2]
    messages = imported(tmp_path, raw, raw)
    assert list(messages.message_id) == [""]


def test_same_message_id_with_another_body_is_another_message(tmp_path: Path) -> None:
    """Nothing is overwritten by a forged or reused Message-ID."""
    messages = imported(tmp_path, mail(1, body="yes"), mail(1, body="no"))
    assert len(messages) == 2
    assert len(set(messages.message_id)) == 1


def test_nul_bytes_are_taken_out(tmp_path: Path) -> None:
    """In headers and body."""
    raw = mail(1, body="a\0b").replace(b"Offer 1", b"Of\0fer 1")
    messages = imported(tmp_path, raw)
    assert len(messages) == 1
    assert "\0" not in messages.subject.iloc[0]


def test_lone_surrogates_and_controls_in_names_are_storable(tmp_path: Path) -> None:
    """Encoded words can decode to what is no text."""
    sender = "=?utf-8?b?7aCA?= =?utf-16?b?2AA=?= <bob@theirs.example>"
    assert len(imported(tmp_path, mail(1, sender=sender))) == 1


def test_mail_with_only_headers_and_mail_with_a_megabyte_line(tmp_path: Path) -> None:
    """Neither end of the scale is special."""
    bare = mail(1).split(b"\n\n")[0] + b"\n"
    assert len(imported(tmp_path, bare, mail(2, headers="X-Long: " + "x" * 1_000_000 + "\n"))) == 2


BAD_RULES = [
    "RRULE:FREQ=SOMETIMES\r\n",
    "RRULE:\r\n",
    "RRULE:FREQ=DAILY;COUNT=-5;INTERVAL=0\r\n",
    "RRULE:FREQ=DAILY;UNTIL=tomorrow\r\n",
]


@pytest.mark.parametrize("rule", BAD_RULES)
def test_broken_recurrence_rule_does_not_stop_the_calendar(tmp_path: Path, rule: str) -> None:
    """The event is kept as told, for its one known date; the next one is read."""
    ics = calendar(event("1", extra=rule), event("2"))
    summary = run(tmp_path, write(tmp_path / "a.ics", ics))
    assert (summary.new, summary.quarantined) == (2, [])
    assert set(facts(tmp_path, "events").uid) == {"1", "2"}


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=DAILY", "FREQ=YEARLY;INTERVAL=1;BYDAY=MO"])
def test_endless_recurrence_is_stored_as_a_rule(tmp_path: Path, rule: str) -> None:
    """A rule without end is text; nothing is expanded on import."""
    run(tmp_path, write(tmp_path / "a.ics", calendar(event("1", extra=f"RRULE:{rule}\r\n"))))
    events = facts(tmp_path, "events")
    assert len(events) == 1
    assert rule in events.rrule.iloc[0]


def test_unknown_time_zone_is_read_in_the_owners_zone(tmp_path: Path) -> None:
    """A TZID that nobody defined does not lose the event, and it is told."""
    lines = event("1").replace(
        "DTSTART:20250110T100000Z", "DTSTART;TZID=Nowhere/Else:20250110T100000"
    )
    summary = run(tmp_path, write(tmp_path / "a.ics", calendar(lines)), zone="Europe/Berlin")
    assert summary.new == 1
    assert ["Nowhere/Else" in one.item for one in summary.quarantined] == [True]
    assert list(facts(tmp_path, "events").start) == [pd.Timestamp("2025-01-10 09:00", tz="UTC")]


def test_calendar_of_many_events_is_cut_and_read_whole(tmp_path: Path) -> None:
    """More than a megabyte: read in pieces, on and on, with the same result."""
    events = [event(str(n), extra="DESCRIPTION:" + "x" * 700 + "\r\n") for n in range(1500)]
    summary = run(tmp_path, write(tmp_path / "a.ics", calendar(*events)))
    assert (summary.new, summary.quarantined) == (1500, [])
    assert run(tmp_path, tmp_path / "a.ics").known == 1500


def test_calendar_that_ends_in_the_middle_gives_its_whole_events(tmp_path: Path) -> None:
    """A cut file: what was complete is kept, and nothing is made of half an address."""
    whole = calendar(event("1"), event("2"))
    cut = whole[: whole.rindex(b".example") + 3]
    summary = run(tmp_path, write(tmp_path / "a.ics", cut))
    assert list(facts(tmp_path, "events").uid) == ["1"]
    (bad,) = summary.quarantined
    assert "event 2 (Meeting 2)" in bad.item
    assert bad.why == "the calendar ends in the middle of it"


def test_a_broken_event_inside_a_mail_is_quarantined_and_the_mail_is_kept(tmp_path: Path) -> None:
    """An invitation without a start: the mail counts, its meeting is named as unread."""
    start = "DTSTART:20250110T100000Z\r\n"
    invitation = calendar(event("1").replace(start, ""), method="REQUEST").decode()
    headers = "MIME-Version: 1.0\nContent-Type: text/calendar; method=REQUEST\n"
    raw = mail(1, body=invitation, headers=headers)
    summary = run(tmp_path, write(tmp_path / "a.mbox", mbox([raw, mail(2)])))
    assert summary.new == 2
    (bad,) = summary.quarantined
    assert "message 1" in bad.item
    assert "Meeting 1" in bad.why
    assert "no start" in bad.why
