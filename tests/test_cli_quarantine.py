"""What could not be read can be looked at, item by item, wherever it came from."""

from __future__ import annotations

import json
from pathlib import Path

from tests.import_builder import ME, calendar, event, write
from tests.live_builder import Live, live

__all__ = ["live"]

START = "DTSTART:20250110T100000Z\r\n"


def broken(tmp_path: Path, count: int) -> Path:
    """A calendar with so many events without a start, deep in folders, and a good one."""
    bad = [event(str(number)).replace(START, "") for number in range(count)]
    folder = tmp_path / ("a folder with a long name " * 3) / "old calendars"
    return write(folder / "team.ics", calendar(event("good"), *bad))


def test_an_item_is_named_by_the_end_of_its_place(live: Live, tmp_path: Path) -> None:
    """Which file it is, and which event in it, stands at the end of a long path."""
    live.run("import", "--me", ME, str(broken(tmp_path, 1)))
    shown = "…th a long name /old calendars/team.ics, event 2 (Meeting 0): it has no start"
    assert shown in live.said


def test_all_items_in_quarantine_are_listed_with_the_reason(live: Live, tmp_path: Path) -> None:
    """An import shows the first ten and says how the others are seen."""
    path = broken(tmp_path, 12)
    live.run("import", "--me", ME, str(path))
    assert "and 2 more: brickwall accounts --quarantine" in live.said
    live.run("accounts")
    assert "in quarantine: 12 (brickwall accounts --quarantine)" in live.said
    assert live.run("accounts", "--quarantine") == 0
    assert live.said.splitlines()[0] == f"files:{ME}"
    listed = [f"  {path}, event {n} (Meeting {n - 2}): it has no start" for n in range(2, 14)]
    assert live.said.splitlines()[1:] == listed


def test_the_quarantine_is_had_by_programs(live: Live, tmp_path: Path) -> None:
    """Account, place and reason of each item."""
    path = broken(tmp_path, 1)
    live.run("import", "--me", ME, str(path))
    assert live.run("accounts", "--quarantine", "--json") == 0
    (item,) = json.loads(live.said)["quarantine"]
    assert (item["provider"], item["name"], item["why"]) == ("files", ME, "it has no start")
    assert item["item"] == f"{path}, event 2 (Meeting 0)"


def test_an_empty_quarantine_is_said_to_be_empty(live: Live) -> None:
    """Nothing was read yet, or all of it could be."""
    assert live.run("accounts", "--quarantine") == 0
    assert live.said == "Nothing is in quarantine: everything could be read.\n"
