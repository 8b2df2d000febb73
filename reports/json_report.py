"""Views as JSON: versioned, described by ``schema.json`` and docs/report-json.md.

Keys are the field names of ``reports.model``. Times are UTC, like ``2026-11-23T06:00:00Z``.
"""

from __future__ import annotations

import json
import math
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any, Final

from reports.model import Report
from reports.model_person import Case, ContactPage
from reports.week import Week

VERSION: Final = 1


def render(view: Report) -> str:
    """The report of a week; ``contacts`` on top."""
    return _document("report", view)


def contact(view: ContactPage) -> str:
    """Everything about one person."""
    return _document("contact", view)


def case(view: Case) -> str:
    """The case for the boss."""
    return _document("case", view)


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of all three."""
    read: dict[str, Any] = json.loads(files("reports").joinpath("schema.json").read_text("utf-8"))
    return read


def _document(kind: str, view: object) -> str:
    head = {"schema": "brickwall", "version": VERSION, "kind": kind}
    return json.dumps(head | _plain(view), ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _plain(value: object) -> Any:
    if isinstance(value, Week):
        days = {"first_day": value.first_day.isoformat(), "last_day": value.last_day.isoformat()}
        return {"id": str(value), **days}
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, float) and math.isnan(value):
        return None
    return value
