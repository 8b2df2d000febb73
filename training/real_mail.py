"""Real mail beside the repository, read in place: only numbers fitted on it leave it."""

from __future__ import annotations

import gzip
import re
import tempfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pandas as pd

from analyzer.analysis import Told, told
from analyzer.settings import Settings
from brickwall.importing import import_paths
from brickwall.labels import label
from store import database
from store.facts import Facts
from store.reading import read_facts

MAIL: Final = Path(__file__).parents[2] / "shared" / "data" / "mail"
#: Whole mailboxes, sent mail included, with the addresses of their owners.
OWNERS: Final = {
    "enron-lay-k": ("kenneth.lay@enron.com", "klay@enron.com"),
    "enron-allen-p": ("phillip.allen@enron.com", "pallen@enron.com"),
}
ZONE: Final = "America/Chicago"
SETTINGS: Final = Settings(zone=ZONE, internal="keep")
END: Final = datetime(2002, 7, 1, tzinfo=UTC)

_FROM_LINE: Final = re.compile(rb"(?m)^From \S+ Thu Jan  1 00:00:00 1970\n")
_NOTES: Final = re.compile(rb"(?mi)^X-FileName:.*\.nsf")
_MESSAGE_ID: Final = re.compile(rb"(?mi)^Message-ID:\s*<(.*?)>")


def whole(name: str) -> Facts:
    """One mailbox as ``brickwall import --internal keep`` stores it, its clock repaired.

    Mail from Notes has Houston local time written as UTC; offsets are those of the server that
    exported it, so that none is believed.
    """
    path = MAIL / f"{name}.mbox.gz"
    with tempfile.TemporaryDirectory() as folder, database.open(Path(folder) / "b.db") as opened:
        import_paths(
            [path],
            database=opened,
            zone=ZONE,
            label=label,
            now=lambda: END,
            me=OWNERS[name],
            internal="keep",
            workers=1,
        )
        facts = read_facts(opened)
    return _repaired(facts, _from_notes(path))


def _from_notes(path: Path) -> set[str]:
    heads = (part.split(b"\n\n", 1)[0] for part in _FROM_LINE.split(_unpacked(path))[1:])
    told_ids = (_MESSAGE_ID.search(head) for head in heads if _NOTES.search(head))
    return {found.group(1).decode("ascii", "replace") for found in told_ids if found}


def _unpacked(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())


def _repaired(facts: Facts, notes: set[str]) -> Facts:
    messages = facts.messages
    wrong = messages["message_id"].str.strip("<>").isin(notes)
    local = (
        messages["sent_at"]
        .dt.tz_localize(None)
        .dt.tz_localize(ZONE, ambiguous="NaT", nonexistent="shift_forward")
    )
    right = local.dt.tz_convert("UTC").fillna(messages["sent_at"])
    return replace(
        facts,
        messages=messages.assign(
            sent_at=messages["sent_at"].where(~wrong, right.astype(messages["sent_at"].dtype)),
            received_at=messages["received_at"].where(~wrong),
            offset_minutes=pd.array([pd.NA] * len(messages), dtype="Int32"),
        ),
    )


def asking(facts: Facts) -> Facts:
    """``facts`` in which every mail of a person is a question: far more outcomes to learn from."""
    people = facts.messages.loc[(facts.messages["kind"] == "person").to_numpy(), "message"]
    known = facts.intents
    every = pd.DataFrame({"message": people.to_numpy(), "probability": 1.0, "words": ""})
    every = every.assign(
        intent=pd.Categorical(
            ["expects_reply"] * len(every), categories=known["intent"].cat.categories
        ),
        version="all",
    )
    others = known[(known["intent"] != "expects_reply").to_numpy()]
    every = every[list(known.columns)].astype(dict(known.dtypes))
    return replace(facts, intents=pd.concat([others, every], ignore_index=True))


def derived(facts: Facts) -> Told:
    """What the facts of a mailbox tell at its end."""
    return told(facts, SETTINGS, END)
