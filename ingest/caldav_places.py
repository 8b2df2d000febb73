"""Where the calendars of an account are: found from the address of a server (RFC 6764, 6638)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote, urljoin, urlsplit

from ingest import ical_lines, zone_names
from ingest.dav import DavClient
from ingest.dav_xml import CALDAV, DAV, SERVER, Response
from ingest.retry import QuarantineError
from ingest.zones import zone_of
from store.errors import InputError

_WELL_KNOWN: Final = "/.well-known/caldav"
_PRINCIPAL: Final = DAV + "current-user-principal"
_HOME: Final = CALDAV + "calendar-home-set"
_INBOX: Final = CALDAV + "schedule-inbox-URL"
_ADDRESSES: Final = CALDAV + "calendar-user-address-set"
_TYPE: Final = DAV + "resourcetype"
_OWNER: Final = DAV + "owner"
_NAME: Final = DAV + "displayname"
_TOKEN: Final = DAV + "sync-token"
_TAG: Final = SERVER + "getctag"
_KINDS: Final = CALDAV + "supported-calendar-component-set"
_ZONE: Final = CALDAV + "calendar-timezone"
_ZONE_NAME: Final = CALDAV + "calendar-timezone-id"
_ABOUT: Final = (_TYPE, _NAME, _OWNER, _KINDS, _TOKEN, _TAG, _ZONE, _ZONE_NAME)


class Places(NamedTuple):
    """Addresses of the owner's calendars. ``inbox``: where invitations arrive, ``""``: nowhere.

    ``addresses``: the owner's mail addresses, as far as the server tells them.
    """

    principal: str
    homes: tuple[str, ...]
    inbox: str = ""
    addresses: tuple[str, ...] = ()


class Calendar(NamedTuple):
    """One calendar, or the inbox of invitations.

    ``token``/``tag``: change when something in it does, ``""`` where the server tells none.
    ``zone``: IANA name, ``""`` where it tells none.
    """

    url: str
    name: str
    token: str = ""
    tag: str = ""
    zone: str = ""
    is_inbox: bool = False

    @property
    def path(self) -> str:
        """Its name within the server."""
        return path_of(self.url)


def find(client: DavClient) -> Places:
    """Where the calendars are, asked for step by step from ``client.server`` on.

    Raises ``InputError`` where no calendars are found there.
    """
    principal = _principal(client)
    _, told = client.propfind(principal, (_HOME, _INBOX, _ADDRESSES))
    for one in told.responses:
        homes = tuple(urljoin(principal, href) for href in one.hrefs(_HOME))
        if homes:
            inbox = [urljoin(principal, href) for href in one.hrefs(_INBOX)]
            mail = [href for href in one.hrefs(_ADDRESSES) if href.lower().startswith("mailto:")]
            addresses = tuple(unquote(href[len("mailto:") :]).lower() for href in mail)
            return Places(principal, homes, inbox[0] if inbox else "", addresses)
    raise _nothing(client)


def calendars(client: DavClient, places: Places) -> list[Calendar]:
    """The owner's calendars with events in them, and the inbox: one request for each home.

    Those of other people, shared or subscribed, are left out.
    """
    found: dict[str, Calendar] = {}
    for home in places.homes:
        url, told = client.propfind(home, _ABOUT, depth=1)
        listed = [one for one in told.responses if _is_calendar(one)]
        # Where no calendar at all seems to be the owner's, owners are told in another way.
        own = [one for one in listed if _is_own(one, places, url)] or listed
        for calendar in (_calendar(one, url) for one in own):
            found.setdefault(calendar.path, calendar)
    if places.inbox and path_of(places.inbox) not in found:
        found |= {one.path: one for one in _inbox(client, places.inbox)}
    return sorted(found.values(), key=lambda one: (one.is_inbox, one.path))


def path_of(url: str) -> str:
    """The path in an address, or in a reference to the same server."""
    return urlsplit(url).path


def same_path(one: str, other: str) -> bool:
    """Whether two addresses mean the same resource, however they are written."""
    return unquote(path_of(one)).rstrip("/") == unquote(path_of(other)).rstrip("/")


def _principal(client: DavClient) -> str:
    for start in _starts(client.server):
        try:
            url, told = client.propfind(start, (_PRINCIPAL,), optional=True)
        except QuarantineError:
            continue
        for one in told.responses:
            for href in one.hrefs(_PRINCIPAL):
                return urljoin(url, href)
    raise _nothing(client)


def _starts(server: str) -> Iterator[str]:
    """The given address first where it names a path, else the well-known one (RFC 6764)."""
    if urlsplit(server).path.strip("/"):
        yield server
    yield urljoin(server, _WELL_KNOWN)
    yield urljoin(server, "/")


def _nothing(client: DavClient) -> InputError:
    return InputError(
        f"{client.host} shows no calendars at this address",
        "Look up the CalDAV address in the help of your provider, and give it with --server.",
    )


def _inbox(client: DavClient, url: str) -> Iterable[Calendar]:
    try:
        address, told = client.propfind(url, _ABOUT)
    except QuarantineError:
        return []
    return [_calendar(one, address)._replace(is_inbox=True) for one in told.responses[:1]]


def _is_calendar(one: Response) -> bool:
    if one.has(_TYPE, CALDAV + "schedule-inbox"):
        return True
    return one.has(_TYPE, CALDAV + "calendar") and _holds_events(one)


def _is_own(one: Response, places: Places, home: str) -> bool:
    owner = one.hrefs(_OWNER)
    return not owner or same_path(urljoin(home, owner[0]), places.principal)


def _holds_events(one: Response) -> bool:
    """Whether it may hold events; without saying it may hold anything."""
    kinds = one.properties.get(_KINDS)
    named = [kind.get("name", "").upper() for kind in kinds] if kinds is not None else []
    return not named or "VEVENT" in named


def _calendar(one: Response, home: str) -> Calendar:
    return Calendar(
        urljoin(home, one.href),
        one.text(_NAME) or unquote(path_of(one.href)).rstrip("/").rpartition("/")[2],
        one.text(_TOKEN),
        one.text(_TAG),
        zone_names.iana(one.text(_ZONE_NAME)) or _zone(one.text(_ZONE)),
        is_inbox=one.has(_TYPE, CALDAV + "schedule-inbox"),
    )


def _zone(text: str) -> str:
    """The IANA name of the time zone in an iCalendar text, ``""`` where it tells none."""
    for stream in ical_lines.streams(text):
        for name in stream.zones:
            told = zone_of(name, stream.zones)
            if told and zone_names.iana(told[1]):
                return zone_names.iana(told[1])
    return ""
