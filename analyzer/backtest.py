"""How right brickwall would have been on the rep's own history: judged month by month.

At each origin everything is analysed anew from what could be known then. What was said is held
against the twenty working days that followed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer import meeting_risk, reply_model
from analyzer.analysis import Analysis, analyze
from analyzer.derived.everything import Derived
from analyzer.derived.groups import Floats, looked_up
from analyzer.settings import Settings
from store.facts import Facts

#: Twenty working days: what is said is true or false by then.
HORIZON: Final = pd.Timedelta(days=28)
#: Months looked back at most, the latest first.
MONTHS: Final = 24
#: Verdicts that end the rep's effort.
GIVEN_UP: Final = ("walk away", "stop chasing")

Analyze = Callable[[Facts, Settings, datetime], Analysis]


@dataclass(frozen=True)
class Backtest:
    """What was said, and what came of it.

    ``said``: kind (answer | not honoured), origin, person, chance, baseline (from the silence, or
    the rate of everyone, alone), came. ``given_up``: origin, person, verdict, wall, back_at (when
    they next wrote, met or agreed within the horizon, else NaT), orders and value won afterwards.
    People are those of ``last``, the analysis as of the end.
    """

    origins: tuple[datetime, ...]
    said: pd.DataFrame
    judged: pd.DataFrame
    last: Analysis

    @property
    def given_up(self) -> pd.DataFrame:
        """Rows of ``judged`` with a verdict that ends the effort: each person's first."""
        rows = self.judged[self.judged["verdict"].isin(GIVEN_UP)]
        return rows.sort_values("origin").drop_duplicates(["person", "verdict"])


def origins(facts: Facts, as_of: datetime, months: int = MONTHS) -> tuple[datetime, ...]:
    """Firsts of months with mail before and the whole horizon after, oldest first."""
    at = facts.messages["sent_at"].dropna()
    if at.empty:
        return ()
    last = pd.Timestamp(as_of) - HORIZON
    first = max(at.min() + pd.Timedelta(days=90), last - pd.DateOffset(months=months))
    days = pd.date_range(first.normalize(), last, freq="MS", tz="UTC")
    return tuple(day.to_pydatetime() for day in days)


def knowable(facts: Facts, origin: datetime) -> Facts:
    """``facts`` as they could be known at ``origin``.

    Mail counts from when it was sent or received on, whenever it was read into the store; an entry
    of a calendar from its change on (without one: from when it was read); who was in a call when it
    had ended; a mark when it was made; the outcome of a deal once it is closed.
    """
    now = pd.Timestamp(origin)
    messages = facts.messages
    arrived = messages["sent_at"].fillna(messages["received_at"]).fillna(messages["observed_at"])
    messages = messages[(arrived <= now).to_numpy()]
    changed = facts.events["occurred_at"].fillna(facts.events["observed_at"])
    events = facts.events[(changed <= now).to_numpy()]
    conferences = facts.conferences[(facts.conferences["ended_at"] <= now).to_numpy()]
    marks = facts.marks
    marks = marks[((marks["occurred_at"] <= now) & (marks["observed_at"] <= now)).to_numpy()]
    still_open = (facts.deals["close_at"] > now).to_numpy()
    deals = facts.deals.assign(
        outcome=facts.deals["outcome"].mask(still_open, ""),
        stage=facts.deals["stage"].mask(still_open, ""),
    )
    return replace(
        facts,
        messages=messages,
        participants=_of(facts.participants, "message", messages),
        intents=_of(facts.intents, "message", messages),
        events=events,
        attendances=_of(facts.attendances, "event", events),
        conferences=conferences,
        joinings=_of(facts.joinings, "conference", conferences),
        marks=marks,
        deals=deals,
    )


def _of(rows: pd.DataFrame, key: str, kept: pd.DataFrame) -> pd.DataFrame:
    return rows[rows[key].isin(kept[key]).to_numpy()]


def backtest(
    facts: Facts,
    settings: Settings,
    as_of: datetime,
    *,
    months: int = MONTHS,
    analyze: Analyze = analyze,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Backtest:
    """Judge as of the first of each month and compare with what followed until ``as_of``.

    ``progress`` is told how many of how many analyses are done.
    """
    days = origins(facts, as_of, months)
    last = analyze(facts, settings, as_of)
    outcomes = _Outcomes(last, settings)
    said, judged = [_SAID], [_JUDGED]
    for number, origin in enumerate(days, start=1):
        progress(number, len(days))
        then = analyze(knowable(facts, origin), settings, origin)
        said.extend(_said(then, outcomes))
        judged.append(_judged(then, outcomes))
    return Backtest(days, _joined(said), _joined(judged), last)


_SAID: Final = pd.DataFrame(
    {"kind": "", "origin": pd.Timestamp(0, tz="UTC"), "person": 0, "chance": 0.0, "baseline": 0.0}
    | {"came": False},
    index=[0],
).iloc[:0]
_JUDGED: Final = pd.DataFrame(
    {"origin": pd.Timestamp(0, tz="UTC"), "person": 0, "verdict": "", "wall": 0.0}
    | {"back_at": pd.Timestamp(0, tz="UTC"), "orders": 0, "value": 0.0},
    index=[0],
).iloc[:0]


def _joined(parts: list[pd.DataFrame]) -> pd.DataFrame:
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else parts[0]


class _Outcomes:
    """What really came, by the analysis as of the end."""

    def __init__(self, last: Analysis, settings: Settings) -> None:
        self.last = last
        exploded = last.people[["person", "addresses"]].explode("addresses")
        self._person = pd.Series(
            exploded["person"].to_numpy(), index=pd.Index(exploded["addresses"].astype("str"))
        )
        ours = last.episodes[(last.episodes["direction"] == "ours") & ~last.episodes["sequence"]]
        self.asked = ours.sort_values("asked_at")
        self.dates = meeting_risk.occasions(_derived(last), settings, last.as_of)
        self.signs = self._signs()
        won = last.topics[(last.topics["outcome"] == "won")]
        self.won = won.assign(at=won["close_at"].fillna(won["last_two_way_at"]))

    def person(self, then: Analysis, person: pd.Series[int]) -> pd.Series[int]:
        """The people of an earlier analysis as those of the last one; -1 for who is not there."""
        address = looked_up(person, then.people.set_index("person")["address"])
        return looked_up(address, self._person).fillna(-1).astype("int64")

    def _signs(self) -> pd.DataFrame:
        """Whatever shows that somebody is back: person, at."""
        mail = self.last.mail
        wrote = mail[(mail["kind"] == "person") & ~mail["outgoing"] & (mail["sender"] >= 0)]
        wrote = wrote[~wrote["refusal"] & ~wrote["objection"]]
        held = self.dates[self.dates["bad"] == 0.0]
        parts = [
            pd.DataFrame({"person": wrote["sender"], "at": wrote["at"]}),
            pd.DataFrame({"person": held["person"], "at": held["at"]}),
        ]
        return pd.concat(parts, ignore_index=True).sort_values("at", kind="stable")

    def back_at(self, person: pd.Series[int], origin: datetime) -> pd.Series[pd.Timestamp]:
        """When each person next gave a sign within the horizon; NaT for none."""
        soon = self.signs[(self.signs["at"] > origin) & (self.signs["at"] <= origin + HORIZON)]
        return looked_up(person, soon.drop_duplicates("person").set_index("person")["at"])

    def orders(self, person: pd.Series[int], origin: datetime) -> pd.DataFrame:
        """How many topics each person decided for us after the origin, and their value."""
        later = self.won[(self.won["at"] > origin)]
        sums = later.groupby("person")["value"].agg(["size", "sum"])
        return pd.DataFrame(
            {
                "orders": looked_up(person, sums["size"]).fillna(0).astype("int64"),
                "value": looked_up(person, sums["sum"]).astype("float64").fillna(0.0),
            }
        )

    def next_missed(self, origin: datetime) -> pd.Series[bool]:
        """By person: whether the first thing asked after the origin was not honoured in time."""
        ahead = self.asked[(self.asked["asked_at"] > origin)]
        ahead = ahead[ahead["asked_at"] <= min(origin + HORIZON, self.last.as_of - HORIZON)]
        late = ~(ahead["answered_at"] <= ahead["asked_at"] + HORIZON)
        asks = pd.DataFrame({"person": ahead["person"], "at": ahead["asked_at"], "missed": late})
        dates = self.dates[(self.dates["at"] > origin) & (self.dates["at"] <= origin + HORIZON)]
        met = pd.DataFrame(
            {"person": dates["person"], "at": dates["at"], "missed": dates["bad"] >= 0.5}
        )
        first = _joined([asks, met]).sort_values("at", kind="stable").drop_duplicates("person")
        return first.set_index("person")["missed"].astype("bool")


def _derived(found: Analysis) -> Derived:
    return Derived(
        people=found.people,
        mail=found.mail,
        recipients=found.recipients,
        words=pd.DataFrame(),
        contacts=found.contacts,
        topics=found.topics,
        episodes=found.episodes,
        absences=found.absences,
        meetings=found.meetings,
        attendees=found.attendees,
        changes=found.changes,
    )


def _said(then: Analysis, outcomes: _Outcomes) -> Iterator[pd.DataFrame]:
    yield _answers(then, outcomes)
    yield _honours(then, outcomes)


def _answers(then: Analysis, outcomes: _Outcomes) -> pd.DataFrame:
    """The chance of an answer to each question that waited, and whether one came in time."""
    waits = then.open_questions.reset_index(drop=True)
    known = outcomes.asked.drop_duplicates("asked_message").set_index("asked_message")
    answered = looked_up(waits["asked_message"], known["answered_at"])
    came = answered.notna() & (answered <= then.as_of + HORIZON)
    return pd.DataFrame(
        {
            "kind": "answer",
            "origin": pd.Timestamp(then.as_of),
            "person": outcomes.person(then, waits["person"]),
            "chance": waits["chance"],
            "baseline": silence_alone(then, waits["waited_eh"].to_numpy("float64")),
            "came": came.astype("bool"),
        }
    )[waits["asked_message"].isin(known.index).to_numpy()]


def silence_alone(then: Analysis, waited_eh: Floats) -> Floats:
    """The chance of an answer by how long it has been quiet, the same for everyone."""
    ours = then.episodes[(then.episodes["direction"] == "ours") & ~then.episodes["sequence"]]
    answered = ours.loc[~ours["open"], "waited_eh"].to_numpy("float64")
    pace = reply_model.latency(answered)
    come = pace.share(ours.loc[ours["open"], "waited_eh"].to_numpy("float64"))
    rate = (len(answered) + 1.0) / (len(answered) + come.sum() + 2.0)
    horizon = reply_model.HORIZON_EH
    everyone = np.full(len(waited_eh), rate)
    return reply_model.soon(everyone, pace.share(waited_eh), pace.share(waited_eh + horizon))


def _honours(then: Analysis, outcomes: _Outcomes) -> pd.DataFrame:
    """P(next not honoured) of each person who was asked something next, and what came of it."""
    person = outcomes.person(then, then.scores["person"])
    missed = looked_up(person, outcomes.next_missed(then.as_of))
    chance = then.scores["not_honoured"]
    made = pd.DataFrame(
        {
            "kind": "not honoured",
            "origin": pd.Timestamp(then.as_of),
            "person": person,
            "chance": chance,
            "baseline": float(chance.mean()) if len(chance) else 0.0,
            "came": missed.eq(other=True),
        }
    )
    return made[missed.notna().to_numpy()]


def _judged(then: Analysis, outcomes: _Outcomes) -> pd.DataFrame:
    """Every verdict of an origin, and whether that person came back or ordered."""
    person = outcomes.person(then, then.verdicts["person"])
    made = pd.DataFrame(
        {
            "origin": pd.Timestamp(then.as_of),
            "person": person,
            "verdict": then.verdicts["verdict"].astype("str"),
            "wall": then.scores["wall"].to_numpy(),
            "back_at": outcomes.back_at(person, then.as_of),
        }
    )
    return made.join(outcomes.orders(person, then.as_of))[person.ge(0).to_numpy()]
