"""How likely the next meeting with somebody is moved late or missed.

A Beta distribution over the dates that stood before: those that they moved, called off or missed,
as far as that was late, against those that were held. Old dates fade; who has few is drawn to the
people of the same company, and they to everyone.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.derived.groups import Floats
from analyzer.derived.meeting_frames import STOOD
from analyzer.frames import shaped
from analyzer.score import probability
from analyzer.settings import Settings
from analyzer.signals import rows
from analyzer.signals.meetings_kept import kept_meetings
from analyzer.weights import faded

#: From this risk on it is worth confirming the day before.
CONFIRM: Final = 0.35
#: A meeting further ahead than this is none to think about now.
AHEAD: Final = pd.Timedelta(days=60)

# Before anything is seen, this share of dates is moved late or missed; and how many dates a
# person's, a company's and everyone's mean weigh against what was seen.
_USUAL: Final = 0.175
_CONTACT: Final = 6.0
_COMPANY: Final = 12.0
_EVERYONE: Final = 20.0
_WIDTH_80: Final = 1.2816
_BROKEN: Final = ("moved", "cancelled", "declined")


def meeting_risks(derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """Frame ``meeting_risks``, the nearest meeting first."""
    ahead = _next(derived, as_of)
    known = occasions(derived, settings, as_of)
    a, b = beta(ahead["person"], derived, known, settings, as_of)
    odds, spread = np.log(a / b), _WIDTH_80 * np.sqrt(1.0 / a + 1.0 / b)
    made = ahead.assign(
        risk=a / (a + b), risk_low=probability(odds - spread), risk_high=probability(odds + spread)
    )
    made["why"] = _why(made, known)
    return shaped("meeting_risks", made.sort_values(["start", "person"], kind="stable"))


def occasions(derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """Dates that stood: person, at, bad (0 held .. 1 missed), one row per person and cause.

    What we moved, or nobody knows who did, is none.
    """
    broken = derived.changes
    broken = broken[broken["kind"].isin(_BROKEN) & (broken["actor"] == "them")]
    broken = broken[(broken["at"] <= pd.Timestamp(as_of)) & broken["notice_hours"].notna()]
    late = rows.lateness(broken["notice_hours"], settings.late_notice_hours)
    broken = broken.assign(bad=late).sort_values("bad", kind="stable")
    broken = broken.drop_duplicates(["person", "cause"], keep="last")
    over = derived.meetings[derived.meetings["status"].isin(STOOD)]
    over = over.loc[over["start"] <= pd.Timestamp(as_of), ["meeting", "start"]]
    missed = derived.attendees.loc[derived.attendees["presence"] == "no", ["meeting", "person"]]
    missed = missed.merge(over, on="meeting")
    kept = kept_meetings(derived, as_of)
    parts = [
        pd.DataFrame({"person": frame["person"], "at": frame[at], "bad": bad})
        for frame, at, bad in (
            (broken, "at", broken["bad"]),
            (missed, "start", 1.0),
            (kept, "start", 0.0),
        )
    ]
    return pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)


def beta(
    person: pd.Series[int],
    derived: Derived,
    known: pd.DataFrame,
    settings: Settings,
    as_of: datetime,
) -> tuple[Floats, Floats]:
    """Parameters of the Beta distribution of each person: Beta(κm + Σwy, κ(1 − m) + Σw(1 − y)).

    m comes from the others of the company and from everybody else alone.
    """
    left = faded(known["at"], settings.half_life_days, as_of)
    told = pd.DataFrame({"person": known["person"], "bad": left * known["bad"], "number": left})
    told["company"] = rows.companies(derived, told["person"])
    sums = told.groupby("person")[["bad", "number"]].sum()
    there = told.groupby("company")[["bad", "number"]].sum()
    bad, number = _of(person, sums, "bad"), _of(person, sums, "number")
    others = told["bad"].sum() - bad, told["number"].sum() - number
    everyone = (others[0] + _EVERYONE * _USUAL) / (others[1] + _EVERYONE)
    company = rows.companies(derived, person)
    mates = _of(company, there, "bad") - bad, _of(company, there, "number") - number
    mean = (mates[0] + _COMPANY * everyone) / (mates[1] + _COMPANY)
    return _CONTACT * mean + bad, _CONTACT * (1.0 - mean) + number - bad


def _of(keys: Any, sums: pd.DataFrame, column: str) -> Floats:
    found = rows.looked_up(keys, sums[column]).astype("float64")
    return np.nan_to_num(np.asarray(found, dtype=np.float64))


def _next(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """The first meeting ahead of each judged person who has not refused it."""
    now = pd.Timestamp(as_of)
    ahead = derived.meetings[(derived.meetings["status"] == "confirmed")]
    ahead = ahead[(ahead["start"] > now) & (ahead["start"] <= now + AHEAD)]
    judged = derived.contacts.loc[derived.contacts["judged"], "person"]
    who = derived.attendees[derived.attendees["partstat"] != "DECLINED"]
    who = who.loc[who["person"].isin(judged), ["meeting", "person"]]
    both = who.merge(ahead[["meeting", "start"]], on="meeting")
    both = both.sort_values(["start", "meeting"], kind="stable")
    return both.drop_duplicates("person").reset_index(drop=True)


def _why(made: pd.DataFrame, known: pd.DataFrame) -> pd.Series[str]:
    """What it rests on: dates seen so far; and, where it is worth it, to confirm."""
    grouped = known.assign(late=(known["bad"] >= 0.5).astype("int64")).groupby("person")["late"]
    late = rows.looked_up(made["person"], grouped.sum()).fillna(0).astype("int64").astype("str")
    number = rows.looked_up(made["person"], grouped.size()).fillna(0).astype("int64")
    seen = late + " of " + rows.counted(number, "date") + " so far moved late or missed"
    seen = seen.where(number > 0, "no meeting with them so far")
    advice = (made["risk"] >= CONFIRM).map({True: "; confirm the day before.", False: "."})
    text = seen + advice.astype("str")
    return (text.str[:1].str.upper() + text.str[1:]).astype("str")
