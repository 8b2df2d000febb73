"""What was seen of each person: how much mail both ways, of what kind, and when."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
import pandas as pd

from analyzer.derived.asks import asked_by_us, companies
from analyzer.derived.groups import Bools, Ints, positions
from analyzer.derived.mail import Mail
from analyzer.derived.signs import MOST_TOLD
from store.facts import Facts

_OFFER_FILE: Final = (
    r"(?i)offer|quote|quotation|proposal|angebot|kostenvoranschlag|devis|oferta|offerta"
)


def size(people: pd.DataFrame) -> int:
    """One more than the largest number of a person."""
    return int(people["person"].max()) + 1 if len(people) else 0


class _Traffic(NamedTuple):
    """Mail of persons: ``heard`` marks rows of theirs to us; of ours, one entry per recipient.

    ``row``: of the mail; ``told``: the person; ``direct``: in To. ``size``: bound of persons.
    """

    heard: Bools
    row: Ints
    told: Ints
    direct: Bools
    size: int

    def per_person(self, of: Any) -> Ints:
        """How often each person occurs."""
        return np.bincount(of, minlength=self.size)


def _traffic(mail: Mail, size: int) -> _Traffic:
    frame, to = mail.mail, mail.recipients
    person = (frame["kind"] == "person").to_numpy()
    sent = frame["outgoing"].to_numpy()
    known = (frame["sender"] >= 0).to_numpy()
    row = positions(to["message"].to_numpy(), frame["message"].to_numpy())
    ours = (person & sent)[row] & (row >= 0)
    return _Traffic(
        heard=person & ~sent & ~frame["auto"].to_numpy() & known,
        row=row[ours],
        told=to["person"].to_numpy()[ours],
        direct=(to["role"] == "to").to_numpy()[ours],
        size=size,
    )


def sightings(
    mail: Mail,
    who: pd.DataFrame,
    people: pd.DataFrame,
    meetings: pd.DataFrame,
    attendees: pd.DataFrame,
    facts: Facts,
) -> pd.DataFrame:
    """Counts and times per person of ``who``, in its order.

    Columns: mails_in, mails_out, bulk, proposals and offers (of ours, to them), offered (proposals
    of theirs), objections, asks (questions of ours), wanted (those that want a meeting), invited,
    engaged (a human sign was seen), first_at, last_in_at, last_out_at.
    """
    traffic = _traffic(mail, size(people))
    counts: dict[str, Ints | Bools] = {
        **_mails(mail, traffic, facts),
        **_asks(mail, traffic, people),
    }
    counts["invited"] = _invited(meetings, attendees, traffic)
    counts["engaged"] = _engaged(_human(mail, traffic, attendees), people)
    numbers = who["person"].to_numpy()
    result = pd.DataFrame({name: column[numbers] for name, column in counts.items()})
    return result.assign(**_times(mail, traffic, numbers))


def _mails(mail: Mail, traffic: _Traffic, facts: Facts) -> dict[str, Ints]:
    frame, heard, count = mail.mail, traffic.heard, traffic.per_person
    sender = frame["sender"].to_numpy()
    bulk = ((frame["kind"] == "bulk") & (frame["sender"] >= 0)).to_numpy()
    proposal, offer = frame["proposal"].to_numpy(), _offer_files(frame, facts)
    told = traffic.told
    return {
        "mails_in": count(sender[heard]),
        "mails_out": count(told),
        "bulk": count(sender[bulk]),
        "proposals": count(told[traffic.direct & proposal[traffic.row]]),
        "offers": count(told[traffic.direct & offer[traffic.row]]),
        "offered": count(sender[heard & proposal]),
        "objections": count(sender[heard & _objecting(frame)]),
    }


def _asks(mail: Mail, traffic: _Traffic, people: pd.DataFrame) -> dict[str, Ints]:
    """Questions of ours, and those of them that want a meeting."""
    asked = asked_by_us(mail, people)
    person = asked["person"].to_numpy()
    wanted = mail.mail["meeting_request"].to_numpy()[asked["row"].to_numpy()]
    return {"asks": traffic.per_person(person), "wanted": traffic.per_person(person[wanted])}


def _invited(meetings: pd.DataFrame, attendees: pd.DataFrame, traffic: _Traffic) -> Ints:
    """How often each person stood on a calendar entry of ours."""
    invites = meetings["ours"] & (meetings["source"] == "calendar")
    own = meetings.loc[invites.to_numpy(), "meeting"]
    invited = attendees[attendees["meeting"].isin(own).to_numpy()]["person"].to_numpy()
    return traffic.per_person(invited[invited >= 0])


def _human(mail: Mail, traffic: _Traffic, attendees: pd.DataFrame) -> Ints:
    """Signs that a person is there: a mail to few, an invitation answered."""
    to_few = traffic.heard & (mail.mail["addressees"] <= MOST_TOLD).to_numpy()
    answered = attendees[attendees["partstat"].isin(["ACCEPTED", "DECLINED", "TENTATIVE"])]
    replied = answered["person"].to_numpy()
    sender = mail.mail["sender"].to_numpy()
    return traffic.per_person(sender[to_few]) + traffic.per_person(replied[replied >= 0])


def _times(mail: Mail, traffic: _Traffic, numbers: Ints) -> dict[str, Any]:
    at, sender = mail.mail["at"], mail.mail["sender"].to_numpy()
    got = at[traffic.heard].groupby(sender[traffic.heard])
    sent = at.iloc[traffic.row].groupby(traffic.told)
    first = pd.concat([got.min(), sent.min()]).groupby(level=0).min()
    times = {"first_at": first, "last_in_at": got.max(), "last_out_at": sent.max()}
    return {name: time.reindex(numbers).array for name, time in times.items()}


def _engaged(human: Ints, people: pd.DataFrame) -> Bools:
    """A human sign from the person, or for outsiders from anybody at their company."""
    company = companies(people)
    by_company = np.zeros(int(company.max(initial=0)) + 1, dtype=bool)
    by_company[company[:-1][human > 0]] = True
    colleague = np.zeros(len(human), dtype=bool)
    colleague[people["person"].to_numpy()] = people["colleague"].to_numpy()
    return np.asarray((human > 0) | (by_company[company[:-1]] & ~colleague))


def _objecting(frame: pd.DataFrame) -> Bools:
    """Mails to us that ask not to be written to."""
    return np.asarray((frame["to_us"] & frame["objection"]).to_numpy(bool))


def _offer_files(frame: pd.DataFrame, facts: Facts) -> Bools:
    """Mails of ours that carry a file with the name of an offer."""
    attachments = facts.messages["attachments"]
    some = facts.messages[(attachments != "[]").to_numpy() & (attachments != "").to_numpy()]
    named = some["attachments"].str.contains(_OFFER_FILE, regex=True).to_numpy(bool)
    row = positions(some["message"].to_numpy()[named], frame["message"].to_numpy())
    result = np.zeros(len(frame) + 1, dtype=bool)
    result[row[row >= 0]] = True
    return np.asarray(result[:-1] & frame["outgoing"].to_numpy())
