"""How much of what people wrote to us is here: where it is not, silence proves nothing.

Every answer of ours answers a mail of theirs. Where many of those mails are not in the store (the
rep deletes, only sent mail was imported), a missing answer of theirs may have been there, too.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived.groups import Floats, Ints, positions
from analyzer.derived.mail import Mail

# The share is shrunk: everything is here until so many answers of ours say otherwise, and a
# person's share goes towards that of the whole mailbox.
_EVERYTHING: Final = 20.0
_MAILBOX: Final = 10.0


def kept(mail: Mail, size: int) -> Floats:
    """Share (0..1) of their mails that is here, by person id from 0 to ``size`` - 1."""
    row, person, lost = _answers(mail)
    seen, gone = _counted(person[~lost], size), _counted(person[lost], size)
    ours, first = ~pd.Series(row).duplicated().to_numpy(), float(_EVERYTHING)
    here, answers = float((ours & ~lost).sum()), float(ours.sum())
    every = (here + first) / (answers + first)
    return np.asarray((seen + _MAILBOX * every) / (seen + gone + _MAILBOX))


def answers_by_account(mail: Mail) -> pd.DataFrame:
    """Per account how many mails we ``answered`` and how many of these are ``missing``."""
    row, _, lost = _answers(mail)
    account = mail.mail["account"].to_numpy()[row]
    told = pd.DataFrame({"row": row, "account": account, "missing": lost.astype(np.int64)})
    told = told.drop_duplicates("row").assign(answered=1)
    return told.groupby("account")[["answered", "missing"]].sum()


def _answers(mail: Mail) -> tuple[Ints, Ints, np.ndarray[tuple[int], np.dtype[np.bool_]]]:
    """Answers of ours to people in To: row, person, and whether what is answered is not here."""
    frame = mail.mail
    ours = frame["outgoing"].to_numpy() & (frame["kind"] == "person").to_numpy()
    parent = positions(frame["parent"].to_numpy(), frame["message"].to_numpy())
    theirs = (parent >= 0) & ~frame["outgoing"].to_numpy()[parent]
    lost = (frame["parent_by"] == "missing").to_numpy()
    to = mail.recipients[(mail.recipients["role"] == "to").to_numpy()]
    row = positions(to["message"].to_numpy(), frame["message"].to_numpy())
    answers = (row >= 0) & (ours & (theirs | lost))[row]
    row = row[answers]
    return row, to["person"].to_numpy()[answers], lost[row]


def _counted(person: Ints, size: int) -> Floats:
    return np.bincount(person, minlength=size).astype(np.float64)
