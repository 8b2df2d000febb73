"""A brief as HTML, for mail programs and as a page: in the manner of the digest."""

from __future__ import annotations

from reports import brief_text, digest_text
from reports.brief_model import Brief
from reports.digest_html import document


def render(view: Brief) -> str:
    """The brief as a whole HTML document."""
    return document(
        "brief.html",
        view=view,
        text=brief_text,
        title=brief_text.title(view),
        promised=digest_text.promised,
        lead=brief_text.lead(view),
        covered=digest_text.coverage(view),
        whose=brief_text.WHOSE,
    )
