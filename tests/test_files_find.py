"""What lies in a path: recognised by content, folders walked, labels from folders."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import files, maildir
from ingest.folders import kind_of
from ingest.recognise import Form, recognise, recognise_head
from ingest.workers import Workers
from tests.import_builder import calendar, event, mail, mbox, run, stored, write

DEALS = b"contact,topic,stage,value\nb@x.example,A,offer,1\n"


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (mbox([mail(1)]), Form.MBOX),
        (b"\r\n" + mbox([mail(1)]), Form.MBOX),
        (mail(1), Form.MESSAGE),
        (b"\xef\xbb\xbf" + mail(1), Form.MESSAGE),
        (b"X-Odd: 1\r\nReceived: by x\r\n\r\nbody", Form.MESSAGE),
        (calendar(event()), Form.CALENDAR),
        (b"begin:vcalendar\n", Form.CALENDAR),
        (DEALS, Form.DEALS),
        (b"!BDN\0\0\0\0", Form.OUTLOOK_STORE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Form.OUTLOOK_ITEM),
        (b"PK\x03\x04", Form.ZIP),
        (b"", Form.EMPTY),
        (b"Dear diary, today", Form.UNKNOWN),
        (b"import: os\nname: value\n", Form.UNKNOWN),
        (b"\0" * 100, Form.UNKNOWN),
        (b"From me to you", Form.UNKNOWN),
    ],
)
def test_form_is_told_by_content(data: bytes, form: Form) -> None:
    """Whatever the file is called."""
    assert recognise_head(data) is form


@settings(deadline=None, max_examples=200)
@given(st.binary(max_size=200))
def test_any_bytes_have_a_form(data: bytes) -> None:
    """Recognition never raises."""
    assert isinstance(recognise_head(data), Form)


def test_folder_of_everything_is_read(tmp_path: Path) -> None:
    """mbox, Maildir, single mails, calendar and deals in one tree; other files are counted."""
    root = tmp_path / "in"
    write(root / "Local" / "Archive.sbd" / "2024", mbox([mail(1)]))
    write(root / "Maildir" / "cur" / "1.a:2,S", mail(2))
    write(root / "Maildir" / "new" / "2.b", mail(3))
    write(root / "Maildir" / ".Work.Deals" / "cur" / "3.c:2,", mail(4))
    (root / "Maildir" / ".Work.Deals" / "tmp").mkdir()
    write(root / "Maildir" / "dovecot.index.log", b"\1\2")
    write(root / "exported" / "a.eml", mail(5))
    write(root / "exported" / "b.anything", mail(6))
    write(root / "exported" / "c.ics", calendar(event()))
    write(root / "deals.csv", DEALS)
    write(root / "photo.jpg", b"\xff\xd8\xff\xe0")
    summary = run(tmp_path, root)
    assert summary.new == 8
    assert summary.left_out["files that hold neither mail nor calendars nor deals"] == 2
    assert set(stored(tmp_path, "labels")) == {
        "Local/Archive/2024",
        "Maildir",
        "Maildir/Work/Deals",
        "exported",
    }


def test_root_maildir_is_the_inbox_and_dots_are_levels() -> None:
    """Maildir++ names."""
    root = Path("m")
    assert maildir.maildir_label(root, root) == "INBOX"
    assert maildir.maildir_label(root / ".Sent.2024", root) == "Sent/2024"


def test_maildir_goes_on_after_new_mail_and_ignores_flags(tmp_path: Path) -> None:
    """Read mails move from new to cur and get flags; only what is really new is read."""
    box = tmp_path / "m"
    for n in range(3):
        write(box / "new" / f"10{n}.host", mail(n))
    (box / "cur").mkdir()
    run(tmp_path, box)
    (box / "new" / "100.host").rename(box / "cur" / "100.host:2,RS")
    write(box / "new" / "200.host", mail(50))
    again = run(tmp_path, box)
    assert (again.read, again.new, again.known) == (1, 1, 3)
    (box / "new" / "101.host").unlink()
    assert (run(tmp_path, box).new, len(stored(tmp_path))) == (0, 4)


def test_drafts_of_a_maildir_are_left_out(tmp_path: Path) -> None:
    """The flag D, and the folder .Entwürfe."""
    write(tmp_path / "m" / "cur" / "1:2,DS", mail(1))
    write(tmp_path / "m" / "new" / "2", mail(2))
    write(tmp_path / "m" / ".Entwürfe" / "cur" / "3:2,S", mail(3))
    (tmp_path / "m" / ".Entwürfe" / "new").mkdir()
    summary = run(tmp_path, tmp_path / "m")
    assert (summary.new, summary.left_out["drafts"]) == (1, 2)


def takeout(path: Path, members: dict[str, bytes]) -> Path:
    """A part of a Google Takeout."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(f"Takeout/{name}", data)
    return path


def gmail(number: int, labels: str) -> bytes:
    """A mail as Takeout writes it."""
    return mail(number, headers=f"X-GM-THRID: 17{number}\nX-Gmail-Labels: {labels}\n")


def test_takeout_in_several_zips(tmp_path: Path) -> None:
    """Mail and calendars of all parts; spam, trash, chats and drafts left out; rest counted."""
    one = takeout(
        tmp_path / "takeout-001.zip",
        {
            "Mail/All mail Including Spam and Trash.mbox": mbox(
                [
                    gmail(1, "Inbox,Important"),
                    gmail(2, "Spam"),
                    gmail(3, "=?UTF-8?Q?Papierkorb?="),
                    gmail(4, "Chat"),
                    gmail(5, "Sent"),
                ]
            ),
            "archive_browser.html": b"<html></html>",
        },
    )
    two = takeout(
        tmp_path / "takeout-002.zip",
        {"Calendar/ann.ics": calendar(event()), "Mail/Inbox.mbox": mbox([gmail(1, "Inbox")])},
    )
    summary = run(tmp_path, one, two)
    assert (summary.new, summary.known) == (3, 1)
    assert dict(summary.left_out) == {
        "spam": 1,
        "trash": 1,
        "chat messages": 1,
        "files that hold neither mail nor calendars nor deals": 1,
    }
    assert set(stored(tmp_path, "labels")) == {"Important\nInbox", "Sent"}
    again = run(tmp_path, one, two)
    assert (again.read, again.new) == (0, 0)


def test_unpacked_takeout_has_the_same_content_as_its_zip(tmp_path: Path) -> None:
    """Folder or zip: the messages and labels are the same."""
    box = mbox([gmail(1, "Inbox"), gmail(2, "Work")])
    zipped = takeout(tmp_path / "t.zip", {"Mail/Work.mbox": box})
    run(tmp_path, zipped)
    write(tmp_path / "Takeout" / "Mail" / "Work.mbox", box)
    again = run(tmp_path, tmp_path / "Takeout")
    assert (again.new, again.changed, again.known) == (0, 0, 2)


def test_zip_of_single_mails_is_read_and_resumed(tmp_path: Path) -> None:
    """Exports of single mails, folders as labels."""
    packed = tmp_path / "mails.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for n in range(4):
            archive.writestr(f"Work/{n}.eml", mail(n))
        archive.writestr("inner.zip", b"PK\x03\x04")
    summary = run(tmp_path, packed)
    assert (summary.new, summary.left_out["zip archives inside a zip archive"]) == (4, 1)
    assert set(stored(tmp_path, "labels")) == {"Work"}
    assert run(tmp_path, packed).known == 4


def test_word_files_are_not_archives(tmp_path: Path) -> None:
    """A .docx is a zip, but nothing for us."""
    with zipfile.ZipFile(tmp_path / "a.docx", "w") as archive:
        archive.writestr("[Content_Types].xml", b"<x/>")
    found = files.find([tmp_path / "a.docx"], Workers())
    assert found.failures[0].why == "it is neither mail, nor a calendar, nor a list of deals"


def test_path_given_twice_is_read_once(tmp_path: Path) -> None:
    """Also through a folder."""
    box = write(tmp_path / "in" / "a.mbox", mbox([mail(1)]))
    assert len(files.find([box, box.parent, tmp_path / "in" / ".." / "in"], Workers()).sources) == 1


def test_form_of_folders(tmp_path: Path) -> None:
    """A Maildir has cur and new."""
    (tmp_path / "m" / "cur").mkdir(parents=True)
    assert recognise(tmp_path / "m") is Form.FOLDER
    (tmp_path / "m" / "new").mkdir()
    assert recognise(tmp_path / "m") is Form.MAILDIR


@pytest.mark.parametrize(
    ("label", "kind"),
    [
        ("Sent", "sent"),
        ("INBOX.Sent Items", "sent"),
        ("\\Kim_Doe_1\\Notes Folders\\'sent mail", "sent"),
        ("[Gmail]/Gesendet", "sent"),
        ("Éléments envoyés", "sent"),
        ("Bozze", "drafts"),
        ("Junk E-mail", "spam"),
        ("Papelera", "trash"),
        ("Deleted Items", ""),
        ("Sentinel project", ""),
        ("", ""),
    ],
)
def test_kinds_of_folders_in_many_languages(label: str, kind: str) -> None:
    """By the last part of the path, whole words only."""
    assert kind_of(label) == kind
