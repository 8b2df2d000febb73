"""An iCalendar stream as components of content lines; a broken component spares its neighbours."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

MAX_BYTES: Final = 64 << 20
MAX_COMPONENT_LINES: Final = 20_000
MAX_LINE: Final = 65_536
_MARK: Final = b"\xef\xbb\xbf"
_EVENT_END: Final = "END:VEVENT"
# A line in which nothing is quoted or escaped: most are, and to take them apart character by
# character took longer than reading the mail around them.
_PLAIN_VALUE: Final = r"[^\s\x00-\x1f\x7f\"\\^%:;,=]+(?: [^\s\x00-\x1f\x7f\"\\^%:;,=]+)*"
_PLAIN: Final = re.compile(rf"([\w-]+)((?:;[\w-]+={_PLAIN_VALUE})*):([^\\]*)")


class Line(NamedTuple):
    """One content line: name in upper case, parameters (names in upper case), raw value."""

    name: str
    parameters: dict[str, str]
    value: str


class Stream(NamedTuple):
    """One VCALENDAR: ``properties`` by name, ``zones``: VTIMEZONE text by TZID, ``events``.

    ``cut``: it ends in the middle of a line of its last event.
    """

    properties: dict[str, str]
    zones: dict[str, str]
    events: tuple[tuple[str, ...], ...]
    cut: bool


def text_of(raw: bytes) -> str:
    """The text of a stream: UTF-8, else UTF-16 with a mark, else Latin-1; no NULs and no marks.

    Joined files have byte order marks in their middle.
    """
    raw = raw[:MAX_BYTES].replace(_MARK, b"")
    try:
        marked = raw[:2] in (b"\xff\xfe", b"\xfe\xff")
        text = raw.decode("utf-16", "replace") if marked else raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return text.replace("\0", "")


def streams(text: str) -> list[Stream]:
    """The calendars of a stream, cut into their events; usually one.

    Unknown components and alarms are passed over. A missing END ends at the next component of the
    same kind, or with the stream.
    """
    calendars = list(_calendars(text))
    half = text[-1:] not in ("", "\n", "\r")
    return [_stream(lines, half=half and lines is calendars[-1]) for lines in calendars]


def _calendars(text: str) -> Iterator[list[str]]:
    """The lines of each VCALENDAR, those before the first one with it."""
    lines: list[str] = []
    begun = False
    for line in _unfolded(text):
        if line[:64].upper().strip() == "BEGIN:VCALENDAR":
            if begun:
                yield lines
                lines = []
            begun = True
        lines.append(line)
    yield lines


def _stream(lines: list[str], *, half: bool) -> Stream:
    """``half``: its last line may be half a line."""
    properties: dict[str, str] = {}
    zones: dict[str, str] = {}
    events: list[tuple[str, ...]] = []
    kind = ""
    inner: tuple[str, ...] = ()
    for kind, inner in _components(lines):
        if kind == "VEVENT":
            events.append(inner)
        elif kind == "VTIMEZONE":
            zones[_tzid(inner)] = "\r\n".join(inner) + "\r\n"
        else:
            name, _, value = inner[0].partition(":")
            properties.setdefault(name.partition(";")[0].upper(), value.strip())
    cut = half and kind == "VEVENT" and inner[-1:] != (_EVENT_END,)
    return Stream(properties, zones, tuple(events), cut)


def _tzid(lines: tuple[str, ...]) -> str:
    named = (line.partition(":")[2].strip() for line in lines if line[:4].upper() == "TZID")
    return next(named, "")


def _components(unfolded: list[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(kind, lines) of each event and zone, ("", one line) of each property outside of them."""
    open_kind = ""
    lines: list[str] = []
    inner: list[str] = []
    for line in unfolded:
        upper = line[:64].upper().strip()
        if upper in ("BEGIN:VEVENT", "BEGIN:VTIMEZONE"):
            if lines:
                yield open_kind, tuple(lines)
            open_kind, lines, inner = upper[6:], [line], []
        elif open_kind:
            lines, done = _inside(open_kind, line, upper, lines, inner)
            if done:
                yield open_kind, tuple(lines)
                open_kind, lines = "", []
        elif ":" in line and not upper.startswith(("BEGIN:", "END:")):
            yield "", (line,)
    if lines:
        yield open_kind, tuple(lines)


def _inside(
    kind: str, line: str, upper: str, lines: list[str], inner: list[str]
) -> tuple[list[str], bool]:
    """Add a line to the open component; alarms inside an event are left out."""
    if upper == f"END:{kind}" or upper == "END:VCALENDAR":
        return [*lines, f"END:{kind}"], True
    if upper.startswith("BEGIN:"):
        inner.append(upper[6:])
    keep = kind == "VTIMEZONE" or not inner
    if inner and upper == f"END:{inner[-1]}":
        inner.pop()
    if keep and len(lines) < MAX_COMPONENT_LINES:
        lines.append(line)
    return lines, False


def _unfolded(text: str) -> Iterator[str]:
    """Lines with their continuations joined (RFC 5545 section 3.1), bounded; no empty ones.

    Mozilla's first calendar put empty lines before the continuation.
    """
    held: list[str] = []
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        if held and line[:1] in (" ", "\t"):
            held.append(line[1:])
        elif line.strip():
            if held:
                yield "".join(held)[:MAX_LINE]
            held = [line]
    if held:
        yield "".join(held)[:MAX_LINE]


def parts(line: str) -> Line | None:
    """The parts of a content line, or ``None`` when it is none."""
    plain = _PLAIN.fullmatch(line)
    if plain is not None:
        pairs = (parameter.split("=") for parameter in plain[2].split(";")[1:])
        return Line(plain[1].upper(), {key.upper(): value for key, value in pairs}, plain[3])
    from icalendar.parser import Contentline  # slow to load, and few lines need it

    try:
        name, parameters, value = Contentline(line).parts()  # type: ignore[no-untyped-call]
    except ValueError:
        return None
    told = {
        key.upper(): ",".join(v) if isinstance(v, list) else str(v) for key, v in parameters.items()
    }
    return Line(name.upper(), told, value)
