"""The inbox for invitations (RFC 6638): what arrived is kept like the mails that tell it elsewhere.

A calendar of Radicale, which schedules nothing itself, plays the inbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ingest.caldav import CalDavSource
from ingest.caldav_places import calendars, find
from ingest.source import Batch
from store.model import EventRevision
from store.reading import read_facts
from tests.contract_caldav import CalDavPeer
from tests.ical_builder import event
from tests.radicale_peer import Account, Asked, Told
from tests.synced import Synced

INBOX = (
    b"<propstat><prop><C:schedule-inbox-URL><href>%b</href></C:schedule-inbox-URL></prop>"
    b"<status>HTTP/1.1 200 OK</status></propstat></response>"
)


def as_inbox(asked: Asked, told: Told) -> Told:
    """Let the calendar ``inbox`` be one, and the principal tell of it."""
    parts = told[2].split(b"<response>")
    for number, one in enumerate(parts):
        if b"/inbox/" in one:
            parts[number] = one.replace(b"<C:calendar />", b"<C:schedule-inbox />")
        elif b"schedule-inbox-URL" in one:
            url = asked.path.replace("@", "%40").encode() + b"inbox/"
            parts[number] = one.replace(b"</response>", INBOX % url)
    return told[0], told[1], b"<response>".join(parts)


@pytest.fixture
def account() -> Iterator[Account]:
    """An account with an inbox, into which an invitation came."""
    with Account() as made:
        made.make("inbox")
        made.put("i", event("SEQUENCE:0", method="REQUEST", start="20261203T100000Z"), "inbox")
        made.server.spoil = as_inbox
        yield made


def source(account: Account) -> CalDavSource:
    """A new source, which knows of the inbox."""
    return account.source(find(account.client()))


def told(batches: list[Batch]) -> list[tuple[str, str, str]]:
    """Where from, which method and which key each revision has."""
    records = [r for batch in batches for r in batch.records if isinstance(r, EventRevision)]
    return [(one.learned_from, one.method, one.source_key) for one in records]


def test_the_inbox_is_found_and_read_after_the_calendars(account: Account) -> None:
    """What lies in it says who sent it."""
    client = account.client()
    found = calendars(client, find(client))
    assert [(one.name, one.is_inbox) for one in found] == [("Sales", False), ("Inbox", True)]
    assert told(list(source(account).batches(None))) == [("itip", "REQUEST", "")]


def test_an_inbox_outside_of_the_home_is_looked_for_too(account: Account) -> None:
    """One request more."""
    places = find(account.client())._replace(homes=(account.server.url + account.home + "sales/",))
    client = account.client()
    assert [one.name for one in calendars(client, places)] == ["Sales", "Inbox"]


def test_only_what_is_new_in_the_inbox_is_read(account: Account) -> None:
    """And nothing without news."""
    first = list(source(account).batches(None))
    assert list(source(account).batches(first[-1].cursor)) == []
    account.put("c", event(method="CANCEL", uid="2@client.example"), "inbox")
    (batch,) = source(account).batches(first[-1].cursor)
    assert told([batch]) == [("itip", "CANCEL", "")]


def test_what_is_cleared_from_the_inbox_was_said_all_the_same(tmp_path: Path) -> None:
    """Programs clear it once they have taken over what it says; that cancels no meeting."""
    with CalDavPeer(tmp_path) as peer, closing(Synced(peer, tmp_path / "brickwall.db")) as synced:
        account = peer.account
        account.make("inbox")
        account.put("i", event("SEQUENCE:0", method="REQUEST", start="20261203T100000Z"), "inbox")
        account.server.spoil = as_inbox
        assert synced.sync().saved.new == 1
        account.delete("i", "inbox")
        saved = synced.sync().saved
        assert (saved.new, saved.removed) == (0, 0)
        with synced.opened() as database:
            events = read_facts(database).events
        assert list(events["status"]) == [""]
