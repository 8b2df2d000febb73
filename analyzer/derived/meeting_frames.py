"""The frames of meetings, put together from occurrences, changes, mails and marks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from analyzer.derived.calls import Calls
from analyzer.derived.groups import codes, looked_up, never
from analyzer.derived.presence import presence
from analyzer.frames import empty, shaped
from analyzer.settings import Settings

#: Kind of the question whether they asked by phone for what we changed.
QUESTION = "moved by us"

#: Status of meetings that nobody called off before they were over.
STOOD = ("confirmed", "unclear")


@dataclass(frozen=True)
class Meetings:
    """Frames of ``analyzer.frames``."""

    meetings: pd.DataFrame
    attendees: pd.DataFrame
    calls: pd.DataFrame
    changes: pd.DataFrame
    questions: pd.DataFrame


@dataclass(frozen=True)
class Evidence:
    """``mail``; ``on``: see ``counterparts``; ``marks`` with persons; ``calls``; ``people``."""

    mail: pd.DataFrame
    on: pd.DataFrame
    marks: pd.DataFrame
    calls: Calls
    people: pd.DataFrame


def framed(
    table: pd.DataFrame,
    present: pd.DataFrame,
    changed: pd.DataFrame,
    told: pd.DataFrame,
    evidence: Evidence,
    settings: Settings,
) -> Meetings:
    """Frames from the occurrence ``table`` with status, who is ``present``, the changes of
    occurrences and the mails that alone ``told`` of a meeting.
    """
    topic = _topics(evidence.mail)
    rows = _numbered(table, present, evidence.people)
    number = pd.Series(rows["meeting"].to_numpy(), index=pd.Index(rows["occ"]))
    here = present.assign(meeting=number.reindex(present["occ"]).array)
    by_mail = _by_mail(told, len(rows))
    held = _held(here, rows)
    reported = _of_meetings(evidence.calls.presence, number)
    there = presence(held, evidence.mail, evidence.on, evidence.marks, reported)
    here = here.merge(there, on=["meeting", "person"], how="left")
    here = pd.concat([here, _missing(by_mail)], ignore_index=True)
    here = here.assign(
        presence=here["presence"].fillna("unknown"), presence_by=here["presence_by"].fillna("")
    )
    changes = changed.assign(meeting=number.reindex(changed["occ"]).to_numpy())
    changes = pd.concat([changes, _changes_by_mail(by_mail)], ignore_index=True)
    changes = _finished(changes, topic, evidence.people)
    attendees = shaped("attendees", here.sort_values(["meeting", "person"], kind="stable"))
    whole = pd.concat([rows, by_mail], ignore_index=True)
    whole["topic"] = _of_meeting(whole["meeting"], attendees, topic)
    questions = _questions(changes, evidence.people, settings)
    calls = shaped("calls", _of_meetings(evidence.calls.reports, number))
    return Meetings(shaped("meetings", whole), attendees, calls, changes, questions)


def _topics(mail: pd.DataFrame) -> pd.Series[int]:
    """The topic of each person whose mail has only one."""
    known = mail.loc[(mail["topic"] >= 0).to_numpy(), ["sender", "topic"]].drop_duplicates()
    only = known[~known["sender"].duplicated(keep=False).to_numpy()]
    return only.set_index("sender")["topic"]


def _numbered(table: pd.DataFrame, present: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Occurrences with people outside as rows of frame ``meetings``, by start and UID."""
    rows = table[table["occ"].isin(present["occ"]).to_numpy()]
    order = ["start", "uid", "recurrence_at", "original_start"]
    rows = rows.sort_values(order, kind="stable").reset_index(drop=True)
    own = people.loc[people["own"].to_numpy(), "person"]
    return rows.assign(
        meeting=np.arange(len(rows)),
        organizer=rows["organizer_person"],
        ours=rows["organizer_person"].isin(own) | (rows["organizer_person"] < 0),
        source="calendar",
    )


def _of_meetings(rows: pd.DataFrame, number: pd.Series[int]) -> pd.DataFrame:
    """Rows of occurrences (occ) that are meetings, under the numbers of these."""
    told = rows[rows["occ"].isin(number.index).to_numpy()]
    return told.assign(meeting=number.reindex(told["occ"]).to_numpy("int64"))


def _held(here: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    stood = rows.loc[rows["status"].isin(STOOD).to_numpy(), ["meeting", "uid", "start"]]
    return here[["meeting", "person"]].merge(stood, on="meeting")


def _by_mail(told: pd.DataFrame, first: int) -> pd.DataFrame:
    """Mails that alone tell of a meeting, as rows of frame ``meetings`` and more."""
    status = {"moved": "moved away", "cancelled": "cancelled", "missed": "confirmed"}
    return told.assign(
        meeting=np.arange(first, first + len(told)),
        uid="",
        original_start=never(told),
        start=never(told),
        end=never(told),
        all_day=False,
        summary=told["subject"].array,
        status=told["change"].map(status).astype("str").array if len(told) else "",
        ours=True,
        organizer=-1,
        source="mail",
        first_known_at=told["at"].array,
        reference="message:" + told["message"].astype("str"),
    )


def _missing(by_mail: pd.DataFrame) -> pd.DataFrame:
    missed = (by_mail["change"] == "missed").to_numpy()
    return pd.DataFrame(
        {
            "meeting": by_mail["meeting"].to_numpy("int64"),
            "person": by_mail["person"].to_numpy("int64"),
            "optional": False,
            "partstat": "",
            "presence": np.where(missed, "no", "unknown"),
            "presence_by": by_mail["reference"].where(missed, "").to_numpy(object),
        }
    )


def _changes_by_mail(by_mail: pd.DataFrame) -> pd.DataFrame:
    rows = by_mail[(by_mail["change"] != "missed").to_numpy()]
    return pd.DataFrame(
        {
            "cause": -2 - rows["message"].to_numpy("int64"),
            "occ": -1,
            "event": -1,
            "meeting": rows["meeting"].to_numpy("int64"),
            "person": rows["person"].to_numpy("int64"),
            "kind": rows["change"].array,
            "at": rows["at"].array,
            "actor": "them",
            "via": rows["via"].to_numpy("int64"),
            "notice_hours": np.nan,
            "old_start": never(rows).array,
            "new_start": never(rows).array,
            "rebooked": (rows["change"] == "moved").array,
            "asked_by": rows["reference"].array,
            "learned": "mail",
            "mark": -1,
        }
    )


def _finished(changes: pd.DataFrame, topic: pd.Series[int], people: pd.DataFrame) -> pd.DataFrame:
    """Frame ``changes``: numbered by time, with company, topic and evidence."""
    if changes.empty:
        return empty("changes")
    order = ["at", "old_start", "meeting", "person", "kind"]
    rows = changes.sort_values(order, kind="stable").reset_index(drop=True)
    company = people.set_index("person")["company"].reindex(rows["person"])
    series = rows["event"].where(rows["event"] >= 0)
    told = ("event:" + series.astype("Int64").astype("str")).where(series.notna(), "")
    mark = rows["mark"].where(rows["mark"] >= 0)
    by_mark = ("mark:" + mark.astype("Int64").astype("str")).where(mark.notna(), "")
    shown = zip(rows["asked_by"], told, by_mark, strict=True)
    return shaped(
        "changes",
        rows.assign(
            change=np.arange(len(rows)),
            cause=codes(rows["cause"]),
            company=company.fillna("").array,
            topic=topic.reindex(rows["person"]).fillna(-1).to_numpy("int64"),
            evidence=pd.Series([tuple(filter(None, each)) for each in shown], dtype=object),
        ),
    )


def _of_meeting(
    meeting: pd.Series[int], attendees: pd.DataFrame, topic: pd.Series[int]
) -> pd.Series[int]:
    """The topic of a meeting: that of the first of its people who has one."""
    known = attendees[["meeting", "person"]].join(topic, on="person").dropna(subset=["topic"])
    first = known.drop_duplicates("meeting").set_index("meeting")["topic"]
    return first.reindex(meeting).fillna(-1).astype("int64").reset_index(drop=True)


def _questions(changes: pd.DataFrame, people: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """What only the rep can tell: whether they had phoned, once per decision."""
    unknown = (changes["actor"] == "unknown") & changes["kind"].isin(["moved", "cancelled"])
    asked = changes[(unknown & changes["notice_hours"].notna()).to_numpy()]
    asked = asked.drop_duplicates("cause")
    if asked.empty:
        return empty("questions")
    known = people.set_index("person")
    name = known["name"].where(known["name"] != "", known["address"])
    local = asked["old_start"].dt.tz_convert(settings.zone)
    day = local.dt.day.astype("str") + " " + local.dt.month_name() + local.dt.strftime(", %H:%M")
    soon = pd.Series("at short notice", index=asked.index, dtype="str")
    how = soon.where(asked["notice_hours"] > 0, "after it should have begun")
    sentence = (
        "The meeting with " + looked_up(asked["person"], name).astype("str") + " of " + day
        + " was " + asked["kind"].astype("str") + " by your side " + how
        + ", and nothing tells why. Did they phone, or was it you? "
        + "(brickwall mark, they-moved or we-moved)"
    )  # fmt: skip
    return shaped("questions", asked.assign(kind=QUESTION, sentence=sentence))
