"""A command or an option that nobody can read about does not exist."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import click
import pytest

from brickwall.cli import COMMANDS
from reports.model import Person
from reports.roster import Entry, as_tree
from tests.command_line import EVERY, options

ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
TEXT = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
COMMANDS_PAGE = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")


def chapter(name: str) -> str:
    """What docs/commands.md says of a command."""
    found = re.search(rf"^### `brickwall {name}[ `](.*?)(?=^##)", COMMANDS_PAGE, re.M | re.S)
    return found[1] if found else ""


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_documented(name: str) -> None:
    """In the README or in docs/."""
    assert f"brickwall {name}" in TEXT


@pytest.mark.parametrize("name", list(EVERY))
def test_every_command_has_a_chapter_with_exactly_its_options(name: str) -> None:
    """docs/commands.md tells of no option that is gone, and of every one that there is."""
    assert chapter(name), name
    assert set(re.findall(r"`(--[\w-]+)`", chapter(name))) == options(EVERY[name])


@pytest.mark.parametrize("name", list(EVERY))
def test_the_help_of_every_command_shows_an_example_and_explains_every_option(name: str) -> None:
    """Nobody should have to open a browser to use it."""
    command = EVERY[name]
    assert command.help
    assert "brickwall" in (command.epilog or "") or name == "mark"
    unexplained = [p.name for p in command.params if isinstance(p, click.Option) and not p.help]
    assert unexplained == []


def test_no_chapter_is_about_a_command_that_is_gone() -> None:
    """The page grows and shrinks with the program."""
    told = re.findall(r"^### `brickwall ([a-z ]+[a-z])", COMMANDS_PAGE, re.M)
    assert [one for one in told if one not in EVERY] == []


@pytest.mark.parametrize("code", [0, 1, 2, 3, 10, 11, 12, 130])
def test_every_exit_code_is_documented(code: int) -> None:
    """For monitoring and scripts."""
    assert f"| {code} |" in COMMANDS_PAGE


def test_every_provider_has_a_chapter() -> None:
    """The help of `connect` leads there."""
    from brickwall.cli.connect import command

    chapters = (ROOT / "docs" / "accounts.md").read_text(encoding="utf-8")
    for name in command.commands:
        assert f"brickwall connect {name}" in chapters


def test_every_right_that_is_asked_for_is_documented() -> None:
    """What stands in the consent page stands in docs/accounts.md."""
    from ingest import google_auth, microsoft_auth

    text = (ROOT / "docs" / "accounts.md").read_text(encoding="utf-8")
    for headers_only in (True, False):
        for auth in (google_auth, microsoft_auth):
            features = frozenset(auth.FEATURES)
            asked = auth.scopes(headers_only=headers_only, features=features)
            assert [s for s in asked if f"`{s.rpartition('/')[2]}`" not in text] == []


def test_no_text_sends_the_user_to_a_file_that_is_not_installed() -> None:
    """A remedy holds the essential words; only help for programmers names a page."""
    named = []
    for package in ("brickwall", "ingest", "reports", "store", "analyzer"):
        for path in sorted((ROOT / package).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            docstrings = {
                id(node.body[0].value)
                for node in ast.walk(tree)
                if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
                and node.body
                and isinstance(node.body[0], ast.Expr)
            }
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and id(node) not in docstrings:
                    text = str(node.value)
                    if "docs/" in text and not text.startswith("For programs: "):
                        named.append(f"{path.name}: {text}")
    assert named == []


def test_every_key_of_contacts_for_programs_is_told() -> None:
    """docs/commands.md names each; a program can rely on them."""
    ann = Entry(Person(1, "Ann", "ann@acme.example", "acme.example"), True, False, "", 1, 2, None)
    told = json.loads(as_tree((ann,)))
    section = COMMANDS_PAGE.partition("`contacts --json` gives")[2].partition("\n##")[0]
    keys = {*told, *told["contacts"][0]}
    assert [key for key in keys if f"`{key}" not in section] == []
