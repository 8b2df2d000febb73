"""Which draft fits somebody: the kinds, what each needs, the one that their verdict asks for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Final

from reports import words
from reports.draft_known import Known
from store.errors import UsageError

#: What each kind is for, as its help says.
KINDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "rebook": "a meeting did not take place: find a new date",
        "confirm": "the next meeting: does the time still suit",
        "last-try": "one clear question: a day, or a no",
        "milestone": "what is the next step, and when",
        "park": "leave it for now, and come back on the day",
        "win-back": "after an honest no: thank them, or ask what has changed",
        "decline": "end it from your side",
    }
)
#: A meeting so near is confirmed before anything else.
SOON: Final = timedelta(days=3)
#: So long an answer is waited for before anything else is written.
PATIENCE: Final = timedelta(days=7)
#: They asked to be left alone: nothing is written to them.
OBJECTED: Final = "do not contact"
#: Verdicts after which no mail is ever chosen.
NO_MAIL: Final = frozenset({"walk away", "stop chasing", OBJECTED})
_ONE_STEP: Final = "In writing, ask for one step, and let them name the day."


@dataclass(frozen=True, slots=True)
class Choice:
    """A kind, ``""`` where no mail is needed, and why."""

    kind: str
    why: str


def chosen(known: Known) -> Choice:
    """The draft that their verdict and the facts ask for.

    Raises ``UsageError`` where they asked not to be contacted.
    """
    refuse(known)
    picked = _BY_VERDICT.get(known.verdict, _go_on)(known)
    if known.verdict in NO_MAIL or picked.kind not in ("", "milestone"):
        return picked
    return (
        _meeting(known) or _owed(known) or (_just_asked(known) if picked.kind else None) or picked
    )


def asked_for(known: Known, kind: str) -> Choice:
    """The kind that the rep named.

    Raises ``UsageError`` where they asked not to be contacted, or a fact is missing that the kind
    needs; the kinds that fit are then named.
    """
    refuse(known)
    lacks = _LACKS.get(kind, _nothing)(known)
    if lacks:
        raise UsageError(lacks, f"What fits: {', '.join(fitting(known))}.")
    return Choice(kind, "You asked for it.")


def fitting(known: Known) -> tuple[str, ...]:
    """The kinds whose facts are there; none for somebody who asked not to be contacted."""
    if known.verdict == OBJECTED:
        return ()
    return tuple(kind for kind in KINDS if not _LACKS.get(kind, _nothing)(known))


def refuse(known: Known) -> None:
    """Raise ``UsageError`` for somebody who asked not to be contacted."""
    if known.verdict == OBJECTED:
        raise UsageError(
            f"There are no drafts to {known.person.name}. {known.reason}",
            known.next_step,
        )


def _nothing(_known: Known) -> str:
    return ""


def _no_missed(known: Known) -> str:
    if known.missed:
        return ""
    return (
        f"No meeting with {known.person.name} is known that did not take place and has no new date."
        f" If one was missed, say so first: brickwall mark {known.person.address} no-show."
    )


def _no_meeting(known: Known) -> str:
    if known.meeting:
        return ""
    return f"No meeting with {known.person.name} lies ahead that could be confirmed."


def _no_question(known: Known) -> str:
    return "" if known.asked else f"Nothing of yours waits for an answer of {known.person.name}."


def _not_parked(known: Known) -> str:
    if known.verdict == "park" or known.until:
        return ""
    return (
        f"{known.person.name} has put nothing off, and you have not parked them: "
        f"brickwall park {known.person.address} --until DAY."
    )


def _no_no(known: Known) -> str:
    return "" if known.verdict == "win back" else f"{known.person.name} has not said no."


_LACKS: Final[Mapping[str, Callable[[Known], str]]] = MappingProxyType(
    {
        "rebook": _no_missed,
        "confirm": _no_meeting,
        "last-try": _no_question,
        "park": _not_parked,
        "win-back": _no_no,
    }
)


def _meeting(known: Known) -> Choice | None:
    """A meeting that is near, or may be moved, is confirmed."""
    near = known.meeting is not None and known.meeting - known.as_of <= SOON
    if known.meeting is None or not (near or known.risky):
        return None
    return Choice("confirm", f"You meet on {words.moment(known.meeting)}.")


def _owed(known: Known) -> Choice | None:
    """Whoever waits for the rep's answer is answered first, and no ready text can do that."""
    if known.owed is None:
        return None
    day = words.day(known.owed)
    return Choice("", f"They asked you something on {day} and wait: answer that first.")


def _just_asked(known: Known) -> Choice | None:
    """Who was asked a few days ago is not asked again."""
    if known.asked is None or known.as_of - known.asked > PATIENCE:
        return None
    day = words.day(known.asked)
    return Choice("", f"You wrote on {day}: leave them some days before you write again.")


def _walk_away(known: Known) -> Choice:
    meets = f" You still meet on {words.moment(known.meeting)}." if known.meeting else ""
    return Choice("", f"Walking away needs no mail.{meets} To end it in so many words: decline.")


def _stop_chasing(_known: Known) -> Choice:
    return Choice("", "A further mail would change nothing: it is theirs to come back.")


def _park(known: Known) -> Choice:
    if _they_wrote_last(known):
        return Choice("park", "They have put it off, and you have not answered yet.")
    return Choice("", f"{known.next_step} Until then no mail is needed.")


def _win_back(known: Known) -> Choice:
    if known.until is None:
        return Choice("win-back", "Enough time has passed since their no.")
    if _they_wrote_last(known):
        return Choice("win-back", "They have said no, and you have not answered yet.")
    return Choice("", f"The day to ask again is {words.day(known.until)}; no mail before.")


def _last_try(known: Known) -> Choice:
    told = _go_on(known)
    if told.kind or known.asked is None:
        return told
    return Choice("last-try", "Your question waits: once more, with a clear choice.")


def _one_step(known: Known) -> Choice:
    """Ask for one concrete step, where nothing else is to be done."""
    told = _go_on(known)
    return told if told.kind else Choice("milestone", f"{_ONE_STEP} {known.next_step}")


def _unclear(known: Known) -> Choice:
    told = _go_on(known)
    return told if told.kind else Choice("milestone", known.next_step)


def _go_on(known: Known) -> Choice:
    """What comes before anything else: a meeting that did not take place, a day that has come."""
    if known.missed and (known.written is None or known.written < known.missed):
        day = words.day(known.missed)
        return Choice("rebook", f"The meeting of {day} did not take place and has no new date.")
    if known.due:
        return Choice("milestone", "The day until which you had parked them is here.")
    return Choice("", f"{known.next_step} No mail is needed for that.")


def _they_wrote_last(known: Known) -> bool:
    return known.heard is not None and (known.written is None or known.written < known.heard)


_BY_VERDICT: Final[Mapping[str, Callable[[Known], Choice]]] = MappingProxyType(
    {
        "walk away": _walk_away,
        "stop chasing": _stop_chasing,
        "park": _park,
        "win back": _win_back,
        "last try": _last_try,
        "change approach": _one_step,
        "unclear": _unclear,
    }
)
