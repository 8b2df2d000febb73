"""The digest in a real browser: narrow and wide, light and dark, with and without drawings."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from importlib.resources import files

import pytest

from tests.analysis_builder import Made
from tests.chromium import Browser, browser
from tests.digest_builder import written
from tests.report_sample import hostile, usual

MADE = {"usual": written(usual()), "hostile": written(hostile()), "empty": written(Made())}
NAMES = sorted(MADE)
SCHEMES = ("light", "dark")


def shown(name: str, *, drawings: bool = True) -> str:
    """The HTML as a mail program shows it; or with images off."""
    digest = MADE[name]
    html = digest.html
    for image in digest.images:
        data = base64.b64encode(image.png).decode()
        source = f"data:image/png;base64,{data}" if drawings else ""
        html = html.replace(f'src="cid:{image.cid}"', f'src="{source}"')
    return html


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One session for all tests here."""
    with browser(tmp_path_factory.mktemp("chromium")) as started:
        yield started


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("drawings", [True, False])
def test_nothing_is_wider_than_the_window(chromium: Browser, name: str, drawings: bool) -> None:
    """Not at 360 and not at 1,400 pixels."""
    for width in (360, 1400):
        chromium.show(shown(name, drawings=drawings), width=width)
        assert chromium.run("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [360, 1400])
def test_axe_finds_nothing_wrong(chromium: Browser, name: str, scheme: str, width: int) -> None:
    """No violation of WCAG 2.2 A and AA or of good practice, contrast included."""
    chromium.show(shown(name), width=width, scheme="dark" if scheme == "dark" else "light")
    chromium.run(files("axe_core_python").joinpath("axe.min.js").read_text("utf-8"))
    found = chromium.driver.execute_async_script(
        "const done = arguments[0]; axe.run().then(result => done(result.violations))"
    )
    told = [(v["id"], v["impact"], [node["target"] for node in v["nodes"]][:3]) for v in found]
    assert not told


@pytest.mark.parametrize("name", NAMES)
def test_it_asks_for_nothing(chromium: Browser, name: str) -> None:
    """The only request is the mail itself."""
    chromium.requests()
    chromium.show(shown(name))
    asked = [url for url in chromium.requests() if not url.startswith(("chrome", "data:"))]
    assert len(asked) == 1
    assert asked[0].startswith("file://")


def test_dark_mode_turns_every_ground_and_ink(chromium: Browser) -> None:
    """No dark ink is left on dark ground, no light ground under light ink."""
    script = (
        "return [...document.querySelectorAll('.paper, .ink, .soft, .tap')].map(e => {"
        "const s = getComputedStyle(e); return [e.className.split(' ')[0], s.backgroundColor,"
        "s.color]})"
    )
    chromium.show(shown("usual"), scheme="dark")
    for name, ground, ink in chromium.run(script):
        colour = ground if name == "paper" else ink
        light = sum(int(part) for part in colour[4:-1].split(",")[:3]) > 380
        assert light == (name != "paper")


def test_links_are_large_enough_for_a_thumb(chromium: Browser) -> None:
    """At least 34 points high on a phone, and a finger apart from line to line."""
    chromium.show(shown("usual"), width=360)
    sizes = chromium.run(
        "return [...document.querySelectorAll('a.tap')].map(e => {"
        "const b = e.getBoundingClientRect(); return [b.height, b.width]})"
    )
    assert sizes
    assert all(high >= 34 and wide >= 44 for high, wide in sizes)
