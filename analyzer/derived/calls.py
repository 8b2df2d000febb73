"""Who was in a call of a meeting, by what Meet or Teams report of it.

The report says "yes" of whoever is in it: under an address of theirs, or with an account whose name
is that of exactly one person of the meeting. It says "no" only where nothing is left open:

- everybody in it is known to be one of the meeting's people or the rep: no guest, no telephone, no
  device of a room, no name that two people have;
- the rep was there for some minutes of the time that the meeting was to take, which is over;
- nobody else of the same company came: two people may sit before one screen;
- the meeting had no place besides, a room or an address: they may have sat there with the rep;
- they had not declined.

Of everybody else it says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import pandas as pd

from analyzer.derived import names
from analyzer.derived.people import person_of
from analyzer.frames import empty
from store.facts import Facts

#: Whoever was there for less has not waited for anybody.
WAITED_SECONDS: Final = 300.0


@dataclass(frozen=True)
class Calls:
    """``reports``: frame ``calls`` of ``analyzer.frames``, with occ in place of meeting.

    ``presence``: what they say of people: occ, person, presence (yes | no), reference.
    """

    reports: pd.DataFrame
    presence: pd.DataFrame


def calls(
    facts: Facts,
    table: pd.DataFrame,
    present: pd.DataFrame,
    who: pd.DataFrame,
    people: pd.DataFrame,
    as_of: datetime,
) -> Calls:
    """What the reports known at ``as_of`` say of the occurrences in ``table``.

    ``present``: occ, person, partstat of the people outside. ``who``: event, person of everybody
    who stands on an event, ours too, rooms left out.
    """
    held = _held(facts, table, as_of)
    if held.empty:
        return _nothing()
    stays = _identified(held, facts, _listed(held, table, present, who, people), people)
    reports = _reports(stays)
    came = stays[stays["known"].to_numpy()].drop_duplicates(["occ", "person"])
    theirs = came.merge(present[["occ", "person"]], on=["occ", "person"])
    missed = _missed(stays, came, present, people, as_of).merge(reports, on="occ")
    told = [
        _said(theirs, "yes", "call:" + theirs["conference"].astype("str")),
        _said(missed, "no", "missed:" + missed["call"].astype("str")),
    ]
    return Calls(reports, pd.concat(told, ignore_index=True))


def _nothing() -> Calls:
    reports = empty("calls").rename(columns={"meeting": "occ"})
    said = {"occ": "int64", "person": "int64", "presence": "str", "reference": "str"}
    return Calls(reports, pd.DataFrame({c: pd.Series(dtype=d) for c, d in said.items()}))


def _said(rows: pd.DataFrame, presence: str, reference: pd.Series[str]) -> pd.DataFrame:
    return rows[["occ", "person"]].assign(presence=presence, reference=reference)


def _listed(
    held: pd.DataFrame,
    table: pd.DataFrame,
    present: pd.DataFrame,
    who: pd.DataFrame,
    people: pd.DataFrame,
) -> pd.DataFrame:
    """Everybody who may be in the calls as one of the meeting's people: occ, person, ours."""
    occs = pd.DataFrame({"occ": held["occ"].unique()})
    own = people.loc[people["own"].to_numpy(), ["person"]]
    on_it = (
        table[["occ", "event"]].merge(occs, on="occ").merge(who[["event", "person"]], on="event")
    )
    parts = [on_it, present.merge(occs, on="occ"), occs.merge(own, how="cross")]
    pairs = pd.concat([part[["occ", "person"]] for part in parts], ignore_index=True)
    pairs = pairs.drop_duplicates(ignore_index=True)
    return pairs.assign(ours=pairs["person"].isin(own["person"]))


def _held(facts: Facts, table: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Every stay in a call of an occurrence; a call in which nobody is named has one of nobody."""
    told = facts.conferences
    told = told[(told["ended_at"] <= pd.Timestamp(as_of)).to_numpy()]
    told = told[["conference", "service", "uid", "start", "began_at", "ended_at", "in_person"]]
    told = told.merge(table[["occ", "uid", "start", "end"]], on=["uid", "start"])
    stays = told.merge(facts.joinings, on="conference", how="left")
    order = ["occ", "began_at", "conference", "joined_at", "name", "address"]
    return stays.sort_values(order, kind="stable").reset_index(drop=True)


def _identified(
    stays: pd.DataFrame, facts: Facts, listed: pd.DataFrame, people: pd.DataFrame
) -> pd.DataFrame:
    """``stays`` with person, ours, and whether that is ``known`` to be one of the meeting's."""
    keys = names.key(names.cleaned(stays["name"].fillna("").astype("str")))
    stays = stays.assign(
        person=person_of(people, stays["address"].fillna("").astype("str")), key=keys
    )
    stays = stays.merge(listed, on=["occ", "person"], how="left")
    by_name = _only(listed.merge(_names(facts, people, listed), on="person"))
    other = stays[["occ", "key"]].merge(by_name, on=["occ", "key"], how="left")
    unlike = stays["ours"].isna().to_numpy()
    signed_in = stays["signed_in"].eq(True).to_numpy()
    for column in ("person", "ours"):
        named = other[column].where(signed_in)
        stays[column] = stays[column].where(~unlike, named)
    return stays.assign(
        known=stays["ours"].notna(),
        ours=stays["ours"].eq(True),
        person=stays["person"].fillna(-1).astype("int64"),
    )


def _only(named: pd.DataFrame) -> pd.DataFrame:
    """Names that only one of an occurrence's people has."""
    return named[~named.duplicated(["occ", "key"], keep=False).to_numpy()]


def _names(facts: Facts, people: pd.DataFrame, listed: pd.DataFrame) -> pd.DataFrame:
    """All full names under which these people are known: person, key."""
    events, columns = facts.events, ["address", "name"]
    organizers = pd.DataFrame({"address": events["organizer"], "name": events["organizer_name"]})
    parts = [facts.mailboxes[columns], facts.attendances[columns], organizers, people[columns]]
    known = pd.concat(parts, ignore_index=True)
    known = known[(known["name"] != "").to_numpy()].drop_duplicates()
    known = known.assign(person=person_of(people, known["address"]))
    known = known[known["person"].isin(listed["person"]).to_numpy()]
    known = known.assign(key=names.key(names.cleaned(known["name"])))
    return known.loc[(known["key"] != "").to_numpy(), ["person", "key"]].drop_duplicates()


def _reports(stays: pd.DataFrame) -> pd.DataFrame:
    """One row per occurrence that was held in a call, under the first one: frame ``calls``."""
    there = stays[stays["name"].notna().to_numpy()]
    unknown = there["name"].astype("str") + "\n" + there["address"].astype("str")
    who = there["person"].astype("str").where(there["known"], unknown)
    people = who.groupby(there["occ"]).nunique()
    first = stays.drop_duplicates("occ")
    return pd.DataFrame(
        {
            "call": first["conference"].to_numpy("int64"),
            "occ": first["occ"].to_numpy("int64"),
            "service": first["service"].array,
            "at": first["began_at"].array,
            "people": people.reindex(first["occ"]).fillna(0).to_numpy("int64"),
        }
    )


def _missed(
    stays: pd.DataFrame,
    came: pd.DataFrame,
    present: pd.DataFrame,
    people: pd.DataFrame,
    as_of: datetime,
) -> pd.DataFrame:
    """Who surely was not there: occ, person."""
    sure = stays.groupby("occ")["known"].all()
    waited = _waited(stays[stays["ours"].to_numpy()])
    over = stays.drop_duplicates("occ").set_index("occ")["end"] <= pd.Timestamp(as_of)
    apart = ~stays.groupby("occ")["in_person"].any()
    waited = waited.reindex(over.index, fill_value=False)
    occ = over.index[(over & sure & apart & waited).to_numpy()]
    company = people.set_index("person")["company"]
    there = pd.MultiIndex.from_arrays([came["occ"], company.reindex(came["person"])])
    rows = present[present["occ"].isin(occ).to_numpy()]
    rows = rows[(rows["partstat"] != "DECLINED").to_numpy()]
    asked = pd.MultiIndex.from_arrays([rows["occ"], company.reindex(rows["person"])])
    return rows.loc[~asked.isin(there), ["occ", "person"]]


def _waited(ours: pd.DataFrame) -> pd.Series[bool]:
    """Whether one of us was there long enough of the time that the meeting was to take."""
    left = ours["left_at"].fillna(ours["ended_at"])
    until = left.where(left < ours["end"], ours["end"])
    since = ours["joined_at"].where(ours["joined_at"] > ours["start"], ours["start"])
    stayed = (until - since).dt.total_seconds().clip(lower=0.0)
    found: pd.Series[bool] = stayed.groupby(ours["occ"]).sum() >= WAITED_SECONDS
    return found
