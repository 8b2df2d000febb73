"""The report as a workbook, read back by another library."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

from openpyxl import load_workbook

from analyzer.settings import Settings
from reports import workbook
from reports.model import Report
from reports.views import report
from tests.analysis_builder import Made
from tests.home_builder import RepHome, home, selling
from tests.report_sample import HOSTILE, WEEK, hostile, usual

__all__ = ["home", "selling"]

SETTINGS = Settings(zone="Europe/Berlin")


def view(made: Made) -> Report:
    """The report of the sample week."""
    return report(made.analysis(), SETTINGS, WEEK, made.said())


def opened(made: Made) -> Any:
    """The workbook as a spreadsheet program would read it."""
    return load_workbook(io.BytesIO(workbook.render(view(made))))


def test_every_person_has_a_line() -> None:
    """Names, verdicts and hours stand in their columns; the head can be filtered."""
    sheet = opened(usual())["People"]
    rows = list(sheet.iter_rows(values_only=True))
    assert [name for name, _ in workbook.PEOPLE] == list(rows[0])
    told = view(usual()).contacts
    assert [(row[1], row[3], row[10]) for row in rows[1:]] == [
        (one.person.address, one.verdict, one.effort.hours) for one in told
    ]
    assert sheet.auto_filter.ref


def test_times_are_times_in_the_zone_of_the_rep() -> None:
    """Not text: they sort."""
    rows = list(opened(usual())["Evidence"].iter_rows(min_row=2, values_only=True))
    signs = [sign for one in view(usual()).contacts for sign in one.signs]
    assert rows
    for row, sign in zip(rows, signs, strict=True):
        assert sign.at is not None
        assert abs(row[2] - sign.at.replace(tzinfo=None)) < timedelta(seconds=1)
    assert [row[5] for row in rows] == [sign.sentence for sign in signs]


def test_nothing_hostile_runs() -> None:
    """A subject like a formula or an address on the web is text."""
    book = opened(hostile())
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.value for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert len(list(book["People"].iter_rows())) == 1 + len(HOSTILE)


def test_the_same_report_gives_the_same_bytes() -> None:
    """A workbook can be compared with last week's."""
    assert workbook.render(view(usual())) == workbook.render(view(usual()))


def test_the_report_command_writes_it_beside_the_pages(selling: RepHome) -> None:
    """Named after the week, and a workbook that opens."""
    assert selling.run("report", "--week", "2026-W22", "--xlsx") == 0
    path = selling.folder / "reports" / "2026-W22.xlsx"
    assert str(path) in selling.said
    rows = list(load_workbook(path)["People"].iter_rows(values_only=True))
    assert "ann@acme.example" in [row[1] for row in rows]
