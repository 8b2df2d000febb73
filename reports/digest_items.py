"""The links that belong to each item of a digest: what can be told of it from the phone."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import timedelta
from typing import Any, Final, TypeVar

from reports import words
from reports.action_links import ActionLinks, Link
from reports.digest_model import DigestView, RiskyMeeting, ToDo, Wake
from reports.model import Question

# What mail programs make a link of by themselves.
_ADDRESS: Final = re.compile(r"(?<=:)(?=//)|(?<=\bwww)(?=\.)|(?<=\bmailto)(?=:)", re.I)
_COMMAND: Final = re.compile(r" \(brickwall mark, [a-z -]+\)$")
PARK_FOR: Final = timedelta(weeks=4)
_ANSWERS: Final = {
    "moved by us": ("they moved", "we moved"),
    "did they come": ("attended", "no show"),
    "in doubt": ("sales", "not sales"),
}


View = TypeVar("View")


def quiet(view: View) -> View:
    """``view`` with web addresses in its texts broken by a space, so that no mail program makes
    links of what strangers wrote. Mail addresses of people stay whole: links are made of them.
    """
    made: Any = view
    if isinstance(view, str):
        made = _ADDRESS.sub(" ", view)
    elif isinstance(view, tuple):
        made = tuple(quiet(each) for each in view)
    elif is_dataclass(view) and not isinstance(view, type):
        texts = [field.name for field in fields(view) if field.name != "address"]
        made = replace(view, **{name: quiet(getattr(view, name)) for name in texts})
    changed: View = made
    return changed


@dataclass(frozen=True, slots=True)
class Linked:
    """A view with the links of its items; ``()`` everywhere without ``made``."""

    view: DigestView
    made: ActionLinks | None

    def to_do(self, item: ToDo, place: int) -> tuple[Link, ...]:
        """Of a thing to do."""
        kinds = ["spoke", "not a wall", "park", "not sales"]
        return self._links(kinds, item.person.address, f"no. {place}")

    def risky(self, item: RiskyMeeting, place: int) -> tuple[Link, ...]:
        """Of a meeting that may not take place."""
        return self._links(["spoke"], item.person.address, f"meeting {place}")

    def wake(self, item: Wake, place: int) -> tuple[Link, ...]:
        """Of a contact whose time comes."""
        return self._links(["spoke", "park", "not sales"], item.person.address, f"parked {place}")

    def asked(self, item: Question) -> str:
        """A question in words; where it is answered by a tap, without the command to do so."""
        told = words.question(item)
        return _COMMAND.sub("", told) if self.question(item, 1) else told

    def question(self, item: Question, place: int) -> tuple[Link, ...]:
        """The answers to a question."""
        if self.made is None:
            return ()
        return self.made.links(
            _ANSWERS.get(item.kind, ()),
            item.person.address,
            where=f"week {self.view.week.number}, question {place}",
            about=None if item.kind == "in doubt" else item.at,
        )

    def _links(self, kinds: list[str], address: str, place: str) -> tuple[Link, ...]:
        if self.made is None:
            return ()
        where = f"week {self.view.week.number}, {place}"
        until = (self.view.as_of + PARK_FOR).date()
        return self.made.links(kinds, address, where=where, park_until=until)
