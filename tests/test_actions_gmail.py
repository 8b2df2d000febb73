"""Corrections from the phone, through Gmail: the sent mail of the rep, and nothing but that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from brickwall.actions import FORGED, Answers
from brickwall.config import Config
from brickwall.providers import Account, Request, Tools, google
from brickwall.syncing import Syncing, keep_of
from ingest import google_auth
from reports.action_links import ActionLinks
from store import database
from store.database import Database
from store.marks import marks
from store.model import Mark
from tests.action_builder import told
from tests.contract import CUSTOMER, REP, raw_message
from tests.google_fake import FakeGoogle, running
from tests.google_provider_builder import account, at_fake
from tests.import_builder import nothing

SECRET = b"s" * 32
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SENT = datetime(2026, 11, 23, 8, 15, tzinfo=UTC)
LINKS = ActionLinks(SECRET, REP, date(2026, 11, 23))


@pytest.fixture
def fake() -> Iterator[FakeGoogle]:
    """A Google that takes every token, with a mail of the customer."""
    with running(FakeGoogle(tokens=None)) as one:
        one.mailbox.add(raw_message("ann"))
        yield one


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    """An empty store."""
    with database.open(tmp_path / "brickwall.db") as opened:
        yield opened


def tapped(kind: str, **more: object) -> bytes:
    """The mail that a phone sends when a link about the customer was tapped."""
    given: dict[str, object] = {"links": LINKS, "sender": REP, "to": REP, "at": SENT} | more
    return told(kind, CUSTOMER, **given)  # type: ignore[arg-type]


class Synced:
    """A connected Gmail account that is synced again and again."""

    def __init__(self, fake: FakeGoogle, db: Database) -> None:
        self.db = db
        self.lent: Tools = at_fake(fake, db.path.parent, (google_auth.MAIL,))
        self.account: Account = account(google.connect(Request("gmail"), self.lent))

    def sync(self) -> Answers:
        """What was heard."""
        keep = keep_of(Config(), [self.account], self.db)
        answers = Answers(self.db, SECRET, keep.own, lambda: NOW, sent_only=True)
        run = Syncing(self.db, lambda _: self.lent, keep, nothing, lambda: NOW, answers=answers)
        (summary,) = run.all([self.account])
        assert summary.error is None
        return answers

    def marks(self) -> list[Mark]:
        """All marks that are stored."""
        return [one.mark for one in marks(self.db)]


def test_a_mail_tapped_after_the_first_sync_becomes_a_mark(fake: FakeGoogle, db: Database) -> None:
    """Gmail shows a mail to oneself once, with both labels; it is heard once."""
    synced = Synced(fake, db)
    assert synced.sync().noted == 0
    fake.mailbox.add(tapped("spoke"), "SENT", "INBOX", "UNREAD")
    assert synced.sync().noted == 1
    assert synced.sync().noted == 0
    assert synced.marks() == [Mark("spoke", CUSTOMER, "", SENT)]


def test_what_only_came_in_is_not_believed(fake: FakeGoogle, db: Database) -> None:
    """Anybody may write the rep's address into From, even with a link they saw."""
    synced = Synced(fake, db)
    fake.mailbox.add(tapped("not sales"), "INBOX", "UNREAD")
    assert synced.sync().noted == 0
    assert synced.marks() == []


def test_a_forged_one_among_the_sent_mail_is_counted(fake: FakeGoogle, db: Database) -> None:
    """Signed with another key."""
    synced = Synced(fake, db)
    other = ActionLinks(b"x" * 32, REP, date(2026, 11, 23))
    fake.mailbox.add(tapped("spoke", links=other), "SENT")
    assert synced.sync().ignored == {FORGED: 1}
    assert synced.marks() == []
