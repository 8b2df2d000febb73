"""Questions: one row per message and company that it asks, in both directions."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd

from analyzer.derived.groups import (
    Bools,
    Ints,
    chained,
    codes,
    components,
    hashes,
    last_before,
    mixed,
    positions,
    seconds,
)
from analyzer.derived.mail import Mail
from analyzer.derived.subjects import telling

OURS: Final = 0
THEIRS: Final = 1

#: A question to more people than this asks nobody.
MOST_ASKED: Final = 5

_ASKING: Final = ["expects_reply", "meeting_request", "proposal", "follow_up"]
_REMINDER_SECONDS: Final = 30 * 86_400
_BOUNCE_SECONDS: Final = 600


def asks(mail: Mail, people: pd.DataFrame) -> pd.DataFrame:
    """Messages of persons that expect an answer, ordered by time.

    Columns: row (of ``mail``), person, company (code), side (``OURS`` | ``THEIRS``), group (one
    per person and side), second, conversation (asks of one thread, subject or reminder chain).
    Ours ask the first person in To of each company, theirs the rep in To. Questions that bounced
    asked nobody.
    """
    frame = mail.mail
    both = pd.concat([asked_by_us(mail, people), _theirs(mail, people)], ignore_index=True)
    both["company"] = companies(people)[both["person"].to_numpy()]
    both["second"] = seconds(frame["at"])[both["row"].to_numpy()]
    both["group"] = both["person"] * 2 + both["side"]
    both = both.sort_values(["row", "side", "person"], ignore_index=True)
    both["conversation"] = _conversations(both, frame)
    return both


def companies(people: pd.DataFrame) -> Ints:
    """A code of the company by person id; the last entry, found at -1, is -1."""
    result = np.full(int(people["person"].max()) + 2 if len(people) else 1, -1, dtype=np.int64)
    result[people["person"].to_numpy()] = pd.factorize(people["company"], sort=True)[0]
    return result


def bounced(frame: pd.DataFrame) -> Bools:
    """Rows that a bounce answers; one without a reference means the last mail of ours before."""
    bounce = frame[(frame["kind"] == "bounce").to_numpy()]
    result = np.zeros(len(frame), dtype=bool)
    parent = positions(bounce["parent"].to_numpy(), frame["message"].to_numpy())
    result[parent[parent >= 0]] = True
    lost = bounce[parent < 0]
    ours = np.flatnonzero(frame["outgoing"].to_numpy() & (frame["kind"] == "person").to_numpy())
    at, sent = seconds(lost["at"]), seconds(frame["at"])[ours]
    last = last_before(np.zeros_like(at), at, np.zeros_like(sent), sent)
    near = (last >= 0) & (at - np.append(sent, 0)[last] <= _BOUNCE_SECONDS)
    result[ours[last[near]]] = True
    return result


def _automatic(people: pd.DataFrame) -> Bools:
    result = np.zeros(int(people["person"].max()) + 2 if len(people) else 1, dtype=bool)
    result[people["person"].to_numpy()] = people["automatic"].to_numpy()
    return result


def _asking(mail: Mail) -> Bools:
    asking = mail.mail[_ASKING].to_numpy().any(axis=1)
    person = (mail.mail["kind"] == "person").to_numpy()
    return np.asarray(asking & person & (mail.asked["to"] <= MOST_ASKED).to_numpy())


def asked_by_us(mail: Mail, people: pd.DataFrame) -> pd.DataFrame:
    """Columns row, person, side: the first person in To of each company we asked."""
    frame = mail.mail
    asking = _asking(mail) & frame["outgoing"].to_numpy() & ~bounced(frame)
    to = mail.recipients[(mail.recipients["role"] == "to").to_numpy()]
    row = positions(to["message"].to_numpy(), frame["message"].to_numpy())
    person = to["person"].to_numpy()
    real = (row >= 0) & asking[row] & ~_automatic(people)[person]
    asked = pd.DataFrame({"row": row[real], "person": person[real], "side": OURS})
    asked["company"] = companies(people)[person[real]]
    return asked.drop_duplicates(["row", "company"])[["row", "person", "side"]]


def _theirs(mail: Mail, people: pd.DataFrame) -> pd.DataFrame:
    frame, sender = mail.mail, mail.mail["sender"].to_numpy()
    known = (sender >= 0) & ~_automatic(people)[sender] & ~frame["outgoing"].to_numpy()
    row = np.flatnonzero(_asking(mail) & known & mail.asked["us"].to_numpy())
    return pd.DataFrame({"row": row, "person": sender[row], "side": THEIRS})


def _conversations(both: pd.DataFrame, frame: pd.DataFrame) -> Ints:
    row, group = both["row"].to_numpy(), both["group"].to_numpy()
    thread = codes(mixed(group, frame["thread"].to_numpy()[row]))
    subject = frame["subject_key"].iloc[row]
    by_subject = np.where(telling(subject), codes(mixed(group, hashes(subject))), -1)
    edges = [chained(thread), chained(by_subject), _reminders(both, frame)]
    return components(len(both), *map(np.concatenate, zip(*edges, strict=True)))


def _reminders(both: pd.DataFrame, frame: pd.DataFrame) -> tuple[Ints, Ints]:
    """A reminder in a thread of its own belongs to the question before it."""
    later, before = chained(both["group"].to_numpy())
    reminds: Any = frame["follow_up"].to_numpy()[both["row"].to_numpy()[later]]
    second = both["second"].to_numpy()
    near = reminds & (second[later] - second[before] <= _REMINDER_SECONDS)
    return later[near], before[near]
