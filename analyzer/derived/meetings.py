"""Meetings with people outside: when they were to be, who changed that with what notice, who came.

Sources are calendars, iTIP mails, notices of booking tools, plain mails and the rep's marks; what
several of them tell about one change is one change.
"""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pandas as pd

from analyzer.derived import changes as happened
from analyzer.derived import mail_meetings, movers, revisions, series
from analyzer.derived.groups import Ints, never, positions
from analyzer.derived.meeting_frames import Evidence, Meetings, framed
from analyzer.derived.occurrences import Occurrences, occurrences
from analyzer.derived.people import person_of
from analyzer.settings import Settings
from store.facts import Facts


def meetings(
    facts: Facts,
    people: pd.DataFrame,
    mailboxes: pd.DataFrame,
    mail: pd.DataFrame,
    settings: Settings,
    as_of: datetime,
) -> Meetings:
    """All meetings known at ``as_of``; recurring ones between two years before and 90 days after.

    ``people``, ``mailboxes``, ``mail``: derived frames. ``settings``: ``zone`` for dates in
    sentences, ``internal`` for whether colleagues count as outside.
    """
    out = revisions.outside(people, settings)
    known = revisions.revisions(facts, people, as_of)
    who = revisions.attendances(facts, known, people)
    known = _with_outside(known, who, out)
    known = revisions.keys(known, who, out)
    found = occurrences(known, series.window(as_of, settings.zone))
    present = _present(found, who, out)
    marks = _marks(facts, people, as_of)
    on = _on(facts, mailboxes, mail, out)
    changed = _changed(found, known, who, present, mail, marks, out)
    told = _told(mail, facts, mailboxes, people, changed, found, present, out, as_of)
    evidence = Evidence(mail, on, marks, people)
    return framed(found.table, found.states, present, changed, told, evidence, settings)


def _with_outside(known: pd.DataFrame, who: pd.DataFrame, out: Ints) -> pd.DataFrame:
    """Revisions of events that somebody outside takes part in, in any of their revisions."""
    events = who.loc[who["person"].isin(out).to_numpy(), "event"]
    uids = known.loc[known["event"].isin(events).to_numpy(), "uid"]
    return known[known["uid"].isin(uids).to_numpy()].reset_index(drop=True)


def _present(found: Occurrences, who: pd.DataFrame, out: Ints) -> pd.DataFrame:
    """Outside people of each occurrence with their last answer: occ, person, optional, partstat."""
    listed = found.table[["occ", "event"]].merge(who, on="event")
    replied = found.answers[["occ", "event", "at"]].merge(who, on="event")
    replied = replied[replied["occ"].isin(found.table["occ"]).to_numpy()]
    every = pd.concat([listed.assign(at=never(listed)), replied], ignore_index=True)
    every = every[every["person"].isin(out).to_numpy()]
    answered = every[(~every["partstat"].isin(["", "NEEDS-ACTION"])).to_numpy()]
    told = found.states[["event", "at"]].drop_duplicates("event").set_index("event")["at"]
    when = answered["at"].fillna(pd.Series(told.reindex(answered["event"]).array, answered.index))
    last = answered.assign(at=when).sort_values(["occ", "person", "at", "event"], kind="stable")
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


def _on(facts: Facts, mailboxes: pd.DataFrame, mail: pd.DataFrame, out: Ints) -> pd.DataFrame:
    """Message and person: whom a mail is from (theirs) or to (ours), people outside only."""
    theirs = mail.loc[~mail["outgoing"].to_numpy(), ["message", "sender"]]
    theirs = theirs.rename(columns={"sender": "person"})
    ours = mail.loc[mail["outgoing"].to_numpy(), ["message"]]
    both = pd.concat([theirs, _recipients(facts, mailboxes).merge(ours, on="message")])
    return both[both["person"].isin(out).to_numpy()].drop_duplicates()


def _recipients(facts: Facts, mailboxes: pd.DataFrame) -> pd.DataFrame:
    to = facts.participants[facts.participants["role"].isin(["to", "cc"]).to_numpy()]
    row = positions(to["mailbox"].to_numpy(), mailboxes["mailbox"].to_numpy())
    person = np.append(mailboxes["person"].to_numpy("int64"), -1)[row]
    return pd.DataFrame({"message": to["message"].to_numpy(), "person": person}).drop_duplicates()


def _addressed(
    facts: Facts, mailboxes: pd.DataFrame, people: pd.DataFrame, mail: pd.DataFrame
) -> pd.Series[bool]:
    """By row of ``mail``: we are among its few recipients."""
    to = _recipients(facts, mailboxes)
    to = to.assign(own=to["person"].isin(people.loc[people["own"].to_numpy(), "person"]))
    counted = to.groupby("message")["own"].agg(["size", "any"]).reindex(mail["message"])
    few = counted["size"].fillna(0) <= mail_meetings.MAX_RECIPIENTS
    here = counted["any"].astype("boolean").fillna(value=False).astype("bool")
    return pd.Series((few & here).to_numpy(), index=mail.index)


def _changed(
    found: Occurrences,
    known: pd.DataFrame,
    who: pd.DataFrame,
    present: pd.DataFrame,
    mail: pd.DataFrame,
    marks: pd.DataFrame,
    out: Ints,
) -> pd.DataFrame:
    """All changes of occurrences, one row per change and person it concerns."""
    answered = happened.answers(found, known, who)
    moved = pd.concat(
        [happened.state_changes(found.states), happened.date_changes(found, known)],
        ignore_index=True,
    )
    moved = moved[moved["occ"].isin(present["occ"]).to_numpy()].reset_index(drop=True)
    answered = answered[answered["occ"].isin(present["occ"]).to_numpy()]
    theirs = movers.requests(mail, answered[answered["person"].isin(out).to_numpy()])
    moved = movers.decided(moved, movers.asked_by(moved, present, theirs), out)
    uid = found.table.set_index("occ")["uid"]
    moved = moved.assign(uid=uid.reindex(moved["occ"]).array, mark=-1)
    moved = movers.marked(moved, marks, present)
    moved = _rebooked(moved, found, present)
    answered = _answered(answered, moved, out)
    every = pd.concat([moved, answered], ignore_index=True)
    every = every.assign(cause=movers.causes(every))
    return _concerned(every, present)


def _rebooked(moved: pd.DataFrame, found: Occurrences, present: pd.DataFrame) -> pd.DataFrame:
    into = movers.replacements(found.table, moved, present).set_index("row")["new_start"]
    new = into.reindex(moved.index)
    return moved.assign(
        rebooked=(moved["kind"] == "moved") | new.notna(),
        replaced=new.notna(),
        new_start=moved["new_start"].where(new.isna(), new),
    )


def _answered(answered: pd.DataFrame, moved: pd.DataFrame, out: Ints) -> pd.DataFrame:
    """Answers as changes; a refusal that a move follows within 48 h is rebooked."""
    notice = (answered["old_start"] - answered["at"]).dt.total_seconds() / 3600
    theirs = answered["person"].isin(out).to_numpy()
    next_at = moved.loc[(moved["kind"] == "moved").to_numpy(), ["occ", "at"]]
    both = answered[["occ", "event", "at"]].merge(next_at, on="occ", suffixes=("", "_next"))
    gap = both["at_next"] - both["at"]
    soon = both[((gap >= pd.Timedelta(0)) & (gap <= movers.REBOOKED_WITHIN)).to_numpy()]
    return answered.assign(
        notice_hours=notice.where(answered["timed"].astype("bool")),
        actor=np.where(theirs, "them", "us"),
        person=np.where(theirs, answered["person"], answered["organizer_person"]),
        via=np.where(answered["via"] == answered["person"], -1, answered["via"]),
        asked_by="",
        mark=-1,
        rebooked=answered["event"].isin(soon["event"]) | answered["new_start"].notna(),
        replaced=False,
    )


def _concerned(every: pd.DataFrame, present: pd.DataFrame) -> pd.DataFrame:
    """A change by nobody outside concerns everybody outside who was to come."""
    nobody = (every["person"] < 0).to_numpy()
    spread = every[nobody].drop(columns="person").merge(present[["occ", "person"]], on="occ")
    return pd.concat([every[~nobody], spread], ignore_index=True)


def _told(
    mail: pd.DataFrame,
    facts: Facts,
    mailboxes: pd.DataFrame,
    people: pd.DataFrame,
    changed: pd.DataFrame,
    found: Occurrences,
    present: pd.DataFrame,
    out: Ints,
    as_of: datetime,
) -> pd.DataFrame:
    """Mails about meetings that no calendar shows, known at ``as_of``."""
    starts = found.table[["occ", "start"]].rename(columns={"start": "when"})
    old = changed[["occ", "old_start"]].rename(columns={"old_start": "when"})
    dated = pd.concat([starts, old]).merge(present[["occ", "person"]], on="occ")
    dated = dated.rename(columns={"when": "start"})[["person", "start"]].drop_duplicates()
    addressed = _addressed(facts, mailboxes, people, mail)
    mine = mail["sender"].isin(out) & (mail["at"] <= pd.Timestamp(as_of))
    return mail_meetings.mail_meetings(mail, addressed, dated, mine)


__all__ = ["Meetings", "meetings"]
