"""What WebDAV and CalDAV servers are asked and what they answer, as XML. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from html import escape
from typing import Final, NamedTuple
from xml.etree.ElementTree import Element

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

DAV: Final = "{DAV:}"
CALDAV: Final = "{urn:ietf:params:xml:ns:caldav}"
SERVER: Final = "{http://calendarserver.org/ns/}"
ETAG: Final = DAV + "getetag"
DATA: Final = CALDAV + "calendar-data"

_PREFIXES: Final = {DAV: "d", CALDAV: "c", SERVER: "s"}
_SPACES: Final = " ".join(f'xmlns:{short}="{name[1:-1]}"' for name, short in _PREFIXES.items())
_TRUNCATED: Final = 507


class UnreadableError(Exception):
    """The answer is not the XML that was asked for."""


class Response(NamedTuple):
    """What is said of one resource. ``properties``: only those that it has."""

    href: str
    status: int
    properties: Mapping[str, Element]

    def text(self, name: str) -> str:
        """The text of a property, ``""`` where it has none."""
        found = self.properties.get(name)
        return (found.text or "").strip() if found is not None else ""

    def hrefs(self, name: str) -> tuple[str, ...]:
        """The addresses in a property."""
        found = self.properties.get(name)
        if found is None:
            return ()
        return tuple((one.text or "").strip() for one in found.iter(DAV + "href") if one.text)

    def has(self, name: str, kind: str) -> bool:
        """Whether a property holds an element, as a resource type does."""
        found = self.properties.get(name)
        return found is not None and found.find(kind) is not None


class Multistatus(NamedTuple):
    """What is said of several resources (RFC 4918). ``token``: see RFC 6578."""

    responses: tuple[Response, ...]
    token: str = ""

    @property
    def truncated(self) -> bool:
        """Whether there is more than the server gives at once."""
        return any(one.status == _TRUNCATED for one in self.responses)


def propfind(names: Iterable[str]) -> bytes:
    """The question for properties of a resource, or of those in it."""
    return _document("d:propfind", _properties(names))


def sync_collection(token: str) -> bytes:
    """The question what has changed in a collection since ``token`` (RFC 6578)."""
    asked = f"<d:sync-token>{escape(token)}</d:sync-token><d:sync-level>1</d:sync-level>"
    return _document("d:sync-collection", asked + _properties([ETAG]))


def multiget(hrefs: Iterable[str]) -> bytes:
    """The question for the content of calendar entries (RFC 4791 section 7.9)."""
    listed = "".join(f"<d:href>{escape(href)}</d:href>" for href in hrefs)
    return _document("c:calendar-multiget", _properties([ETAG, DATA]) + listed)


def _properties(names: Iterable[str]) -> str:
    return f"<d:prop>{''.join(f'<{_short(name)}/>' for name in names)}</d:prop>"


def _short(name: str) -> str:
    space, _, local = name.rpartition("}")
    return f"{_PREFIXES[space + '}']}:{local}"


def _document(name: str, inner: str) -> bytes:
    text = f'<?xml version="1.0" encoding="utf-8"?><{name} {_SPACES}>{inner}</{name}>'
    return text.encode()


def multistatus(body: bytes) -> Multistatus:
    """What an answer says. Raises ``UnreadableError``."""
    root = _parsed(body)
    if root is None or root.tag != DAV + "multistatus":
        raise UnreadableError
    responses = tuple(_response(one) for one in root.iter(DAV + "response"))
    return Multistatus(responses, (root.findtext(DAV + "sync-token") or "").strip())


def conditions(body: bytes) -> frozenset[str]:
    """The conditions that a refusal names (RFC 4918 section 16), ``{DAV:}valid-sync-token``."""
    root = _parsed(body)
    if root is None or root.tag != DAV + "error":
        return frozenset()
    return frozenset(one.tag for one in root)


def _parsed(body: bytes) -> Element | None:
    """The root of a document without entities, ``None`` where it is none."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError):
        return None
    return root


def _response(told: Element) -> Response:
    properties: dict[str, Element] = {}
    status = _status(told.findtext(DAV + "status"), 200)
    for part in told.findall(DAV + "propstat"):
        given = part.find(DAV + "prop")
        if given is not None and _status(part.findtext(DAV + "status"), 200) == 200:
            properties |= {one.tag: one for one in given}
    return Response((told.findtext(DAV + "href") or "").strip(), status, properties)


def _status(line: str | None, default: int) -> int:
    """The number in ``HTTP/1.1 404 Not Found``."""
    words = (line or "").split()
    return int(words[1]) if len(words) > 1 and words[1].isdecimal() else default
