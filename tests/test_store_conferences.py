"""Calls that Meet or Teams reported, in the store: kept once, renewed, forgotten with people."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from brickwall.forgetting import SALT, Unwelcome, hashed
from brickwall.keeping import FORGOTTEN, INTERNAL, Keep, kept
from store import connection, database, schema
from store.content import digest
from store.dossier import dossier
from store.model import Joining
from store.reading import read_facts
from store.saved import Saved
from tests.conference_builder import P1, REP, call, joined
from tests.store_builder import NOW, batch, event, message, path_in


def saved(db: database.Database, *records: Any) -> Saved:
    """What saving the records did, in the only account."""
    account = db.account("rep", "test", "UTC", [REP])
    return db.save(account, batch(*records), (), NOW)


def test_a_call_and_who_was_in_it_are_read_as_they_were_told(tmp_path: Path) -> None:
    """Somebody who came twice has two rows; nobody's leaving need be known."""
    with database.open(path_in(tmp_path)) as db:
        phone = joined("+43 1 234", signed_in=False, left_at=None)
        assert saved(db, call(joined("Rep", REP), joined("Rep", REP, 10), phone)).new == 1
        facts = read_facts(db)
    (one,) = facts.conferences.to_dict("records")
    assert (one["service"], one["uid"], one["start"], one["began_at"]) == (
        "teams", "uid-e", NOW, NOW,
    )  # fmt: skip
    told = facts.joinings[["name", "address", "signed_in"]].to_records(index=False).tolist()
    assert sorted(told) == [("+43 1 234", "", False), ("Rep", REP, True), ("Rep", REP, True)]
    assert facts.joinings["left_at"].isna().sum() == 1


def test_the_same_report_twice_changes_nothing(tmp_path: Path) -> None:
    """Nor does the order in which people are listed."""
    with database.open(path_in(tmp_path)) as db:
        people = joined("Rep", REP), joined("Ann Lee", P1)
        saved(db, call(*people))
        before = digest(db)
        assert saved(db, call(*reversed(people))) == Saved(known=1)
        assert digest(db) == before


def test_a_report_that_says_more_takes_the_place_of_the_earlier_one(tmp_path: Path) -> None:
    """Nobody is doubled."""
    with database.open(path_in(tmp_path)) as db:
        saved(db, call(joined("Rep", REP)))
        assert saved(db, call(joined("Rep", REP), joined("Ann Lee", P1))).changed == 1
        facts = read_facts(db)
    assert len(facts.conferences) == 1
    assert sorted(facts.joinings["name"]) == ["Ann Lee", "Rep"]


def test_a_store_of_the_version_before_is_brought_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With all that was in it."""
    path = path_in(tmp_path)
    monkeypatch.setattr(connection, "VERSION", 3)
    with database.open(path) as db:
        saved(db, message("m1"), event("e"))
        with db.reading() as opened:
            assert connection.version(opened) == 3
    monkeypatch.undo()
    with database.open(path) as db:
        with db.reading() as opened:
            assert connection.version(opened) == schema.VERSION
        assert saved(db, call(joined("Rep", REP))).new == 1
        facts = read_facts(db)
    assert [len(facts.messages), len(facts.events), len(facts.conferences)] == [1, 1, 1]


def test_calls_go_with_their_account(tmp_path: Path) -> None:
    """All rows."""
    with database.open(path_in(tmp_path)) as db:
        saved(db, call(joined("Rep", REP)))
        db.forget_account("rep", "test")
        facts = read_facts(db)
    assert facts.conferences.empty
    assert facts.joinings.empty


@pytest.mark.parametrize(
    "there",
    [joined("Somebody", P1), joined("Ann Lee"), joined("ANN LEE", signed_in=False)],
)
def test_a_call_goes_with_whoever_was_in_it(tmp_path: Path, there: Joining) -> None:
    """Known by address, or by name alone: Meet tells no more."""
    with database.open(path_in(tmp_path)) as db:
        saved(db, event("e"), call(joined("Rep", REP), there, uid="another"))
        saved(db, call(joined("Rep", REP), uid="unrelated", provider_id="report-2"))
        db.forget_people([P1], ["ann lee"], [], NOW)
        assert list(read_facts(db).conferences["uid"]) == ["unrelated"]


def test_a_call_goes_with_its_meeting(tmp_path: Path) -> None:
    """Also one that the forgotten person did not come to: it says so of them."""
    with database.open(path_in(tmp_path)) as db:
        saved(db, event("e"), call(joined("Rep", REP)))
        db.forget_people([P1], [], [], NOW)
        assert read_facts(db).conferences.empty


def test_an_export_has_the_calls_of_a_persons_meetings(tmp_path: Path) -> None:
    """Who was in them; not those of others."""
    with database.open(path_in(tmp_path)) as db:
        saved(db, event("e"), call(joined("Rep", REP)))
        saved(db, call(joined("Carl", "c@x.example"), uid="other", provider_id="report-2"))
        (found,) = dossier(db, [P1], ["ann lee"]).conferences
    assert found["joinings"][0]["address"] == REP
    assert found["began_at"] == NOW


def test_a_call_with_a_forgotten_person_is_left_out() -> None:
    """Under their address or their name."""
    keep = Keep(frozenset({REP}), forgotten=Unwelcome(SALT, frozenset({hashed("ann lee", SALT)})))
    found = kept(batch(call(joined("Rep", REP), joined("Ann Lee"))), keep)
    assert (found.records, found.left_out) == ((), {FORGOTTEN: 1})


def test_a_call_is_kept_as_its_meeting_is() -> None:
    """Only our side was in it, but a customer was invited; without one it is internal."""
    keep = Keep(frozenset({REP}))
    told = call(joined("Rep", REP))
    assert kept(batch(told), keep).records == (told,)
    found = kept(batch(told._replace(invited=(REP, "ken@ours.example"))), keep)
    assert (found.records, found.left_out) == ((), {INTERNAL: 1})
