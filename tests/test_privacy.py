"""Forgetting a person, exporting what is known of one, and deleting texts or everything."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from brickwall.forgetting import unwelcome
from store import database
from store.model import Delivery
from tests.home_builder import ANN, ME, NOW, RepHome, home, mail, selling

__all__ = ["home", "selling"]


def everything(folder: Path) -> bytes:
    """All bytes of the user's data, the imported files aside."""
    files = [p for p in folder.rglob("*") if p.is_file() and p.suffix not in (".mbox", ".ics")]
    return b"".join(path.read_bytes() for path in sorted(files))


def test_nothing_names_a_forgotten_person(selling: RepHome) -> None:
    """Store, free places of its file, reports and logs: neither name nor address is left."""
    assert selling.run("mark", "ann", "spoke") == 0
    assert selling.run("report", "--html", "--no-open") == 0
    assert b"ann@acme.example" in everything(selling.folder)
    assert selling.run("forget", "ann", "--yes") == 0
    assert "Deleted: 2 messages" in selling.said
    left = everything(selling.folder)
    assert b"ann@acme.example" not in left
    assert b"Ann Lee" not in left
    assert selling.run("contact", "ann") == 2


@pytest.mark.parametrize(
    "form", [["--html"], ["--xlsx"], ["--weeks=2", "--week=2026-W23", "--html"]]
)
def test_a_report_that_names_the_person_is_deleted_in_whichever_form(
    home: RepHome, form: list[str]
) -> None:
    """A page escapes what is special in a name, and a workbook is packed."""
    bo = 'Bo "The Bolt" O\'Brien & Sons <bo@bolt.example>'
    home.write(
        mail(bo, ME, "2026-04-27 09:00", "Please send an offer.", number="a"),
        mail(ME, bo, "2026-04-28 09:00", "Our offer. Any questions?", answers="a"),
    )
    assert home.run("mark", "bo", "sales") == 0
    assert home.run("report", *form, "--no-open") == 0
    (path,) = home.folder.glob("**/reports/*")
    assert b"O'Brien & Sons" not in path.read_bytes()
    assert home.run("forget", "bo", "--yes") == 0
    assert not path.exists()


def test_others_stay(selling: RepHome) -> None:
    """Forgetting Ann leaves Carl."""
    assert selling.run("forget", "ann", "--yes") == 0
    found = selling.json("export", "carl")["messages"]
    assert [one["text"] for one in found] == ["See you on Sunday?", "Yes, at the lake."]


def test_a_forgotten_person_does_not_come_back(selling: RepHome) -> None:
    """The same mailbox again, and a new mail with them among others: both are left out."""
    assert selling.run("forget", "ann", "--yes") == 0
    again = selling.folder / "copy.mbox"
    again.write_bytes((selling.folder / "1.mbox").read_bytes())
    assert selling.run("import", "--workers", "1", str(again)) == 0
    assert "2  with a person whom you had forgotten" in selling.said
    selling.write(mail(ME, f"{ANN}, Dan <dan@other.example>", "2026-05-20 08:00", "Hello both!"))
    assert "1  with a person whom you had forgotten" in selling.said
    assert b"ann@acme.example" not in everything(selling.folder)


def test_the_rep_cannot_forget_themself(selling: RepHome) -> None:
    """It would delete every mail there is."""
    assert selling.run("forget", ME, "--yes") == 2
    assert selling.json("export", "ann")["messages"]


def test_only_hashes_with_a_salt_of_this_store_stay(selling: RepHome, tmp_path: Path) -> None:
    """Two stores remember the same person by different words."""
    selling.run("forget", "ann", "--yes")
    with database.open(selling.folder / "brickwall.db") as one:
        mine = unwelcome(one)
        assert "ann@acme.example" in mine
        assert "carl@other.example" not in mine
    with database.open(tmp_path / "other.db") as other:
        other.forget_people([], [], [], NOW)
        assert "ann@acme.example" not in unwelcome(other)
        assert other.forgotten().isdisjoint(mine.hashes)


def test_digests_that_name_the_person_lose_their_content(selling: RepHome) -> None:
    """That a digest was sent stays known, so that it is not sent again."""
    told = b"Subject: 1 thing to do\nContent-Type: text/plain; charset=utf-8\n\nAnn Lee waits.\n"
    other = told.replace(b"Ann Lee", b"Carl")
    with database.open(selling.folder / "brickwall.db") as store:
        for week, content in (("2026-W20", told), ("2026-W21", other)):
            store.put_delivery(
                Delivery("digest", week, ME, f"{week}@x", "smtp", "sent", "", NOW, NOW, content)
            )
    assert selling.run("forget", "ann", "--yes") == 0
    assert "the contents of 1 digest," in selling.said
    with database.open(selling.folder / "brickwall.db") as store:
        assert [(one.key, one.content) for one in store.deliveries()] == [
            ("2026-W20", b""),
            ("2026-W21", other),
        ]


def test_export_tells_all_that_is_stored(selling: RepHome) -> None:
    """Mail with text, meetings with who answered, marks, and what was made of it."""
    selling.run("mark", "ann", "spoke")
    found = selling.json("export", "ann")
    assert found["addresses"] == ["ann@acme.example"]
    assert "proposal for 40 trucks" in found["messages"][0]["text"]
    assert {one["address"] for one in found["messages"][0]["participants"]} == {
        ME,
        "ann@acme.example",
    }
    assert len(found["events"]) == 2
    assert found["marks"][0]["kind"] == "spoke"
    assert found["judgement"]["contact"]["person"]["address"] == "ann@acme.example"


def test_the_table_of_an_export_cannot_calculate(selling: RepHome) -> None:
    """A subject that begins like a formula is text in the table."""
    selling.write(mail(ANN, ME, "2026-05-02 08:00", "Hello", subject="=1+1"))
    assert selling.run("export", "ann", "--csv") == 0
    lines = list(csv.DictReader(io.StringIO(selling.said)))
    assert "'=1+1" in [line["subject"] for line in lines]
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)


def test_old_texts_go_and_judgements_stay(selling: RepHome) -> None:
    """After their time texts are gone from the file; the verdicts are the same."""
    before = selling.json("report")
    assert selling.run("purge", "--texts", "30", "--yes") == 0
    assert "Deleted 2 texts older than 30 days" in selling.said
    assert selling.json("report") == before
    texts = [one["text"] for one in selling.json("export", "ann")["messages"]]
    assert texts == ["", ""]
    assert b"Dear Ann" not in (selling.folder / "brickwall.db").read_bytes()


def test_the_configured_time_is_the_default(selling: RepHome) -> None:
    """Without an option the configuration decides; 0 keeps everything."""
    assert selling.run("purge") == 0
    assert "Nothing was deleted" in selling.said
    with (selling.folder / "config.toml").open("a", encoding="utf-8") as file:
        file.write("[retention]\ntext_days = 30\n")
    assert selling.run("purge") == 0
    assert "Deleted" in selling.said


def test_purging_everything_leaves_only_the_configuration(selling: RepHome) -> None:
    """All data goes; what lies in the folder beside it is not brickwall's to delete."""
    selling.run("report", "--html", "--no-open")
    assert selling.run("purge", "--everything", "--yes") == 0
    left = {path.name for path in selling.folder.iterdir() if path.suffix not in (".mbox", ".ics")}
    assert left == {"config.toml"}
    assert selling.run("report") != 0


@pytest.mark.parametrize("command", [["forget", "ann"], ["purge", "--texts", "30"]])
def test_nothing_is_deleted_without_a_yes(
    selling: RepHome, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody answers the question, nothing happens."""
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    assert selling.run(*command) == 130
    assert "Nothing was changed." in selling.said
    assert "run the same command to go on" not in selling.said
    assert selling.json("export", "ann")["messages"][0]["text"] != ""


def test_what_was_deleted_is_counted_in_words(selling: RepHome) -> None:
    """One of something is not said as several."""
    selling.run("mark", "ann", "sales")
    assert selling.run("forget", "ann", "--yes") == 0
    assert "1 mark, 0 deals, the contents of 0 digests, 0 files." in selling.said


def test_an_export_can_be_read_back(selling: RepHome, tmp_path: Path) -> None:
    """Written to a file, it is JSON for the user alone."""
    path = tmp_path / "ann.json"
    assert selling.run("export", "ann", "--output", str(path)) == 0
    assert json.loads(path.read_text("utf-8"))["kind"] == "export"
