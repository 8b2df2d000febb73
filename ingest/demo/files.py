"""The world as files: what a rep would export from mail, calendar and CRM, and the truth."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

from ingest.demo import diary, letters
from ingest.demo.cast import REP
from ingest.demo.world import World


def write(world: World, place: Path) -> None:
    """Write ``mail.mbox``, ``calendar.ics``, ``deals.csv`` and ``truth.json`` into a folder."""
    place.mkdir(parents=True, exist_ok=True)
    (place / "mail.mbox").write_bytes(letters.mbox(world.letters))
    ics = diary.calendar(world.meetings, world.end)
    (place / "calendar.ics").write_text(ics, encoding="utf-8", newline="")
    (place / "deals.csv").write_text(_deals(world), encoding="utf-8")
    truth = {"seed": world.seed, "people": [person.plain() for person in world.people]}
    (place / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")


def _deals(world: World) -> str:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("email", "deal", "stage", "value", "currency", "owner", "close date", "outcome"))
    for deal in world.deals:
        rows.writerow(
            (
                deal.address,
                deal.topic,
                deal.stage,
                deal.value,
                "EUR",
                REP.name,
                deal.close,
                deal.outcome,
            )
        )
    return text.getvalue()
