"""The page as text: its policy, what it may hold, that every verdict has its looks."""

from __future__ import annotations

import base64
import hashlib
import re

import pytest

from analyzer.frames import VERDICTS
from analyzer.settings import Settings
from reports import charts, page, words
from reports.model import MeetingMark, Report, Total
from reports.views import report
from reports.week import Week
from tests.analysis_builder import Made
from tests.report_sample import WEEK, hostile, links, usual

SETTINGS = Settings(zone="Europe/Berlin")
SAMPLES = {"usual": usual(), "hostile": hostile(), "empty": Made()}


def view(made: Made) -> Report:
    """The report of the sample week."""
    return report(made.analysis(), SETTINGS, WEEK, made.said())


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The page of each sample."""
    return {name: page.render(view(made)) for name, made in SAMPLES.items()}


@pytest.mark.parametrize("name", SAMPLES)
def test_the_policy_allows_the_style_of_the_page_and_nothing_else(
    pages: dict[str, str], name: str
) -> None:
    """The digest in the policy is that of the one style element."""
    (style,) = re.findall(r"<style>(.*?)</style>", pages[name], re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    shown = re.search(r'Content-Security-Policy" content="([^"]*)"', pages[name])
    assert shown
    assert shown[1].replace("&#39;", "'").replace("&#43;", "+") == policy


@pytest.mark.parametrize("name", SAMPLES)
def test_the_page_refers_to_nothing_outside(pages: dict[str, str], name: str) -> None:
    """No address in any attribute or in the style; no script, no inline style."""
    tags = " ".join(re.findall(r"<[a-zA-Z][^>]*>", pages[name]))
    assert not re.search(r'(src|href|srcset|action|poster|data)="(?!#)', tags)
    assert not re.search(r"<(script|link|img|iframe|object|embed|form)\b|\sstyle=|\son\w+=", tags)
    (style,) = re.findall(r"<style>(.*?)</style>", pages[name], re.DOTALL)
    assert not re.search(r"url\(|@import|@font-face", style)


def test_evidence_leads_into_the_mailbox_and_nowhere_else() -> None:
    """A link that tells the other side nothing; what strangers chose stays inside of it."""
    shown = page.render(report(hostile().analysis(), SETTINGS, WEEK, links=links))
    outside = re.findall(r'<a href="(?!#)([^"]*)"([^>]*)>', shown)
    assert outside
    for link, how in outside:
        assert re.fullmatch(
            r"https://outlook\.office365\.com/owa/\?ItemID=[\w%.~-]+"
            r"&amp;exvsurl=1&amp;viewmodel=ReadMessageItem",
            link,
        )
        assert how == ' target="_blank" rel="noopener noreferrer"'


def test_ids_are_unique_and_links_lead_somewhere(pages: dict[str, str]) -> None:
    """Also with everything on the page."""
    for shown in pages.values():
        ids = re.findall(r'\sid="([^"]+)"', shown)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'href="#([^"]+)"', shown)) <= set(ids)
        assert set(re.findall(r'aria-labelledby="([^"]+)"', shown)) <= set(ids)


def test_every_verdict_has_a_group_and_its_looks(pages: dict[str, str]) -> None:
    """A new verdict cannot be forgotten here."""
    assert sorted(verdict for _, kinds in page.GROUPS for verdict in kinds) == sorted(VERDICTS)
    assert list(words.MEANINGS) == list(VERDICTS)
    for verdict in VERDICTS:
        name = "v-" + verdict.replace(" ", "-")
        assert pages["usual"].count(f".chip.{name}") == 2
        assert f'class="chip {name}">{verdict}<' in pages["usual"]


def test_everybody_is_on_the_page_once(pages: dict[str, str]) -> None:
    """The groups leave nobody out."""
    shown = re.findall(r'<div class="more-of" id="p(\d+)">', pages["usual"])
    assert sorted(map(int, shown)) == sorted(c.person.id for c in view(usual()).contacts)


def test_the_strip_has_one_symbol_per_meeting_with_what_happened() -> None:
    """Shape and words, never colour alone."""
    at = Week(2026, 47).start("Europe/Berlin")
    states = ("held", "missed", "moved", "cancelled", "declined", "not known", "ahead")
    marks = tuple(MeetingMark(at, state, "them", "<Pilot>") for state in states)
    drawn = str(charts.strip(marks, Week(2026, 47)))
    assert drawn.count("<title>") == len(states)
    assert "&lt;Pilot&gt;, moved by them" in drawn
    assert len({str(symbol) for symbol, _ in charts.key(marks)}) == len(states)


def test_the_bar_of_hours_leaves_out_who_took_none() -> None:
    """And there is no bar without hours."""
    totals = (Total("walk away", 1, 5.0, 1.0), Total("park", 1, 5.0, 0.0))
    assert str(charts.hours_bar(totals)).count("<rect") == 1
    assert str(charts.hours_bar(totals[1:])) == ""


@pytest.mark.parametrize("strength", [0.01, 1.0, 50.0])
def test_the_trend_stays_inside_its_drawing(strength: float) -> None:
    """However strong the signs are."""
    made = Made()
    ann = made.person("Ann", "ann@acme.example")
    for n in range(20):
        made.sign(ann, "Bad.", at=f"2026-{7 + n // 5:02d}-{1 + n % 5 * 6:02d}", strength=strength)
        made.sign(ann, "Good.", at="2026-11-17", strength=strength, good=True)
    drawn = str(charts.trend(view(made).contacts[0].weeks))
    (line,) = re.findall(r'points="([^"]+)"', drawn)
    heights = [float(point.split(",")[1]) for point in line.split()]
    assert min(heights) >= 0
    assert max(heights) <= charts.TREND_HEIGHT
