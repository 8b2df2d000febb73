"""What is being sold to whom: deals, else threads around a proposal of ours."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from analyzer.days import columns as days
from analyzer.derived import names
from analyzer.derived.groups import NONE, Ints, codes, hashes, looked_up, mixed, positions
from analyzer.derived.mail import Mail
from analyzer.derived.people import person_of
from analyzer.derived.subjects import GENERIC, matter, titled
from analyzer.frames import shaped
from store.facts import TIME, Facts

_WORD: Final = r"[^\W\d_]{4,}"
#: The middle of the day that ends then, wherever on earth it does.
_WITHIN_THE_DAY: Final = pd.Timedelta(hours=12)
_OUTCOMES: Final = ("won", "lost")


@dataclass(frozen=True)
class Topics:
    """Frame ``topics`` and the mail with its topics filled in."""

    topics: pd.DataFrame
    mail: Mail


def topics(facts: Facts, mail: Mail, people: pd.DataFrame) -> Topics:
    """Deals first, then proposal threads in order of time; mail belongs to them by thread.

    A proposal thread with somebody who has a deal is that deal, if it is the only one or their
    titles share a word. Proposals to one person about one matter (``subjects.matter``) are one
    topic. All mail with somebody whose only topic is a deal belongs to it. A mark won or lost
    decides the open topics of that person. ``next_step`` is filled by ``with_steps``.
    """
    deals = _deals(facts, people)
    offers = _offers(mail, people)
    offers["topic"] = _same(offers, deals)
    fresh = offers[(offers["topic"] >= len(deals)).to_numpy()].drop_duplicates("topic")
    company = np.append(people["company"].to_numpy(object), "")
    row = positions(np.append(deals["person"], fresh["person"]), people["person"].to_numpy())
    frame = pd.concat([deals, fresh], ignore_index=True)
    frame = frame.assign(topic=np.arange(len(frame)), company=company[row])
    told = replace(mail, mail=mail.mail.assign(topic=_of_mail(mail, offers, frame)))
    frame = frame.join(_times(told), on="topic")
    frame["outcome"] = _outcome(frame, facts, people)
    made = frame.assign(next_step="", next_step_at=_never(frame))
    return Topics(shaped("topics", made), told)


def with_steps(
    topics: pd.DataFrame,
    mail: Mail,
    meetings: pd.DataFrame,
    attendees: pd.DataFrame,
    as_of: datetime,
) -> pd.DataFrame:
    """Frame ``topics`` with the next dated step and with meetings held as two-way contact.

    The next step is the next confirmed meeting with that person, else the next day that one of
    the mails of the topic promises something for.
    """
    met = attendees[(attendees["presence"] != "no").to_numpy()][["meeting", "person"]]
    held = meetings[(meetings["status"] == "confirmed").to_numpy()]
    met = met.merge(held[["meeting", "start", "summary"]], on="meeting")
    now = pd.Timestamp(as_of)
    past = met[(met["start"] <= now).to_numpy()].groupby("person")["start"].max()
    ahead = met[(met["start"] > now).to_numpy()].sort_values(["start", "meeting"])
    ahead = ahead.drop_duplicates("person").set_index("person")
    open_topics = topics["outcome"] == ""
    at = looked_up(topics["person"], ahead["start"]).where(open_topics)
    step = looked_up(topics["person"], ahead["summary"]).where(open_topics).astype("str")
    promise = looked_up(topics["topic"], _promised(mail, now)).where(open_topics)
    earlier = at.isna() & promise.notna()
    step = step.where(~earlier, "promise").where(at.notna() | earlier, "")
    step = step.where(step.notna() & ((step != "") | at.isna()), "meeting")
    two_way = topics["last_two_way_at"]
    later = looked_up(topics["person"], past)
    two_way = two_way.where(later.isna() | (two_way >= later), later)
    changed = {"next_step_at": at.fillna(promise), "next_step": step, "last_two_way_at": two_way}
    return shaped("topics", topics.assign(**changed))


def _never(frame: pd.DataFrame) -> pd.Series[Any]:
    return pd.Series(pd.NaT, index=frame.index, dtype=TIME)


def _deals(facts: Facts, people: pd.DataFrame) -> pd.DataFrame:
    """Newest line of every (contact, topic), in the order of their ids."""
    deals = facts.deals.sort_values(["observed_at", "deal"])
    deals = deals.drop_duplicates(["contact", "topic"], keep="last").sort_values("deal")
    contact = deals["contact"].astype("str").str.strip()
    person = person_of(people, contact)
    by_name = pd.Series(people["person"].to_numpy(), index=pd.Index(names.key(people["name"])))
    by_name = by_name[~by_name.index.duplicated(keep=False) & (by_name.index != "")]
    named = by_name.reindex(names.key(contact), fill_value=NONE).to_numpy(np.int64)
    kept = ["deal", "stage", "value", "currency", "outcome", "close_at"]
    frame = deals[kept].assign(title=deals["topic"], person=np.where(person >= 0, person, named))
    return frame.reset_index(drop=True)


def _offers(mail: Mail, people: pd.DataFrame) -> pd.DataFrame:
    """One row per thread with a proposal of ours: thread, person, title, key."""
    frame = mail.mail
    offered = frame["outgoing"] & frame["proposal"] & (frame["kind"] == "person")
    offered &= frame["sender"] >= 0
    rows = np.flatnonzero(offered.to_numpy())
    machine = people.set_index("person")["automatic"]
    to = mail.recipients[(mail.recipients["role"] == "to").to_numpy()]
    to = to[~looked_up(to["person"], machine).to_numpy(bool)].drop_duplicates("message")
    person = to.set_index("message")["person"]
    made = frame.iloc[rows][["message", "thread", "subject", "subject_key"]]
    made = made.assign(person=looked_up(made["message"], person)).dropna(subset=["person"])
    made = made.astype({"person": "int64"}).drop_duplicates("thread").reset_index(drop=True)
    alone = made["subject_key"].isin(GENERIC).to_numpy()
    key = mixed(hashes(matter(made["subject_key"])), made["person"].to_numpy())
    made["key"] = codes(np.where(alone, made["thread"], key), alone)
    made = made.assign(title=titled(made["subject"]))
    made = made.assign(deal=NONE, stage="", value=np.nan, currency="", outcome="")
    return made.assign(close_at=_never(made))


def _same(offers: pd.DataFrame, deals: pd.DataFrame) -> Ints:
    """The topic of each offer: a deal's row, else numbers after the deals."""
    fresh = len(deals) + codes(offers["key"].to_numpy())
    left = offers[["person", "title"]].assign(offer=np.arange(len(offers)))
    right = deals[["person", "title"]].assign(topic=np.arange(len(deals)))
    only = ~deals["person"].duplicated(keep=False)
    pairs = left.merge(right.assign(only=only), on="person", suffixes=("", "_deal"))
    pairs["fits"] = _share_word(pairs["title"], pairs["title_deal"]) | pairs["only"].to_numpy(bool)
    pairs = pairs[pairs["fits"].to_numpy()].drop_duplicates("offer")
    fresh[pairs["offer"].to_numpy()] = pairs["topic"].to_numpy()
    kept = np.sort(np.unique(fresh[fresh >= len(deals)]))
    again = fresh >= len(deals)
    fresh[again] = len(deals) + np.searchsorted(kept, fresh[again])
    return fresh


def _share_word(left: pd.Series[str], right: pd.Series[str]) -> Any:
    """Whether two titles share a word; there are few pairs, of people with deals only."""
    a, b = left.str.lower().str.findall(_WORD), right.str.lower().str.findall(_WORD)
    shared = [not set(x).isdisjoint(y) for x, y in zip(a, b, strict=True)]
    return np.array(shared, dtype=bool)


def _of_mail(mail: Mail, offers: pd.DataFrame, frame: pd.DataFrame) -> Ints:
    by_thread = offers.drop_duplicates("thread").set_index("thread")["topic"]
    topic = by_thread.reindex(mail.mail["thread"], fill_value=NONE).to_numpy(np.int64)
    single = frame[~frame["person"].duplicated(keep=False).to_numpy()]
    single = single[((single["deal"] >= 0) & (single["person"] >= 0)).to_numpy()]
    by_person = single.set_index("person")["topic"]
    other = by_person.reindex(_other_side(mail), fill_value=NONE).to_numpy(np.int64)
    return np.where(topic >= 0, topic, other)


def _other_side(mail: Mail) -> Ints:
    """Who wrote to us, or the first we wrote to."""
    first = mail.recipients.drop_duplicates("message").set_index("message")["person"]
    told = first.reindex(mail.mail["message"], fill_value=NONE).to_numpy(np.int64)
    return np.where(mail.mail["outgoing"].to_numpy(), told, mail.mail["sender"].to_numpy())


def _times(mail: Mail) -> pd.DataFrame:
    """proposed_at (the first), last_two_way_at (their last mail after one of ours) by topic."""
    frame = mail.mail
    frame = frame[((frame["topic"] >= 0) & (frame["kind"] == "person")).to_numpy()]
    frame = frame[["topic", "at", "outgoing", "proposal", "auto"]]
    ours = frame[frame["outgoing"].to_numpy()]
    first = ours.groupby("topic")["at"].min()
    proposed = ours[ours["proposal"].to_numpy()].groupby("topic")["at"].min()
    theirs = frame[~frame["outgoing"].to_numpy() & ~frame["auto"].to_numpy()]
    answered = theirs[(theirs["at"] > looked_up(theirs["topic"], first)).to_numpy()]
    last = answered.groupby("topic")["at"].max()
    return pd.DataFrame({"proposed_at": proposed, "last_two_way_at": last})


def _outcome(frame: pd.DataFrame, facts: Facts, people: pd.DataFrame) -> pd.Series[Any]:
    """The deal's outcome, else the last mark won or lost of that person."""
    marks = facts.marks[facts.marks["kind"].isin(_OUTCOMES).to_numpy()]
    marks = marks.assign(person=person_of(people, marks["target"]))
    marks = marks.sort_values(["occurred_at", "mark"]).drop_duplicates("person", keep="last")
    marked = marks[(marks["person"] >= 0).to_numpy()].set_index("person")["kind"]
    told = looked_up(frame["person"], marked).astype("str").fillna("")
    return frame["outcome"].where(frame["outcome"] != "", told)


def _promised(mail: Mail, now: pd.Timestamp) -> pd.Series[Any]:
    """The next day that a promise in the mails of each topic names."""
    said = mail.words[(mail.words["intent"] == "commitment").to_numpy()]
    columns = ["message", "topic", "at", "offset_minutes"]
    said = said.merge(mail.mail[columns], on="message")
    said = said[(said["topic"] >= 0).to_numpy()]
    due = days.due(said["words"], said["at"], said["offset_minutes"], "UTC")["due_at"]
    ahead = said.assign(day=due - _WITHIN_THE_DAY)[(due > now).to_numpy()]
    return ahead.groupby("topic")["day"].min()
