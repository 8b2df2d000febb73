"""Everyone in the mail: who is judged and why, who is not and why, who is in doubt."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

from analyzer.analysis import Analysis
from reports import words
from reports.model import Person
from reports.views_base import Directory, local, records


@dataclass(frozen=True, slots=True)
class Entry:
    """One person. ``why``: the reason they are judged, or why they are left out."""

    person: Person
    judged: bool
    in_doubt: bool
    why: str
    mails_in: int
    mails_out: int
    last_at: datetime | None


def roster(analysis: Analysis, zone: str) -> tuple[Entry, ...]:
    """All people the rep exchanged mail with: judged first, then by when they were last seen."""
    directory = Directory(analysis)
    rows = analysis.contacts
    last = rows[["last_in_at", "last_out_at"]].max(axis=1)
    rows = rows.assign(last_at=last).sort_values(
        ["judged", "last_at", "person"], ascending=[False, False, True]
    )
    return tuple(_entry(row, directory, ZoneInfo(zone)) for row in records(rows))


def _entry(row: Any, directory: Directory, zone: ZoneInfo) -> Entry:
    return Entry(
        person=directory[row.person],
        judged=bool(row.judged),
        in_doubt=bool(row.in_doubt),
        why=str(row.reason if row.judged else row.left_out),
        mails_in=int(row.mails_in),
        mails_out=int(row.mails_out),
        last_at=local(row.last_at, zone),
    )


def render(entries: tuple[Entry, ...], width: int = 80, *, colour: bool = False) -> str:
    """The roster as a table for a terminal."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("Judged", "Person", "Why"):
        table.add_column(name, overflow="fold")
    for name in ("In", "Out", "Last"):
        table.add_column(name, justify="right", no_wrap=True)
    for entry in entries:
        table.add_row(*_cells(entry))
    target = StringIO()
    console = Console(
        file=target, width=width, force_terminal=colour, no_color=not colour, markup=False
    )
    console.print(table)
    judged = sum(entry.judged for entry in entries)
    doubt = sum(entry.in_doubt for entry in entries)
    console.print(
        f"\n{judged} of {len(entries)} are judged; {doubt} in doubt (?): `contacts --review` asks."
    )
    return target.getvalue()


def as_tree(entries: tuple[Entry, ...]) -> str:
    """The roster as JSON; a new field does not change the version."""
    listed = [
        {
            "name": entry.person.name,
            "address": entry.person.address,
            "judged": entry.judged,
            "in_doubt": entry.in_doubt,
            "why": entry.why,
            "mails_in": entry.mails_in,
            "mails_out": entry.mails_out,
            "last_at": entry.last_at.isoformat() if entry.last_at else None,
        }
        for entry in entries
    ]
    return json.dumps({"version": 1, "contacts": listed}, indent=2, ensure_ascii=False)


def _cells(entry: Entry) -> tuple[str, ...]:
    return (
        ("yes" if entry.judged else "no") + (" ?" if entry.in_doubt else ""),
        f"{entry.person.name} <{entry.person.address}>",
        entry.why,
        str(entry.mails_in),
        str(entry.mails_out),
        words.day(entry.last_at),
    )
