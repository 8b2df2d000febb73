"""The mails between the rep and one person, as far as a draft needs them: thread, topic, language.

A name that the rep's list of deals alone knows never reaches a draft: a topic is named only by what
the contact has seen, the subject of a mail or meeting with them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import pandas as pd

from analyzer.analysis import Analysis
from analyzer.derived.subjects import telling
from analyzer.signals.said import FEW
from reports import draft_words, escape
from reports.views_base import records

#: Longest name of a topic that stands in a text.
TOPIC: Final = 90
#: So many of their newest mails show their language.
READ: Final = 8
_MESSAGE_ID: Final = re.compile(r"[!-;=?A-~]{1,200}@[!-;=?A-~]{1,200}")
#: What a References header keeps of a long thread: its first and its newest (RFC 5537, 3.4.4).
_NEWEST: Final = 20


@dataclass(frozen=True, slots=True)
class Thread:
    """What a draft answers: Message-ID with brackets, the ids before it, bare subject, account."""

    message_id: str
    references: tuple[str, ...]
    subject: str
    account: int


def mails_with(analysis: Analysis, person: int) -> pd.DataFrame:
    """Mails between the rep and one person, the newest last: no machine's, no circulars."""
    mail, recipients = analysis.mail, analysis.recipients
    to = recipients.loc[recipients["person"].eq(person) & recipients["role"].eq("to"), "message"]
    ours = mail["outgoing"] & mail["message"].isin(to) & ~mail["sequence_tool"]
    theirs = ~mail["outgoing"] & mail["sender"].eq(person) & ~mail["auto"] & mail["to_us"]
    few = mail["addressees"].le(FEW) & mail["kind"].eq("person") & mail["at"].notna()
    rows = mail.loc[(ours | theirs) & few & mail["at"].le(pd.Timestamp(analysis.as_of))]
    return rows.sort_values(["at", "message"], kind="stable")


def last(mails: pd.DataFrame) -> Any:
    """When the newest of ``mails`` was written, ``None`` for none."""
    return mails["at"].iloc[-1] if len(mails) else None


def newest(mails: pd.DataFrame) -> tuple[int, ...]:
    """The ids of the newest of ``mails``, the newest first."""
    return tuple(int(each) for each in mails["message"].iloc[::-1][:READ])


def asked(analysis: Analysis, mails: pd.DataFrame, person: int) -> tuple[Any, int]:
    """When the rep last asked what waits, and in which thread: ``None`` and -1 for none.

    Where no question is known to wait, the rep's mail does that nothing has come after.
    """
    waits = analysis.open_questions.loc[analysis.open_questions["person"].eq(person)]
    if len(waits):
        row = waits.sort_values("last_asked_at").iloc[-1]
        thread = analysis.mail.loc[analysis.mail["message"].eq(row["asked_message"]), "thread"]
        return row["last_asked_at"], int(thread.iloc[0]) if len(thread) else -1
    if len(mails) and bool(mails["outgoing"].iloc[-1]):
        return last(mails), int(mails["thread"].iloc[-1])
    return None, -1


def topic(analysis: Analysis, mails: pd.DataFrame, titles: Iterable[str], person: int) -> str:
    """What is being sold to them, in words they have seen; ``titles``: of meetings with them."""
    rows = analysis.topics
    open_ones = rows.loc[rows["person"].eq(person) & rows["outcome"].eq("")]
    open_ones = open_ones.sort_values("last_two_way_at", ascending=False, na_position="last")
    seen = "\n".join([*mails["subject"], *titles]).casefold()
    offers = mails.loc[mails["outgoing"] & mails["proposal"]].iloc[::-1]
    for row in records(open_ones):
        title = escape.line(row.title, escape.SUBJECT)
        if row.deal >= 0 and title.casefold() in seen and shown(title):
            return shown(title)
        of_topic = records(offers.loc[offers["topic"].eq(row.topic)])
        told = next(filter(None, (shown(_bare(offer)) for offer in of_topic)), "")
        if told:
            return told
    return ""


def shown(subject: str) -> str:
    """A subject as a text may name it; ``""`` for one that says nothing or is private."""
    if not telling(pd.Series([subject.lower()], dtype="str"))[0] or draft_words.private(subject):
        return ""
    return escape.line(subject, TOPIC).strip(" .,;:!\"'„“”«»")


def thread(mails: pd.DataFrame, messages: pd.DataFrame, asked_in: int) -> Thread | None:
    """The newest mail of the thread in which an answer waits, else of any with them.

    ``messages``: the frame of the facts. A private one is passed over.
    """
    inside = mails.loc[mails["thread"].eq(asked_in)]
    for row in records((inside if len(inside) else mails).iloc[::-1]):
        header = messages.loc[messages["message"].eq(row.message)].iloc[0]
        number = _ids(header["message_id"])
        if number and not draft_words.private(row.subject):
            before = _ids(header["references"]) or _ids(header["in_reply_to"])
            kept = (*before[:1], *before[1:][-_NEWEST:])
            return Thread(number[0], kept, _bare(row), int(row.account))
    return None


def _bare(mail: Any) -> str:
    """A subject without the prefixes of answers: its key in the case it was written in."""
    whole, key = escape.line(mail.subject, escape.SUBJECT), str(mail.subject_key)
    told = whole[-len(key) :] if key else whole
    return told if told.lower() == key else whole


def _ids(text: object) -> tuple[str, ...]:
    """The stored Message-IDs in brackets, without anything that is none."""
    return tuple(f"<{each}>" for each in str(text).split() if _MESSAGE_ID.fullmatch(each))
