"""What every source has to keep is asked of it through an adapter, a ``Peer``: see ``Peer`` first.

    # tests/contract_gmail.py
    class GmailPeer(Peer):
        name = "gmail"
        def add_message(self, name): ...

    PEERS = [GmailPeer]

Every ``tests/contract_*.py`` is found by itself. What a peer cannot do it does not override; the
tests of ``test_source_contract.py`` that need it leave that peer out.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar, Final, Self

import pytest

from ingest.source import Source

REP: Final = "rep@ours.example"
CUSTOMER: Final = "bob@theirs.example"
#: Servers keep the real time, so what is planned lies ahead of it: a Monday in three weeks, 09:00.
TODAY: Final = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
START: Final = TODAY + timedelta(days=28 - TODAY.weekday(), hours=9)
LATER: Final = START + timedelta(days=1, hours=2)


class Peer:
    """One account at a provider, changed by its owner and by others.

    Names are short words without blanks. Whatever a method is called, afterwards the account shows
    it to a source that looks: there is no delay. ``requests``: how many requests the sources have
    made so far. ``quiet``: a sync without news leaves even the cursor as it is. ``tells_deleted``:
    a full listing names what was deleted, so that nothing need be inferred from absence.
    """

    name: ClassVar[str] = ""
    quiet: ClassVar[bool] = True
    tells_deleted: ClassVar[bool] = False
    requests: int = 0

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def source(self) -> Source:
        """A new source, as every sync makes one, with pages of about two items."""
        raise NotImplementedError

    def add_message(self, name: str) -> None:
        """A mail from CUSTOMER to REP with subject ``subject(name)`` comes into the inbox."""
        raise NotImplementedError

    def delete_message(self, name: str) -> None:
        """The mail is deleted for good, or goes where no mail is evidence (trash)."""
        raise NotImplementedError

    def move_message(self, name: str) -> None:
        """The mail is moved into another folder (or gets another label) that is read too."""
        raise NotImplementedError

    def copy_message(self, name: str) -> None:
        """The mail lies in another folder too, as a copy."""
        raise NotImplementedError

    def uncopy_message(self, name: str) -> None:
        """The copy is deleted."""
        raise NotImplementedError

    def add_event(self, name: str, start: datetime, *, weeks: int = 1) -> None:
        """A meeting of an hour of REP, its organizer, with CUSTOMER; summary ``summary(name)``.

        ``weeks`` > 1: a weekly series with so many dates.
        """
        raise NotImplementedError

    def move_event(self, name: str, start: datetime) -> None:
        """The single meeting gets another start."""
        raise NotImplementedError

    def cancel_event(self, name: str) -> None:
        """The single meeting is deleted."""
        raise NotImplementedError

    def move_occurrence(self, name: str, number: int, start: datetime) -> None:
        """Date ``number`` (from 0) of the series gets another start."""
        raise NotImplementedError

    def cancel_occurrence(self, name: str, number: int) -> None:
        """Date ``number`` (from 0) of the series is deleted; it may have been moved before."""
        raise NotImplementedError

    def answer(self, name: str, partstat: str) -> None:
        """CUSTOMER answers the invitation (ACCEPTED, DECLINED, TENTATIVE)."""
        raise NotImplementedError

    def add_call(self, name: str, start: datetime) -> None:
        """A meeting of an hour of REP with CUSTOMER was held in a call, and both were in it."""
        raise NotImplementedError

    def touch(self, name: str) -> None:
        """Something of the meeting changes that says nothing: a reminder, a colour, a note."""
        raise NotImplementedError

    def break_item(self, name: str) -> None:
        """The mail or meeting cannot be read: nonsense instead of it, or an error for it alone."""
        raise NotImplementedError

    def mend_item(self, name: str) -> None:
        """It can be read again."""
        raise NotImplementedError

    def expire(self) -> None:
        """All cursors given so far are forgotten."""
        raise NotImplementedError


def subject(name: str) -> str:
    """Subject of a mail."""
    return f"Offer {name}"


def summary(name: str) -> str:
    """Title of a meeting."""
    return f"Meeting {name}"


def raw_message(name: str) -> bytes:
    """A whole mail as it travels, for peers that take one."""
    minute = sum(name.encode()) % 60
    return (
        f"Message-ID: <{name}@theirs.example>\r\n"
        f"Date: Mon, 02 Nov 2026 10:{minute:02}:00 +0100\r\n"
        f"From: Bob Lee <{CUSTOMER}>\r\nTo: {REP}\r\nSubject: {subject(name)}\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        f"Dear rep, we have a question about {name}. Could you call me?\r\n"
    ).encode()


def peers(*methods: str) -> list[type[Peer]]:
    """All peers that can do all of this."""
    return [kind for kind in _found() if all(can(kind, method) for method in methods)]


def can(kind: type[Peer], method: str) -> bool:
    """Whether a kind of peer can do this."""
    return getattr(kind, method) is not getattr(Peer, method)


def _found() -> list[type[Peer]]:
    modules = sorted(path.stem for path in Path(__file__).parent.glob("contract_*.py"))
    kinds = [importlib.import_module(f"tests.{name}").PEERS for name in modules]
    return [kind for some in kinds for kind in some]


def each(*methods: str, inferring: bool = False) -> Callable[[Any], Any]:
    """Run the test for every peer that can do this.

    ``inferring``: only where what is deleted is known by its absence from a full listing.
    """
    kinds = [kind for kind in peers(*methods) if not (inferring and kind.tells_deleted)]
    return pytest.mark.parametrize("kind", kinds, ids=[kind.name for kind in kinds])


def in_phases(method: str) -> Callable[[Any], Any]:
    """Run the test for every peer that can do this, in all phases that it can come to."""
    cases = [
        pytest.param(kind, phase, id=f"{phase}-{kind.name}")
        for kind in peers(method)
        for phase in ("first", "next", *(["resync"] if can(kind, "expire") else []))
    ]
    return pytest.mark.parametrize(("kind", "phase"), cases)
