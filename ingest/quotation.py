"""The author's own new text of a mail: quotations, forwarded mail and signatures cut off."""

from __future__ import annotations

import re
from typing import Final

_FOLLOWED: Final = re.compile(
    r"(?mi)^[ \t]*(?:-{3,} ?(?:original message|forwarded (?:by|message)).*|(?:on|le|am) .{5,200}(?:wrote|a écrit|schrieb).{0,80}:)\s*$"
)
_SIGNATURE: Final = re.compile(r"(?m)^-- ?$")


def new_text(text: str) -> str:
    """What the author of a mail wrote, without what others wrote before and the signature."""
    match = _FOLLOWED.search(text)
    if match:
        text = text[: match.start()]
    match = _SIGNATURE.search(text)
    if match:
        text = text[: match.start()]
    return "\n".join(line for line in text.splitlines() if not line.startswith(">")).strip()
