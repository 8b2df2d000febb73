"""What was known of each question of ours when we asked it, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
import pandas as pd

from analyzer import reply_model
from analyzer.clock import Clock
from analyzer.derived.everything import Derived
from analyzer.derived.groups import Bools, Floats, Ints, codes, keyed, micros, positions, seconds
from analyzer.reply_model import FEATURES, LEAST_EH, Model
from analyzer.signals import asked, rows

#: A question that waits longer than this counts as unanswered until an answer comes after all.
GIVEN_UP_SECONDS: Final = 14 * 86_400
_TRAFFIC_SECONDS: Final = 90 * 86_400
_LONGEST_HOURS: Final = 5 * 365.25 * 24
_SOON_MICROS: Final = 4 * 3_600 * 1_000_000
_EVERYONE: Final = 20.0

#: Per question: who was asked when; the outcome (answered, after how many eh; elapsed_eh: how
#: long there has been to answer); what they and their company had done before (answered of
#: asked, as sums; answers, and the sums of the logs of their eh and of the squares of these);
#: the features known by then.
COLUMNS: Final = (
    "episode", "person", "second", "answered", "waited_eh", "elapsed_eh",
    "did", "of", "company_did", "company_of", "all_did", "all_of",
    "answers", "log_eh", "log_eh_squared",
    *FEATURES[2:],
)  # fmt: skip


def history(derived: Derived, clock: Clock, as_of: datetime) -> pd.DataFrame:
    """One row per question of ours by hand, in order of time; columns as ``COLUMNS``."""
    ours = asked.ours(derived, as_of).reset_index(drop=True)
    person, second = ours["person"].to_numpy(), seconds(ours["asked_at"])
    now = pd.Series(pd.Timestamp(as_of), index=ours.index)
    made: dict[str, Floats | Ints | Bools] = {
        "episode": ours["episode"].to_numpy(),
        "person": person,
        "second": second,
        "answered": ~ours["open"].to_numpy("bool"),
        "waited_eh": ours["waited_eh"].to_numpy("float64", na_value=0.0),
        "elapsed_eh": clock.elapsed_eh(person, ours["asked_at"], now),
        **record_before(ours, person, second),
        **_traffic(derived, person, second),
        **_mail(derived, ours),
    }
    ahead = micros(ours["asked_at"])
    soon = clock.reading_eh(person, ahead + _SOON_MICROS) - clock.reading_eh(person, ahead)
    colleague = derived.people.set_index("person")["colleague"]
    made["soon"] = soon
    made["colleague"] = rows.looked_up(ours["person"], colleague).eq(other=True).to_numpy("float64")
    made["known"] = np.log1p(made["of"])
    return pd.DataFrame(made)[list(COLUMNS)]


def features(told: pd.DataFrame, model: Model, silent_eh: Floats, horizon_eh: Floats) -> Floats:
    """``FEATURES`` of each row of a history that has been silent so long, one row each."""
    chance = reply_model.log_odds(formula(told, model, silent_eh, horizon_eh))
    return np.column_stack([chance, np.log1p(silent_eh), told[list(FEATURES[2:])].to_numpy()])


def formula(told: pd.DataFrame, model: Model, silent_eh: Floats, horizon_eh: Floats) -> Floats:
    """The chance to hear from each contact who has been silent so long: an answer, or unasked."""
    come, later = shares(told, model, silent_eh, horizon_eh)
    answer = reply_model.soon(rates(told, model), come, later)
    mails_in = np.expm1(told["mails_in"].to_numpy("float64"))
    unasked = model.initiative.chance(mails_in, silent_eh, horizon_eh)
    return np.asarray(1.0 - (1.0 - answer) * (1.0 - unasked))


def shares(
    told: pd.DataFrame, model: Model, silent_eh: Floats, horizon_eh: Floats
) -> tuple[Floats, Floats]:
    """F(s) and F(s + H) at the pace and steadiness of each contact."""
    pace = paces(told, model)
    steady = steadiness(told, model, pace)
    come = model.latency.share(silent_eh, pace, steady)
    return come, model.latency.share(silent_eh + horizon_eh, pace, steady)


def rates(told: pd.DataFrame, model: Model) -> Floats:
    """π of each question: answered before, contact shrunk to company, that to everyone."""
    every = (told["all_did"] + _EVERYONE * model.answered) / (told["all_of"] + _EVERYONE)
    company_did = told["company_did"] + model.company_kappa * every
    company = company_did / (told["company_of"] + model.company_kappa)
    contact = told["did"] + model.contact_kappa * company
    return (contact / (told["of"] + model.contact_kappa)).to_numpy("float64")


def paces(told: pd.DataFrame, model: Model) -> Floats:
    """How many times longer than usual each contact takes, shrunk to 1."""
    beyond = told["log_eh"] - told["answers"] * np.log(model.latency.median_eh)
    return np.asarray(np.exp((beyond / (told["answers"] + model.pace_kappa)).to_numpy("float64")))


def steadiness(told: pd.DataFrame, model: Model, pace: Floats) -> Floats:
    """By how much less than usual the times of each contact differ, shrunk to 1."""
    middle = np.log(model.latency.median_eh * pace)
    number = told["answers"].to_numpy("float64")
    around = told["log_eh_squared"] - 2.0 * middle * told["log_eh"] + number * middle**2
    usual = model.latency.spread**2
    own = (np.maximum(around.to_numpy("float64"), 0.0) + model.pace_kappa * usual) / (
        number + model.pace_kappa
    )
    return np.asarray(np.sqrt(usual / own))


def at_landmark(
    told: pd.DataFrame, silent_eh: float, horizon_eh: float
) -> tuple[pd.DataFrame, Bools]:
    """The questions that were silent so long and had the whole horizon since; and which came."""
    came_eh = np.where(told["answered"], told["waited_eh"], np.inf)
    ripe = (told["elapsed_eh"] >= silent_eh + horizon_eh).to_numpy() & (came_eh > silent_eh)
    return told[ripe], came_eh[ripe] <= silent_eh + horizon_eh


class Events:
    """Sums of values up to any instant, by group; each sorted once."""

    def __init__(self, group: Ints, second: Ints, *values: Floats) -> None:
        key = keyed(group, second)
        order = np.argsort(key, kind="stable")
        self._key = key[order]
        self._sums = [np.append(0.0, value[order].cumsum()) for value in values]
        self._count = np.arange(len(key) + 1, dtype=np.float64)

    def before(self, group: Ints, second: Ints, since: Ints | int = 0) -> list[Floats]:
        """The sum of each value (of ones, when there is none) in [since, second)."""
        begin = np.searchsorted(self._key, keyed(group, np.maximum(since, 0) + 0 * second))
        end = np.searchsorted(self._key, keyed(group, second))
        sums = self._sums or [self._count]
        return [total[np.maximum(end, begin)] - total[begin] for total in sums]

    def last(self, group: Ints, second: Ints) -> Ints:
        """The second of the last event before each instant, 0 for none."""
        row = np.searchsorted(self._key, keyed(group, second)) - 1
        found = self._key[np.maximum(row, 0)] if len(self._key) else np.zeros_like(second)
        same = (row >= 0) & (found >= keyed(group, np.zeros_like(second)))
        return np.where(same, found - keyed(group, np.zeros_like(second)), 0)


def record_before(ours: pd.DataFrame, person: Ints, second: Ints) -> dict[str, Floats]:
    """What they, their company and everyone had done with questions by then.

    ``ours`` brings company, open, answered_at and waited_eh.
    """
    answered = ~ours["open"].to_numpy("bool")
    came = np.where(answered, seconds(ours["answered_at"]), np.iinfo(np.int64).max >> 30)
    given_up = second + GIVEN_UP_SECONDS
    late = answered & (came > given_up)
    at = np.append(np.minimum(came, given_up), came[late])
    did = np.append((answered & ~late).astype(np.float64), np.ones(late.sum()))
    of = np.append(np.ones(len(ours)), np.zeros(late.sum()))
    result: dict[str, Floats] = {}
    company = codes(ours["company"])
    for name, group in (("", person), ("company_", company), ("all_", np.zeros_like(person))):
        events = Events(np.append(group, group[late]), at, did, of)
        result[f"{name}did"], result[f"{name}of"] = events.before(group, second)
    logs = np.log(np.maximum(ours["waited_eh"].to_numpy("float64", na_value=0.0), LEAST_EH))
    told = (logs[answered], logs[answered] ** 2, np.ones(answered.sum()))
    pace = Events(person[answered], came[answered], *told)
    names = ("log_eh", "log_eh_squared", "answers")
    result |= dict(zip(names, pace.before(person, second), strict=True))
    return result


def _traffic(derived: Derived, person: Ints, second: Ints) -> dict[str, Floats]:
    """Mails both ways in the 90 days before, and since when we have been talking alone."""
    frame = derived.mail
    human, at = (frame["kind"] == "person").to_numpy(), seconds(frame["at"])
    theirs = human & ~frame["outgoing"].to_numpy() & (frame["sender"] >= 0).to_numpy()
    came = Events(frame["sender"].to_numpy()[theirs], at[theirs])
    row = positions(derived.recipients["message"].to_numpy(), frame["message"].to_numpy())
    ours = (row >= 0) & (human & frame["outgoing"].to_numpy())[row]
    went = Events(derived.recipients["person"].to_numpy()[ours], at[row[ours]])
    heard = came.last(person, second)
    quiet_hours = np.where(heard > 0, (second - heard) / 3600, _LONGEST_HOURS)
    since = np.maximum(second - _TRAFFIC_SECONDS, 0)
    return {
        "mails_in": np.log1p(came.before(person, second, since)[0]),
        "mails_out": np.log1p(went.before(person, second, since)[0]),
        "recency": np.log1p(np.minimum(quiet_hours, _LONGEST_HOURS)),
        "unanswered": np.log1p(went.before(person, second, heard)[0]),
    }


def _mail(derived: Derived, ours: pd.DataFrame) -> dict[str, Floats]:
    """What the question itself looks like."""
    frame = derived.mail
    told = frame.iloc[positions(ours["asked_message"].to_numpy(), frame["message"].to_numpy())]
    parent = positions(told["parent"].to_numpy(), frame["message"].to_numpy())
    theirs = (parent >= 0) & ~frame["outgoing"].to_numpy()[parent]
    subject = told["subject"].str.strip().str.lower()

    def flag(column: str) -> Floats:
        return told[column].to_numpy("float64")

    return {
        "addressees": np.log1p(told["addressees"].to_numpy("float64")),
        "is_reply": theirs.astype(np.float64),
        "forwards": subject.str.match(r"(?:fwd?|wg|tr|i)\s*:").to_numpy("float64"),
        "asks": flag("expects_reply"),
        "proposes": flag("proposal"),
        "meets": flag("meeting_request"),
        "reminds": flag("follow_up"),
        "length": np.log1p(told["words"].to_numpy("float64")),
    }
