"""Mail folders of Microsoft 365: which are read, in turn, and how often Graph is asked."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil

import pytest

from ingest.graph_state import State
from ingest.source import ChangedError
from store.errors import InputError
from tests.contract import raw_message
from tests.graph_builder import MAIL, messages, read, settled, source, subjects
from tests.graph_deltas import error
from tests.graph_fake import Graph, graph


@pytest.fixture
def fake() -> Iterator[Graph]:
    """A Graph with pages of two items."""
    with graph(page=2) as running:
        yield running


def test_folders_that_are_no_evidence_are_not_read(fake: Graph) -> None:
    """With what lies in them, by Graph's names, in whatever language they are called."""
    for folder in ("inbox", "sentitems", "archive"):
        fake.mailbox.receive(raw_message(folder), folder)
    customers = fake.mailbox.add_folder("Kunden")
    fake.mailbox.receive(raw_message("acme"), fake.mailbox.add_folder("ACME", customers))
    for folder in ("drafts", "junkemail", "deleteditems", "outbox", "conversationhistory"):
        inside = fake.mailbox.add_folder("Inside", fake.mailbox.special[folder])
        fake.mailbox.receive(raw_message(folder), folder)
        fake.mailbox.receive(raw_message(f"in{folder}"), inside)
    fake.mailbox.receive(raw_message("hidden"), fake.mailbox.add_folder("x", hidden=True))
    found = read(fake)
    assert set(subjects(found)) == {f"Offer {n}" for n in ("inbox", "sentitems", "archive", "acme")}
    assert {batch.stream for batch in found} == {
        "mail:inbox", "mail:sentitems", "mail:archive", "mail:Kunden", "mail:Kunden/ACME",
    }  # fmt: skip
    assert messages(found)[-1].labels


def test_drafts_that_lie_about_are_left_out(fake: Graph) -> None:
    """And counted."""
    name = fake.mailbox.receive(raw_message("ann"))
    fake.mailbox.messages[name].json["isDraft"] = True
    found = read(fake)
    assert messages(found) == []
    assert sum((batch.left_out.get("drafts", 0) for batch in found), 0) == 1


def dated(name: str, day: int) -> bytes:
    """A mail of that day in November."""
    return raw_message(name).replace(b"02 Nov", f"{day:02} Nov".encode())


def test_the_newest_come_first_and_all_folders_in_turn(fake: Graph) -> None:
    """So the first minutes bring something of everything."""
    for day in (3, 9, 5, 7, 1):
        fake.mailbox.receive(dated(f"i{day}", day))
        fake.mailbox.receive(dated(f"s{day}", day), "sentitems")
    told = [one.removeprefix("Offer ") for one in subjects(read(fake))]
    assert told == ["s9", "s7", "i9", "i7", "s5", "s3", "i5", "i3", "s1", "i1"]


def test_the_share_that_is_read_grows_to_the_whole(fake: Graph) -> None:
    """Graph tells how many messages a folder has."""
    for number in range(5):
        fake.mailbox.receive(raw_message(f"m{number}"))
    shares = [(batch.position, batch.size) for batch in read(fake)]
    assert shares == sorted(shares)
    assert shares[-1] == (5, 5)


@pytest.mark.parametrize(
    ("folders", "calendars"),
    [(3, 1), (18, 1), (17, 2), (19, 1), (17, 3), (20, 1), (39, 1), (3, 18)],
)
def test_a_sync_without_news_costs_one_request_for_twenty_listings(
    folders: int, calendars: int
) -> None:
    """Folders and calendars alike; the lists of them take places that are free."""
    with graph() as fake:
        for number in range(folders - 3):
            fake.mailbox.add_folder(f"Folder {number}")
        for number in range(calendars - 1):
            fake.mailbox.add_calendar(f"Calendar {number}")
        cursor = list(source(fake).batches(None))[-1].cursor
        fake.requests.clear()
        assert list(source(fake).batches(cursor)) == []
        assert len(fake.requests) == ceil((folders + calendars) / 20)


def test_links_that_change_without_news_are_kept(fake: Graph) -> None:
    """Graph forgets old ones after some newer ones; no record is written for it."""
    fake.mailbox.receive(raw_message("ann"))
    cursor = settled(fake)
    fake.answers.rotates = True
    [batch] = read(fake, cursor)
    assert (batch.records, batch.stream) == ((), "mailbox")
    assert batch.cursor != cursor


def test_a_delta_costs_no_more_than_its_pages(fake: Graph) -> None:
    """Nothing is fetched twice: one look at all, what of a folder did not fit into that, links."""
    for number in range(6):
        fake.mailbox.receive(raw_message(f"old{number}"))
    cursor = settled(fake)
    for number in range(5):
        fake.mailbox.receive(raw_message(f"new{number}"))
    assert subjects(read(fake, cursor)) == [f"Offer new{number}" for number in range(5)]
    assert len(fake.requests) == 1 + 2 + 1


def test_what_new_messages_of_all_folders_leave_out_is_asked_for_at_once(fake: Graph) -> None:
    """Names of attachments: one look at all folders, one batch more."""
    cursor = settled(fake)
    for folder in ("inbox", "sentitems", "archive"):
        for number in range(2):
            name = fake.mailbox.receive(raw_message(f"{folder}{number}"), folder)
            fake.mailbox.messages[name].json["hasAttachments"] = True
            offer = {"id": "A", "name": "offer.pdf", "contentType": "application/pdf"}
            fake.mailbox.messages[name].attachments.append(offer)
    found = messages(read(fake, cursor))
    assert [[one.name for one in message.attachments] for message in found] == [["offer.pdf"]] * 6
    assert len(fake.requests) == 2


def test_a_first_sync_asks_for_pages_and_what_others_leave_out_together(fake: Graph) -> None:
    """Three folders of three pages: the first ones, then what they leave out with the next ones."""
    fake.answers.page = 6
    for folder in ("inbox", "sentitems", "archive"):
        for number in range(18):
            name = fake.mailbox.receive(raw_message(f"{folder}{number}"), folder)
            fake.mailbox.messages[name].json["hasAttachments"] = True
    assert len(messages(read(fake))) == 54
    batches = [path for path in fake.requests if "$batch" in path]
    assert len(batches) == 8  # pages and what each leaves out one after the other: 9 + 9
    assert not [path for path in fake.requests if "/messages" in path]


def test_a_page_that_fails_with_others_is_asked_for_by_itself(fake: Graph) -> None:
    """The mailbox was busy for a while; nothing is lost."""
    fake.mailbox.receive(raw_message("ann"))
    fake.mailbox.receive(raw_message("bea"), "sentitems")
    fake.fail(*[error(500, "ErrorInternalServerError")] * 3, path="messages/delta", part=True)
    assert sorted(subjects(read(fake))) == ["Offer ann", "Offer bea"]


def test_a_message_that_was_read_meanwhile_is_no_news(fake: Graph) -> None:
    """Graph then tells no more than that it was read."""
    name = fake.mailbox.receive(raw_message("ann"))
    cursor = settled(fake)
    fake.mailbox.read(name)
    found = read(fake, cursor)
    assert messages(found) == []
    assert all(not batch.records for batch in found)


def test_a_new_folder_is_read_at_once_and_a_renamed_one_is_the_same(fake: Graph) -> None:
    """A stream keeps its name, messages that come later get the new label."""
    name = fake.mailbox.add_folder("Kunden")
    fake.mailbox.receive(raw_message("ann"), name)
    cursor = settled(fake)
    fake.mailbox.receive(raw_message("bea"), fake.mailbox.add_folder("Neu"))
    fake.mailbox.change_folder(name, displayName="Customers")
    fake.mailbox.receive(raw_message("cleo"), name)
    found = read(fake, cursor)
    assert {(m.subject, m.labels) for m in messages(found)} == {
        ("Offer bea", ("Neu",)),
        ("Offer cleo", ("Customers",)),
    }
    assert {batch.stream for batch in found if batch.records} == {"mail:Neu", "mail:Kunden"}


def test_a_folder_that_is_gone_stops_nothing(fake: Graph) -> None:
    """Deleted for good, or put under the deleted items."""
    first, second = (fake.mailbox.add_folder(name) for name in ("Eins", "Zwei"))
    fake.mailbox.receive(raw_message("ann"), first)
    cursor = settled(fake)
    fake.mailbox.remove_folder(first)
    fake.mailbox.change_folder(second, parentFolderId=fake.mailbox.special["deleteditems"])
    fake.mailbox.receive(raw_message("bea"))
    found = read(fake, cursor)
    assert subjects(found) == ["Offer bea"]
    known = {strand.stream for strand in State.loads(found[-1].cursor).mail}
    assert known == {"mail:sentitems", "mail:inbox", "mail:archive"}


def test_a_forgotten_link_lists_that_folder_alone_anew(fake: Graph) -> None:
    """Marked as such, so that what is gone is found; the others go on."""
    fake.mailbox.receive(raw_message("ann"))
    fake.mailbox.receive(raw_message("bea"), "archive")
    cursor = settled(fake)
    fake.answers.expire(fake.mailbox.special["archive"])
    fake.mailbox.receive(raw_message("cleo"))
    found = read(fake, cursor)
    assert {(b.stream, b.mode, b.relists) for b in found if b.stream != "mailbox"} == {
        ("mail:inbox", "incremental", False),
        ("mail:archive", "full", True),
    }
    assert [b.stream for b in found if b.complete] == ["mail:archive"]
    assert subjects(found) == ["Offer cleo", "Offer bea"]


def test_links_that_are_forgotten_again_and_again_end_the_run(fake: Graph) -> None:
    """Not in an endless loop."""
    cursor = settled(fake)
    fake.fail(*[error(410, "SyncStateNotFound")] * 99, path="messages/delta", part=True)
    fake.answers.expire(fake.mailbox.special["inbox"])
    with pytest.raises(InputError, match="keeps forgetting"):
        read(fake, cursor)


def test_a_first_sync_goes_on_where_it_stopped(fake: Graph) -> None:
    """After any page, with any other source."""
    for number in range(5):
        fake.mailbox.receive(raw_message(f"m{number}"))
    all_at_once = subjects(read(fake))
    told: list[str] = []
    cursor = None
    while len(told) < len(all_at_once):
        batch = next(iter(source(fake, wanted=MAIL).batches(cursor)))
        told += subjects([batch])
        cursor = batch.cursor
    assert sorted(told) == sorted(all_at_once)


@pytest.mark.parametrize("cursor", ["", "nonsense", "[]", '{"version": 99}', '{"version": 1}'])
def test_a_cursor_of_another_version_leads_to_reading_anew(fake: Graph, cursor: str) -> None:
    """Without comparing."""
    with pytest.raises(ChangedError):
        State.loads(cursor)
