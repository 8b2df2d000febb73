"""Calls that were reported, and who was in them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from store.model import Conference, Joining
from tests.store_builder import NOW

REP, P1 = "rep@ours.example", "p1@customer.example"


def joined(name: str, address: str = "", minutes: int = 60, **fields: Any) -> Joining:
    """Somebody who was in a call from its beginning, for so many minutes."""
    return Joining(name, address, True, NOW, NOW + timedelta(minutes=minutes))._replace(**fields)


def call(*people: Joining, uid: str = "uid-e", **fields: Any) -> Conference:
    """A call held for the meeting of ``store_builder.event("e")``."""
    end = NOW + timedelta(hours=1)
    told = Conference("report-1", "teams", uid, None, NOW, end, NOW, end, people)
    return told._replace(invited=(REP, P1), **fields)
