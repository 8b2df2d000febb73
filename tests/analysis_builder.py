"""An ``Analysis`` made by hand, for tests of everything that shows one.

    made = Made(as_of="2026-11-23 06:00")
    ann = made.person("Ann Lee", "ann@acme.example", verdict="walk away", hours=12.5)
    moved = made.message(ann, at="2026-11-18 08:00", subject="Running late again")
    made.sign(ann, "Moved the meeting 40 minutes before it began.", at="2026-11-18 08:00",
              shows=[moved])
    analysis = made.analysis()

Times are text in UTC. Calls that make something return its id or its evidence reference.
"""

from __future__ import annotations

from analyzer.analysis import Analysis
from tests.frame_rows import frame
from tests.made_mail import MadeMail
from tests.made_meetings import MadeMeetings


class Made(MadeMail, MadeMeetings):
    """Collects rows of derived frames and turns them into an ``Analysis``."""

    def analysis(self) -> Analysis:
        """Everything made so far."""
        names = [n for n in Analysis.__dataclass_fields__ if n != "as_of"]
        frames = {name: frame(name, self.rows[name]) for name in names}
        return Analysis(as_of=self.as_of.to_pydatetime(), **frames)
