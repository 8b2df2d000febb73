"""One person has the same figures wherever they are told of: each figure has one home.

A made-up rep's year is read by every command at one time; what they say of some people is compared.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from brickwall import cli, workspace
from reports import words

END: Final = date(2026, 6, 30)
NOW: Final = datetime(2026, 7, 1, 8, tzinfo=UTC)
ZONE: Final = ZoneInfo("Europe/Amsterdam")
EACH_VERDICT: Final = 1
FILES: Final = ("mail.mbox", "calendar.ics", "deals.csv")


class Told:
    """What commands say at ``NOW``."""

    def __init__(self, capture: pytest.CaptureFixture[str], folder: Path) -> None:
        self._capture, self.folder = capture, folder

    def text(self, *arguments: str) -> str:
        """The output of a command."""
        self._capture.readouterr()
        assert cli.run(list(arguments)) == 0, self._capture.readouterr()
        return self._capture.readouterr().out

    def json(self, *arguments: str) -> Any:
        """The same for programs."""
        return json.loads(self.text(*arguments, "--json"))


@pytest.fixture
def told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Told:
    """The home of a rep who has read a made-up year."""
    from ingest import demo

    monkeypatch.setenv("BRICKWALL_HOME", str(tmp_path / "home"))
    for place in ("brickwall.workspace.now", "brickwall.cli.digesting.now"):
        monkeypatch.setattr(place, lambda: NOW)
    assert workspace.now() == NOW
    said = Told(capsys, tmp_path)
    demo.write(demo.world(1, END), tmp_path / "year")
    said.text("init", "--me", demo.ME, "--zone", str(ZONE))
    said.text("import", *(str(tmp_path / "year" / name) for name in FILES))
    return said


def of_each_verdict(contacts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first ones of each verdict, in the order of the report."""
    first: dict[str, list[dict[str, Any]]] = {}
    for each in contacts:
        first.setdefault(each["verdict"], []).append(each)
    return [each for some in first.values() for each in some[:EACH_VERDICT]]


def day(told_at: str) -> str:
    """A UTC time of a JSON document as the day of the rep."""
    return words.day(datetime.fromisoformat(told_at).astimezone(ZONE)) if told_at else ""


def test_every_command_tells_the_same_of_a_person(told: Told) -> None:
    """Verdict, reason, hours, cost, last mails and counts, in whichever form they are shown."""
    report = told.json("report")
    people = of_each_verdict(report["contacts"])
    assert len({each["verdict"] for each in people}) >= 4
    lines = {
        row["address"]: row for row in csv.DictReader(io.StringIO(told.text("report", "--csv")))
    }
    roster = {each["address"]: each for each in told.json("contacts")["contacts"]}
    page = told.text("report", "--md")
    for each in people:
        address, effort = each["person"]["address"], each["effort"]
        own = told.json("contact", address)["contact"]
        case = told.json("case", address)
        (before,) = brief_people(told.json("brief", address), address)
        for key in ("verdict", "reason", "effort", "last_in_at", "last_out_at"):
            assert own[key] == each[key], (address, key)
        assert own["next_step"].partition(" (brickwall draft")[0] == each["next_step"]
        assert before["verdict"] == each["verdict"]
        assert before["next_step"] == each["next_step"]
        assert (case["effort"], case["last_in_at"]) == (effort, each["last_in_at"])
        line = lines[address]
        assert (line["verdict"], line["reason"]) == (each["verdict"], each["reason"])
        for key, value in effort.items():
            assert float(line[key]) == value, (address, key)
        assert f"{words.hours(effort['hours'])} in all" in page
        counted = roster[address]
        assert (case["mails_in"], case["mails_out"]) == (counted["mails_in"], counted["mails_out"])
        (known,) = (one["text"] for one in before["history"] if one["about"] == "known")
        for count, at, whose in (
            (case["mails_in"], case["last_in_at"], "from them"),
            (case["mails_out"], case["last_out_at"], "from you"),
        ):
            if count:
                assert f"{words.count(count, 'mail')} {whose} (last {day(at)})" in known


def brief_people(brief: dict[str, Any], address: str) -> list[dict[str, Any]]:
    """What a brief tells of one person, at a meeting or without one."""
    at_meetings = [each for meeting in brief["meetings"] for each in meeting["people"]]
    return [
        each for each in (*at_meetings, *brief["people"]) if each["person"]["address"] == address
    ]


def test_a_workbook_has_the_lines_of_the_table(told: Told) -> None:
    """The same people in the same order."""
    path = told.folder / "report.xlsx"
    told.text("report", "--xlsx", "--output", str(path))
    rows = list(csv.DictReader(io.StringIO(told.text("report", "--csv"))))
    book = load_workbook(path)
    sheets = book.worksheets
    (sheet,) = [each for each in sheets if each.max_row >= len(rows) and "eople" in each.title]
    names = [str(row[0]) for row in sheet.iter_rows(min_row=2, values_only=True) if row[0]]
    assert names == [row["name"] for row in rows]


def test_the_mail_and_the_report_say_the_same(told: Told) -> None:
    """The headline, and whom to do something about, are those of the report."""
    report, digest = told.json("report"), told.json("digest")
    assert digest["headline"] == report["headline"]
    by_address = {each["person"]["address"]: each for each in report["contacts"]}
    assert digest["to_do"]
    for each in digest["to_do"]:
        same = by_address[each["person"]["address"]]
        assert (each["verdict"], each["why"]) == (same["verdict"], same["reason"])
    left_out = digest["to_do_left_out"] + len(digest["to_do"])
    assert left_out == report["actions_left_out"] + len(report["actions"])


def test_the_last_week_of_the_history_is_the_report_of_that_week(told: Told) -> None:
    """Both judge from what could be known at its end, so the verdicts are the same."""
    week = "2026-W25"
    report = told.json("report", "--week", week)
    history = told.json("report", "--weeks", "2", "--week", week)
    then = {each["person"]["address"]: each["weeks"][-1]["verdict"] for each in history["people"]}
    judged = {each["person"]["address"]: each["verdict"] for each in report["contacts"]}
    assert len(judged) > 20
    assert {address: told_then for address, told_then in then.items() if told_then} == judged
    assert report["as_of"] == history["as_of"]
    assert NOW - datetime.fromisoformat(report["as_of"]) > timedelta(days=7)
