"""Entries of a calendar: which have changed, and what they say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urljoin

from ingest import dav_xml, itip
from ingest.caldav_places import Calendar, path_of, same_path
from ingest.dav import DavClient
from ingest.dav_xml import DATA, DAV, ETAG, Response
from ingest.retry import QuarantineError
from store.model import EventRevision, Failure
from store.revision import identified

_TYPE: Final = DAV + "resourcetype"
_GONE: Final = 404
#: A server that gives its changes in portions gives this many at the most.
_MOST_PORTIONS: Final = 1_000


@dataclass(slots=True)
class Changes:
    """What has changed in a calendar: paths of entries -> their versions, and of those gone.

    ``token``: what to ask with the next time, ``""`` where the server cannot tell changes.
    """

    etags: dict[str, str] = field(default_factory=dict)
    gone: list[str] = field(default_factory=list)
    token: str = ""


@dataclass(slots=True)
class Page:
    """What some entries say."""

    revisions: list[EventRevision] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def unsaid(self, paths: Iterable[str]) -> list[str]:
        """Those of ``paths`` that are good and say nothing, or are gone."""
        said = {one.source_key for one in self.revisions} | {one.item for one in self.failures}
        return [path for path in paths if path not in said]


def changed(client: DavClient, calendar: Calendar, token: str) -> Changes:
    """What has changed since ``token``; ``""``: everything (RFC 6578).

    Raises ``QuarantineError`` where the server has forgotten the token or cannot tell changes.
    """
    changes = Changes(token=token)
    for _ in range(_MOST_PORTIONS):
        told = client.report(calendar.url, dav_xml.sync_collection(changes.token))
        for one in _entries(calendar, told.responses):
            path = path_of(urljoin(calendar.url, one.href))
            if one.status == _GONE:
                changes.etags.pop(path, None)
                changes.gone.append(path)
            elif one.status < 300:
                changes.etags[path] = one.text(ETAG)
        if not told.token:
            raise QuarantineError(f"{client.host} tells no changes")
        stays = told.token == changes.token
        changes.token = told.token
        if stays or not told.truncated:
            break
    changes.gone = [path for path in dict.fromkeys(changes.gone) if path not in changes.etags]
    return changes


def listed(client: DavClient, calendar: Calendar) -> dict[str, str]:
    """All entries: path -> version."""
    _, told = client.propfind(calendar.url, (ETAG, _TYPE), depth=1)
    return {
        path_of(urljoin(calendar.url, one.href)): one.text(ETAG)
        for one in _entries(calendar, told.responses)
        if one.status < 300
    }


def read(client: DavClient, calendar: Calendar, paths: Sequence[str], zone: str) -> Page:
    """What the entries at these paths say; what is gone is left out.

    ``zone``: the owner's, where the calendar tells none.
    """
    page = Page()
    found = _fetched(client, calendar, paths, page)
    for path in paths:
        if path in found:
            _take(page, found[path], path, calendar, calendar.zone or zone)
    return page


def _entries(calendar: Calendar, responses: Iterable[Response]) -> list[Response]:
    """Those about entries, not about the calendar itself or collections in it."""
    return [
        one
        for one in responses
        if one.href
        and not one.href.endswith("/")
        and not one.has(_TYPE, DAV + "collection")
        and not same_path(urljoin(calendar.url, one.href), calendar.url)
    ]


def _fetched(
    client: DavClient, calendar: Calendar, paths: Sequence[str], page: Page
) -> dict[str, bytes]:
    """The content of entries, all at once where the server can do that."""
    try:
        told = client.report(calendar.url, dav_xml.multiget(paths), depth=1)
    except QuarantineError:
        return _one_by_one(client, calendar, paths, page)
    found: dict[str, bytes] = {}
    gone = {path_of(one.href) for one in told.responses if one.status == _GONE}
    for one in told.responses:
        text = one.text(DATA)
        if text:
            found[path_of(one.href)] = text.encode()
    left = [path for path in paths if path not in found and path not in gone]
    return found | _one_by_one(client, calendar, left, page)


def _one_by_one(
    client: DavClient, calendar: Calendar, paths: Sequence[str], page: Page
) -> dict[str, bytes]:
    found: dict[str, bytes] = {}
    for path in paths:
        try:
            found[path] = client.get(urljoin(calendar.url, path))
        except QuarantineError as error:
            page.failures.append(Failure(path, str(error)))
    return found


def _take(page: Page, raw: bytes, path: str, calendar: Calendar, zone: str) -> None:
    """What one entry says: a meeting or a series with its exceptions, or an invitation."""
    revisions, failures = itip.parse_all(raw, zone=zone)
    if not revisions and not failures and b"BEGIN:VCALENDAR" not in raw.upper():
        page.failures.append(Failure(path, "It is no calendar entry."))
    page.failures += [Failure(path, f"{one.item}: {one.why}") for one in failures[:1]]
    if calendar.is_inbox:
        page.revisions += revisions
    else:
        page.revisions += [_own(one, path) for one in revisions]


def _own(revision: EventRevision, path: str) -> EventRevision:
    """An entry as the calendar shows it, whoever sent it."""
    return identified(revision._replace(source_key=path, learned_from="calendar", method=""))
