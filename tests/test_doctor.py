"""The doctor: each finding with its remedy, and an exit code for monitoring."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from brickwall import doctor
from brickwall.config import Config
from brickwall.daemon import past, plan
from brickwall.daemon.past import Memory, Past
from brickwall.paths import Home
from brickwall.routine import Digest, Smtp
from ingest.calls import Looks, RefusedError, refused
from store import database
from tests.live_builder import Live, live
from tests.memory_provider import ADDRESS

__all__ = ["live"]

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
LANE = plan.lane(f"gmail:{ADDRESS}")


@pytest.fixture(autouse=True)
def _service_of_tests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's real service is looked at."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "xdg"))


def found(live: Live) -> dict[str, list[dict[str, Any]]]:
    """Findings that are not well, by area."""
    live.run("doctor", "--json")
    listed = json.loads(live.said)["findings"]
    return {
        area: [one for one in listed if one["area"] == area and one["level"] != "ok"]
        for area in {one["area"] for one in listed}
    }


def remember(live: Live, **tasks: Past) -> None:
    """What the daemon did before."""
    named = {name if name in ("digest", "upkeep") else LANE: one for name, one in tasks.items()}
    memory = Memory(digest_since=datetime.now(UTC) - timedelta(days=30), tasks=named)
    past.save(live.home / "daemon.json", memory)


def test_where_all_is_well_it_ends_with_0(live: Live) -> None:
    """Warnings alone, like a daemon that does not run, do not alarm anybody."""
    live.home.mkdir()
    (live.home / "config.toml").write_text('[smtp]\nhost = "localhost"\n', encoding="utf-8")
    live.connect()
    live.peer.receive("a")
    live.run("sync")
    assert live.run("doctor") == 0
    assert "ERROR" not in live.said
    assert [area for area, all_of_it in found(live).items() if all_of_it] == ["daemon"]


def test_everything_that_is_not_well_has_a_remedy(live: Live) -> None:
    """Also before anything was set up."""
    live.run("doctor", "--json")
    listed = json.loads(live.said)["findings"]
    assert [one["what"] for one in listed if one["level"] != "ok" and not one["remedy"]] == []
    assert {one["area"] for one in listed} >= {"configuration", "disk", "store", "accounts"}


def test_a_store_that_may_only_be_read_is_a_warning(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reports and this command work; the remedy says what to do before the next sync."""
    live.connect()
    live.run("sync")
    monkeypatch.setattr(os, "access", lambda place, mode: False)
    [finding] = found(live)["store"]
    assert (finding["level"], finding["what"]) == (
        "warning",
        "it can be read, but nothing may be written",
    )
    assert str(live.home) in finding["remedy"]
    assert live.run("accounts") == 0


def test_mistakes_of_the_configuration_end_with_10(live: Live) -> None:
    """Each is a finding; the rest is looked at all the same."""
    live.home.mkdir()
    (live.home / "config.toml").write_text("[digest]\nday = 5\ntime = 7\n", encoding="utf-8")
    assert live.run("doctor") == 10
    assert len(found(live)["configuration"]) == 2
    assert "disk" in found(live)


def test_a_store_that_is_damaged_ends_with_10(live: Live) -> None:
    """And says what to do with it."""
    live.connect()
    live.peer.receive(*"abcdefgh")
    live.run("sync")
    path = live.home / "brickwall.db"
    data = bytearray(path.read_bytes())
    data[4096:12288] = b"\xff" * 8192
    path.write_bytes(data)
    assert live.run("doctor") == 10
    assert "import and sync again" in live.said


def test_a_lost_key_ends_with_the_code_of_the_command_that_would_meet_it(live: Live) -> None:
    """The keyring was emptied."""
    live.connect()
    live.keyring.kept.clear()
    assert live.run("doctor") == 10
    assert "not in the keyring" in found(live)["vault"][0]["what"]


def test_a_mail_server_whose_password_nobody_gave_ends_with_12(live: Live) -> None:
    """Else the digest would be the first to meet it, on Monday."""
    live.home.mkdir()
    text = '[smtp]\nhost = "localhost"\nuser = "nora"\n'
    (live.home / "config.toml").write_text(text, encoding="utf-8")
    live.connect()
    assert live.run("doctor") == 12
    [finding] = found(live)["vault"]
    assert finding["what"] == "localhost: the password of nora is not known"
    assert "brickwall connect smtp" in finding["remedy"]


def test_an_account_that_must_be_signed_in_to_ends_with_12(live: Live) -> None:
    """As the daemon met it."""
    live.home.mkdir()
    (live.home / "config.toml").write_text('[smtp]\nhost = "localhost"\n', encoding="utf-8")
    live.connect()
    live.peer.receive("a")
    live.run("sync")
    remember(live, account=Past().after("sign-in", "Revoked", NOW, 0.5, ""))
    assert live.run("doctor") == 12
    assert (
        found(live)["accounts"][0]["remedy"] == f"Sign in again: brickwall connect gmail {ADDRESS}"
    )


def test_a_throttled_account_is_a_matter_of_quota(live: Live) -> None:
    """After three times; it goes on by itself."""
    live.connect()
    live.run("sync")
    one = Past()
    for _ in range(3):
        one = one.after("throttled", "Gmail asks to slow down", NOW, 0.5, "")
    remember(live, account=one)
    assert "units_per_minute" in found(live)["quota"][0]["remedy"]


def test_items_in_quarantine_can_be_tried_again(live: Live) -> None:
    """The remedy works."""
    from store.model import Failure

    live.connect()
    live.peer.receive("a")
    live.peer.failures.append(Failure("item-1", "cannot be read"))
    live.run("sync")
    assert found(live)["quarantine"][0]["remedy"] == "Try them again: brickwall doctor --retry"
    live.run("doctor", "--retry")
    assert "gmail:" in live.said


def test_a_digest_that_is_late_is_an_error_with_what_keeps_it(live: Live) -> None:
    """Nobody should find out on Friday."""
    remember(live, digest=Past().after("failed", "smtp refused it", NOW, 0.5, ""))
    (late,) = [one for one in found(live)["digest"] if "late" in one["what"]]
    assert "smtp refused it" in late["what"]


@pytest.mark.parametrize(
    ("free", "level"), [(50_000_000, "error"), (500_000_000, "warning"), (5 * 10**9, "ok")]
)
def test_a_disk_is_told_before_it_is_full(tmp_path: Path, free: int, level: str) -> None:
    """With the room that is left."""
    (one,) = doctor.disk(Home(tmp_path, tmp_path), lambda _: free)
    assert one.level == level


def test_a_clock_that_is_behind_is_seen_from_what_has_happened_already() -> None:
    """Nothing ends in the future."""
    memory = Memory(tasks={"upkeep": Past(ended_at=NOW)})
    (behind,) = doctor.clock([], memory, NOW - timedelta(days=3))
    assert behind.level == "warning"
    (right,) = doctor.clock([], memory, NOW)
    assert right.level == "ok"


def test_a_digest_that_is_turned_off_needs_no_way_to_be_sent() -> None:
    """Nothing is found fault with that nobody wants."""
    (one,) = doctor.delivery(Config(digest=Digest(enabled=False)), Memory(), (), None, NOW)
    assert one.level == "ok"


def test_when_the_digest_goes_is_told_as_people_write_it() -> None:
    """The day with a capital, the time as on a clock."""
    config = Config(
        smtp=Smtp("mail.ours.example"), digest=Digest(day="friday", to=("a@x.example",))
    )
    (one,) = doctor.delivery(config, Memory(), (), None, NOW)
    assert (one.level, one.what) == ("ok", "every Friday at 07:00")


def test_what_more_an_account_could_tell_is_no_mistake(live: Live) -> None:
    """It is named with the command that allows it, until that has been given."""
    live.connect()
    live.run("sync")
    for command in ("doctor", "accounts"):
        live.run(command)
        assert "who came to calls is not read" in live.said
        assert f"brickwall connect gmail {ADDRESS} --with attendance" in live.said
    assert "attendance" not in [area for area, told in found(live).items() if told]
    live.connect("gmail", "--with", "attendance")
    live.run("accounts")
    assert "who came to calls" not in live.said


def test_a_provider_that_does_not_tell_who_came_is_named(live: Live) -> None:
    """With why, as a warning: everything else is read."""
    live.connect("gmail", "--with", "attendance")
    live.run("sync")
    refusal = RefusedError("Google Meet is not switched on")
    with database.open(live.home / "brickwall.db") as opened:
        account = opened.account(ADDRESS, "gmail", "UTC", [])
        opened.save(account, refused("meet", Looks(), refusal, NOW), (), NOW)
    (told,) = found(live)["attendance"]
    assert told["level"] == "warning"
    assert "who came to calls: Google Meet is not switched on" in told["what"]
    assert "All else works without it" in told["remedy"]
