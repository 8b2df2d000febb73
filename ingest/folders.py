"""What a mail folder or label holds, told by its name in many languages."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources

#: Folders that are no evidence, and what the user is told. "Deleted Items" is not among them:
#: a mail that was read, answered and then deleted was sent all the same. Gmail's Trash and its
#: like are, since their owners expect that to be gone.
WHY = {
    "drafts": "drafts",
    "spam": "spam",
    "trash": "trash",
    "chats": "chat messages",
}


@cache
def _kinds() -> dict[str, str]:
    text = resources.files("ingest").joinpath("folders.toml").read_text(encoding="utf-8")
    return {name: kind for kind, names in tomllib.loads(text).items() for name in names}


@cache
def kind_of(label: str) -> str:
    """What it holds by its last part: sent | drafts | spam | trash | chats, or ``""``."""
    last = label.replace("\\", "/").rstrip("/").rpartition("/")[2].strip()
    return _kinds().get(last.casefold(), "") or _kinds().get(last.rpartition(".")[2].casefold(), "")


def left_out_label(labels: Iterable[str]) -> str:
    """Why a message with these labels is no evidence, or ``""``."""
    for label in labels:
        if why := WHY.get(kind_of(label)):
            return why
    return ""
