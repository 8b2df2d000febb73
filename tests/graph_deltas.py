"""Graph's deltas: lists by pages, then what has changed, by links that stand for a state."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any, Final, NamedTuple
from urllib.parse import quote

from tests.graph_mailbox import FOLDERS, Mailbox
from tests.graph_values import Json

VERSION: Final = "/v1.0"


class Reply(NamedTuple):
    """Status, headers, and a JSON object or the bytes of a mail."""

    status: int
    headers: dict[str, str]
    body: Any


class RefusedError(Exception):
    """An error in Graph's form."""

    def __init__(self, status: int, code: str, message: str = "") -> None:
        super().__init__(code)
        self.reply = error(status, code, message)


def error(status: int, code: str, message: str = "", **headers: str) -> Reply:
    """An unsuccessful answer."""
    told = {"code": code, "message": message or code, "innerError": {"request-id": "0"}}
    more = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, {"Content-Type": "application/json", **more}, {"error": told})


@dataclass
class Token:
    """What a link of a delta stands for: what is still to be listed, and which log was seen.

    ``since``: up to where the log was seen when this round of changes began.
    """

    place: str
    options: dict[str, str]
    waiting: list[str]
    seen: int
    follows: bool
    since: int


@dataclass
class Deltas:
    """All lists of a mailbox at the address ``base``.

    ``page``: items on a page at most. ``rotates``: every answer has a new link.
    """

    mailbox: Mailbox
    base: str
    page: int = 100
    rotates: bool = False
    tokens: dict[str, Token] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._numbers = count(1)

    def expire(self, place: str = "") -> None:
        """Forget all links of this place, or of all."""
        self.tokens = {n: t for n, t in self.tokens.items() if place and t.place != place}

    def page_of(
        self,
        place: str,
        names: list[str],
        options: Json,
        kind: str,
        show: Callable[[str, Token], Iterator[Json]],
    ) -> Json:
        """One page of a list of ``kind``; ``show``: what an item looks like to who has a token."""
        token = self._token(place, names, options)
        page = min(self.page, int(options["page"]))
        now, later = token.waiting[:page], token.waiting[page:]
        told = {
            "@odata.context": f"#Collection({kind})",
            "value": [item for name in now for item in show(name, token)],
        }
        if later:
            following = replace(token, waiting=later)
            told["@odata.nextLink"] = self._link(place, "$skiptoken", following)
        else:
            following = replace(token, waiting=[], follows=True)
            quiet = token.follows and not now and not self.rotates
            link = self._link(place, "$deltatoken", following)
            told["@odata.deltaLink"] = self._same(options, link) if quiet else link
        return told

    def _token(self, place: str, names: list[str], options: Json) -> Token:
        given = options.get("$skiptoken") or options.get("$deltatoken")
        if given is None:
            return Token(place, dict(options), names, len(self.mailbox.log), follows=False, since=0)
        known = self.tokens.get(given)
        if known is None or known.place != place:
            raise RefusedError(410, "SyncStateNotFound", "The sync state generation is not found")
        if "$skiptoken" in options:
            return known
        log = self.mailbox.log
        changed = dict.fromkeys(name for where, name in log[known.seen :] if where == place)
        return Token(place, known.options, list(changed), len(log), follows=True, since=known.seen)

    def _link(self, place: str, name: str, token: Token) -> str:
        number = f"t{next(self._numbers)}"
        self.tokens[number] = token
        return f"{self.base}{VERSION}{self._path(place)}?{name}={number}"

    def _path(self, place: str) -> str:
        if place == FOLDERS:
            return "/me/mailFolders/delta"
        if place in self.mailbox.calendars:
            return f"/me/calendars/{quote(place, safe='')}/calendarView/delta"
        return f"/me/mailFolders/{quote(place, safe='')}/messages/delta"

    def _same(self, options: Json, link: str) -> str:
        """Nothing has happened: the link stays what it was."""
        return link.rpartition("=")[0] + "=" + str(options["$deltatoken"])
