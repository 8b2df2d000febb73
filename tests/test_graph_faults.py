"""Whatever goes wrong on the way to Graph: nothing is lost, nothing doubled."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.graph_state import EVERYTHING
from tests.contract import LATER, START
from tests.contract_graph_calendar import GraphCalendarPeer
from tests.contract_graph_mail import GraphMailPeer
from tests.graph_deltas import Reply, error
from tests.graph_fake import Cut, Graph
from tests.synced import Synced

_FAULTS: Final[dict[str, Reply | Cut]] = {
    "throttled": error(429, "ApplicationThrottled", Retry_After="2"),
    "throttled without a word": error(429, "ApplicationThrottled"),
    "refused token": error(401, "InvalidAuthenticationToken"),
    "out of order": error(500, "ErrorInternalServerError"),
    "bad gateway": error(502, "BadGateway"),
    "not there": error(503, "ServiceUnavailable"),
    "too slow": error(504, "GatewayTimeout"),
    "web page": Reply(200, {"Content-Type": "text/html"}, b"<html>Welcome</html>"),
    "cut off": Cut(),
    "cut short": Cut(after_bytes=7),
    "forgotten": error(410, "SyncStateNotFound"),
}
_PLACES: Final = ("inbox", "archive")


class Account(GraphMailPeer, GraphCalendarPeer):
    """Mail and calendar together."""

    wanted = EVERYTHING


#: What happens: a change in the account, or a sync with faults at these requests.
#: ``forget``: something is deleted, and Graph no longer knows how far anybody had read.
changes = st.sampled_from(["new", "new", "series", "move", "read", "delete", "forget"])
faults = st.dictionaries(st.integers(0, 9), st.sampled_from(sorted(_FAULTS)), max_size=4)
stories = st.lists(st.one_of(changes, faults), min_size=2, max_size=7)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(story=stories)
def test_after_any_faults_a_calm_sync_comes_to_the_same(story: list[str | dict[int, str]]) -> None:
    """As one that never met any."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        peer = stack.enter_context(Account(folder))
        peer.add_message("mail")
        peer.add_event("first", START)
        met, calm = (
            stack.enter_context(closing(Synced(peer, folder / name))) for name in ("met", "calm")
        )
        for number, step in enumerate(story):
            if isinstance(step, str):
                change(peer, step, number)
            else:
                with_faults(peer.graph, step, lambda: met.sync(allow_mass_removal=True))
        assert met.sync(allow_mass_removal=True).error is None
        assert calm.sync().error is None
        assert met.messages() == calm.messages()
        assert met.entries() == calm.entries()
        assert met.failures() == []


def with_faults(graph: Graph, at: dict[int, str], sync: Callable[[], object]) -> None:
    """Sync while the requests with these numbers go wrong."""
    begun = len(graph.requests)

    def fault(_method: str, path: str) -> Reply | Cut | None:
        found = _FAULTS.get(at.get(len(graph.requests) - 1 - begun, ""))
        forgets = isinstance(found, Reply) and found.status == 410
        return None if forgets and "delta" not in path else found

    graph.faults.append(fault)
    sync()
    graph.faults.remove(fault)


def change(account: Account, kind: str, number: int) -> None:
    """One change of the account; nothing where there is nothing to change."""
    name, at = f"n{number}", timedelta(hours=number)
    mail = [n for n, key in account.names.items() if key in account.graph.mailbox.messages][-1:]
    single = [n for n in account.names if _single(account, n)][-1:]
    if kind == "new":
        account.add_message(f"m{number}")
        account.add_event(name, START + at)
    elif kind == "series":
        account.add_event(name, START + at, weeks=3)
        account.cancel_occurrence(name, 1)
    elif kind == "forget":
        account.expire()
    for one in mail:
        _change_mail(account, kind, one, _PLACES[number % 2])
    for one in single:
        if kind == "move":
            account.move_event(one, LATER + at)
        elif kind in ("delete", "forget"):
            account.cancel_event(one)


def _change_mail(account: Account, kind: str, name: str, place: str) -> None:
    if kind == "move":
        account.graph.mailbox.move(account.names[name], place)
    elif kind == "read":
        account.graph.mailbox.read(account.names[name])
    elif kind in ("delete", "forget"):
        account.delete_message(name)


def _single(account: Account, name: str) -> bool:
    event = account.graph.mailbox.events.get(account.names.get(name, ""))
    return event is not None and not event.series
