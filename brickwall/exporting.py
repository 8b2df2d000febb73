"""What is known of one person, as a file: all that is stored, and what was made of it."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import Any, Final

from reports import escape
from store.dossier import Dossier, Row

#: Columns of the table: what happened when, one line each.
COLUMNS: Final = ("at", "what", "from", "to", "subject", "text", "details")


def as_json(person: str, addresses: list[str], judged: Any, found: Dossier) -> str:
    """Everything; keys are those of the store. ``judged``: the contact page, or ``None``."""
    whole = {
        "schema": "brickwall",
        "kind": "export",
        "version": 1,
        "person": person,
        "addresses": addresses,
        "judgement": judged,
        **found._asdict(),
    }
    return json.dumps(whole, ensure_ascii=False, indent=1, default=_time) + "\n"


def as_csv(found: Dossier) -> str:
    """One line per message, event, call, mark and deal, the oldest first; formulas harmless."""
    lines = [
        *map(_message, found.messages),
        *map(_event, found.events),
        *map(_call, found.conferences),
        *map(_mark, found.marks),
        *map(_deal, found.deals),
    ]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in sorted(lines):
        writer.writerow([escape.cell(value) for value in line])
    return out.getvalue()


def _message(row: Row) -> tuple[str, ...]:
    people = row["participants"]
    sender = ", ".join(one["address"] for one in people if one["role"] == "from")
    to = ", ".join(one["address"] for one in people if one["role"] in ("to", "cc"))
    at = row["sent_at"] or row["received_at"]
    said = ", ".join(one["intent"] for one in row["intents"] if one["probability"] >= 0.5)
    return (_time(at), "message", sender, to, row["subject"], row["text"], said)


def _event(row: Row) -> tuple[str, ...]:
    to = ", ".join(f"{one['address']} ({one['partstat']})" for one in row["attendances"])
    when = f"{row['method'] or row['status']} {_time(row['start'])}".strip()
    at = row["occurred_at"] or row["observed_at"]
    return (_time(at), "event", row["organizer"], to, row["summary"], row["comment"], when)


def _call(row: Row) -> tuple[str, ...]:
    there = ", ".join(one["address"] or one["name"] for one in row["joinings"])
    until = f"until {_time(row['ended_at'])}"
    return (_time(row["began_at"]), "call", row["service"], there, "", "", until)


def _mark(row: Row) -> tuple[str, ...]:
    return (_time(row["occurred_at"]), "mark", "", row["target"], row["kind"], row["value"], "")


def _deal(row: Row) -> tuple[str, ...]:
    value = "" if row["value"] is None else f"{row['value']:.2f} {row['currency']}"
    details = " ".join(filter(None, (row["stage"], value, row["outcome"])))
    return (_time(row["close_at"]), "deal", row["owner"], row["contact"], row["topic"], "", details)


def _time(at: datetime | None) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else ""
