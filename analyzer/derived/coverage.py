"""What the accounts cover: from when, how much, how fresh."""

from __future__ import annotations

from datetime import datetime

import pandas as pd

from analyzer.derived.groups import looked_up
from analyzer.derived.kept import answers_by_account
from analyzer.derived.mail import Mail
from analyzer.frames import shaped
from store.facts import Facts


def coverage(facts: Facts, mail: Mail, as_of: datetime) -> pd.DataFrame:
    """Frame ``coverage``: one row per account, counting what was known at ``as_of``.

    ``calendar_since``: when the account's calendar was first seen, be it later; before that,
    changes of meetings are known from invitation mails only. ``read_share``: see ``store.facts``.
    """
    messages = facts.messages
    at = messages["received_at"].fillna(messages["sent_at"])
    known = (at <= as_of) & ~(messages["removed_at"] <= as_of)
    mails = pd.DataFrame({"account": messages["account"], "at": at})[known.to_numpy()]
    times = mails.groupby("account")["at"].agg(["min", "max", "count"])
    told_at = facts.events["occurred_at"].fillna(facts.events["observed_at"])
    events = facts.events[(told_at <= as_of).to_numpy()]
    calendar = events[(events["learned_from"] == "calendar").to_numpy()]
    failures = facts.failures[(facts.failures["observed_at"] <= as_of).to_numpy()]
    account = facts.accounts["account"]
    ours = mail.mail[(mail.mail["outgoing"] & (mail.mail["kind"] == "person")).to_numpy()]
    answers = answers_by_account(mail)
    frame = facts.accounts.assign(
        first_at=looked_up(account, times["min"]),
        last_at=looked_up(account, times["max"]),
        messages=looked_up(account, times["count"]).fillna(0),
        events=looked_up(account, events.groupby("account").size()).fillna(0),
        failures=looked_up(account, failures.groupby("account").size()).fillna(0),
        calendar_since=looked_up(account, calendar.groupby("account")["observed_at"].min()),
        written=looked_up(account, ours.groupby("account").size()).fillna(0),
        answered=looked_up(account, answers["answered"]).fillna(0),
        missing=looked_up(account, answers["missing"]).fillna(0),
    )
    return shaped("coverage", frame.sort_values("account"))
