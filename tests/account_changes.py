"""What arrives in every account of the contract, and what then changes in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from tests.contract import LATER, START, Peer, can

NAMES: Final = ("ann", "bea", "cleo", "dora", "eve", "fay")
HOUR: Final = timedelta(hours=1)


def meetings_arrive(peer: Peer) -> None:
    """A first calendar."""
    for number, name in enumerate(NAMES[:5]):
        peer.add_event(name, START + number * HOUR)


def meetings_change(peer: Peer) -> None:
    """One is new, one moves, one goes where that is possible."""
    peer.add_event("gina", LATER)
    if can(type(peer), "move_event"):
        peer.move_event("ann", LATER)
    if can(type(peer), "cancel_event"):
        peer.cancel_event("bea")


def mail_arrives(peer: Peer) -> None:
    """A first account of mail."""
    for name in NAMES[:5]:
        peer.add_message(name)


def mail_changes(peer: Peer) -> None:
    """Something comes, and goes where that is possible."""
    peer.add_message("gina")
    if can(type(peer), "delete_message"):
        peer.delete_message("bea")
