"""Who writes with whom about what: people, mail, contacts, topics, what waits, promises."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from analyzer.frames.words import INTENTS
from store.facts import TIME

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
    }
)
