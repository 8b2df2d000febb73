"""All the effort is ours."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import asked, rows, said
from store.facts import Facts

WINDOW: Final = pd.Timedelta(days=90)
#: One-sided means: at least so many mails of ours, and so many times theirs.
LEAST: Final = 5.0
TIMES: Final = 3.0


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """At most one row per person, over the last 90 days. A mail to three people is a third each.

    Mails of sequence tools and empty forwards are no effort, and an answer of ours to a mail that
    is not here is one of theirs. Not for those whose topic was won in that time.
    """
    since = pd.Timestamp(as_of) - WINDOW
    mine = _addressed(derived, since, pd.Timestamp(as_of))
    effort = (
        mine.assign(unseen=mine["parent_by"] == "missing")
        .groupby("person")
        .agg(ours=("share", "sum"), at=("at", "max"), unseen=("unseen", "sum"))
    )
    wrote = said.theirs(derived, as_of)
    wrote_back = wrote[wrote["at"] > since].groupby("sender")["message"].size()
    effort = effort.reset_index()
    back = rows.looked_up(effort["person"], wrote_back).fillna(0) + effort["unseen"]
    ratio = effort["ours"] / (back + 1.0)
    won = derived.topics.loc[derived.topics["outcome"] == "won", "person"]
    onesided = (effort["ours"] >= LEAST) & (ratio >= TIMES) & ~effort["person"].isin(won)
    shown = effort.assign(back=back.astype("int64"), ratio=ratio)[onesided]
    found = shown.assign(
        topic=-1,
        episode=_cause(shown["person"], derived, as_of),
        strength=(1.0 - TIMES / (shown["ratio"] + TIMES)) * rows.proven(derived, shown["person"]),
        evidence=_evidence(mine, shown["person"]),
        sentence="In 90 days "
        + rows.counted(shown["ours"].round().astype("int64"), "mail")
        + " of yours by hand against "
        + shown["back"].astype("str")
        + " of theirs (last on "
        + rows.day(shown["at"], settings.zone, as_of)
        + ").",
    )
    return rows.shaped_signals(found, derived, signal="one_sided", family="effort")


def _cause(person: pd.Series[int], derived: Derived, as_of: datetime) -> pd.Series[int]:
    """The silence that lasts: effort into it is no second offence. Else the person."""
    silences = asked.silences(derived, as_of)
    still = silences[silences["open"]].drop_duplicates("person", keep="last").set_index("person")
    silence = rows.looked_up(person, rows.numbered("episode", still["cause"]))
    return silence.fillna(rows.numbered("person", person)).astype("int64")


def _evidence(mine: pd.DataFrame, person: pd.Series[int]) -> pd.Series[Any]:
    """The last three mails of ours to each."""
    last = mine[mine["person"].isin(person)].groupby("person").tail(3)
    ids = last.groupby("person")["message"].agg(list)
    return person.map(ids.map(lambda told: tuple(f"message:{i}" for i in told))).astype("object")


def _addressed(derived: Derived, since: pd.Timestamp, until: pd.Timestamp) -> pd.DataFrame:
    """Our hand-written mails per addressee in the window, with the share of each."""
    mail = derived.mail
    written = mail["outgoing"] & (mail["kind"] == "person") & ~mail["sequence_tool"]
    written &= mail["words"] > 0
    columns = ["message", "at", "parent_by"]
    mail = mail[written & (mail["at"] > since) & (mail["at"] <= until)][columns]
    to = derived.recipients[derived.recipients["role"] == "to"][["message", "person"]]
    both = mail.merge(to, on="message").sort_values(["at", "message"], kind="stable")
    return both.assign(share=1.0 / both.groupby("message")["person"].transform("size"))
