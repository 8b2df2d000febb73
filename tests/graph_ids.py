"""Ids of messages on the fake Graph: immutable ones, those that name the folder too, Outlook's."""

from __future__ import annotations

from typing import Final

from tests.graph_csdl import csdl
from tests.graph_deltas import RefusedError
from tests.graph_mailbox import Mailbox
from tests.graph_mails import outlook_id, web_link
from tests.graph_values import Json

MAX_TRANSLATED: Final = 1_000


def mutable(body: Json) -> Json:
    """An answer to who does not wish for immutable ids: those of messages name the folder too."""
    told = {**body, "value": [mutable(one) for one in body["value"]]} if "value" in body else body
    if "parentFolderId" in told and "displayName" not in told:
        name = _mutable_id(told["id"], told["parentFolderId"])
        return {**told, "id": name, **({"webLink": web_link(name)} if "webLink" in told else {})}
    return told


def translated(mailbox: Mailbox, asked: Json, problems: list[str]) -> Json:
    """The answer to ``translateExchangeIds``; ``problems``: what of it is no request of Graph."""
    known, names = csdl(), asked["inputIds"]
    forms = [asked["sourceIdType"], asked["targetIdType"]]
    if known is not None:
        problems += [wrong for one in forms for wrong in known.faults("exchangeIdFormat", one)]
    if forms != ["restImmutableEntryId", "ewsId"] or len(names) > MAX_TRANSLATED:
        raise RefusedError(400, "BadRequest")
    told = [_translated(mailbox, name) for name in names]
    return {"@odata.context": "#Collection(convertIdResult)", "value": told}


def shown_in_outlook(mailbox: Mailbox) -> dict[str, str]:
    """Outlook's id of every message -> its immutable one."""
    there = mailbox.messages.items()
    return {outlook_id(_mutable_id(name, message.folder)): name for name, message in there}


def _translated(mailbox: Mailbox, name: str) -> Json:
    message = mailbox.messages.get(name)
    if message is None:
        wrong = {"code": "ErrorInvalidIdMalformed", "message": "Id is malformed."}
        return {"sourceId": name, "targetId": None, "errorDetails": wrong}
    return {"sourceId": name, "targetId": outlook_id(_mutable_id(name, message.folder))}


def _mutable_id(name: str, folder: str) -> str:
    return f"{name}.{folder}"
