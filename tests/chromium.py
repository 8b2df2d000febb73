"""A real Chromium for tests: headless, offline, everything it asks for written down."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from selenium.webdriver import Chrome
from selenium.webdriver.chrome.options import Options
from selenium.webdriver.chrome.service import Service

from tests.conftest import need

_SWITCHES = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
)
_LISTEN = """
window.violations = [];
document.addEventListener('securitypolicyviolation', e => window.violations.push(
  e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample));
"""


class Browser:
    """One browser session; pages are shown from files."""

    def __init__(self, driver: Chrome, folder: Path) -> None:
        self.driver = driver
        self._folder = folder
        self.cdp("Page.addScriptToEvaluateOnNewDocument", source=_LISTEN)

    def cdp(self, command: str, **arguments: Any) -> Any:
        """Say a command of the DevTools protocol."""
        return self.driver.execute_cdp_cmd(command, arguments)

    def run(self, script: str, *arguments: Any) -> Any:
        """Run a script in the page, outside the page's own policy."""
        return self.driver.execute_script(script, *arguments)

    def show(
        self,
        html: str,
        *,
        width: int = 1400,
        scheme: Literal["light", "dark"] = "light",
        media: Literal["screen", "print"] = "screen",
    ) -> None:
        """Load ``html`` from a new file, in a window of that width."""
        path = self._folder / "page.html"
        path.write_text(html, encoding="utf-8")
        self.appear(width=width, scheme=scheme, media=media)
        self.requests()
        self.driver.get(path.as_uri())

    def appear(self, *, width: int = 1400, scheme: str = "light", media: str = "screen") -> None:
        """Change width, colour scheme and medium."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.cdp("Emulation.setEmulatedMedia", media=media, features=features)
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=900,
            deviceScaleFactor=1,
            mobile=False,
        )

    def requests(self) -> list[str]:
        """The addresses asked for since the last call."""
        entries = self.driver.get_log("performance")  # type: ignore[no-untyped-call]
        messages = [json.loads(entry["message"])["message"] for entry in entries]
        return [
            message["params"]["request"]["url"]
            for message in messages
            if message["method"] == "Network.requestWillBeSent"
        ]

    def complaints(self) -> list[str]:
        """Violations of the page's policy and errors on the console."""
        entries = self.driver.get_log("browser")  # type: ignore[no-untyped-call]
        return [*self.run("return window.violations"), *(entry["message"] for entry in entries)]


@contextmanager
def browser(folder: Path) -> Iterator[Browser]:
    """A browser for as long as the block lasts; skips where Chromium is missing."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    driver = shutil.which("chromedriver")
    need(chromium and driver, "Chromium and its driver (apt install chromium chromium-driver)")
    options = Options()
    options.binary_location = str(chromium)
    for switch in (*_SWITCHES, f"--user-data-dir={folder / 'profile'}"):
        options.add_argument(switch)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    started = Chrome(options=options, service=Service(executable_path=str(driver)))
    try:
        yield Browser(started, folder)
    finally:
        started.quit()
