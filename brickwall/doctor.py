"""What is wrong on this machine, and what to do about it. Reads only."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal

from brickwall.accounts import account_id
from brickwall.config import Config
from brickwall.daemon import past, plan
from brickwall.daemon.lock import is_held
from brickwall.daemon.past import Memory
from brickwall.paths import Home
from brickwall.posting import NO_WAY, sign_in_of
from brickwall.providers import Account, connect_again, not_asked_for
from brickwall.routine import Smtp
from ingest.calls import REFUSED
from store.errors import BrickwallError, ConfigurationError, InputError, SignInError

if TYPE_CHECKING:
    from brickwall.vault import Vault
    from store.database import Database
    from store.overview import AccountState

STALE_AFTER: Final = timedelta(days=2)
LATE_AFTER: Final = timedelta(hours=2)
#: Mail from the future by so much tells that this clock is behind.
CLOCKS_DIFFER: Final = timedelta(days=1)
#: No brickwall is older.
NEVER_BEFORE: Final = datetime(2026, 11, 1, tzinfo=UTC)
LITTLE_BYTES: Final = 1_000_000_000
TOO_LITTLE_BYTES: Final = 100_000_000
FAILURES: Final = 3

_CALLS_NEED: Final = (
    "All else works without it. Google Meet needs the Google Meet REST API switched on in your "
    "Google project; Microsoft Teams a work or school account, and mostly an administrator who "
    "allows OnlineMeetingArtifact.Read.All."
)

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """``what`` is so in one ``area``, and the ``remedy`` where it is not well.

    ``exit_code``: of an error, as for the command that would have met it.
    """

    area: str
    level: Level
    what: str
    remedy: str = ""
    exit_code: int = 0


def exit_code(findings: Sequence[Finding]) -> int:
    """For monitoring: 0 without errors, else the code of the first."""
    return next((one.exit_code for one in findings if one.level == "error"), 0)


def of_error(area: str, error: BrickwallError) -> Finding:
    """An error with its own remedy and exit code."""
    return Finding(area, "error", error.cause, error.remedy, error.exit_code)


def _warning(area: str, what: str, remedy: str) -> Finding:
    return Finding(area, "warning", what, remedy)


def _fine(area: str, what: str) -> Finding:
    return Finding(area, "ok", what)


def configuration(home: Home, problems: Sequence[str]) -> Iterator[Finding]:
    """Every mistake of the file."""
    for problem in problems:
        remedy = f"Correct {home.config_file}; what is left out there is as by default."
        yield Finding("configuration", "error", problem, remedy, ConfigurationError.exit_code)
    if not problems:
        yield _fine("configuration", "in order" if home.config_file.exists() else "all by default")


def disk(home: Home, free_bytes: Callable[[Home], int] | None = None) -> Iterator[Finding]:
    """Whether there is room."""
    free = (free_bytes or _free)(home)
    told = f"{free / 1e9:.1f} GB are free"
    remedy = "Make room; nothing is lost meanwhile, but nothing new is kept."
    if free < TOO_LITTLE_BYTES:
        yield Finding("disk", "error", told, remedy, ConfigurationError.exit_code)
    elif free < LITTLE_BYTES:
        yield _warning("disk", told, remedy)
    else:
        yield _fine("disk", told)


def _free(home: Home) -> int:
    there = next(p for p in (home.data, *home.data.absolute().parents) if p.exists())
    return shutil.disk_usage(there).free


def vault(
    accounts: Sequence[Account], smtp: Smtp, opened: Callable[[], Vault]
) -> Iterator[Finding]:
    """Whether the key is there, and the sign-in of each account and of ``smtp`` can be read."""
    sends = bool(smtp.host and smtp.user)
    if not accounts and not sends:
        return
    try:
        vault = opened()
        for account in accounts:
            if not vault.secrets(account_id(account)).read():
                raise SignInError(
                    f"{account_id(account)}: its sign-in is not in the vault",
                    f"Sign in again: {connect_again(account)}",
                )
        if sends:
            sign_in_of(smtp, lambda: vault)
    except BrickwallError as error:
        yield of_error("vault", error)
        return
    count = len(accounts) + sends
    yield _fine("vault", f"opens; {count} sign-in{'s' * (count != 1)} can be read")


def store(home: Home) -> Iterator[Finding]:
    """Whether the file is whole, and of a version that this brickwall knows."""
    from store.health import health

    if not home.database.exists():
        yield _warning(
            "store", "nothing was read yet", "Run `brickwall sync`, or `brickwall import PATH...`."
        )
        return
    try:
        found = health(home.database)
    except BrickwallError as error:
        yield of_error("store", error)
        return
    for problem in found.problems:
        remedy = "Put back a copy of the file, or move it away and import and sync again."
        yield Finding("store", "error", problem, remedy, ConfigurationError.exit_code)
    if not found.writable:
        remedy = (
            f"Reports can be made; to sync, allow writing to {home.data}, or copy it elsewhere and "
            "set BRICKWALL_HOME to the copy."
        )
        yield _warning("store", "it can be read, but nothing may be written", remedy)
    if not found.problems:
        yield _fine("store", f"whole; version {found.version} of {found.newest}")


def accounts(
    connected: Sequence[Account], states: Sequence[AccountState], memory: Memory, now: datetime
) -> Iterator[Finding]:
    """Freshness, what is missing, quarantine and what went wrong, of each account."""
    by_key = {(state.kind, state.name): state for state in states}
    for account in connected:
        name, state = account_id(account), by_key.get((account.provider, account.name))
        found = [*_freshness(name, state, now), *_trouble(account, memory.of(plan.lane(name)))]
        yield from found or [_fine("accounts", f"{name}: fresh")]
        yield from _calls(name, account, state)
    for state in states:
        if state.failures:
            yield _warning(
                "quarantine",
                f"{state.kind}:{state.name}: {state.failures:,} items could not be read",
                "Try them again: brickwall doctor --retry",
            )
    if not connected:
        yield _warning("accounts", "none is connected", "See `brickwall connect --help`.")


def _calls(name: str, account: Account, state: AccountState | None) -> Iterator[Finding]:
    """Whether it is known who came to calls; nobody needs that, so a no is no mistake."""
    if optional := not_asked_for(account):
        yield _fine("attendance", f"{name}: optional: {optional}")
    for why in state.left_out if state else ():
        if why.startswith(REFUSED):
            yield _warning("attendance", f"{name}: {why}", _CALLS_NEED)


def _freshness(name: str, state: AccountState | None, now: datetime) -> Iterator[Finding]:
    if state is None or state.checked_at is None:
        yield _warning("accounts", f"{name}: not read yet", "Run `brickwall sync`.")
        return
    if now - state.checked_at > STALE_AFTER:
        days = (now - state.checked_at).days
        remedy = "Run `brickwall sync`, or let it run by itself: brickwall daemon install"
        yield _warning("accounts", f"{name}: read last {days} days ago", remedy)
    if state.read_share < 1:
        share = int(state.read_share * 100)
        remedy = "Run `brickwall sync` until it is through; reports say what they lack."
        yield _warning("accounts", f"{name}: not all is read yet ({share} %)", remedy)


def _trouble(account: Account, one: past.Past) -> Iterator[Finding]:
    if one.failures < FAILURES and one.result != "sign-in":
        return
    what = f"{account_id(account)}: failed {one.failures} times in a row: {one.why}"
    if one.result == "sign-in":
        remedy = f"Sign in again: {connect_again(account)}"
        yield Finding("accounts", "error", what, remedy, SignInError.exit_code)
    elif one.result == "throttled":
        remedy = (
            "It goes on by itself. If your Google project has a larger quota, tell it: "
            "google.units_per_minute in the configuration."
        )
        yield _warning("quota", what, remedy)
    elif one.result == "offline":
        yield _warning("accounts", what, "Check the network; it goes on by itself.")
    else:
        remedy = "Run `brickwall sync` to see what it says."
        yield Finding("accounts", "error", what, remedy, InputError.exit_code)


def clock(states: Sequence[AccountState], memory: Memory, now: datetime) -> Iterator[Finding]:
    """Whether this computer's time can be right."""
    newest = max((s.newest_at for s in states if s.newest_at), default=now)
    ends = [one.ended_at for one in memory.tasks.values() if one.ended_at]
    remedy = "Set this computer's date and time, best by itself from the network."
    if now < NEVER_BEFORE or max([newest, *ends]) - now > CLOCKS_DIFFER:
        yield _warning("clock", f"it shows {now:%Y-%m-%d %H:%M} UTC, which seems behind", remedy)
    else:
        yield _fine("clock", f"{now:%Y-%m-%d %H:%M} UTC")


def daemon(home: Home, memory: Memory, *, installed: bool) -> Iterator[Finding]:
    """Whether it runs, and whether its work succeeds."""
    if is_held(home.daemon_lock):
        yield _fine("daemon", f"running (process {memory.pid})")
    elif installed:
        remedy = f"See the end of {home.daemon_log}, then: brickwall daemon install"
        yield Finding("daemon", "error", "installed but not running", remedy, InputError.exit_code)
    else:
        yield _warning("daemon", "not running", "Let it run by itself: brickwall daemon install")
    for name, one in memory.tasks.items():
        if one.failures >= FAILURES and not name.startswith(f"{plan.SYNC} "):
            what = f"{name} failed {one.failures} times in a row: {one.why}"
            yield Finding("daemon", "error", what, f"See {home.daemon_log}.", InputError.exit_code)


def delivery(
    config: Config,
    memory: Memory,
    connected: Sequence[Account],
    kept: Database | None,
    now: datetime,
) -> Iterator[Finding]:
    """Whether the digest can be sent, is on time, and has arrived."""
    if not config.digest.enabled:
        yield _fine("digest", "turned off")
        return
    found = [*_way(config, connected), *_lateness(config, memory, now), *_doubts(kept)]
    yield from found or [
        _fine("digest", f"every {config.digest.day.capitalize()} at {config.digest.time:%H:%M}")
    ]


def _way(config: Config, connected: Sequence[Account]) -> Iterator[Finding]:
    if not config.smtp.host and not any("send" in account.granted for account in connected):
        remedy = NO_WAY
        what = "nobody may send it yet"
        yield Finding("digest", "error", what, remedy, ConfigurationError.exit_code)


def _lateness(config: Config, memory: Memory, now: datetime) -> Iterator[Finding]:
    for due in plan.plan(config, memory, (), now):
        if due.task == plan.DIGEST and now - due.at > LATE_AFTER:
            what = f"that of {due.key} is late: {memory.of(plan.DIGEST).why or 'not begun'}"
            remedy = "Let the daemon run; it goes out once it can."
            yield Finding("digest", "error", what, remedy, InputError.exit_code)


def _doubts(kept: Database | None) -> Iterator[Finding]:
    for one in kept.deliveries()[-5:] if kept else ():
        if one.state in ("unknown", "failed"):
            what = f"{one.kind} of {one.key} to {one.recipient}: {one.state}: {one.why}"
            remedy = f"Look into your mailbox; see it with `brickwall digest --week {one.key}`."
            yield _warning("digest", what, remedy)
