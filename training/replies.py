"""Fit the reply model that comes with brickwall, and print what it reaches on people left out.

    python -m training.replies

Needs the real mail beside the repository (``training.real_mail``). Only numbers leave it, into
``analyzer/data/replies.json``. How many questions are answered is learnt from a mailing list, where
nothing was deleted; how soon, from the list and from two mailboxes, both weighing the same. What
else a mail tells is fitted on half of the people of the mailboxes and tried on the others: it was
no better there than the formula alone (AUC 0.694 against 0.705), so that the formula is shipped
and only the history of a rep, where it is long enough, moves the weights.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
import pandas as pd
from scipy.optimize import minimize  # type: ignore[import-untyped]
from sklearn.metrics import log_loss, roc_auc_score
from sklearn.model_selection import GroupKFold

from analyzer import reply_fit, reply_history, reply_model
from analyzer.derived.groups import Floats, codes
from analyzer.reply_model import (
    FEATURES,
    HORIZON_EH,
    LANDMARKS,
    Initiative,
    Latency,
    Model,
)
from training import list_mailboxes, mailing_list, real_mail
from training.days import with_days

OUT: Final = Path(__file__).parents[1] / "analyzer" / "data" / "replies.json"
_WEAKLY: Final = 0.001
#: Silences (eh) after which those who write unasked are counted.
SILENCES: Final = (50.0, 100.0, 200.0)
HELD: Final = (10.0, 30.0, 100.0, 300.0, 1000.0)
ORIGIN: Final = (
    "answered: {listed:,} questions to a public mailing list (r-sig-geo, 2003-2026); pace: the "
    "same and {mailed:,} mails of the owners of two mailboxes of the FERC Enron release to half of "
    "the people they wrote to (1999-2002), either weighing the same; writing unasked: these and "
    "{written:,} questions of those who write most on the list; weights: the formula alone"
)
#: Nothing learnt yet: the formula alone.
BLANK: Final = Model(
    latency=Latency(3.0, 0.95),
    initiative=Initiative(0.5, 300.0, 0.3),
    answered=0.7,
    contact_kappa=12.0,
    company_kappa=40.0,
    pace_kappa=5.0,
    intercept=0.0,
    weights=np.eye(len(FEATURES))[0],
    means=np.zeros(len(FEATURES)),
    spreads=np.ones(len(FEATURES)),
    outcomes=0,
    origin="nothing",
)


def half_of(address: str) -> int:
    """0: to learn and choose by; 1: to report on. By the address alone."""
    return zlib.crc32(address.encode()) % 2


def mailbox(name: str) -> pd.DataFrame:
    """History of every mail of the owner to a person; ``asks`` and others as the labels say."""
    facts = real_mail.whole(name)
    told = real_mail.derived(real_mail.asking(facts))
    made = reply_history.history(told.derived, told.clock, real_mail.END)
    asked = told.derived.episodes.set_index("episode")["asked_message"].reindex(made["episode"])
    intents = facts.intents
    sure = intents[(intents["probability"] >= 0.5).to_numpy()]
    asks = sure.loc[(sure["intent"] == "expects_reply").to_numpy(), "message"]
    address = told.derived.people.set_index("person")["address"]
    return with_days(made, told.derived, told.clock).assign(
        asks=asked.isin(asks).to_numpy("float64"),
        address=made["person"].map(address),
        box=name,
    )


def formula(told: pd.DataFrame, start: Model) -> Model:
    """``start`` with the formula's weights, scaled to these features."""
    x, _ = reply_fit.stacked(told, start, HORIZON_EH)
    spreads = np.where(x.std(axis=0) > 0, x.std(axis=0), 1.0)
    alone = np.eye(len(FEATURES))[0] * spreads[0]
    return replace(
        start, means=x.mean(axis=0), spreads=spreads, weights=alone, intercept=float(x[:, 0].mean())
    )


def pace(told: pd.DataFrame) -> Latency:
    """The latency of the answers that came within the horizon."""
    came = told.loc[told["answered"] & (told["waited_eh"] <= HORIZON_EH), "waited_eh"]
    return reply_model.latency(came.to_numpy("float64"))


def between(one: Latency, other: Latency) -> Latency:
    """The latency halfway: how far the two lie apart is the pace of people, not their spread."""
    logs = np.log([one.median_eh, other.median_eh])
    spread = np.sqrt((one.spread**2 + other.spread**2) / 2.0)
    return Latency(float(np.exp(logs.mean())), float(np.pi / np.sqrt(3.0) / spread))


def unasked(parts: list[pd.DataFrame], start: Model) -> Initiative:
    """How often people write for reasons of their own: the likeliest after weeks of silence.

    Beside the answers that ``start`` expects; each part weighs the same. Held weakly to what is
    thought beforehand.
    """
    losses = [_loss(part, start) for part in parts]
    known = start.initiative
    begin = np.log([known.mails, known.span_eh, known.unasked])

    def loss(logs: Floats) -> float:
        each = sum(of(Initiative(*np.exp(logs))) for of in losses)
        return each + _WEAKLY * float(((logs - begin) ** 2).sum())

    found = minimize(loss, begin, method="Nelder-Mead", options={"maxiter": 4000, "fatol": 1e-6})
    return Initiative(*(float(value) for value in np.exp(found.x)))


def _loss(told: pd.DataFrame, start: Model) -> Callable[[Initiative], float]:
    """Log loss of an initiative at all ``SILENCES``."""
    parts = [(s, *reply_history.at_landmark(told, s, HORIZON_EH)) for s in SILENCES]
    table = pd.concat([ripe for _, ripe, _ in parts], ignore_index=True)
    silent = np.concatenate([np.full(len(ripe), s) for s, ripe, _ in parts])
    came = np.concatenate([each for _, _, each in parts])
    ahead = np.full(len(table), HORIZON_EH)
    come, later = reply_history.shares(table, start, silent, ahead)
    answer = reply_model.soon(reply_history.rates(table, start), come, later)
    mails_in = np.expm1(table["mails_in"].to_numpy("float64"))

    def loss(initiative: Initiative) -> float:
        other = initiative.chance(mails_in, silent, ahead)
        return float(log_loss(came, 1.0 - (1.0 - answer) * (1.0 - other), labels=[False, True]))

    return loss


def chosen(told: pd.DataFrame, start: Model) -> float:
    """How firmly to hold to the formula: the best log loss on contacts left out, in five parts."""
    losses = []
    for held in HELD:
        out = []
        for fit, test in GroupKFold(5).split(told, groups=codes(told["address"])):
            model = reply_fit.fitted(told.iloc[fit], start, held=held, origin="")
            x, y = reply_fit.stacked(told.iloc[test], model, HORIZON_EH)
            out.append(log_loss(y, model.chance(x), labels=[False, True]))
        losses.append(float(np.mean(out)))
        print(f"  held {held:6.0f}: log loss {losses[-1]:.4f}")
    return HELD[int(np.argmin(losses))]


def shown(told: pd.DataFrame, model: Model) -> None:
    """Print AUC and Brier score at each landmark."""
    for silent_eh in LANDMARKS:
        ripe, came = reply_history.at_landmark(told, silent_eh, HORIZON_EH)
        ahead = np.full(len(ripe), HORIZON_EH)
        x = reply_history.features(ripe, model, np.full(len(ripe), silent_eh), ahead)
        chance: Floats = model.chance(x)
        print(
            f"  silent {silent_eh:4.0f} eh: n {len(ripe):5}, answered {came.mean():.2f}, "
            f"AUC {roc_auc_score(came, chance):.3f} (formula {roc_auc_score(came, x[:, 0]):.3f}), "
            f"Brier {((chance - came) ** 2).mean():.3f}"
        )


def main() -> None:
    """Fit, print, write."""
    mails = pd.concat([mailbox(name) for name in real_mail.OWNERS], ignore_index=True)
    halves = mails["address"].map(half_of)
    learn, report = mails[halves == 0], mails[halves == 1]
    start = formula(learn, replace(BLANK, latency=pace(learn)))
    held = chosen(learn, start)
    model = reply_fit.fitted(learn, start, held=held, origin="")
    print(f"{len(learn)} mails learnt from, held {held:.0f}; {len(report)} of others:")
    shown(report, model)
    posts = mailing_list.facts()
    listed = mailing_list.questions(posts)
    listed = listed[listed["address"].map(half_of) == 0]
    written = list_mailboxes.histories(posts, every=False)
    written = written[written["address"].map(half_of) == 0]
    in_time = listed["answered"] & (listed["waited_eh"] <= HORIZON_EH)
    common = replace(
        BLANK,
        latency=between(pace(learn), pace(listed)),
        answered=float(in_time.mean()),
        contact_kappa=reply_fit.kappa(codes(listed["person"]), in_time.to_numpy(), 12.0),
        outcomes=len(listed) + len(learn) + len(written),
        origin=ORIGIN.format(listed=len(listed), mailed=len(learn), written=len(written)),
    )
    common = replace(common, initiative=unasked([learn, written], common))
    shipped = formula(learn, common)
    OUT.write_text(json.dumps(shipped.plain(), indent=1) + "\n", encoding="utf-8")
    print(f"written: {OUT.name}: {shipped.latency}, {shipped.answered:.3f} answered")


if __name__ == "__main__":
    main()
