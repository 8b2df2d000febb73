"""Which folders of a mailbox are read, and sets of message numbers as text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import uid_set
from ingest.imap_connection import Listed
from ingest.imap_folders import evidence


def listed(*names: str, delimiter: str = "/") -> list[Listed]:
    r"""Folders by name, each with its flags behind a blank: ``Sent \Sent``."""
    parts = [name.split(" \\") for name in names]
    return [
        Listed(name, delimiter, frozenset(f"\\{flag}" for flag in flags), None)
        for name, *flags in parts
    ]


def read(*names: str, delimiter: str = "/", **options: object) -> list[str]:
    """Paths of the folders that are read."""
    found = evidence(listed(*names, delimiter=delimiter), **options)  # type: ignore[arg-type]
    return [folder.path for folder in found]


def test_sent_mail_inbox_and_archive_come_first() -> None:
    """By special use, else by name in many languages; all others by path."""
    assert read("Zoo", "Archive \\archive", "INBOX", "Gesendet", "ACME") == [
        "Gesendet",
        "INBOX",
        "Archive",
        "ACME",
        "Zoo",
    ]


def test_what_the_server_says_a_folder_is_for_counts() -> None:
    """Whatever it is called; and what lies inside of it with it."""
    names = ("INBOX", "Old things \\trash", "Old things/2019", "Mist \\junk", "Wip \\drafts")
    assert read(*names) == ["INBOX"]


def test_without_such_words_the_name_counts() -> None:
    """Also below the inbox, with a point in between."""
    names = ("INBOX", "INBOX.Trash", "INBOX.Trash.Old", "INBOX.Sent", "INBOX.Entwürfe")
    assert read(*names, delimiter=".") == ["INBOX/Sent", "INBOX"]


def test_views_and_folders_without_mail_are_left_out() -> None:
    """What they show lies elsewhere."""
    names = ("INBOX", "Starred \\flagged", "Everything \\all", "Top \\important", "X \\noselect")
    assert read(*names) == ["INBOX"]


def test_folders_of_other_people_are_theirs() -> None:
    """Shared with the owner or not."""
    names = ("INBOX", "user/bob/INBOX", "Public/News", "Publicity")
    assert read(*names, foreign=("user/", "Public/")) == ["INBOX", "Publicity"]


def test_of_gmail_the_folder_with_all_mail_is_read() -> None:
    """Every label is a folder there; where that one is hidden, the labels are read."""
    names = ("INBOX", "[Gmail]/All Mail \\all", "[Gmail]/Trash \\trash", "ACME")
    assert read(*names, gmail=True) == ["[Gmail]/All Mail"]
    assert read("INBOX", "ACME", gmail=True) == ["INBOX", "ACME"]


@given(st.sets(st.integers(1, 200)))
def test_a_set_of_numbers_reads_as_it_was_written(numbers: set[int]) -> None:
    """Whatever its gaps."""
    assert uid_set.numbers(uid_set.text(numbers)) == numbers


@given(st.sets(st.integers(1, 60)), st.sets(st.integers(1, 60)))
def test_what_two_sets_have_in_common(told: set[int], known: set[int]) -> None:
    """As sets say it."""
    assert uid_set.common(uid_set.text(told), known) == told & known


def test_a_server_may_name_numbers_that_never_were() -> None:
    """All of them, for all it cares."""
    assert uid_set.common("1:4294967295", {3, 7}) == {3, 7}


@pytest.mark.parametrize(("numbers", "text"), [(range(1, 41), "1:40"), ([3, 1, 2, 7], "1:3,7")])
def test_runs_of_numbers_are_short(numbers: list[int], text: str) -> None:
    """Thousands of mails on one line."""
    assert uid_set.text(numbers) == text
