"""Words of the derived frames, in their fixed order."""

from __future__ import annotations

from typing import Final

#: Labels of ``analyzer.intents`` in their fixed order.
INTENTS: Final = (
    "expects_reply",
    "meeting_request",
    "reschedule",
    "cancel",
    "no_show",
    "apology",
    "refusal",
    "brush_off",
    "commitment",
    "follow_up",
    "proposal",
    "acceptance",
    "auto",
    "delegate",
    "objection",
)

FAMILIES: Final = ("meetings", "answers", "proposals", "promises", "cycles", "effort")

VERDICTS: Final = (
    "walk away",
    "change approach",
    "last try",
    "stop chasing",
    "park",
    "win back",
    "do not contact",
    "keep going",
    "unclear",
)
