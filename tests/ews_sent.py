"""What a fake Exchange does with mail that is sent or left as a draft, and how it finds one."""

from __future__ import annotations

import re
from base64 import b64decode
from email import message_from_bytes

from tests.ews_mailbox import Mailbox
from tests.ews_xml import MESSAGES, TYPES, Element, element

#: How the request says what becomes of it -> whether it is sent.
_HOW = {"SendAndSaveCopy": True, "SaveOnly": False}


def take(mailbox: Mailbox, request: Element, *, rename: bool) -> str:
    """Keep the mail in a request; its id. ``rename``: sent mail gets another Message-ID."""
    sent = _HOW[request.get("MessageDisposition")]
    (folder,) = request.find(f"{{{MESSAGES}}}SavedItemFolderId")
    (mail,) = request.find(f"{{{MESSAGES}}}Items")
    raw = b64decode(mail.findtext(f"{{{TYPES}}}MimeContent"))
    named = [one.text for one in mail.iter(f"{{{TYPES}}}EmailAddress")]
    assert named or not sent, "Exchange sends nothing to nobody"
    if rename and sent:
        raw = re.sub(rb"(?m)^Message-ID: <", b"Message-ID: <renamed-", raw, count=1)
    return mailbox.receive(raw, folder.get("Id"), draft=not sent, sent=sent)


def found(mailbox: Mailbox, request: Element) -> Element:
    """The items of a folder of which one of the conditions holds."""
    (folder,) = request.find(f"{{{MESSAGES}}}ParentFolderIds")
    place = mailbox.special[folder.get("Id")]
    (either,) = request.find(f"{{{MESSAGES}}}Restriction")
    wanted = [_condition(one) for one in either]
    items = [
        element("t:Message", element("t:ItemId", Id=name))
        for name, one in mailbox.messages.items()
        if one.folder == place
        and any(message_from_bytes(one.raw)[header] == value for header, value in wanted)
    ]
    told = {"TotalItemsInView": str(len(items)), "IncludesLastItemInRange": "true"}
    return element("m:RootFolder", element("t:Items", *items), **told)


def _condition(equal: Element) -> tuple[str, str]:
    """A header and its value."""
    what, constant = equal
    value = constant[0].get("Value")
    if what.get("FieldURI") == "message:InternetMessageId":
        return "Message-ID", value
    assert what.get("DistinguishedPropertySetId") == "InternetHeaders"
    return what.get("PropertyName"), value
