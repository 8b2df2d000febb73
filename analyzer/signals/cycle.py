"""Silence, an apology, a new request of theirs, and silence again."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import asked, rows, said
from store.facts import Facts

#: What they say when they come back counts for so long; so does the answer of ours.
BACK: Final = pd.Timedelta(days=14)
AGAIN: Final = pd.Timedelta(days=45)
#: Who comes back after half a year begins anew, in effective hours.
LONGEST: Final = 26 * rows.WEEK_EH


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per return after silence that led to silence again.

    A return is an apology or a request of theirs that ended a silence of a working week or more;
    silence again is a question of ours after it that waited as long. Silence is what somebody
    asked into twice, what followed a proposal, or what they are sorry for. Only who came back
    *with a request* acted; an apology alone is never counted without the second silence. Without
    both, both silences must be longer than their patience.
    """
    quiet = asked.ours(derived, as_of)
    quiet = quiet[quiet["waited_eh"].between(rows.WEEK_EH, LONGEST)]
    felt = (quiet["asks"] > 1) | quiet["proposal"]
    quiet = quiet.assign(felt=felt)
    returns = _returns(quiet[quiet["answered_at"].notna()], derived, as_of)
    still = asked.silent(derived, as_of)["episode"]
    again = quiet[quiet["answered_at"].notna() | quiet["episode"].isin(still)]
    again = again[again["felt"]]
    again = again.assign(cause=asked.cause(asked.ours(derived, as_of)).reindex(again.index))
    columns = ["episode", "cause", "person", "asked_at", "topic", "waited_eh", "asked_message"]
    both = returns.merge(
        again[columns].add_suffix("_again"), left_on="person", right_on="person_again"
    )
    after = both["asked_at_again"] - both["back_at"]
    both = both[(after > pd.Timedelta(0)) & (after <= AGAIN)]
    patience = asked.patience(derived, both["person"], as_of)
    unusual = both[["waited_eh", "waited_eh_again"]].min(axis=1) >= patience
    both = both[(both["felt"] | both["sorry"]) & ((both["wants"] & both["sorry"]) | unusual)]
    both = both.assign(proven=rows.proven(derived, both["person"]))
    first = both.sort_values(["asked_at_again", "episode_again"], kind="stable")
    first = first.drop_duplicates(["person", "episode"]).drop_duplicates(
        ["person", "episode_again"]
    )
    return rows.shaped_signals(
        _told(first, settings, as_of), derived, signal="cycle", family="cycles"
    )


def _returns(ended: pd.DataFrame, derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Silences that ended with an apology or a new request: with back_at, requested, sorry."""
    mails = said.to_us(derived, as_of)
    asks = mails["expects_reply"] | mails["meeting_request"] | mails["reschedule"]
    mails = mails.assign(request=asks)[["sender", "at", "message", "request", "apology"]]
    near = ended.merge(mails.rename(columns={"sender": "person", "at": "wrote_at"}), on="person")
    since = near["wrote_at"] - near["answered_at"]
    near = near[(since >= pd.Timedelta(0)) & (since <= BACK) & (near["request"] | near["apology"])]
    near = near.sort_values(["wrote_at", "message"], kind="stable")
    return near.groupby(["episode", "person"], as_index=False).agg(
        back_at=("wrote_at", "first"),
        back_message=("message", "first"),
        wants=("request", "any"),
        sorry=("apology", "any"),
        waited_eh=("waited_eh", "first"),
        felt=("felt", "first"),
        topic=("topic", "first"),
    )


def _told(found: pd.DataFrame, settings: Settings, as_of: datetime) -> pd.DataFrame:
    evidence = [
        (f"message:{back}", f"message:{ours}")
        for back, ours in zip(found["back_message"], found["asked_message_again"], strict=True)
    ]
    how = pd.Series(" with a new request", index=found.index).where(found["wants"], "")
    how = how + pd.Series(" and an apology", index=found.index).where(found["sorry"], "")
    both = found["wants"] & found["sorry"]
    return found.assign(
        at=found["asked_at_again"],
        topic=found["topic_again"],
        episode=rows.numbered("episode", found["cause_again"]),
        act=found["wants"],
        strength=both.map({True: 1.0, False: 0.5}).astype("float64") * found["proven"],
        evidence=pd.Series(evidence, index=found.index, dtype="object"),
        sentence="Silent for "
        + asked.weeks_waited(found["waited_eh"])
        + ", came back on "
        + rows.day(found["back_at"], settings.zone, as_of)
        + how.str.replace("^ and", " with", regex=True)
        + ", then silent again for "
        + asked.weeks_waited(found["waited_eh_again"])
        + ".",
    )
