"""Whatever can be read can be read by programs: as one JSON object with a version, uncoloured."""

from __future__ import annotations

import json
import re
import sys

import click
import pytest

from brickwall.cli import output
from tests.command_line import EVERY, options
from tests.home_builder import ANN, ME, RepHome, event, home, mail

__all__ = ["home"]

#: Commands that do something and tell only what they did; every other one is there to be read.
DOING = frozenset(
    {
        *("demo", "init", "import", "sync", "disconnect", "purge"),
        *("connect gmail", "connect microsoft", "connect exchange", "connect imap"),
        *("connect caldav", "connect smtp"),
        *("daemon run", "daemon install", "daemon uninstall"),
        # what they print is one path, or a script for a shell
        *("config path", "completion"),
    }
)
READ = {
    "report": [],
    "report, week by week": ["report", "--weeks", "2"],
    "contact": ["contact", "ann"],
    "case": ["case", "ann"],
    "contacts": [],
    "mirror": [],
    "backtest": [],
    "digest": [],
    "digest, sent": ["digest", "--sent"],
    "brief": ["brief", "ann"],
    "draft": ["draft", "ann", "last-try"],
    "mark": ["mark", "--list"],
    "park": ["park", "--list"],
    "accounts": [],
    "doctor": [],
    "config check": ["config", "check"],
    "daemon status": ["daemon", "status"],
    "export": ["export", "ann"],
}


@pytest.mark.parametrize("name", [n for n in EVERY if not isinstance(EVERY[n], click.Group)])
def test_every_command_is_there_to_do_something_or_tells_it_to_programs_too(name: str) -> None:
    """A new command that is to be read fails here until it has --json, and until it is tried."""
    if name in DOING:
        assert "--json" not in options(EVERY[name])
    else:
        assert "--json" in options(EVERY[name])
        assert name in {told.partition(",")[0] for told in READ} | {"forget"}


def test_no_command_is_called_doing_that_is_gone() -> None:
    """The list shrinks with the program."""
    assert set(EVERY) >= DOING


@pytest.mark.parametrize("name", READ)
def test_what_is_read_by_programs_is_one_object_with_a_version(home: RepHome, name: str) -> None:
    """And nothing beside it, on no account an escape sequence."""
    home.write(
        mail(ANN, ME, "2026-04-27 09:00", "Could you send an offer?", number="a"),
        mail(ME, ANN, "2026-04-28 09:00", "Here is our offer. What do you think?", answers="a"),
    )
    home.calendar(event("m1", start="2026-05-14 10:00"))
    home.run(*(READ[name] or [name]), "--json")
    told = json.loads(home.said)
    assert told["version"] == 1
    assert "\x1b" not in home.said


@pytest.mark.parametrize(
    ("terminal", "asked", "coloured"),
    [(True, "", True), (True, "1", False), (False, "", False), (False, "1", False)],
)
def test_colour_is_for_a_person_who_wants_it(
    monkeypatch: pytest.MonkeyPatch, terminal: bool, asked: str, coloured: bool
) -> None:
    """Only at a terminal, and not where NO_COLOR is set to anything (no-color.org)."""
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal, raising=False)
    monkeypatch.setenv("NO_COLOR", asked)
    assert output.coloured() is coloured


EXAMPLES = [
    (name, example)
    for name, command in EVERY.items()
    for example in re.findall(r"brickwall [^·\n]+", command.epilog or "")
]


@pytest.mark.parametrize("name", EVERY)
def test_the_help_of_every_command_has_an_example_of_it(name: str) -> None:
    """One that names the command itself; of a group, one of its commands."""
    assert [one for of, one in EXAMPLES if of == name and one.startswith(f"brickwall {name}")]


@pytest.mark.parametrize(("name", "example"), EXAMPLES)
def test_examples_name_commands_and_options_that_exist(name: str, example: str) -> None:
    """What is copied from the help runs."""
    words = example.split()
    named = next((n for n in (" ".join(words[1:3]), words[1].rstrip(")")) if n in EVERY), "")
    assert named, f"help of {name}"
    assert set(re.findall(r"(--[a-z][a-z-]*)", example)) <= options(EVERY[named]) | {"--debug"}
