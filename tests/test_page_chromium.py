"""The page in a real browser: layout, keyboard, screen reader rules, print, silence on the net."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files
from itertools import pairwise

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from analyzer.settings import Settings
from reports import page
from reports.escape import line
from reports.views import report
from reports.views_person import case, contact_page
from tests.analysis_builder import Made
from tests.chromium import Browser, browser
from tests.history_sample import weeks_of
from tests.report_sample import HOSTILE, WEEK, hostile, links, usual

SETTINGS = Settings(zone="Europe/Berlin")
OPEN_ALL = "document.querySelectorAll('details').forEach(each => { each.open = true; })"


def pages() -> dict[str, str]:
    """Every page that brickwall makes, from every sample."""
    made = usual()
    person = (made.analysis(), SETTINGS, 1, made.said())
    shown = {"usual": made, "hostile": hostile(), "empty": Made()}
    reports = {
        name: page.render(report(each.analysis(), SETTINGS, WEEK, each.said()))
        for name, each in shown.items()
    }
    linked = report(hostile().analysis(), SETTINGS, WEEK, hostile().said(), links)
    reports["linked"] = page.render(linked)
    reports["weeks"] = page.weeks(weeks_of(usual, {"p1": ""}, {"p1": "unclear", "p2": "park"}))
    reports["weeks, linked"] = page.weeks(weeks_of(hostile, links=links))
    reports["weeks, empty"] = page.weeks(weeks_of(Made))
    own = {"contact": page.contact(contact_page(*person)), "case": page.case(case(*person))}
    return reports | own


PAGES = pages()
NAMES = sorted(PAGES)


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One session for all tests here."""
    with browser(tmp_path_factory.mktemp("chromium")) as started:
        yield started


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_wider_than_the_window(chromium: Browser, name: str) -> None:
    """Not at 360 and not at 1,400 pixels, folds closed or open."""
    for width in (360, 1400):
        chromium.show(PAGES[name], width=width)
        for script in ("", OPEN_ALL):
            chromium.run(script)
            assert chromium.run("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_wrong(chromium: Browser, name: str, scheme: str) -> None:
    """No violation of WCAG 2.2 A and AA or of good practice, contrast included, folds open."""
    chromium.show(PAGES[name], scheme="dark" if scheme == "dark" else "light")
    chromium.run(OPEN_ALL)
    chromium.run(files("axe_core_python").joinpath("axe.min.js").read_text("utf-8"))
    found = chromium.driver.execute_async_script(
        "const done = arguments[0]; axe.run().then(result => done(result.violations))"
    )
    told = [(v["id"], v["impact"], [node["target"] for node in v["nodes"]][:3]) for v in found]
    assert not told


@pytest.mark.parametrize("name", NAMES)
def test_the_page_asks_for_nothing_and_breaks_no_policy(chromium: Browser, name: str) -> None:
    """The only request is the page itself; the style is allowed by its digest."""
    chromium.show(PAGES[name])
    chromium.run(OPEN_ALL)
    asked = [url for url in chromium.requests() if not url.startswith("chrome")]
    assert len(asked) == 1
    assert asked[0].startswith("file://")
    assert chromium.complaints() == []
    assert chromium.run("return getComputedStyle(document.body).marginTop") == "0px"


def test_light_and_dark_follow_the_system(chromium: Browser) -> None:
    """Paper is light or dark, ink the other way round."""
    shades = {}
    for scheme in ("light", "dark"):
        chromium.show(PAGES["usual"], scheme="dark" if scheme == "dark" else "light")
        style = "const s = getComputedStyle(document.body); return [s.backgroundColor, s.color]"
        shades[scheme] = [
            sum(int(part) for part in colour[4:-1].split(",")) for colour in chromium.run(style)
        ]
    assert shades["light"][0] > 600 > shades["light"][1]
    assert shades["dark"][0] < 200 < shades["dark"][1]


def test_the_first_tab_offers_to_skip_to_the_content(chromium: Browser) -> None:
    """And it shows that it has the focus."""
    chromium.show(PAGES["usual"])
    ActionChains(chromium.driver).send_keys(Keys.TAB).perform()
    focus = "const e = document.activeElement; return [e.className, e.getBoundingClientRect().left]"
    name, left = chromium.run(focus)
    assert name == "skip"
    assert left >= 0
    ActionChains(chromium.driver).send_keys(Keys.ENTER).perform()
    assert chromium.run("return location.hash") == "#main"


def test_folds_open_by_keyboard_and_the_focus_is_seen(chromium: Browser) -> None:
    """Tab reaches the first person, Enter opens, evidence opens in place the same way."""
    chromium.show(PAGES["usual"])
    opened = []
    for wanted in ("person", "shows"):
        for _ in range(40):
            ActionChains(chromium.driver).send_keys(Keys.TAB).perform()
            if chromium.run("return document.activeElement.parentElement.className") == wanted:
                break
        outline = chromium.run("return getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid"
        ActionChains(chromium.driver).send_keys(Keys.ENTER).perform()
        opened.append(chromium.run("return document.activeElement.parentElement.open"))
    assert opened == [True, True]


def test_what_to_do_leads_to_the_person_and_opens_the_fold(chromium: Browser) -> None:
    """A click on the name, without any script in the page."""
    chromium.show(PAGES["usual"])
    fold = "return document.getElementById('p1').closest('details').open"
    assert chromium.run(fold) is False
    chromium.run("document.querySelector('a[href=\"#p1\"]').click()")
    assert chromium.run(fold) is True


def test_the_weeks_are_filtered_by_keyboard_without_a_script(chromium: Browser) -> None:
    """The first choice shows everybody, the next those whose verdict changed."""
    shown = (
        "return [...document.querySelectorAll('details.person')]"
        ".filter(each => each.checkVisibility()).map(each => each.querySelector('.name').innerText)"
    )
    chromium.show(PAGES["weeks"])
    everybody = chromium.run(shown)
    chromium.run("document.getElementById('show-all').focus()")
    ActionChains(chromium.driver).send_keys(Keys.ARROW_RIGHT).perform()
    assert chromium.run("return document.activeElement.id") == "show-changed"
    assert chromium.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    assert chromium.run(shown) == ["Dana Whitfield", "Li Wen"]
    ActionChains(chromium.driver).send_keys(Keys.ARROW_RIGHT).perform()
    assert "Dana Whitfield" in chromium.run(shown)
    assert 0 < len(chromium.run(shown)) < len(everybody)


def test_the_list_of_names_leads_to_whoever_is_filtered_out_too(chromium: Browser) -> None:
    """The fold opens, and is shown."""
    chromium.show(PAGES["weeks"])
    chromium.run("document.getElementById('show-changed').click()")
    chromium.run("document.querySelector('a[href=\"#p4\"]').click()")
    fold = "const e = document.getElementById('p4').closest('details');"
    assert chromium.run(fold + "return [e.open, e.checkVisibility()]") == [True, True]


def test_every_week_in_the_strip_has_a_letter_and_the_strip_a_sentence(chromium: Browser) -> None:
    """Nothing hangs on colour, and a screen reader hears it in one piece."""
    chromium.show(PAGES["weeks"], width=360)
    strips = chromium.run(
        "return [...document.querySelectorAll('.person .ticks')].map(e =>"
        "[e.getAttribute('role'), e.getAttribute('aria-label'),"
        " [...e.querySelectorAll('.cell')].map(c => c.innerText).join(''), e.clientHeight])"
    )
    role, told, letters, height = strips[0]
    assert (role, letters) == ("img", "·UWW")
    assert told.startswith("not judged in 2026-W44; unclear in 2026-W45; walk away from 2026-W46")
    assert height < 60


def test_print_opens_every_fold(chromium: Browser) -> None:
    """On paper nothing is behind a click."""
    visible = (
        "return [...document.querySelectorAll('details > :not(summary)')]"
        ".map(each => each.checkVisibility() && each.getBoundingClientRect().height > 0)"
    )
    hidden = (
        "return [...document.querySelectorAll('.names, .filter')].some(e => e.checkVisibility())"
    )
    for name in ("usual", "weeks"):
        chromium.show(PAGES[name])
        assert not any(chromium.run(visible))
        chromium.appear(media="print", width=800)
        shown = chromium.run(visible.replace("'details >", "'details:not(.names) >"))
        assert chromium.run(hidden) is False
        chromium.appear()
        assert shown
        assert all(shown)


@pytest.mark.parametrize("name", ["hostile", "linked", "weeks, linked"])
def test_hostile_text_is_shown_and_does_nothing(chromium: Browser, name: str) -> None:
    """No element or attribute of the page comes from mail; every text is there."""
    chromium.show(PAGES[name])
    chromium.run(OPEN_ALL)
    assert chromium.driver.title in ("Brick-wall report 2026-W47", "Week by week, up to 2026-W47")
    foreign = (
        "script, img, iframe, object, embed, form, input:not([type=radio]), link, base, [style], "
        "a:not([href^='#'], [href^='https://outlook.office365.com/owa/?ItemID='])"
    )
    assert chromium.run("return document.querySelectorAll(arguments[0]).length", foreign) == 0
    handlers = (
        "return [...document.querySelectorAll('*')].flatMap(e => [...e.attributes])"
        ".filter(a => a.name.startsWith('on')).length"
    )
    assert chromium.run(handlers) == 0
    text = chromium.run("return document.body.textContent")
    assert all(line(each, 70).rstrip("…") in text for each in HOSTILE)
    assert not set(text) & set("\u202e\u2066\u200f\x1b\x00")


def test_the_drawings_have_text_alternatives(chromium: Browser) -> None:
    """Every chart but a bare axis is an image with a sentence for those who do not see it."""
    chromium.show(PAGES["usual"])
    told = chromium.run(
        "return [...document.querySelectorAll('svg.chart:not([aria-hidden])')]"
        ".map(e => e.getAttribute('aria-label'))"
    )
    assert "4 meetings: 3 moved by them and 1 held." in told
    assert all(each.endswith(".") for each in told)


def test_headings_make_an_outline(chromium: Browser) -> None:
    """One first heading; no level is left out on the way down."""
    for name in NAMES:
        chromium.show(PAGES[name])
        levels = chromium.run(
            "return [...document.querySelectorAll('h1,h2,h3,h4,[role=heading]')]"
            ".map(e => Number(e.getAttribute('aria-level') || e.tagName[1]))"
        )
        assert levels.count(1) == 1
        assert all(after - before <= 1 for before, after in pairwise(levels))
