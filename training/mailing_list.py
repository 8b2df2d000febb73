"""Questions to a mailing list and their answers: complete, with true headers, though no sales."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from analyzer.clock import clock
from analyzer.derived.groups import Floats, micros, seconds
from analyzer.derived.mail import mail
from analyzer.derived.people import people
from analyzer.derived.threads import thread
from analyzer.reply_history import COLUMNS, Events, record_before
from analyzer.settings import Settings
from brickwall.importing import import_paths
from brickwall.labels import label
from store import database
from store.facts import Facts
from store.reading import read_facts
from training import real_mail

_MBOX: Final = real_mail.MAIL / "r-sig-geo.mbox.gz"
END: Final = datetime(2026, 7, 1, tzinfo=UTC)
_QUARTER: Final = 90 * 86_400
_LONGEST_HOURS: Final = 5 * 365.25 * 24


def facts() -> Facts:
    """The list as facts of somebody who only reads it."""
    with tempfile.TemporaryDirectory() as folder, database.open(Path(folder) / "b.db") as opened:
        import_paths(
            [_MBOX],
            database=opened,
            zone="UTC",
            label=label,
            now=lambda: END,
            me=["reader@nowhere.example"],
            internal="keep",
            workers=1,
        )
        return read_facts(opened)


def questions(facts: Facts) -> pd.DataFrame:
    """A history (``analyzer.reply_history``) of all posts that begin a thread.

    ``person`` is who asks: everybody asks the same list. ``address`` is added. Effective hours are
    those of everyone's week.
    """
    who = people(facts, Settings())
    told = thread(mail(facts, who, Settings(), END), facts)
    frame = told.mail[(told.mail["at"] < pd.Timestamp(END)).to_numpy()]
    asked = _asked(frame)
    everyone = np.full(len(asked), -1)
    hours = clock(frame, who.people, Settings())
    now = pd.Series(pd.Timestamp(END), index=asked.index)
    come = asked["answered_at"].fillna(now)
    asked["waited_eh"] = hours.elapsed_eh(everyone, asked["at"], come)
    asked["company"] = "list"
    person, second = asked["sender"].to_numpy(), seconds(asked["at"])
    at = micros(asked["at"])
    ahead = hours.reading_eh(everyone, at + 4 * 3_600_000_000) - hours.reading_eh(everyone, at)
    made: dict[str, Any] = {
        **dict.fromkeys(COLUMNS, 0.0),
        "episode": asked["message"].to_numpy(),
        "person": person,
        "second": second,
        "answered": ~asked["open"].to_numpy(),
        "waited_eh": asked["waited_eh"].to_numpy(),
        "elapsed_eh": hours.elapsed_eh(everyone, asked["at"], now),
        **record_before(asked, person, second),
        **_traffic(asked, frame),
        "soon": ahead,
        "asks": 1.0,
    }
    made["known"] = np.log1p(made["of"])
    result = pd.DataFrame(made)[list(COLUMNS)]
    address = who.people.set_index("person")["address"]
    return result.assign(address=result["person"].map(address))


def _asked(frame: pd.DataFrame) -> pd.DataFrame:
    """First posts of threads, with the first answer of somebody else."""
    first = frame[(frame["parent"] < 0).to_numpy() & (frame["parent_by"] == "").to_numpy()]
    first = first[(first["sender"] >= 0).to_numpy()].drop_duplicates("thread")
    first = first[["message", "thread", "sender", "at"]]
    both = frame[["thread", "sender", "at"]].merge(
        first[["thread", "sender"]], on="thread", suffixes=("", "_asks")
    )
    answers = both[(both["sender"] != both["sender_asks"]).to_numpy()]
    came = answers.groupby("thread")["at"].min()
    asked = first.assign(answered_at=first["thread"].map(came)).reset_index(drop=True)
    asked["answered_at"] = asked["answered_at"].astype(asked["at"].dtype)
    return asked.assign(open=asked["answered_at"].isna())


def _traffic(asked: pd.DataFrame, frame: pd.DataFrame) -> dict[str, Floats]:
    """Answers that the asker had got, and posts of theirs, before the question."""
    got = asked[~asked["open"].to_numpy()]
    came = Events(got["sender"].to_numpy(), seconds(got["answered_at"]))
    wrote = Events(frame["sender"].to_numpy(), seconds(frame["at"]))
    person, second = asked["sender"].to_numpy(), seconds(asked["at"])
    since, heard = np.maximum(second - _QUARTER, 0), came.last(person, second)
    quiet = np.where(heard > 0, (second - heard) / 3600, _LONGEST_HOURS)
    return {
        "mails_in": np.log1p(came.before(person, second, since)[0]),
        "mails_out": np.log1p(wrote.before(person, second, since)[0]),
        "recency": np.log1p(np.minimum(quiet, _LONGEST_HOURS)),
        "unanswered": np.log1p(wrote.before(person, second, heard)[0]),
    }
