"""Addresses in mail headers, read tolerantly: RFC 5322 3.4, Exchange and Notes names, lists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import Final

from publicsuffixlist import PublicSuffixList

from ingest.strings import one_line

#: A mailbox: display name and address as written.
Mailbox = tuple[str, str]

#: More mailboxes than this in one header are not read: nobody is judged by such a mail.
MAX_MAILBOXES: Final = 500
_MAX_HEADER_CHARACTERS: Final = 100_000

_TOKEN: Final = re.compile(
    r'"((?:[^"\\]|\\.){0,200})"|\(([^()]*)\)|<([^<>]*)>|([,;])|([^"(<,;]+|["(<])'
)
_QUOTED_PAIR: Final = re.compile(r"\\(.)")
_ENCAPSULATED: Final = re.compile(r"(?i)^imcea(notes|smtp|ex)?-([^@]+)@([^@]+)$")
_ESCAPE: Final = re.compile(r"\+([0-9a-fA-F]{2})")
_INNER: Final = re.compile(r"[\w.+'-]+@[\w.-]+\.\w+")


def split(value: str) -> list[Mailbox]:
    """The mailboxes of an address header; groups (``name: a, b;``) are flattened.

    A comma inside an unquoted name (``Doe, John <j@x.org>``) belongs to the name.
    """
    found: list[Mailbox] = []
    for mailbox in _mailboxes(value[:_MAX_HEADER_CHARACTERS]):
        found.append(mailbox)
        if len(found) == MAX_MAILBOXES:
            break
    return found


def _mailboxes(value: str) -> Iterator[Mailbox]:
    words: list[str] = []
    comment = address = ""
    for match in _TOKEN.finditer(value + ","):
        quoted, remark, angle, separator, bare = match.groups()
        if quoted is not None:
            words.append(_QUOTED_PAIR.sub(r"\1", quoted))
        elif remark is not None:
            comment = remark
        elif angle is not None:
            address = angle
        elif separator:
            text = " ".join(words)
            if address or _is_address(text.rpartition(":")[2].strip() or text):
                yield _mailbox(text, comment, address)
                words, comment, address = [], "", ""
            elif separator == ";":
                words, comment, address = [], "", ""
            elif words:
                words.append(",")
        else:
            words.append(bare)


def _is_address(text: str) -> bool:
    return ("@" in text and " " not in text) or text.lower().startswith("/o=")


def _mailbox(text: str, comment: str, address: str) -> Mailbox:
    if address:
        return one_line(text).replace(" ,", ",").strip(", "), address
    return one_line(comment), text.rpartition(":")[2].strip() or text.strip()


def normalised(address: str) -> str:
    """``address`` in lower case, without brackets, ``mailto:`` and Exchange's encapsulation.

    ``IMCEANOTES-user+40host+2Ecom+40ENRON@ENRON.com`` is user@host.com; a name of a directory
    (``/O=ENRON/OU=NA/CN=RECIPIENTS/CN=KLAY``) has no host and stays what it is.
    """
    address = address.strip(" \t\r\n<>'\",;").lower().removeprefix("mailto:")
    if not address.isprintable() or " " in address:
        address = "".join(one_line(address).split())
    return _unwrapped(address) if address.startswith("imcea") else address


def _unwrapped(address: str) -> str:
    match = _ENCAPSULATED.match(address)
    if match is None:
        return address
    plain = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), match[2])
    inner = _INNER.search(plain)
    return inner[0].lower() if inner else address


@cache
def _suffixes() -> PublicSuffixList:
    # Only the readable form of the list: encoding it takes as long as reading it thrice.
    return PublicSuffixList(accept_encoded_idn=False)


@lru_cache(maxsize=65_536)
def registrable_domain(host: str) -> str:
    """The domain under a public suffix (``mail.example.co.uk`` → ``example.co.uk``), else host."""
    labels = host.lower().rstrip(".").split(".")
    try:
        found = _suffixes().privatesuffix(_readable(host))
    except (UnicodeError, ValueError):
        return host
    return ".".join(labels[-found.count(".") - 1 :]) if found else host


def _readable(host: str) -> str:
    """``xn--bcher-kva.example`` as ``bücher.example``; as it is where that is no encoding."""
    if "xn--" not in host:
        return host
    try:
        return host.encode("ascii").decode("idna")
    except UnicodeError:
        return host


def host_of(address: str) -> str:
    """The host part of an address; ``""`` for a directory name."""
    return address.rpartition("@")[2] if "@" in address else ""


def first(mailboxes: Iterable[Mailbox]) -> str:
    """The first normalised address, ``""`` where there is none."""
    for _, address in mailboxes:
        return normalised(address)
    return ""
