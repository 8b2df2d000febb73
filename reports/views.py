"""Analysis to frozen views (``reports.model``): the one place where reports read frames."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pandas as pd

from analyzer.analysis import Analysis
from analyzer.frames import VERDICTS
from analyzer.settings import Settings
from reports import views_ahead, words
from reports import views_sections as sections
from reports.draft_ready import ready_actions
from reports.model import Contact, Report, Total
from reports.views_base import Directory, number
from reports.views_contacts import actions, contacts, total_effort
from reports.webmail import Links, nowhere
from reports.week import Week

#: Verdicts that say: something should change here.
CHANGE = ("walk away", "change approach", "last try", "stop chasing", "do not contact")


def report(
    analysis: Analysis,
    settings: Settings,
    week: Week,
    said: pd.DataFrame | None = None,
    links: Links = nowhere,
) -> Report:
    """The brick-wall report of ``week``.

    ``said``: the intents frame of the facts; with it, evidence shows the few words that tell.
    ``links``: where evidence is on the web.
    """
    directory = Directory(analysis)
    zone = ZoneInfo(settings.zone)
    people = contacts(analysis, settings, week, directory=directory, said=said, links=links)
    to_do, more_to_do = actions(people, analysis.as_of)
    to_do = ready_actions(to_do, analysis, zone)
    topics, more_topics = sections.open_topics(analysis, zone, directory)
    totals = _totals(analysis)
    effort = total_effort(analysis)
    return Report(
        week=week,
        as_of=analysis.as_of.astimezone(zone).replace(microsecond=0),
        zone=settings.zone,
        currency=settings.currency,
        headline=_headline(analysis, people, totals, effort.week_hours),
        actions=to_do,
        actions_left_out=more_to_do,
        topics=topics,
        topics_left_out=more_topics,
        contacts=people,
        totals=totals,
        effort=effort,
        questions=sections.questions(analysis, zone, directory, said, links),
        open_questions=views_ahead.open_questions(analysis, zone, directory),
        meeting_risks=views_ahead.meeting_risks(analysis, zone, directory),
        waiting=sections.waiting(analysis, zone, directory),
        not_judged=sections.not_judged(analysis, directory),
        coverage=sections.coverage(analysis, settings, week.end(settings.zone)),
    )


def _totals(analysis: Analysis) -> tuple[Total, ...]:
    """People and hours by verdict, in the order of verdicts; those without anybody left out."""
    rows = analysis.verdicts[["person", "verdict"]].astype({"verdict": "str"})
    rows = rows.merge(
        analysis.effort[["person", "hours", "week_hours"]], how="left", on="person"
    ).fillna({"hours": 0.0, "week_hours": 0.0})
    sums = rows.groupby("verdict").agg(
        people=("person", "size"), hours=("hours", "sum"), week_hours=("week_hours", "sum")
    )
    return tuple(
        Total(
            verdict,
            int(sums["people"][verdict]),
            number(sums["hours"][verdict], 2),
            number(sums["week_hours"][verdict], 2),
        )
        for verdict in VERDICTS
        if verdict in sums.index
    )


def _headline(
    analysis: Analysis, people: tuple[Contact, ...], totals: tuple[Total, ...], spent: float
) -> str:
    if not len(analysis.coverage):
        return "Nothing to say yet: no mail has been read. Import a mailbox to begin."
    if not people:
        return _nobody(analysis)
    changing = [total for total in totals if total.verdict in CHANGE]
    return f"{_time(people, changing, spent)} {_change(changing)}"


def _time(people: tuple[Contact, ...], changing: list[Total], spent: float) -> str:
    with_time = sum(1 for person in people if person.effort.week_hours > 0)
    if not with_time:
        judged = words.count(len(people), "judged person", "judged people")
        return f"No time went to {judged} in the last 7 days."
    whom = words.count(with_time, "person", "people")
    lost = number(sum(total.week_hours for total in changing), 2)
    there = f", {words.hours(lost)} of it where something should change" if lost else ""
    return f"In the last 7 days you spent {words.hours(spent)} on {whom}{there}."


def _change(changing: list[Total]) -> str:
    who = sum(total.people for total in changing)
    if not who:
        return "Nobody gives a reason to stop or to change course."
    verb = "gives" if who == 1 else "give"
    return f"{words.count(who, 'person', 'people')} {verb} reason to stop or to change course."


def _nobody(analysis: Analysis) -> str:
    seen = int(analysis.contacts["first_at"].notna().sum())
    if not seen:
        return "Nothing to say yet: there is no exchange with anybody in the mail that was read."
    known = words.count(seen, "person is", "people are")
    return (
        f"Nothing to say yet: {known} in the mail that was read, and none of them is a sales "
        "contact. Proposals, meetings of yours, deals or your own mark make one."
    )
