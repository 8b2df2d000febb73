"""Reply links by subject alone, against the true headers of a real mailing list.

The headers of ``../shared/data/mail/r-sig-geo.mbox.gz`` are read, hidden, and the answers found by
the subject fallback compared with those the headers tell. The archive has no answer prefixes
("Re:") and no addressees but the list, so this is the fallback at its hardest.

    python -m benchmarks.measure_threads
"""

from __future__ import annotations

import gzip
import re
import time
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from analyzer.derived.mail import mail
from analyzer.derived.people import people
from analyzer.derived.threads import thread
from analyzer.settings import Settings
from ingest import mime
from store.facts import Facts
from tests.builders import Story

_MBOX = Path(__file__).parents[2] / "shared" / "data" / "mail" / "r-sig-geo.mbox.gz"
_FROM_LINE = re.compile(rb"(?m)^From \S+ Thu Jan  1 00:00:00 1970\n")


def listed() -> Facts:
    """The list as facts of somebody who only reads it."""
    story = Story(me="reader@nowhere.example")
    for raw in _FROM_LINE.split(gzip.decompress(_MBOX.read_bytes()))[1:]:
        message = mime.parse(raw).message
        sender = next((p.address for p in message.participants if p.role == "from"), "")
        others = [p.address for p in message.participants if p.role in ("to", "cc")]
        story.mail(
            sender,
            to=others,
            at=str(message.sent_at),
            subject=message.subject,
            subject_key=message.subject_key,
            message_id=message.message_id,
            in_reply_to=message.in_reply_to,
            references=" ".join(message.references),
            text_digest=message.text_digest,
        )
    return story.facts()


def parents(facts: Facts) -> pd.DataFrame:
    """Parent and thread by message."""
    as_of = datetime(2027, 1, 1, tzinfo=UTC)
    who = people(facts, Settings())
    return thread(mail(facts, who, Settings(), as_of), facts).mail.set_index("message")


def main() -> None:
    """Print precision and recall of parents and of threads."""
    facts = listed()
    hidden = facts.messages.assign(in_reply_to="", references="")
    truth = parents(facts)
    truth = truth[truth["parent_by"].isin(["header", "missing", ""])]
    begin = time.perf_counter()
    found = parents(Facts(**{**vars(facts), "messages": hidden})).loc[truth.index]
    took = time.perf_counter() - begin
    linked, answers = found["parent"] >= 0, truth["parent_by"] == "header"
    right = linked & answers & (found["parent"] == truth["parent"])
    together = (
        linked
        & answers
        & (truth["thread"].reindex(found["parent"]).to_numpy() == truth["thread"].to_numpy())
    )
    print(f"messages {len(truth)}, answers by header {answers.sum()}, found {linked.sum()}")
    print(f"the very message:  precision {right.sum() / linked.sum():.3f}", end="  ")
    print(f"recall {right.sum() / answers.sum():.3f}")
    print(f"the right thread:  precision {together.sum() / linked.sum():.3f}", end="  ")
    print(f"recall {together.sum() / answers.sum():.3f}")
    print(f"{took:.2f} s")


if __name__ == "__main__":
    main()
