"""The report of a week as a workbook (XLSX), for whoever sorts and filters.

Five sheets: what to do, people, evidence, proposals and deals, coverage. Text is written as text,
never as a formula or a link, and times as times in the rep's zone.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from reports.model import Contact, Report

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format

Cell = str | float | datetime | None
#: Heading and width in characters of each column of a sheet.
Columns = Sequence[tuple[str, int]]

TO_DO: Final = (("Name", 24), ("Address", 32), ("Verdict", 16), ("What", 60), ("Why", 80))
PEOPLE: Final = (
    *(("Name", 24), ("Address", 32), ("Company", 24), ("Verdict", 16), ("Trend", 16)),
    *(("How sure", 24), ("Why", 70), ("Next step", 60), ("Until", 12), ("Milestone", 20)),
    *(("Hours in all", 12), ("Hours this week", 14), ("Hours lost", 12), ("Cost", 12)),
    *(("Last mail of theirs", 18), ("Last mail of yours", 18), ("Chance of a wall", 16)),
)
EVIDENCE: Final = (
    *(("Name", 24), ("Address", 32), ("When", 18), ("For or against", 14), ("Kind", 14)),
    *(("What", 90), ("Subject", 50), ("Words", 50)),
)
DEALS: Final = (
    *(("Name", 24), ("Address", 32), ("What", 50), ("Stage", 16), ("Value", 12), ("Currency", 10)),
    *(("Proposed", 18), ("Last exchange", 18), ("Next step", 40), ("Next step on", 18)),
)
COVERAGE: Final = (("Account", 32), ("What is covered", 120))


def render(view: Report) -> bytes:
    """The workbook; the same report gives the same bytes."""
    from xlsxwriter import Workbook

    out = io.BytesIO()
    options = {"in_memory": True, "remove_timezone": True, "strings_to_urls": False}
    with Workbook(out, {**options, "strings_to_formulas": False}) as book:
        book.set_properties(
            {"title": f"brickwall {view.week}", "created": view.as_of.astimezone(UTC)}
        )
        head = book.add_format({"bold": True, "bottom": 1})
        time = book.add_format({"num_format": "yyyy-mm-dd hh:mm", "align": "left"})
        for name, columns, rows in _sheets(view):
            _sheet(book, name, columns, rows, head, time)
    return out.getvalue()


def _sheets(view: Report) -> Iterator[tuple[str, Columns, Iterable[Sequence[Cell]]]]:
    yield "To do", TO_DO, _to_do(view)
    yield "People", PEOPLE, map(_person, view.contacts)
    yield "Evidence", EVIDENCE, _evidence(view)
    yield "Proposals and deals", DEALS, _deals(view)
    yield "Coverage", COVERAGE, ((one.name, one.sentence) for one in view.coverage)


def _sheet(
    book: Workbook,
    name: str,
    columns: Columns,
    rows: Iterable[Sequence[Cell]],
    head: Format,
    time: Format,
) -> None:
    sheet: Any = book.add_worksheet(name)
    count = 0
    for count, row in enumerate(rows, 1):
        for column, value in enumerate(row):
            if isinstance(value, datetime):
                sheet.write_datetime(count, column, value, time)
            elif isinstance(value, str):
                sheet.write_string(count, column, value)
            elif value is not None:
                sheet.write_number(count, column, value)
    for column, (title, width) in enumerate(columns):
        sheet.set_column(column, column, width)
        sheet.write_string(0, column, title, head)
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, count, len(columns) - 1)


def _to_do(view: Report) -> Iterator[Sequence[Cell]]:
    for one in view.actions:
        yield one.person.name, one.person.address, one.verdict, one.what, one.why


def _person(one: Contact) -> Sequence[Cell]:
    person, effort = one.person, one.effort
    return (
        *(person.name, person.address, person.company, one.verdict, one.trend, one.sure),
        *(one.reason, one.next_step, one.until, one.milestone, effort.hours, effort.week_hours),
        *(effort.lost_hours, effort.cost, one.last_in_at, one.last_out_at),
        one.odds.wall.value if one.odds else None,
    )


def _evidence(view: Report) -> Iterator[Sequence[Cell]]:
    for one in view.contacts:
        for sign in one.signs:
            shown = sign.references[0] if sign.references else None
            yield (
                *(one.person.name, one.person.address, sign.at),
                *("for" if sign.good else "against", sign.family, sign.sentence),
                *((shown.subject, shown.words) if shown else ("", "")),
            )


def _deals(view: Report) -> Iterator[Sequence[Cell]]:
    for one in view.topics:
        yield (
            *(one.person.name, one.person.address, one.title, one.stage, one.value, one.currency),
            *(one.proposed_at, one.last_two_way_at, one.next_step, one.next_step_at),
        )
