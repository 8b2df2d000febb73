"""Outlook files: .msg written here, .pst through a stand-in for libpff, missing extras."""

from __future__ import annotations

import struct
import sys
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import compat32
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from ingest.outlook_mail import Attached, Mail, is_outlook_item, msg_mail
from tests.import_builder import ME, calendar, event, run, stored, write

TRANSPORT = (
    "Received: from a by b; Mon, 6 Jan 2025 10:00:01 +0100\r\n"
    "From: Bob <bob@theirs.example>\r\nTo: ann@ours.example\r\nSubject: Offer\r\n"
    "Date: Mon, 6 Jan 2025 10:00:00 +0100\r\nMessage-ID: <1@theirs.example>\r\n"
    'MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n\tboundary="gone"\r\n'
    "Content-Language: en\r\n"
)


def mail(**fields: Any) -> Mail:
    """An item with transport headers and a text."""
    given: dict[str, Any] = {
        "headers": TRANSPORT,
        "made": (),
        "text": b"Hello",
        "html": b"",
        "html_charset": "utf-8",
        "attached": (),
    }
    return Mail(**{**given, **fields})


def test_transport_headers_lose_only_their_mime_structure() -> None:
    """The body is put together anew, so boundary and encoding of old would lie."""
    parsed = message_from_bytes(mail().as_bytes(), policy=compat32)
    assert parsed["Subject"] == "Offer"
    assert parsed["Received"]
    assert parsed.get_content_type() == "text/plain"
    assert parsed.get_payload(decode=True) == b"Hello"


def test_text_html_and_attachments_become_parts() -> None:
    """Names and types of attachments, without content; invitations with it."""
    ics = calendar(event())
    raw = mail(
        html=b"<p>Hello</p>",
        html_charset="windows-1252",
        attached=(
            Attached("Größe.pdf", "application/pdf"),
            Attached("i.ics", "text/calendar", ics),
        ),
    ).as_bytes()
    parts = [part for part in message_from_bytes(raw).walk() if not part.is_multipart()]
    assert [part.get_content_type() for part in parts] == [
        "text/plain",
        "text/html",
        "application/pdf",
        "text/calendar",
    ]
    assert parts[1].get_content_charset() == "windows-1252"
    assert parts[2].get_filename() == "Größe.pdf"
    assert parts[2].get_payload() == ""


def _property(tag: int, kind: int, value: bytes) -> bytes:
    return struct.pack("<HHI", kind, tag, 6) + value.ljust(8, b"\0")


def _strings(writer: Any, folder: list[str], texts: dict[int, str]) -> bytes:
    rows = b""
    for tag, text in texts.items():
        data = text.encode("utf-16-le")
        writer.addEntry([*folder, f"__substg1.0_{tag:04X}001F"], data)
        rows += _property(tag, 0x1F, struct.pack("<II", len(data) + 2, 0))
    return rows


def msg(path: Path, *, headers: str = "") -> Path:
    """A .msg file (MS-OXMSG) with one recipient."""
    ole_writer = pytest.importorskip("extract_msg.ole_writer")
    writer = ole_writer.OleWriter()
    writer.addEntry("__nameid_version1.0", storage=True)
    for stream in ("00020102", "00030102", "00040102"):
        writer.addEntry(["__nameid_version1.0", f"__substg1.0_{stream}"], b"")
    texts = {
        0x001A: "IPM.Note",
        0x0037: "Angebot für Sie",
        0x1000: "Could you send it?",
        0x0C1A: "Bob",
        0x0C1F: "bob@theirs.example",
        0x1035: "<7@theirs.example>",
    }
    if headers:
        texts[0x007D] = headers
    ticks = int((datetime(2025, 1, 6, 9, tzinfo=UTC).timestamp() + 11_644_473_600) * 10**7)
    rows = _strings(writer, [], texts) + _property(0x0039, 0x40, struct.pack("<Q", ticks))
    rows += _property(0x0E07, 0x03, struct.pack("<I", 1)) + _property(
        0x340D, 0x03, struct.pack("<I", 0x40000)
    )
    folder = "__recip_version1.0_#00000000"
    writer.addEntry(folder, storage=True)
    inner = _strings(writer, [folder], {0x3001: "Ann", 0x3003: ME, 0x39FE: ME})
    inner += _property(0x0C15, 0x03, struct.pack("<I", 1))
    writer.addEntry([folder, "__properties_version1.0"], bytes(8) + inner)
    head = struct.pack("<8xIIII8x", 1, 0, 1, 0)
    writer.addEntry("__properties_version1.0", head + rows)
    writer.write(str(path))
    return path


def test_msg_file_is_one_message(tmp_path: Path) -> None:
    """Without transport headers its properties make them."""
    path = msg(tmp_path / "a.msg")
    assert is_outlook_item(path)
    summary = run(tmp_path, path)
    assert (summary.new, summary.quarantined) == (1, [])
    parsed = message_from_bytes(msg_mail(path))
    assert parsed["To"] == f"Ann <{ME}>"
    assert parsed["From"] == "Bob <bob@theirs.example>"
    assert parsed["Message-ID"] == "<7@theirs.example>"
    assert stored(tmp_path) == ["Angebot für Sie"]


def test_msg_with_transport_headers_uses_them(tmp_path: Path) -> None:
    """They are what the server saw."""
    run(tmp_path, msg(tmp_path / "a.msg", headers=TRANSPORT))
    assert stored(tmp_path, "message_id") == ["1@theirs.example"]


def test_other_compound_files_are_not_messages(tmp_path: Path) -> None:
    """An old Word file in a folder is counted, not quarantined."""
    ole_writer = pytest.importorskip("extract_msg.ole_writer")
    writer = ole_writer.OleWriter()
    writer.addEntry("WordDocument", b"x" * 5000)
    (tmp_path / "in").mkdir()
    writer.write(str(tmp_path / "in" / "a.doc"))
    assert not is_outlook_item(tmp_path / "in" / "a.doc")
    assert not run(tmp_path, tmp_path / "in").quarantined


def test_damaged_msg_is_quarantined(tmp_path: Path) -> None:
    """A file that was cut off."""
    path = msg(tmp_path / "a.msg")
    path.write_bytes(path.read_bytes()[:2048])
    summary = run(tmp_path, path)
    assert len(summary.quarantined) == 1


def _entry(tag: int, text: str) -> SimpleNamespace:
    return SimpleNamespace(entry_type=tag, data=text.encode() or b"", data_as_string=text)


class _Item:
    """What pypff gives for a message."""

    def __init__(self, subject: str, kind: str = "IPM.Note", headers: str | None = None) -> None:
        texts = {0x001A: kind, 0x0042: "Bob", 0x0065: "/O=X/CN=BOB", 0x5D02: "bob@theirs.example"}
        self._set = SimpleNamespace(entries=[_entry(*pair) for pair in texts.items()])
        recipient = [_entry(0x3001, "Ann"), _entry(0x3003, "/O=X/CN=ANN"), _entry(0x39FE, ME)]
        recipient.append(SimpleNamespace(entry_type=0x0C15, data=b"\2\0\0\0", data_as_string=""))
        self.recipients = SimpleNamespace(
            number_of_recipients=1, get_recipient=lambda _: SimpleNamespace(entries=recipient)
        )
        self.subject = subject
        self.transport_headers = headers
        self.client_submit_time = datetime(2025, 1, 6, 9)  # noqa: DTZ001 as pypff gives it
        self.delivery_time = None
        self.plain_text_body = b"Hello"
        self.html_body = None
        self.number_of_attachments = 0
        self.number_of_record_sets = 1

    def get_record_set(self, _: int) -> SimpleNamespace:
        return self._set


class _Folder:
    """What pypff gives for a folder."""

    def __init__(self, name: str, items: list[Any], folders: list[_Folder]) -> None:
        self.name, self._items, self._folders = name, items, folders
        self.number_of_sub_messages, self.number_of_sub_folders = len(items), len(folders)

    def get_sub_message(self, at: int) -> Any:
        if isinstance(self._items[at], Exception):
            raise self._items[at]
        return self._items[at]

    def get_sub_folder(self, at: int) -> _Folder:
        return self._folders[at]


def _pypff(root: _Folder) -> ModuleType:
    module = ModuleType("pypff")
    file = SimpleNamespace(open=lambda _: None, close=lambda: None, get_root_folder=lambda: root)
    module.file = lambda: file  # type: ignore[attr-defined]
    return module


def test_folders_of_a_data_file_become_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Upper folders without meaning are left away; contacts, drafts and bad items are counted."""
    inbox = _Folder("Inbox", [_Item("\x01\x05Re: One"), _Item("x", "IPM.Contact")], [])
    work = _Folder("Work", [_Item("Two"), OSError("unable to read item")], [])
    drafts = _Folder("Drafts", [_Item("Three")], [])
    top = _Folder("Top of Personal Folders", [], [inbox, work, drafts])
    monkeypatch.setitem(sys.modules, "pypff", _pypff(_Folder("", [], [top])))
    summary = run(tmp_path, write(tmp_path / "a.pst", b"!BDN" + bytes(600)))
    assert summary.new == 2
    assert sorted(stored(tmp_path, "labels")) == ["Inbox", "Work"]
    assert sorted(stored(tmp_path)) == ["Re: One", "Two"]
    assert summary.left_out["drafts"] == 1
    assert summary.left_out["contacts, tasks, notes and calendar entries of an Outlook data file"]
    assert "unable to read item" in summary.quarantined[0].why
    assert run(tmp_path, tmp_path / "a.pst").read == 0


def test_damaged_data_file_is_told_and_the_rest_is_read(tmp_path: Path) -> None:
    """What libpff refuses costs one file; exit code 3."""
    pytest.importorskip("pypff")
    bad = write(tmp_path / "a.pst", b"!BDN" + bytes(600))
    good = write(tmp_path / "b.ics", calendar(event()))
    summary = run(tmp_path, bad, good)
    assert (summary.new, summary.failed) == (1, True)
    assert "cannot be opened as an Outlook data file" in summary.quarantined[0].why


@pytest.mark.parametrize("module", ["pypff", "extract_msg"])
def test_missing_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    """What to install, and the rest is read."""
    ole2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(30, b"\0") + struct.pack("<H", 9)
    item = ole2.ljust(512, b"\0") + "__properties_version1.0".encode("utf-16-le").ljust(512, b"\0")
    data = b"!BDN" + bytes(600) if module == "pypff" else item
    monkeypatch.setitem(sys.modules, module, None)
    good = write(tmp_path / "b.ics", calendar(event()))
    summary = run(tmp_path, write(tmp_path / "a", data), good)
    assert summary.new == 1
    assert "pip install 'brickwall[outlook]'" in summary.quarantined[0].why
