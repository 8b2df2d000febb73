"""Requests to Exchange Web Services through exchangelib, and what is read of their answers.

exchangelib signs in, wraps, finds the version and names the errors. Its own readers of items are
not used: one value that they cannot read ends a whole answer, and they know zones by an old table.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import ClassVar, Final

from exchangelib import errors  # type: ignore[import-untyped]
from exchangelib.services.common import EWSAccountService  # type: ignore[import-untyped]
from exchangelib.util import TNS, create_element  # type: ignore[import-untyped]

from ingest.exchange_xml import Element

_MEETING_TIME: Final = {"DistinguishedPropertySetId": "Meeting", "PropertyType": "SystemTime"}
_SYNCED_FIELDS: Final = ("item:DateTimeReceived", "item:Size", "item:IsDraft")
_FOLDER_FIELDS: Final = (
    "folder:DisplayName",
    "folder:ParentFolderId",
    "folder:FolderClass",
    "folder:TotalCount",
    "folder:EffectiveRights",
)
#: PidTagExtendedFolderFlags: whose a calendar is.
_FOLDER_FLAGS: Final = {"PropertyTag": "0x36DA", "PropertyType": "Binary"}


class Service(EWSAccountService):  # type: ignore[misc]
    """One request; each message of the answer is handed on, or the error that it tells."""

    ERRORS_TO_CATCH_IN_RESPONSE = errors.ResponseMessageError
    WARNINGS_TO_CATCH_IN_RESPONSE = errors.ResponseMessageError

    def call(self, payload: Element) -> list[Element | Exception]:
        """The messages of the answer, in the order of what was asked for."""
        return list(self._get_elements(payload))

    def _get_elements_in_response(
        self, response: Iterable[Element]
    ) -> Iterator[Element | Exception]:
        for message in response:
            found = self._get_element_container(message)
            yield found if isinstance(found, Exception) else message

    def _get_exception(
        self, code: str, text: str | None, msg_xml: Element = None, rule_errors: Element = None
    ) -> Exception:
        error: Exception = super()._get_exception(code, text or "", msg_xml, rule_errors)
        if isinstance(error, errors.ErrorServerBusy):
            error.back_off = _back_off_seconds(msg_xml)
        return error


class GetFolder(Service):
    """Folders by name."""

    SERVICE_NAME: ClassVar = "GetFolder"


class SyncFolderHierarchy(Service):
    """Which folders there are, or what has become of them."""

    SERVICE_NAME: ClassVar = "SyncFolderHierarchy"


class SyncFolderItems(Service):
    """What lies in a folder, or what has become of it."""

    SERVICE_NAME: ClassVar = "SyncFolderItems"


class GetItem(Service):
    """Items by id."""

    SERVICE_NAME: ClassVar = "GetItem"


class ResolveNames(Service):
    """What the directory says of an address."""

    SERVICE_NAME: ClassVar = "ResolveNames"


class GetUserConfiguration(Service):
    """Settings of a user of Outlook on the web."""

    SERVICE_NAME: ClassVar = "GetUserConfiguration"


class CreateItem(Service):
    """A mail: sent, or left as a draft."""

    SERVICE_NAME: ClassVar = "CreateItem"


class FindItem(Service):
    """Items that have something in common."""

    SERVICE_NAME: ClassVar = "FindItem"


def new_mail(content: str, to: Sequence[str], folder: str, *, send: bool) -> Element:
    """A request to keep a mail in ``folder`` (Exchange's name for it), and to send it where wanted.

    ``content``: the mail in base64. ``to``: those that Exchange shall send it to, told once more.
    """
    how = "SendAndSaveCopy" if send else "SaveOnly"
    payload = create_element("m:CreateItem", attrs={"MessageDisposition": how})
    payload.append(_folder_ids("m:SavedItemFolderId", names=[folder]))
    mail = create_element("t:Message")
    mail.append(_text("t:MimeContent", content))
    if to:
        listed = create_element("t:ToRecipients")
        for address in to:
            mailbox = create_element("t:Mailbox")
            mailbox.append(_text("t:EmailAddress", address))
            listed.append(mailbox)
        mail.append(listed)
    items = create_element("m:Items")
    items.append(mail)
    payload.append(items)
    return payload


def mails_with(message_id: str, header: str, folder: str) -> Element:
    """A request for a mail in ``folder`` with this Message-ID, or with it in another ``header``."""
    payload = create_element("m:FindItem", attrs={"Traversal": "Shallow"})
    payload.append(_shape("m:ItemShape", ()))
    restriction = create_element("m:Restriction")
    either = create_element("t:Or")
    either.append(_equal(create_element(*_field("message:InternetMessageId")), message_id))
    kept = {
        "DistinguishedPropertySetId": "InternetHeaders",
        "PropertyName": header,
        "PropertyType": "String",
    }
    either.append(_equal(create_element("t:ExtendedFieldURI", attrs=kept), message_id))
    restriction.append(either)
    payload.append(restriction)
    payload.append(_folder_ids("m:ParentFolderIds", names=[folder]))
    return payload


def _field(name: str) -> tuple[str, dict[str, str]]:
    return "t:FieldURI", {"FieldURI": name}


def _equal(what: Element, value: str) -> Element:
    equal = create_element("t:IsEqualTo")
    constant = create_element("t:FieldURIOrConstant")
    constant.append(create_element("t:Constant", attrs={"Value": value}))
    equal.extend((what, constant))
    return equal


def special_folders(names: Sequence[str], *, fields: Sequence[str] = ()) -> Element:
    """A request for folders by Exchange's own names for them."""
    payload = create_element("m:GetFolder")
    payload.append(_shape("m:FolderShape", fields))
    payload.append(_folder_ids("m:FolderIds", names=names))
    return payload


def folders_by_id(ids: Sequence[str], fields: Sequence[str]) -> Element:
    """A request for folders by id."""
    payload = create_element("m:GetFolder")
    payload.append(_shape("m:FolderShape", fields))
    payload.append(_folder_ids("m:FolderIds", ids=ids))
    return payload


def all_folders(state: str) -> Element:
    """A request for what has become of the folders since ``state``, ``""``: for all of them."""
    payload = create_element("m:SyncFolderHierarchy")
    payload.append(_shape("m:FolderShape", _FOLDER_FIELDS, (_FOLDER_FLAGS,)))
    payload.append(_folder_ids("m:SyncFolderId", names=["msgfolderroot"]))
    if state:
        payload.append(_text("m:SyncState", state))
    return payload


def changed_items(folder: str, state: str, most: int) -> Element:
    """A request for at most ``most`` changes of a folder since ``state``."""
    payload = create_element("m:SyncFolderItems")
    payload.append(_shape("m:ItemShape", _SYNCED_FIELDS))
    payload.append(_folder_ids("m:SyncFolderId", ids=[folder]))
    if state:
        payload.append(_text("m:SyncState", state))
    payload.append(_text("m:MaxChangesReturned", str(most)))
    return payload


def items(ids: Sequence[str], fields: Sequence[str], old_start: Sequence[int] = ()) -> Element:
    """A request for items. ``old_start``: numbers of times of meeting messages to ask for too."""
    payload = create_element("m:GetItem")
    times = [{**_MEETING_TIME, "PropertyId": str(number)} for number in old_start]
    payload.append(_shape("m:ItemShape", fields, times))
    wanted = create_element("m:ItemIds")
    wanted.extend(create_element("t:ItemId", attrs={"Id": one}) for one in ids)
    payload.append(wanted)
    return payload


def names_like(address: str) -> Element:
    """A request for what the directory says of ``address``."""
    attrs = {"ReturnFullContactData": "true", "SearchScope": "ActiveDirectory"}
    payload = create_element("m:ResolveNames", attrs=attrs)
    payload.append(_text("m:UnresolvedEntry", address))
    return payload


def user_options() -> Element:
    """A request for the settings of the user in Outlook on the web."""
    payload = create_element("m:GetUserConfiguration")
    name = create_element("m:UserConfigurationName", attrs={"Name": "OWA.UserOptions"})
    name.append(create_element("t:DistinguishedFolderId", attrs={"Id": "root"}))
    payload.append(name)
    payload.append(_text("m:UserConfigurationProperties", "Dictionary"))
    return payload


def _shape(tag: str, fields: Sequence[str], extended: Sequence[Mapping[str, str]] = ()) -> Element:
    shape = create_element(tag)
    shape.append(_text("t:BaseShape", "IdOnly"))
    if "item:MimeContent" in fields:
        shape.append(_text("t:IncludeMimeContent", "true"))
    paths = [
        create_element("t:FieldURI", attrs={"FieldURI": one})
        for one in fields
        if one != "item:MimeContent"
    ]
    paths += [create_element("t:ExtendedFieldURI", attrs=dict(one)) for one in extended]
    if paths:
        more = create_element("t:AdditionalProperties")
        more.extend(paths)
        shape.append(more)
    return shape


def _folder_ids(tag: str, *, names: Sequence[str] = (), ids: Sequence[str] = ()) -> Element:
    found = create_element(tag)
    found.extend(create_element("t:DistinguishedFolderId", attrs={"Id": one}) for one in names)
    found.extend(create_element("t:FolderId", attrs={"Id": one}) for one in ids)
    return found


def _text(tag: str, text: str) -> Element:
    element = create_element(tag)
    element.text = text
    return element


def _back_off_seconds(detail: Element | None) -> float | None:
    values = detail.findall(f"{{{TNS}}}Value") if detail is not None else []
    for value in values:
        if value.get("Name") == "BackOffMilliseconds":
            with suppress(ValueError, TypeError):
                return int(value.text) / 1_000
    return None
