"""The sync loop under failing actions: whatever goes wrong between, the store ends up the same.

Three databases watch one account in memory. ``shaken`` is synced with crashes, errors, lost cursors
and doubled batches; ``calm`` at the same moments without; ``fresh`` is made anew to see what there
is. ``shaken`` must always come to the content of ``calm``, its whole history included, and after
interruptions while the account changed to what ``fresh`` shows.
"""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from ingest.source import CursorExpiredError
from store.errors import InputError, SignInError, StoreError
from store.saved import Saved
from tests.contract import START
from tests.contract_memory import FOLDERS, MemoryPeer
from tests.synced import Crash, Synced

HOURS = st.integers(0, 60).map(lambda hours: START + timedelta(hours=hours))
DATES = st.integers(0, 2)
ERRORS = st.sampled_from(
    [
        Crash(),
        InputError("the connection was cut"),
        SignInError("the sign-in was revoked"),
        StoreError("the disk is full"),
        CursorExpiredError("in the middle"),
    ]
)
#: Trouble of one sync after the other: after how many steps, and what.
TROUBLES = st.lists(st.tuples(st.integers(0, 12), ERRORS), min_size=1, max_size=3)
CHOICE = st.integers(0, 10**6)


class SyncMachine(RuleBasedStateMachine):
    """One account that changes, and syncs in between."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self.folder = Path(self._folder.name)
        self.peer = MemoryPeer(self.folder)
        self.shaken = Synced(self.peer, self.folder / "shaken.db")
        self.calm = Synced(self.peer, self.folder / "calm.db")
        self.equal = True
        self.names = 0

    def teardown(self) -> None:
        """Everything is settled at the end of every story."""
        try:
            self.settle()
        finally:
            self.shaken.close()
            self.calm.close()
            self._folder.cleanup()

    def name(self) -> str:
        """One that was never used."""
        self.names += 1
        return f"n{self.names}"

    def mails(self) -> list[str]:
        """Names of the mails that are there."""
        return [name for folder in FOLDERS for name in self.peer.folders[folder].items.values()]

    def shown(self) -> list[str]:
        """Names of the meetings that the calendar shows."""
        return list(self.peer.folders["calendar"].items)

    def series(self) -> list[str]:
        """Names of the series among them."""
        return [name for name in self.shown() if self.peer.meetings[name].weeks > 1]

    @initialize(mails=st.integers(0, 5), meetings=st.integers(0, 3))
    def begin(self, mails: int, meetings: int) -> None:
        """What was there before."""
        for _ in range(mails):
            self.receive()
        for number in range(meetings):
            self.invite(START + timedelta(days=number), 3 if number else 1)

    @rule()
    def receive(self) -> None:
        """A mail comes."""
        self.peer.add_message(self.name())

    @precondition(lambda self: self.mails())
    @rule(choice=CHOICE)
    def delete(self, choice: int) -> None:
        """A mail goes."""
        self.peer.delete_message(self.mails()[choice % len(self.mails())])

    @precondition(lambda self: self.mails())
    @rule(choice=CHOICE)
    def file(self, choice: int) -> None:
        """A mail is moved to the other folder."""
        self.peer.move_message(self.mails()[choice % len(self.mails())])

    @rule(start=HOURS, weeks=st.sampled_from([1, 3]))
    def invite(self, start: datetime, weeks: int) -> None:
        """A meeting or a series more."""
        self.peer.add_event(self.name(), start, weeks=weeks)

    @precondition(lambda self: self.shown())
    @rule(choice=CHOICE, start=HOURS)
    def move(self, choice: int, start: datetime) -> None:
        """A meeting or a whole series moves."""
        self.peer.move_event(self.shown()[choice % len(self.shown())], start)

    @precondition(lambda self: self.shown())
    @rule(choice=CHOICE)
    def cancel(self, choice: int) -> None:
        """A meeting or a whole series goes."""
        self.peer.cancel_event(self.shown()[choice % len(self.shown())])

    @precondition(lambda self: self.series())
    @rule(choice=CHOICE, number=DATES, start=HOURS)
    def move_date(self, choice: int, number: int, start: datetime) -> None:
        """One date of a series moves."""
        self.peer.move_occurrence(self.series()[choice % len(self.series())], number, start)

    @precondition(lambda self: self.series())
    @rule(choice=CHOICE, number=DATES)
    def cancel_date(self, choice: int, number: int) -> None:
        """One date of a series goes."""
        self.peer.cancel_occurrence(self.series()[choice % len(self.series())], number)

    @precondition(lambda self: self.shown())
    @rule(choice=CHOICE, partstat=st.sampled_from(["ACCEPTED", "DECLINED"]))
    def answer(self, choice: int, partstat: str) -> None:
        """The customer answers."""
        self.peer.answer(self.shown()[choice % len(self.shown())], partstat)

    @precondition(lambda self: self.mails() or self.shown())
    @rule(choice=CHOICE)
    def break_item(self, choice: int) -> None:
        """A mail or a meeting cannot be read for a while."""
        items = self.mails() + self.shown()
        self.peer.broken.add(items[choice % len(items)])

    @rule()
    def expire(self) -> None:
        """All cursors are forgotten."""
        self.peer.expire()

    @precondition(lambda self: self.equal)
    @rule(troubles=TROUBLES, doubled=st.booleans())
    def shaken_sync(self, troubles: list[tuple[int, BaseException]], doubled: bool) -> None:
        """One moment: trouble after trouble until it works, and the same without trouble."""
        for steps, error in troubles:
            self.try_sync(steps, error, doubled)
        self.finish(self.shaken)
        self.finish(self.calm)
        assert self.shaken.content() == self.calm.content()

    @rule(trouble=TROUBLES.map(lambda troubles: troubles[0]), doubled=st.booleans())
    def broken_off(self, trouble: tuple[int, BaseException], doubled: bool) -> None:
        """A sync that may not come to its end before the account changes again.

        What it saw in between, the calm one never saw: from here on their histories may differ.
        """
        self.try_sync(*trouble, doubled)
        self.equal = False

    def try_sync(self, steps: int, error: BaseException, doubled: bool) -> None:
        """Ends in its own words or in a crash, never otherwise."""
        try:
            outcome = self.shaken.sync(
                stop_after=steps, error=error, doubled=doubled, allow_mass_removal=True
            )
        except (Crash, StoreError):
            return
        assert outcome.error in (None, error) or "full listing" in str(outcome.error)

    def finish(self, synced: Synced, **options: Any) -> None:
        """A sync that comes to its end; the next one writes nothing."""
        assert synced.sync(allow_mass_removal=True, **options).error is None
        rows = synced.rows()
        assert synced.sync().saved == Saved()
        assert synced.rows() == rows

    def settle(self) -> None:
        """All is readable again and synced: then it shows what anybody would see there."""
        self.peer.broken.clear()
        self.finish(self.shaken, retry_quarantined=True)
        with closing(Synced(self.peer, self.folder / "fresh.db")) as fresh:
            self.finish(fresh)
            assert self.shaken.messages() == fresh.messages() == Counter(set(fresh.messages()))
            assert self.shaken.entries() == fresh.entries()
            assert not self.shaken.failures()


#: Shrinking a story takes minutes; as it was found it is short enough to read.
SyncMachine.TestCase.settings = settings(
    deadline=None,
    max_examples=10,
    stateful_step_count=15,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
TestSyncMachine = SyncMachine.TestCase
