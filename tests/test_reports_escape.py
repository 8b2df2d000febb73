"""Text from mail is harmless in every format."""

from __future__ import annotations

import csv
import unicodedata
from io import StringIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reports.escape import cell, line, markdown

NASTY = st.text(
    alphabet=st.one_of(
        st.sampled_from("=+-@\t\r\n\x00\x1b\x9b\u202e\u2066\u200b\u200d\u0301\ud800<>&\"'`*_[]()|\\!#"),
        st.sampled_from("~${}:;.www/htp 1１＝"),
        st.characters(codec=None),
    ),
    max_size=60,
)  # fmt: skip
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@given(NASTY, st.integers(5, 50))
@settings(deadline=None)
def test_a_line_is_one_bounded_line_without_controls_or_overrides(text: str, limit: int) -> None:
    """Nothing in it moves a cursor, turns text around or breaks a line; twice changes nothing."""
    shown = line(text, limit)
    assert len(shown) <= limit
    assert line(shown, limit) == shown
    assert not {"Cc", "Cs", "Zl", "Zp"} & {unicodedata.category(c) for c in shown}
    assert not set(shown) & set(
        "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
    )


@given(st.text(alphabet=st.characters(categories=["L", "N"]), max_size=30))
@settings(deadline=None)
def test_ordinary_words_stay_as_they_are(text: str) -> None:
    """Letters and digits of every script survive."""
    assert line(text) == text


@pytest.mark.parametrize("text", ["👩‍👩‍👧‍👦", "می‌خواهم", "نامهٔ شما", "Zoë", "日本語"])
def test_joiners_and_scripts_that_need_them_survive(text: str) -> None:
    """Family emoji and Persian half-spaces are text, not an attack."""
    assert line(text) == text


def test_a_megabyte_long_subject_is_cut_and_says_so() -> None:
    """Only the beginning is looked at."""
    assert line("word " * 1_000_000, 20) == "word word word word…"


def test_piled_up_accents_do_not_paint_over_other_lines() -> None:
    """At most four marks stand on a letter."""
    assert line("Z" + "\u0336" * 50 + "a") == "Z" + "\u0336" * 4 + "a"


@given(NASTY)
@settings(deadline=None)
def test_no_cell_begins_a_formula(text: str) -> None:
    """Read back from CSV, no cell begins with what a spreadsheet runs."""
    lines = StringIO()
    csv.writer(lines).writerow([cell(line(text)), "next"])
    first, following = next(csv.reader(StringIO(lines.getvalue())))
    assert following == "next"
    assert not first.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    assert first.replace("'", "") == line(text).replace("'", "")


@given(NASTY)
@settings(deadline=None)
def test_markdown_shows_exactly_the_text(text: str) -> None:
    """As a paragraph it is one paragraph of nothing but that text."""
    wanted = line(text)
    tokens = MARKDOWN.parse(markdown(wanted))
    inline = [child for token in tokens for child in token.children or []]
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    assert {child.type for child in inline} <= {"text", "text_special"}
    assert "".join(child.content for child in inline) == wanted


def test_markdown_leaves_a_number_with_decimals_alone() -> None:
    """Only a number, a mark and a space begin a list."""
    assert [markdown(text) for text in ("4.8 h", "4. h", "4.")] == ["4.8 h", "4\\. h", "4\\."]


@given(NASTY)
@settings(deadline=None)
def test_markdown_stays_in_its_table_cell(text: str) -> None:
    """A row has as many cells as its head, whatever is in them."""
    rows = f"| a | b |\n|---|---|\n| {markdown(line(text))} | end |"
    cells = [token for token in MARKDOWN.parse(rows) if token.type == "td_open"]
    assert len(cells) == 2


@pytest.mark.parametrize("link", ["http://evil.example", "www.evil.example", "a@evil.example"])
def test_bare_links_are_broken_for_renderers_that_make_them_clickable(link: str) -> None:
    """GitHub's extended autolinks find nothing."""
    shown = markdown(f"see {link} now")
    assert link not in shown
    assert MARKDOWN.renderInline(shown) == f"see {link} now"
