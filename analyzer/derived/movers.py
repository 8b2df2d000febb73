"""Who wanted a change: us, them, or nobody knows; and what belongs to one decision."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived.groups import Bools, Ints, codes

#: A mail or counter-proposal of theirs this long before our change asked for it.
ASKED_WITHIN: Final = pd.Timedelta(hours=72)
#: A new meeting with the same people this close to a cancellation takes its place.
REBOOKED_WITHIN: Final = pd.Timedelta(hours=48)
#: Below this notice, a change of ours without a trace is a question to the rep.
LATE_HOURS: Final = 48.0
_MARKED_WITHIN: Final = pd.Timedelta(days=30)
_BY_MARK: Final = {"they moved": "them", "we moved": "us"}
#: Tells apart mails and events among those who asked.
_MAIL, _EVENT = "message:", "event:"


def requests(mail: pd.DataFrame, answered: pd.DataFrame) -> pd.DataFrame:
    """All asking for another time: mails of people, counter-proposals, and declined dates.

    Columns: person, via, asked_at, reference, occ (-1: about any meeting with them).
    """
    asked = mail["reschedule"] | mail["cancel"]
    mails = mail[(asked & ~mail["outgoing"] & (mail["kind"] == "person")).to_numpy()]
    by_mail = pd.DataFrame(
        {
            "person": mails["sender"].to_numpy("int64"),
            "via": mails["via"].to_numpy("int64"),
            "asked_at": mails["at"].array,
            "reference": _MAIL + mails["message"].astype("str"),
            "occ": -1,
        }
    )
    answers = answered[answered["kind"].isin(["countered", "declined"]).to_numpy()]
    by_event = pd.DataFrame(
        {
            "person": answers["person"].to_numpy("int64"),
            "via": -1,
            "asked_at": answers["at"].array,
            "reference": _EVENT + answers["event"].astype("int64").astype("str"),
            "occ": answers["occ"].to_numpy("int64"),
        }
    )
    return pd.concat([by_mail, by_event], ignore_index=True)


def asked_by(changes: pd.DataFrame, present: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """For each row of ``changes`` the latest request of an attendee within 72 h before it.

    Columns asker, asker_via, reference; -1 and ``""`` where nobody asked.
    """
    rows = changes[["occ", "at"]].assign(row=np.arange(len(changes)))
    both = rows.merge(present[["occ", "person"]], on="occ").merge(
        asked.rename(columns={"occ": "about"}), on="person"
    )
    fits = (both["about"] < 0) | (both["about"] == both["occ"])
    fits &= (both["asked_at"] <= both["at"]) & (both["asked_at"] >= both["at"] - ASKED_WITHIN)
    both = both[fits.to_numpy()].sort_values(["row", "asked_at", "person"], kind="stable")
    last = both.drop_duplicates("row", keep="last").set_index("row")
    last = last.reindex(np.arange(len(changes)))
    return pd.DataFrame(
        {
            "asker": last["person"].fillna(-1).to_numpy("int64"),
            "asker_via": last["via"].fillna(-1).to_numpy("int64"),
            "reference": last["reference"].fillna("").to_numpy(object),
        }
    )


def decided(changes: pd.DataFrame, asked: pd.DataFrame, outside: Ints) -> pd.DataFrame:
    """``changes`` of states with actor, mover, via and asked_by.

    An organizer outside moved it. What our side moved, they moved if they had asked for it; with
    long notice we did; late and without a trace nobody knows.
    """
    hours = (changes["old_start"] - changes["at"]).dt.total_seconds() / 3600
    notice = hours.where(changes["timed"].astype("bool"))
    theirs = np.isin(changes["organizer_person"].to_numpy(), outside)
    booked = changes["by_person"].to_numpy() >= 0
    by_them = np.isin(changes["by_person"].to_numpy(), outside)
    request = asked["asker"].to_numpy() >= 0
    early = (notice >= LATE_HOURS).to_numpy()
    actor = np.select(
        [booked & by_them, booked, theirs, request, early], ["them", "us", "them", "them", "us"],
        default="unknown",
    )  # fmt: skip
    mover = np.select(
        [booked & by_them, booked, theirs, request],
        [changes["by_person"], -1, changes["organizer_person"], asked["asker"]],
        default=-1,
    )
    ours = ~booked & ~theirs
    theirs_via = np.where(actor == "them", changes["via"], -1)
    return changes.assign(
        notice_hours=notice,
        actor=actor,
        person=mover,
        via=np.where(ours & request, asked["asker_via"], theirs_via),
        asked_by=np.where(ours & request, asked["reference"], ""),
    )


def marked(changes: pd.DataFrame, marks: pd.DataFrame, present: pd.DataFrame) -> pd.DataFrame:
    """``changes`` with the actor the rep named for the last change of a meeting with somebody.

    ``marks``: kind, person (-1: named by UID), uid, at, mark.
    """
    told = marks[marks["kind"].isin(list(_BY_MARK)).to_numpy()]
    if told.empty or changes.empty:
        return changes
    rows = changes.reset_index(drop=True)
    moved = rows[rows["kind"].isin(["moved", "cancelled"]).to_numpy()]
    both = (
        moved[["occ", "at", "uid"]]
        .assign(row=moved.index)
        .merge(present[["occ", "person"]], on="occ")
    )
    by_person = both.merge(told[["person", "kind", "mark", "told_at"]], on="person")
    by_uid = both.merge(told[["uid", "kind", "mark", "told_at"]], on="uid")
    fits = pd.concat([by_person, by_uid], ignore_index=True)
    since = fits["told_at"] - fits["at"]
    fits = fits[((since >= pd.Timedelta(0)) & (since <= _MARKED_WITHIN)).to_numpy()]
    last = fits.sort_values(["mark", "at", "row", "person"], kind="stable")
    last = last.drop_duplicates("mark", keep="last").sort_values(["told_at", "mark"], kind="stable")
    last = last.drop_duplicates("row", keep="last").set_index("row")
    actor = last["kind"].map(_BY_MARK).reindex(rows.index)
    told_row = actor.notna()
    person = last["person"].reindex(rows.index).where(actor == "them", rows["person"])
    return rows.assign(
        actor=actor.where(told_row, rows["actor"]),
        person=person.where(actor != "us", -1).astype("int64"),
        via=rows["via"].where(~told_row, -1),
        mark=last["mark"].reindex(rows.index).fillna(-1).astype("int64"),
    )  # fmt: skip


def replacements(table: pd.DataFrame, changes: pd.DataFrame, present: pd.DataFrame) -> pd.DataFrame:
    """Which new meeting took the place of a cancelled one: columns row, occ (new), new_start.

    Same people outside, another UID, first known within 48 h of the cancellation, still to come.
    """
    people = present.sort_values(["occ", "person"]).groupby("occ")["person"].agg(tuple)
    known = table[["occ", "uid", "start", "first_known_at", "cancelled", "recurrence_at"]]
    known = known.assign(people=people.reindex(known["occ"]).array)
    fresh = known[(~known["cancelled"] & known["recurrence_at"].isna()).to_numpy()]
    fresh = fresh[["occ", "uid", "start", "first_known_at", "people"]]
    gone = changes[(changes["kind"] == "cancelled").to_numpy()]
    gone = gone[["occ", "at"]].assign(row=gone.index).merge(known[["occ", "uid", "people"]])
    both = gone.dropna(subset=["people"]).merge(fresh, on="people", suffixes=("", "_new"))
    near = (both["first_known_at"] - both["at"]).abs() <= REBOOKED_WITHIN
    fits = near & (both["uid"] != both["uid_new"]) & (both["start"] > both["at"])
    both = both[fits.to_numpy()].assign(gap=(both["first_known_at"] - both["at"]).abs())
    both = both.sort_values(["row", "gap", "start", "occ_new"], kind="stable")
    both = both.drop_duplicates("row").drop_duplicates("occ_new")
    return both[["row", "occ_new", "start"]].rename(
        columns={"occ_new": "occ", "start": "new_start"}
    )


def causes(changes: pd.DataFrame) -> Ints:
    """One number per decision: a change of a series; all refusals of one date; else the change.

    A change of ours that answers their refusal belongs to that refusal.
    """
    refused = (changes["kind"] == "declined").to_numpy()
    series = changes["series"].to_numpy() >= 0
    event = changes["event"].to_numpy("int64")
    kind = np.select([refused, series], [1, 2], default=3)
    subject = np.select([refused, series], [changes["occ"], changes["series"]], default=event)
    start = changes["old_start"].where(refused)
    occ = np.where(refused | series, -1, changes["occ"])
    own = codes(kind, subject, start, occ) if len(changes) else np.zeros(0, dtype=np.int64)
    return _followed(changes, own, refused)


def _followed(changes: pd.DataFrame, own: Ints, refused: Bools) -> Ints:
    references = _EVENT + changes["event"].astype("str")
    by_reference = pd.Series(own[refused], index=pd.Index(references[refused]))
    by_reference = by_reference[~by_reference.index.duplicated()]
    led = by_reference.reindex(changes["asked_by"]).to_numpy("float64", na_value=np.nan)
    return np.where(np.isnan(led), own, led).astype("int64")
