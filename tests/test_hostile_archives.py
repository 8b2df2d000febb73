"""Bad archives: every row of docs/bad-input.md that is about gzip and zip files."""

from __future__ import annotations

import gzip
import io
import random
import struct
import zipfile
from pathlib import Path

import pytest

from tests.import_builder import good, mail, mbox, run, stored, write, zipped


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
