"""The whole way from facts to verdicts, in order."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

import pandas as pd

from analyzer import (
    clock,
    meeting_risk,
    mirror,
    open_questions,
    opportunities,
    parks,
    promises,
    questions,
    score,
    signals,
    standing,
    verdict,
)
from analyzer.derived import (
    absences,
    contacts,
    coverage,
    effort,
    episodes,
    mail,
    people,
    threads,
    topics,
)
from analyzer.derived.everything import Derived
from analyzer.settings import Settings
from store.facts import Facts

if TYPE_CHECKING:
    from analyzer.clock import Clock
    from analyzer.derived.meetings import Meetings


@dataclass(frozen=True)
class Analysis:
    """Everything derived from the facts as of one instant; frames as in ``analyzer.frames``."""

    as_of: datetime
    people: pd.DataFrame
    mail: pd.DataFrame
    recipients: pd.DataFrame
    contacts: pd.DataFrame
    topics: pd.DataFrame
    episodes: pd.DataFrame
    open_questions: pd.DataFrame
    absences: pd.DataFrame
    meetings: pd.DataFrame
    attendees: pd.DataFrame
    calls: pd.DataFrame
    changes: pd.DataFrame
    meeting_risks: pd.DataFrame
    mirror: pd.DataFrame
    effort: pd.DataFrame
    signals: pd.DataFrame
    scores: pd.DataFrame
    verdicts: pd.DataFrame
    parks: pd.DataFrame
    promises: pd.DataFrame
    opportunities: pd.DataFrame
    questions: pd.DataFrame
    coverage: pd.DataFrame


@dataclass(frozen=True)
class Told:
    """What the facts tell before anything is judged."""

    derived: Derived
    clock: Clock
    effort: pd.DataFrame
    meeting_questions: pd.DataFrame
    coverage: pd.DataFrame


def analyze(facts: Facts, settings: Settings, as_of: datetime) -> Analysis:
    """All frames from ``facts``, as known at ``as_of``.

    Pure: the same facts, settings and instant give the same frames, to the byte. ``as_of`` is
    timezone-aware; a naive time raises ``ValueError``.
    """
    known = told(facts, settings, as_of)
    derived = known.derived
    found = signals.detect(facts, derived, settings, as_of)
    found = standing.cleared(facts, derived, found, as_of)
    scores = score.scores(derived, found, settings, as_of)
    return Analysis(
        as_of=as_of,
        people=derived.people,
        mail=derived.mail,
        recipients=derived.recipients,
        contacts=derived.contacts,
        topics=derived.topics,
        episodes=derived.episodes,
        open_questions=open_questions.open_questions(derived, known.clock, as_of),
        absences=derived.absences,
        meetings=derived.meetings,
        attendees=derived.attendees,
        calls=derived.calls,
        changes=derived.changes,
        meeting_risks=meeting_risk.meeting_risks(derived, settings, as_of),
        mirror=mirror.mirror(derived, settings, as_of),
        effort=known.effort,
        signals=found,
        scores=scores,
        verdicts=verdict.verdicts(facts, derived, found, scores, known.effort, settings, as_of),
        parks=parks.parks(facts, derived, settings.zone, as_of),
        promises=derived.promises,
        opportunities=opportunities.opportunities(derived, settings, as_of),
        questions=questions.questions(derived, known.meeting_questions, settings.zone, as_of),
        coverage=known.coverage,
    )


def told(facts: Facts, settings: Settings, as_of: datetime) -> Told:
    """Everything that is derived from ``facts`` without judging anybody.

    Raises ``ValueError`` when ``as_of`` has no time zone.
    """
    if as_of.tzinfo is None:
        raise ValueError("as_of needs a time zone")
    from analyzer.derived import meetings

    who = people.people(facts, settings)
    threaded = threads.thread(mail.mail(facts, who, settings, as_of), facts)
    about = topics.topics(facts, threaded, who.people)
    met = meetings.meetings(facts, who.people, about.mail, settings, as_of)
    time = clock.clock(about.mail.mail, who.people, settings)
    return Told(
        derived=_derived(facts, who.people, about, met, time, settings, as_of),
        clock=time,
        effort=effort.effort(about.mail, met.meetings, met.attendees, met.changes, settings, as_of),
        meeting_questions=met.questions,
        coverage=coverage.coverage(facts, about.mail, as_of),
    )


def _derived(
    facts: Facts,
    who: pd.DataFrame,
    about: topics.Topics,
    met: Meetings,
    time: Clock,
    settings: Settings,
    as_of: datetime,
) -> Derived:
    away = absences.absences(about.mail, settings.zone)
    derived = Derived(
        people=who,
        mail=about.mail.mail,
        recipients=about.mail.recipients,
        words=about.mail.words,
        contacts=contacts.contacts(
            facts, about.mail, who, about.topics, met.meetings, met.attendees, settings
        ),
        topics=topics.with_steps(about.topics, about.mail, met.meetings, met.attendees, as_of),
        episodes=episodes.episodes(
            facts, about.mail, who, about.topics, away, time, as_of, settings.zone
        ),
        absences=away,
        meetings=met.meetings,
        attendees=met.attendees,
        changes=met.changes,
        calls=met.calls,
    )
    return replace(derived, promises=promises.promises(derived, settings, as_of))
