"""What was told about events, in order: revisions known at a time, and which occurrence each means.

iTIP revisions are ordered by (SEQUENCE, DTSTAMP, time of change); RFC 5546 section 2.1.5. What
else tells of an event is ordered by time, because its number says nothing: a CANCEL (some clients
send it with an old SEQUENCE, and it is never dropped for that), a booking tool's notice, a hint,
and a calendar's own entry (some calendars do not count).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived.groups import Bools, Ints, codes, components
from analyzer.derived.people import person_of
from analyzer.settings import Settings
from store.facts import Facts

#: Methods that tell the state of an event; all others are answers to it.
STATES: Final = ("", "REQUEST", "PUBLISH", "ADD", "CANCEL")
#: A booking tool that replaces an event cancels the old one this soon after its notice.
_TIDIED_WITHIN: Final = pd.Timedelta(hours=48)
_WITHOUT_NUMBER: Final = ("booking", "hint")
#: How the UIDs begin that ingest gives to what has none.
_MADE_UP: Final = ("booking-", "hint-")


def revisions(facts: Facts, people: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Revisions known at ``as_of``, one row each, in order of arrival of nothing: of their time.

    Adds to the columns of ``facts.events``: at (when the change was made, else when it was seen),
    stamp, organizer_person, by_person (a booking tool's actor), via (who acted for the organizer
    or, of an answer, whose mail it was), state (a state, not an answer), cancelled, numbered (its
    SEQUENCE says how new it is).
    """
    events = facts.events
    at = events["occurred_at"].fillna(events["observed_at"])
    known = events.assign(at=at)[(at <= pd.Timestamp(as_of)).to_numpy()]
    told = (known["learned_from"] == "booking").to_numpy()
    method = known["method"].astype("str")
    itip = (known["learned_from"] == "itip").to_numpy()
    state = method.isin(STATES).to_numpy()
    cancelled = state & ((method == "CANCEL") | (known["status"] == "CANCELLED")).to_numpy()
    organizer, actor = (person_of(people, known[column]) for column in ("organizer", "actor"))
    delegate = np.where(state, person_of(people, known["sent_by"]), actor)
    return known.assign(
        stamp=known["dtstamp"].where(itip, known["at"]).fillna(known["at"]),
        organizer_person=organizer,
        by_person=np.where(told, actor, -1),
        via=np.where(state & (delegate == organizer), -1, delegate),
        state=state,
        cancelled=cancelled,
        numbered=itip & ~cancelled,
    ).reset_index(drop=True)


def attendances(facts: Facts, known: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Who stands on each known revision, the organizer among them; rooms and machines left out.

    Columns: event, person, partstat, optional, via (whose mail it was that answered for them).
    """
    listed = facts.attendances
    listed = listed[listed["event"].isin(known["event"]).to_numpy()]
    listed = listed[~listed["role"].isin(["RESOURCE", "NON-PARTICIPANT"]).to_numpy()]
    rows = pd.DataFrame(
        {
            "event": listed["event"].to_numpy(),
            "person": person_of(people, listed["address"]),
            "partstat": listed["partstat"].to_numpy(object),
            "optional": (listed["role"] == "OPT-PARTICIPANT").to_numpy(),
        }
    )
    organizers = pd.DataFrame(
        {
            "event": known["event"].to_numpy(),
            "person": known["organizer_person"].to_numpy(),
            "partstat": "",
            "optional": False,
        }
    )
    every = pd.concat([rows, organizers], ignore_index=True)
    every = every[(every["person"] >= 0).to_numpy() & ~_beside(every, known)]
    every = every.drop_duplicates(["event", "person"]).astype({"partstat": "str"})
    return every.assign(via=_via(every, known, people))


def _via(rows: pd.DataFrame, known: pd.DataFrame, people: pd.DataFrame) -> Ints:
    """Who of the same company answered in their place; a provider's machine does not count."""
    answers = known.loc[~known["state"].to_numpy(), ["event", "via"]].set_index("event")["via"]
    via = answers.reindex(rows["event"]).fillna(-1).astype("int64")
    person = people[~people["automatic"].to_numpy()].set_index("person")["company"]
    same = person.reindex(via).fillna("").array == person.reindex(rows["person"]).array
    return np.where(same & (via.to_numpy() != rows["person"].to_numpy()), via, -1)


def _beside(rows: pd.DataFrame, known: pd.DataFrame) -> Bools:
    """An answer speaks for its sender alone, though some programs list all attendees in it."""
    answers = known.loc[~known["state"].to_numpy(), ["event", "via"]]
    via = answers.set_index("event")["via"].reindex(rows["event"]).fillna(-1)
    theirs = (rows["person"].to_numpy() == via.to_numpy()) & (rows["partstat"] != "").to_numpy()
    alone = rows["event"].isin(rows.loc[theirs, "event"]).to_numpy()
    return np.asarray(alone & ~theirs & (rows["partstat"] != "").to_numpy())


def outside(people: pd.DataFrame, settings: Settings) -> Ints:
    """The people whose behaviour may be looked at: neither the rep nor a machine.

    Colleagues belong to them only where mail among colleagues is kept.
    """
    out = ~people["own"] & ~people["automatic"]
    if settings.internal != "keep":
        out &= ~people["colleague"]
    return np.asarray(people.loc[out.to_numpy(), "person"].to_numpy("int64"))


def keys(known: pd.DataFrame, who: pd.DataFrame, out: Ints) -> pd.DataFrame:
    """``known`` with notices of booking tools under the UID of the event that they are about.

    A notice has no UID: it is the event with the same person outside and the same start.
    """
    loose = known["learned_from"].isin(_WITHOUT_NUMBER).to_numpy()
    if not loose.any():
        return known
    occurrence = codes(known["uid"], known["recurrence_at"])
    ruled = ((known["rrule"] != "") | (known["rdate"] != "")).to_numpy()
    single = ~known["uid"].isin(known.loc[ruled, "uid"]).to_numpy()
    about = _about(known[single], who, out, occurrence[single])
    pair = codes(about["person"], about["start"])
    touched = np.isin(pair, pair[about["loose"].to_numpy()])
    edges = about[touched].assign(pair=pair[touched])
    first = edges.groupby("pair")["occurrence"].transform("first")
    count = int(occurrence.max()) + 1
    root = components(count, edges["occurrence"].to_numpy(), first.to_numpy())[occurrence]
    rows = known.assign(root=root, loose=loose, occurrence=occurrence)
    rows = rows[~_superseded(rows)].reset_index(drop=True)
    return _named(rows.drop(columns="occurrence"))


def _about(known: pd.DataFrame, who: pd.DataFrame, out: Ints, occurrence: Ints) -> pd.DataFrame:
    loose = known["learned_from"].isin(_WITHOUT_NUMBER)
    rows = known[["event", "start"]].assign(occurrence=occurrence, loose=loose)
    rows = rows[rows["start"].notna().to_numpy()].merge(who[["event", "person"]], on="event")
    return rows[rows["person"].isin(out).to_numpy()]


def _superseded(rows: pd.DataFrame) -> Bools:
    """Cancellations of an event that had another put in its place before.

    Some booking tools move a meeting by a new event under a UID of its own and then cancel the old
    one: after the notice has told of the move, this tidies up and cancels nothing. Where the new
    event is not to be seen, the old one's CANCEL names the date that the notice had moved away.
    """
    own = ~rows["uid"].str.startswith(_MADE_UP).to_numpy()
    standing = own & (rows["state"] & ~rows["cancelled"] & rows["start"].notna()).to_numpy()
    first = rows["at"].where(own).groupby(rows["occurrence"]).transform("min")
    columns = ["root", "occurrence", "at", "start"]
    gone = rows.loc[own & rows["cancelled"].to_numpy(), columns].assign(began=first)
    gone = gone.reset_index(names="row")
    other = rows.loc[standing, columns].assign(began=first)
    both = gone.merge(other, on="root", suffixes=("", "_other"))
    both = both[
        (both["occurrence"] != both["occurrence_other"])
        & (both["at_other"] <= both["at"])
        & (both["began_other"] > both["began"])
    ]
    last = both.sort_values(["row", "at_other"], kind="stable").drop_duplicates("row", keep="last")
    moved = last.loc[(last["start"] != last["start_other"]).to_numpy(), "row"]
    return np.asarray(rows.index.isin([*moved, *_moved_away(gone, rows[rows["loose"]])]))


def _moved_away(gone: pd.DataFrame, notices: pd.DataFrame) -> pd.Series[int]:
    """Rows of ``gone`` that name a date other than the one of the notice just before them."""
    told = notices[["root", "at", "start"]].dropna()
    both = gone.merge(told, on="root", suffixes=("", "_told"))
    since = both["at"] - both["at_told"]
    both = both[((since >= pd.Timedelta(0)) & (since <= _TIDIED_WITHIN)).to_numpy()]
    last = both.sort_values(["row", "at_told"], kind="stable").drop_duplicates("row", keep="last")
    return last.loc[
        (last["start"].notna() & (last["start"] != last["start_told"])).to_numpy(), "row"
    ]


def _named(known: pd.DataFrame) -> pd.DataFrame:
    """The calendar's own key speaks for all that mean the same occurrence."""
    order = known.sort_values(["root", "loose", "uid"], kind="stable").drop_duplicates("root")
    order = order.set_index("root")
    named = known["root"].map(order["uid"]).astype("str")
    at = pd.Series(order["recurrence_at"].reindex(known["root"]).array, index=known.index)
    return known.assign(uid=named, recurrence_at=at).drop(columns=["root", "loose"])


def ordered(rows: pd.DataFrame) -> pd.DataFrame:
    """``rows`` (with column occ) by occurrence and, within it, in the order they became true."""
    by_time = rows.sort_values(["occ", "at", "sequence", "event"], kind="stable")
    counted = (by_time["learned_from"] == "itip").to_numpy()
    highest = by_time["sequence"].where(counted, 0).groupby(by_time["occ"]).cummax()
    by_time["number"] = by_time["sequence"].where(by_time["numbered"], highest)
    return by_time.sort_values(
        ["occ", "number", "stamp", "at", "cancelled", "start", "event"], kind="stable"
    )
