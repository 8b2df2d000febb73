"""What single headers tell: subject for threading, ids, labels, thread hints, sequence tools."""

from __future__ import annotations

import re
from typing import Final

from ingest.addresses import (
    MAX_MAILBOXES,
    host_of,
    normalised,
    registrable_domain,
)
from ingest.parts import Parts
from ingest.strings import clean, one_line, repaired
from ingest.wordlists import words
from store.model import Participant, Role

MAX_SUBJECT_CHARACTERS: Final = 2_000
MAX_REFERENCES: Final = 200
_MAX_ID_CHARACTERS: Final = 998
_THREAD_INDEX_BYTES: Final = 22

_ROLES: Final[tuple[tuple[str, Role], ...]] = (
    ("from", "from"),
    ("sender", "sender"),
    ("reply-to", "reply_to"),
    ("to", "to"),
    ("cc", "cc"),
)
_PREFIX: Final = re.compile(
    r"^(?:\s*(?:(?:" + "|".join(map(re.escape, words("subjects")["prefixes"])) + r")"
    r"(?:\s*[\[(]\d{1,3}[\])]|\d{1,2})?\s*[:：]|\[[^\[\]]{1,60}\](?=\s*\S)))+",
    re.IGNORECASE,
)
_SUFFIX: Final = re.compile(r"(?:\s*\((?:fwd|fw)\))+\s*$", re.IGNORECASE)
_ID: Final = re.compile(r"<\s*([^<>]+?)\s*>")
_TOOL_HEADERS: Final = frozenset(words("tools")["headers"])
_TOOL_MAILERS: Final = re.compile("|".join(map(re.escape, words("tools")["mailers"])))
_LANGUAGE: Final = re.compile(r"^([A-Za-z]{2,3})(?:[-_,\s]|$)")


def subject_key(subject: str) -> str:
    """``subject`` without reply and forward prefixes of many languages, list tags and case."""
    bare = _PREFIX.sub("", subject) if ":" in subject or "[" in subject else subject
    if subject.endswith(")"):
        bare = _SUFFIX.sub("", bare)
    return " ".join(bare.lower().split())


def ids(value: str) -> tuple[str, ...]:
    """The message ids in a header, in order, without angle brackets and repetition."""
    if not value:
        return ()
    found = _ID.findall(value) or value.split()
    if not value.isprintable() or value.count(" ") >= len(found):
        found = ["".join(clean(i).split()) for i in found]
    return tuple(dict.fromkeys(i[:_MAX_ID_CHARACTERS] for i in found if i))[-MAX_REFERENCES:]


def first_id(value: str) -> str:
    """The first message id in a header, ``""`` where there is none."""
    found = ids(value)
    return found[0] if found else ""


def thread_hint(parts: Parts) -> str:
    """What a provider says of the thread: Gmail's thread id, or Outlook's conversation.

    The first 22 bytes of Thread-Index are common to a conversation (MS-OXOMSG 2.2.1.3).
    """
    gmail = parts.header("x-gm-thrid")
    if gmail:
        return one_line(gmail)
    index = "".join(parts.header("thread-index").split())
    return clean(index[: _THREAD_INDEX_BYTES * 4 // 3]) if index else ""


def labels(parts: Parts, given: tuple[str, ...]) -> tuple[str, ...]:
    """Gmail labels, the archived folder (X-Folder) and those given, sorted, each once."""
    found = set(given)
    gmail = parts.header("x-gmail-labels")
    if gmail:
        found.update(one_line(label.strip('" ')) for label in _split_labels(repaired(gmail)))
    folder = parts.header("x-folder")
    if folder:
        found.add(one_line(folder))
    found.discard("")
    return tuple(sorted(found))


def _split_labels(value: str) -> list[str]:
    """Labels are separated by commas; one that holds a comma is quoted."""
    return re.findall(r'"[^"]*"|[^,]+', value)


def language(parts: Parts) -> str:
    """Two-letter code of Content-Language (RFC 3282), ``""`` where it tells none."""
    match = _LANGUAGE.match(parts.header("content-language"))
    return match[1].lower()[:2] if match and len(match[1]) == 2 else ""


def participants(parts: Parts) -> tuple[Participant, ...]:
    """Who takes part, author first; one entry for an address in a role, at most 500 in all."""
    found: dict[tuple[Role, str], Participant] = {}
    mailboxes = parts.mailboxes
    for header, role in _ROLES:
        people = mailboxes.get(header)
        if not people:
            continue
        archived = _archived_names(parts, header, len(people))
        for position, (written, address) in enumerate(people):
            person = _participant(role, written, address, archived[position] if archived else "")
            if person is not None and (role, person.address) not in found:
                found[role, person.address] = person
                if len(found) == MAX_MAILBOXES:
                    return tuple(found.values())
    return tuple(found.values())


def _participant(role: Role, written: str, address: str, archived: str) -> Participant | None:
    address = normalised(address)
    if not address:
        return None
    name = _name(written or archived)
    domain = registrable_domain(host_of(address))
    return Participant(role, address, "" if name.lower() == address else name, domain)


def _name(written: str) -> str:
    name = written if written.isascii() and written.isprintable() else one_line(repaired(written))
    return name.strip(" '\"")[:200]


def _archived_names(parts: Parts, header: str, count: int) -> list[str]:
    """Names of an archived Exchange mailbox (X-From, X-To, X-cc) where each is a plain name."""
    value = parts.header("x-" + header) if header in ("from", "to", "cc") else ""
    if not value:
        return []
    names = [value] if header == "from" else value.split(", ")
    plain = len(names) == count and not any(c in value for c in "@</")
    return [one_line(name) for name in names] if plain else []


def sequence_tool(parts: Parts) -> bool:
    """Whether a sequence or mass-mailing tool sent it, by a header that only such tools write."""
    headers = parts.headers
    if not _TOOL_HEADERS.isdisjoint(headers):
        return True
    mailer = (parts.header("x-mailer") + " " + parts.header("x-sender-app")).lower()
    return _TOOL_MAILERS.search(mailer) is not None
