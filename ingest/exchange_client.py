"""One mailbox of an Exchange Server, asked through exchangelib under our one retry policy."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from exchangelib import Account, errors  # type: ignore[import-untyped]

from ingest import exchange_services as services
from ingest import exchange_xml as xml
from ingest.exchange_access import version_of
from ingest.exchange_faults import BUSY, SERVICE, AnswerError, classify, code_of
from ingest.exchange_services import Service
from ingest.exchange_xml import Changes, Element, FolderChange
from ingest.retry import Action, Retry, error_of
from ingest.secrets import Token

#: Exchange gives no more changes at once.
MOST_CHANGES: Final = 512
#: When a meeting was before an update of it ([MS-OXPROPS] PidLidOldWhenStartWhole, -EndWhole).
OLD_TIMES: Final = (0x29, 0x2A)

_MESSAGE_FIELDS: Final = (
    "item:MimeContent",
    "item:DateTimeReceived",
    "item:ParentFolderId",
    "item:ConversationId",
)
_HEADER_FIELDS: Final = (
    "item:Subject",
    "item:DateTimeReceived",
    "item:DateTimeSent",
    "item:ParentFolderId",
    "item:ConversationId",
    "item:InternetMessageHeaders",
    "message:From",
    "message:Sender",
    "message:ToRecipients",
    "message:CcRecipients",
    "message:ReplyTo",
    "message:InternetMessageId",
)
_ENTRY_FIELDS: Final = (
    "item:Subject",
    "item:LastModifiedTime",
    "calendar:UID",
    "calendar:Start",
    "calendar:End",
    "calendar:OriginalStart",
    "calendar:IsAllDayEvent",
    "calendar:IsCancelled",
    "calendar:CalendarItemType",
    "calendar:MyResponseType",
    "calendar:Organizer",
    "calendar:RequiredAttendees",
    "calendar:OptionalAttendees",
    "calendar:Resources",
    "calendar:AppointmentReplyTime",
    "calendar:Recurrence",
    "calendar:ModifiedOccurrences",
    "calendar:DeletedOccurrences",
    "calendar:StartTimeZone",
)


class Given(NamedTuple):
    """What was given for one id. ``item``: ``None`` where it is ``gone``, or kept back: ``why``."""

    id: str
    item: Element | None
    gone: bool = False
    why: str = ""


class ExchangeClient:
    """Asks; all methods raise what ``Retry.call`` raises.

    ``token``: where tokens come from, with OAuth: another one is asked for when one is refused.
    """

    def __init__(self, account: Account, retry: Retry, *, token: Token | None = None) -> None:
        self._account = account
        self._retry = retry
        self._token = token
        self._accepted = False
        self._refused = False

    @property
    def version(self) -> str:
        """The server's, once it was asked anything."""
        return version_of(self._account)

    def special(self, names: Sequence[str]) -> dict[str, FolderChange]:
        """Those of the folders with Exchange's own ``names`` that there are."""
        payload = services.special_folders(names, fields=("folder:TotalCount",))
        answers = self._ask(services.GetFolder, payload)
        found = {}
        for name, answer in zip(names, answers, strict=True):
            if not isinstance(answer, Exception):
                found[name] = xml.folder_in(xml.only_child(answer, "Folders"))
            elif not isinstance(answer, errors.ErrorFolderNotFound | errors.ErrorItemNotFound):
                raise _error(answer)
        return found

    def folder_names(self, ids: Sequence[str]) -> dict[str, str]:
        """What the user calls these folders."""
        if not ids:
            return {}
        payload = services.folders_by_id(ids, ("folder:DisplayName",))
        answers = self._ask(services.GetFolder, payload)
        told = [a for a in answers if not isinstance(a, Exception)]
        folders = [xml.folder_in(xml.only_child(answer, "Folders")) for answer in told]
        return {folder.id: folder.name for folder in folders}

    def folders(self, state: str) -> tuple[list[FolderChange], str, bool]:
        """What has become of the mailbox's folders since ``state``; see ``xml.folders_in``."""
        return xml.folders_in(self._one(services.SyncFolderHierarchy, services.all_folders(state)))

    def changes(self, folder: str, state: str, *, most: int = MOST_CHANGES) -> Changes:
        """At most ``most`` changes of a folder since ``state``, ``""``: all that lies in it.

        Raises ``CursorExpiredError`` where Exchange has forgotten ``state`` and
        ``QuarantineError`` where the folder is gone.
        """
        payload = services.changed_items(folder, state, most)
        return xml.changes_in(self._one(services.SyncFolderItems, payload))

    def messages(self, ids: Sequence[str], *, headers_only: bool) -> list[Given]:
        """Messages, in the order of ``ids``."""
        fields = _HEADER_FIELDS if headers_only else _MESSAGE_FIELDS
        return self._items(ids, fields, () if headers_only else OLD_TIMES)

    def entries(self, ids: Sequence[str]) -> list[Given]:
        """Entries of a calendar, in the order of ``ids``."""
        return self._items(ids, _ENTRY_FIELDS)

    def own_addresses(self, address: str) -> list[str]:
        """What the directory lists as addresses of whoever has ``address``, as it writes them."""
        answers = self._ask(services.ResolveNames, services.names_like(address))
        found = [a for a in answers if not isinstance(a, Exception)]
        return [one for answer in found for one in xml.addresses_in(answer)]

    def zone_name(self) -> str:
        """The user's time zone as Windows calls it, ``""`` where Exchange does not know."""
        (answer,) = self._ask(services.GetUserConfiguration, services.user_options())
        return "" if isinstance(answer, Exception) else xml.option_in(answer, "timezone")

    def new_mail(self, message: bytes, to: Sequence[str], folder: str, *, send: bool) -> None:
        """Keep a mail in a folder, and send it; tried once: raises what ``classify`` knows."""
        content = b64encode(message).decode()
        payload = services.new_mail(content, to, folder, send=send)
        _only(self._once(services.CreateItem, payload))

    def has_mail(self, message_id: str, header: str, folder: str) -> bool:
        """Whether a mail with this Message-ID, or with it in ``header``, lies in a folder."""
        payload = services.mails_with(message_id, header, folder)
        found = xml.find(self._one(services.FindItem, payload), "RootFolder", "Items")
        return found is not None and len(found) > 0

    def _items(
        self, ids: Sequence[str], fields: Sequence[str], old: Sequence[int] = ()
    ) -> list[Given]:
        if not ids:
            return []
        answers = self._ask(services.GetItem, services.items(ids, fields, old))
        return [_given(name, answer) for name, answer in zip(ids, answers, strict=True)]

    def _one(self, service: type[Service], payload: Element) -> Element:
        """The one message of an answer; the error that it tells is raised."""
        return self._retry.call(lambda: _only(self._once(service, payload)), classify)

    def _ask(self, service: type[Service], payload: Element) -> list[Element | Exception]:
        return self._retry.call(lambda: self._once(service, payload), classify)

    def _once(self, service: type[Service], payload: Element) -> list[Element | Exception]:
        try:
            answers = service(account=self._account).call(payload)
        except AnswerError as error:
            if error.status == 401 and self._may_pass():
                raise errors.ErrorServerBusy("HTTP 401") from error
            raise
        self._accepted, self._refused = True, False
        _raise_general(answers)
        return answers

    def _may_pass(self) -> bool:
        """Whether a refused sign-in is tried once more: a server in need refuses good ones too."""
        again = not self._refused and (self._accepted or self._token is not None)
        self._refused = True
        if again and self._token is not None:
            self._token(renew=True)
        return again


def _only(answers: Sequence[Element | Exception]) -> Element:
    (answer,) = answers
    if isinstance(answer, Exception):
        raise answer
    return answer


def _error(answer: Exception) -> Exception:
    """What a refusal comes to: the exception to raise."""
    fault = classify(answer)
    return error_of(fault) if fault is not None else answer


def _raise_general(answers: Iterable[Element | Exception]) -> None:
    """What is said of one item but concerns the whole mailbox."""
    for answer in answers:
        if isinstance(answer, BUSY):
            raise answer


def _given(name: str, answer: Element | Exception) -> Given:
    if not isinstance(answer, Exception):
        item = xml.only_child(answer, "Items")
        return Given(name, item, gone=item is None)
    fault = classify(answer)
    gone = fault is not None and fault.action is Action.QUARANTINE
    return Given(name, None, gone, "" if gone else f"{SERVICE} cannot give it ({code_of(answer)}).")
