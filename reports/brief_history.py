"""The history with somebody in five lines: how long, meetings, answers, deal, verdict."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from analyzer.analysis import Analysis
from analyzer.open_questions import duration
from analyzer.settings import Settings
from reports import escape, words
from reports.brief_model import Line
from reports.views_base import Directory, local, number, records
from reports.views_sections import EXPLANATIONS

#: From so many answers on, the usual time of them is told.
ENOUGH_ANSWERS: Final = 3
#: Who lets most of their answers be written by one other person is reached through them.
_MOSTLY: Final = 0.5
_CALLED_OFF: Final = ["cancelled", "declined"]
_TITLE: Final = "(without a title)"


@dataclass(frozen=True)
class History:
    """The history of everybody in an analysis, looked up person by person."""

    analysis: Analysis
    settings: Settings
    directory: Directory

    @property
    def zone(self) -> ZoneInfo:
        """The rep's."""
        return ZoneInfo(self.settings.zone)

    def of(self, person: int) -> tuple[Line, ...]:
        """Five lines about ``person``."""
        return (
            Line("known", self._known(person)),
            Line("meetings", self._meetings(person)),
            Line("answers", self._answers(person)),
            Line("deal", self._deal(person)),
            Line("verdict", self._verdict(person)),
        )

    def stranger(self, person: int) -> bool:
        """Whether no mail was exchanged with ``person`` and no meeting lies behind."""
        row = self._contact(person)
        return (row is None or pd.isna(row.first_at)) and self._past(person).empty

    def _contact(self, person: int) -> Any:
        rows = self.analysis.contacts
        return next(records(rows.loc[rows["person"].eq(person)]), None)

    def _past(self, person: int) -> pd.DataFrame:
        """Meetings with ``person`` that lie behind, cancelled ones too, the oldest first."""
        mine = self.analysis.attendees
        rows = mine.loc[mine["person"].eq(person)].merge(self.analysis.meetings, on="meeting")
        rows = rows.loc[rows["start"].le(pd.Timestamp(self.analysis.as_of))]
        return rows.loc[rows["status"].ne("moved away")].sort_values(["start", "meeting"])

    def _known(self, person: int) -> str:
        row, past = self._contact(person), self._past(person)
        first = [] if row is None or pd.isna(row.first_at) else [row.first_at]
        first += past["start"].head(1).to_list()
        if not first:
            return "nothing was exchanged with them so far."
        since = f"since {words.day(local(min(first), self.zone))}"
        if row is None or pd.isna(row.first_at):
            return f"{since}, from meetings alone: no mail was exchanged."
        return (
            f"{since}: {self._mails(row.mails_in, 'from them', row.last_in_at)}, "
            f"{self._mails(row.mails_out, 'from you', row.last_out_at)}."
        )

    def _mails(self, number_of: int, whose: str, last: Any) -> str:
        if not number_of:
            return f"no mail {whose}"
        told = f"{words.count(int(number_of), 'mail')} {whose}"
        at = local(last, self.zone)
        return f"{told} (last {words.day(at)})" if at else told

    def _meetings(self, person: int) -> str:
        past = self._past(person)
        stood = past.loc[past["status"].eq("confirmed") & past["partstat"].ne("DECLINED")]
        held = stood.loc[stood["presence"].ne("no")]
        told = []
        if len(held):
            last = words.day(local(held["start"].max(), self.zone))
            told.append(f"{len(held):,} took place as far as is known, the last on {last}")
        told += [*self._broken(person, len(stood) - len(held))]
        return f"{'; '.join(told)}." if told else "None with them so far."

    def _broken(self, person: int, missed: int) -> Iterator[str]:
        """Dates that they did not keep, or that were moved from here; one cause is one."""
        rows = self.analysis.changes
        rows = rows.loc[rows["person"].eq(person) & rows["kind"].isin(["moved", *_CALLED_OFF])]
        rows = rows.sort_values(["notice_hours", "change"]).drop_duplicates("cause")
        theirs = rows.loc[rows["actor"].eq("them")]
        moved, off = theirs["kind"].eq("moved"), theirs["kind"].isin(_CALLED_OFF)
        if moved.any():
            yield f"{int(moved.sum()):,} moved by them{self._late(theirs.loc[moved])}"
        if off.any():
            yield f"{int(off.sum()):,} called off by them{self._late(theirs.loc[off])}"
        if missed:
            yield f"{missed:,} missed by them"
        for actor, whose in (("us", " by you"), ("unknown", ", by whom is not known")):
            number_of = int((rows["actor"].eq(actor) & rows["kind"].ne("declined")).sum())
            if number_of:
                yield f"{number_of:,} moved or called off{whose}"

    def _late(self, rows: pd.DataFrame) -> str:
        notice = self.settings.late_notice_hours
        late = int(rows["notice_hours"].lt(notice).sum())
        return f" ({late:,} with less than {notice:g} hours' notice)" if late else ""

    def _answers(self, person: int) -> str:
        rows = self.analysis.episodes
        asked = rows["direction"].eq("ours") & rows["person"].eq(person) & ~rows["sequence"]
        asked &= rows["answered_kind"].ne("unseen")
        rows = rows.loc[asked]
        if rows.empty:
            return "You have asked them nothing that waits for an answer."
        answered = rows.loc[~rows["open"]]
        waits = words.count(len(rows) - len(answered), "question") + " without an answer"
        if answered.empty:
            return f"They have answered none of yours: {waits}."
        told = f"They answered {len(answered):,} of {words.count(len(rows), 'question')} of yours"
        return f"{told}{self._pace(answered)}{self._through(answered)}."

    def _pace(self, answered: pd.DataFrame) -> str:
        waited = answered["waited_hours"]
        if len(answered) < ENOUGH_ANSWERS:
            return f", the last after {_span(answered.sort_values('answered_at')['waited_hours'])}"
        most = waited.sort_values().quantile([0.5, 0.9], interpolation="higher")
        half, nine = _span(most.head(1)), _span(most.tail(1))
        if half == nine:
            return f", most within {nine}"
        return f", half of them within {half}, nine of ten within {nine}"

    def _through(self, answered: pd.DataFrame) -> str:
        via = answered.loc[answered["answer_via"].ge(0), "answer_via"].value_counts().head(1)
        if via.empty or via.iloc[0] <= _MOSTLY * len(answered):
            return ""
        return f", mostly through {self.directory[int(str(via.index[0]))].name}"

    def _deal(self, person: int) -> str:
        rows = self.analysis.topics
        rows = rows.loc[rows["deal"].ge(0) | rows["proposed_at"].notna()]
        mine = rows.loc[rows["person"].eq(person)]
        company = self.directory[person].company
        if mine.empty and company:
            mine = rows.loc[rows["company"].eq(company)]
        if mine.empty:
            return "No proposal and no deal so far."
        dates = ["proposed_at", "last_two_way_at", "close_at"]
        latest = mine.assign(at=mine[dates].max(axis=1).fillna(pd.Timestamp(0, tz="UTC")))
        latest = latest.sort_values(["outcome", "at", "topic"], ascending=[True, False, True])
        told = self._topic(next(records(latest)), person)
        more = int(mine["outcome"].eq("").sum()) - 1
        return f"{told} {more:,} more open." if more > 0 else told

    def _topic(self, row: Any, person: int) -> str:
        kind = "Deal" if row.deal >= 0 else "Proposal"
        title = escape.line(row.title, escape.SUBJECT) or _TITLE
        facts = (
            [f"stage {escape.line(row.stage, escape.NAME)}"]
            if row.stage and not row.outcome
            else []
        )
        if pd.notna(row.value):
            facts.append(words.money(number(row.value), escape.line(row.currency, 8)))
        facts += [*self._dates(row)]
        whose = f" ({self.directory[row.person].name})" if row.person not in (person, -1) else ""
        return f"{kind} “{title}”{whose}: {', '.join(facts) or 'nothing more is known'}."

    def _dates(self, row: Any) -> Iterator[str]:
        proposed, last = local(row.proposed_at, self.zone), local(row.last_two_way_at, self.zone)
        closed, step = local(row.close_at, self.zone), local(row.next_step_at, self.zone)
        if proposed:
            yield f"proposed {words.day(proposed)}"
        if row.outcome:
            yield f"{row.outcome} {words.day(closed)}" if closed else str(row.outcome)
            return
        yield f"last word on it {words.day(last)}" if last else "no word on it since"
        if step or row.next_step:
            yield f"next {words.step(escape.line(row.next_step, escape.SUBJECT), step)}"

    def _verdict(self, person: int) -> str:
        rows = self.analysis.verdicts
        row = next(records(rows.loc[rows["person"].eq(person)]), None)
        if row is None:
            return self._not_judged(person)
        verdict = str(row.verdict).capitalize()
        sure = f" ({escape.line(row.sure, escape.NAME)})" if row.sure else ""
        return f"{verdict}{sure}: {escape.line(row.reason) or words.MEANINGS[str(row.verdict)]}"

    def _not_judged(self, person: int) -> str:
        row = self._contact(person)
        why = EXPLANATIONS.get(str(row.left_out), "") if row is not None else ""
        return f"Not judged: {why[0].lower()}{why[1:]}." if why else "Not judged."


def _span(hours: pd.Series[float]) -> str:
    """The last of ``hours`` as people say it."""
    return str(duration(hours.tail(1)).iloc[0])
