"""The templates of pages and mails: everything put into them is escaped, nothing may be missing."""

from __future__ import annotations

from jinja2 import Environment, PackageLoader, StrictUndefined


def environment(**shared: object) -> Environment:
    """An environment for the templates of this package; ``shared``: names that each may use."""
    made = Environment(
        loader=PackageLoader("reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals.update(shared)
    return made
