"""The command that writes what a next step asks for, named beside it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from analyzer.analysis import Analysis
from reports.draft_kinds import NO_MAIL, OBJECTED, chosen
from reports.draft_known import known
from reports.model import Action, Person
from reports.words import with_draft

#: Names and addresses that no shell takes for anything else: commands are copied as they stand.
_NAME: Final = re.compile(r"[^\W\d_]+(?:[ .'-]+[^\W\d_]+)*")
_ADDRESS: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]*@[A-Za-z0-9.-]+")


def command(analysis: Analysis, person: Person, verdict: str, zone: ZoneInfo) -> str:
    """The command that writes the mail which the next step asks for, ``""`` where it asks for none.

    Like ``brickwall draft "Ann Lee" last-try``.
    """
    whom = _told(person)
    if verdict in NO_MAIL or not whom:
        return ""
    kind = chosen(known(analysis, None, person.id, zone)).kind
    return f"brickwall draft {whom} {kind}" if kind else ""


def ready(step: str, analysis: Analysis, person: Person, verdict: str, zone: ZoneInfo) -> str:
    """A next step with that command behind it: ``Write once more. (brickwall draft ...)``."""
    return with_draft(step, command(analysis, person, verdict, zone))


def ready_confirm(why: str, analysis: Analysis, person: Person) -> str:
    """What speaks for confirming a meeting, with the command that writes it."""
    verdict = analysis.verdicts.loc[analysis.verdicts["person"].eq(person.id), "verdict"]
    whom = _told(person)
    if not whom or verdict.eq(OBJECTED).any():
        return why
    return f"{why} (brickwall draft {whom} confirm)"


def _told(person: Person) -> str:
    """Whom a command is about; ``""`` where nothing can be written down safely."""
    if _NAME.fullmatch(person.name):
        return f'"{person.name}"'
    return person.address if _ADDRESS.fullmatch(person.address) else ""


def ready_actions(
    actions: tuple[Action, ...], analysis: Analysis, zone: ZoneInfo
) -> tuple[Action, ...]:
    """The actions, each with the command that writes the mail it asks for, if it asks for one."""
    return tuple(
        replace(each, what=ready(each.what, analysis, each.person, each.verdict, zone))
        for each in actions
    )
