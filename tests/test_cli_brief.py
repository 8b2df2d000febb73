"""``brickwall brief`` from end to end: days, people, titles, and what is said where none fits."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from jsonschema import Draft202012Validator

from brickwall import workspace
from reports import json_report
from tests.home_builder import ANN, ME, RepHome, event, mail
from tests.home_builder import home as home
from tests.home_builder import selling as selling

#: A Monday; the meetings are on Tuesday.
NOW = datetime(2026, 6, 1, 6, tzinfo=UTC)


@pytest.fixture
def busy(selling: RepHome) -> RepHome:
    """A rep with two meetings on Tuesday, one of them with a stranger, and one on Thursday."""
    selling.calendar(
        event("t1", start="2026-06-02 08:00", summary="Fleet: next steps"),
        event("t2", start="2026-06-02 12:00", summary="First talk", people=["zoe@new.example"]),
        event("t3", start="2026-06-04 12:00", summary="Fleet: signing"),
    )
    return selling


def test_the_next_working_day_is_told_of(busy: RepHome) -> None:
    """Who, when in the rep's zone, the history, how the last mails begin, and the stranger."""
    assert busy.run("brief") == 0
    assert "Tuesday 2 June 2026" in busy.said
    assert "10:00–11:00  Fleet: next steps" in busy.said
    assert "Offer    Proposal “" in busy.said
    assert "please find attached our proposal for 40 trucks." in " ".join(busy.said.split())
    assert "no history: no mail was exchanged with them" in " ".join(busy.said.split())
    assert "signing" not in busy.said.partition("What this covers")[0].partition("Verdict")[0]
    assert "\x1b" not in busy.said


def test_a_day_or_a_time_may_be_named(busy: RepHome) -> None:
    """`--day` looks at a day, `--as-of` from another time."""
    assert busy.run("brief", "--day", "2026-06-04") == 0
    assert "14:00–15:00  Fleet: signing" in busy.said
    assert busy.run("brief", "--as-of", "2026-06-03T18:00") == 0
    assert "Thursday 4 June 2026" in busy.said


def test_somebody_or_a_title_may_be_named(busy: RepHome) -> None:
    """Then the next meeting with them, or the one called so."""
    for name in ("ann", "ann@acme.example", "next steps"):
        assert busy.run("brief", name) == 0
        assert "10:00–11:00  Fleet: next steps" in busy.said
        assert "First talk" not in busy.said
    assert busy.run("brief", "ann", "--day", "2026-06-04") == 0
    assert "Fleet: signing" in busy.said


def test_somebody_without_a_meeting_ahead_is_told_of_all_the_same(selling: RepHome) -> None:
    """Before a call, or when they write."""
    assert selling.run("brief", "ann") == 0
    assert "No meeting with them is ahead." in selling.said
    assert "Verdict" in selling.said


def test_a_day_without_meetings_says_what_is_next(busy: RepHome) -> None:
    """And ends well: nothing is wrong."""
    assert busy.run("brief", "--day", "2026-06-03") == 0
    assert "No meetings on Wednesday 3 June 2026." in busy.said
    assert "The next is Thu 4 Jun 2026, 14:00: Fleet: signing" in " ".join(busy.said.split())


def test_what_does_not_fit_is_said_plainly(busy: RepHome) -> None:
    """With what to do, and the exit code of a wrong use."""
    for arguments, said in (
        (("nobody",), 'Nobody in your mail and no meeting ahead is called "nobody".'),
        (("fleet",), '"fleet" may be the meeting “Fleet: next steps”, the meeting “Fleet: sig'),
        (("example",), '"example" may be Ann Lee <ann@acme.example>'),
        (("ann", "--day", "2026-06-03"), 'There is no meeting with or called "ann" on 2026-06-03.'),
        (("--day", "tomorrow"), '"tomorrow" is not a day.'),
    ):
        assert busy.run("brief", *arguments) == 2
        assert said in busy.said
        assert "Traceback" not in busy.said


def test_programs_get_json(busy: RepHome) -> None:
    """As the schema says."""
    document = busy.json("brief")
    Draft202012Validator(json_report.schema()).validate(document)
    assert [one["title"] for one in document["meetings"]] == ["Fleet: next steps", "First talk"]
    assert [one["people"][0]["stranger"] for one in document["meetings"]] == [False, True]


def test_a_page_is_written_where_it_is_wanted(busy: RepHome) -> None:
    """As it is mailed."""
    path = busy.folder / "brief.html"
    assert busy.run("brief", "--html", "--output", str(path)) == 0
    assert "<!DOCTYPE html>" in path.read_text(encoding="utf-8")


def test_mail_that_only_a_colleague_had_is_told(
    home: RepHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A colleague wrote to Ann with the rep in copy, before the rep ever did."""
    monkeypatch.setattr(workspace, "now", lambda: NOW)
    told = mail("Ben Ray <ben@ours.example>", f"{ANN}, {ME}", "2026-03-02 08:00", "Our prices.",
                subject="Prices")  # fmt: skip
    home.write(told, mail(ANN, ME, "2026-04-20 08:00", "Hello, could you send me an offer?"))
    assert home.run("brief", "ann@acme.example") == 0
    assert "Your colleague Ben Ray wrote to them or about them: 1 mail" in " ".join(
        home.said.split()
    )


def test_mail_among_colleagues_is_told_where_it_is_kept(home: RepHome) -> None:
    """A colleague forwarded what Ann had written to them, and nobody else was on it."""
    config = home.folder / "config.toml"
    text = config.read_text(encoding="utf-8") + '[privacy]\ninternal = "keep"\n'
    config.write_text(text, encoding="utf-8")
    home.write(
        mail(ANN, ME, "2026-04-20 08:00", "Could you send me an offer?", number="asked"),
        mail(
            "Ben Ray <ben@ours.example>",
            ME,
            "2026-04-21 08:00",
            "She bought from me in 2024.",
            subject="FW: Fleet contract",
            answers="asked",
        ),
    )
    assert home.json("brief", "ann@acme.example")["people"][0]["elsewhere"] == [
        (
            "Your colleague Ben Ray wrote to them or about them: 1 mail (21 Apr 2026), the last "
            "“FW: Fleet contract”."
        )
    ]


def test_what_a_predecessors_mailbox_knows_is_told(selling: RepHome) -> None:
    """Imported as somebody else's: what they wrote is not called the rep's."""
    old = "Old Rep <old@ours.example>"
    path = selling.folder / "old.mbox"
    sent = mail(old, ANN, "2024-04-20 08:00", "Our proposal.", subject="Trial", number="old")
    answer = mail(ANN, old, "2024-04-25 08:00", "Too dear.", subject="Re: Trial", answers="old")
    lines = (b"From - Mon Jan  6 10:00:00 2025\n" + one + b"\n" for one in (sent, answer))
    path.write_bytes(b"".join(lines))
    assert selling.run("import", "--workers", "1", "--me", "old@ours.example", str(path)) == 0
    (known,) = selling.json("brief", "ann@acme.example")["people"]
    assert known["elsewhere"] == [
        "In old@ours.example: 2 mails (20 Apr 2024 to 25 Apr 2024), the last “Re: Trial”."
    ]
    assert known["exchanges"][-1]["by"] == "Ann Lee"
    assert known["history"][0]["text"].startswith("since 20 Apr 2024")
