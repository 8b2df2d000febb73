"""All of ``analyze`` against the bare detectors in plain pandas, on the same generated facts.

    python -m benchmarks.bench_analyze [--steps] [MESSAGES ...]

The bare detectors: first replies, follow-up chains, reschedules, proposals without an answer and
counts by contact and week over 26 weeks; no people, threads, copies, clocks, scores or verdicts.
Goal: ``analyze`` takes at most 8 times as long at 1,000,000 messages, and at most 12 times its
own time at 100,000. ``--steps`` shows the time of each derived step instead.
"""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from analyzer.analysis import analyze
from analyzer.settings import Settings
from store.facts import COLUMNS, Facts, empty
from store.model import KINDS, ROLES

AS_OF: Final = datetime(2026, 11, 23, tzinfo=UTC)
SETTINGS: Final = Settings(zone="Europe/Berlin")
PER_CONTACT: Final = 160
RUNS: Final = 3


def facts(count: int, seed: int = 1) -> Facts:
    """Two years of one rep: half of the mail is theirs, threads of four, one mail in six asks."""
    chance = np.random.default_rng(seed)
    number = np.arange(count)
    people = max(3, count // PER_CONTACT)
    thread = number // 4
    contact = (people * chance.random(thread[-1] + 1) ** 2).astype(np.int64)[thread]
    outgoing = chance.random(count) < 0.5
    at = _times(thread, number, chance)
    return Facts.of(
        accounts=_typed("accounts", account=[1], name="me", kind="mbox", zone="UTC"),
        addresses=_typed("addresses", account=[1], address="rep@ours.example"),
        mailboxes=_mailboxes(people),
        messages=_messages(number, thread, at, outgoing, chance),
        participants=_participants(number, contact, outgoing),
        intents=_intents(number, chance),
        **_meetings(count // 50, people, at, chance),
    )


def _typed(name: str, /, **columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame(columns)
    for column, like in empty(name).items():
        if column not in frame:
            blank: Any = {"b": False, "i": 0, "f": 0.0, "M": pd.NaT}.get(like.dtype.kind, "")
            frame[str(column)] = blank
        if like.dtype.kind == "M":
            frame[str(column)] = pd.to_datetime(frame[column], utc=True)
    return frame[list(COLUMNS[name])].astype(dict(COLUMNS[name]))


def _times(thread: Any, number: Any, chance: np.random.Generator) -> Any:
    begun = np.sort(chance.integers(0, 730 * 86_400, thread[-1] + 1))[thread]
    later = chance.exponential(20 * 3600, len(number)).astype(np.int64)
    first = number % 4 == 0
    passed = pd.Series(np.where(first, 0, later)).groupby(thread).cumsum().to_numpy()
    seconds = np.minimum(begun + passed, 730 * 86_400)
    return pd.Series(pd.Timestamp(AS_OF) - pd.Timedelta(days=730) + pd.to_timedelta(seconds, "s"))


def _mailboxes(people: int) -> pd.DataFrame:
    numbers = np.arange(people)
    domain = [f"company{n // 3}.example" for n in numbers]
    address = [f"person{n}@{host}" for n, host in zip(numbers, domain, strict=True)]
    return _typed(
        "mailboxes",
        mailbox=np.arange(people + 1),
        address=["rep@ours.example", *address],
        name=["Rep Resentative", *(f"Person Number{n}" for n in numbers)],
        domain=["ours.example", *domain],
    )


def _messages(
    number: Any, thread: Any, at: Any, outgoing: Any, chance: np.random.Generator
) -> pd.DataFrame:
    ids = np.array([f"{n:032x}@mail.example" for n in number], dtype=object)
    first = number % 4 == 0
    before = np.where(first, "", ids[np.maximum(number - 1, 0)])
    oldest = ids[thread * 4]
    both = np.where(number % 4 > 1, oldest + " " + before, before)
    titles = np.array([f"pump offer {n // 2}" for n in thread], dtype=object)
    return _typed(
        "messages",
        message=number,
        account=1,
        message_id=ids,
        in_reply_to=before,
        references=both,
        sent_at=at,
        received_at=at,
        observed_at=at,
        removed_at=pd.NaT,
        offset_minutes=np.where(outgoing, 60, 60 * chance.integers(-8, 9, len(number))),
        kind=pd.Categorical.from_codes(np.where(number % 9, 0, 3), categories=pd.Index(KINDS)),
        subject=np.where(first, titles, "Re: " + titles),
        subject_key=titles,
        words=chance.integers(5, 200, len(number)),
        text_digest=chance.integers(0, 2**62, len(number)),
        attachments="[]",
    )


def _participants(number: Any, contact: Any, outgoing: Any) -> pd.DataFrame:
    box = contact + 1
    sender, to = np.where(outgoing, 0, box), np.where(outgoing, box, 0)
    copied = np.where(number % 3 == 0, np.maximum(box - 1, 1), -1)
    frame = pd.DataFrame({"message": np.repeat(number, 3)})
    frame["mailbox"] = np.column_stack([sender, to, copied]).ravel()
    role = np.tile([0, 3, 4], len(number))
    frame["role"] = pd.Categorical.from_codes(role, categories=pd.Index(ROLES))
    return _typed("participants", **frame[frame["mailbox"] >= 0].reset_index(drop=True))


def _intents(number: Any, chance: np.random.Generator) -> pd.DataFrame:
    share = {"expects_reply": 6, "proposal": 60, "follow_up": 30, "commitment": 25, "apology": 50}
    parts = [
        pd.DataFrame({"message": number[chance.random(len(number)) < 1 / one], "intent": label})
        for label, one in share.items()
    ]
    frame = pd.concat(parts, ignore_index=True)
    return _typed("intents", **frame, probability=0.9, words="by Friday", version="made")


def _meetings(
    count: int, people: int, at: Any, chance: np.random.Generator
) -> dict[str, pd.DataFrame]:
    """Every event is told twice, mostly moved; one in three is theirs, one in 25 is a series."""
    meeting = np.arange(count) // 2
    guest = (people * chance.random(count) ** 2).astype(np.int64)[meeting]
    theirs = np.array([f"person{n}@company{n // 3}.example" for n in guest], dtype=object)
    hosted, series = meeting % 3 == 0, meeting % 25 == 0
    events = _events(count, at, chance).assign(
        organizer=np.where(hosted, theirs, "rep@ours.example"),
        rrule=np.where(series, "FREQ=WEEKLY;COUNT=30", ""),
        zone="Europe/Berlin",
    )
    invited = _typed(
        "attendances",
        event=np.arange(count),
        address=np.where(hosted, "rep@ours.example", theirs),
        role="REQ-PARTICIPANT",
        partstat="NEEDS-ACTION",
    )
    return {"events": events.astype(dict(COLUMNS["events"])), "attendances": invited}


def _events(count: int, at: Any, chance: np.random.Generator) -> pd.DataFrame:
    told = at.sample(count, random_state=2).sort_values().reset_index(drop=True)
    start = told + pd.to_timedelta(chance.integers(1, 14, count), unit="D")
    return _typed(
        "events",
        event=np.arange(count),
        account=1,
        message=-1,
        uid=[f"u{n}" for n in np.arange(count) // 2],
        recurrence_at=pd.NaT,
        sequence=np.arange(count) % 2,
        dtstamp=told,
        learned_from="itip",
        method="REQUEST",
        organizer="rep@ours.example",
        start=start,
        end=start + pd.Timedelta(hours=1),
        status="CONFIRMED",
        occurred_at=told,
        observed_at=told,
    )


def bare(made: Facts) -> list[pd.DataFrame]:
    """The detectors alone, as one would write them in a notebook."""
    boxes = made.participants.merge(made.mailboxes, on="mailbox")
    sender = boxes[boxes["role"] == "from"].set_index("message")["address"]
    to = boxes[boxes["role"] == "to"].set_index("message")["address"]
    mail = made.messages[["message", "sent_at", "subject_key", "kind"]]
    mail = mail[mail["kind"] == "person"]
    mail = mail.assign(sender=mail["message"].map(sender), to=mail["message"].map(to))
    ours = mail["sender"] == "rep@ours.example"
    mail = mail.assign(ours=ours, contact=mail["to"].where(ours, mail["sender"]))
    mail = mail.sort_values("sent_at")
    return [
        _first_replies(mail, made.intents),
        _chains(mail),
        _reschedules(made.events),
        _unanswered(mail, made.intents),
        mail[mail["sent_at"] > pd.Timestamp(AS_OF) - pd.Timedelta(weeks=26)]
        .groupby(["contact", pd.Grouper(key="sent_at", freq="W")])
        .size()
        .reset_index(),
    ]


def _answered(mail: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    theirs = mail[~mail["ours"]][["contact", "sent_at"]].assign(reply=lambda f: f["sent_at"])
    return pd.merge_asof(
        asked, theirs, on="sent_at", by="contact", direction="forward", allow_exact_matches=False
    )


def _first_replies(mail: pd.DataFrame, intents: pd.DataFrame) -> pd.DataFrame:
    asking = intents.loc[intents["intent"] == "expects_reply", "message"]
    found = _answered(mail, mail[mail["ours"] & mail["message"].isin(asking)])
    return found.assign(wait=found["reply"] - found["sent_at"])


def _chains(mail: pd.DataFrame) -> pd.DataFrame:
    ordered = mail.sort_values(["contact", "subject_key", "sent_at"])
    keys = [ordered["contact"], ordered["subject_key"]]
    run = (~ordered["ours"]).groupby(keys).cumsum()
    return ordered[ordered["ours"]].groupby([*keys, run]).size().reset_index(name="chain")


def _reschedules(events: pd.DataFrame) -> pd.DataFrame:
    ordered = events.sort_values(["uid", "sequence", "dtstamp"])
    old = ordered.groupby("uid")["start"].shift()
    moved = old.notna() & (old != ordered["start"])
    return ordered[moved].assign(notice=old - ordered["dtstamp"])


def _unanswered(mail: pd.DataFrame, intents: pd.DataFrame) -> pd.DataFrame:
    offers = intents.loc[intents["intent"] == "proposal", "message"]
    found = _answered(mail, mail[mail["ours"] & mail["message"].isin(offers)])
    late = found["reply"] - found["sent_at"] > pd.Timedelta(days=14)
    return found[found["reply"].isna() | late]


def seconds(work: Callable[[], object]) -> float:
    """Seconds of one run, garbage collected before."""
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def measure(count: int) -> float:
    """One line for one size; returns the median seconds of ``analyze``."""
    made = facts(count)
    whole: list[float] = []
    alone: list[float] = []
    for _ in range(RUNS):
        alone.append(seconds(lambda: bare(made)))
        whole.append(seconds(lambda: analyze(made, SETTINGS, AS_OF)))
    took, peer = statistics.median(whole), statistics.median(alone)
    print(
        f"{count:>9,} messages: analyze {took:6.2f} s, bare detectors {peer:5.2f} s, "
        f"ratio {took / peer:4.1f}",
        flush=True,
    )
    return took


def _steps(made: Facts) -> Iterator[tuple[str, float]]:
    from benchmarks import analyze_steps

    yield from analyze_steps.timed(made, SETTINGS, AS_OF)


def main() -> None:
    """Print times and ratios for each size."""
    sizes = [int(a) for a in sys.argv[1:] if a.isdigit()] or [100_000, 1_000_000]
    if "--steps" in sys.argv:
        for size in sizes:
            print(f"{size:,}", {name: round(s, 2) for name, s in _steps(facts(size))})
        return
    took = [measure(size) for size in sizes]
    if len(took) > 1:
        print(f"{sizes[0]:,} to {sizes[-1]:,}: {took[-1] / took[0]:.1f} times")


if __name__ == "__main__":
    main()
