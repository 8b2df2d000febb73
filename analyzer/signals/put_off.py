"""They put us off without a date."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from analyzer.signals import rows, said
from store.facts import Facts


def detect(_facts: Facts, derived: Derived, settings: Settings, as_of: datetime) -> pd.DataFrame:
    """One row per thread and person; the second thread weighs more than the first.

    Only in answer to us. Not when the same message refuses or accepts, or names a time: then it
    was no evasion.
    """
    mails = said.to_us(derived, as_of)
    mails = mails[said.in_answer(mails, derived)]
    plain = ~(mails["refusal"] | mails["acceptance"] | mails["objection"])
    mails = mails[mails["brush_off"] & plain]
    words = said.quoted(derived, mails["message"], "brush_off")
    mails = mails[~said.names_time(words, mails, settings.zone)]
    mails = mails.assign(in_thread=mails.groupby(["sender", "thread"]).cumcount() + 1)
    last = mails.drop_duplicates(["sender", "thread"], keep="last")
    earlier = last.groupby("sender").cumcount()
    words = said.words(derived, last["message"], "brush_off")
    found = last.assign(
        person=last["sender"],
        episode=rows.numbered("message", last["thread"]),
        strength=(0.3 + 0.2 * earlier + 0.1 * (last["in_thread"] - 1)).clip(upper=0.8),
        evidence=rows.references("message", last["message"]),
        sentence="Put it off on " + rows.day(last["at"], settings.zone, as_of) + words + ".",
    )
    return rows.shaped_signals(found, derived, signal="put_off", family="promises")
