"""The mailbox of the fake Google: messages, their labels, and the history of both."""

from __future__ import annotations

import base64
import email
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import Message as Mail
from typing import Any, Final

#: First id of the history.
FIRST: Final = 1_000
_HIDDEN: Final = {"SPAM", "TRASH"}


class RefusedError(Exception):
    """The fake answers with an error."""

    def __init__(self, status: int, word: str, reason: str) -> None:
        super().__init__(word)
        self.status = status
        self.word = word
        self.reason = reason


@dataclass
class Stored:
    """One message. ``at``: milliseconds of its internal date."""

    number: str
    thread: str
    raw: bytes
    labels: set[str]
    at: int
    history: int


class FakeMailbox:
    """``page_size``: the most that a page holds here, whatever is asked for.

    ``rename_sent``: sent mail gets another Message-ID.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.page_size = 500
        self.rename_sent = False
        self.messages: dict[str, Stored] = {}
        self.history: list[dict[str, Any]] = []
        self.forgotten = FIRST - 1
        self.labels = {"INBOX": "INBOX", "SENT": "SENT", "TRASH": "TRASH", "Label_7": "Customers"}
        self.aliases = [(address, "accepted"), (f"sales+{address}", "accepted")]
        self.methods: dict[str, Callable[[Mapping[str, str]], Any]] = {
            "gmail.users.getProfile": self._profile,
            "gmail.users.messages.list": self._list,
            "gmail.users.messages.get": self._get,
            "gmail.users.history.list": self._history,
            "gmail.users.labels.list": self._labels,
            "gmail.users.settings.sendAs.list": self._send_as,
            "gmail.users.messages.send": self._send,
            "gmail.users.drafts.create": self._draft,
        }

    def add(self, raw: bytes, *labels: str, at: int = 0, thread: str = "") -> str:
        """A message comes in; its id."""
        count = len(self.history) + 1
        number = f"{0x18C0_0000_0000_0000 + count:016x}"
        labelled = set(labels or ("INBOX", "UNREAD"))
        at = at or 1_760_000_000_000 + count * 60_000
        self.messages[number] = Stored(number, thread or number, raw, labelled, at, 0)
        self._record(number, "messagesAdded", {"message": self._brief(number)})
        return number

    def label(
        self, number: str, *, add: tuple[str, ...] = (), remove: tuple[str, ...] = ()
    ) -> None:
        """Change labels: archive, trash, untrash ..."""
        self.messages[number].labels |= set(add)
        self.messages[number].labels -= set(remove)
        for kind, labels in (("labelsAdded", add), ("labelsRemoved", remove)):
            if labels:
                told = {"message": self._brief(number), "labelIds": list(labels)}
                self._record(number, kind, told)

    def delete(self, number: str) -> None:
        """Delete for good."""
        brief = self._brief(number)
        del self.messages[number]
        self._record(number, "messagesDeleted", {"message": brief})

    def forget(self) -> None:
        """The history so far is no longer known."""
        self.forgotten = self._now
        self.history.append({"id": str(self._now + 1)})

    def refuse_beyond_headers(self, method: str, query: Mapping[str, str]) -> None:
        """What the scope gmail.metadata does not allow."""
        beyond = "q" in query or query.get("format", "full") in ("full", "raw")
        if method == "gmail.users.settings.sendAs.list" or (
            beyond and method in ("gmail.users.messages.list", "gmail.users.messages.get")
            and (method.endswith("get") or "q" in query)
        ):  # fmt: skip
            raise RefusedError(403, "PERMISSION_DENIED", "insufficientPermissions")

    @property
    def _now(self) -> int:
        return FIRST + len(self.history)

    def _record(self, number: str, kind: str, told: dict[str, Any]) -> None:
        self.history.append(
            {
                "id": str(self._now + 1),
                "messages": [{"id": number, "threadId": told["message"]["threadId"]}],
                kind: [told],
            }
        )
        if number in self.messages:
            self.messages[number].history = self._now

    def _brief(self, number: str) -> dict[str, Any]:
        stored = self.messages[number]
        return {"id": number, "threadId": stored.thread, "labelIds": sorted(stored.labels)}

    def _profile(self, _: Mapping[str, str]) -> dict[str, Any]:
        total = len(self.messages)
        return {
            "emailAddress": self.address,
            "messagesTotal": total,
            "threadsTotal": total,
            "historyId": str(self._now),
        }

    def _list(self, query: Mapping[str, str]) -> dict[str, Any]:
        shown = [m for m in self.messages.values() if not _HIDDEN & m.labels]
        if label := query.get("labelIds"):
            shown = [m for m in shown if label in m.labels]
        if wanted := re.fullmatch(r"(in:sent )?rfc822msgid:(\S+)", query.get("q", "")):
            found = (m for m in shown if "SENT" in m.labels or not wanted[1])
            shown = [m for m in found if _message_id(m.raw) == f"<{wanted[2]}>"]
        shown.sort(key=lambda m: (m.at, m.number), reverse=True)
        if token := query.get("pageToken"):
            at, _, number = token.partition("-")
            if not at.isdecimal():
                raise RefusedError(400, "INVALID_ARGUMENT", "invalidArgument")
            shown = [m for m in shown if (m.at, m.number) < (int(at), number)]
        size = min(int(query.get("maxResults", 100)), self.page_size)
        page = [{"id": m.number, "threadId": m.thread} for m in shown[:size]]
        told: dict[str, Any] = {"resultSizeEstimate": len(shown)}
        if page:
            told["messages"] = page
        if len(shown) > size:
            told["nextPageToken"] = f"{shown[size - 1].at}-{shown[size - 1].number}"
        return told

    def _get(self, query: Mapping[str, str]) -> dict[str, Any]:
        stored = self.messages.get(query["id"])
        if stored is None:
            raise RefusedError(404, "NOT_FOUND", "notFound")
        told = {
            **self._brief(stored.number),
            "internalDate": str(stored.at),
            "historyId": str(stored.history),
            "sizeEstimate": len(stored.raw),
            "snippet": "",
        }
        kind = query.get("format", "full")
        if kind == "raw":
            told["raw"] = base64.urlsafe_b64encode(stored.raw).decode()
        if kind == "metadata":
            mail: Mail = email.message_from_bytes(stored.raw)
            headers = [{"name": name, "value": str(value)} for name, value in mail.items()]
            told["payload"] = {"mimeType": mail.get_content_type(), "headers": headers}
        return told

    def _history(self, query: Mapping[str, str]) -> dict[str, Any]:
        start = int(query["startHistoryId"])
        if not self.forgotten < start <= self._now:
            raise RefusedError(404, "NOT_FOUND", "notFound")
        after = int(query.get("pageToken", start))
        records = [one for one in self.history if int(one["id"]) > after and len(one) > 1]
        size = min(int(query.get("maxResults", 100)), self.page_size)
        told: dict[str, Any] = {"historyId": str(self._now)}
        if records:
            told["history"] = records[:size]
        if len(records) > size:
            told["nextPageToken"] = records[size - 1]["id"]
        return told

    def _labels(self, _: Mapping[str, str]) -> dict[str, Any]:
        labels = [{"id": key, "name": name, "type": "user"} for key, name in self.labels.items()]
        return {"labels": labels}

    def _send(self, query: Mapping[str, str]) -> dict[str, Any]:
        raw = base64.urlsafe_b64decode(query["raw"])
        if self.rename_sent:
            raw = re.sub(rb"(?m)^Message-ID: <", b"Message-ID: <CA+renamed", raw, count=1)
        return self._brief(self.add(raw, "SENT"))

    def _draft(self, query: Mapping[str, str]) -> dict[str, Any]:
        raw, thread = base64.urlsafe_b64decode(query["raw"]), query.get("threadId", "")
        number = self.add(raw, "DRAFT", thread=thread)
        return {"id": f"r{number}", "message": self._brief(number)}

    def _send_as(self, _: Mapping[str, str]) -> dict[str, Any]:
        told = [{"sendAsEmail": one, "verificationStatus": how} for one, how in self.aliases]
        return {"sendAs": told}


def _message_id(raw: bytes) -> str:
    return str(email.message_from_bytes(raw)["Message-ID"])
