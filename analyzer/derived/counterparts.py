"""Whom a mail is from or to: the people outside that it brings together with the rep."""

from __future__ import annotations

import numpy as np
import pandas as pd

from analyzer.derived.groups import Ints, positions


def counterparts(mail: pd.DataFrame, recipients: pd.DataFrame, outside: Ints) -> pd.DataFrame:
    """The sender of each mail of theirs, and all recipients of each mail of ours.

    Columns row (position in ``mail``) and person, each pair once; people outside only.
    """
    outgoing = mail["outgoing"].to_numpy("bool")
    row = positions(recipients["message"].to_numpy("int64"), mail["message"].to_numpy("int64"))
    ours = (row >= 0) & outgoing[row]
    person = np.concatenate(
        [mail["sender"].to_numpy("int64")[~outgoing], recipients["person"].to_numpy("int64")[ours]]
    )
    pairs = pd.DataFrame({"row": np.append(np.flatnonzero(~outgoing), row[ours]), "person": person})
    return pairs[np.isin(person, outside)].drop_duplicates(ignore_index=True)


def spoken(mail: pd.DataFrame, on: pd.DataFrame, which: pd.Series[bool]) -> pd.DataFrame:
    """Rows of ``mail`` where ``which`` holds, one for each of their people in ``on`` (person)."""
    some = on[which.to_numpy("bool")[on["row"].to_numpy()]]
    rows = mail.take(some["row"].to_numpy())
    return rows.assign(person=some["person"].to_numpy()).reset_index(drop=True)
