"""A mailing list as the mailboxes of those who write there most: whole exchanges of two people.

Nothing was deleted from the list and its headers are true. A post that answers somebody is taken
as a mail of its author to that person; what others then write in the same thread, as mail to the
author.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd

from analyzer import reply_history
from analyzer.analysis import told
from analyzer.derived.groups import Bools
from analyzer.settings import Settings
from store.facts import Facts
from training import mailing_list, real_mail
from training.days import with_days

#: Mailboxes of so many people who write most.
WRITERS: Final = 60
_FEWEST: Final = 5


@dataclass(frozen=True)
class _Posts:
    """All posts: who wrote each (by name, else address), under which mailbox, in which thread."""

    facts: Facts
    author: pd.Series[str]
    mailbox: pd.Series[Any]
    thread: pd.Series[str]
    parent: pd.Series[Any]
    answered: pd.Series[Any]


def histories(facts: Facts, *, every: bool) -> pd.DataFrame:
    """Questions of each writer and what came of them, as ``mailbox`` of ``training.replies``.

    ``every``: each post that answers somebody is a question, not only those that expect a reply.
    """
    parts = []
    for mailbox in _mailboxes(_posts(facts)):
        known = told(real_mail.asking(mailbox) if every else mailbox, Settings(), mailing_list.END)
        made = reply_history.history(known.derived, known.clock, mailing_list.END)
        address = known.derived.people.set_index("person")["address"]
        made = with_days(made, known.derived, known.clock)
        parts.append(made.assign(address=made["person"].map(address)))
    return pd.concat(parts, ignore_index=True)


def _posts(facts: Facts) -> _Posts:
    messages, boxes = facts.messages, facts.mailboxes.set_index("mailbox")
    wrote = facts.participants[(facts.participants["role"] == "from").to_numpy()]
    box_of = wrote.drop_duplicates("message").set_index("message")["mailbox"]
    mailbox = messages["message"].map(box_of)
    name = mailbox.map(boxes["name"].astype("str").str.strip().str.lower())
    named = messages[(messages["message_id"] != "").to_numpy()].drop_duplicates("message_id")
    parent = messages["in_reply_to"].map(named.set_index("message_id")["message"])
    first = messages["references"].str.split().str[0].fillna("")
    first = first.where(first != "", messages["in_reply_to"])
    return _Posts(
        facts=facts,
        author=name.where(name != "", mailbox.map(boxes["address"].astype("str"))),
        mailbox=mailbox,
        thread=first.where(first != "", messages["message_id"]),
        parent=parent,
        answered=parent.map(box_of),
    )


def _mailboxes(posts: _Posts) -> Iterator[Facts]:
    """The facts of each of the people who write most."""
    author_of = pd.Series(posts.author.to_numpy(), index=posts.facts.messages["message"])
    to_others = posts.answered.notna() & (posts.parent.map(author_of) != posts.author)
    for writer in posts.author.value_counts().index[:WRITERS]:
        mine = (posts.author == writer).to_numpy()
        if (mine & to_others.to_numpy()).sum() >= _FEWEST:
            yield _mailbox(posts, mine, mine & to_others.to_numpy())


def _mailbox(posts: _Posts, mine: Bools, out: Bools) -> Facts:
    messages, participants = posts.facts.messages, posts.facts.participants
    begun = messages[mine].groupby(posts.thread[mine])["sent_at"].min()
    after = (messages["sent_at"] > posts.thread.map(begun)).to_numpy()
    asked_us = messages["message"].isin(posts.parent[mine].dropna()).to_numpy()
    came = (after | asked_us) & ~mine
    kept = messages[out | came]
    wrote = participants["message"].isin(kept["message"]) & (participants["role"] == "from")
    own = posts.mailbox[mine].dropna()
    to = [
        pd.DataFrame({"message": messages["message"][out], "mailbox": posts.answered[out]}),
        pd.DataFrame({"message": messages["message"][came], "mailbox": own.iloc[0]}),
    ]
    both = pd.concat([participants[wrote.to_numpy()], *(part.assign(role="to") for part in to)])
    boxes = posts.facts.mailboxes.set_index("mailbox")["address"]
    addresses = posts.facts.addresses.iloc[[0] * own.nunique()].reset_index(drop=True)
    return replace(
        posts.facts,
        messages=kept,
        participants=both.astype(dict(participants.dtypes)).reset_index(drop=True),
        intents=posts.facts.intents[posts.facts.intents["message"].isin(kept["message"])],
        addresses=addresses.assign(address=boxes[sorted(own.unique())].array),
    )
