"""Views as JSON: versioned, described by ``schema.json`` and docs/report-json.md.

Keys are the field names of ``reports.model``. Times are UTC, like ``2026-11-23T06:00:00Z``.
"""

from __future__ import annotations

import json
import math
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from reports.model import Report
from reports.model_history import History
from reports.model_person import Case, ContactPage
from reports.week import Week

VERSION: Final = 1


def render(view: Report) -> str:
    """The report of a week; ``contacts`` on top."""
    return document("report", view)


def contact(view: ContactPage) -> str:
    """Everything about one person."""
    return document("contact", view)


def case(view: Case) -> str:
    """The case for the boss."""
    return document("case", view)


def weeks(view: History) -> str:
    """How everybody was judged, week by week."""
    return document("weeks", view)


def schema() -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of all of them."""
    read: dict[str, Any] = json.loads(files("reports").joinpath("schema.json").read_text("utf-8"))
    return read


def document(kind: str, view: object, **more: str | bool) -> str:
    """Any view, a frozen dataclass, as JSON with the head that tells its ``kind``, and ``more``.

    Every key of the top stands on a line of its own, and every entry of its lists, so that the
    whole can be read and compared by lines; below that it is compact.
    """
    top = {"schema": "brickwall", "version": VERSION, "kind": kind} | more | _plain(view)
    return "{\n" + ",\n".join(f"{_encode(key)}: {_lines(top[key])}" for key in top) + "\n}\n"


def _lines(value: object) -> str:
    if not isinstance(value, tuple | list) or not value:
        return _encode(value)
    return "[\n" + ",\n".join(map(_encode, value)) + "\n]"


def _plain(value: Any) -> Any:
    """What JSON knows no form of, one level deep; the encoder asks again for what is in it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, Week):
        days = {"first_day": value.first_day.isoformat(), "last_day": value.last_day.isoformat()}
        return {"id": str(value), **days}
    return {name: _known(getattr(value, name)) for name in _names(value.__class__)}


def _known(value: Any) -> Any:
    """Not a number is not known."""
    return None if isinstance(value, float) and math.isnan(value) else value


@cache
def _names(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


_encode: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_plain).encode
