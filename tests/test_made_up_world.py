"""The made-up world: whole and the same every time, and what is planted in it is found.

Three seeds, through the real import; ``benchmarks/measure_world.py`` measures twenty.
"""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from benchmarks import world_study as study
from benchmarks.world_study import ACCUSATIONS, Call
from ingest import demo, itip, mime
from ingest.demo import Planted, Truth, World
from ingest.demo.letters import mbox, raw

END = date(2026, 11, 20)
OTHERS = ("supplier", "recruiter", "friend", "colleague", "newsletter", "cold")


@pytest.fixture(scope="module")
def world() -> World:
    """The world of seed 1."""
    return demo.world(1, END)


@pytest.fixture(scope="module")
def people() -> list[list[Call]]:
    """Three worlds, each imported once and judged every fourth week."""
    seeds = (1, 2, 3)
    return [p for s in seeds for p in study.by_person(study.calls(s, END, every=4, first=20))]


def kinds(people: list[list[Call]], *names: str) -> list[list[Call]]:
    """The people of these kinds."""
    return [calls for calls in people if calls[0].truth.kind in names]


# ------------------------------------------------------------------ the world itself
def test_the_same_seed_and_day_give_the_same_files(world: World, tmp_path: Path) -> None:
    """Another process, with other hashes, makes the same bytes; another seed does not."""
    demo.write(world, tmp_path / "here")
    code = (
        "import sys; from datetime import date; from pathlib import Path; from ingest import demo\n"
        f"demo.write(demo.world(1, date.fromisoformat('{END}')), Path(sys.argv[1]))"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "there")], check=True)
    for name in ("mail.mbox", "calendar.ics", "deals.csv", "truth.json"):
        here, there = ((tmp_path / place / name).read_bytes() for place in ("here", "there"))
        assert here == there, name
    assert demo.world(2, END).letters[0].text != world.letters[0].text


def test_it_is_a_years_mail_in_order_of_time_and_nothing_is_later(world: World) -> None:
    """All mails lie in the year, with ids of their own, and answer what was there before."""
    times = [letter.at for letter in world.letters]
    assert times == sorted(times)
    assert world.end - timedelta(days=366) < times[0]
    assert times[-1] <= world.end
    assert len({letter.message_id for letter in world.letters}) == len(world.letters)
    assert all(a.parent is None or a.parent.at <= a.at for a in world.letters)


def test_its_mail_is_read_back_by_the_real_parser(world: World) -> None:
    """Sender, subject, text without quotation and signature, time and kind of every tenth mail."""
    for letter in world.letters[::10]:
        parsed = mime.parse(raw(letter))
        assert parsed.message.subject == letter.subject
        assert parsed.message.sent_at == letter.at.replace(microsecond=0)
        if letter.purpose and not letter.calendar:
            assert parsed.message.text in letter.text
            assert parsed.message.kind == "person"


def test_bounces_automatic_replies_and_bulk_are_what_they_should_be(world: World) -> None:
    """Each kind of machine-made mail is known as such."""
    for letter in world.letters:
        kind = mime.parse(raw(letter)).message.kind if not letter.purpose else ""
        if letter.bounced:
            assert kind == "bounce"
        elif letter.headers.get("Auto-Submitted") == "auto-replied":
            assert kind == "auto_reply"
        elif "List-Id" in letter.headers:
            assert kind == "bulk"


def test_every_meeting_of_the_calendar_is_told_by_its_mails_too(world: World) -> None:
    """The last time that an invitation names is the one in the calendar."""
    told: dict[str, datetime | None] = {}
    for letter in world.letters:
        if letter.calendar and letter.calendar[0] == "REQUEST":
            for revision in itip.parse(letter.calendar[1].encode()):
                if revision.recurrence_at is None:
                    told[revision.uid] = revision.start
    known = {m.uid: m.start for m in world.meetings if not m.uid.endswith("@calendly.com")}
    assert {uid: told[uid] for uid in known} == known


def test_every_seed_can_be_written() -> None:
    """Whatever names are drawn: umlauts in companies, files and lists."""
    for seed in range(1, 9):
        made = demo.world(seed, END)
        assert mbox(made.letters).isascii(), seed


def test_lines_that_begin_with_from_do_not_part_a_mail(world: World) -> None:
    """There are as many mails in the file as were written."""
    data = mbox(world.letters)
    assert data.count(b"\nFrom ") + 1 == len(world.letters)


def test_the_formal_conditions_come_from_the_truth_alone() -> None:
    """Three causes, two families, an act; the same cause twice is one, and it ends with time."""
    start = datetime(2026, 3, 2, tzinfo=UTC)
    truth = Truth("Ann", "ann@acme.example", "mixed", wall=True)
    for day, what, family, cause, act in (
        (0, "moved late", "meetings", "a", True),
        (1, "moved late", "meetings", "a", True),
        (2, "silent", "answers", "b", False),
        (30, "promise broken", "promises", "c", True),
    ):
        at = start + timedelta(days=day)
        truth.planted.append(Planted(what, family, at, cause, act))
    assert truth.formal_at() == start + timedelta(days=30)
    assert not truth.formal(start + timedelta(days=200))


def test_the_truth_is_written_beside_the_mail(world: World, tmp_path: Path) -> None:
    """One entry per person, with kind and planted episodes."""
    demo.write(world, tmp_path)
    truth = json.loads((tmp_path / "truth.json").read_text("utf-8"))
    assert [p["address"] for p in truth["people"]] == [p.address for p in world.people]
    assert any(p["wall"] and p["formal_at"] for p in truth["people"])


# ------------------------------------------------------------------ what is found in it
def test_planted_walls_are_called_within_eight_weeks(people: list[list[Call]]) -> None:
    """From the day their formal conditions are met; judged every fourth week only.

    The goal is nine in ten, judged every week: ``benchmarks/measure_world.py`` tells.
    """
    found, missed = study.walls_found(people)
    assert found.n >= 10
    assert found.share >= 0.7, [calls[0].truth.name for calls in missed]


def test_slow_but_good_customers_are_never_accused(people: list[list[Call]]) -> None:
    """Nor are those who work part-time, meet regularly, book themselves or have somebody phone."""
    for calls in kinds(people, "slow", "part_timer", "regular", "booker", "phoner"):
        accused = [c for c in calls if c.verdict in ACCUSATIONS]
        assert not accused, (calls[0].truth, accused)


def test_nobody_but_walls_walks_away_for_one_kind_of_offence(people: list[list[Call]]) -> None:
    """Good customers never; offenders of one family never."""
    assert study.one_family_walled(people).k == 0
    assert study.ever(people, {"good"}, frozenset({"walk away"})).k == 0


def test_ghosts_are_no_longer_chased(people: list[list[Call]]) -> None:
    """Pure silence ends there, whatever was before it."""
    ends = frozenset({"stop chasing", "last try", "change approach"})
    ghosts = study.ended(people, {"ghost"}, ends)
    assert ghosts.n >= 5
    assert ghosts.share >= 0.8


def test_who_only_asks_is_told_apart_from_the_eager(people: list[list[Call]]) -> None:
    """Their questions are as many; the eager meet, want offers and order between them."""
    assert not [c for calls in kinds(people, "eager") for c in calls if c.verdict in ACCUSATIONS]
    askers = study.ended(people, {"asker"}, frozenset({"change approach"}))
    assert askers.n >= 3
    assert askers.share >= 0.6, str(askers)


def test_who_said_how_it_is_is_believed(people: list[list[Call]]) -> None:
    """Refusers are won back, objectors left alone, the parked park until their day and wake."""
    rates = [
        study.decided(people, "refuser", "win back"),
        study.decided(people, "objector", "do not contact"),
        *study.parked(people),
    ]
    assert all(rate.n >= 10 and rate.share >= 0.95 for rate in rates), list(map(str, rates))


def test_who_is_no_sales_contact_is_not_judged(people: list[list[Call]]) -> None:
    """Suppliers, recruiters, friends, colleagues, newsletters, cold prospects."""
    judged = {c.truth.address for calls in kinds(people, *OTHERS) for c in calls if c.verdict}
    assert judged == set()
