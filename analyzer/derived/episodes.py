"""Questions and their answers: what waits, what was answered, and after how long."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from analyzer.clock import Clock
from analyzer.days import columns as days
from analyzer.derived import signs
from analyzer.derived.absences import Away
from analyzer.derived.asks import OURS, THEIRS, asks
from analyzer.derived.groups import (
    Bools,
    Ints,
    codes,
    last_before,
    looked_up,
    next_after,
    seconds,
)
from analyzer.derived.mail import Mail
from analyzer.derived.people import person_of
from analyzer.frames import shaped
from store.facts import Facts

_NEVER: Final = np.iinfo(np.int64).max >> 30
_DIRECTIONS: Final = np.array(["ours", "theirs"], dtype=object)


def episodes(
    facts: Facts,
    mail: Mail,
    people: pd.DataFrame,
    topics: pd.DataFrame,
    absences: pd.DataFrame,
    clock: Clock,
    as_of: datetime,
    zone: str = "UTC",
) -> pd.DataFrame:
    """Frame ``episodes``, in order of the first question.

    Questions of one conversation with no human sign in between are one episode. It ends with the
    first sign of that person or their delegate anywhere, of a colleague of theirs in the thread
    or with them on the mail, an invitation answered, or a call. Waits stop while the one who
    should answer is away. ``suspended_until``: the last day before the end that they named for an
    answer, a decision or a "later" (or that the rep parked them until); after won, silence tells
    nothing: the day after ``as_of``. Once such a day has come, waits begin with it. Days without
    an own offset are those of ``zone``.
    """
    asked = asks(mail, people)
    answers = _answers(asked, mail, facts, people, as_of)
    now = int(seconds(pd.Series([pd.Timestamp(as_of)]))[0])
    frame, first, last = _grouped(asked, answers)
    frame = frame.assign(**_told(asked, mail, first, last))
    frame["topic"] = mail.mail["topic"].to_numpy()[asked["row"].to_numpy()[last]]
    end = np.where(frame["open"], now, frame["answered"])
    until = _suspended(frame, end, mail, facts, people, zone)
    frame = frame.assign(**_from_the_day(frame, until, end))
    frame = frame.assign(**_waits(frame, people, Away.of(absences), clock, end))
    won = _won(frame, topics, facts, people) & frame["open"].to_numpy()
    frame["suspended_until"] = until.where(~won, pd.Timestamp(as_of) + pd.Timedelta(days=1))
    frame["company"] = _by_person(people, "company", "")[frame["person"].to_numpy()]
    frame["evidence"] = _evidence(asked, frame, mail)
    return shaped("episodes", frame)


def _answers(
    asked: pd.DataFrame, mail: Mail, facts: Facts, people: pd.DataFrame, as_of: datetime
) -> pd.DataFrame:
    """The first sign after each question: columns of ``signs``, second ``_NEVER`` for none."""
    second = asked["second"].to_numpy()
    alone = signs.personal(mail, facts, people, as_of)
    beside = signs.in_conversation(mail, people, asked)
    group, conversation = asked["group"].to_numpy(), asked["conversation"].to_numpy()
    mine = next_after(group, second, alone["group"].to_numpy(), alone["second"].to_numpy())
    ours = next_after(
        conversation, second, beside["conversation"].to_numpy(), beside["second"].to_numpy()
    )
    columns = ["second", "source", "number", "kind", "via"]
    none = pd.DataFrame([[_NEVER, -1, -1, -1, -1]], columns=columns)
    first = pd.concat([alone[columns], none], ignore_index=True).iloc[mine]
    other = pd.concat([beside[columns], none], ignore_index=True).iloc[ours]
    sooner = (other["second"].to_numpy() < first["second"].to_numpy())[:, None]
    return pd.DataFrame(np.where(sooner, other.to_numpy(), first.to_numpy()), columns=columns)


def _grouped(asked: pd.DataFrame, answers: pd.DataFrame) -> tuple[pd.DataFrame, Ints, Ints]:
    """One row per episode; and the asked rows that begin and end it."""
    conversation, ends = asked["conversation"].to_numpy(), answers["second"].to_numpy()
    episode = codes(conversation, ends)
    first = np.flatnonzero(~pd.Series(episode).duplicated().to_numpy())
    last = np.flatnonzero(~pd.Series(episode).duplicated(keep="last").to_numpy())
    last = last[np.argsort(episode[last], kind="stable")]
    asked["episode"] = episode
    frame = asked.iloc[first][["person", "side"]].reset_index(drop=True)
    end = answers.iloc[first].reset_index(drop=True)
    unanswered = (end["second"] == _NEVER).to_numpy()
    reference = [
        f"{signs.SOURCES[source]}:{number}" if source >= 0 else ""
        for source, number in zip(end["source"], end["number"], strict=True)
    ]
    return (
        frame.assign(
            episode=np.arange(len(frame)),
            direction=_DIRECTIONS[frame["side"].to_numpy()],
            asks=np.bincount(episode, minlength=len(frame)),
            open=unanswered,
            answered=end["second"],
            answered_at=_instants(end["second"].to_numpy(), unanswered),
            answered_by=reference,
            answered_kind=np.array([*signs.KINDS, ""], dtype=object)[end["kind"].to_numpy()],
            answer_via=end["via"],
        ),
        first,
        last,
    )


def _instants(second: Ints, missing: Bools) -> Any:
    at = np.where(missing, np.datetime64("NaT"), second.astype("datetime64[s]"))
    return pd.Series(at.astype("datetime64[us]")).dt.tz_localize("UTC").array


def _told(asked: pd.DataFrame, mail: Mail, first: Ints, last: Ints) -> dict[str, Any]:
    """What the questions of each episode say."""
    frame, row = mail.mail, asked["row"].to_numpy()
    episode, count = asked["episode"].to_numpy(), len(first)
    at = frame["at"]
    offers = np.flatnonzero(frame["proposal"].to_numpy()[row])
    offered = np.full(count, -1, dtype=np.int64)
    offered[episode[offers]] = offers
    by_hand = ~frame["sequence_tool"].to_numpy()[row]
    return {
        "thread": frame["thread"].to_numpy()[row[first]],
        "asked_message": frame["message"].to_numpy()[row[first]],
        "asked_at": at.iloc[row[first]].array,
        "last_asked_at": at.iloc[row[last]].array,
        "first": asked["second"].to_numpy()[first],
        "last": asked["second"].to_numpy()[last],
        "proposal": offered >= 0,
        "proposal_at": at.array.take(
            np.where(offered >= 0, np.append(row, -1)[offered], -1), allow_fill=True
        ),
        "sequence": np.bincount(episode[by_hand], minlength=count) == 0,
        "requested": _requested(asked, mail, offered),
    }


def _requested(asked: pd.DataFrame, mail: Mail, offered: Ints) -> Bools:
    """Whether they asked for something in the thread before the proposal went there."""
    thread = mail.mail["thread"].to_numpy()[asked["row"].to_numpy()]
    company, second = asked["company"].to_numpy(), asked["second"].to_numpy()
    place = codes(thread, company)
    asks_us = np.flatnonzero((asked["side"] == THEIRS).to_numpy())
    some = np.maximum(offered, 0)
    if not len(asked):
        return np.zeros(0, dtype=bool)
    before = last_before(place[some], second[some], place[asks_us], second[asks_us])
    ours = (asked["side"] == OURS).to_numpy()[some]
    return np.asarray((offered >= 0) & ours & (before >= 0))


def _from_the_day(frame: pd.DataFrame, until: pd.Series[Any], end: Ints) -> dict[str, Ints]:
    """When the waits begin: with the questions, or on a day that was named, once it has come."""
    known = until.notna().to_numpy()
    day = np.where(known, seconds(until.fillna(pd.Timestamp(0, tz="UTC"))), 0)
    came = np.where(known & (day <= end), day, 0)
    return {name: np.maximum(frame[name].to_numpy(), came) for name in ("first", "last")}


def _waits(
    frame: pd.DataFrame, people: pd.DataFrame, away: Away, clock: Clock, end: Ints
) -> dict[str, Any]:
    """Wall and effective hours from the first and the last question, absences taken off."""
    rep = people.loc[people["own"], "person"].min()
    person = np.where(frame["side"] == OURS, frame["person"], rep).astype(np.int64)
    until = clock.reading_eh(person, end * 1_000_000)
    result: dict[str, Any] = {}
    for name, column in (("waited", "first"), ("waited_since_last", "last")):
        begin = frame[column].to_numpy()
        off = away.hours(person, begin, end)
        off_eh = away.effective_hours(clock, person, begin, end)
        spent = until - clock.reading_eh(person, begin * 1_000_000)
        result[f"{name}_hours"] = np.maximum((end - begin) / 3600 - off, 0.0)
        result[f"{name}_eh"] = np.maximum(spent - off_eh, 0.0)
        result.setdefault("paused_hours", off)
    return result


def _suspended(
    frame: pd.DataFrame, end: Ints, mail: Mail, facts: Facts, people: pd.DataFrame, zone: str
) -> pd.Series[Any]:
    """The day that silence was announced until, where it lies after the question."""
    told = _announced(mail, facts, people, zone)
    row = last_before(
        frame["person"].to_numpy(), end, told["person"].to_numpy(), seconds(told["at"])
    )
    until = pd.Series(told["until"].array.take(row, allow_fill=True), index=frame.index)
    fits = (until > frame["asked_at"]) & (frame["side"] == OURS)
    return until.where(fits)


def _announced(mail: Mail, facts: Facts, people: pd.DataFrame, zone: str) -> pd.DataFrame:
    """Columns person, at, until: days they put things off to, or the rep parked them until."""
    frame = mail.mail
    said = mail.words[mail.words["intent"].isin(["brush_off", "commitment"]).to_numpy()]
    columns = ["message", "sender", "at", "offset_minutes", "outgoing"]
    said = said.merge(frame[columns], on="message")
    said = said[~said["outgoing"].to_numpy()]
    when = (said["words"], said["at"], said["offset_minutes"], zone)
    promised = (said["intent"] == "commitment").to_numpy()
    until = days.due(*when)["due_at"].where(promised, days.resumes(*when))
    theirs = pd.DataFrame({"person": said["sender"], "at": said["at"], "until": until})
    marks = facts.marks[(facts.marks["kind"] == "park").to_numpy()]
    undone = facts.marks[(facts.marks["kind"] == "unpark").to_numpy()]
    last = looked_up(marks["target"], undone.groupby("target")["occurred_at"].max())
    marks = marks[~(last >= marks["occurred_at"]).to_numpy()]
    untold = pd.Series(pd.NA, index=marks.index, dtype="Int32")
    parked = pd.DataFrame(
        {
            "person": person_of(people, marks["target"]),
            "at": marks["occurred_at"],
            "until": days.resumes(marks["value"], marks["occurred_at"], untold, zone),
        }
    )
    both = pd.concat([theirs, parked], ignore_index=True)
    known = both["until"].notna() & (both["until"] > both["at"]) & (both["person"] >= 0)
    return both[known.to_numpy()].sort_values(["at", "until"], ignore_index=True)


def _won(frame: pd.DataFrame, topics: pd.DataFrame, facts: Facts, people: pd.DataFrame) -> Bools:
    """Questions in a topic that is won, or after the rep marked the person as won."""
    topic = frame["topic"].isin(topics.loc[topics["outcome"] == "won", "topic"])
    marks = facts.marks[(facts.marks["kind"] == "won").to_numpy()]
    person, second = person_of(people, marks["target"]), seconds(marks["occurred_at"])
    order = np.argsort(second, kind="stable")
    before = last_before(
        frame["person"].to_numpy(), frame["first"].to_numpy(), person[order], second[order]
    )
    return np.asarray((topic.to_numpy() | (before >= 0)) & (frame["side"] == OURS).to_numpy())


def _by_person(people: pd.DataFrame, column: str, missing: Any) -> Any:
    result = np.full(int(people["person"].max()) + 2 if len(people) else 1, missing, dtype=object)
    result[people["person"].to_numpy()] = people[column].to_numpy(object)
    return result


def _evidence(asked: pd.DataFrame, frame: pd.DataFrame, mail: Mail) -> Any:
    """References of all questions and the answer, oldest first."""
    order = np.argsort(asked["episode"].to_numpy(), kind="stable")
    numbers = mail.mail["message"].to_numpy()[asked["row"].to_numpy()[order]]
    told = [f"message:{number}" for number in numbers]
    ends = frame["asks"].to_numpy().cumsum()
    spans = zip(ends - frame["asks"].to_numpy(), ends, frame["answered_by"], strict=True)
    shown = (tuple(told[a:b]) + ((by,) if by else ()) for a, b, by in spans)
    return np.fromiter(shown, dtype=object, count=len(frame))
