"""People of an analysis made by hand: who they are, how they are judged, what covers them."""

from __future__ import annotations

from typing import Any

from analyzer.frames import COLUMNS, FAMILIES
from tests.builders import instant
from tests.frame_rows import row


class MadePeople:
    """Collects rows of derived frames, first of all people."""

    def __init__(self, as_of: str = "2026-11-23 06:00", rate: float = 60.0) -> None:
        self.as_of = instant(as_of)
        self.rate = rate
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
        self.me = self._person("The Rep", "rep@ours.example", own=True)

    def _add(self, name: str, /, **given: Any) -> int:
        self.rows[name].append(row(name, given))
        return len(self.rows[name])

    def _person(self, name: str, address: str, **fields: Any) -> int:
        person = len(self.rows["people"])
        company = fields.pop("company", ".".join(address.rpartition("@")[2].split(".")[-2:]))
        self._add(
            "people",
            person=person,
            name=name,
            address=address,
            addresses=(address,),
            company=company,
            **fields,
        )
        return person

    def person(
        self,
        name: str,
        address: str,
        *,
        verdict: str = "keep going",
        reason: str = "",
        next_step: str = "",
        attention: float = 0.0,
        trend: str = "steady",
        sure: str = "fairly sure",
        until: str | None = None,
        milestone: str = "",
        hours: float = 0.0,
        week_hours: float = 0.0,
        lost_hours: float = 0.0,
        odds: tuple[float, float] | None = None,
        **fields: Any,
    ) -> int:
        """A judged person; ``odds``: P(wall) and P(next not honoured)."""
        person = self._person(name, address, **fields)
        company = self.rows["people"][-1]["company"]
        who = {"person": person, "company": company}
        self._add("contacts", person=person, judged=True, reason="meeting", mails_in=0, mails_out=0)
        self._add(
            "verdicts",
            **who,
            verdict=verdict,
            reason=reason,
            next_step=next_step,
            attention=attention,
            trend=trend,
            sure=sure,
            until=until,
            milestone=milestone,
        )
        self._add(
            "effort",
            person=person,
            mail_hours=(hours - lost_hours) * 0.4,
            meeting_hours=(hours - lost_hours) * 0.6,
            lost_hours=lost_hours,
            hours=hours,
            week_hours=week_hours,
            cost=hours * self.rate,
        )
        if odds:
            self._score(who, *odds)
        return person

    def _score(self, who: dict[str, Any], wall: float, not_honoured: float) -> None:
        ends = {
            "wall_low": wall * 0.9,
            "wall_high": 1 - (1 - wall) * 0.5,
            "not_honoured_low": not_honoured * 0.8,
            "not_honoured_high": 1 - (1 - not_honoured) * 0.7,
        }
        terms = {f"term_{family}": 0.4 * n - 0.4 for n, family in enumerate(FAMILIES)}
        self._add(
            "scores",
            **who,
            wall=wall,
            not_honoured=not_honoured,
            **ends,
            **terms,
            bad_episodes=4,
            bad_families=2,
            good_episodes=1,
            has_act=True,
        )

    def left_out(
        self,
        name: str,
        address: str,
        why: str,
        *,
        first_at: str | None = "2026-09-01",
        **fields: Any,
    ) -> int:
        """Somebody who is not judged; without ``first_at`` only seen in copy."""
        person = self._person(name, address, **fields)
        who = {"person": person, "left_out": why, "first_at": first_at}
        self._add("contacts", **who, mails_in=1, mails_out=0)
        return person

    def account(self, name: str = "rep@ours.example", **fields: Any) -> None:
        """An account that the analysis covers."""
        given = {
            "kind": "mbox",
            "first_at": "2025-01-03",
            "last_at": "2026-11-22 20:00",
            "messages": 4120,
            "events": 312,
            "failures": 0,
            "checked_at": self.as_of.isoformat(),
            "read_share": 1.0,
            "calendar_since": "2026-01-05",
            "written": 1630,
            "answered": 940,
            "missing": 0,
        }
        number = len(self.rows["coverage"]) + 1
        self._add("coverage", account=number, name=name, **(given | fields))
