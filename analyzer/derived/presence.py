"""Who was there: by reports of calls, text and the rep's word. A calendar proves no absence."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived.counterparts import spoken
from analyzer.derived.groups import last_before, seconds

_NO_SHOW_WITHIN: Final = pd.Timedelta(days=7)
_THANKS_WITHIN: Final = pd.Timedelta(days=3)
_MARK_WITHIN: Final = pd.Timedelta(days=30)
_MARKS: Final = {"attended": "yes", "no show": "no"}
#: Subjects people write after they met, in English, German, French, Spanish, Italian and Dutch.
_THANKS: Final = (
    r"(?i)\b(?:thanks?(?: you)?(?: so much| very much)? for (?:your time|the (?:good |great )?"
    r"(?:meeting|call|talk|conversation|demo)|meeting)|(?:great|good|nice) (?:meeting|talking|"
    r"speaking|seeing)|(?:meeting|call) (?:notes|minutes|recap)|minutes of (?:our|the) meeting|"
    r"(?:vielen )?dank für (?:das|ihre|deine|eure) (?:gespräch|treffen|zeit)|merci pour "
    r"(?:votre temps|notre (?:réunion|échange|entretien))|gracias por (?:su|tu) tiempo|"
    r"grazie per (?:il|la|l').{0,12}(?:incontro|riunione|chiamata)|"
    r"bedankt voor (?:het gesprek|je tijd|uw tijd))"
)
#: The strongest word comes last.
_TEXT_YES, _TEXT_NO, _REPORT, _MARK = 1, 2, 3, 4
_SAID: Final = ("meeting", "person", "presence", "reference", "weight", "told_at")


def presence(
    held: pd.DataFrame,
    mail: pd.DataFrame,
    on: pd.DataFrame,
    marks: pd.DataFrame,
    reported: pd.DataFrame,
) -> pd.DataFrame:
    """What is known of who was there: columns meeting, person, presence, presence_by.

    ``held``: meeting, person, uid, start of meetings that were not called off. ``on``: see
    ``counterparts``. ``marks``: kind, person, uid, told_at, mark. ``reported``: meeting, person,
    presence, reference of calls. The rep's mark beats the report of a call, that beats text, and
    "missed" beats "thank you".
    """
    said = pd.concat([_missed(mail, on), _thanked(mail, on, held), _marked(marks)])
    by_person = held.merge(said[(said["person"] >= 0).to_numpy()], on="person")
    by_uid = held.merge(
        said.loc[(said["person"] < 0).to_numpy()].drop(columns="person"),
        on="uid",
        suffixes=("", "_said"),
    )
    both = pd.concat([by_person, by_uid], ignore_index=True)
    since = both["told_at"] - both["start"]
    both = both[((since >= pd.Timedelta(0)) & (since <= both["within"])).to_numpy()]
    # one text speaks of the last meeting before it
    both = both.sort_values(["reference", "person", "start", "meeting"], kind="stable")
    both = both.drop_duplicates(["reference", "person"], keep="last")
    by_call = reported.merge(held, on=["meeting", "person"]).assign(weight=_REPORT)
    by_call = by_call.assign(told_at=by_call["start"])
    both = pd.concat([both, by_call[list(_SAID)]], ignore_index=True)
    both = both.sort_values(["meeting", "person", "weight", "told_at"], kind="stable")
    both = both.drop_duplicates(["meeting", "person"], keep="last")
    return both[["meeting", "person", "presence", "reference"]].rename(
        columns={"reference": "presence_by"}
    )


def absent_by(mail: pd.DataFrame) -> pd.Series[bool]:
    """Mails that tell that the other side did not come.

    Who writes that a meeting was missed and apologises for it was absent; without an apology they
    speak of the reader.
    """
    theirs = mail["apology"] != mail["outgoing"]
    return mail["no_show"] & (mail["kind"] == "person") & theirs


def _missed(mail: pd.DataFrame, on: pd.DataFrame) -> pd.DataFrame:
    return _text(spoken(mail, on, absent_by(mail)), "no", _TEXT_NO, _NO_SHOW_WITHIN)


def _thanked(mail: pd.DataFrame, on: pd.DataFrame, held: pd.DataFrame) -> pd.DataFrame:
    """Thanks in the subject; only mails soon after a meeting are looked at."""
    at, start = seconds(mail["at"])[on["row"].to_numpy()], seconds(held["start"])
    last = last_before(on["person"].to_numpy(), at, held["person"].to_numpy("int64"), start)
    soon = (last >= 0) & (at - np.append(start, 0)[last] <= _THANKS_WITHIN.total_seconds())
    rows = spoken(mail, on[soon], (mail["kind"] == "person") & ~mail["no_show"])
    thanks = rows["subject"].str.contains(_THANKS, regex=True).fillna(value=False).astype("bool")
    return _text(rows[thanks.to_numpy()], "yes", _TEXT_YES, _THANKS_WITHIN)


def _text(rows: pd.DataFrame, presence: str, weight: int, within: pd.Timedelta) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "person": rows["person"].to_numpy("int64"),
            "uid": "",
            "told_at": rows["at"].array,
            "presence": presence,
            "reference": "message:" + rows["message"].astype("str"),
            "weight": weight,
            "within": within,
        }
    )


def _marked(marks: pd.DataFrame) -> pd.DataFrame:
    told = marks[marks["kind"].isin(list(_MARKS)).to_numpy()]
    return pd.DataFrame(
        {
            "person": told["person"].to_numpy("int64"),
            "uid": np.where(told["person"] < 0, told["uid"], ""),
            "told_at": told["told_at"].array,
            "presence": told["kind"].map(_MARKS).to_numpy(object),
            "reference": "mark:" + told["mark"].astype("str"),
            "weight": _MARK,
            "within": _MARK_WITHIN,
        }
    )
