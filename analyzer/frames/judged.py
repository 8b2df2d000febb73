"""What is concluded: both sides' conduct in figures, signals, scores, verdicts, what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from analyzer.frames.words import FAMILIES
from store.facts import TIME

COLUMNS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType(
    {
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
