"""A browser that nobody sits at: it follows a sign-in over HTTP."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import requests


def signs_in_at_emulate(address: str) -> Callable[[str], bool]:
    """Opens the page of the emulator, chooses ``address``, and is sent back to the loopback."""

    def browse(url: str) -> bool:
        session = requests.Session()
        session.trust_env = False
        page = session.get(url, timeout=10).text
        forms = re.findall(r'(?s)<form[^>]*action="([^"]+)".*?</form>', page)
        whole = re.findall(r"(?s)<form.*?</form>", page)
        form = next(text for text in whole if f'value="{address}"' in text)
        fields = re.findall(r'<input[^>]*name="([^"]+)"[^>]*value="([^"]*)"', form)
        data = {name: html.unescape(value) for name, value in fields}
        action = urljoin(url, html.unescape(forms[whole.index(form)]))
        return session.post(action, data=data, timeout=10).ok

    return browse


def is_sent_back(**answer: str) -> Callable[[str], bool]:
    """Is sent back to the loopback with this answer (``code``, ``error`` ...)."""

    def browse(url: str) -> bool:
        asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
        told = {"state": asked["state"], **answer}
        back = f"{asked['redirect_uri']}?{urlencode(told)}"
        session = requests.Session()
        session.trust_env = False
        return session.get(back, timeout=10).ok

    return browse
