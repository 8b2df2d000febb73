"""The brief before meetings: what it is about, its view made from the store, and its mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from brickwall import letters
from brickwall.config import load
from brickwall.delivering import Letter, Post
from brickwall.workspace import Study, Workspace, studied
from store.errors import UsageError

if TYPE_CHECKING:
    from reports.brief import Asked
    from reports.brief_model import Brief
    from store.model import Delivery

KIND: Final = "brief"
_SHOWN: Final = 8
_NOTHING: Final = "there is no meeting that day"
_LATE: Final = "its first meeting has begun"


def brief_of(workspace: Workspace, study: Study, asked: Asked) -> Brief:
    """The view, with how the last mails begin as far as their texts are stored."""
    from reports import brief
    from store.reading import texts

    messages = brief.messages(study.analysis, study.settings, asked)
    known = texts(workspace.database, messages)
    return brief.brief(study.analysis, study.settings, asked, known)


def of_day(study: Study, day: date | None) -> Asked:
    """The meetings of ``day``; without one those of the rep's next working day."""
    from reports import brief, brief_meetings

    zone = ZoneInfo(study.settings.zone)
    on = day or brief_meetings.next_day(study.analysis, zone)
    return brief.Asked(tuple(brief_meetings.of_day(study.analysis, zone, on)), day=on)


def about(study: Study, name: str, day: date | None) -> Asked:
    """The next meeting that ``name`` means, or that of ``day``: with somebody, or called so.

    Of somebody without a meeting ahead all is told that is known. Raises ``UsageError`` when
    ``name`` means nobody and nothing, when it may mean several (then naming them), or when there
    is no such meeting on ``day``.
    """
    from reports import brief, brief_meetings

    person, meetings = _meant(study, name)
    ahead = brief_meetings.ahead(study.analysis)["meeting"].to_list()
    wanted = ahead if day is None else list(of_day(study, day).meetings)
    found = [meeting for meeting in meetings if meeting in wanted]
    if day is not None and not found:
        raise UsageError(
            f'There is no meeting with or called "{name}" on {day}.',
            f"brickwall brief --day {day} tells of all meetings of that day.",
        )
    if not found and person is not None:
        return brief.Asked(people=(person,))
    return brief.Asked(tuple(found if day else found[:1]))


def _meant(study: Study, name: str) -> tuple[int | None, list[int]]:
    """Whom ``name`` means, if a person, and all meetings that it may be about."""
    from reports import brief_meetings
    from reports.views_person import find_people

    analysis = study.analysis
    people = find_people(analysis, name)
    if len(people) == 1:
        return people[0].id, brief_meetings.with_person(analysis, people[0].id)
    meetings = brief_meetings.called(analysis, name)
    titles = brief_meetings.titles(analysis, meetings)
    if len(titles) == 1:
        return None, meetings
    raise _several(name, [f"{each.name} <{each.address}>" for each in people], titles)


def _several(name: str, people: list[str], titles: list[str]) -> UsageError:
    """What is said where ``name`` means nobody and nothing, or too much."""
    from reports import escape

    if not people and not titles:
        return UsageError(
            f'Nobody in your mail and no meeting ahead is called "{name}".',
            "Try a part of the name, the address or the title; `brickwall contacts` lists "
            "everyone.",
        )
    meetings = [f"the meeting “{escape.line(title, escape.NAME)}”" for title in titles]
    every = [*people, *meetings]
    more = f" and {len(every) - _SHOWN} more" if len(every) > _SHOWN else ""
    return UsageError(
        f'"{name}" may be {", ".join(every[:_SHOWN])}{more}.',
        "Give the address, or more of the title.",
    )


@dataclass(frozen=True)
class Briefing:
    """The briefs that are mailed to one user; ``now``: the clock."""

    workspace: Workspace
    now: Callable[[], datetime]

    def wanted(self) -> bool:
        """Whether briefs are mailed, by the configuration as it is now."""
        zone = self.workspace.config.zone
        return load(self.workspace.home.config_file, local_zone=lambda: zone).brief.mail

    def send(
        self, day: date, post: Callable[[str], Post], *, asked: bool = False
    ) -> list[Delivery]:
        """Send the brief of ``day`` to each recipient of digests who has not had it.

        Never once its first meeting has begun. ``asked``: by the rep just now, so that it goes
        whether or not briefs are mailed by themselves. As ``letters.to_each``.
        """
        morning = _Morning(self.workspace, day, self.now)
        wanted = (lambda: True) if asked else self.wanted
        return letters.to_each(self.workspace, morning.letter, post, self.now, wanted)


@dataclass(frozen=True)
class _Morning:
    """The brief of one day; analysed at most once, however many have it."""

    workspace: Workspace
    day: date
    now: Callable[[], datetime]

    def letter(self, recipient: str) -> Letter:
        """What goes to ``recipient``."""

        def written(sender: str, message_id: str) -> bytes:
            return self._mail(sender, recipient, message_id)

        return Letter(KIND, self.day.isoformat(), recipient, written, self._nothing, self._late)

    def _nothing(self) -> str:
        return "" if self._asked.meetings else _NOTHING

    @cached_property
    def _study(self) -> Study:
        return studied(self.workspace, self.now())

    @cached_property
    def _asked(self) -> Asked:
        return of_day(self._study, self.day)

    @cached_property
    def _view(self) -> Brief:
        return brief_of(self.workspace, self._study, self._asked)

    def _late(self) -> str:
        from reports import brief_meetings

        zone, at = ZoneInfo(self.workspace.config.zone), self.now()
        first = brief_meetings.first_start(self._study.analysis, zone, self.day)
        over = at.astimezone(zone).date() > self.day
        return _LATE if over or (first is not None and at >= first) else ""

    def _mail(self, sender: str, recipient: str, message_id: str) -> bytes:
        from reports import brief_mail
        from reports.mail import message

        at = self.now().astimezone(ZoneInfo(self.workspace.config.zone)).replace(microsecond=0)
        mail = message(brief_mail.written(self._view), sender, recipient, message_id, at)
        return letters.on_the_wire(mail, message_id)
