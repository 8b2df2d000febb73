"""The parked in the rep's calendar: a file that the daemon keeps fresh from day to day."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from icalendar import Calendar

from brickwall import parking, workspace
from brickwall.daemon.upkeep import upkeep
from store.errors import StoreError
from tests.home_builder import ANN, ME, NOW, RepHome, home, mail

__all__ = ["home"]

#: Name and address are so long that a line of the file ends within them.
BO = f"Bo {'Longname' * 9} <bo@{'bolt' * 12}.example>"


@pytest.fixture
def rep(home: RepHome) -> RepHome:
    """Ann and Bo have been written to."""
    for number, person in enumerate((ANN, BO)):
        home.write(
            mail(
                person, ME, f"2026-04-2{number} 09:00", "Please send an offer.", number=f"a{number}"
            ),
            mail(
                ME,
                person,
                f"2026-04-2{number} 10:00",
                "Our offer. Any questions?",
                answers=f"a{number}",
            ),
        )
    return home


def day(number: int = 0) -> dict[str, int]:
    """What a daily upkeep tells, so many days from now."""
    with workspace.opened() as opened:
        return upkeep(opened, NOW + timedelta(days=number))


def shown(rep: RepHome) -> list[str]:
    """The entries of the file: day and title."""
    (path,) = rep.folder.glob(f"**/reports/{parking.FEED}")
    entries = Calendar.from_ical(path.read_bytes()).walk("VEVENT")
    return [f"{entry.decoded('dtstart')} {entry['summary']}" for entry in entries]


def test_without_anybody_parked_there_is_no_file(rep: RepHome) -> None:
    """And nothing is analysed for it."""
    assert day()["parked"] == 0
    assert not list(rep.folder.glob("**/*.ics"))


def test_the_file_follows_what_the_rep_says_a_day_later_at_most(rep: RepHome) -> None:
    """Parked, another day, no more."""
    rep.run("park", "ann", "--until", "2026-07-01")
    assert day()["parked"] == 1
    assert shown(rep) == ["2026-07-01 Ask Ann Lee again"]
    rep.run("park", "ann", "--until", "2026-08-03")
    rep.run("park", "bo", "--until", "2026-07-15")
    day(1)
    assert [each.partition(" ")[0] for each in shown(rep)] == ["2026-07-15", "2026-08-03"]
    rep.run("park", "ann", "--done")
    rep.run("park", "bo", "--done")
    assert day(2)["parked"] == 0
    assert shown(rep) == []


def test_who_came_back_by_themselves_leaves_the_calendar(rep: RepHome) -> None:
    """They have woken; the digest tells of them."""
    rep.run("park", "ann", "--until", "2026-07-01")
    rep.write(mail(ANN, ME, "2026-06-02 09:00", "Could we meet next week after all?"))
    assert day(3)["parked"] == 0


def test_the_day_itself_stays_until_the_rep_writes(rep: RepHome) -> None:
    """A reminder that vanishes on its day is none."""
    rep.run("park", "ann", "--until", "2026-06-05")
    assert day(6)["parked"] == 1


def test_whoever_is_forgotten_leaves_no_name_in_the_file(rep: RepHome) -> None:
    """Also where its lines are folded in the midst of the name."""
    rep.run("park", "bo", "--until", "2026-07-15")
    day()
    (path,) = rep.folder.glob(f"**/reports/{parking.FEED}")
    assert b"\r\n " in path.read_bytes()
    rep.run("forget", "bo", "--yes")
    assert not path.exists()


def test_a_folder_that_takes_nothing_is_told_with_a_remedy(rep: RepHome) -> None:
    """The next day it is tried again."""
    rep.run("park", "ann", "--until", "2026-07-01")
    with workspace.opened() as opened:
        reports: Path = opened.home.reports
        reports.parent.mkdir(parents=True, exist_ok=True)
        reports.write_text("a file where the folder should be")
        with pytest.raises(StoreError):
            parking.refresh(opened, NOW)
