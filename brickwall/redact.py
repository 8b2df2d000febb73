"""Secrets never reach a screen, a file or a log: whatever is said goes through here first."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

SHOWN: Final = "[secret]"

#: Shorter texts are part of too many words.
_SHORTEST: Final = 4
_remembered: set[str] = set()

#: What looks like a secret although it never came out of the vault: answers of a provider, codes
#: in the address that a browser was sent to.
_FORMS: Final = re.compile(
    r"""(?ix)
    ( \bauthorization\W{1,4}\w+\s+ | \bbearer\s+(?=\S{16})
    | \b(?:\w*_token|client_secret|secret|assertion|device_code|code_verifier|password|passwd)
      \b["']?\s*[=:]\s*["']?
    | [?&](?:code|state)=
    | ://[^/\s:@]+:(?=[^/\s@]+@)
    )
    [^\s"'&,;<>)}\]@]+
    """
)


def remember(secrets: Iterable[str]) -> None:
    """From now on nothing that is said holds one of ``secrets``, as long as the program runs."""
    for secret in secrets:
        _remembered.update(part for part in (secret, *_parts(secret)) if len(part) >= _SHORTEST)


def _parts(secret: str) -> list[str]:
    """The texts inside a secret that is itself JSON, like a token cache."""
    if not secret.startswith(("{", "[")):
        return []
    return re.findall(r'"secret"\s*:\s*"((?:[^"\\]|\\.)+)"', secret)


def redact(text: str) -> str:
    """``text`` without secrets."""
    for secret in sorted(_remembered, key=len, reverse=True):
        text = text.replace(secret, SHOWN)
    return _FORMS.sub(lambda found: found[1] + SHOWN, text)
