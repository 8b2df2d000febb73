"""Who is judged at all: those we sell to and who have shown that somebody is there."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from analyzer.derived.groups import Bools, looked_up
from analyzer.derived.kept import kept as kept_mail
from analyzer.derived.mail import Mail
from analyzer.derived.people import person_of
from analyzer.derived.sightings import sightings, size
from analyzer.frames import shaped
from analyzer.settings import Settings
from store.facts import Facts

#: So many questions of ours in a two-way exchange are an effort worth judging (and confirming).
EFFORT_ASKS: Final = 3

_LISTS: Final = tomllib.loads((files("analyzer.data") / "contacts.toml").read_text("utf-8"))
_SALES: Final = ("sales", "not sales")


def contacts(
    facts: Facts,
    mail: Mail,
    people: pd.DataFrame,
    topics: pd.DataFrame,
    meetings: pd.DataFrame,
    attendees: pd.DataFrame,
    settings: Settings,
) -> pd.DataFrame:
    """Frame ``contacts``: one row per person but the rep.

    The rep's mark decides; then a deal. Without either, machines, colleagues (unless internal
    mail is kept), newsletters, people from whom no human sign ever came, recruiters, suppliers
    who offer to us while we do not to them, and private addresses without proposal or meeting
    are left out. Of the rest those are judged who got a proposal, an offer file or a meeting of
    ours, or (to be confirmed) at least three questions, and who objected to being written to;
    anybody else is ``other``. Colleagues and private addresses meet and ask all the time: there
    it takes a proposal, an offer or a meeting in the calendar.
    """
    who = people[~people["own"].to_numpy()].reset_index(drop=True)
    seen = sightings(mail, who, people, meetings, attendees, facts)
    told = _told(facts, people, who, topics, settings)
    reason = _reason(told, seen)
    ours = np.isin(reason, ["proposal", "offer", "meeting"])
    sure = np.isin(reason, ["mark", "deal"])
    business = np.isin(reason, ["proposal", "offer"]) | (seen["invited"] > 0).to_numpy()
    private = (who["company"] == who["address"]).to_numpy()
    hints = _hints(mail, who, seen)
    hints["supplier"] = (hints["supplier"] | (seen["offered"] > 0)) & ~ours
    kept = business & (settings.internal == "keep")
    out = {
        "marked": told["not sales"],
        "automatic": who["automatic"],
        "colleague": who["colleague"] & ~kept,
        "newsletter": (seen["mails_in"] == 0) & (seen["bulk"] > 0),
        "never engaged": ~seen["engaged"],
        "recruiter": hints["recruiter"] & (seen["proposals"] == 0),
        "supplier": hints["supplier"],
        "friend": private & ~business,
        "other": reason == "",
    }
    left_out = _first(out)
    left_out = np.where(sure & (left_out != "marked"), "", left_out)
    asked = (reason == "effort") | (ours & private)
    doubt = asked & np.isin(left_out, ["", "friend", "supplier", "recruiter"]) & ~business
    share = kept_mail(mail, size(people))[who["person"].to_numpy()]
    frame = seen.assign(person=who["person"], reason=reason, left_out=left_out, in_doubt=doubt)
    return shaped("contacts", frame.assign(judged=left_out == "", kept=share))


def _reason(told: pd.DataFrame, seen: pd.DataFrame) -> npt.NDArray[np.str_]:
    """Why somebody may be judged, the strongest reason; ``""`` for none."""
    return _first(
        {
            "mark": told["sales"],
            "deal": told["deal"],
            "proposal": seen["proposals"] > 0,
            "offer": seen["offers"] > 0,
            "meeting": (seen["invited"] > 0) | (seen["wanted"] > 0),
            "effort": (seen["asks"] >= EFFORT_ASKS) & (seen["mails_in"] > 0),
            "objection": (seen["objections"] > 0) & (seen["mails_out"] > 0),
        }
    )


def _first(holds: Mapping[str, pd.Series[bool] | Bools]) -> npt.NDArray[np.str_]:
    """The first name that holds in each row, else ``""``."""
    return np.asarray(
        np.select([np.asarray(h, dtype=bool) for h in holds.values()], list(holds), "")
    )


def _told(
    facts: Facts, people: pd.DataFrame, who: pd.DataFrame, topics: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """What the rep said: columns sales, not sales (the later mark counts), deal."""
    marks = facts.marks[facts.marks["kind"].isin(_SALES).to_numpy()]
    marks = marks.assign(person=person_of(people, marks["target"]))
    marks = marks.sort_values(["occurred_at", "mark"]).drop_duplicates("person", keep="last")
    said = looked_up(who["person"], marks.set_index("person")["kind"])
    excluded = person_of(people, pd.Series(sorted(settings.excluded_addresses), dtype="str"))
    deals = topics.loc[(topics["deal"] >= 0).to_numpy(), "person"]
    return pd.DataFrame(
        {
            "sales": said == "sales",
            "not sales": (said == "not sales") | who["person"].isin(excluded),
            "deal": who["person"].isin(deals),
        }
    )


def _hints(mail: Mail, who: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """Whether names, domains and most subjects are those of recruiters or suppliers."""
    names = who["name"].str.lower()
    domain = who["company"].str.replace(r"^.*@", "", regex=True)
    recruiter = names.str.contains(_words(_LISTS["recruiter_names"]), regex=True)
    recruiter |= domain.str.contains(_words(_LISTS["recruiter_domains"]), regex=True)
    both = who["person"][((seen["mails_in"] > 0) & (seen["mails_out"] > 0)).to_numpy()]
    told = mail.mail[["sender", "subject_key", "kind"]]
    told = told[(told["kind"] == "person").to_numpy() & told["sender"].isin(both).to_numpy()]
    told = told[["sender", "subject_key"]].drop_duplicates()
    return pd.DataFrame(
        {
            "recruiter": recruiter | _mostly(told, _LISTS["recruiter_subjects"], who),
            "supplier": _mostly(told, _LISTS["supplier_subjects"], who),
        }
    )


def _words(words: list[str]) -> str:
    return r"\b(?:" + "|".join(map(re.escape, words)) + r")\b"


def _mostly(told: pd.DataFrame, words: list[str], who: pd.DataFrame) -> pd.Series[bool]:
    """Whether at least half of a person's different subjects hold one of the words."""
    held = told["subject_key"].str.contains(_words(words), regex=True).astype("float64")
    share = held.groupby(told["sender"].to_numpy()).mean()
    return looked_up(who["person"], share).fillna(0.0) >= 0.5
