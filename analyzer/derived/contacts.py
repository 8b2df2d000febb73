"""Who is judged at all: those we sell to and who have shown that somebody is there."""

from __future__ import annotations

import re
import tomllib
from importlib.resources import files
from typing import Any, Final

import numpy as np
import pandas as pd

from analyzer.derived.asks import asked_by_us, companies
from analyzer.derived.groups import Bools, Ints, looked_up, positions
from analyzer.derived.kept import kept as kept_mail
from analyzer.derived.mail import Mail
from analyzer.derived.people import person_of
from analyzer.derived.signs import MOST_TOLD
from analyzer.frames import shaped
from analyzer.settings import Settings
from store.facts import Facts

#: So many questions of ours in a two-way exchange are an effort worth judging (and confirming).
EFFORT_ASKS: Final = 3

_LISTS: Final = tomllib.loads((files("analyzer.data") / "contacts.toml").read_text("utf-8"))
_OFFER_FILE: Final = (
    r"(?i)offer|quote|quotation|proposal|angebot|kostenvoranschlag|devis|oferta|offerta"
)
_SALES: Final = ("sales", "not sales")


def contacts(
    facts: Facts,
    mail: Mail,
    people: pd.DataFrame,
    topics: pd.DataFrame,
    meetings: pd.DataFrame,
    attendees: pd.DataFrame,
    settings: Settings,
) -> pd.DataFrame:
    """Frame ``contacts``: one row per person but the rep.

    The rep's mark decides; then a deal. Without either, machines, colleagues (unless internal
    mail is kept), newsletters, people from whom no human sign ever came, recruiters, suppliers
    who offer to us while we do not to them, and private addresses without proposal or meeting
    are left out. Of the rest those are judged who got a proposal, an offer file or a meeting of
    ours, or (to be confirmed) at least three questions, and who objected to being written to;
    anybody else is ``other``. Colleagues and private addresses meet and ask all the time: there
    it takes a proposal, an offer or a meeting in the calendar.
    """
    who = people[~people["own"].to_numpy()].reset_index(drop=True)
    seen = _seen(mail, who, people, meetings, attendees, facts)
    told = _told(facts, people, who, topics, settings)
    kept = settings.internal == "keep"
    hints = _hints(mail, who, seen)
    reasons = {
        "mark": told["sales"],
        "deal": told["deal"],
        "proposal": seen["proposals"] > 0,
        "offer": seen["offers"] > 0,
        "meeting": (seen["invited"] > 0) | (seen["wanted"] > 0),
        "effort": (seen["asks"] >= EFFORT_ASKS) & (seen["mails_in"] > 0),
        "objection": (seen["objections"] > 0) & (seen["mails_out"] > 0),
    }
    reason = np.select([r.to_numpy(bool) for r in reasons.values()], list(reasons), "")
    ours = np.isin(reason, ["proposal", "offer", "meeting"])
    sure = np.isin(reason, ["mark", "deal"])
    business = np.isin(reason, ["proposal", "offer"]) | (seen["invited"] > 0)
    private = who["company"] == who["address"]
    out = {
        "marked": told["not sales"],
        "automatic": who["automatic"],
        "colleague": who["colleague"] & ~(kept & business),
        "newsletter": (seen["mails_in"] == 0) & (seen["bulk"] > 0),
        "never engaged": ~seen["engaged"],
        "recruiter": hints["recruiter"] & (seen["proposals"] == 0),
        "supplier": (hints["supplier"] | (seen["offered"] > 0)) & ~ours,
        "friend": private & ~business,
        "other": pd.Series(reason == ""),
    }
    left_out = np.select([o.to_numpy(bool) for o in out.values()], list(out), "")
    left_out = np.where(sure & (left_out != "marked"), "", left_out)
    asked = (reason == "effort") | (ours & private)
    doubt = asked & np.isin(left_out, ["", "friend", "supplier", "recruiter"]) & ~business
    share = kept_mail(mail, _size(people))[who["person"].to_numpy()]
    frame = seen.assign(person=who["person"], reason=reason, left_out=left_out, in_doubt=doubt)
    return shaped("contacts", frame.assign(judged=left_out == "", kept=share))


def _size(people: pd.DataFrame) -> int:
    return int(people["person"].max()) + 1 if len(people) else 0


def _told(
    facts: Facts, people: pd.DataFrame, who: pd.DataFrame, topics: pd.DataFrame, settings: Settings
) -> pd.DataFrame:
    """What the rep said: columns sales, not sales (the later mark counts), deal."""
    marks = facts.marks[facts.marks["kind"].isin(_SALES).to_numpy()]
    marks = marks.assign(person=person_of(people, marks["target"]))
    marks = marks.sort_values(["occurred_at", "mark"]).drop_duplicates("person", keep="last")
    said = looked_up(who["person"], marks.set_index("person")["kind"])
    excluded = person_of(people, pd.Series(sorted(settings.excluded_addresses), dtype="str"))
    deals = topics.loc[(topics["deal"] >= 0).to_numpy(), "person"]
    return pd.DataFrame(
        {
            "sales": said == "sales",
            "not sales": (said == "not sales") | who["person"].isin(excluded),
            "deal": who["person"].isin(deals),
        }
    )


def _seen(
    mail: Mail,
    who: pd.DataFrame,
    people: pd.DataFrame,
    meetings: pd.DataFrame,
    attendees: pd.DataFrame,
    facts: Facts,
) -> pd.DataFrame:
    """Counts and times per person of ``who``."""
    frame, to = mail.mail, mail.recipients
    sender, at = frame["sender"].to_numpy(), frame["at"]
    person = (frame["kind"] == "person").to_numpy()
    heard = person & ~frame["outgoing"].to_numpy() & ~frame["auto"].to_numpy()
    row = positions(to["message"].to_numpy(), frame["message"].to_numpy())
    ours = (person & frame["outgoing"].to_numpy())[row] & (row >= 0)
    row, told = row[ours], to["person"].to_numpy()[ours]
    size = _size(people)

    def count(of: Any) -> Ints:
        return np.bincount(of, minlength=size)

    direct = (to["role"] == "to").to_numpy()[ours]
    asked = asked_by_us(mail, people)
    invites = meetings["ours"] & (meetings["source"] == "calendar")
    own = meetings.loc[invites.to_numpy(), "meeting"]
    invited = attendees[attendees["meeting"].isin(own).to_numpy()]["person"].to_numpy()
    answered = attendees[attendees["partstat"].isin(["ACCEPTED", "DECLINED", "TENTATIVE"])]
    wanted = frame["meeting_request"].to_numpy()[asked["row"].to_numpy()]
    asked_person = asked["person"].to_numpy()
    bulk = (frame["kind"] == "bulk").to_numpy() & (sender >= 0)
    mails_in = count(sender[heard & (sender >= 0)])
    to_few = heard & (frame["addressees"] <= MOST_TOLD).to_numpy() & (sender >= 0)
    replied = answered["person"].to_numpy()
    human = count(sender[to_few]) + count(replied[replied >= 0])
    counts = {
        "mails_in": mails_in,
        "mails_out": count(told),
        "bulk": count(sender[bulk]),
        "proposals": count(told[direct & frame["proposal"].to_numpy()[row]]),
        "offers": count(told[direct & _offer_files(frame, facts)[row]]),
        "offered": count(sender[heard & frame["proposal"].to_numpy() & (sender >= 0)]),
        "asks": count(asked_person),
        "objections": count(sender[_objecting(frame) & heard & (sender >= 0)]),
        "invited": count(invited[invited >= 0]),
        "wanted": count(asked_person[wanted]),
        "engaged": _engaged(human, people),
    }
    got, sent = at[heard].groupby(sender[heard]), at.iloc[row].groupby(told)
    last_in, last_out = got.max(), sent.max()
    first = pd.concat([got.min(), sent.min()]).groupby(level=0).min()
    times = {"first_at": first, "last_in_at": last_in, "last_out_at": last_out}
    numbers = who["person"].to_numpy()
    result = pd.DataFrame({name: column[numbers] for name, column in counts.items()})
    return result.assign(**{name: times[name].reindex(numbers).array for name in times})


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


def _hints(mail: Mail, who: pd.DataFrame, seen: pd.DataFrame) -> pd.DataFrame:
    """Whether names, domains and most subjects are those of recruiters or suppliers."""
    names = who["name"].str.lower()
    domain = who["company"].str.replace(r"^.*@", "", regex=True)
    recruiter = names.str.contains(_words(_LISTS["recruiter_names"]), regex=True)
    recruiter |= domain.str.contains(_words(_LISTS["recruiter_domains"]), regex=True)
    both = who["person"][((seen["mails_in"] > 0) & (seen["mails_out"] > 0)).to_numpy()]
    told = mail.mail[["sender", "subject_key", "kind"]]
    told = told[(told["kind"] == "person").to_numpy() & told["sender"].isin(both).to_numpy()]
    told = told[["sender", "subject_key"]].drop_duplicates()
    return pd.DataFrame(
        {
            "recruiter": recruiter | _mostly(told, _LISTS["recruiter_subjects"], who),
            "supplier": _mostly(told, _LISTS["supplier_subjects"], who),
        }
    )


def _words(words: list[str]) -> str:
    return r"\b(?:" + "|".join(map(re.escape, words)) + r")\b"


def _mostly(told: pd.DataFrame, words: list[str], who: pd.DataFrame) -> pd.Series[bool]:
    """Whether at least half of a person's different subjects hold one of the words."""
    held = told["subject_key"].str.contains(_words(words), regex=True).astype("float64")
    share = held.groupby(told["sender"].to_numpy()).mean()
    return looked_up(who["person"], share).fillna(0.0) >= 0.5
