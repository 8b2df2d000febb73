"""The study of the store and the one person that a command is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from brickwall.cli.people import find
from brickwall.cli.times import instant

if TYPE_CHECKING:
    from brickwall.workspace import Study
    from reports.model import Person


def one(name: str, as_of: str | None) -> tuple[Study, Person]:
    """Analyse the store and find the person called ``name`` in it."""
    from brickwall.workspace import now, opened, studied

    with opened() as workspace:
        moment = instant(as_of, workspace.config.zone) if as_of else now()
        study = studied(workspace, moment)
    return study, find(study.analysis, name)
