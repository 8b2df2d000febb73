"""Corrections from the phone: mails of the rep to themselves become marks."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from brickwall.actions import (
    ACTION,
    AGAIN,
    FOREIGN,
    FORGED,
    LATE,
    UNKNOWN,
    Answers,
    key,
    known_key,
)  # fmt: skip
from brickwall.keeping import OURS
from reports.action_links import ActionLinks
from store import database
from store.marks import marks
from store.model import Mark
from tests.action_builder import BOB, MADE, SECRET, SENT, told
from tests.import_builder import ME, NOW, mail, run, write


class Home:
    """A store that knows Bob, and what was heard in the last import."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0
        self.take(mail(1, sender=BOB))

    def take(self, *mails: bytes, **options: object) -> Answers:
        """Import mails as .eml files."""
        self.count += 1
        place = self.folder / f"in{self.count}"
        for number, one in enumerate(mails):
            write(place / f"{number}.eml", one)
        summary = run(self.folder, place, action_key=SECRET, **options)
        self.left_out = +summary.left_out
        assert summary.answers is not None
        return summary.answers

    def marks(self) -> list[Mark]:
        """All marks that are stored."""
        with database.open(self.folder / "brickwall.db") as opened:
            return [one.mark for one in marks(opened)]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A store that knows Bob."""
    return Home(tmp_path)


def test_a_tapped_link_becomes_a_mark_of_the_mails_date(home: Home) -> None:
    """And the mail itself is not kept, though it is internal: it is counted as what it is."""
    heard = home.take(told("spoke"))
    assert (heard.noted, heard.ignored) == (1, Counter())
    assert home.marks() == [("spoke", BOB, "", SENT)]
    assert home.left_out == {ACTION: 1}


def test_internal_mail_that_is_kept_does_not_keep_it(home: Home) -> None:
    """With ``privacy.internal = "keep"`` as well."""
    assert home.take(told("spoke"), internal="keep").noted == 1
    assert home.left_out == {ACTION: 1}


def test_an_answer_about_a_meeting_bears_the_time_of_the_meeting(home: Home) -> None:
    """However late it was given: later meetings are not meant."""
    start = datetime(2025, 5, 22, 9, 0, tzinfo=UTC)
    home.take(told("no show", about=start))
    assert home.marks() == [("no show", BOB, "", start)]


def test_park_keeps_the_day_until_which(home: Home) -> None:
    """The mark lies at the mail's date."""
    home.take(told("park", about=datetime(2025, 9, 1, tzinfo=UTC)))
    assert home.marks() == [("park", BOB, "2025-09-01", SENT)]


def test_the_same_mail_twice_is_one_mark(home: Home) -> None:
    """Read again, copied to another folder, or sent again by an impatient thumb."""
    home.take(told("spoke"))
    again = home.take(told("spoke"), told("spoke", at=SENT + timedelta(minutes=1)))
    assert len(home.marks()) == 1
    assert again.noted == 0
    assert again.ignored[AGAIN] == 2


def test_what_was_taken_back_stays_so_when_the_mailbox_is_read_again(home: Home) -> None:
    """The link was heeded once."""
    home.take(told("spoke"))
    with database.open(home.folder / "brickwall.db") as opened:
        opened.take_back_marks([one.number for one in marks(opened)])
    home.take(told("spoke"))
    assert home.marks() == []


@pytest.mark.parametrize(
    ("bytes_of_mail", "why"),
    [
        (told(spoil="bw1-sp"), None),
        (told(spoil="-sp-"), None),
        (told(links=ActionLinks(b"x" * 32, ME, MADE)), FORGED),
        (told(address="nobody@theirs.example"), UNKNOWN),
        (told(at=SENT + timedelta(days=90)), LATE),
        (told(at=SENT - timedelta(days=5)), LATE),
        (told(sender=BOB), FOREIGN),
        (told(sender="carol@ours.example"), FOREIGN),
        (told(to=f"{ME}, {BOB}"), FOREIGN),
    ],
    ids=[
        "no token", "altered", "another key", "unknown contact", "old", "before the digest",
        "from a contact", "from a colleague", "also to a contact",
    ],
)  # fmt: skip
def test_what_is_forged_altered_old_or_foreign_is_counted_and_ignored(
    home: Home, bytes_of_mail: bytes, why: str | None
) -> None:
    """No mark comes of it."""
    heard = home.take(bytes_of_mail)
    assert home.marks() == []
    assert heard.noted == 0
    assert not why or heard.ignored == {why: 1}


def test_a_mail_of_the_future_is_not_believed(home: Home) -> None:
    """A date later than tomorrow."""
    links = ActionLinks(SECRET, ME, (NOW + timedelta(days=3)).date())
    heard = home.take(told(links=links, at=NOW + timedelta(days=3)))
    assert (heard.noted, heard.ignored) == (0, {LATE: 1})


def test_of_two_contradicting_answers_the_later_one_holds(home: Home) -> None:
    """Whichever is read first."""
    about = datetime(2025, 5, 22, 9, 0, tzinfo=UTC)
    home.take(
        told("attended", about=about, at=SENT + timedelta(hours=1)), told("no show", about=about)
    )
    assert [one[0] for one in home.marks()] == ["attended"]


def test_without_a_key_nothing_is_believed(home: Home) -> None:
    """No digest was ever made here."""
    heard = home.take(told("spoke"))
    assert heard.noted == 1
    place = write(home.folder / "more" / "1.eml", told("not a wall"))
    summary = run(home.folder, place.parent)
    assert summary.answers is not None
    assert summary.answers.ignored == {FORGED: 1}


def test_the_key_is_made_once_and_for_the_user_alone(tmp_path: Path) -> None:
    """And looking for it makes none."""
    path = tmp_path / "data" / "actions.key"
    assert known_key(path) is None
    made = key(path)
    assert len(made) == 32
    assert key(path) == made == known_key(path)
    assert path.stat().st_mode & 0o077 == 0


def test_what_was_heard_is_told_in_a_line(home: Home) -> None:
    """Nothing is said of what was told before."""
    heard = home.take(told("spoke"), told("not a wall", at=SENT + timedelta(days=90)))
    assert heard.account() == f"Told by mail: 1 noted, 1 ignored ({LATE})."
    assert home.take(told("spoke")).account() == ""


def test_a_digest_is_never_taken_in(home: Home) -> None:
    """Whatever is said of internal mail, and wherever it was sent to; others cannot imitate it."""
    number = "<brickwall-digest-2025-w21-0123456789abcdef01234567@ours.example>"
    digest = (
        f"Message-ID: {number}\r\nFrom: {ME}\r\nTo: me@private.example\r\nSubject: brickwall\r\n"
        "Date: Mon, 26 May 2025 07:00:00 +0000\r\n\r\n1 thing to do\r\n"
    )
    home.take(digest.encode(), internal="keep")
    assert home.left_out == {OURS: 1}
    home.take(digest.replace(ME, BOB).encode(), internal="keep")
    assert home.left_out == {}
