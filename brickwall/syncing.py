"""From the connected accounts to the store: one account after the other, source after source."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

import ingest.sync
from brickwall import providers
from brickwall.actions import Answers
from brickwall.config import Config
from brickwall.forgetting import unwelcome
from brickwall.keeping import Keep, KeptSource
from brickwall.providers import Account, Estimate, Tools
from brickwall.redact import redact
from ingest.source import Batch, Source
from ingest.sync import never
from store.errors import BrickwallError, BusyError, InputError, SignInError, StoreError
from store.model import Failure, Intent, Message
from store.saved import Saved

if TYPE_CHECKING:
    from store.database import Database


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one source is: ``position`` of ``size`` (0 where unknown), and what it brought."""

    account: Account
    source: str
    position: int
    size: int
    read: int
    saved: Saved


@dataclass
class AccountSummary:
    """What the sync of one account did.

    ``left_out``: why -> how many. ``quarantined``: items that could not be read, each with why.
    ``error``: why it could not go on to its end; what was saved before is kept.
    """

    account: Account
    saved: Saved = field(default_factory=Saved)
    left_out: Counter[str] = field(default_factory=Counter)
    quarantined: list[Failure] = field(default_factory=list)
    error: BrickwallError | None = None
    stopped: bool = False


def exit_code(summaries: Sequence[AccountSummary]) -> int:
    """0 done, 12 an account must be signed in to, 3 one failed otherwise and the rest is done."""
    errors = [summary.error for summary in summaries if summary.error is not None]
    if any(isinstance(error, SignInError) for error in errors):
        return SignInError.exit_code
    return InputError.exit_code if errors else 0


@dataclass(frozen=True)
class Syncing:
    """A sync of accounts.

    ``tools``: what the provider module of an account is lent. ``own``: addresses that the user
    named as own, besides those of the accounts. ``answers``: hears what the rep tells by mail.
    ``estimated`` hears, before a first sync, what it has before it. ``stop`` is asked after every
    batch. ``debug``: unexpected errors are not put into words.
    """

    database: Database
    tools: Callable[[Account], Tools]
    keep: Keep
    label: Callable[[Sequence[Message]], Sequence[Intent]]
    now: Callable[[], datetime]
    own: Sequence[str] = ()
    answers: Answers | None = None
    keep_text: bool = True
    allow_mass_removal: bool = False
    retry_quarantined: bool = False
    progress: Callable[[Progress], None] = lambda _: None
    estimated: Callable[[Account, Estimate], None] = lambda _account, _estimate: None
    stop: Callable[[], bool] = never
    debug: bool = False

    def all(self, accounts: Sequence[Account]) -> list[AccountSummary]:
        """Sync each of ``accounts``; one that fails does not keep the others from their turn.

        Those after the one in which it was asked to stop are left out.

        Raises:
            BusyError: another brickwall is writing.
            StoreError: the database or the vault cannot be written.
        """
        summaries: list[AccountSummary] = []
        with self.database.writing():
            for account in accounts:
                summaries.append(self._one(account))
                if summaries[-1].stopped:
                    break
        return summaries

    def _one(self, account: Account) -> AccountSummary:
        summary = AccountSummary(account)
        try:
            self._sources(account, summary)
        except (BusyError, StoreError):
            raise
        except BrickwallError as error:
            summary.error = error
        except Exception as error:
            if self.debug:
                raise
            summary.error = _unexpected(error)
        return summary

    def _sources(self, account: Account, summary: AccountSummary) -> None:
        provider = providers.load(account.provider)
        tools = self.tools(account)
        addresses = (*account.addresses, *self.own)
        number = self.database.account(account.name, account.provider, account.zone, addresses)
        sources = provider.sources(account, tools)
        self.database.keep_positions(number, [source.name for source in sources])
        if all(self.database.position(number, source.name) is None for source in sources):
            estimate = provider.estimate(account, tools)
            if estimate is not None:
                self.estimated(account, estimate)
        for source in sources:
            if summary.stopped or isinstance(summary.error, SignInError):
                return
            self._source(source, number, summary)

    def _source(self, source: Source, number: int, summary: AccountSummary) -> None:
        kept = KeptSource(source, self.keep, self.answers)
        before = summary.saved
        outcome = ingest.sync.sync(
            kept,
            self.database,
            number,
            label=self.label,
            keep=lambda _: "",
            now=self.now,
            progress=partial(self._tell, kept, summary),
            stop=self.stop,
            options=ingest.sync.Options(
                keep_text=self.keep_text,
                allow_mass_removal=self.allow_mass_removal,
                retry_quarantined=self.retry_quarantined,
            ),
        )
        summary.saved = before + outcome.saved
        summary.left_out.update(outcome.left_out)
        summary.stopped = outcome.stopped
        if outcome.error is not None:
            summary.error = outcome.error

    def _tell(self, kept: KeptSource, summary: AccountSummary, batch: Batch, saved: Saved) -> None:
        summary.quarantined.extend(batch.failures)
        told = Progress(summary.account, kept.name, batch.position, batch.size, kept.read, saved)
        self.progress(told)


def _unexpected(error: Exception) -> BrickwallError:
    """Words for what nobody thought of; it stays within its account."""
    line = redact(" ".join(str(error).split()))[:200]
    return BrickwallError(
        f"something unexpected happened ({type(error).__name__}: {line})",
        "Nothing was lost. Run `brickwall --debug sync` for the details and report them.",
    )


def keep_of(config: Config, accounts: Iterable[Account], database: Database) -> Keep:
    """What of all accounts is kept: addresses of any of them, imported ones too, are own."""
    from store.overview import own_addresses

    own = {*config.addresses, *(a for account in accounts for a in account.addresses)}
    own |= own_addresses(database)
    return Keep(
        frozenset(own),
        config.internal,
        frozenset(config.excluded_addresses),
        frozenset(config.excluded_labels),
        unwelcome(database),
    )
