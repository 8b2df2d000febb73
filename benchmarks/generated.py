"""A store of any size, filled with generated mail of one rep: input of the report benchmark."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Final

from ingest.source import Batch
from store import database
from store.model import Intent, Message, Participant

ME: Final = Participant("from", "rep@ours.example", "Rep Resentative", "ours.example")
END: Final = datetime(2026, 11, 23, tzinfo=UTC)
BATCH: Final = 10_000
#: Messages per contact in a year: a usual rep has some 300 contacts and 50,000 messages.
PER_CONTACT: Final = 160


def fill(path: Path, messages: int, seed: int = 1) -> None:
    """Make a database at ``path`` with that many messages, one in eight of them a question."""
    made = _messages(messages, random.Random(seed))
    with database.open(path) as store, store.writing(), store.bulk():
        account = store.account("rep@ours.example", "files", "Europe/Berlin", ["rep@ours.example"])
        while block := list(islice(made, BATCH)):
            records = tuple(message for message, _ in block)
            intents = [intent for _, found in block for intent in found]
            batch = Batch("made", "full", False, records, (), (), {}, "{}", 0, 0)
            store.save(account, batch, intents, END)
        store.checked(account, "made", END)


def _messages(number: int, chance: random.Random) -> Iterator[tuple[Message, list[Intent]]]:
    contacts = max(3, number // PER_CONTACT)
    began = END - timedelta(days=730)
    for index in range(number):
        at = began + timedelta(days=730) * (index / number)
        contact = int(contacts * chance.random() ** 2)
        thread = f"{contact}-{chance.randrange(PER_CONTACT // 4)}"
        yield _message(index, at, contact, thread, chance)


def _message(
    index: int, at: datetime, contact: int, thread: str, chance: random.Random
) -> tuple[Message, list[Intent]]:
    theirs = Participant(
        "to",
        f"person{contact}@company{contact // 3}.example",
        f"Person {contact}",
        f"company{contact // 3}.example",
    )
    outgoing = chance.random() < 0.5
    sender, receiver = (
        (ME, theirs) if outgoing else (theirs._replace(role="from"), ME._replace(role="to"))
    )
    key = f"{index:032x}"
    message = Message(
        provider_id=key,
        message_id=f"{key}@made.example",
        in_reply_to=f"{index - 7:032x}@made.example" if chance.random() < 0.5 else "",
        references=(),
        thread_hint=thread,
        sent_at=at,
        received_at=at,
        offset_minutes=60,
        kind="person" if chance.random() < 0.9 else "bulk",
        subject=f"Re: Matter {thread}",
        subject_key=f"matter {thread}",
        text="",
        words=chance.randrange(5, 300),
        text_digest=index,
        attachments=(),
        labels=("Sent",) if outgoing else ("Inbox",),
        participants=(sender, receiver),
        sequence_tool=False,
        language="",
    )
    return message, [Intent(key, label, 0.9, "", "made") for label in _labels(chance)]


def _labels(chance: random.Random) -> list[str]:
    rates = {"expects_reply": 0.12, "proposal": 0.01, "reschedule": 0.01, "commitment": 0.05}
    return [label for label, rate in rates.items() if chance.random() < rate]
