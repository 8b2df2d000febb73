"""Human signs: whatever shows that a question was seen and somebody reacted.

Frames have integer columns only: group (or conversation), second, source (position in
``SOURCES``) and number of what shows the sign, kind (position in ``KINDS``) and via (the delegate,
or -1).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer.derived.asks import OURS, THEIRS, companies
from analyzer.derived.groups import Bools, Ints, positions, seconds
from analyzer.derived.mail import Mail
from analyzer.derived.people import person_of
from store.facts import Facts

_ANSWERS: Final = ("ACCEPTED", "DECLINED", "TENTATIVE")
_SPOKE: Final = "spoke"
_COLUMNS: Final = ["second", "source", "number", "kind", "via"]

SOURCES: Final = ("message", "event", "mark")
KINDS: Final = ("mail", "colleague", "meeting", "call", "unseen")
_MESSAGE, _EVENT, _MARK = range(3)
_MAIL, _COLLEAGUE, _MEETING, _CALL, _UNSEEN = range(5)

#: A mail to more people than this reacts to nothing that one of them asked.
MOST_TOLD: Final = 10


def personal(mail: Mail, facts: Facts, people: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Signs that end every question of a group, in any thread."""
    frame = _human(mail, people)
    told = frame[(frame["addressees"] <= MOST_TOLD).to_numpy()]
    parts = [
        *_theirs(told),
        _ours(frame, mail.recipients),
        _beside(told, mail.recipients, people),
        _unseen(frame, mail.recipients),
        _replies(facts, people, as_of),
        _calls(facts, people, as_of),
    ]
    signs = pd.concat(parts, ignore_index=True)
    return signs[(signs["group"] >= 0).to_numpy()].sort_values(
        ["second", "source", "number"], ignore_index=True
    )


def in_conversation(mail: Mail, people: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """Signs of a colleague in the thread of a question; keyed by its conversation.

    Ours end when anybody of the same company writes there, theirs when we write there to anybody
    of that company or a colleague of ours writes there.
    """
    asked = asked.assign(thread=mail.mail["thread"].to_numpy()[asked["row"].to_numpy()])
    frame = _human(mail, people)
    frame = frame[frame["thread"].isin(asked["thread"]).to_numpy()]
    company = companies(people)
    colleague = _flag(people, "colleague")[frame["sender"].to_numpy()]
    incoming = frame[~frame["outgoing"].to_numpy()]
    told = _told(frame[frame["outgoing"].to_numpy()], mail.recipients)
    signs = [
        _sign(incoming, _COLLEAGUE).assign(side=OURS, company=company[incoming["sender"]]),
        _sign(told, _MAIL).assign(side=THEIRS, company=company[told["person"]]),
        _sign(frame[colleague], _COLLEAGUE).assign(side=THEIRS, company=-1),
    ]
    made = pd.concat(signs, ignore_index=True).drop(columns="person")
    asked = asked[["conversation", "side", "company", "thread", "person"]].drop_duplicates()
    anybody = asked[(asked["side"] == THEIRS).to_numpy()].assign(company=-1)
    known = pd.concat([asked, anybody], ignore_index=True).drop_duplicates()
    joined = known.merge(made, on=["side", "company", "thread"])
    joined = joined[(joined["person"] != joined["sender"]).to_numpy()]
    joined = joined.sort_values(["second", "source", "number"], ignore_index=True)
    return pd.DataFrame(joined[["conversation", *_COLUMNS]])


def _human(mail: Mail, people: pd.DataFrame) -> pd.DataFrame:
    """Mails and invitations that a person sent; what reads like an auto-reply is none."""
    frame = mail.mail
    sender = frame["sender"].to_numpy()
    kind = frame["kind"].isin(["person", "calendar"]).to_numpy() & ~frame["auto"].to_numpy()
    human = frame[kind & (sender >= 0) & ~_flag(people, "automatic")[sender]]
    columns = ["message", "at", "sender", "via", "kind", "outgoing", "thread"]
    columns += ["addressees", "parent_by"]
    return pd.DataFrame(human[columns].assign(second=seconds(human["at"])))


def _flag(people: pd.DataFrame, column: str) -> Bools:
    result = np.zeros(int(people["person"].max()) + 2 if len(people) else 1, dtype=bool)
    result[people["person"].to_numpy()] = people[column].to_numpy()
    return result


def _sign(frame: pd.DataFrame, kind: int) -> pd.DataFrame:
    calendar = (frame["kind"] == "calendar").to_numpy()
    kinds = np.where(calendar & (kind == _MAIL), _MEETING, kind)
    columns = [c for c in ("sender", "person", "thread", "via", "second") if c in frame]
    made = frame[columns].assign(source=_MESSAGE, number=frame["message"], kind=kinds)
    return made.reset_index(drop=True)


def _theirs(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """Their own mails, those of their delegates for them, and a delegate's other mails."""
    heard = _sign(frame[~frame["outgoing"].to_numpy()], _MAIL)
    by_delegate = heard[(heard["via"] >= 0).to_numpy()]
    pairs = by_delegate[["sender", "via"]].drop_duplicates()
    pairs = pairs.rename(columns={"sender": "principal", "via": "delegate"})
    others = heard.drop(columns="via").merge(pairs, left_on="sender", right_on="delegate")
    others = others.assign(via=others["delegate"], group=others["principal"] * 2 + OURS)
    return [
        heard.assign(group=heard["sender"] * 2 + OURS)[["group", *_COLUMNS]],
        by_delegate.assign(group=by_delegate["via"] * 2 + OURS, via=-1)[["group", *_COLUMNS]],
        others[["group", *_COLUMNS]],
    ]


def _told(outgoing: pd.DataFrame, recipients: pd.DataFrame) -> pd.DataFrame:
    """One row per mail of ours and person it went to."""
    row = positions(recipients["message"].to_numpy(), outgoing["message"].to_numpy())
    told = outgoing.iloc[row[row >= 0]]
    return told.assign(person=recipients["person"].to_numpy()[row >= 0])


def _ours(frame: pd.DataFrame, recipients: pd.DataFrame) -> pd.DataFrame:
    told = _sign(_told(frame[frame["outgoing"].to_numpy()], recipients), _MAIL)
    return told.assign(group=told["person"] * 2 + THEIRS)[["group", *_COLUMNS]]


def _beside(frame: pd.DataFrame, recipients: pd.DataFrame, people: pd.DataFrame) -> pd.DataFrame:
    """Somebody of their company writes to us with them on the mail."""
    told = _told(frame[~frame["outgoing"].to_numpy()], recipients)
    company = companies(people)
    same = company[told["person"].to_numpy()] == company[told["sender"].to_numpy()]
    signs = _sign(told[same & (told["person"] != told["sender"]).to_numpy()], _COLLEAGUE)
    return signs.assign(group=signs["person"] * 2 + OURS)[["group", *_COLUMNS]]


def _unseen(frame: pd.DataFrame, recipients: pd.DataFrame) -> pd.DataFrame:
    """We answer a mail of theirs that is not here (deleted, or lying elsewhere): they had written.

    Known no better than from the time of our answer.
    """
    answers = frame[(frame["outgoing"] & (frame["parent_by"] == "missing")).to_numpy()]
    direct = recipients[(recipients["role"] == "to").to_numpy()]
    signs = _sign(_told(answers, direct), _UNSEEN)
    return signs.assign(group=signs["person"] * 2 + OURS)[["group", *_COLUMNS]]


def _replies(facts: Facts, people: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Invitations answered: an iTIP REPLY, or a calendar that shows a changed answer."""
    columns = ["event", "uid", "recurrence_at", "organizer", "method", "occurred_at"]
    known = facts.attendances[["event", "address", "partstat"]].merge(
        facts.events[columns], on="event"
    )
    known = known[(known["occurred_at"] <= as_of) & (known["address"] != known["organizer"])]
    known = known.sort_values(["occurred_at", "event"], kind="stable")
    before = known.groupby(["uid", "recurrence_at", "address"], dropna=False)["partstat"].shift()
    changed = before.notna() & (before != known["partstat"])
    answered = known["partstat"].isin(_ANSWERS) & (changed | (known["method"] == "REPLY"))
    known = known[answered.to_numpy()]
    attendee = person_of(people, known["address"])
    ours = _flag(people, "own")[attendee]
    asker = person_of(people, known["organizer"])
    group = np.where(ours, asker * 2 + THEIRS, attendee * 2 + OURS)
    nobody = np.where(ours, asker, attendee) < 0
    return _made(np.where(nobody, -1, group), known, _EVENT, _MEETING)


def _calls(facts: Facts, people: pd.DataFrame, as_of: datetime) -> pd.DataFrame:
    """Calls the rep marked: an answer in both directions."""
    marks = facts.marks
    marks = marks[((marks["kind"] == _SPOKE) & (marks["occurred_at"] <= as_of)).to_numpy()]
    person = person_of(people, marks["target"])
    sides = [
        _made(np.where(person >= 0, person * 2 + side, -1), marks, _MARK, _CALL)
        for side in (OURS, THEIRS)
    ]
    return pd.concat(sides, ignore_index=True)


def _made(group: Ints, rows: pd.DataFrame, source: int, kind: int) -> pd.DataFrame:
    second, number = seconds(rows["occurred_at"]), rows[SOURCES[source]].to_numpy()
    frame = pd.DataFrame({"group": group, "second": second, "source": source, "number": number})
    return frame.assign(kind=kind, via=-1)
