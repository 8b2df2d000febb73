"""``credentials.json``: what is read from it, and what is said about a missing or wrong one."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from brickwall.credentials import FIELDS, NEEDED, Client, Clients
from brickwall.redact import redact
from store.errors import ConfigurationError

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "credentials.example.json"
DOCS = ROOT / "docs" / "credentials.md"


def clients(folder: Path, content: object) -> Clients:
    """The clients of a file with ``content``."""
    path = folder / "credentials.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return Clients(path)


def told(folder: Path, content: object, section: str = "google") -> str:
    """What the user is told; the remedy always shows how the file is to look."""
    with pytest.raises(ConfigurationError) as caught:
        clients(folder, content).client(section)
    assert caught.value.exit_code == 10
    assert redact(caught.value.remedy) == caught.value.remedy
    assert "console.cloud.google.com" in caught.value.remedy
    assert "credentials.json" in caught.value.cause
    return caught.value.cause


def test_each_provider_has_its_client(tmp_path: Path) -> None:
    """Only the section that is asked for has to be there."""
    read = clients(
        tmp_path,
        {
            "google": {"client_id": "g.apps.googleusercontent.com", "client_secret": " s3cret-s "},
            "microsoft": {"client_id": "0000-1111"},
        },
    )
    assert read.client("google") == Client("g.apps.googleusercontent.com", "s3cret-s")
    assert read.client("microsoft") == Client("0000-1111", "", "organizations")


@pytest.mark.parametrize("inside", [True, False])
def test_the_file_that_googles_console_offers_may_be_used_as_it_is(
    tmp_path: Path, inside: bool
) -> None:
    """As the whole file, or as the section; unknown fields do no harm."""
    download = {"installed": {"client_id": "g", "client_secret": "s3cret", "auth_uri": "https://"}}
    read = clients(tmp_path, {"google": download} if inside else download)
    assert read.client("google") == Client("g", "s3cret")


def test_a_web_client_is_told_from_a_desktop_client(tmp_path: Path) -> None:
    """A usual slip in Google's console, whose error would not say so."""
    assert '"Web application"' in told(tmp_path, {"web": {"client_id": "g"}})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("{\n  google", "not valid JSON (line 2)"),
        ([], "not a JSON object"),
        ({}, 'has no section "google"'),
        ({"google": "x"}, "google is not a JSON object"),
        ({"google": {"client_id": "g"}}, "missing: google.client_secret"),
        ({"google": {}}, "missing: google.client_id, google.client_secret"),
        ({"google": {"client_id": 5, "client_secret": "s"}}, "google.client_id must be a text"),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, content: Any, words: str) -> None:
    """Line, section or field."""
    assert words in told(tmp_path, content)


def test_a_missing_file_is_told_with_its_place(tmp_path: Path) -> None:
    """And with what to start from."""
    with pytest.raises(ConfigurationError, match="does not exist") as caught:
        Clients(tmp_path / "credentials.json").client("google")
    assert str(tmp_path) in caught.value.cause
    assert '{"microsoft": {"client_id": "..."}}' in caught.value.remedy


@pytest.mark.parametrize("section", list(FIELDS))
def test_the_example_has_every_field_and_says_what_is_to_be_filled_in(
    tmp_path: Path, section: str
) -> None:
    """Copying it and forgetting about it gives a clear error."""
    example = json.loads(EXAMPLE.read_text(encoding="utf-8"))
    assert tuple(example[section]) == FIELDS[section]
    assert set(NEEDED[section]) <= set(FIELDS[section])
    assert "still to be filled in" in told(tmp_path, example, section)


def test_every_field_is_explained() -> None:
    """In the documentation, under the name of its section."""
    text = DOCS.read_text(encoding="utf-8")
    for section, names in FIELDS.items():
        assert [n for n in names if f"`{section}.{n}`" not in text] == []


def test_the_repository_keeps_no_credentials() -> None:
    """The real file is never committed, and the example holds nothing real."""
    assert "credentials.json" in (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    filled = re.findall(r'": "((?!YOUR-|organizations)[^"]*)"', EXAMPLE.read_text(encoding="utf-8"))
    assert filled == []


def test_a_client_does_not_show_its_secret() -> None:
    """Reprs end in tracebacks."""
    assert "s3cret" not in repr(Client("g", "s3cret"))
