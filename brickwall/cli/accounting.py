"""The list of accounts, for people and for programs."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from brickwall.providers import Account, not_asked_for
from reports import escape

if TYPE_CHECKING:
    from store.overview import AccountState, Quarantined

#: Version of the JSON; a new field does not change it.
VERSION: Final = 1


def as_lines(
    accounts: Sequence[Account], states: Sequence[AccountState], zone: str
) -> Iterator[str]:
    """Every connected account with what is stored of it, then the accounts of imported files."""
    stored = _by_key(states)
    for account in accounts:
        read = "headers only" if account.headers_only else "with texts"
        more = "".join(f", {feature}" for feature in sorted(account.granted))
        yield f"{escape.line(account.name)} ({account.provider}; {read}{more})"
        others = [escape.line(a) for a in account.addresses if a != account.name]
        if others:
            yield f"  also yours: {', '.join(others)}"
        yield from _stored(stored.pop((account.provider, account.name), None), zone)
        if optional := not_asked_for(account):
            yield f"  optional: {optional}"
    for state in stored.values():
        known = "imported files" if state.kind == "files" else f"{state.kind}; not connected"
        yield f"{escape.line(state.name)} ({known})"
        yield from _stored(state, zone)
    if not accounts:
        yield "No account is connected; `brickwall connect --help` shows how."


def _stored(state: AccountState | None, zone: str) -> Iterator[str]:
    if state is None or state.checked_at is None:
        yield "  not read yet: run `brickwall sync`"
        return
    yield f"  read last {_local(state.checked_at, zone):%Y-%m-%d %H:%M}"
    if state.read_share < 1 and state.kind != "files":
        share = math.floor(state.read_share * 100)
        yield f"  so far {share} % of it, the newest first: `brickwall sync` goes on"
    since = f" since {_local(state.oldest_at, zone):%Y-%m-%d}" if state.oldest_at else ""
    messages = f"{state.messages:,} message{'s' * (state.messages != 1)}"
    entries = f"{state.events:,} calendar entr{'y' if state.events == 1 else 'ies'}"
    yield f"  {messages}{since}, {entries}"
    if state.left_out:
        listed = [f"{escape.line(why)} {count:,}" for why, count in state.left_out.items()]
        yield f"  left out: {', '.join(listed)}"
    if state.failures:
        yield f"  in quarantine: {state.failures:,} (brickwall accounts --quarantine)"


def unread_lines(items: Sequence[Quarantined]) -> Iterator[str]:
    """Each item in quarantine with its reason, below the account it is of."""
    if not items:
        yield "Nothing is in quarantine: everything could be read."
    for (kind, name), of_account in groupby(items, key=lambda one: (one.kind, one.name)):
        yield f"{kind}:{escape.line(name)}"
        for one in of_account:
            yield f"  {escape.line(one.item)}: {escape.line(one.why)}"


def unread_tree(items: Sequence[Quarantined]) -> str:
    """The same for programs."""
    listed = [
        {"provider": one.kind, "name": one.name, "item": one.item, "why": one.why} for one in items
    ]
    return json.dumps({"version": VERSION, "quarantine": listed}, indent=2, ensure_ascii=False)


def _local(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone))


def as_tree(accounts: Sequence[Account], states: Sequence[AccountState]) -> str:
    """The same as JSON; documented in docs/accounts.md."""
    stored = _by_key(states)
    listed = [
        {
            "provider": account.provider,
            "name": account.name,
            "addresses": list(account.addresses),
            "connected": True,
            "headers_only": account.headers_only,
            "granted": sorted(account.granted),
            "zone": account.zone,
            **_numbers(stored.pop((account.provider, account.name), None)),
        }
        for account in accounts
    ]
    listed += [
        {"provider": s.kind, "name": s.name, "connected": False, **_numbers(s)}
        for s in stored.values()
    ]
    return json.dumps({"version": VERSION, "accounts": listed}, indent=2, ensure_ascii=False)


def _numbers(state: AccountState | None) -> dict[str, Any]:
    if state is None:
        return {"messages": 0, "events": 0, "checked_at": None, "quarantined": 0, "left_out": {}}
    return {
        "messages": state.messages,
        "events": state.events,
        "oldest_at": state.oldest_at and state.oldest_at.isoformat(),
        "newest_at": state.newest_at and state.newest_at.isoformat(),
        "checked_at": state.checked_at and state.checked_at.isoformat(),
        "read_share": state.read_share,
        "quarantined": state.failures,
        "left_out": state.left_out,
    }


def _by_key(states: Sequence[AccountState]) -> dict[tuple[str, str], AccountState]:
    return {(state.kind, state.name): state for state in states}
