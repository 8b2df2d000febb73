"""What is known of each person in a brief, mail of colleagues and of other accounts included."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from analyzer.analysis import Analysis
from analyzer.settings import Settings
from reports import escape, views_ahead, views_sections, words
from reports.brief_history import History
from reports.brief_model import Exchange, Known
from reports.digest_model import Promise
from reports.views_base import Directory, local, records
from reports.views_digest import promise

EXCHANGES_SHOWN: Final = 3
PROMISES_SHOWN: Final = 4
QUESTIONS_SHOWN: Final = 3
OTHERS_SHOWN: Final = 3
#: So much of a mail is shown.
FIRST_WORDS: Final = 120
#: Promises made longer ago are of no matter any more.
_LATELY: Final = timedelta(days=182)
_ANSWERS: Final = {
    "ACCEPTED": "accepted",
    "DECLINED": "declined",
    "TENTATIVE": "tentative",
    "NEEDS-ACTION": "no answer",
}
_GREETING: Final = re.compile(r"\s*[^\n,.!?:]{1,40}[,!:]?[ \t]*\n\s*(?=\S)")


@dataclass(frozen=True)
class People:
    """Everybody in an analysis, told of one by one. ``texts``: by message, as far as kept."""

    analysis: Analysis
    settings: Settings
    directory: Directory
    texts: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def _history(self) -> History:
        return History(self.analysis, self.settings, self.directory)

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.settings.zone)

    @cached_property
    def _written(self) -> pd.DataFrame:
        """Mails that people wrote, the newest first."""
        mail = self.analysis.mail
        rows = mail.loc[mail["kind"].eq("person") & ~mail["auto"] & mail["at"].notna()]
        return rows.sort_values(["at", "message"], ascending=False)

    @cached_property
    def _colleagues(self) -> pd.Series[int]:
        people = self.analysis.people
        return people.loc[people["colleague"] & ~people["automatic"], "person"]

    @cached_property
    def _open_questions(self) -> tuple[Any, ...]:
        return views_ahead.open_questions(self.analysis, self._zone, self.directory)

    @cached_property
    def _waiting(self) -> tuple[Any, ...]:
        return views_sections.waiting(self.analysis, self._zone, self.directory)

    def messages(self, people: Iterable[int]) -> list[int]:
        """The messages whose beginnings are shown for ``people``."""
        return [int(row.message) for person in people for row in self._latest(person)]

    def known(self, person: int, partstat: str = "") -> Known:
        """All that a brief tells of ``person``; ``partstat``: their answer to the invitation."""
        elsewhere = (*self._other_accounts(person), *self._through_colleagues(person))
        stranger = self._history.stranger(person) and not elsewhere
        return Known(
            person=self.directory[person],
            answer=_ANSWERS.get(partstat, ""),
            stranger=stranger,
            verdict=self._of_verdict(person, "verdict"),
            history=() if stranger else self._history.of(person),
            next_step=escape.line(self._of_verdict(person, "next_step")),
            elsewhere=(*elsewhere, *(self._others_there(person) if stranger else ())),
            promises=self._promises(person),
            waiting=tuple(each for each in self._waiting if each.person.id == person),
            open_questions=tuple(each for each in self._open_questions if each.person.id == person)[
                :QUESTIONS_SHOWN
            ],
            exchanges=tuple(self._exchange(row) for row in self._latest(person)),
        )

    def _of_verdict(self, person: int, column: str) -> str:
        rows = self.analysis.verdicts
        return next(map(str, rows.loc[rows["person"].eq(person), column]), "")

    def _with(self, person: int) -> pd.DataFrame:
        """Mails of both sides with ``person``, those of colleagues to them included."""
        mail, to = self._written, self.analysis.recipients
        sent_to = mail["message"].isin(to.loc[to["person"].eq(person), "message"])
        ours = mail["outgoing"] | mail["sender"].isin(self._colleagues)
        return mail.loc[(mail["sender"].eq(person) & ~mail["outgoing"]) | (ours & sent_to)]

    def _latest(self, person: int) -> Iterable[Any]:
        return records(self._with(person).head(EXCHANGES_SHOWN))

    def _exchange(self, row: Any) -> Exchange:
        at = local(row.at, self._zone)
        assert at is not None
        account = escape.line(self._elsewhere.get(row.account, "You"), escape.NAME)
        by = account if row.outgoing else self.directory[row.sender].name
        via = f" (written by {self.directory[row.via].name})" if row.via >= 0 else ""
        return Exchange(
            at=at,
            ours=bool(row.outgoing),
            by=by + via,
            subject=escape.line(row.subject, escape.SUBJECT) or "(no subject)",
            words=first_words(self.texts.get(int(row.message), "")),
        )

    def _promises(self, person: int) -> tuple[Promise, ...]:
        """Open ones of both sides, and those that they broke, the first due first."""
        rows, as_of = self.analysis.promises, pd.Timestamp(self.analysis.as_of)
        rows = rows.loc[rows["person"].eq(person) & rows["state"].isin(["open", "broken"])]
        rows = rows.loc[rows["at"].gt(as_of - _LATELY) & rows["words"].ne("")]
        rows = rows.sort_values(["due_at", "message"]).tail(PROMISES_SHOWN)
        return tuple(promise(row, self._zone, self.directory, as_of) for row in records(rows))

    @cached_property
    def _elsewhere(self) -> dict[int, str]:
        """The names of accounts other than the one that is written from today."""
        covered = self.analysis.coverage
        names = dict(zip(covered["account"], covered["name"], strict=True))
        ours_first = self._written.sort_values("outgoing", ascending=False, kind="stable")
        today = {names.get(account, "") for account in ours_first["account"].head(1)}
        return {account: name for account, name in names.items() if name and name not in today}

    def _other_accounts(self, person: int) -> Iterator[str]:
        rows = self._with(person)
        rows = rows.loc[rows["account"].isin(self._elsewhere.keys())]
        for name, told in list(rows.groupby(rows["account"].map(self._elsewhere)))[:OTHERS_SHOWN]:
            yield f"In {escape.line(name, escape.NAME)}: {self._summed(told)}."

    def _through_colleagues(self, person: int) -> Iterator[str]:
        """What colleagues wrote to ``person``, or about them in the same conversation."""
        mail, to = self._written, self.analysis.recipients
        theirs = mail["sender"].eq(person) & ~mail["outgoing"]
        sent_to = mail["message"].isin(to.loc[to["person"].eq(person), "message"])
        threads = mail.loc[theirs | sent_to, "thread"]
        there = sent_to | mail["thread"].isin(threads.loc[threads.ge(0)])
        rows = mail.loc[mail["sender"].isin(self._colleagues) & there]
        order = rows.groupby("sender")["at"].max().sort_values(ascending=False)
        for colleague in order.index[:OTHERS_SHOWN]:
            name = self.directory[int(str(colleague))].name
            told = self._summed(rows.loc[rows["sender"].eq(colleague)])
            yield f"Your colleague {name} wrote to them or about them: {told}."

    def _others_there(self, person: int) -> Iterator[str]:
        """Whom the rep knows at the company of ``person``, those they wrote with most."""
        company, people = self.directory[person].company, self.analysis.people
        there = people.loc[people["company"].eq(company) & people["person"].ne(person), "person"]
        rows = self.analysis.contacts
        rows = rows.loc[rows["person"].isin(there) & rows["first_at"].notna()]
        rows = rows.assign(mails=rows["mails_in"] + rows["mails_out"])
        rows = rows.sort_values(["mails", "person"], ascending=[False, True])
        if company and len(rows):
            known = [self.directory[one].name for one in rows["person"].head(OTHERS_SHOWN)]
            yield f"At {company} you know {words.listed(known)}."

    def _summed(self, rows: pd.DataFrame) -> str:
        """How many mails, from when to when, and the last subject; the newest first."""
        first, last = local(rows["at"].min(), self._zone), local(rows["at"].max(), self._zone)
        subject = escape.line(rows["subject"].iloc[0], escape.SUBJECT) or "(no subject)"
        span = words.day(last)
        if words.day(first) != span:
            span = f"{words.day(first)} to {span}"
        return f"{words.count(len(rows), 'mail')} ({span}), the last “{subject}”"


def first_words(text: str) -> str:
    """How a mail begins, a greeting on a line of its own left out."""
    shown = text[: FIRST_WORDS * 8].lstrip()
    return escape.line(_GREETING.sub("", shown, count=1) if _GREETING.match(shown) else shown,
                       FIRST_WORDS)  # fmt: skip
