"""The report as CSV, Markdown and text: hostile input, and how it reads."""

from __future__ import annotations

import csv
from io import StringIO

from markdown_it import MarkdownIt

from analyzer.settings import Settings
from reports import tables, terminal
from reports.model import Report
from reports.views import report
from reports.views_person import case, contact_page
from tests.analysis_builder import Made
from tests.conftest import Snapshot
from tests.report_sample import HOSTILE, WEEK, hostile, usual

SETTINGS = Settings(zone="Europe/Berlin")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def view(made: Made) -> Report:
    """The report of the sample week."""
    return report(made.analysis(), SETTINGS, WEEK, made.said())


def test_no_cell_of_a_hostile_report_runs_in_a_spreadsheet() -> None:
    """Formulas are text; every row has every column."""
    rows = list(csv.reader(StringIO(tables.csv(view(hostile())))))
    assert len(rows) == 1 + len(HOSTILE)
    assert {len(row) for row in rows} == {len(tables.CSV_COLUMNS)}
    assert not [text for row in rows for text in row if text.startswith(FORMULA)]


def test_negative_numbers_stay_numbers() -> None:
    """Only text is held back from being a formula."""
    made = Made()
    made.account()
    made.person("Ann", "ann@acme.example", attention=-1.5)
    row = next(csv.DictReader(StringIO(tables.csv(view(made)))))
    assert float(row["attention"]) == -1.5


def test_an_empty_report_is_a_table_with_its_head() -> None:
    """Programs that read it find the columns."""
    assert tables.csv(view(Made())).count("\n") == 1


def test_hostile_markdown_makes_no_link_no_html_no_image() -> None:
    """Rendered, it holds only what we put there."""
    made = hostile()
    person = (made.analysis(), SETTINGS, 5, made.said())
    texts = (
        tables.markdown(view(made)),
        tables.markdown_contact(contact_page(*person)),
        tables.markdown_case(case(*person)),
    )
    parser = MarkdownIt("commonmark", {"html": True}).enable("table")
    for text in texts:
        tokens = parser.parse(text)
        inline = [child for token in tokens for child in token.children or []]
        kinds = {token.type for token in [*tokens, *inline]}
        assert not kinds & {"html_inline", "html_block", "link_open", "image", "code_inline",
                            "code_block", "fence"}  # fmt: skip


def test_the_report_reads_as_agreed_on_a_terminal(snapshot: Snapshot) -> None:
    """Eighty columns, no colour."""
    snapshot("report.txt", terminal.render(view(usual()), 80))


def test_the_report_reads_as_agreed_in_markdown(snapshot: Snapshot) -> None:
    """For notes and tickets."""
    snapshot("report.md", tables.markdown(view(usual())))


def test_the_case_reads_as_agreed(snapshot: Snapshot) -> None:
    """One page for the boss."""
    made = usual()
    snapshot("case.txt", terminal.case(case(made.analysis(), SETTINGS, 1, made.said()), 80))
