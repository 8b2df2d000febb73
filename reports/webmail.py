"""Links from evidence to the message itself, in Gmail or in Outlook on the web.

Gmail finds a message by its Message-ID (search operator ``rfc822msgid:``); ``authuser`` takes the
right one of several accounts. Microsoft 365 tells the link itself. Outlook on the web of an
Exchange Server opens an item by its id, as ``WebClientReadFormQueryString`` of Exchange Web
Services does. What stands in a link that is made here is percent-encoded: a Message-ID comes from a
stranger.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Final, Protocol
from urllib.parse import quote

from store.facts import Facts

#: Evidence references -> links, for those that have one.
Links = Callable[[Collection[str]], Mapping[str, str]]

# What Gmail takes for the value of one search operator: no blanks, quotes or brackets.
_MESSAGE_ID: Final = re.compile(r"[^\s<>(){}\[\]\"'|,]{1,250}")


def nowhere(_references: Collection[str]) -> Mapping[str, str]:
    """Links of nothing: for files, and where nobody is to be led into a mailbox."""
    return {}


class Mailbox(Protocol):
    """Where the messages of one account are shown on the web."""

    def link(self, message_id: str, key: str) -> str:
        """The link to the message, "" where there is none; ``key``: what is stored for that."""


@dataclass(frozen=True, slots=True)
class Gmail:
    """The Gmail account with this address."""

    address: str

    def link(self, message_id: str, key: str) -> str:  # noqa: ARG002 - see ``Mailbox``
        """A search for the Message-ID."""
        if not _MESSAGE_ID.fullmatch(message_id):
            return ""
        found = quote(f"rfc822msgid:{message_id}", safe="")
        return (
            f"https://mail.google.com/mail/?authuser={quote(self.address, safe='')}#search/{found}"
        )


@dataclass(frozen=True, slots=True)
class Told:
    """A mailbox whose provider tells where each message is shown."""

    def link(self, message_id: str, key: str) -> str:  # noqa: ARG002 - see ``Mailbox``
        """What it told."""
        return key


@dataclass(frozen=True, slots=True)
class Outlook:
    """Outlook on the web at ``address``, like ``https://mail.ours.example``."""

    address: str

    def link(self, message_id: str, key: str) -> str:  # noqa: ARG002 - see ``Mailbox``
        """The item itself."""
        item = quote(key, safe="")
        form = "exvsurl=1&viewmodel=ReadMessageItem"
        return f"{self.address}/owa/?ItemID={item}&{form}" if key else ""


class Webmail:
    """Links of the evidence of one user, made for what is shown alone."""

    def __init__(
        self, facts: Facts, mailboxes: Mapping[int, Mailbox], keys: Mapping[int, str]
    ) -> None:
        """``mailboxes``: by account, those on the web; ``keys``: message -> see ``Mailbox``."""
        self._messages, self._events = facts.messages, facts.events
        self._mailboxes, self._keys = mailboxes, keys

    def __call__(self, references: Collection[str]) -> Mapping[str, str]:
        """The link of each reference that has one; an event has that of the mail that told it."""
        if not self._mailboxes:
            return {}
        carried = self._carried(references)
        messages = self._of_messages(set(carried.values()))
        return {each: messages[of] for each, of in carried.items() if of in messages}

    def _carried(self, references: Collection[str]) -> dict[str, int]:
        """The message behind each reference to a message or to an event that a mail told."""
        named = {each: each.partition(":") for each in references}
        events = {int(of[2]) for of in named.values() if of[0] == "event"}
        told = self._events.loc[self._events["event"].isin(events), ["event", "message"]]
        behind = dict(zip(told["event"], told["message"], strict=True))
        messages = {each: int(of[2]) for each, of in named.items() if of[0] == "message"}
        return messages | {
            each: behind.get(int(of[2]), -1) for each, of in named.items() if of[0] == "event"
        }

    def _of_messages(self, messages: set[int]) -> dict[int, str]:
        rows = self._messages
        rows = rows.loc[
            rows["message"].isin(messages)
            & rows["account"].isin(list(self._mailboxes))
            & rows["removed_at"].isna()
        ]
        columns = (rows["message"], rows["account"], rows["message_id"])
        made = {
            int(message): self._mailboxes[account].link(message_id, self._keys.get(message, ""))
            for message, account, message_id in zip(*columns, strict=True)
        }
        return {message: link for message, link in made.items() if link}
