"""A daemon whose first start saw a clock far behind takes old weeks for due: they are not sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from threading import Event

import pytest

from brickwall.daemon.plan import DIGEST
from brickwall.daemon.work import TASKS
from reports.week import Week
from store import database
from store.errors import ConfigurationError
from store.overview import first_read_at
from tests.home_builder import RepHome, home, selling

__all__ = ["home", "selling"]


def first_read(rep: RepHome) -> datetime:
    """When the first mail of the store was read."""
    with database.open(rep.folder / "brickwall.db") as opened:
        found = first_read_at(opened)
    assert found is not None
    return found


def test_what_was_due_long_before_anything_was_read_is_not_sent(
    selling: RepHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest week is: it is written, and looks for a sender."""
    text = '[me]\nzone = "UTC"\n[digest]\nwhen_empty = "line"\n'
    (selling.folder / "config.toml").write_text(text, encoding="utf-8")
    present = first_read(selling) + timedelta(hours=1)
    monkeypatch.setattr("brickwall.daemon.work.now", lambda: present)
    newest = Week.last_full(present, "UTC")
    old = Week.of(newest.first_day - timedelta(weeks=3))
    why = "due before brickwall read anything"
    assert TASKS[DIGEST](str(old), Event()) == {"result": "done", "why": why}
    with pytest.raises(ConfigurationError, match="Nobody may send"):
        TASKS[DIGEST](str(newest), Event())
