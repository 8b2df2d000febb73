"""What a second client of the fake Exchange asks for that brickwall does not: lists with MAPI
properties, and what kinds of names there are ([MS-OXPROPS], [MS-OXWSFOLD], [MS-OXWSCVTID]).
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping
from copy import deepcopy

from tests import ews_xml as say
from tests.ews_mailbox import Mailbox, Message
from tests.ews_xml import MESSAGES, TYPES, Element, element

_XSI = "{http://www.w3.org/2001/XMLSchema-instance}type"
_ADDRESS = "rep@ours.example"


def items(mailbox: Mailbox, request: Element) -> Element:
    """All messages of a folder."""
    (folder,) = request.find(f"{{{MESSAGES}}}ParentFolderIds")
    place = mailbox.special.get(folder.get("Id"), folder.get("Id"))
    told = [
        _message(request, name, one)
        for name, one in mailbox.messages.items()
        if one.folder == place
    ]
    return _root(element("t:Items", *told), len(told))


def folders(mailbox: Mailbox, request: Element) -> Element:
    """The folders in a folder."""
    (parent,) = request.find(f"{{{MESSAGES}}}ParentFolderIds")
    name = parent.get("Id")
    place = mailbox.root if name == "msgfolderroot" else mailbox.special.get(name, name)
    inside = [one for one, folder in mailbox.folders.items() if folder.parent == place]
    told = [folder(mailbox, one, request) for one in inside]
    return _root(element("t:Folders", *told), len(told))


def folder(mailbox: Mailbox, name: str, request: Element) -> Element:
    """A folder with the properties that a request names."""
    made = say.folder(mailbox, name, ("DisplayName",))
    lying = sum(1 for _ in mailbox.lying_in(name))
    folder_class = mailbox.folders[name].folder_class if name in mailbox.folders else ""
    values = {
        "0x10f3": name,
        "0x3602": str(lying),
        "0x3603": str(lying),
        "0x360a": "false",
        "0x3613": folder_class,
    }
    made.extend(_properties(request, values))
    return made


def converted(request: Element) -> Iterator[Element]:
    """Every name as it is, and whose mailbox it belongs to."""
    for one in request.iter(f"{{{TYPES}}}AlternateId"):
        names = {"Format": "EwsId", "Id": one.get("Id"), "Mailbox": _ADDRESS}
        yield element("m:AlternateId", **names, **{_XSI: "t:AlternateIdType"})


def _message(request: Element, name: str, told: Message) -> Element:
    values = {
        "0xe06": say.time(told.received_at),
        "0xe07": "0",
        "0xe08": str(len(told.raw)),
        "0xe23": str(told.number),
        "0xff9": b64encode(name.encode()).decode(),
        "0x10f3": f"{told.number}.EML",
        "0x3008": say.time(told.received_at),
    }
    identity = element("t:ItemId", Id=name, ChangeKey="CQAAAA==")
    read = element("t:IsRead", text="false")
    return element("t:Message", identity, *_properties(request, values), read)


def _properties(request: Element, values: Mapping[str, str]) -> Iterator[Element]:
    """Of the properties that a request names those that there are."""
    (shape,) = (one for one in request if one.tag.endswith("Shape"))
    for uri in shape.iter(f"{{{TYPES}}}ExtendedFieldURI"):
        if value := values.get(uri.get("PropertyTag", "")):
            yield element("t:ExtendedProperty", deepcopy(uri), element("t:Value", text=value))


def _root(content: Element, count: int) -> Element:
    numbers = {"TotalItemsInView": str(count), "IncludesLastItemInRange": "true"}
    return element("m:RootFolder", content, **numbers)
