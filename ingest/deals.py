"""``deals.csv``: the rep's deals, as exported by a CRM or kept by hand.

Column names, delimiter, decimal mark, date order and encoding are found out, not prescribed.
"""

from __future__ import annotations

import csv
import hashlib
import io
import math
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from ingest import bookmark
from ingest.content import Content, DamagedError
from ingest.source import Batch
from store.model import Deal, Failure

LARGEST_BYTES = 64 << 20
DEALS_PER_BATCH = 5_000
_DELIMITERS = ",;\t|"

#: Field -> names of its column in lower case, letters and digits only; the first that is there.
_COLUMNS = {
    "address": ("email", "emailaddress", "contactemail", "primaryemail", "mail", "adresse"),
    "contact": ("contact", "contactname", "customer", "kontakt", "ansprechpartner", "person"),
    "topic": (
        "topic",
        "deal",
        "dealname",
        "opportunity",
        "opportunityname",
        "title",
        "name",
        "thema",
    ),
    "stage": ("stage", "dealstage", "phase", "pipelinestage", "salesstage", "step"),
    "value": ("value", "amount", "dealvalue", "amountusd", "betrag", "wert", "volume", "price"),
    "currency": ("currency", "dealcurrency", "currencycode", "waehrung", "währung"),
    "owner": ("owner", "dealowner", "opportunityowner", "salesrep", "rep", "besitzer"),
    "close": ("closedate", "close", "closingdate", "expectedclosedate", "closedat", "abschluss"),
    "outcome": ("wonlost", "outcome", "result", "status", "dealstatus", "won", "ergebnis"),
}
_WON = frozenset(("won", "closedwon", "gewonnen", "yes", "true", "1", "gagné", "ganado", "win"))
_LOST = frozenset(("lost", "closedlost", "verloren", "perdu", "perdido", "loss"))
_CURRENCY_SIGNS = {"€": "EUR", "$": "USD", "£": "GBP", "¥": "JPY", "₹": "INR"}
#: A number, and the power of ten that spreadsheets write behind a long one.
_NUMBER = re.compile(r"([-+]?\d[\d.,'\u2019\s]*)(?:E([-+]?\d{1,3})\b)?", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_DAY_FIRST_OR_MONTH = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})")


class DealsSource:
    """The deals of one CSV file."""

    def __init__(self, content: Content) -> None:
        self.name = f"deals:{content.place}"
        self.size = content.size
        self.known = 0
        self._content = content
        self.options = ""

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """All deals, unless the file is untouched since it was read."""
        mark = bookmark.resume(self._content, self.options, cursor)
        if mark.done:
            self.known = mark.items
            return
        deals, failures = self._read()
        done = mark._replace(items=len(deals), done=True)
        for at in range(0, max(len(deals), 1), DEALS_PER_BATCH):
            last = at + DEALS_PER_BATCH >= len(deals)
            yield Batch(
                stream=self.name,
                mode="incremental",
                complete=False,
                records=tuple(deals[at : at + DEALS_PER_BATCH]),
                tombstones=(),
                failures=tuple(failures) if last else (),
                left_out={},
                cursor=(done if last else mark).dumps(),
                position=self.size if last else 0,
                size=self.size,
            )

    def _read(self) -> tuple[list[Deal], list[Failure]]:
        place = self._content.place
        data = bytearray()
        try:
            for block in self._content.blocks():
                data += block.data
                if len(data) > LARGEST_BYTES:
                    why = f"a list of deals of more than {LARGEST_BYTES >> 20} MB is not read"
                    return [], [Failure(place, why)]
        except DamagedError as error:
            return [], [Failure(place, str(error))]
        return parse(bytes(data), place)


def looks_like_deals(data: bytes) -> bool:
    """Whether the first line names a contact and at least two more columns of deals."""
    lines = decoded(data).splitlines()
    if not lines:
        return False
    columns = _columns(next(csv.reader(lines[:1], delimiter=_delimiter(lines[0])), []))
    return ("contact" in columns or "address" in columns) and len(columns) >= 3


def parse(data: bytes, place: str = "deals.csv") -> tuple[list[Deal], list[Failure]]:
    """The deals in a CSV file, and the lines that are none with the reason."""
    text = decoded(data)
    delimiter = _delimiter(text.partition("\n")[0])
    rows = _rows(text, delimiter)
    columns = _columns(next(rows, (0, []))[1])
    if "contact" not in columns and "address" not in columns:
        return [], [Failure(place, "no column names a contact or an e-mail address")]
    table = [(line, _fields(row, columns)) for line, row in rows if any(map(str.strip, row))]
    month_first = _month_first([fields.get("close", "") for _, fields in table], delimiter)
    deals: list[Deal] = []
    failures: list[Failure] = []
    seen: dict[tuple[str, str], int] = {}
    for line, fields in table:
        try:
            deals.append(_deal(fields, month_first=month_first, seen=seen))
        except ValueError as error:
            failures.append(Failure(f"{place}, line {line}", str(error)))
    return deals, failures


def decoded(data: bytes) -> str:
    """Text of a CSV file: UTF-8 or UTF-16 by its mark, else UTF-8, else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace").replace("\0", "")
    try:
        return data.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError as error:
        cut_at_the_end = error.start >= len(data) - 4
        encoding = "utf-8-sig" if cut_at_the_end else "cp1252"
        return data.decode(encoding, "replace").replace("\0", "")


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:  # a field beyond the reader's limit: as a line without a contact
            row = [" ", "?"]
        yield reader.line_num, row


def _columns(header: Sequence[str]) -> dict[str, int]:
    names = [re.sub(r"[^\w]|_", "", name.casefold()) for name in header]
    found: dict[str, int] = {}
    for field, known in _COLUMNS.items():
        places = [names.index(name) for name in known if name in names]
        free = [place for place in places if place not in found.values()]
        if free:
            found[field] = free[0]
    return found


def _fields(row: Sequence[str], columns: dict[str, int]) -> dict[str, str]:
    return {name: row[at].strip() for name, at in columns.items() if at < len(row)}


def _deal(fields: dict[str, str], *, month_first: bool, seen: dict[tuple[str, str], int]) -> Deal:
    contact = (fields.get("address") or fields.get("contact", "")).strip()
    contact = contact.casefold() if "@" in contact else contact
    if not contact:
        raise ValueError("the line names no contact")
    value, sign = amount(fields.get("value", ""))
    topic = fields.get("topic", "")
    count = seen[contact, topic] = seen.get((contact, topic), 0) + 1
    key = "\0".join((contact.casefold(), topic.casefold(), str(count)))
    stage = fields.get("stage", "")
    return Deal(
        provider_id=hashlib.blake2b(key.encode("utf-8", "replace"), digest_size=16).hexdigest(),
        contact=contact,
        topic=topic,
        stage=stage,
        value=value,
        currency=fields.get("currency", "").upper() or sign,
        owner=fields.get("owner", ""),
        close_at=close_date(fields.get("close", ""), month_first=month_first),
        outcome=_outcome(fields.get("outcome", "")) or _outcome(stage),
    )


def amount(text: str) -> tuple[float | None, str]:
    """Value and currency (``""`` where none is told) of ``1.234,50 €``, ``USD 1,234.5``, ``12k``.

    A mark followed by exactly three digits parts thousands, unless it is the only thing that could
    be a decimal mark of another kind. Raises ``ValueError`` for text without a (finite) number.
    """
    if not text.strip():
        return None, ""
    found = _NUMBER.search(text)
    factor = {"k": 1e3, "m": 1e6}.get(text[found.end() :].strip()[:1].lower(), 1) if found else 1
    value = _number(found[1], found[2]) * factor if found else math.inf
    if math.isinf(value):
        raise ValueError(f"{text[:40]!r} is not a value")
    code = re.search(r"\b[A-Z]{3}\b", text)
    signs = [name for sign, name in _CURRENCY_SIGNS.items() if sign in text]
    return value, code.group() if code else "".join(signs[:1])


def _number(text: str, power: str | None) -> float:
    digits = re.sub(r"['\u2019\s]", "", text).rstrip(".,")
    if power:
        return float(f"{digits.replace(',', '.')}e{power}")
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return float(digits)
    mark = digits[last]
    thousands = len(digits) - last == 4 and not (set(".,") - {mark}) & set(digits)
    if thousands or digits.count(mark) > 1:
        return float(re.sub("[.,]", "", digits))
    return float(re.sub("[.,]", "", digits[:last]) + "." + digits[last + 1 :])


def _month_first(dates: Sequence[str], delimiter: str) -> bool:
    """Whether 3/4/2025 is 4 March: told by the other dates of the column, else by the delimiter.

    Where the decimal mark is a comma, files are parted by semicolons and days come first.
    """
    found = [match for date in dates if (match := _DAY_FIRST_OR_MONTH.match(date))]
    if any(int(match.group(1)) > 12 or match.group(2) == "." for match in found):
        return False
    return any(int(match.group(3)) > 12 for match in found) or delimiter != ";"


def close_date(text: str, *, month_first: bool) -> datetime | None:
    """Midnight UTC of a date; ``None`` for none. Raises ``ValueError`` for what is no date."""
    if not text:
        return None
    if match := _ISO.match(text):
        year, month, day = map(int, match.groups())
    elif match := _DAY_FIRST_OR_MONTH.match(text):
        first, second, year = (int(match.group(group)) for group in (1, 3, 4))
        year += 2000 if year < 100 else 0
        month, day = (first, second) if month_first else (second, first)
    else:
        raise ValueError(f"{text[:40]!r} is not a date such as 2025-03-31")
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is not a date of the calendar") from None


def _outcome(text: str) -> str:
    word = re.sub(r"[^\w]|_", "", text.casefold())
    return "won" if word in _WON else "lost" if word in _LOST else ""
