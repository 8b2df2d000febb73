"""Import end to end: counts, once and again, appended, moved, dropped, whose mail it is."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from brickwall.importing import Progress
from ingest.owner import OwnerGuess
from store.errors import UsageError
from store.model import Intent
from tests.import_builder import (
    FROM_LINE,
    ME,
    calendar,
    content,
    event,
    mail,
    mbox,
    nothing,
    run,
    stored,
    write,
)


def test_mbox_is_read_and_counted(tmp_path: Path) -> None:
    """Every mail of a mailbox becomes one message."""
    summary = run(tmp_path, write(tmp_path / "a.mbox", mbox(mail(n) for n in range(5))))
    assert (summary.read, summary.new, summary.known, summary.changed) == (5, 5, 0, 0)
    assert summary.account == ME
    assert not summary.quarantined


def test_second_import_reads_nothing_and_changes_nothing(tmp_path: Path) -> None:
    """An untouched file is skipped by its cursor; its mail counts as known."""
    box = write(tmp_path / "a.mbox", mbox(mail(n) for n in range(5)))
    run(tmp_path, box)
    before = content(tmp_path)
    again = run(tmp_path, box)
    assert (again.read, again.new, again.known, again.changed) == (0, 0, 5, 0)
    assert content(tmp_path) == before


def test_touched_file_is_read_again_and_changes_nothing(tmp_path: Path) -> None:
    """Another time of change means reading again, not storing again."""
    box = write(tmp_path / "a.mbox", mbox(mail(n) for n in range(5)))
    run(tmp_path, box)
    os.utime(box, (1, 1))
    again = run(tmp_path, box)
    assert (again.read, again.new, again.known, again.changed) == (5, 0, 5, 0)


def test_appended_file_goes_on_at_its_old_end(tmp_path: Path) -> None:
    """New mail at the end of an mbox is all that is read."""
    box = write(tmp_path / "a.mbox", mbox(mail(n) for n in range(5)))
    run(tmp_path, box)
    with box.open("ab") as file:
        file.write(mbox([mail(100), mail(101)]))
    again = run(tmp_path, box)
    assert (again.read, again.new, again.known) == (2, 2, 5)
    assert len(stored(tmp_path)) == 7


def test_file_written_anew_is_read_from_the_start_and_unsays_nothing(tmp_path: Path) -> None:
    """A mailbox that was compacted loses no stored mail; what is new in it is found."""
    box = write(tmp_path / "a.mbox", mbox(mail(n) for n in range(5)))
    run(tmp_path, box)
    write(box, mbox([mail(3), mail(100)]))
    again = run(tmp_path, box)
    assert (again.read, again.new, again.known) == (2, 1, 1)
    assert len(stored(tmp_path)) == 6


def test_mail_that_comes_by_another_way_counts_once(tmp_path: Path) -> None:
    """mbox, Maildir, .eml and a file with other line ends hold the same mail."""
    plain = mail(1, body="One\n\nFrom here on it is quoted.\n")
    quoted = plain.replace(b"\nFrom here", b"\n>From here")
    run(tmp_path, write(tmp_path / "a.mbox", mbox([quoted])))
    (tmp_path / "dir" / "new").mkdir(parents=True)
    write(tmp_path / "dir" / "cur" / "1:2,S", plain)
    eml = write(tmp_path / "one.eml", plain.replace(b"\n", b"\r\n"))
    summary = run(tmp_path, tmp_path / "dir", eml)
    assert summary.new == 0
    assert len(stored(tmp_path)) == 1


def test_mail_among_colleagues_is_dropped_and_counted(tmp_path: Path) -> None:
    """Every participant in own domains: left out unless kept; one outsider is enough to stay."""
    among = mail(1, sender="cy@ours.example")
    mixed = mail(2, sender="cy@ours.example", to=f"{ME}, bob@theirs.example")
    box = write(tmp_path / "a.mbox", mbox([among, mixed]))
    summary = run(tmp_path, box)
    assert (summary.new, summary.left_out["mail among colleagues"]) == (1, 1)
    kept = run(tmp_path, box, internal="keep")
    assert (kept.new, kept.known) == (1, 1)


def test_free_mail_domain_is_never_own(tmp_path: Path) -> None:
    """A rep at gmail.com has no colleagues at gmail.com."""
    box = write(tmp_path / "a.mbox", mbox([mail(1, sender="b@gmail.com", to="a@gmail.com")]))
    assert run(tmp_path, box, me=["a@gmail.com"]).new == 1


def test_excluded_addresses_domains_and_labels_are_dropped(tmp_path: Path) -> None:
    """What the user excluded never reaches the store."""
    mails = [
        mail(1, sender="kim@home.example"),
        mail(2, sender="doc@clinic.example"),
        mail(3, headers="X-Gmail-Labels: Inbox,Private\n"),
        mail(4),
    ]
    summary = run(
        tmp_path,
        write(tmp_path / "a.mbox", mbox(mails)),
        excluded_addresses=["kim@home.example", "@clinic.example"],
        excluded_labels=["Private"],
    )
    assert summary.new == 1
    assert summary.left_out["with an address that you excluded"] == 2
    assert summary.left_out["with a label that you excluded"] == 1


def test_meetings_among_colleagues_are_dropped_from_calendars(tmp_path: Path) -> None:
    """An event with nobody from outside is as internal as a mail."""
    ics = write(tmp_path / "a.ics", calendar(event("1"), event("2", "cy@ours.example")))
    summary = run(tmp_path, ics)
    assert (summary.new, summary.left_out["mail among colleagues"]) == (1, 1)


def test_invitation_of_a_colleague_with_a_customer_in_it_is_kept(tmp_path: Path) -> None:
    """An assistant mails the boss a meeting with a customer: the attendees count."""
    ics = calendar(event("1"), method="REQUEST").decode()
    headers = "MIME-Version: 1.0\nContent-Type: text/calendar; method=REQUEST\n"
    box = mbox([mail(1, sender="cy@ours.example", headers=headers, body=ics)])
    assert run(tmp_path, write(tmp_path / "a.mbox", box)).new == 2


def test_drafts_spam_trash_and_chats_are_left_out_in_any_language(tmp_path: Path) -> None:
    """Localised Gmail labels, encoded or not; Deleted Items of Outlook are kept."""
    labels = ["Spam", "Papierkorb", "=?UTF-8?Q?Entw=C3=BCrfe?=", "Chat", "Deleted Items", "Inbox"]
    mails = [mail(n, headers=f"X-Gmail-Labels: {label}\n") for n, label in enumerate(labels)]
    summary = run(tmp_path, write(tmp_path / "a.mbox", mbox(mails)))
    assert summary.new == 2
    assert dict(summary.left_out) == {"spam": 1, "trash": 1, "drafts": 1, "chat messages": 1}


def test_owner_is_found_in_sent_mail(tmp_path: Path) -> None:
    """Without --me the author of a sent folder is the owner."""
    for n in range(12):
        write(tmp_path / "m" / "cur" / f"{n}:2,S", mail(n))
        write(
            tmp_path / "m" / ".Gesendet" / "cur" / f"{n}:2,S", mail(99 + n, sender=ME, to="b@x.y")
        )
    (tmp_path / "m" / "new").mkdir()
    (tmp_path / "m" / ".Gesendet" / "new").mkdir()
    summary = run(tmp_path, tmp_path / "m", me=())
    assert summary.addresses == (ME,)


def test_doubtful_owner_is_asked_for_by_name(tmp_path: Path) -> None:
    """A list archive has no owner: the error names candidates and the flag."""
    mails = [mail(n, sender=f"p{n % 7}@x{n % 7}.example", to="list@l.example") for n in range(40)]
    with pytest.raises(UsageError, match=r"It could be p\d@x\d\.example") as error:
        run(tmp_path, write(tmp_path / "a.mbox", mbox(mails)), me=())
    assert "--me" in error.value.remedy


def test_answer_of_the_user_is_taken(tmp_path: Path) -> None:
    """Where there is a terminal the user is shown the guess and decides."""
    mails = [mail(n, sender=f"p{n % 7}@x.example", to="list@l.example") for n in range(40)]
    guesses: list[OwnerGuess] = []

    def ask(guess: OwnerGuess) -> list[str]:
        guesses.append(guess)
        return ["P1@x.example "]

    summary = run(tmp_path, write(tmp_path / "a.mbox", mbox(mails)), me=(), ask=ask)
    assert summary.account == "p1@x.example"
    assert guesses[0].seen == 40


def test_later_files_belong_to_the_owner_known_from_before(tmp_path: Path) -> None:
    """A calendar says nothing of its owner; the only account there is takes it."""
    run(tmp_path, write(tmp_path / "a.mbox", mbox([mail(1)])))
    summary = run(tmp_path, write(tmp_path / "a.ics", calendar(event())), me=())
    assert summary.account == ME
    assert summary.new == 1


def test_progress_never_goes_back_and_ends_at_the_size(tmp_path: Path) -> None:
    """What the bar shows: bytes of all files together."""
    boxes = [
        write(tmp_path / f"{n}.mbox", mbox(mail(n * 50 + i) for i in range(9))) for n in (1, 2)
    ]
    told: list[Progress] = []
    run(tmp_path, *boxes, progress=told.append)
    positions = [progress.position for progress in told]
    assert positions == sorted(positions)
    assert told[-1].position == told[-1].size == sum(box.stat().st_size for box in boxes)
    assert told[-1].new == 18


def test_summary_fails_only_for_whole_files(tmp_path: Path) -> None:
    """One bad mail is counted; exit code 3 is for a file that could not be read."""
    summary = run(
        tmp_path, write(tmp_path / "a.mbox", mbox([mail(1)]) + FROM_LINE + b"X: x\n\ny\n")
    )
    assert (summary.new, len(summary.quarantined), summary.failed) == (1, 1, False)


def test_label_gets_new_mail_of_persons_only(tmp_path: Path) -> None:
    """Labels cost time: nothing is labelled twice, and no newsletters."""
    asked: list[int] = []
    box = write(tmp_path / "a.mbox", mbox([mail(1), mail(2, headers="List-Id: <l.x>\n")]))

    def label(messages: object) -> list[Intent]:
        asked.append(len(messages))  # type: ignore[arg-type]
        return nothing(())

    run(tmp_path, box, label=label)
    os.utime(box, (1, 1))
    run(tmp_path, box, label=label)
    assert asked == [1]


def test_an_import_does_not_load_pandas(tmp_path: Path) -> None:
    """Analysis is for the report; loading it takes as long as reading a thousand mails."""
    write(tmp_path / "a.mbox", mbox(mail(n) for n in range(3)))
    script = (
        "import sys; from brickwall.cli import run\n"
        f"run(['import', '--me', {ME!r}, {str(tmp_path / 'a.mbox')!r}])\n"
        "print('pandas' in sys.modules, file=sys.stderr)"
    )
    surroundings = os.environ | {"BRICKWALL_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=surroundings)
    assert "3 new" in done.stdout
    assert done.stderr.strip().endswith("False")
