"""Who speaks and who wrote: a delegate's words count for the principal.

A delegate shows in three ways: a Sender header that is not the From (RFC 5322 3.6.2), a display
name "Ann Lee on behalf of Ken Roe", or a text that says so (intent ``delegate``). In the last
case the principal is the one the words name, else the only other person of that company in Cc,
else the one this delegate otherwise wrote for.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived import names
from analyzer.derived.groups import NONE, Bools, Ints
from store.facts import Facts

_NAME: Final = r"([A-Z][\w'-]+(?: [A-Z]\.)? [A-Z][\w'-]+)"


def by_header(author: Ints, sender: Ints, people: pd.DataFrame) -> tuple[Ints, Ints]:
    """(speaker, via) where From and Sender differ; list software and machines are no delegates."""
    company = _companies(people)
    machine = people["automatic"].to_numpy()[_rows(people, sender)]
    same = company[_rows(people, author)] == company[_rows(people, sender)]
    acts = (sender >= 0) & (author >= 0) & (sender != author) & ~machine & same
    return author, np.where(acts, sender, NONE)


def by_display_name(mailboxes: pd.DataFrame, facts: Facts, people: pd.DataFrame) -> pd.Series[int]:
    """Mailbox → principal that its display name says it writes for."""
    said = names.behalf(facts.mailboxes["name"])
    boxes = facts.mailboxes[(said != "").to_numpy()]
    company = people.set_index("person")["company"]
    writer = mailboxes.set_index("mailbox")["person"].reindex(boxes["mailbox"])
    asked = pd.DataFrame({"company": writer.map(company).array, "name": said[said != ""].array})
    principal = _by_name(asked, people)
    return pd.Series(principal, index=pd.Index(boxes["mailbox"]), dtype="int64")


def by_words(
    author: Ints, recipients: pd.DataFrame, words: pd.DataFrame, people: pd.DataFrame
) -> tuple[Ints, Ints]:
    """(speaker, via) of messages whose text shows a delegate.

    ``author``: who wrote each message; ``recipients``: columns row, person, role; ``words``:
    columns row, words of the ``delegate`` label; rows count the messages.
    """
    speaker, rows = author.copy(), words["row"].to_numpy()
    found = _named(author[rows], words["words"], people)
    found = np.where(found >= 0, found, _only_colleague(author, rows, recipients, people))
    found = np.where(found == author[rows], NONE, found)
    found = np.where(found >= 0, found, _usual(author[rows], found))
    speaker[rows] = np.where(found >= 0, found, author[rows])
    return speaker, np.where(speaker != author, author, NONE)


def _companies(people: pd.DataFrame) -> Ints:
    return np.asarray(pd.factorize(people["company"])[0], dtype=np.int64)


def _rows(people: pd.DataFrame, person: Ints) -> Ints:
    """Row of each person; nobody becomes the last row, to be masked by the caller."""
    return np.asarray(pd.Index(people["person"]).get_indexer(pd.Index(person)), dtype=np.int64)


def _by_name(asked: pd.DataFrame, people: pd.DataFrame) -> Ints:
    """The only person of that name at that company, or -1."""
    known = pd.DataFrame(
        {"c": people["company"], "k": names.key(people["name"]), "person": people["person"]}
    )
    known = known[known["k"] != ""].drop_duplicates(["c", "k"], keep=False)
    wanted = pd.DataFrame({"c": asked["company"].array, "k": names.key(asked["name"]).array})
    wanted = wanted.astype({"c": "str", "k": "str"})
    return wanted.merge(known, how="left")["person"].fillna(NONE).to_numpy(np.int64)


def _named(author: Ints, words: pd.Series[str], people: pd.DataFrame) -> Ints:
    company = people["company"].to_numpy(object)[_rows(people, author)]
    said = words.reset_index(drop=True).str.extractall(_NAME)[0].reset_index(level=1, drop=True)
    asked = pd.DataFrame({"company": company[said.index], "name": said.astype("str").array})
    principal = pd.Series(_by_name(asked, people), index=said.index)
    principal = principal[principal >= 0]
    first = principal[~principal.index.duplicated()]
    return first.reindex(range(len(words)), fill_value=NONE).to_numpy(np.int64)


def _only_colleague(
    author: Ints, rows: Ints, recipients: pd.DataFrame, people: pd.DataFrame
) -> Ints:
    company = _companies(people)
    on = recipients[recipients["row"].isin(rows) & (recipients["role"] == "cc")]
    row, person = on["row"].to_numpy(), on["person"].to_numpy()
    human = ~people["automatic"].to_numpy()[_rows(people, person)]
    same = company[_rows(people, person)] == company[_rows(people, author[row])]
    fits: Bools = human & same & (person != author[row])
    only = pd.Series(person[fits], index=row[fits])
    only = only[~only.index.duplicated(keep=False)]
    return only.reindex(rows, fill_value=NONE).to_numpy(np.int64)


def _usual(author: Ints, found: Ints) -> Ints:
    """The principal each delegate wrote for most often."""
    pairs = pd.DataFrame({"author": author, "found": found})[found >= 0]
    counted = pairs.value_counts().reset_index()
    counted = counted.sort_values(["count", "found"], ascending=[False, True])
    usual = counted.drop_duplicates("author").set_index("author")["found"]
    return usual.reindex(author, fill_value=NONE).to_numpy(np.int64)
