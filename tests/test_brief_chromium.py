"""The brief in a real browser: narrow and wide, light and dark."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

import pytest

from reports import brief_html
from tests.brief_sample import about, hostile, usual
from tests.chromium import Browser, browser


def _usual() -> str:
    made, _, meeting = usual()
    zoe = made.left_out("Zoe Quist", "zoe@new.example", "other", first_at=None)
    made.invite(meeting, zoe)
    return brief_html.render(about(made, meeting))


MADE = {
    "usual": _usual(),
    "hostile": brief_html.render(hostile()),
    "empty": brief_html.render(about(usual()[0])),
}


@pytest.fixture(scope="module")
def chromium(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One session for all tests here."""
    with browser(tmp_path_factory.mktemp("chromium")) as started:
        yield started


@pytest.mark.parametrize("name", sorted(MADE))
def test_nothing_is_wider_than_the_window(chromium: Browser, name: str) -> None:
    """Not at 360 and not at 1,400 pixels."""
    for width in (360, 1400):
        chromium.show(MADE[name], width=width)
        assert chromium.run("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", sorted(MADE))
@pytest.mark.parametrize("dark", [False, True])
def test_axe_finds_nothing_wrong(chromium: Browser, name: str, dark: bool) -> None:
    """No violation of WCAG 2.2 A and AA or of good practice, contrast included."""
    chromium.show(MADE[name], width=360, scheme="dark" if dark else "light")
    chromium.run(files("axe_core_python").joinpath("axe.min.js").read_text("utf-8"))
    found = chromium.driver.execute_async_script(
        "const done = arguments[0]; axe.run().then(result => done(result.violations))"
    )
    told = [(v["id"], v["impact"], [node["target"] for node in v["nodes"]][:3]) for v in found]
    assert not told


@pytest.mark.parametrize("name", sorted(MADE))
def test_it_asks_for_nothing(chromium: Browser, name: str) -> None:
    """The only request is the page itself."""
    chromium.requests()
    chromium.show(MADE[name])
    asked = [url for url in chromium.requests() if not url.startswith(("chrome", "data:"))]
    assert len(asked) == 1
