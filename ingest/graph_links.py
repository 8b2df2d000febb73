"""Where messages are shown in Outlook on the web, as Graph tells it (``webLink``). Pure.

To whoever asks for immutable ids Graph puts such an id into the link too, and Outlook then says
that the message was moved or deleted. So the ids are translated into those that Outlook knows,
a page of them in one part of a batch. They change when a message is moved: it is then read anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Final
from urllib.parse import parse_qsl, quote, urlsplit, urlunsplit

from ingest.graph_client import Answer, Post
from ingest.graph_json import Json, parts, text

#: What is asked for of every message.
FIELD: Final = "webLink"
_TRANSLATE: Final = "/me/translateExchangeIds"
_MOST_CHARACTERS: Final = 2_000
#: Exchange's own form of an id to the one that Graph gives.
_URL_SAFE: Final = str.maketrans("/+", "-_")


def translation(items: Iterable[Json]) -> list[Post]:
    """What to ask so that the links of these messages lead to them: nothing, or one thing."""
    names = [text(item, "id") for item in items if _holds_own_id(item)]
    wanted = {"inputIds": names, "sourceIdType": "restImmutableEntryId", "targetIdType": "ewsId"}
    return [Post(_TRANSLATE, json.dumps(wanted))] if names else []


def translated(answers: Iterable[Answer]) -> dict[str, str]:
    """Immutable id -> the one that Outlook knows, as far as that was answered."""
    told = [one for answer in answers if answer.error is None for one in _results(answer.body)]
    return {text(one, "sourceId"): text(one, "targetId") for one in told if text(one, "targetId")}


def _results(body: object) -> list[Json]:
    return parts(body, "value") if isinstance(body, dict) else []


def link(item: Json, names: Mapping[str, str]) -> str:
    """The link to a message; ``""`` where there is none, or none that would open it.

    ``names``: see ``translated``.
    """
    told = text(item, FIELD)
    if not _holds_own_id(item):
        return told if _is_good(told) else ""
    name = names.get(text(item, "id"), "")
    parsed = urlsplit(told)
    query = "&".join(
        f"{quote(key)}={quote(name if _is_id(value, item) else value, safe='')}"
        for key, value in _query(told)
    )
    made = urlunsplit(parsed._replace(query=query))
    return made if name and _is_good(made) else ""


def _holds_own_id(item: Json) -> bool:
    return any(_is_id(value, item) for _, value in _query(text(item, FIELD)))


def _is_id(value: str, item: Json) -> bool:
    name = text(item, "id")
    return bool(name) and value.translate(_URL_SAFE) == name.translate(_URL_SAFE)


def _query(told: str) -> list[tuple[str, str]]:
    return parse_qsl(urlsplit(told).query, keep_blank_values=True) if _is_good(told) else []


def _is_good(told: str) -> bool:
    """Whether it is an address on the web without anything odd in it."""
    return told.startswith("https://") and told.isascii() and len(told) <= _MOST_CHARACTERS
