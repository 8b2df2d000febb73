"""The JSON report: its schema, its stability, its agreement with the other formats."""

from __future__ import annotations

import csv
import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from analyzer.settings import Settings
from reports import json_report, page, tables, terminal, words
from reports.model import Report
from reports.views import report
from reports.views_person import case, contact_page
from tests.analysis_builder import Made
from tests.history_sample import weeks_of
from tests.report_sample import HOSTILE, WEEK, hostile, links, usual

SETTINGS = Settings(zone="Europe/Berlin")
DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "report-json.md"


def view(made: Made) -> Report:
    """The report of the sample week."""
    return report(made.analysis(), SETTINGS, WEEK, made.said())


def documents() -> dict[str, str]:
    """Every kind of JSON that brickwall writes, from every sample."""
    made = usual()
    person = (made.analysis(), SETTINGS, 1, made.said())
    return {
        "usual": json_report.render(view(made)),
        "hostile": json_report.render(view(hostile())),
        "empty": json_report.render(view(Made())),
        "contact": json_report.contact(contact_page(*person)),
        "case": json_report.case(case(*person)),
        "weeks": json_report.weeks(weeks_of(usual, {"p1": ""}, links=links)),
    }


def objects(schema: Any) -> list[dict[str, Any]]:
    """All object schemas in ``schema``."""
    if isinstance(schema, list):
        return [found for each in schema for found in objects(each)]
    if not isinstance(schema, dict):
        return []
    here = [schema] if schema.get("type") == "object" else []
    return here + objects(list(schema.values()))


@pytest.mark.parametrize("name", ["usual", "hostile", "empty", "contact", "case", "weeks"])
def test_every_document_obeys_the_schema(name: str) -> None:
    """Key for key; nothing more than the schema names."""
    Draft202012Validator.check_schema(json_report.schema())
    Draft202012Validator(json_report.schema()).validate(json.loads(documents()[name]))


def test_the_schema_allows_nothing_that_it_does_not_name_and_leaves_nothing_out() -> None:
    """So that a changed key cannot go unseen."""
    for each in objects(json_report.schema()):
        assert each["additionalProperties"] is False
        assert each["required"] == list(each["properties"])


def test_every_key_is_documented() -> None:
    """docs/report-json.md names each key of the schema in code type."""
    said = set(re.findall(r"`([a-z_]+)`", DOCUMENT.read_text("utf-8")))
    keys = {key for each in objects(json_report.schema()) for key in each["properties"]}
    assert not keys - said


def test_the_same_analysis_gives_the_same_bytes() -> None:
    """Nothing depends on the order of rows that have none, on the clock or on memory."""
    assert documents() == documents()


def test_the_order_of_rows_in_the_analysis_does_not_matter() -> None:
    """Every list has an order of its own."""
    made = usual()
    turned = made.analysis()
    for name in ("verdicts", "signals", "topics", "mail", "effort", "changes", "contacts"):
        frame = getattr(turned, name).iloc[::-1].reset_index(drop=True)
        object.__setattr__(turned, name, frame)
    assert report(turned, SETTINGS, WEEK, made.said()) == view(made)


def test_all_formats_show_the_same_numbers() -> None:
    """Hours and money of each person are the same in JSON, CSV, text, Markdown and HTML."""
    shown = view(usual())
    read = json.loads(json_report.render(shown))
    rows = list(csv.DictReader(StringIO(tables.csv(shown))))
    texts = [terminal.render(shown, 140), tables.markdown(shown), page.render(shown)]
    for contact, row in zip(read["contacts"], rows, strict=True):
        hours = contact["effort"]["hours"]
        assert float(row["hours"]) == hours
        assert all(words.hours(hours) in text for text in texts)
        assert all(f"{contact['effort']['cost']:,.0f} EUR" in text for text in texts)
        assert all(contact["verdict"] in text for text in texts)


def test_hostile_text_is_data_in_json() -> None:
    """Control characters and overrides are gone, the rest is there to the letter."""
    text = documents()["hostile"]
    names = [contact["person"]["name"] for contact in json.loads(text)["contacts"]]
    assert HOSTILE[0] in names
    assert not set(text) & set("\x00\x1b\x07\x9b\u202e\u2066\u2028")


def test_times_are_utc_instants() -> None:
    """A local time is a view; programs get instants."""
    made = json.loads(documents()["usual"])
    assert made["as_of"] == "2026-11-23T06:00:00Z"
    assert made["week"] == {
        "id": "2026-W47",
        "first_day": "2026-11-16",
        "last_day": "2026-11-22",
    }
