"""Whose the addresses are that sent mail is from."""

from __future__ import annotations

from ingest.owner import senders


def heads(**counts: int) -> list[bytes]:
    """So many mails of each author."""
    return [f"From: {a}@ours.example\r\n".encode() for a, n in counts.items() for _ in range(n)]


def test_those_who_write_some_of_it_are_the_owner() -> None:
    """The most frequent first; a mail that got into the wrong folder makes nobody own."""
    assert senders(heads(sales=3, rep=9, boss=2)) == ("rep@ours.example", "sales@ours.example")


def test_of_much_sent_mail_a_hundredth_is_needed() -> None:
    """Three mails of a colleague in a thousand are a mistake too."""
    assert senders(heads(rep=600, boss=4)) == ("rep@ours.example",)


def test_headers_without_an_author_tell_nothing() -> None:
    """Nor do no headers at all."""
    assert senders([b"", b"Subject: x\r\n", b"From: nobody\r\n"] * 9) == ()
