"""Shapes of the derived frames: every column, its dtype and its meaning, in one place.

Ids are int64 and -1 means "none"; times are UTC instants and ``NaT`` means "not (yet)";
durations carry their unit (``_hours`` wall time, ``_eh`` effective hours of the contact's week).
``evidence`` columns hold tuples of references: ``"message:12"``, ``"event:7"``, ``"mark:3"``,
``"deal:2"``, ``"call:4"`` (they were in it), ``"missed:4"`` (they were not), oldest first. People
ids are stable for the same store: addresses in sorted order.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from store.facts import TIME, typed

if TYPE_CHECKING:
    import pandas as pd

#: Labels of ``analyzer.intents`` in their fixed order.
INTENTS: Final = (
    "expects_reply",
    "meeting_request",
    "reschedule",
    "cancel",
    "no_show",
    "apology",
    "refusal",
    "brush_off",
    "commitment",
    "follow_up",
    "proposal",
    "acceptance",
    "auto",
    "delegate",
    "objection",
)

FAMILIES: Final = ("meetings", "answers", "proposals", "promises", "cycles", "effort")

VERDICTS: Final = (
    "walk away",
    "change approach",
    "last try",
    "stop chasing",
    "park",
    "win back",
    "do not contact",
    "keep going",
    "unclear",
)

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
        # one row per mailbox (address + display name) of the facts
        "mailboxes": {"mailbox": "int64", "person": "int64"},
        # one row per person. own: the rep; colleague: shares an own domain (never a free-mail
        # one); automatic: no-reply, list and machine addresses. address: the one used most;
        # addresses: all of them, sorted. company: registrable domain, for free-mail the address.
        # zone: IANA name or UTC offset seen in their mail, "" unknown; country: two letters or "".
        "people": {
            "person": "int64",
            "name": "str",
            "address": "str",
            "addresses": "object",
            "company": "str",
            "own": "bool",
            "colleague": "bool",
            "automatic": "bool",
            "zone": "str",
            "country": "str",
        },
        # one row per distinct message (copies collapsed onto the first; of all kinds).
        # at: sent_at of ours; of others received_at if known, else sent_at. sender: person who
        # speaks (the principal); via: the delegate who wrote, or -1. outgoing: sender is own.
        # parent: the message it answers or -1; parent_by: header | hint | subject | missing (what
        # it answers is not here; the parent is one before that, or -1) | "".
        # to_us: the rep stands in To; addressees: how many stand in To and Cc, the rep included.
        # thread/topic: ids. One bool column per label of INTENTS (after ``decide``).
        "mail": {
            "message": "int64",
            "account": "int64",
            "at": TIME,
            "offset_minutes": "Int32",
            "outgoing": "bool",
            "sender": "int64",
            "via": "int64",
            "kind": "category",
            "subject": "str",
            "subject_key": "str",
            "words": "int64",
            "sequence_tool": "bool",
            "parent": "int64",
            "parent_by": "str",
            "to_us": "bool",
            "addressees": "int64",
            "thread": "int64",
            "topic": "int64",
            **dict.fromkeys(INTENTS, "bool"),
        },
        # who else is on a distinct message, the rep left out; role: to | cc
        "recipients": {"message": "int64", "person": "int64", "role": "category"},
        # which people may be judged. reason: deal | mark | proposal | offer | meeting | effort;
        # left_out: "" | supplier | recruiter | friend | newsletter | never engaged | colleague |
        # automatic | marked | other (no sales seen); in_doubt: the rep is asked.
        # judged where left_out is "". kept: share (0..1) of their mails that is here, as far as
        # our answers tell; below, silence proves less.
        "contacts": {
            "person": "int64",
            "judged": "bool",
            "reason": "str",
            "left_out": "str",
            "in_doubt": "bool",
            "first_at": TIME,
            "last_in_at": TIME,
            "last_out_at": TIME,
            "mails_in": "int64",
            "mails_out": "int64",
            "kept": "float64",
        },
        # one row per topic: a deal, else a thread around a proposal. outcome: won | lost | ""
        "topics": {
            "topic": "int64",
            "person": "int64",
            "company": "str",
            "title": "str",
            "deal": "int64",
            "stage": "str",
            "value": "float64",
            "currency": "str",
            "outcome": "str",
            "proposed_at": TIME,
            "close_at": TIME,
            "last_two_way_at": TIME,
            "next_step_at": TIME,
            "next_step": "str",
        },
        # one row per question that waits or waited for an answer. direction: "ours" we asked
        # them, "theirs" they asked us. person: the other side (who was asked / who asks).
        # asks: messages of the asker in it, follow_ups = asks - 1 (same cause, once).
        # proposal: one of the asks delivers a proposal; requested: they had asked for it.
        # sequence: only sequence-tool mails. open: no answer until as_of (censored).
        # answered_by: evidence reference or ""; answer_via: delegate or -1. answered_kind:
        # mail | colleague | meeting | call | unseen (ours that answers one of theirs which is not
        # here) | ""; suspended_until: a decision date they named.
        # waited_*: from the first ask to the answer, or as_of, stopped while they were away;
        # waited_since_last_*: the same from the last ask. paused_hours: what was taken off.
        "episodes": {
            "episode": "int64",
            "direction": "category",
            "person": "int64",
            "company": "str",
            "thread": "int64",
            "topic": "int64",
            "asked_message": "int64",
            "asked_at": TIME,
            "last_asked_at": TIME,
            "asks": "int64",
            "proposal": "bool",
            "proposal_at": TIME,
            "requested": "bool",
            "sequence": "bool",
            "open": "bool",
            "answered_at": TIME,
            "answered_by": "str",
            "answered_kind": "str",
            "answer_via": "int64",
            "suspended_until": TIME,
            "waited_hours": "float64",
            "waited_eh": "float64",
            "waited_since_last_hours": "float64",
            "waited_since_last_eh": "float64",
            "paused_hours": "float64",
            "evidence": "object",
        },
        # one row per question of ours that waits and that nothing explains, judged people only, the
        # likeliest answer first. chance: that an answer comes within 20 working days from now.
        # usual_hours: most (within of answers) of theirs came in this time, NaN for too few.
        # basis: what the chance was fitted on, with so many outcomes
        "open_questions": {
            "episode": "int64",
            "person": "int64",
            "company": "str",
            "topic": "int64",
            "asked_message": "int64",
            "asked_at": TIME,
            "last_asked_at": TIME,
            "asks": "int64",
            "waited_hours": "float64",
            "waited_eh": "float64",
            "chance": "float64",
            "usual_hours": "float64",
            "within": "int64",
            "answers": "int64",
            "basis": "str",
            "outcomes": "int64",
            "sentence": "str",
        },
        # absences told by auto-replies: [from_at, until_at) per person
        "absences": {"person": "int64", "from_at": TIME, "until_at": TIME, "message": "int64"},
        # what both sides promised: message, at, person (the other side), by: us | them, words.
        # due_at: end of the time named, or ten working days (dated: whether one was named); due_on:
        # the last day of the time named, as the promiser's calendar has it, "" for none;
        # sign_at: when the promiser was next heard of, far away if never; chased: we asked for it
        # in vain. state: open | kept | broken
        "promises": {
            "message": "int64",
            "at": TIME,
            "person": "int64",
            "by": "str",
            "thread": "int64",
            "topic": "int64",
            "words": "str",
            "due_at": TIME,
            "due_on": "str",
            "dated": "bool",
            "call": "bool",
            "sign_at": TIME,
            "chased": "bool",
            "state": "str",
        },
        # one row per occurrence with at least one person outside. status: confirmed | cancelled |
        # moved away (replaced by another) | unclear (moved or called off within a day of its end:
        # nothing tells whether it took place). ours: the rep organised it. source: calendar | mail
        "meetings": {
            "meeting": "int64",
            "uid": "str",
            "original_start": TIME,
            "start": TIME,
            "end": TIME,
            "all_day": "bool",
            "summary": "str",
            "status": "str",
            "ours": "bool",
            "organizer": "int64",
            "topic": "int64",
            "source": "str",
            "first_known_at": TIME,
        },
        # the outside people of a meeting; presence yes | no | unknown with its evidence
        "attendees": {
            "meeting": "int64",
            "person": "int64",
            "optional": "bool",
            "partstat": "str",
            "presence": "str",
            "presence_by": "str",
        },
        # calls in which meetings were held, by report of the provider (service: meet | teams), one
        # row per meeting under its first call; people: how many were there, the rep included
        "calls": {
            "call": "int64",
            "meeting": "int64",
            "service": "str",
            "at": TIME,
            "people": "int64",
        },
        # what happened to a meeting. kind: moved | cancelled | declined | countered | accepted |
        # restored. actor: us | them | unknown; person: the outside person it concerns (the mover
        # when "them"). notice_hours: change (or their request for it) to old start, negative after
        # it, NaN unknown. cause: one id for all that one decision changed (a whole series, five
        # absentees, two meetings because of one mail). rebooked: a new time was named with it or
        # within 48 h. learned: calendar | itip | hint | booking | mail. asked_by: reference of
        # their mail, refusal or counter-proposal that asked for it, "" none.
        "changes": {
            "change": "int64",
            "cause": "int64",
            "meeting": "int64",
            "person": "int64",
            "company": "str",
            "topic": "int64",
            "kind": "category",
            "at": TIME,
            "actor": "category",
            "via": "int64",
            "notice_hours": "float64",
            "old_start": TIME,
            "new_start": TIME,
            "rebooked": "bool",
            "asked_by": "str",
            "learned": "str",
            "evidence": "object",
        },
        # the next meeting with each judged person. risk: that it is moved late, called off late or
        # missed; *_low/_high: 80 % interval. why: what that rests on and what to do about it
        "meeting_risks": {
            "person": "int64",
            "meeting": "int64",
            "start": TIME,
            "risk": "float64",
            "risk_low": "float64",
            "risk_high": "float64",
            "why": "str",
        },
        # how we treat judged people, one row per person and month (rep's zone) with anything in it.
        # asked: questions of theirs; unanswered: those that wait a working week or longer;
        # answered, answer_hours: how many we answered, and the middle of how long that took;
        # meetings: held or planned; moved_late: moved or called off by us with little notice;
        # promised, broken: promises of ours that are due
        "mirror": {
            "person": "int64",
            "month": "str",
            "asked": "int64",
            "unanswered": "int64",
            "answered": "int64",
            "answer_hours": "float64",
            "meetings": "int64",
            "moved_late": "int64",
            "promised": "int64",
            "broken": "int64",
        },
        # time and money per person, see docs: mails, meetings, lost (moved late, missed) hours
        "effort": {
            "person": "int64",
            "mail_hours": "float64",
            "meeting_hours": "float64",
            "lost_hours": "float64",
            "hours": "float64",
            "week_hours": "float64",
            "cost": "float64",
        },
        # the contract of every file in analyzer/signals. strength: 0..1; good: speaks for them.
        # act: a deed of theirs (JUDGEMENT: moved or cancelled late, stayed away, promise broken,
        # new request after silence, a second requested proposal left to die).
        # episode: id unique within the family; rows with equal (family, episode) are one cause.
        "signals": {
            "person": "int64",
            "company": "str",
            "topic": "int64",
            "signal": "str",
            "family": "category",
            "episode": "int64",
            "at": TIME,
            "actor": "category",
            "via": "int64",
            "good": "bool",
            "act": "bool",
            "strength": "float64",
            "evidence": "object",
            "sentence": "str",
        },
        # one row per judged person. *_low/_high: 80 % interval. term_<family>: log-odds added.
        "scores": {
            "person": "int64",
            "company": "str",
            "not_honoured": "float64",
            "not_honoured_low": "float64",
            "not_honoured_high": "float64",
            "wall": "float64",
            "wall_low": "float64",
            "wall_high": "float64",
            "bad_episodes": "int64",
            "bad_families": "int64",
            "good_episodes": "int64",
            "has_act": "bool",
            **{f"term_{family}": "float64" for family in FAMILIES},
        },
        # one row per judged person. reason and next_step are sentences for the rep; until: park
        # date; milestone: what to wait for; trend: better | steady | worse | new;
        # sure: sure | fairly sure | not sure; attention: how much it matters this week (order)
        "verdicts": {
            "person": "int64",
            "company": "str",
            "verdict": "category",
            "reason": "str",
            "next_step": "str",
            "until": TIME,
            "milestone": "str",
            "trend": "str",
            "sure": "str",
            "attention": "float64",
        },
        # whom the rep put aside, the last time of each. until: when that ends, NaT when only a
        # milestone or an act of theirs ends it. state: parked | due (the day has come, nobody was
        # asked yet) | woken (they acted: woken_at, woken_by) | over (asked since)
        "parks": {
            "person": "int64",
            "at": TIME,
            "until": TIME,
            "milestone": "str",
            "value": "str",
            "state": "str",
            "woken_at": TIME,
            "woken_by": "str",
            "mark": "int64",
        },
        # open topics of people who have two or more. verdict: drop | keep; reason and next_step
        # are sentences, "" for keep
        "opportunities": {
            "topic": "int64",
            "person": "int64",
            "title": "str",
            "value": "float64",
            "verdict": "str",
            "reason": "str",
            "next_step": "str",
        },
        # questions only the rep can answer: moved by us without a trace; missed meetings; doubt
        "questions": {
            "person": "int64",
            "kind": "str",
            "at": TIME,
            "evidence": "object",
            "sentence": "str",
        },
        # per account: what the report covers. written: mails of ours; answered: those of them
        # that answer somebody, missing: of these those whose answered mail is not here.
        "coverage": {
            "account": "int64",
            "name": "str",
            "kind": "str",
            "first_at": TIME,
            "last_at": TIME,
            "messages": "int64",
            "events": "int64",
            "failures": "int64",
            "checked_at": TIME,
            "read_share": "float64",
            "calendar_since": TIME,
            "written": "int64",
            "answered": "int64",
            "missing": "int64",
        },
    }
)


def empty(name: str) -> pd.DataFrame:
    """An empty frame with the columns and dtypes of derived frame ``name``."""
    return _empty(name).copy()


@cache
def _empty(name: str) -> pd.DataFrame:
    import pandas as pd  # labelling at import needs the names above alone

    return pd.DataFrame({c: pd.Series(dtype=d) for c, d in COLUMNS[name].items()})


def shaped(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    """``frame`` with exactly the columns and dtypes of derived frame ``name``, index reset.

    Raises ``KeyError`` for a missing column, so that a forgotten one cannot go unseen.
    """
    return typed(frame, COLUMNS[name])
