"""What to do next: by verdict, by what they did, and by the kind of their no."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from analyzer import noes
from analyzer.settings import Settings
from analyzer.signals.rows import day

_NEXT: Final[dict[str, str]] = {
    "walk away": "Stop investing time; no mail is needed. Give the hours to others.",
    "change approach": "Confirm the day before, phone instead of writing, or involve somebody else"
    " there.",
    "last try": "Write once more, short and with a clear choice: a date, or no.",
    "stop chasing": "Write no more reminders; leave it to them to come back.",
    "park": "Leave it until then, and ask once when the time has come.",
    "do not contact": "Do not write or call. Remove them from every list and sequence.",
    "keep going": "Go on as before.",
    "unclear": "Too little is known; ask for one concrete next step.",
}
_REMOVE: Final = "Remove them from your list; if they come back, begin anew."
_GATEKEPT: Final = "Ask the assistant for ten minutes with them by phone, or find another way in."
_CURIOUS: Final = "Answer the next question with one of yours: what for, who decides, and by when."
#: For *keep going* where a question or proposal waits that they were never reminded of.
_REMIND: Final = "Remind them once of what waits for their answer, with one clear question."
#: For *change approach*: by the act of theirs that weighs most now.
_INSTEAD: Final[dict[str, str]] = {
    "moved_late": "Confirm the day before, offer two times, one of them soon, and keep it short.",
    "moved_again": "Set no new date yourself: let them name one, and confirm it the day before.",
    "cancelled_late": "Ask by phone whether the meeting is wanted at all before you book another.",
    "declined_late": "Ask by phone whether the meeting is wanted at all before you book another.",
    "no_show": "Go nowhere without a confirmation of the same morning; meet by phone or video.",
    "promise_broken": "Wait for nothing: agree on a day, remind them the day before, and do your"
    " part only when theirs has come.",
    "cycle": "Before you work on a new request, ask for something small in return: a date, or"
    " who decides.",
    "silent_after_proposal": "Write no further proposal before they have answered the last one.",
}


def next_steps(
    known: pd.DataFrame, chosen: pd.Series[str], settings: Settings, as_of: datetime
) -> pd.Series[str]:
    """One sentence for each row of ``known``, whose verdicts are ``chosen``."""
    step = chosen.map(_NEXT).fillna("").astype("str")
    when = day(known["until"], settings.zone, as_of)
    instead = known["worst"].map(_INSTEAD)
    changes = chosen == "change approach"
    step = step.where(~changes | instead.isna(), instead)
    step = step.where(~(changes & known["only_assistant"]), _GATEKEPT)
    step = step.where(~(changes & known["curious"] & (known["worst"] == "")), _CURIOUS)
    step = step.where(~(chosen == "stop chasing") | known["woke_at"].isna(), _REMOVE)
    waits = (chosen == "keep going") & (known["silence"] > 0.0) & (known["asks"] == 1)
    step = step.where(~waits, _REMIND)
    step = step.where(chosen != "park", _park(known, when))
    return step.where(chosen != "win back", _win_back(known, when)).astype("str")


def _park(known: pd.DataFrame, when: pd.Series[str]) -> pd.Series[str]:
    dated = known["until"].notna()
    waits_for = "Wait for this: " + known["milestone"] + ". Then ask once."
    undated = waits_for.where(known["milestone"] != "", _NEXT["park"])
    return ("Leave it until " + when + ", then ask once.").where(dated, undated)


def _win_back(known: pd.DataFrame, when: pd.Series[str]) -> pd.Series[str]:
    steps = known["why_no"].map(noes.STEPS).fillna(noes.STEPS[""])
    filled = [step.replace("{day}", told) for step, told in zip(steps, when, strict=True)]
    return pd.Series(filled, index=known.index, dtype="str")
