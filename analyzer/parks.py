"""Whom the rep put aside: until a day, until something has happened, or until they act."""

from __future__ import annotations

from datetime import date, datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer.days.columns import resumes
from analyzer.derived.everything import Derived
from analyzer.frames import empty, shaped
from analyzer.signals import said
from analyzer.signals.rows import looked_up
from store.facts import TIME, Facts

#: The value of a mark "park": one day (ISO) with the rep's words behind it, or a milestone.
MILESTONE: Final = "milestone: "
_PARK: Final = "park"
_UNPARK: Final = "unpark"
#: What they write that is more than "thanks, until then".
_ACTS: Final = ("acceptance", "meeting_request", "reschedule", "refusal", "expects_reply")
_CHANGES: Final = ("accepted", "countered", "moved")


def value(until: date | None, words: str = "", milestone: str = "") -> str:
    """The value of the mark that parks somebody."""
    if until is None:
        return f"{MILESTONE}{milestone}" if milestone else ""
    told = f" ({words})" if words and words != until.isoformat() else ""
    also = f" {MILESTONE}{milestone}" if milestone else ""
    return f"{until.isoformat()}{told}{also}"


def parks(facts: Facts, derived: Derived, zone: str, as_of: datetime) -> pd.DataFrame:
    """Frame ``parks``: the last park of each person, with what became of it until ``as_of``.

    It ends when the rep says so, on its day (beginning in ``zone``), or when they write something
    that moves the matter on or answer an invitation. What has no day waits for
    the milestone; without one, who is away is parked until they are back.
    """
    told = _told(facts, derived, as_of)
    if told.empty:
        return empty("parks")
    parked = told[told["kind"] == _PARK].reset_index(drop=True)
    text = parked["value"]
    parked["until"] = _until(text, parked["at"], zone)
    parked["milestone"] = text.str.extract(rf"{MILESTONE}(.*)$", expand=False).fillna("")
    open_end = parked["until"].isna() & (parked["milestone"] == "")
    parked["until"] = parked["until"].where(~open_end, _back(parked, derived)).astype(TIME)
    acts = _acts(derived, as_of).merge(parked[["person", "at"]], on="person")
    acts = acts[(acts["acted_at"] > acts["at"]).to_numpy()]
    first = acts.sort_values(["acted_at", "woken_by"]).drop_duplicates("person")
    first = first.set_index("person")
    parked["woken_at"] = looked_up(parked["person"], first["acted_at"]).astype(TIME)
    parked["woken_by"] = looked_up(parked["person"], first["woken_by"]).fillna("").astype("str")
    parked["state"] = _states(parked, derived, as_of)
    return shaped("parks", parked.sort_values(["until", "person"], kind="stable"))


def _told(facts: Facts, derived: Derived, as_of: datetime) -> pd.DataFrame:
    """The last mark about parking of each person: kind, person, value, at, mark."""
    marks = facts.marks[facts.marks["kind"].isin([_PARK, _UNPARK]).to_numpy()]
    marks = marks[(marks["occurred_at"] <= pd.Timestamp(as_of)).to_numpy()]
    known = derived.people[["person", "addresses"]].explode("addresses")
    both = marks.merge(known, left_on="target", right_on="addresses")
    both = both.rename(columns={"occurred_at": "at"}).astype({"person": "int64"})
    both = both.sort_values(["at", "mark"], kind="stable")
    return both.drop_duplicates("person", keep="last")[["kind", "person", "value", "at", "mark"]]


def _until(text: pd.Series[str], at: pd.Series[pd.Timestamp], zone: str) -> pd.Series[pd.Timestamp]:
    """The local beginning of the day named in front, as an instant."""
    day = text.str.extract(r"^(\d{4}-\d\d-\d\d)\b", expand=False).fillna("")
    day = day.where(text.str.startswith(MILESTONE) | (day != ""), text)
    return resumes(day, at, pd.Series(pd.NA, index=at.index, dtype="Int32"), zone)


def _back(parked: pd.DataFrame, derived: Derived) -> pd.Series[pd.Timestamp]:
    """When those who were away at the time of the park come back."""
    both = parked[["person", "at"]].merge(derived.absences, on="person")
    both = both[(both["from_at"] <= both["at"]) & (both["at"] < both["until_at"])]
    return looked_up(parked["person"], both.groupby("person")["until_at"].max())


def _acts(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """What they did that wakes: person, acted_at, woken_by."""
    mail = said.theirs(derived, as_of)
    mail = mail[mail[list(_ACTS)].any(axis=1)]
    changes = derived.changes
    wakes = changes["kind"].isin(_CHANGES) & (changes["actor"] == "them")
    did = changes[wakes & (changes["at"] <= pd.Timestamp(as_of)) & changes["evidence"].map(len)]
    return pd.concat(
        [
            pd.DataFrame(
                {
                    "person": mail["sender"],
                    "acted_at": mail["at"],
                    "woken_by": "message:" + mail["message"].astype("str"),
                }
            ),
            pd.DataFrame(
                {
                    "person": did["person"],
                    "acted_at": did["at"],
                    "woken_by": did["evidence"].str[0].astype("str"),
                }
            ),
        ],
        ignore_index=True,
    )


def _states(parked: pd.DataFrame, derived: Derived, as_of: datetime) -> pd.Series[str]:
    """Parked | due (the day has come, nobody was asked yet) | woken (they acted) | over."""
    now = pd.Timestamp(as_of)
    came = parked["until"] <= now
    acted = parked["woken_at"].notna()
    ours = derived.mail[derived.mail["outgoing"] & (derived.mail["at"] <= now)]
    sent = derived.recipients.merge(ours[["message", "at"]], on="message")
    last = looked_up(parked["person"], sent.groupby("person")["at"].max())
    asked = last >= parked["woken_at"].fillna(parked["until"])
    state = np.select([(acted | came) & asked, acted, came], ["over", "woken", "due"], _PARK + "ed")
    return pd.Series(state, index=parked.index, dtype="str")
