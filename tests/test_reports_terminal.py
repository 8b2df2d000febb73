"""The report as text."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.cells import cell_len
from rich.text import Text

from analyzer.settings import Settings
from reports import terminal
from reports.model import Report
from reports.views import report
from reports.views_person import case, contact_page
from tests.analysis_builder import Made
from tests.report_sample import WEEK, hostile, usual

SETTINGS = Settings(zone="Europe/Berlin")


def view(made: Made) -> Report:
    """The report of the sample week."""
    return report(made.analysis(), SETTINGS, WEEK, made.said())


@pytest.mark.parametrize("width", [40, 80, 140])
@pytest.mark.parametrize("made", [usual, hostile])
def test_no_line_is_wider_than_the_terminal(made: Callable[[], Made], width: int) -> None:
    """Nothing wraps by accident, whatever mail brings in."""
    assert all(cell_len(line) <= width for line in terminal.render(view(made()), width).split("\n"))


def test_piped_text_has_no_styles_and_colour_only_adds_them() -> None:
    """The same words with and without colour."""
    plain, coloured = (terminal.render(view(usual()), 80, colour=c) for c in (False, True))
    assert "\x1b" not in plain
    assert "\x1b[" in coloured
    stripped = Text.from_ansi(coloured.rstrip("\n")).plain.split("\n")
    assert [line.rstrip() for line in stripped] == plain.rstrip("\n").split("\n")


def test_control_characters_and_direction_overrides_never_reach_the_terminal() -> None:
    """Hostile subjects can neither move the cursor nor turn text around."""
    shown = terminal.render(view(hostile()), 80)
    assert not {c for c in shown if c != "\n" and not c.isprintable() and c != "\u200d"}
    assert "\u202e" not in shown


def test_markup_of_rich_is_shown_as_it_was_written() -> None:
    """Square brackets in a name are no style."""
    assert "[red]markup[/red]" in terminal.render(view(hostile()), 140)


def test_an_empty_report_says_what_to_do() -> None:
    """Nothing imported yet is a sentence, not a page of empty headings."""
    shown = terminal.render(view(Made()), 80)
    assert "Nothing to say yet" in shown
    assert "People" not in shown


def test_the_contact_page_shows_every_sign_with_what_shows_it() -> None:
    """Evidence opens to its subject and the few words that tell."""
    made = usual()
    shown = terminal.contact(contact_page(made.analysis(), SETTINGS, 1, made.said()), 100)
    assert "something came up, can we push this" in shown
    assert "Chance that this is a wall: 97 %" in shown


def test_the_case_for_the_boss_has_facts_but_no_score_and_no_mirror() -> None:
    """The boss sees value, hours and dated facts only."""
    made = usual()
    shown = terminal.case(case(made.analysis(), SETTINGS, 4, made.said()), 100)
    assert "18,200 EUR" in shown
    assert "8.0 h" in shown
    assert not any(word in shown.lower() for word in ("wall", "chance", "wait for", "last try"))
