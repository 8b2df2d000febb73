"""The figures of the reply model on real mail, against baselines, with bootstrap intervals.

    python -m benchmarks.measure_judgement [--worlds 0]

With ``--worlds``, so many made-up worlds (seeds from 1 on) are measured as well.
Needs the real mail beside the repository. People are split by a hash of their address: weights are
chosen on one half and reported on the other. Intervals: 90 %, by bootstrap over contacts. The
clock of mail from Notes is repaired (``training.real_mail``). An answer is any human sign.
"Within 24 hours" are those of the wall; what of them counts is what the clock of a person knows.
"""

from __future__ import annotations

import argparse
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from analyzer import calibration, reply_fit, reply_history, reply_model
from analyzer.analysis import told
from analyzer.clock import Clock
from analyzer.derived.everything import Derived
from analyzer.derived.groups import Bools, Floats, Ints, seconds
from analyzer.reply_history import Events
from analyzer.reply_model import HORIZON_EH, Model
from analyzer.settings import Settings
from benchmarks import world_study
from benchmarks.measure_world import END
from ingest import demo
from training import days, list_mailboxes, mailing_list, real_mail
from training.replies import half_of, mailbox

DRAWS: Final = 300
#: Silences (eh) of one to four weeks.
SILENCES: Final = (50.0, 100.0, 200.0)

Measure = Callable[[Floats, Floats, Bools], float]


@dataclass(frozen=True)
class Said:
    """Predictions of one kind: by the model, by the baseline, what came, about whom."""

    model: Floats
    baseline: Floats
    came: Bools
    contact: Ints

    def interval(self, measure: Measure) -> str:
        """The figure and its 90 % interval over contacts."""
        whole = measure(self.model, self.baseline, self.came)
        order = np.argsort(self.contact, kind="stable")
        starts = np.flatnonzero(np.diff(self.contact[order], prepend=-1))
        groups = np.split(order, starts[1:])
        rng = np.random.default_rng(1)
        drawn = []
        for _ in range(DRAWS):
            rows = np.concatenate([groups[i] for i in rng.integers(0, len(groups), len(groups))])
            drawn.append(measure(self.model[rows], self.baseline[rows], self.came[rows]))
        low, high = np.nanquantile(drawn, [0.05, 0.95])
        return f"{whole:6.3f} ({low:.3f} to {high:.3f})"


def figures(name: str, said: Said) -> None:
    """One line per figure."""
    print(f"{name}: {len(said.came):,} predictions, {said.came.mean():.3f} came true")
    print(f"  AUC          {said.interval(lambda m, _, c: calibration.auc(m, c))}")
    print(f"  baseline AUC {said.interval(lambda _, b, c: calibration.auc(b, c))}")
    print(f"  Brier skill  {said.interval(calibration.skill)}")
    print(f"  ECE          {said.interval(lambda m, _, c: calibration.expected_error(m, c))}")


def fitted(learn: pd.DataFrame) -> Model:
    """The shipped model, fitted further on the half to learn from as on a rep's own history."""
    return reply_fit.fitted(learn, reply_model.shipped(), held=reply_fit.HELD, origin="")


def at_sending(learn: pd.DataFrame, report: pd.DataFrame) -> Said:
    """Answers within twenty working days; the baseline is the share of everybody."""
    model = fitted(learn)
    _, known = reply_history.at_landmark(learn, 0.0, HORIZON_EH)
    return _answers(report, model, 0.0, float(known.mean()))


def silent(learn: pd.DataFrame, report: pd.DataFrame) -> Said:
    """The same after each silence; the baseline is the silence alone."""
    model, parts = fitted(learn), []
    for silent_eh in SILENCES:
        _, known = reply_history.at_landmark(learn, silent_eh, HORIZON_EH)
        parts.append(_answers(report, model, silent_eh, float(known.mean())))
    return _together(parts)


def _answers(report: pd.DataFrame, model: Model, silent_eh: float, baseline: float) -> Said:
    ripe, came = reply_history.at_landmark(report, silent_eh, HORIZON_EH)
    waited, ahead = np.full(len(ripe), silent_eh), np.full(len(ripe), HORIZON_EH)
    said = model.chance(reply_history.features(ripe, model, waited, ahead))
    return Said(said, np.full(len(ripe), baseline), came, codes_of(ripe["address"]))


def next_day(learn: pd.DataFrame, report: pd.DataFrame) -> Said:
    """Answers in the next 24 hours by the formula; the baseline is the silence alone."""
    model, parts = fitted(learn), []
    for hours in days.SILENT_HOURS:
        _, known = days.after(learn, hours, int(learn["end_second"].iloc[0]))
        ripe, came = days.after(report, hours, int(report["end_second"].iloc[0]))
        waited, ahead = (ripe[f"{of}_eh_{hours}"].to_numpy() for of in ("silent", "ahead"))
        said = reply_history.formula(ripe, model, waited, ahead)
        base = np.full(len(ripe), float(known.mean()))
        parts.append(Said(said, base, came, codes_of(ripe["address"])))
    return _together(parts)


def _together(parts: list[Said]) -> Said:
    return Said(
        np.concatenate([part.model for part in parts]),
        np.concatenate([part.baseline for part in parts]),
        np.concatenate([part.came for part in parts]),
        np.concatenate([part.contact for part in parts]),
    )


def codes_of(address: pd.Series[str]) -> Ints:
    """A number of each contact that is the same in every frame."""
    return np.array([zlib.crc32(each.encode()) for each in address], dtype=np.int64)


def raw_rate(report: pd.DataFrame) -> float:
    """AUC at sending of the contact's own unshrunk rate."""
    ripe, came = reply_history.at_landmark(report, 0.0, HORIZON_EH)
    rate = (ripe["did"] / ripe["of"].clip(lower=1.0)).to_numpy("float64")
    return calibration.auc(rate, came)


def returns(derived: Derived, clock: Clock) -> pd.DataFrame:
    """At the first of each month: contacts who had written, and whether they did in ten days.

    Columns: person, quiet_eh, came, and what else was known (logs of counts and waits).
    """
    mail = derived.mail
    human = mail[(mail["kind"] == "person") & ~mail["outgoing"] & (mail["sender"] >= 0)]
    wrote = Events(human["sender"].to_numpy(), seconds(human["at"]))
    asked = derived.episodes[derived.episodes["direction"] == "ours"]
    ours = Events(asked["person"].to_numpy(), seconds(asked["asked_at"]))
    first = human.groupby("sender")["at"].min()
    end = human["at"].max() - pd.Timedelta(days=14)
    parts = []
    for origin in pd.date_range(human["at"].min().normalize(), end, freq="MS"):
        person = first[first < origin].index.to_numpy(dtype=np.int64)
        parts.append(_month(person, origin, wrote, ours, clock))
    filled = [part for part in parts if len(part)]
    address = derived.people.set_index("person")["address"]
    made = pd.concat(filled, ignore_index=True)
    return made.assign(address=made["person"].map(address))


def _month(
    person: Ints, origin: pd.Timestamp, wrote: Events, ours: Events, clock: Clock
) -> pd.DataFrame:
    now = np.full(len(person), int(origin.timestamp()))
    last = wrote.last(person, now)
    quiet = clock.reading_eh(person, now * 1_000_000) - clock.reading_eh(person, last * 1_000_000)
    soon = wrote.before(person, now + 14 * 86_400, now)[0]
    counts = {days: wrote.before(person, now, now - days * 86_400)[0] for days in (14, 30, 90, 365)}
    asked = ours.before(person, now, now - 30 * 86_400)[0]
    made = {f"in_{days}": np.log1p(count) for days, count in counts.items()}
    since = ours.before(person, now, last)[0]
    return pd.DataFrame(
        {"person": person, "quiet": np.log1p(quiet), "asked": np.log1p(asked), **made}
        | {"waiting": np.log1p(since), "all": np.log1p(wrote.before(person, now)[0])}
        | {"came": soon > 0}
    )


def coming_back(learn: pd.DataFrame, report: pd.DataFrame) -> Said:
    """Regression on silence and traffic, against the silence alone; both fitted on one half."""
    names = ["quiet", "in_14", "in_30", "in_90", "in_365", "all", "asked", "waiting"]
    chances = []
    for columns in (names, ["quiet"]):
        middle, spread = learn[columns].mean(), learn[columns].std()
        tables = [((part[columns] - middle) / spread).to_numpy() for part in (learn, report)]
        x, test = (np.column_stack([np.ones(len(table)), table]) for table in tables)
        weights = reply_fit.logistic(x, learn["came"].to_numpy(), np.zeros(x.shape[1]), 3.0)
        chances.append(1.0 / (1.0 + np.exp(-(test @ weights))))
    return Said(chances[0], chances[1], report["came"].to_numpy(), codes_of(report["address"]))


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=0, help="so many made-up worlds as well")
    worlds = parser.parse_args().worlds
    if worlds:
        made = pd.concat([_world(seed) for seed in range(1, worlds + 1)], ignore_index=True)
        _print_replies(f"{worlds} made-up worlds (every question of the rep)", made)
    mails = pd.concat([mailbox(name) for name in real_mail.OWNERS], ignore_index=True)
    mails = mails.assign(end_second=int(real_mail.END.timestamp()))
    _print_replies("Two mailboxes of Enron (every mail of their owners to a person)", mails)
    listed = list_mailboxes.histories(mailing_list.facts(), every=True)
    listed = listed.assign(end_second=int(mailing_list.END.timestamp()))
    _print_replies("r-sig-geo (posts that answer somebody, of those who write most)", listed)
    months = pd.concat([_returns(name) for name in real_mail.OWNERS], ignore_index=True)
    halves = months["address"].map(half_of)
    print("\nContact returns within 10 working days (Enron, first of each month)")
    figures("  others", coming_back(months[halves == 0], months[halves == 1]))


def _world(seed: int) -> pd.DataFrame:
    """The questions of one made-up rep and what came of them, with whom was asked."""
    world = demo.world(seed, END)
    known = told(world_study.imported(world), Settings(zone=demo.ZONE), world.end)
    made = reply_history.history(known.derived, known.clock, world.end)
    address = known.derived.people.set_index("person")["address"]
    made = days.with_days(made, known.derived, known.clock)
    end_second = int(world.end.timestamp())
    return made.assign(address=made["person"].map(address), end_second=end_second)


def _returns(name: str) -> pd.DataFrame:
    known = real_mail.derived(real_mail.whole(name))
    return returns(known.derived, known.clock)


def _print_replies(title: str, told: pd.DataFrame) -> None:
    halves = told["address"].map(half_of)
    learn, report = told[halves == 0], told[halves == 1]
    print(f"\n{title}")
    print(f"raw rate of the contact at sending: AUC {raw_rate(report):.3f}")
    figures("answer within 20 working days, at sending", at_sending(learn, report))
    figures("the same after one to four weeks of silence", silent(learn, report))
    figures("answer within 24 hours, silent so far", next_day(learn, report))


if __name__ == "__main__":
    main()
