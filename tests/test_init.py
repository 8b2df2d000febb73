"""The guided start, and the check of the configuration."""

from __future__ import annotations

import json
from datetime import time
from pathlib import Path

import pytest

from brickwall.cli import run
from brickwall.config import KEYS, Config, load
from brickwall.first_config import Answers, written
from brickwall.routine import Digest, Smtp
from tests.live_builder import Live, live

__all__ = ["live"]


def configured(live: Live) -> Config:
    """What the file says that was written."""
    return load(live.home / "config.toml", local_zone=lambda: "Asia/Tokyo")


def write(live: Live, text: str) -> None:
    """A configuration by the user's own hand."""
    live.home.mkdir(exist_ok=True)
    (live.home / "config.toml").write_text(text, encoding="utf-8")


def test_a_configuration_that_was_written_reads_as_it_was_answered(tmp_path: Path) -> None:
    """Also what TOML would have to quote."""
    digest = Digest(True, ("a@b.example",), "friday", time(16, 5), "smtp", "line")
    smtp = Smtp("smtp.ours.example", 2525, "tls", 'dom\\ain"me')
    path = tmp_path / "config.toml"
    path.write_text(
        written(Answers(("me@ours.example",), "Europe/Vienna", digest, smtp)), encoding="utf-8"
    )
    read = load(path, local_zone=lambda: "UTC")
    assert (read.addresses, read.zone) == (("me@ours.example",), "Europe/Vienna")
    assert (read.digest, read.smtp) == (digest, smtp)


def test_what_was_not_answered_stands_there_as_a_comment(tmp_path: Path) -> None:
    """Every key of a user can be found in the file; uncommented, it is in order."""
    text = written(Answers())
    path = tmp_path / "config.toml"
    path.write_text(text, encoding="utf-8")
    assert load(path, local_zone=lambda: "UTC") == load(tmp_path / "-", local_zone=lambda: "UTC")
    path.write_text(
        "\n".join(
            line.removeprefix("# ") if " = " in line.partition("`")[0] else line
            for line in text.splitlines()
        ).replace("[]", '["me@ours.example"]'),
        encoding="utf-8",
    )
    load(path, local_zone=lambda: "UTC")
    providers = ("google.", "microsoft.", "exchange.", "network.")
    named = {line.removeprefix("# ").partition(" = ")[0] for line in text.splitlines()}
    of_users = [key for key in KEYS if not key.startswith(providers)]
    assert [key for key in of_users if key.partition(".")[2] not in named] == []


@pytest.mark.parametrize("user", ["", "me@ours.example"])
def test_an_empty_line_stands_before_each_section(user: str) -> None:
    """However much was answered."""
    text = written(Answers(smtp=Smtp("smtp.ours.example", user=user)))
    lines = text.splitlines()
    heads = [number for number, line in enumerate(lines) if line.startswith("[")]
    assert {lines[number - 1] for number in heads} == {""}
    assert "\n\n\n" not in text


def test_nothing_is_asked_when_options_are_given(live: Live) -> None:
    """For scripts; also at a terminal."""
    code = live.run(
        *("init", "--me", "Ann@ours.example", "--day", "Friday", "--time", "16:30"),
        *("--zone", "Europe/Vienna", "--smtp-host", "localhost", "--smtp-security", "none"),
        terminal=True,
    )
    assert code == 0
    read = configured(live)
    assert (read.addresses, read.zone) == (("ann@ours.example",), "Europe/Vienna")
    assert read.digest == Digest(to=("ann@ours.example",), day="friday", time=time(16, 30))
    assert read.smtp == Smtp("localhost", 25, "none")
    assert "brickwall connect" in live.said


def test_at_a_terminal_it_asks_and_asks_again_what_it_cannot_read(live: Live) -> None:
    """Who, where, when, to whom."""
    typed = "ann\nann@ours.example, a.lee@ours.example\nMars\nEurope/Vienna\nfiles\ny\n"
    typed += "someday\nfriday\n7:15\n\nsmtp.ours.example\n\n\n\n"
    assert live.run("init", typed=typed, terminal=True) == 0
    read = configured(live)
    assert read.addresses == ("ann@ours.example", "a.lee@ours.example")
    assert read.digest == Digest(to=("ann@ours.example",), day="friday", time=time(7, 15))
    assert read.smtp == Smtp("smtp.ours.example", 587, "starttls", "ann@ours.example")
    assert '"Mars" is not a time zone' in live.said
    assert "brickwall import PATH" in live.said
    assert "Before the first digest: brickwall connect smtp" in live.said


def test_what_a_digest_still_needs_is_told_at_the_end(live: Live) -> None:
    """A server that takes it; nobody who wants none is told."""
    live.run("init", typed="ann@ours.example\n\nlater\ny\n\n\n\n\n", terminal=True)
    assert "Before the first digest: name the server that takes your mail" in live.said
    live.run("init", "--me", "ann@ours.example", "--no-digest", "--force")
    assert "Before the first digest" not in live.said


def test_who_wants_no_digest_is_asked_nothing_more(live: Live) -> None:
    """Nothing is mailed then."""
    assert live.run("init", typed="ann@ours.example\n\nlater\nn\n", terminal=True) == 0
    assert not configured(live).digest.enabled


def test_an_account_is_connected_at_once(live: Live) -> None:
    """The guided start ends signed in."""
    from tests.memory_provider import PASSWORD

    live.run("init", typed="rep@ours.example\n\ngmail\ny\n\n\n\n", terminal=True)
    assert f"Password: {PASSWORD}" not in live.said
    assert "Once you have signed in, brickwall reads:" in live.said


@pytest.mark.parametrize(("digest", "rights"), [("y\n\n\n\n", ["--with", "send"]), ("n\n", [])])
def test_the_right_to_send_is_asked_for_where_a_digest_is_wanted(
    live: Live, monkeypatch: pytest.MonkeyPatch, digest: str, rights: list[str]
) -> None:
    """Nothing is asked for that nothing uses."""
    begun: list[list[str]] = []

    def only_the_first(words: list[str]) -> int:
        begun.append(words)
        return run(words) if len(begun) == 1 else 0

    monkeypatch.setattr("brickwall.cli.run", only_the_first)
    live.run("init", typed=f"rep@ours.example\n\ngmail\n{digest}", terminal=True)
    assert begun[1:] == [["connect", "gmail", "rep@ours.example", *rights]]


def test_a_configuration_that_is_there_is_not_replaced_unasked(live: Live) -> None:
    """Somebody may have written it by hand."""
    write(live, "[money]\nhourly_rate = 85\n")
    assert live.run("init", "--me", "ann@ours.example") == 2
    assert "--force" in live.said
    assert live.run("init", typed="n\n", terminal=True) == 130
    assert configured(live).settings.hourly_rate == 85
    assert live.run("init", "--me", "ann@ours.example", "--force") == 0
    assert configured(live).addresses == ("ann@ours.example",)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--me", "ann"), '"ann" is not an address'),
        (("--day", "someday"), '"someday" is not a day'),
        (("--time", "26:00"), "must be a time of day"),
        (("--smtp-host", "smtp.example", "--smtp-security", "none"), "on this machine"),
    ],
)
def test_an_option_that_is_not_allowed_is_a_usage_error_and_nothing_is_written(
    live: Live, options: tuple[str, ...], words: str
) -> None:
    """As when the file is read."""
    assert live.run("init", *options) == 2
    assert words in live.said
    assert not (live.home / "config.toml").exists()


def test_the_demo_account_is_ready_for_a_report(live: Live) -> None:
    """For trying the whole: its mail is imported, its digest goes where it was said."""
    assert live.run("init", "--demo", "--to", "me@here.example") == 0
    assert configured(live).digest.to == ("me@here.example",)
    assert live.run("report") == 0
    assert "What to do this week" in live.said
    assert live.run("init", "--demo", "--force") == 2
    assert "does not go beside your own" in live.said


def test_config_check_tells_all_problems_and_ends_with_10(live: Live) -> None:
    """For people and for programs."""
    assert live.run("config", "check") == 0
    assert "everything is as by default" in live.said
    write(live, "[digest]\nday = 5\ntime = 7\n")
    assert live.run("config", "check") == 10
    assert "2 problems" in live.said
    assert "line 3: digest.time" in live.said
    assert live.run("config", "check", "--json") == 10
    assert len(json.loads(live.said)["problems"]) == 2
    write(live, '[digest]\nday = "friday"\n')
    assert live.run("config", "check") == 0
    assert "is in order" in live.said


def test_config_check_knows_the_accounts(live: Live) -> None:
    """A digest that nobody could send is noticed before Monday."""
    write(live, '[digest]\nvia = "rep@ours.example"\n')
    assert live.run("config", "check") == 10
    assert "line 2: digest.via" in live.said
    live.connect()
    assert live.run("config", "check") == 0
