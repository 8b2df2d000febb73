"""Bad files, folders and archives: every row of docs/bad-input.md that is about files."""

from __future__ import annotations

import os
import random
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.files import SPECIAL_FILES
from store import database
from store.errors import StoreError
from tests.import_builder import calendar, event, good, mail, mbox, run, stored, write, zipped


def test_missing_path_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    """A typing error in one path costs only that path."""
    summary = run(tmp_path, tmp_path / "nowhere", good(tmp_path))
    assert summary.new == 1
    assert [(f.item, f.why) for f in summary.quarantined] == [
        (str(tmp_path / "nowhere"), "there is no such file or folder")
    ]


@pytest.mark.parametrize("data", [b"", b"\n\r\n", b" \t\n"])
def test_empty_file_is_said_to_be_empty(tmp_path: Path, data: bytes) -> None:
    """Named by the user it is worth a word; in a folder it is only counted."""
    empty = write(tmp_path / "in" / "empty", data)
    summary = run(tmp_path, empty, good(tmp_path))
    assert (summary.new, summary.quarantined[0].why) == (1, "it is an empty file")
    assert run(tmp_path, empty.parent, good(tmp_path)).left_out["empty files"] == 1


@pytest.mark.parametrize("seed", range(8))
def test_random_bytes_are_said_to_be_nothing_known(tmp_path: Path, seed: int) -> None:
    """Whatever the bytes: no crash, one line, the rest is read."""
    junk = write(tmp_path / "junk.mbox", random.Random(seed).randbytes(50_000))
    summary = run(tmp_path, junk, good(tmp_path))
    assert summary.new == 1
    assert "neither mail, nor a calendar, nor a list of deals" in summary.quarantined[0].why


def test_random_bytes_after_a_from_line_are_quarantined(tmp_path: Path) -> None:
    """A destroyed mail inside a mailbox does not hide the next one."""
    junk = b"X: " + random.Random(1).randbytes(9_000).replace(b"\n", b"") + b"\n"
    box = write(tmp_path / "a.mbox", mbox([mail(1), junk, mail(2)]))
    summary = run(tmp_path, box)
    assert (summary.new, len(summary.quarantined)) == (2, 1)
    assert "message 2 (byte " in summary.quarantined[0].item


def test_mbox_without_from_line_is_one_message(tmp_path: Path) -> None:
    """Headers at the start make it a single mail, whatever the file is called."""
    assert run(tmp_path, write(tmp_path / "a.mbox", mail(1))).new == 1


def test_mail_of_200_mb_is_read_to_its_limit(tmp_path: Path) -> None:
    """The head and first 24 MB count; what follows is found; the cut is counted."""
    box = tmp_path / "a.mbox"
    with box.open("wb") as file:
        file.write(mbox([mail(1)]))
        file.seek(200 << 20, os.SEEK_CUR)
        file.write(b"\n\n" + mbox([mail(2)]))
    summary = run(tmp_path, box)
    assert summary.new == 2
    assert summary.left_out["the part of a message beyond 24 MB"] == 1


def test_eml_of_200_mb_is_read_to_its_limit(tmp_path: Path) -> None:
    """The same for a file that is one message."""
    with write(tmp_path / "a.eml", mail(1)).open("r+b") as file:
        file.truncate(200 << 20)
    summary = run(tmp_path, tmp_path / "a.eml")
    assert (summary.new, summary.left_out["the part of a message beyond 24 MB"]) == (1, 1)


def test_link_loops_are_walked_once(tmp_path: Path) -> None:
    """A folder that links to its parent, and a link to itself."""
    write(tmp_path / "in" / "a.mbox", mbox([mail(1)]))
    try:
        (tmp_path / "in" / "up").symlink_to(tmp_path / "in", target_is_directory=True)
        (tmp_path / "in" / "self").symlink_to("self")
        (tmp_path / "in" / "gone").symlink_to(tmp_path / "nowhere")
    except OSError:
        pytest.skip("links cannot be made here")
    summary = run(tmp_path, tmp_path / "in")
    assert summary.new == 1
    assert summary.left_out["folders reached a second time by a link"] == 1
    assert summary.left_out[SPECIAL_FILES] == 2
    assert "link" in run(tmp_path, tmp_path / "in" / "self").quarantined[0].why


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux file names are bytes")
def test_undecodable_file_names_are_read_and_shown_escaped(tmp_path: Path) -> None:
    """Latin-1 names: files of the folder and the folder itself."""
    folder = os.fsencode(tmp_path / "in") + b"/caf\xe9"
    Path(os.fsdecode(folder)).mkdir(parents=True)
    for name, data in ((b"b\xf6x", mbox([mail(1)])), (b"\xff.eml", mail(2)), (b"\xfe", b"junk")):
        Path(os.fsdecode(folder + b"/" + name)).write_bytes(data)
    summary = run(tmp_path, tmp_path / "in")
    assert summary.new == 2
    bad = Path(os.fsdecode(folder + b"/\xfe"))
    assert run(tmp_path, bad).quarantined[0].item.endswith("caf\\xe9/\\xfe")
    assert run(tmp_path, tmp_path / "in").known == 2


def test_pipes_and_sockets_are_not_opened(tmp_path: Path) -> None:
    """Opening a pipe would wait for ever."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes in folders here")
    (tmp_path / "in").mkdir()
    os.mkfifo(tmp_path / "in" / "pipe")
    with socket.socket(getattr(socket, "AF_UNIX")) as listening:  # noqa: B009
        os.chdir(tmp_path)
        listening.bind("in/socket")
    write(tmp_path / "in" / "a.mbox", mbox([mail(1)]))
    summary = run(tmp_path, tmp_path / "in")
    assert (
        summary.new,
        summary.left_out["devices, pipes, sockets and links that lead nowhere"],
    ) == (1, 2)
    assert "device, pipe or socket" in run(tmp_path, tmp_path / "in" / "pipe").quarantined[0].why


def test_read_only_source_is_read(tmp_path: Path) -> None:
    """Import never writes where the mail lies."""
    box = write(tmp_path / "in" / "a.mbox", mbox([mail(1)]))
    before = sorted(p.name for p in box.parent.iterdir())
    box.chmod(0o400)
    box.parent.chmod(0o500)
    try:
        assert run(tmp_path, box.parent).new == 1
        assert sorted(p.name for p in box.parent.iterdir()) == before
    finally:
        box.parent.chmod(0o700)


@pytest.mark.skipif(os.name != "posix", reason="rights as of POSIX")
def test_file_without_right_to_read_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one file is quarantined with the system's reason."""
    locked = write(tmp_path / "in" / "locked.mbox", mbox([mail(1)]))
    write(tmp_path / "in" / "a.mbox", mbox([mail(2)]))
    opened = Path.open

    def refuse(self: Path, *args: object, **options: object) -> object:
        if self == locked:
            raise PermissionError(13, "Permission denied")
        return opened(self, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", refuse)
    summary = run(tmp_path, locked.parent)
    assert (summary.new, summary.quarantined[0].why) == (1, "it cannot be read (Permission denied)")


def test_home_that_cannot_be_written_is_said_plainly(tmp_path: Path) -> None:
    """A store below something that is no folder cannot be made; the path is named."""
    blocked = write(tmp_path / "file", b"x")
    with pytest.raises(StoreError) as error:
        run(blocked, good(tmp_path))
    assert str(blocked) in error.value.cause
    assert error.value.remedy


def test_full_disk_stops_with_what_was_saved(tmp_path: Path) -> None:
    """The step that does not fit is undone; the error says that the disk is full."""
    from brickwall.importing import import_paths
    from tests.import_builder import ME, NOW, nothing

    box = write(tmp_path / "a.mbox", mbox(mail(n, body="x" * 3000) for n in range(3000)))
    with database.open(tmp_path / "brickwall.db") as opened:
        pages = opened._connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        opened._connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1500}")
        with pytest.raises(StoreError, match="disk is full"):
            import_paths(
                [box],
                database=opened,
                zone="UTC",
                label=nothing,
                now=lambda: NOW,
                me=[ME],
                workers=1,
            )
    saved = len(stored(tmp_path))
    assert 0 < saved < 3000
    assert run(tmp_path, box).new == 3000 - saved


def test_database_of_a_newer_version_is_not_touched(tmp_path: Path) -> None:
    """An older brickwall refuses and changes nothing."""
    run(tmp_path, good(tmp_path))
    with database.open(tmp_path / "brickwall.db") as opened:
        opened._connection.exec_driver_sql("PRAGMA user_version = 9999")
    before = (tmp_path / "brickwall.db").read_bytes()
    with pytest.raises(StoreError, match="newer"):
        run(tmp_path, good(tmp_path))
    assert (tmp_path / "brickwall.db").read_bytes() == before


def test_broken_calendar_file_is_quarantined(tmp_path: Path) -> None:
    """A calendar without end, or with a mail inside."""
    bad = write(tmp_path / "bad.ics", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTA")
    fine = write(tmp_path / "fine.ics", calendar(event()))
    summary = run(tmp_path, bad, fine)
    assert summary.new == 1
    assert len(summary.quarantined) == 1


def outside(tmp_path: Path) -> Path:
    """An archive in which one name is bad."""
    return zipped(tmp_path / "a.zip", {"../1.eml": mail(1), "2.eml": mail(2)})


@pytest.mark.parametrize(
    ("named", "failed"),
    [
        (lambda folder: folder / "missing.mbox", True),
        (lambda folder: write(folder / "junk.mbox", b"\x07\x00\xff" * 500), True),
        (lambda folder: write(folder / "archive.zip", b"PK\x03\x04" + b"\x07" * 500), True),
        (lambda folder: write(folder / "empty.mbox", b""), False),
        (outside, False),
    ],
    ids=["missing", "unknown", "no zip", "empty", "one bad item"],
)
def test_an_import_fails_when_a_file_that_was_named_cannot_be_read(
    tmp_path: Path, named: Callable[[Path], Path], failed: bool
) -> None:
    """A script must learn of a wrong path; an empty mailbox holds nothing that could be missed."""
    summary = run(tmp_path, named(tmp_path), good(tmp_path))
    assert (summary.failed, len(summary.quarantined)) == (failed, 1)
    assert summary.new >= 1
