"""Distinct messages: copies collapsed, who spoke, what it says. No judgement.

Two stored messages are one when they have the same sender and new text and either the same
Message-ID, or the same Date and subject (each folder's copy may have its own Message-ID). Some
programs wrote the Date of copies in another zone: whole hours apart, within a day, is the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived import delegates
from analyzer.derived.groups import (
    NONE,
    Bools,
    Floats,
    Ints,
    chained,
    components,
    hashes,
    micros,
    mixed,
    positions,
)
from analyzer.derived.people import People
from analyzer.frames import INTENTS, shaped
from analyzer.intents import decide
from analyzer.settings import Settings
from store.facts import Facts

_COLUMNS: Final = [
    "message",
    "account",
    "message_id",
    "sent_at",
    "offset_minutes",
    "kind",
    "subject",
    "subject_key",
    "words",
    "text_digest",
    "sequence_tool",
]

_HOUR: Final = 3_600_000_000


@dataclass(frozen=True)
class Mail:
    """Frames ``mail`` (ordered by time) and ``recipients`` (in header order), and three more.

    ``copies``: message → the message that stands for it, for every stored message that counts.
    ``asked``: one row per row of ``mail``: ``us`` (the rep stands in To), ``here`` (in To or Cc),
    ``to`` (how many stand in To).
    ``words``: message, intent, words: what showed each label (of labels that were decided).
    """

    mail: pd.DataFrame
    recipients: pd.DataFrame
    copies: pd.Series[int]
    asked: pd.DataFrame
    words: pd.DataFrame


def mail(facts: Facts, people: People, settings: Settings, as_of: datetime) -> Mail:
    """All mail known and not removed at ``as_of``, each message once, not yet threaded.

    Left out are messages without any time (they can stand in no order) and those written by
    ``settings.excluded_addresses``.
    """
    who, on = people.people, _participants(facts, people)
    own = _flags(who, "own")
    authors = _first(on, "from", len(facts.messages))
    excluded = people.of(pd.Series(sorted(settings.excluded_addresses), dtype="str"))
    shut_out = np.isin(authors, excluded[excluded >= 0])
    stored, rank = _stored(facts.messages, authors, own, shut_out, as_of)
    on = on.assign(row=rank[on["row"].to_numpy()])
    on = on[on["row"].to_numpy() >= 0]
    head = _heads(stored)
    first = np.flatnonzero(head == np.arange(len(head)))
    kept = stored.take(first).reset_index(drop=True)
    row_of = positions(head, first)
    on = on.assign(row=row_of[on["row"].to_numpy()])
    said = _said(facts.intents, stored["message"].to_numpy(), row_of)
    labels = decide(_probabilities(said, len(kept)))
    to = _recipients(on, kept["author"].to_numpy())
    words = said[labels.to_numpy()[said["row"].to_numpy(), said["label"].to_numpy()]]
    kept["sender"], kept["via"] = _speakers(facts, people, kept, on, to, words)
    kept["outgoing"] = own[kept["sender"].to_numpy()]
    asked = _asked(to, own, len(kept))
    kept["to_us"] = asked["us"]
    kept["addressees"] = np.bincount(to["row"].to_numpy(), minlength=len(kept))
    frame = pd.concat(
        [kept.assign(parent=NONE, parent_by="", thread=NONE, topic=NONE), labels], axis=1
    )
    messages = kept["message"].to_numpy()
    return Mail(
        mail=shaped("mail", frame),
        recipients=_others(to, messages, own),
        copies=pd.Series(messages[row_of], index=pd.Index(stored["message"])),
        asked=asked,
        words=_evident(words, messages),
    )


def _flags(people: pd.DataFrame, column: str) -> Bools:
    """``column`` by person id; the last entry, found at -1, is false."""
    flags = np.zeros(int(people["person"].max() + 2) if len(people) else 1, dtype=bool)
    flags[people["person"].to_numpy()] = people[column].to_numpy()
    return flags


def _participants(facts: Facts, people: People) -> pd.DataFrame:
    """Columns row (of the stored message), person, mailbox, role; strangers to both left out."""
    box = positions(
        facts.participants["mailbox"].to_numpy(), people.mailboxes["mailbox"].to_numpy()
    )
    person = np.append(people.mailboxes["person"].to_numpy(), NONE)[box]
    row = positions(facts.participants["message"].to_numpy(), facts.messages["message"].to_numpy())
    on = facts.participants.assign(row=row, person=person)
    return on[(row >= 0) & (person >= 0)]


def _first(on: pd.DataFrame, role: str, count: int, column: str = "person") -> Ints:
    """The first participant of each row in this role, -1 for none."""
    some = on[(on["role"] == role).to_numpy()]
    result = np.full(count, NONE, dtype=np.int64)
    result[some["row"].to_numpy()[::-1]] = some[column].to_numpy()[::-1]
    return result


def _stored(
    messages: pd.DataFrame, author: Ints, own: Bools, shut_out: Bools, as_of: datetime
) -> tuple[pd.DataFrame, Ints]:
    """What counts, in order of time, with author and at; and the new row of each old one."""
    received = messages["received_at"].where(~own[author], messages["sent_at"])
    at = received.fillna(messages["sent_at"]).fillna(messages["received_at"])
    removed = (messages["removed_at"] <= as_of).to_numpy()
    counts = np.flatnonzero((at <= as_of).to_numpy() & ~removed & ~shut_out)
    order = counts[np.lexsort((messages["message"].to_numpy()[counts], micros(at)[counts]))]
    rank = np.full(len(messages), NONE, dtype=np.int64)
    rank[order] = np.arange(len(order))
    stored = messages[_COLUMNS].assign(author=author, at=at)
    return stored.take(order).reset_index(drop=True), rank


def _heads(stored: pd.DataFrame) -> Ints:
    """The first copy of each message, as a row."""
    author, digest = stored["author"].to_numpy(), stored["text_digest"].to_numpy()
    named, sent = hashes(stored["message_id"]), micros(stored["sent_at"])
    by_id = np.where(named != 0, mixed(named, author, digest), 0)
    subject, dated = hashes(stored["subject_key"]), stored["sent_at"].notna().to_numpy()
    by_text = np.where(dated, mixed(sent, author, digest, subject), 0)
    written = dated & (stored["words"] > 0).to_numpy() & (stored["kind"] == "person").to_numpy()
    by_minute = np.where(written, mixed(sent % _HOUR, author, digest, subject), 0)
    left, right = _twins(by_minute)
    near = np.abs(sent[left] - sent[right]) < 24 * _HOUR
    edges = [_twins(by_id), _twins(by_text), (left[near], right[near])]
    return components(len(stored), *map(np.concatenate, zip(*edges, strict=True)))


def _twins(keys: Ints) -> tuple[Ints, Ints]:
    """Edges between rows with the same key; key 0 is no key."""
    twice = np.flatnonzero(pd.Series(keys).duplicated(keep=False).to_numpy() & (keys != 0))
    a, b = chained(np.asarray(pd.factorize(keys[twice])[0], dtype=np.int64))
    return twice[a], twice[b]


def _said(intents: pd.DataFrame, messages: Ints, row_of: Ints) -> pd.DataFrame:
    """Labels of distinct messages: row, label (position in ``INTENTS``), probability, words."""
    kinds = intents["intent"].cat.categories
    label = np.append(pd.Index(INTENTS).get_indexer(kinds), NONE)[intents["intent"].cat.codes]
    row = positions(intents["message"].to_numpy(), messages)
    found = np.flatnonzero((row >= 0) & (label >= 0))
    said = {"row": row_of[row[found]], "label": label[found].astype(np.int64)}
    shown = {c: intents[c].array[found] for c in ("probability", "words")}
    return pd.DataFrame({**said, **shown})


def _probabilities(said: pd.DataFrame, count: int) -> pd.DataFrame:
    """One row per message, one column per label; of copies the highest."""
    table: Floats = np.zeros((count, len(INTENTS)))
    cells = (said["row"].to_numpy(), said["label"].to_numpy())
    np.maximum.at(table, cells, said["probability"].to_numpy())
    return pd.DataFrame(table, columns=list(INTENTS))


def _recipients(on: pd.DataFrame, author: Ints) -> pd.DataFrame:
    """Columns row, person, role: each once per message (To before Cc), the author left out."""
    role = on["role"]
    to = pd.concat([on[(role == "to").to_numpy()], on[(role == "cc").to_numpy()]])
    row, person = to["row"].to_numpy(), to["person"].to_numpy()
    again = pd.Series(row * (person.max(initial=0) + 1) + person).duplicated().to_numpy()
    to = to[["row", "person", "role"]][~again & (person != author[row])]
    return pd.DataFrame(to.sort_values("row", kind="stable", ignore_index=True))


def _speakers(
    facts: Facts,
    people: People,
    kept: pd.DataFrame,
    on: pd.DataFrame,
    to: pd.DataFrame,
    words: pd.DataFrame,
) -> tuple[Ints, Ints]:
    """(speaker, via) of each message, by the strongest sign there is."""
    who, count, author = people.people, len(kept), kept["author"].to_numpy()
    speaker, via = delegates.by_header(author, _first(on, "sender", count), who)
    said = delegates.by_display_name(people.mailboxes, facts, who)
    box = _first(on, "from", count, "mailbox")
    named = said.reindex(box, fill_value=NONE).to_numpy(np.int64)
    named = np.where((named == author) | (via >= 0), NONE, named)
    speaker, via = np.where(named >= 0, named, speaker), np.where(named >= 0, author, via)
    own = _flags(who, "own")
    text = words[(words["label"] == INTENTS.index("delegate")).to_numpy()]
    row = text["row"].to_numpy()
    text = text[(via[row] < 0) & (author[row] >= 0) & ~own[author[row]]].drop_duplicates("row")
    spoken, by = delegates.by_words(author, to, text, who)
    by = np.where(own[spoken], NONE, by)  # "Mr Roe asked me": a colleague is no voice of the rep
    return np.where(by >= 0, spoken, speaker), np.where(by >= 0, by, via)


def _asked(to: pd.DataFrame, own: Bools, count: int) -> pd.DataFrame:
    row, mine = to["row"].to_numpy(), own[to["person"].to_numpy()]
    direct = (to["role"] == "to").to_numpy()
    return pd.DataFrame(
        {
            "us": np.bincount(row[mine & direct], minlength=count) > 0,
            "here": np.bincount(row[mine], minlength=count) > 0,
            "to": np.bincount(row[direct], minlength=count),
        }
    )


def _others(to: pd.DataFrame, messages: Ints, own: Bools) -> pd.DataFrame:
    others = to[~own[to["person"].to_numpy()]]
    return shaped("recipients", others.assign(message=messages[others["row"].to_numpy()]))


def _evident(words: pd.DataFrame, messages: Ints) -> pd.DataFrame:
    intent = pd.Categorical.from_codes(words["label"], categories=pd.Index(INTENTS))
    message = messages[words["row"].to_numpy()]
    frame = pd.DataFrame({"message": message, "intent": intent, "words": words["words"].array})
    return frame.sort_values(["message", "intent", "words"], ignore_index=True)
