"""What a fake Graph does with mail that is sent, or left as a draft."""

from __future__ import annotations

import base64
import binascii
import re
from email import message_from_bytes
from typing import Any, Final

from tests.graph_deltas import RefusedError, Reply, error
from tests.graph_mailbox import Mailbox
from tests.graph_values import Json

_KEPT: Final = "String {00020386-0000-0000-C000-000000000046} Name "
_BY_ID: Final = re.compile(r"internetMessageId eq '([^']*)'")
_BY_HEADER: Final = re.compile(
    r"singleValueExtendedProperties/Any\(ep: ep/id eq '" + re.escape(_KEPT) + r"([\w-]+)'"
    r" and ep/value eq '([^']*)'\)"
)
#: Requests that take a whole mail -> where it goes, and the status of the answer.
TAKES: Final = {"/me/sendMail": ("sentitems", 202), "/me/messages": ("drafts", 201)}


def take(mailbox: Mailbox, path: str, content_type: str, body: bytes) -> Reply:
    """A mail in MIME, which Graph wants in base64, as text."""
    folder, status = TAKES[path]
    if content_type.partition(";")[0] != "text/plain":
        return error(400, "UnableToDeserializePostBody", "were unable to deserialize")
    try:
        raw = base64.b64decode(body, validate=True)
    except binascii.Error:
        return error(400, "ErrorMimeContentInvalidBase64String")
    if mailbox.rename_sent:
        raw = re.sub(rb"(?m)^Message-ID: <", b"Message-ID: <renamed-", raw, count=1)
    name = mailbox.receive(raw, folder)
    if status == 202:
        return Reply(202, {}, b"")
    return Reply(201, {"Content-Type": "application/json"}, mailbox.messages[name].json)


def found(mailbox: Mailbox, folder: str, options: dict[str, str]) -> Json:
    """Messages of a folder that a filter of these two kinds matches."""
    place = mailbox.special.get(folder.lower(), folder)
    told = options.get("$filter", "")
    by_id, by_header = _BY_ID.fullmatch(told), _BY_HEADER.fullmatch(told)
    if by_id:
        name, value = "Message-ID", by_id[1]
    elif by_header:
        name, value = by_header[1], by_header[2]
    else:
        raise RefusedError(400, "ErrorInvalidUrlQueryFilter", told)
    listed = [
        {"id": number}
        for number, one in mailbox.messages.items()
        if one.folder == place and _header(one.raw, name) == value
    ]
    return {"@odata.context": "#Collection(message)", "value": listed[: int(options["$top"])]}


def _header(raw: bytes, name: str) -> Any:
    return message_from_bytes(raw)[name]
