"""Saving: idempotent, all or nothing, independent of how records come in batches."""

from __future__ import annotations

import json
import sqlite3
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.source import Record
from store import database
from store.content import digest
from store.errors import BrickwallError, BusyError, StoreError
from store.model import Attachment, Failure, Intent, Mark, Message, Participant
from store.reading import left_out, read_facts, texts
from store.saved import Position, Saved
from tests.store_builder import NOW, batch, deal, event, label, message, path_in

LATER = NOW + timedelta(days=1)


def test_saving_the_same_batch_twice_changes_nothing(tmp_path: Path) -> None:
    """Every kind of record is known the second time, and the content stays."""
    given_batch = batch(
        message("a"), message("b"), event("e", carried_by="a"), deal("d"), failures=(FAILURE,)
    )
    with database.open(path_in(tmp_path)) as db:
        account = db.account("rep", "test", "UTC", [])
        first = db.save(account, given_batch, label([message("a")]), NOW)
        content = digest(db)
        second = db.save(account, given_batch, label([message("a")]), LATER)
        assert first == Saved(new=4, failures=1)
        assert second == Saved(known=4)
        assert digest(db) == content


ROLES = {"from", "to", "cc"}
FAILURE = Failure("mail.mbox, byte 7", "no header")


def test_labels_of_a_message_that_comes_again_are_merged(tmp_path: Path) -> None:
    """The union, sorted, in one batch or in several; and it counts as changed once."""
    with database.open(path_in(tmp_path)) as db:
        account = db.account("rep", "test", "UTC", [])
        twice = batch(message("a", labels=("INBOX",)), message("a", labels=("Deals",)))
        assert db.save(account, twice, (), NOW) == Saved(new=1)
        again = batch(message("a", labels=("Archive",)))
        assert db.save(account, again, (), NOW) == Saved(changed=1)
        assert db.save(account, again, (), NOW) == Saved(known=1)
        assert list(read_facts(db).messages["labels"]) == ["Archive\nDeals\nINBOX"]


def test_a_removed_message_is_kept_and_comes_back_when_seen_again(tmp_path: Path) -> None:
    """A tombstone marks; seeing the message again takes the mark back."""
    with database.open(path_in(tmp_path)) as db:
        account = db.account("rep", "test", "UTC", [])
        db.save(account, batch(message("a")), (), NOW)
        assert db.save(account, batch(tombstones=("a", "x")), (), LATER) == Saved(removed=1)
        assert db.save(account, batch(tombstones=("a",)), (), LATER) == Saved()
        assert list(read_facts(db).messages["removed_at"]) == [LATER]
        assert db.save(account, batch(message("a")), (), LATER) == Saved(changed=1)
        assert read_facts(db).messages["removed_at"].isna().all()


def test_a_message_that_moved_to_another_stream_is_not_removed_by_the_first(tmp_path: Path) -> None:
    """Graph tells a move as a new message in one folder and a removal in the other."""
    with database.open(path_in(tmp_path)) as db:
        account = db.account("rep", "test", "UTC", [])
        db.save(account, batch(message("a"), stream="inbox"), (), NOW)
        db.save(account, batch(message("a"), stream="archive"), (), NOW)
        gone = db.save(account, batch(tombstones=("a",), stream="inbox"), (), NOW)
        assert gone == Saved()


def test_accounts_are_kept_apart(tmp_path: Path) -> None:
    """The same provider id in two accounts is two messages."""
    with database.open(path_in(tmp_path)) as db:
        for name in ("one", "two"):
            account = db.account(name, "test", "UTC", [])
            assert db.save(account, batch(message("a")), (), NOW) == Saved(new=1)
        assert len(read_facts(db).messages) == 2


def test_an_account_is_made_once_and_gathers_addresses(tmp_path: Path) -> None:
    """The same name gives the same id; the zone is replaced, addresses are added."""
    with database.open(path_in(tmp_path)) as db:
        first = db.account("rep", "test", "UTC", ["a@x.example"])
        assert db.account("rep", "test", "Europe/Vienna", ["b@x.example"]) == first
        facts = read_facts(db)
        assert list(facts.accounts["zone"]) == ["Europe/Vienna"]
        assert list(facts.addresses["address"]) == ["a@x.example", "b@x.example"]


def test_a_changed_deal_is_updated(tmp_path: Path) -> None:
    """The newest line of ``deals.csv`` stands."""
    with database.open(path_in(tmp_path)) as db:
        account = db.account("rep", "test", "UTC", [])
        db.save(account, batch(deal("d"), deal("e")), (), NOW)
        saved = db.save(account, batch(deal("d", stage="won"), deal("e")), (), LATER)
        assert saved == Saved(known=1, changed=1)
        deals = read_facts(db).deals
        assert list(deals["stage"]) == ["won", "offer"]
        assert list(deals["observed_at"]) == [LATER, NOW]


def test_marks_are_kept_once(tmp_path: Path) -> None:
    """The same mark at the same time is the same mark."""
    mark = Mark("attended", "p1@customer.example", "", NOW)
    with database.open(path_in(tmp_path)) as db:
        assert db.add_mark(mark, NOW)
        assert not db.add_mark(mark, LATER)
        assert list(read_facts(db).marks["kind"]) == ["attended"]


def test_a_newer_labeller_replaces_what_the_older_said(tmp_path: Path) -> None:
    """Only the newest version of a message's intents stands; other messages keep theirs."""
    with database.open(path_in(tmp_path)) as db:
        account = db.account("rep", "test", "UTC", [])
        both = batch(message("a"), message("b"))
        db.save(account, both, label([message("a"), message("b")]), NOW)
        db.save(account, both, [Intent("a", "refusal", 0.5, "no", "2")], NOW)
        intents = read_facts(db).intents
        said = list(zip(intents["message"], intents["intent"], intents["version"], strict=True))
        assert said == [(1, "refusal", "2"), (2, "proposal", "1")]


def test_without_text_only_what_was_derived_is_stored(tmp_path: Path) -> None:
    """``privacy.text = "labels"``: the text is nowhere in the file."""
    path = path_in(tmp_path)
    with database.open(path) as db:
        account = db.account("rep", "test", "UTC", [])
        secret = batch(message("a", text="confidential wording"))
        db.save(account, secret, label([message("a")]), NOW, keep_text=False)
        db.save(account, batch(message("b", text="open wording")), (), NOW)
        assert texts(db, [1, 2]) == {2: "open wording"}
        assert len(read_facts(db).intents) == 1
    assert b"confidential wording" not in path.read_bytes()


def test_left_out_items_add_up_until_the_stream_is_read_anew(tmp_path: Path) -> None:
    """Counts of one reading; a fresh reading begins at zero."""
    with database.open(path_in(tmp_path)) as db:
        account = db.account("rep", "test", "UTC", [])
        db.save(account, batch(left_out={"draft": 2}), (), NOW, fresh=True)
        db.save(account, batch(left_out={"draft": 1, "chat": 1}), (), NOW)
        assert left_out(db) == {(account, "chat"): 1, (account, "draft"): 3}
        db.save(account, batch(left_out={"draft": 2}), (), NOW, fresh=True)
        assert left_out(db) == {(account, "draft"): 2}


def test_texts_and_numbers_no_database_can_hold_are_replaced(tmp_path: Path) -> None:
    """Lone surrogates become question marks, numbers are cut to 64 bits; nothing is lost."""
    odd = message("a", text="caf\udce9 \x00 end")._replace(
        subject="\ud800", participants=(Participant("from", "\udc80@x", "\udc81", "x"),)
    )
    huge = event("e")._replace(sequence=10**30)
    failure = Failure("\udcff.eml", "broken")
    with database.open(path_in(tmp_path)) as db:
        account = db.account("rep", "test", "UTC", [])
        odd_batch = batch(odd, huge, message("b"), failures=(failure,), stream="\udcff")
        assert db.save(account, odd_batch, label([odd]), NOW) == Saved(new=3, failures=1)
        facts = read_facts(db)
        assert list(facts.messages["subject"]) == ["?", "Offer b"]
        assert list(facts.events["sequence"]) == [2**63 - 1]
        assert texts(db, [1]) == {1: "caf? \x00 end"}
        assert db.save(account, odd_batch, label([odd]), NOW) == Saved(known=3)
        assert db.position(account, "\udcff") == Position("1", resync=False)


def test_facts_hold_what_was_saved(tmp_path: Path) -> None:
    """Every field comes back in its column, absent times as NaT, unknown offsets as missing."""
    early = datetime(1, 1, 1, tzinfo=UTC)
    late = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    one = message("b")._replace(
        sent_at=early, received_at=late, attachments=(Attachment("offer.pdf", "application/pdf"),)
    )
    with database.open(path_in(tmp_path)) as db:
        account = db.account("rep", "test", "Europe/Vienna", ["rep@ours.example"])
        everything = batch(one, message("c"), event("e", carried_by="b"), event("f"), deal("d"))
        db.save(account, everything, label([one]), NOW)
        facts = read_facts(db)
    row = facts.messages.iloc[0]
    assert (row["sent_at"], row["received_at"], row["observed_at"]) == (early, late, NOW)
    assert row["references"] == "<a@mail.example> <b@mail.example>"
    assert json.loads(row["attachments"]) == [["offer.pdf", "application/pdf"]]
    assert list(facts.messages["offset_minutes"].isna()) == [True, False]
    assert list(facts.events["message"]) == [1, -1]
    assert list(facts.attendances["partstat"]) == ["ACCEPTED", "DECLINED"] * 2
    assert list(facts.participants.groupby("message")["role"].apply(set)) == [ROLES] * 2
    assert list(facts.accounts["checked_at"]) == [NOW]
    assert facts.intents["probability"].tolist() == [0.75]


def test_until_leaves_out_what_came_later(tmp_path: Path) -> None:
    """Messages, revisions and marks from ``until`` on, with all that hangs on them."""
    second = timedelta(seconds=1)
    old = message("a")._replace(sent_at=NOW - second)
    new = message("b")._replace(sent_at=NOW)
    timeless = message("c")._replace(sent_at=None)
    later = event("later", carried_by="b")
    with database.open(path_in(tmp_path)) as db:
        account = db.account("rep", "test", "UTC", [])
        earlier = event("earlier")._replace(occurred_at=NOW - second)
        db.save(account, batch(old, new, timeless, earlier, later), label([old, new]), NOW)
        db.add_mark(Mark("spoke", "x", "", NOW), NOW)
        facts = read_facts(db, until=NOW)
    assert list(facts.messages["message"]) == [1, 3]
    assert set(facts.participants["message"]) == {1, 3}
    assert list(facts.intents["message"]) == [1]
    assert list(facts.events["event"]) == [1]
    assert set(facts.attendances["event"]) == {1}
    assert facts.marks.empty


def test_every_reference_points_to_a_row(tmp_path: Path) -> None:
    """Foreign keys are not checked while saving; they hold nevertheless."""
    path = path_in(tmp_path)
    with database.open(path) as db:
        account = db.account("rep", "test", "UTC", ["rep@ours.example"])
        mixed = batch(message("a"), event("e"), deal("d"), failures=(FAILURE,), left_out={"x": 1})
        db.save(account, mixed, label([message("a")]), NOW, source="all", resync=True)
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


NAMES = st.sampled_from([f"m{number}" for number in range(12)])
MESSAGES = st.builds(message, NAMES, labels=st.sets(st.sampled_from("xyz")).map(tuple))
RECORDS = st.lists(
    st.one_of(MESSAGES, st.builds(event, NAMES, carried_by=NAMES), st.builds(deal, NAMES)),
    max_size=20,
)


def saved_in_pieces(records: list[Record], cuts: list[int]) -> str:
    """Digest of the content after the records were saved in batches cut at ``cuts``."""
    places = [0, *sorted(min(cut, len(records)) for cut in cuts), len(records)]
    with tempfile.TemporaryDirectory() as folder, database.open(path_in(Path(folder))) as db:
        account = db.account("rep", "test", "UTC", [])
        for begin, end in pairwise(places):
            piece = records[begin:end]
            persons = [record for record in piece if isinstance(record, Message)]
            db.save(account, batch(*piece), label(persons), NOW)
        return digest(db)


@settings(deadline=None, max_examples=25)
@given(RECORDS, st.lists(st.integers(0, 20), max_size=5), st.lists(st.integers(0, 20), max_size=5))
def test_content_does_not_depend_on_the_cut_into_batches(
    records: list[Record], cuts: list[int], other_cuts: list[int]
) -> None:
    """The same records in the same order, with duplicates among them, give the same content."""
    assert saved_in_pieces(records, cuts) == saved_in_pieces(records, other_cuts)


@settings(deadline=None, max_examples=25)
@given(RECORDS)
def test_saving_everything_again_changes_nothing(records: list[Record]) -> None:
    """Whatever it is. Deals that come twice in one file: the last line stands both times."""
    with tempfile.TemporaryDirectory() as folder, database.open(path_in(Path(folder))) as db:
        account = db.account("rep", "test", "UTC", [])
        db.save(account, batch(*records), (), NOW)
        content = digest(db)
        again = db.save(account, batch(*records), (), LATER)
        assert again == Saved(known=again.known)
        assert digest(db) == content


def test_the_digest_sees_a_difference_in_any_kind_of_record(tmp_path: Path) -> None:
    """Otherwise the tests above would prove nothing."""
    seen = []
    with database.open(path_in(tmp_path)) as db:
        account = db.account("rep", "test", "UTC", [])
        for step in (
            batch(message("a")),
            batch(event("e")),
            batch(deal("d")),
            batch(deal("d", stage="won")),
            batch(message("a", labels=("x",))),
            batch(tombstones=("a",)),
            batch(failures=(FAILURE,)),
            batch(left_out={"draft": 1}),
            batch(cursor="2"),
        ):
            db.save(account, step, (), NOW)
            seen.append(digest(db))
        db.save(account, batch(message("a"), cursor="2"), label([message("a")]), NOW)
        seen.append(digest(db))
        db.add_mark(Mark("spoke", "x", "", NOW), NOW)
        seen.append(digest(db))
    assert len(set(seen)) == len(seen)


def test_a_batch_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    """Records and cursor are one transaction; ids remembered from it are forgotten."""
    broken = batch(message("a"), message("b")._replace(kind="nonsense"))  # type: ignore[arg-type]
    with database.open(path_in(tmp_path)) as db:
        account = db.account("rep", "test", "UTC", [])
        content = digest(db)
        with pytest.raises(KeyError):
            db.save(account, broken, (), NOW)
        assert digest(db) == content
        assert db.position(account, "mail") is None
        assert db.save(account, batch(message("a")), (), NOW) == Saved(new=1)


def test_a_full_disk_is_said_and_loses_nothing(tmp_path: Path) -> None:
    """What was saved before stays, and saving goes on once there is space."""
    with database.open(path_in(tmp_path)) as db:
        account = db.account("rep", "test", "UTC", [])
        db.save(account, batch(message("a")), (), NOW)
        content = digest(db)
        large = batch(*(message(f"m{n}", text="x" * 4000) for n in range(200)))
        pages = db._connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        db._connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 5}")
        with pytest.raises(StoreError, match="disk is full") as error:
            db.save(account, large, (), NOW)
        assert "Free some space" in error.value.remedy
        assert digest(db) == content
        db._connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
        assert db.save(account, large, (), NOW) == Saved(new=200)


def test_a_database_that_may_not_be_written_is_said(tmp_path: Path) -> None:
    """Reading goes on, writing tells what to do."""
    with database.open(path_in(tmp_path)) as db:
        account = db.account("rep", "test", "UTC", [])
        db._connection.exec_driver_sql("PRAGMA query_only = 1")
        with pytest.raises(StoreError, match="may not be written") as error:
            db.save(account, batch(message("a")), (), NOW)
        assert error.value.exit_code == 10
        assert read_facts(db).messages.empty


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    """The second is told at once; marks and reading go on; afterwards it may run."""
    path = path_in(tmp_path)
    with database.open(path) as one, database.open(path) as two:
        with one.writing(), one.writing():
            with pytest.raises(BusyError) as error, two.writing():
                pass
            assert error.value.exit_code == 11
            assert isinstance(error.value, BrickwallError)
            assert two.add_mark(Mark("spoke", "x", "", NOW), NOW)
            assert len(read_facts(two).marks) == 1
        with two.writing():
            pass


def test_ids_remembered_by_one_are_forgotten_when_another_writes(tmp_path: Path) -> None:
    """Two databases open on one file give the same mailbox to the same address."""
    path = path_in(tmp_path)
    with database.open(path) as one, database.open(path) as two:
        account = one.account("rep", "test", "UTC", [])
        for number, db in enumerate((one, two, one, two)):
            db.save(account, batch(message(f"m{number}"), message(f"n{number}")), (), NOW)
        facts = read_facts(one)
        assert len(facts.mailboxes) == len(facts.mailboxes.drop_duplicates(["address", "name"]))
        assert set(facts.participants["mailbox"]) == set(facts.mailboxes["mailbox"])


def test_bulk_mode_saves_the_same(tmp_path: Path) -> None:
    """It only changes how, and folds the log into the file at its end."""
    contents = []
    for name, bulk in (("a", False), ("b", True)):
        path = path_in(tmp_path / name)
        with database.open(path) as db:
            account = db.account("rep", "test", "UTC", [])
            many = batch(*(message(f"m{n}") for n in range(50)))
            if bulk:
                with db.bulk():
                    db.save(account, many, (), NOW)
                assert path.with_name("brickwall.db-wal").stat().st_size == 0
            else:
                db.save(account, many, (), NOW)
            contents.append(digest(db))
    assert contents[0] == contents[1]
