"""Views of one person: everything for the rep, and the case for the boss."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from analyzer.analysis import Analysis
from analyzer.settings import Settings
from reports import escape, words
from reports import views_sections as sections
from reports.draft_ready import command
from reports.model import Contact, Person
from reports.model_person import Case, CaseFact, ContactPage, Entry
from reports.views_base import Directory, local, records
from reports.views_contacts import contacts
from reports.views_evidence import CHANGES
from reports.webmail import Links, nowhere
from reports.week import Week
from store.errors import UsageError

TIMELINE_SHOWN: Final = 200
FACTS_SHOWN: Final = 25
_ACTORS: Final = {"them": " by them", "us": " by you", "unknown": ", by whom is not known"}


def find_people(analysis: Analysis, text: str) -> tuple[Person, ...]:
    """Whom ``text`` may mean: an address, else a name, else a part of name, address or company.

    Neither case nor accents count. Judged people before all others; the caller asks when there is
    more than one.
    """
    wanted = _plain(text.strip())
    people = analysis.people.loc[~analysis.people["own"]]
    address = text.strip().casefold()
    exact = people["addresses"].map(lambda addresses: address in addresses).astype(bool)
    name = people["name"].map(_plain).astype("str")
    part = name.str.contains(wanted, regex=False)
    for column in ("address", "company"):
        part |= people[column].map(_plain).astype("str").str.contains(wanted, regex=False)
    directory = Directory(analysis)
    for found in (exact, name.eq(wanted), part):
        ids = people.loc[found, "person"] if wanted else people["person"].head(0)
        judged = ids.loc[ids.isin(analysis.verdicts["person"])]
        if len(ids):
            return tuple(directory[person] for person in (judged if len(judged) else ids))
    return ()


def _plain(text: str) -> str:
    """``text`` as people type it who have no key for its accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(part for part in parts if not unicodedata.combining(part))


def check_judged(analysis: Analysis, person: int) -> None:
    """Raise ``UsageError`` for somebody who is not judged, saying why not."""
    if not analysis.verdicts["person"].eq(person).any():
        raise UsageError(*_not_judged(analysis, person, Directory(analysis)))


def contact_page(
    analysis: Analysis,
    settings: Settings,
    person: int,
    said: pd.DataFrame | None = None,
    links: Links = nowhere,
) -> ContactPage:
    """Everything about one judged person. Raises ``UsageError`` when they are not judged.

    ``said``, ``links``: as in ``views.report``.
    """
    zone = ZoneInfo(settings.zone)
    directory = Directory(analysis)
    timeline = _timeline(analysis, person, zone, directory)
    contact = _contact(analysis, settings, person, directory, said, links)
    return ContactPage(
        as_of=analysis.as_of.astimezone(zone).replace(microsecond=0),
        zone=settings.zone,
        currency=settings.currency,
        contact=contact,
        draft=command(analysis, contact.person, contact.verdict, zone),
        topics=sections.open_topics(analysis, zone, directory, [person])[0],
        timeline=tuple(timeline[:TIMELINE_SHOWN]),
        timeline_left_out=max(0, len(timeline) - TIMELINE_SHOWN),
        coverage=sections.coverage(analysis, settings, None),
    )


def case(
    analysis: Analysis, settings: Settings, person: int, said: pd.DataFrame | None = None
) -> Case:
    """One page for the boss: value, hours, dated facts; no score and nothing about the rep.

    Raises ``UsageError`` when the person is not judged.
    """
    zone = ZoneInfo(settings.zone)
    directory = Directory(analysis)
    contact = _contact(analysis, settings, person, directory, said)
    facts = [
        CaseFact(sign.at, sign.good, sign.sentence, sign.references)
        for sign in contact.signs
        if sign.at is not None
    ]
    facts.sort(key=lambda fact: (fact.at, fact.sentence), reverse=True)
    row = analysis.contacts.loc[analysis.contacts["person"].eq(person)].iloc[0]
    return Case(
        as_of=analysis.as_of.astimezone(zone).replace(microsecond=0),
        zone=settings.zone,
        currency=settings.currency,
        person=contact.person,
        since=local(row["first_at"], zone),
        mails_in=int(row["mails_in"]),
        mails_out=int(row["mails_out"]),
        last_in_at=contact.last_in_at,
        last_out_at=contact.last_out_at,
        effort=contact.effort,
        topics=sections.open_topics(analysis, zone, directory, [person])[0],
        facts=tuple(reversed(facts[:FACTS_SHOWN])),
        facts_left_out=max(0, len(facts) - FACTS_SHOWN),
        coverage=sections.coverage(analysis, settings, None),
    )


def _contact(
    analysis: Analysis,
    settings: Settings,
    person: int,
    directory: Directory,
    said: pd.DataFrame | None,
    links: Links = nowhere,
) -> Contact:
    week = Week.of(analysis.as_of.astimezone(ZoneInfo(settings.zone)).date())
    found = contacts(
        analysis,
        settings,
        week,
        directory=directory,
        said=said,
        people=[person],
        signs_shown=None,
        links=links,
    )
    if not found:
        raise UsageError(*_not_judged(analysis, person, directory))
    return found[0]


def _not_judged(analysis: Analysis, person: int, directory: Directory) -> tuple[str, str]:
    name = directory[person].name
    row = analysis.contacts.loc[analysis.contacts["person"].eq(person), "left_out"]
    why = sections.EXPLANATIONS.get(str(row.iloc[0]), "") if len(row) else ""
    reason = f" ({why[0].lower()}{why[1:]})" if why else ""
    return (
        f"{name} is not judged{reason}.",
        "Proposals, meetings of yours, deals or your own mark make a sales contact.",
    )


def _timeline(analysis: Analysis, person: int, zone: ZoneInfo, directory: Directory) -> list[Entry]:
    """What happened with one person, newest first."""
    entries = [
        *_mails(analysis, person, zone, directory),
        *_meetings(analysis, person, zone),
        *_changes(analysis, person, zone, directory),
    ]
    return sorted(entries, key=lambda entry: (entry.at, entry.kind, entry.text), reverse=True)


def _mails(analysis: Analysis, person: int, zone: ZoneInfo, directory: Directory) -> list[Entry]:
    mail, recipients = analysis.mail, analysis.recipients
    sent = mail["message"].isin(recipients.loc[recipients["person"].eq(person), "message"])
    rows = mail.loc[(mail["outgoing"] & sent) | (mail["sender"].eq(person) & ~mail["outgoing"])]
    made = []
    for row in records(rows.loc[rows["at"].notna()]):
        via = f" (written by {directory[row.via].name})" if row.via >= 0 else ""
        subject = escape.line(row.subject, escape.SUBJECT) or "(no subject)"
        kind = "mail out" if row.outgoing else "mail in"
        made.append(_entry(row.at, zone, kind, subject + via))
    return made


def _meetings(analysis: Analysis, person: int, zone: ZoneInfo) -> list[Entry]:
    theirs = analysis.attendees.loc[analysis.attendees["person"].eq(person)]
    rows = theirs.merge(analysis.meetings, on="meeting")
    made = []
    for row in records(rows.loc[rows["start"].notna()]):
        title = escape.line(row.summary, escape.SUBJECT) or "(without a title)"
        came = {"yes": ", they came", "no": ", they did not come"}.get(row.presence, "")
        status = "" if row.status == "confirmed" else f", {row.status}"
        made.append(_entry(row.start, zone, "meeting", f"{title}{status}{came}"))
    return made


def _changes(analysis: Analysis, person: int, zone: ZoneInfo, directory: Directory) -> list[Entry]:
    changes = analysis.changes.loc[analysis.changes["person"].eq(person)]
    rows = changes.merge(analysis.meetings[["meeting", "summary"]], how="left", on="meeting")
    made = []
    for row in records(rows.loc[rows["at"].notna()]):
        title = escape.line(row.summary, escape.SUBJECT) or "(without a title)"
        what = CHANGES.get(str(row.kind), str(row.kind)) + _ACTORS.get(str(row.actor), "")
        via = f" through {directory[row.via].name}" if row.via >= 0 else ""
        made.append(_entry(row.at, zone, "change", f"{title}: {what}{via}{_times(row, zone)}"))
    return made


def _times(row: Any, zone: ZoneInfo) -> str:
    old, new = local(row.old_start, zone), local(row.new_start, zone)
    was = f", was {words.moment(old)}" if old else ""
    return was + (f", now {words.moment(new)}" if new and new != old else "")


def _entry(at: Any, zone: ZoneInfo, kind: str, text: str) -> Entry:
    when: datetime | None = local(at, zone)
    assert when is not None
    return Entry(when, kind, text)
