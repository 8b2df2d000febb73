"""Bad files, folders and archives: every row of docs/bad-input.md that is about files."""

from __future__ import annotations

import gzip
import io
import os
import random
import socket
import struct
import sys
import zipfile
from pathlib import Path

import pytest

from store import database
from store.errors import StoreError
from tests.import_builder import calendar, event, mail, mbox, run, stored, write


def good(tmp_path: Path) -> Path:
    """A file with one good mail, imported beside the bad one: it must always arrive."""
    return write(tmp_path / "good.mbox", mbox([mail(7)]))


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


@pytest.mark.parametrize("cut", [20, 2_000, 9_000])
def test_truncated_gzip_gives_what_can_be_read(tmp_path: Path, cut: int) -> None:
    """A download that broke off: whole mails before the cut are kept, and the cut is said."""
    packed = gzip.compress(mbox(mail(n, body=str(random.Random(n).random())) for n in range(500)))
    summary = run(tmp_path, write(tmp_path / "a.mbox.gz", packed[:-cut]))
    assert 0 < summary.new < 500
    assert "the gzip data ends too early" in summary.quarantined[0].why


def test_damaged_gzip_gives_what_stands_before_the_fault(tmp_path: Path) -> None:
    """Flipped bytes in the middle."""
    mails = (mail(n, body=random.Random(n).randbytes(300).hex()) for n in range(500))
    packed = bytearray(gzip.compress(mbox(mails), mtime=0))
    packed[len(packed) // 2 : len(packed) // 2 + 40] = b"\xff" * 40
    summary = run(tmp_path, write(tmp_path / "a.mbox.gz", bytes(packed)), good(tmp_path))
    assert 200 < summary.new < 500
    assert "the gzip data is damaged" in summary.quarantined[0].why


def test_gzip_damaged_at_its_beginning_is_named(tmp_path: Path) -> None:
    """Nothing can be unpacked: that is not the same as an empty file."""
    packed = gzip.compress(mbox([mail(1)]))
    summary = run(tmp_path, write(tmp_path / "a.gz", packed[:10] + b"\xff" * 40), good(tmp_path))
    assert (summary.new, summary.quarantined[0].why) == (
        1,
        "it is damaged: nothing can be unpacked",
    )


def test_gzip_bomb_is_stopped(tmp_path: Path) -> None:
    """A file that unpacks a thousandfold is given up; memory and time stay small."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0) as packer:
        packer.write(mbox([mail(1)])[:-2])
        for _ in range(100):
            packer.write(bytes(1 << 20))
    summary = run(tmp_path, write(tmp_path / "a.mbox.gz", buffer.getvalue()), good(tmp_path))
    assert summary.new == 1
    assert "more than 200 times its size" in summary.quarantined[0].why


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


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    """A zip archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


def test_zip_bomb_is_refused(tmp_path: Path) -> None:
    """An archive that claims far more than mail ever unpacks to is not opened at all."""
    bomb = zipped(tmp_path / "a.zip", {"Takeout/Mail/All.mbox": bytes(200 << 20)})
    summary = run(tmp_path, bomb, good(tmp_path))
    assert summary.new == 1
    assert "as a zip bomb would" in summary.quarantined[0].why


def test_many_overlapping_members_are_a_bomb_too(tmp_path: Path) -> None:
    """Each small member harmless, all together absurd: the sum counts."""
    packed = zipped(tmp_path / "a.zip", {f"{n}.mbox": bytes(40 << 20) for n in range(3)})
    assert "zip bomb" in run(tmp_path, packed).quarantined[0].why


@pytest.mark.parametrize(
    "name", ["../../evil.mbox", "/etc/evil.mbox", "a/../../b.mbox", "C:/b.mbox"]
)
def test_names_that_point_outside_a_zip_are_not_read(tmp_path: Path, name: str) -> None:
    """Nothing is written anywhere, the member is named, its neighbours are read."""
    members = {name: mbox([mail(1)]), "Mail/good.mbox": mbox([mail(2)])}
    before = {p for p in tmp_path.parent.rglob("*") if "evil" in p.name}
    summary = run(tmp_path, zipped(tmp_path / "a.zip", members))
    assert summary.new == 1
    assert "points outside the archive" in summary.quarantined[0].why
    assert {p for p in tmp_path.parent.rglob("*") if "evil" in p.name} == before


def test_damaged_zip_is_named(tmp_path: Path) -> None:
    """A zip that was cut off has no directory."""
    packed = zipped(tmp_path / "a.zip", {"a.mbox": mbox(mail(n) for n in range(99))})
    packed.write_bytes(packed.read_bytes()[:-30])
    summary = run(tmp_path, packed, good(tmp_path))
    assert summary.new == 1
    assert "the zip archive cannot be opened" in summary.quarantined[0].why


def test_zip_member_with_wrong_checksum_gives_what_can_be_read(tmp_path: Path) -> None:
    """A flipped bit in one member: its last kilobytes are lost, the others arrive."""
    packed = tmp_path / "a.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.mbox", mbox(mail(n) for n in range(3000)))
        archive.writestr("b.mbox", mbox([mail(9000)]))
    packed.write_bytes(packed.read_bytes().replace(b"Hello", b"Hullo", 1))
    summary = run(tmp_path, packed)
    assert "the archive is damaged here" in summary.quarantined[0].why
    assert 2950 < len(stored(tmp_path)) < 3001


def test_encrypted_zip_member_is_named(tmp_path: Path) -> None:
    """A password is never guessed."""
    packed = zipped(tmp_path / "a.zip", {"a.mbox": mbox([mail(1)])})
    data = bytearray(packed.read_bytes())
    for magic, at in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        start = data.index(magic) + at
        struct.pack_into("<H", data, start, 1)
    packed.write_bytes(bytes(data))
    assert "it is encrypted" in run(tmp_path, packed).quarantined[0].why


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
    assert (summary.new, summary.left_out["devices, pipes and sockets"]) == (1, 2)
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
