"""What a fake Exchange says of items and folders, as XML in the order of Microsoft's schemas."""

from __future__ import annotations

import struct
from base64 import b64encode
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import getaddresses
from typing import Any, Final, TypeAlias

from lxml import etree  # type: ignore[import-untyped]

from tests.ews_mailbox import Date, Entry, Folder, Invited, Mailbox, Message

Element: TypeAlias = Any

TYPES: Final = "http://schemas.microsoft.com/exchange/services/2006/types"
MESSAGES: Final = "http://schemas.microsoft.com/exchange/services/2006/messages"
_NAMESPACES: Final = {"t": TYPES, "m": MESSAGES}
#: Properties whose names are those of their elements, in the order in which they are told.
_MESSAGE_ORDER: Final = (
    "MimeContent",
    "ItemId",
    "ParentFolderId",
    "Subject",
    "DateTimeReceived",
    "Size",
    "IsDraft",
    "InternetMessageHeaders",
    "DateTimeSent",
    "ExtendedProperty",
    "ConversationId",
    "Sender",
    "ToRecipients",
    "CcRecipients",
    "From",
    "InternetMessageId",
    "ReplyTo",
)
_OLD_TIMES: Final = ("41", "42")
#: PidTagExtendedFolderFlags, as servers write it.
_FLAGS: Final = "0x36da"


def element(name: str, *children: Element | None, text: str = "", **attributes: str) -> Element:
    """An element ``t:Name`` or ``m:Name``; children that are none are left out."""
    prefix, _, local = name.partition(":")
    made = etree.Element(f"{{{_NAMESPACES[prefix]}}}{local}", attrib=attributes, nsmap=_NAMESPACES)
    made.text = text or None
    made.extend(child for child in children if child is not None)
    return made


def time(at: datetime) -> str:
    """As Exchange writes it to those who ask in UTC."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def mailbox_of(address: str, name: str = "", tag: str = "t:Mailbox") -> Element:
    """A person."""
    return element(
        tag,
        element("t:Name", text=name or address),
        element("t:EmailAddress", text=address),
        element("t:RoutingType", text="SMTP"),
    )


def folder(mailbox: Mailbox, name: str, wanted: Iterable[str]) -> Element:
    """A folder with what is wanted of it."""
    if name == mailbox.root:
        told, count = Folder("Top of Information Store", "", "Folder", ""), 0
    else:
        told, count = mailbox.folders[name], sum(1 for _ in mailbox.lying_in(name))
    properties = {
        "ParentFolderId": element("t:ParentFolderId", Id=told.parent or "AAMkRoot"),
        "FolderClass": element("t:FolderClass", text=told.folder_class),
        "DisplayName": element("t:DisplayName", text=told.name),
        "TotalCount": element("t:TotalCount", text=str(count)),
        _FLAGS: _flags(told.flags) if told.flags else None,
        "EffectiveRights": _rights(writable=told.writable),
    }
    chosen = [one for key, one in properties.items() if key in set(wanted)]
    return element(f"t:{told.tag}", element("t:FolderId", Id=name, ChangeKey="AQ=="), *chosen)


def _flags(bits: int) -> Element:
    """[MS-OXOCFG] 2.2.7.1: after the number of the part and its length, the bits."""
    uri = element("t:ExtendedFieldURI", PropertyTag=_FLAGS, PropertyType="Binary")
    parts = b"\x02\x01\x00" + b"\x01\x04" + struct.pack("<I", bits)
    value = element("t:Value", text=b64encode(parts).decode())
    return element("t:ExtendedProperty", uri, value)


def _rights(*, writable: bool) -> Element:
    names = ("CreateAssociated", "CreateContents", "CreateHierarchy", "Delete", "Modify")
    given = [element(f"t:{name}", text=str(writable).lower()) for name in names]
    return element("t:EffectiveRights", *given, element("t:Read", text="true"))


def message(name: str, told: Message, wanted: Sequence[str]) -> Element:
    """A message with what is wanted of it."""
    head = message_from_bytes(told.raw)
    listed = [
        element("t:InternetMessageHeader", text=" ".join(str(value).split()), HeaderName=key)
        for key, value in head.items()
    ]
    author, sender = _people(head["From"]), _people(head["Sender"] or head["From"])
    makers: dict[str, Any] = {
        "MimeContent": lambda: element(
            "t:MimeContent", text=b64encode(told.raw).decode(), CharacterSet="UTF-8"
        ),
        "ParentFolderId": lambda: element("t:ParentFolderId", Id=told.folder),
        "Subject": lambda: element(
            "t:Subject", text=str(make_header(decode_header(str(head["Subject"] or ""))))
        ),
        "DateTimeReceived": lambda: element("t:DateTimeReceived", text=time(told.received_at)),
        "Size": lambda: element("t:Size", text=str(len(told.raw))),
        "IsDraft": lambda: element("t:IsDraft", text=str(told.draft).lower()),
        "InternetMessageHeaders": lambda: (
            None if told.sent else element("t:InternetMessageHeaders", *listed)
        ),
        "DateTimeSent": lambda: element("t:DateTimeSent", text=time(told.received_at)),
        "ConversationId": lambda: element("t:ConversationId", Id=f"AAQk{told.number}="),
        "Sender": lambda: element("t:Sender", *sender[:1]) if sender else None,
        "ToRecipients": lambda: _recipients("t:ToRecipients", head["To"]),
        "CcRecipients": lambda: _recipients("t:CcRecipients", head["Cc"]),
        "From": lambda: element("t:From", *author[:1]) if author else None,
        "InternetMessageId": lambda: (
            element("t:InternetMessageId", text=head["Message-ID"]) if head["Message-ID"] else None
        ),
        "ReplyTo": lambda: _recipients("t:ReplyTo", head["Reply-To"]),
    }
    made = element(f"t:{told.tag}")
    for key in _MESSAGE_ORDER:
        if key == "ItemId":
            made.append(element("t:ItemId", Id=name, ChangeKey="CQAAAA=="))
        elif key == "ExtendedProperty" and told.old and set(wanted) >= set(_OLD_TIMES):
            made.extend(_old(number, at) for number, at in zip(_OLD_TIMES, told.old, strict=True))
        elif key in wanted and (child := makers[key]()) is not None:
            made.append(child)
    return made


def _old(number: str, at: datetime) -> Element:
    uri = element(
        "t:ExtendedFieldURI",
        DistinguishedPropertySetId="Meeting",
        PropertyId=number,
        PropertyType="SystemTime",
    )
    return element("t:ExtendedProperty", uri, element("t:Value", text=time(at)))


def _people(header: str | None) -> list[Element]:
    return [
        mailbox_of(address, name) for name, address in getaddresses([str(header or "")]) if address
    ]


def _recipients(tag: str, header: str | None) -> Element | None:
    people = _people(header)
    return element(tag, *people) if people else None


def entry(name: str, told: Entry, wanted: Sequence[str]) -> Element:
    """An entry of the calendar, a single one or a series, with what is wanted of it."""
    kind = "RecurringMaster" if told.pattern else "Single"
    recurrence = None
    if told.pattern:
        parts = etree.fromstring(f'<r xmlns="{TYPES}">{told.pattern}{told.span}</r>')
        recurrence = element("t:Recurrence", *parts)
    moved = [
        element(
            "t:Occurrence",
            element("t:ItemId", Id=date.id, ChangeKey="DwAAAA=="),
            element("t:Start", text=time(date.start)),
            element("t:End", text=time(date.end)),
            element("t:OriginalStart", text=time(original)),
        )
        for original, date in sorted(told.moved.items())
    ]
    gone = [
        element("t:DeletedOccurrence", element("t:Start", text=time(at)))
        for at in sorted(told.gone)
    ]
    series = (
        recurrence,
        element("t:ModifiedOccurrences", *moved) if moved else None,
        element("t:DeletedOccurrences", *gone) if gone else None,
    )
    return _entry(name, told, kind, series, None, wanted)


def date(told: Entry, original: datetime, one: Date, wanted: Sequence[str]) -> Element:
    """A date of a series that differs."""
    changed = Entry(**{**vars(told), "start": one.start, "end": one.end, **one.changes})
    return _entry(one.id, changed, "Exception", (None, None, None), original, wanted)


def _entry(
    name: str,
    told: Entry,
    kind: str,
    series: tuple[Element | None, ...],
    original: datetime | None,
    wanted: Sequence[str],
) -> Element:
    def said(key: str, text: str | None) -> Element | None:
        return element(f"t:{key}", text=text) if text and key in wanted else None

    def chosen(key: str, made: Element | None) -> Element | None:
        return made if key in wanted else None

    organizer = mailbox_of(told.organizer)
    recurrence, moved, gone = series
    return element(
        "t:CalendarItem",
        element("t:ItemId", Id=name, ChangeKey="DwAAAA=="),
        said("Subject", told.subject),
        said("LastModifiedTime", time(told.modified_at)),
        said("UID", told.uid),
        said("Start", time(told.start)),
        said("End", time(told.end)),
        said("OriginalStart", time(original) if original else None),
        said("IsAllDayEvent", str(told.all_day).lower()),
        said("IsCancelled", str(told.cancelled).lower()),
        said("CalendarItemType", kind),
        said("MyResponseType", told.mine),
        chosen("Organizer", element("t:Organizer", organizer)),
        chosen("RequiredAttendees", _invited("t:RequiredAttendees", told.required)),
        chosen("OptionalAttendees", _invited("t:OptionalAttendees", told.optional)),
        chosen("Resources", _invited("t:Resources", told.resources)),
        said("AppointmentReplyTime", time(told.replied_at) if told.replied_at else None),
        chosen("Recurrence", recurrence),
        chosen("ModifiedOccurrences", moved),
        chosen("DeletedOccurrences", gone),
        chosen("StartTimeZone", element("t:StartTimeZone", Id=told.zone)) if told.zone else None,
    )


def _invited(tag: str, people: Sequence[Invited]) -> Element | None:
    if not people:
        return None
    return element(tag, *(_attendee(person) for person in people))


def _attendee(person: Invited) -> Element:
    told = [element("t:ResponseType", text=person.response)]
    if person.answered_at:
        told.append(element("t:LastResponseTime", text=time(person.answered_at)))
    if person.proposed:
        start, end = person.proposed
        told.append(element("t:ProposedStart", text=time(start)))
        told.append(element("t:ProposedEnd", text=time(end)))
    return element("t:Attendee", mailbox_of(person.address, person.name), *told)
