"""Items of files, taken apart: mails and calendars into records, what they say into intents.

What runs in the processes that parse; nothing in here knows of processes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

from ingest import itip, mime
from ingest.content import LARGEST_MESSAGE_BYTES
from ingest.folders import left_out_label
from ingest.outlook_mail import OLE2_MAGIC, msg_mail
from ingest.source import Record, of_persons
from store.errors import InputError
from store.model import Failure, Intent, Message

TOO_LARGE = f"the part of a message beyond {LARGEST_MESSAGE_BYTES >> 20} MB"

#: What the mail of persons says.
Label: TypeAlias = Callable[[Sequence[Message]], Sequence[Intent]]


class Raw(NamedTuple):
    """One unparsed item. ``place``: where it lies, for people; ``labels``: folders it lies in.

    ``data``: its bytes, or the file that holds them and is read where it is parsed.
    """

    place: str
    labels: tuple[str, ...]
    data: bytes | Path
    kind: Literal["mail", "calendar"] = "mail"


class Parsed(NamedTuple):
    """What some items came to. ``left_out``: why -> how many; ``intents``: see ``Batch``."""

    records: tuple[Record, ...]
    failures: tuple[Failure, ...]
    left_out: dict[str, int]
    intents: tuple[Intent, ...] | None = None


def joined(one: Parsed, other: Parsed) -> Parsed:
    """Both, one behind the other."""
    labelled = one.intents is not None or other.intents is not None
    reasons = sorted({*one.left_out, *other.left_out})
    return Parsed(
        one.records + other.records,
        one.failures + other.failures,
        {why: one.left_out.get(why, 0) + other.left_out.get(why, 0) for why in reasons},
        (one.intents or ()) + (other.intents or ()) if labelled else None,
    )


def parse_and_label(items: tuple[Raw, ...], zone: str, label: Label) -> Parsed:
    """Parse items, and label the mail of persons among them."""
    parsed = parse(items, zone)
    return parsed._replace(intents=tuple(label(of_persons(parsed.records))))


def parse(items: tuple[Raw, ...], zone: str) -> Parsed:
    """Parse items; what cannot be parsed becomes a failure, never an exception."""
    records: list[Record] = []
    failures: list[Failure] = []
    left_out: dict[str, int] = {}
    for item in items:
        try:
            one = _PARSERS[item.kind](item, zone)
        except mime.NotAMessageError as error:
            failures.append(Failure(item.place, str(error)))
        except InputError as error:
            failures.append(Failure(item.place, f"{error.cause} {error.remedy}"))
        except OSError as error:
            why = f"the file cannot be read ({error.strerror or error})"
            failures.append(Failure(item.place, why))
        except Exception as error:  # one bad item must never stop the others
            failures.append(Failure(item.place, f"it could not be read ({type(error).__name__})"))
        else:
            records.extend(one.records)
            failures.extend(one.failures)
            for why, count in one.left_out.items():
                left_out[why] = left_out.get(why, 0) + count
    return Parsed(tuple(records), tuple(failures), left_out)


def _parse_mail(item: Raw, zone: str) -> Parsed:
    data, cut = _data(item)
    parsed = mime.parse(data, labels=item.labels, zone=zone)
    if why := left_out_label(parsed.message.labels):
        return Parsed((), (), {why: 1})
    unread = tuple(Failure(item.place, warning) for warning in parsed.warnings)
    return Parsed((parsed.message, *parsed.revisions), unread, {TOO_LARGE: 1} if cut else {})


def _parse_calendar(item: Raw, zone: str) -> Parsed:
    raw = _data(item)[0]
    revisions, failures = itip.parse_all(raw, zone=zone, mail=None)
    failures += itip.unexplained_zones(raw)
    named = tuple(Failure(f"{item.place}, {failure.item}", failure.why) for failure in failures)
    return Parsed(tuple(revisions), named, {})


def _data(item: Raw) -> tuple[bytes, bool]:
    """An item's first ``LARGEST_MESSAGE_BYTES``, and whether there was more."""
    if isinstance(item.data, bytes):
        return item.data, False
    with item.data.open("rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size  # room for the largest takes longer than reading
        data = file.read(min(size, LARGEST_MESSAGE_BYTES) + 1)
    if data.startswith(OLE2_MAGIC):
        return msg_mail(item.data), False
    return data[:LARGEST_MESSAGE_BYTES], len(data) > LARGEST_MESSAGE_BYTES


_PARSERS = {"mail": _parse_mail, "calendar": _parse_calendar}
