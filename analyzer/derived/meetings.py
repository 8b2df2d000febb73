"""Meetings with people outside: when they were to be, who changed that with what notice, who came.

Sources are calendars, iTIP mails, notices of booking tools, plain mails and the rep's marks; what
several of them tell about one change is one change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
import pandas as pd

from analyzer.derived import calls, counterparts, mail_meetings, movers, recurrence, revisions
from analyzer.derived import changes as happened
from analyzer.derived.groups import Bools, Ints, never
from analyzer.derived.mail import Mail
from analyzer.derived.meeting_frames import Evidence, Meetings, framed
from analyzer.derived.occurrences import Occurrences, occurrences
from analyzer.derived.people import person_of
from analyzer.derived.rebooking import REBOOKED_WITHIN, rebooked
from analyzer.derived.requests import asked_by, requests
from analyzer.settings import Settings
from store.facts import Facts


@dataclass(frozen=True)
class _Told:
    """What was told about events, and who stands on it: known revisions and their people."""

    known: pd.DataFrame
    who: pd.DataFrame
    outside: Ints


def meetings(
    facts: Facts, people: pd.DataFrame, told: Mail, settings: Settings, as_of: datetime
) -> Meetings:
    """All meetings known at ``as_of``; recurring ones between two years before and 90 days after.

    ``people``, ``told``: derived; mail is threaded. ``settings``: ``zone`` for dates in sentences,
    ``internal`` for whether colleagues count as outside.
    """
    events = _told(facts, people, settings, as_of)
    found = occurrences(events.known, recurrence.window(as_of, settings.zone))
    present = _present(found, events)
    marks = _marks(facts, people, as_of)
    on = counterparts.counterparts(told.mail, told.recipients, events.outside)
    changed, table = _changed(found, events, present, told.mail, on, marks)
    by_mail = mail_meetings.mail_meetings(told, on, _dated(table, changed, present))
    reported = calls.calls(facts, table, present, events.who, people, as_of)
    evidence = Evidence(told.mail, on, marks, reported, people)
    return framed(table, present, changed, by_mail, evidence, settings)


def _told(facts: Facts, people: pd.DataFrame, settings: Settings, as_of: datetime) -> _Told:
    """Revisions of events that somebody outside takes part in, in any of their revisions."""
    outside = revisions.outside(people, settings)
    known = revisions.revisions(facts, people, as_of)
    who = revisions.attendances(facts, known, people)
    events = who.loc[who["person"].isin(outside).to_numpy(), "event"]
    uids = known.loc[known["event"].isin(events).to_numpy(), "uid"]
    known = known[known["uid"].isin(uids).to_numpy()].reset_index(drop=True)
    return _Told(revisions.keys(known, who, outside), who, outside)


def _present(found: Occurrences, told: _Told) -> pd.DataFrame:
    """Outside people of each occurrence with their last answer: occ, person, optional, partstat."""
    listed = found.table[["occ", "event"]].merge(told.who, on="event")
    replied = pd.concat([found.answers, found.to_series])[["occ", "event", "at"]]
    replied = replied[replied["occ"].isin(found.table["occ"]).to_numpy()]
    replied = replied.drop_duplicates(["occ", "event"]).merge(told.who, on="event")
    every = pd.concat([listed.assign(at=never(listed)), replied], ignore_index=True)
    every = every[every["person"].isin(told.outside).to_numpy()]
    answered = every[(~every["partstat"].isin(["", "NEEDS-ACTION"])).to_numpy()]
    at = told.known.set_index("event")["at"].reindex(answered["event"]).array
    last = answered.assign(at=answered["at"].fillna(pd.Series(at, answered.index)))
    last = last.sort_values(["occ", "person", "at", "event"], kind="stable")
    last = last.drop_duplicates(["occ", "person"], keep="last")[["occ", "person", "partstat"]]
    every = every.drop_duplicates(["occ", "person"])[["occ", "person", "optional"]]
    present = every.merge(last, on=["occ", "person"], how="left")
    return present.assign(partstat=present["partstat"].fillna("NEEDS-ACTION"))


def _marks(facts: Facts, people: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    marks = facts.marks[(facts.marks["occurred_at"] <= pd.Timestamp(as_of)).to_numpy()]
    return pd.DataFrame(
        {
            "mark": marks["mark"].to_numpy("int64"),
            "kind": marks["kind"].str.replace("-", " ").array,
            "person": person_of(people, marks["target"]),
            "uid": marks["target"].array,
            "told_at": marks["occurred_at"].array,
        }
    )


def _changed(
    found: Occurrences,
    told: _Told,
    present: pd.DataFrame,
    mail: pd.DataFrame,
    on: pd.DataFrame,
    marks: pd.DataFrame,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """All changes, one row per change and person it concerns; occurrences with status."""
    answered = happened.answers(found, told.known, told.who)
    answered = answered[_concerns(answered, present, told.outside)]
    moved = happened.changes(found, told.known)
    moved = moved[moved["occ"].isin(present["occ"]).to_numpy()].reset_index(drop=True)
    asked = asked_by(moved, present, requests(mail, on, answered, told.outside))
    moved = movers.decided(moved, asked, told.outside)
    every = pd.concat([moved, _answered(answered, moved, told.outside)], ignore_index=True)
    every, table = rebooked(every, found.table, present)
    uid = table.set_index("occ")["uid"].reindex(every["occ"]).array
    every = every.assign(uid=uid).reset_index(drop=True)
    every = every.assign(cause=movers.causes(every))
    return _spread(movers.marked(every, marks, present), present), table


def _concerns(answered: pd.DataFrame, present: pd.DataFrame, outside: Ints) -> Bools:
    """Answers of people outside, and ours to invitations of theirs."""
    theirs = answered["person"].isin(outside) | answered["organizer_person"].isin(outside)
    return np.asarray((theirs & answered["occ"].isin(present["occ"])).to_numpy())


def _answered(answered: pd.DataFrame, moved: pd.DataFrame, outside: Ints) -> pd.DataFrame:
    """Answers as changes; a refusal that a move follows within 48 h is rebooked."""
    notice = (answered["old_start"] - answered["at"]).dt.total_seconds() / 3600
    theirs = answered["person"].isin(outside).to_numpy()
    next_at = moved.loc[(moved["kind"] == "moved").to_numpy(), ["occ", "at"]]
    both = answered[["occ", "event", "at"]].merge(next_at, on="occ", suffixes=("", "_next"))
    gap = both["at_next"] - both["at"]
    soon = both[((gap >= pd.Timedelta(0)) & (gap <= REBOOKED_WITHIN)).to_numpy()]
    return answered.assign(
        notice_hours=notice.where(answered["timed"].astype("bool")),
        actor=np.where(theirs, "them", "us"),
        person=np.where(theirs, answered["person"], answered["organizer_person"]),
        via=np.where(theirs, answered["via"], -1),
        asked_by="",
        rebooked=answered["event"].isin(soon["event"]) | answered["new_start"].notna(),
    )


def _spread(every: pd.DataFrame, present: pd.DataFrame) -> pd.DataFrame:
    """A change by nobody outside concerns everybody outside who was to come."""
    nobody = (every["person"] < 0).to_numpy()
    spread = every[nobody].drop(columns="person").merge(present[["occ", "person"]], on="occ")
    return pd.concat([every[~nobody], spread], ignore_index=True)


def _dated(table: pd.DataFrame, changed: pd.DataFrame, present: pd.DataFrame) -> pd.DataFrame:
    """Person and start of every date that calendars know or knew."""
    starts = table[["occ", "start"]]
    old = changed[["occ", "old_start"]].rename(columns={"old_start": "start"})
    dated = pd.concat([starts, old]).dropna().drop_duplicates()
    return dated.merge(present[["occ", "person"]], on="occ")[["person", "start"]]


__all__ = ["Meetings", "meetings"]
