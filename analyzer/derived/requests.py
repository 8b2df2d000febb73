"""Who asked for another time before a meeting was changed: they, we, or nobody."""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived.counterparts import spoken
from analyzer.derived.groups import Bools, Ints

#: A mail, a refusal or a counter-proposal this long before a change asked for it.
ASKED_WITHIN: Final = pd.Timedelta(hours=72)
_ASKING: Final = ["countered", "declined"]


def requests(
    mail: pd.DataFrame, on: pd.DataFrame, answered: pd.DataFrame, outside: Ints
) -> pd.DataFrame:
    """All asking for another time: in mails of people, by counter-proposals and refusals.

    ``on``: see ``counterparts``. ``answered``: answers to events of people on either side.
    Columns: person (outside: who asked, or whom we asked), theirs, via, asked_at, reference, about
    (the occurrence; -1: any meeting with that person).
    """
    asked = (mail["reschedule"] | mail["cancel"]) & (mail["kind"] == "person")
    mails = spoken(mail, on, asked)
    by_mail = pd.DataFrame(
        {
            "person": mails["person"].to_numpy("int64"),
            "theirs": ~mails["outgoing"].to_numpy("bool"),
            "via": mails["via"].to_numpy("int64"),
            "asked_at": mails["at"].array,
            "reference": "message:" + mails["message"].astype("str"),
            "about": -1,
        }
    )
    return pd.concat([by_mail, _by_event(answered, outside)], ignore_index=True)


def _by_event(answered: pd.DataFrame, outside: Ints) -> pd.DataFrame:
    rows = answered[answered["kind"].isin(_ASKING).to_numpy()]
    theirs = np.isin(rows["person"].to_numpy(), outside)
    return pd.DataFrame(
        {
            "person": np.where(theirs, rows["person"], rows["organizer_person"]),
            "theirs": theirs,
            "via": rows["via"].to_numpy("int64"),
            "asked_at": rows["at"].array,
            "reference": "event:" + rows["event"].astype("str"),
            "about": rows["occ"].to_numpy("int64"),
        }
    )


def asked_by(changes: pd.DataFrame, present: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """For each row of ``changes`` the request that led to it, if there was one.

    It is the first by or to somebody who takes part, at most 72 hours before the change and after
    the change before it; what the other side says to it later is an answer. Columns: asker (-1:
    nobody), theirs, via, asked_at, reference.
    """
    rows = changes[["occ", "at"]].assign(row=np.arange(len(changes)))
    before = rows.sort_values(["occ", "at", "row"]).groupby("occ")["at"].shift()
    both = rows.assign(before=before).merge(present[["occ", "person"]], on="occ")
    both = both.merge(asked, on="person")
    both = both[_fits(both)].sort_values(
        ["row", "asked_at", "theirs", "person", "reference"], kind="stable"
    )
    first = both.drop_duplicates("row").set_index("row").reindex(np.arange(len(changes)))
    return pd.DataFrame(
        {
            "asker": first["person"].fillna(-1).to_numpy("int64"),
            "theirs": (first["theirs"] == True).to_numpy("bool"),  # noqa: E712
            "via": first["via"].fillna(-1).to_numpy("int64"),
            "asked_at": first["asked_at"].array,
            "reference": first["reference"].fillna("").to_numpy(object),
        }
    )


def _fits(both: pd.DataFrame) -> Bools:
    since = both["at"] - both["asked_at"]
    about = (both["about"] < 0) | (both["about"] == both["occ"])
    soon = (since >= pd.Timedelta(0)) & (since <= ASKED_WITHIN)
    fresh = both["before"].isna() | (both["asked_at"] > both["before"])
    return np.asarray((about & soon & fresh).to_numpy())
