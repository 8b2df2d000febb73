"""mbox splitting: dialects, quoting, sizes, resuming at any place."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import mbox_split as mbox
from ingest.content import Block, DamagedError, GzipFile, opened

FROM = b"From ann@example.com Mon Jan  1 10:00:00 2024\n"


def readable(content: GzipFile) -> tuple[list[bytes], str]:
    """What can be read of a damaged file, and why not the rest."""
    found: list[bytes] = []
    pieces = mbox.split(content.blocks())
    try:
        while (piece := next(pieces, None)) is not None:
            found.append(piece.raw)
    except DamagedError as error:
        return found, str(error)
    return found, ""


def blocks(data: bytes, size: int = 1 << 20, offset: int = 0) -> Iterator[Block]:
    """The data as a file of some block size gives it."""
    for at in range(offset, len(data), size):
        yield Block(data[at : at + size], min(at + size, len(data)))


def split(data: bytes, size: int = 1 << 20, offset: int = 0) -> list[mbox.Piece]:
    """The pieces of a file."""
    return list(mbox.split(blocks(data, size, offset), offset))


def mail(body: bytes, headers: bytes = b"") -> bytes:
    """A mail and the newline that ends it."""
    return b"Subject: x\n" + headers + b"\n" + body + b"\n"


def raws(data: bytes) -> list[bytes]:
    """The messages of a file without the blank lines at their ends."""
    return [piece.raw.rstrip() for piece in split(data)]


def test_two_messages_are_two() -> None:
    """The plain case: each message after its From line."""
    data = FROM + mail(b"one") + b"\n" + FROM + mail(b"two")
    assert raws(data) == [b"Subject: x\n\none", b"Subject: x\n\ntwo"]


def test_from_in_a_sentence_after_a_blank_line_does_not_split() -> None:
    """A paragraph that begins with From is text, even unquoted."""
    data = FROM + mail(b"Hello\n\nFrom Monday on we are closed.\nFrom 10:00 to 11:00 we talk.")
    assert len(split(data)) == 1


def test_dated_from_line_without_blank_line_before_does_not_split() -> None:
    """A From line in the middle of a paragraph is a quotation."""
    data = FROM + mail(b"He wrote\n" + FROM + b"Subject: y")
    assert len(split(data)) == 1


def test_dated_from_line_before_prose_does_not_split() -> None:
    """After a From line headers must come."""
    data = FROM + mail(b"Log:\n\n" + FROM + b"was the first line of it")
    assert len(split(data)) == 1


@pytest.mark.parametrize(
    "line",
    [
        b"From - Mon Jan 01 10:00:00 2024\n",
        b"From 1782345678901234567@xxx Mon Jan 01 10:00:00 +0000 2024\n",
        b"From MAILER-DAEMON Fri Jul  8 12:08:34 2011\n",
        b"From ann at example.com  Tue Dec  2 11:43:22 2003\n",
        b"From ann@example.com  Tue, 2 Dec 2003 11:43:22 +0100\n",
        b"From ann@example.com\n",
        b"From ann@example.com 2024-01-01 10:00:00\n",
        b'From "a b"@example.com Mon Jan  1 10:00 2024\n',
    ],
)
def test_from_lines_of_many_writers_split(line: bytes) -> None:
    """Thunderbird, Takeout, bounces, pipermail, RFC dates, bare addresses, ISO dates."""
    assert len(split(FROM + mail(b"one") + b"\n" + line + mail(b"two"))) == 2


def test_crlf_files_split_and_keep_their_line_ends() -> None:
    """A file written on Windows has the same messages."""
    data = (FROM + mail(b"one") + b"\n" + FROM + mail(b"two")).replace(b"\n", b"\r\n")
    assert raws(data) == [b"Subject: x\r\n\r\none", b"Subject: x\r\n\r\ntwo"]


def test_quoted_from_lines_come_back_as_they_were() -> None:
    """mboxrd: one > is taken away from >From and >>From, and only from those."""
    data = FROM + mail(b">From here\n>>From there\n> From nowhere\nsay >From")
    assert raws(data) == [b"Subject: x\n\nFrom here\n>From there\n> From nowhere\nsay >From"]


def test_content_length_ends_a_message_that_holds_a_mailbox() -> None:
    """mboxcl2 does not quote: the stated length counts where it leads to the next From line."""
    inner = b"see\n\n" + FROM + b"Subject: inner\n\ninner\n"
    length = b"Content-Length: %d\n" % len(inner)
    data = FROM + b"Subject: x\n" + length + b"\n" + inner + b"\n" + FROM + mail(b"two")
    assert raws(data)[1] == b"Subject: x\n\ntwo"
    assert len(split(data)) == 2


@pytest.mark.parametrize("length", [b"0", b"3", b"999999999999", b"-1", b"x"])
def test_wrong_content_length_is_ignored(length: bytes) -> None:
    """A length that leads nowhere never swallows the next message."""
    data = FROM + mail(b"one two", b"Content-Length: " + length + b"\n") + b"\n" + FROM + mail(b"b")
    assert len(split(data)) == 2


def test_overlong_message_keeps_its_beginning_and_its_neighbours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Only the first bytes of a huge message are held; the next message is found all the same."""
    monkeypatch.setattr(mbox, "LARGEST_MESSAGE_BYTES", 10_000)
    data = FROM + mail(b"x" * 100_000) + b"\n" + FROM + mail(b"two")
    first, second = split(data, 4096)
    assert first.cut
    assert len(first.raw) == 10_000 - len(FROM)
    assert (second.cut, second.raw.strip()) == (False, b"Subject: x\n\ntwo")
    assert data[second.start :].startswith(FROM)


LINES = st.sampled_from(
    [b"\n", b"text\n", b"From here on\n", b">From x\n", FROM, b"Subject: y\n", b"\r\n", b"end"]
)


@settings(deadline=None, max_examples=200)
@given(st.lists(LINES, max_size=30).map(b"".join), st.integers(1, 200))
def test_pieces_cover_the_file_whatever_the_blocks(body: bytes, size: int) -> None:
    """No byte is lost or given twice, and the size of the blocks read changes nothing."""
    data = FROM + b"Subject: x\n" + body
    pieces = split(data)
    assert [piece.start for piece in pieces] == [0, *(piece.end for piece in pieces)][:-1]
    assert pieces[-1].end == len(data)
    small = split(data, size)
    assert [(p.start, p.end, p.raw) for p in small] == [(p.start, p.end, p.raw) for p in pieces]


@settings(deadline=None, max_examples=50)
@given(st.lists(LINES, max_size=20).map(b"".join))
def test_reading_on_from_any_piece_gives_the_rest(body: bytes) -> None:
    """What a bookmark relies on: the end of a piece is a place to begin."""
    data = FROM + b"Subject: x\n" + body + b"\n\n" + FROM + mail(b"last")
    pieces = split(data)
    for count, piece in enumerate(pieces, 1):
        rest = split(data, 64, piece.end)
        assert [p.raw for p in rest] == [p.raw for p in pieces[count:]]


def test_cut_gzip_gives_every_whole_message_and_then_says_so(tmp_path: Path) -> None:
    """A truncated download keeps what can be read; the broken last message is not invented."""
    data = b"\n".join(FROM + mail(b"%d " % (n * n) * 200) for n in range(50))
    packed = tmp_path / "box.gz"
    packed.write_bytes(gzip.compress(data, mtime=0)[:-40])
    found, why = readable(GzipFile(packed))
    assert "ends too early" in why
    assert found == [piece.raw for piece in split(data)][: len(found)]
    assert len(found) in range(10, 50)


def test_gzip_of_several_members_is_one_file(tmp_path: Path) -> None:
    """`cat a.gz b.gz` is a valid gzip file, zero padding included."""
    packed = tmp_path / "box.gz"
    one, two = FROM + mail(b"one") + b"\n", FROM + mail(b"two")
    packed.write_bytes(gzip.compress(one) + gzip.compress(two) + bytes(512))
    content = opened(packed)
    assert isinstance(content, GzipFile)
    assert b"".join(block.data for block in content.blocks()) == one + two
    assert b"".join(block.data for block in content.blocks(len(one))) == two
