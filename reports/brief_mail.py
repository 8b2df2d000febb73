"""The brief of a day as a mail to the rep: a subject without names, text and HTML."""

from __future__ import annotations

from datetime import date

from reports import brief_html, brief_text, words
from reports.brief_model import Brief
from reports.mail import Written


def written(view: Brief) -> Written:
    """The brief of ``view.day`` before it has a sender."""
    return Written(
        f"brief {view.day}", subject(view), brief_text.mailed(view), brief_html.render(view)
    )


def subject(view: Brief) -> str:
    """Day and counts alone: it is seen on lock screens."""
    day = date.fromisoformat(view.day)
    told = [words.count(len(view.meetings), "meeting")]
    risky = sum(brief_text.at_risk(meeting) for meeting in view.meetings)
    told += [f"{risky:,} at risk"] if risky else []
    return f"brickwall, {words.DAYS[day.weekday()]} {day.day} {words.MONTHS[day.month - 1]}: " + (
        ", ".join(told)
    )
