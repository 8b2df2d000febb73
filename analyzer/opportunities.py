"""Opportunity by opportunity: of several open topics with one person, those that can be dropped.

Somebody who answers about one thing and never about another has answered, in a way. The person is
not judged by it; only the topic is.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.frames import shaped
from analyzer.settings import Settings
from analyzer.signals import rows, said

#: So many mails of ours about it went unanswered, ...
ASKED: Final = 2
#: ... the first so long ago ...
LONG: Final = pd.Timedelta(days=28)
#: ... and the last.
RESTED: Final = pd.Timedelta(days=10)
_ASKS: Final = ["expects_reply", "proposal", "follow_up", "meeting_request"]


def opportunities(derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """Frame ``opportunities``: the open topics of judged people who have two or more.

    ``drop``: nothing of theirs about it since we asked twice, four weeks ago or more, though they
    wrote about other things in that time, and no date for it lies ahead; else ``keep``.
    """
    now = pd.Timestamp(as_of)
    topics = derived.topics[(derived.topics["outcome"] == "") & (derived.topics["person"] >= 0)]
    judged = derived.contacts.loc[derived.contacts["judged"], "person"]
    topics = topics[topics["person"].isin(judged)]
    topics = topics[topics.groupby("person")["topic"].transform("size") > 1]
    heard, asked = _heard(derived, as_of), _asked(topics, derived, as_of)
    found = topics.merge(asked, on="topic", how="left")
    last_other = _heard_of_others(found, heard)
    silent = (found["asks"] >= ASKED) & (now - found["first_at"] >= LONG)
    silent &= (now - found["last_at"] >= RESTED) & (last_other > found["first_at"])
    silent &= ~(found["next_step_at"] > now) & (rows.proven(derived, found["person"]) > 0.0)
    since = rows.day(found["first_at"], settings.zone, as_of)
    other = rows.day(last_other, settings.zone, as_of)
    why = "Nothing about it since " + since + ", though they wrote of other things on " + other
    step = pd.Series("Drop this one, and go on with the others.", index=found.index)
    return shaped(
        "opportunities",
        found.assign(
            verdict=silent.map({True: "drop", False: "keep"}),
            reason=(why + ".").where(silent, ""),
            next_step=step.where(silent, ""),
        ).sort_values(["person", "topic"], kind="stable"),
    )


def _heard(derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Mails of theirs: person, topic, at."""
    mail = said.to_us(derived, as_of)
    return mail[["sender", "topic", "at"]].rename(columns={"sender": "person"})


def _asked(topics: pd.DataFrame, derived: Derived, as_of: datetime) -> pd.DataFrame:
    """Our questions in each topic since they last wrote about it: asks, first_at, last_at."""
    mail = derived.mail[derived.mail["outgoing"] & (derived.mail["at"] <= pd.Timestamp(as_of))]
    mail = mail[mail[_ASKS].any(axis=1) & mail["topic"].isin(topics["topic"])]
    last = _heard(derived, as_of).groupby("topic")["at"].max()
    mail = mail[~(rows.looked_up(mail["topic"], last) >= mail["at"])]
    grouped = mail.groupby("topic", as_index=False)
    return grouped.agg(asks=("message", "size"), first_at=("at", "min"), last_at=("at", "max"))


def _heard_of_others(found: pd.DataFrame, heard: pd.DataFrame) -> pd.Series[pd.Timestamp]:
    """When the person last wrote about something else."""
    both = found[["person", "topic"]].merge(heard, on="person", suffixes=("", "_of"))
    other = both[both["topic"] != both["topic_of"]].groupby("topic")["at"].max()
    return rows.looked_up(found["topic"], other)
