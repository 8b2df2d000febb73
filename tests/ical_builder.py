"""iCalendar text for tests: only the lines that matter are written out."""

from __future__ import annotations

BERLIN_BY_RULES = """\
BEGIN:VTIMEZONE
TZID:Office
BEGIN:STANDARD
DTSTART:19961027T030000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:19810329T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
END:DAYLIGHT
END:VTIMEZONE
"""


def vevent(*lines: str, uid: str = "1@client.example", start: str = "20260303T100000Z") -> str:
    """One VEVENT; ``uid`` and ``start`` (the DTSTART line's value) are left out where ``""``."""
    usual = [f"UID:{uid}"] if uid else []
    usual += [f"DTSTART:{start}"] if start else []
    return "\n".join(["BEGIN:VEVENT", *usual, *lines, "END:VEVENT", ""])


def calendar(*components: str, method: str = "", properties: str = "", end: str = "\r\n") -> bytes:
    """A VCALENDAR of these components."""
    head = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//EN\n"
    head += f"METHOD:{method}\n" if method else ""
    text = head + properties + "".join(components) + "END:VCALENDAR\n"
    return text.replace("\n", end).encode()


def event(
    *lines: str, method: str = "", uid: str = "1@client.example", start: str = "20260303T100000Z"
) -> bytes:
    """A VCALENDAR of one VEVENT."""
    return calendar(vevent(*lines, uid=uid, start=start), method=method)
