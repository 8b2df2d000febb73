"""How values are written: dates, hours, money, shares, counts. One way for every format."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import datetime
from typing import Final

from reports.model import (
    Effort,
    Estimate,
    MeetingRisk,
    Odds,
    OpenQuestion,
    Question,
    Reference,
    Topic,
    Waiting,
)
from reports.model_person import Case
from reports.model_topics import Opportunity
from reports.week import Week

MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip
DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
FULL_DAYS: Final = (
    "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
)  # fmt: skip

ARROWS: Final = {"better": "↗", "steady": "→", "worse": "↘", "new": "•"}
TRENDS: Final = {
    "better": "getting better",
    "steady": "steady",
    "worse": "getting worse",
    "new": "new",
}

_MAIL: Final = ("mail", "mails")
_SOURCES: Final = {
    "calendar": ("calendar entry", "calendar entries"),
    "your mark": ("mark of yours", "marks of yours"),
    "deals list": ("line of the deals list", "lines of the deals list"),
}
#: What each verdict means, for people.
MEANINGS: Final = {
    "walk away": "A wall: independent signs of more than one kind, and deeds among them. Stop.",
    "change approach": "They move meetings, or are reached only through others. No wall: do it "
    "differently.",
    "last try": "Near a wall, or long silent. One more clear question, then decide.",
    "stop chasing": "An answer is unlikely. No blame: nobody has to answer.",
    "park": "They named a date, or something that has to happen first.",
    "win back": "An honest no. Ask again when some time has passed.",
    "do not contact": "They asked to be left alone. Do that.",
    "keep going": "Nothing speaks against it.",
    "unclear": "Too little has happened to say anything.",
}
NOTHING_TO_DO: Final = "Nothing: no one needs anything from you this week."
NO_ACCOUNT: Final = "No account yet."


def trend(word: str) -> str:
    """A trend as arrow and words."""
    return f"{ARROWS.get(word, '')} {TRENDS.get(word, word)}".strip()


def day(at: datetime | None, unknown: str = "–") -> str:
    """Like ``16 Nov 2026``."""
    return unknown if at is None else f"{at.day} {MONTHS[at.month - 1][:3]} {at.year}"


def moment(at: datetime | None, unknown: str = "–") -> str:
    """Like ``Mon 16 Nov 2026, 09:05``."""
    if at is None:
        return unknown
    return f"{DAYS[at.weekday()]} {day(at)}, {at.hour:02d}:{at.minute:02d}"


def days_of(week: Week) -> str:
    """The days of a week, like ``16–22 November 2026``."""
    first, last = week.first_day, week.last_day
    until = f"{last.day} {MONTHS[last.month - 1]} {last.year}"
    if first.month == last.month:
        return f"{first.day}–{until}"
    year = "" if first.year == last.year else f" {first.year}"
    return f"{first.day} {MONTHS[first.month - 1]}{year} – {until}"


def judged(week: Week, as_of: datetime, zone: str) -> str:
    """As of when a week is judged: what came after its end may count too."""
    if as_of == week.end(zone):
        return "Judged as of the end of that week."
    return f"Judged as of {moment(as_of)}."


def hours(value: float) -> str:
    """Like ``12.5 h``, ``40 min`` or ``0 h``."""
    minutes = round(value * 60)
    if minutes < 60:
        return f"{minutes} min" if minutes else "0 h"
    return f"{value:,.1f} h"


def money(value: float | None, currency: str, unknown: str = "–") -> str:
    """Like ``1,890 EUR``; ``unknown`` for ``None``."""
    return unknown if value is None else f"{value:,.0f} {currency}".rstrip()


def share(value: float) -> str:
    """A probability like ``96 %``, never rounded to certainty."""
    percent = round(value * 100)
    if percent >= 100 and value < 1:
        return "over 99 %"
    return "under 1 %" if percent <= 0 < value else f"{percent} %"


def count(number: int, one: str, many: str = "") -> str:
    """Like ``1 person`` or ``1,204 people``; ``many`` is ``one`` with an s unless given."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def listed(parts: list[str]) -> str:
    """Like ``a, b and c``; ``""`` for nothing."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def since(count_of_days: float) -> str:
    """A span like ``today``, ``1 day`` or ``12 days``."""
    whole = int(count_of_days)
    return "less than a day" if whole < 1 else count(whole, "day")


def with_draft(step: str, command: str) -> str:
    """A next step with the command that writes the mail it asks for, if it asks for one."""
    return f"{step} ({command})" if command else step


def step(what: str, at: datetime | None) -> str:
    """The next dated step of a topic."""
    if at is None:
        return what or "none"
    return f"{day(at)}: {what}" if what else day(at)


def opportunity(view: Opportunity) -> str:
    """How one of several topics with the same person stands."""
    if view.state == "drop":
        return f"dead. {view.reason} {view.next_step}".strip()
    last = f"last exchange {day(view.last_two_way_at)}" if view.last_two_way_at else "no exchange"
    worth = "" if view.value is None else f", worth {money(view.value, view.currency)}"
    return f"{view.state}, {last}{worth}."


def old_topics(left_out: int) -> str:
    """What is said of proposals that are too old to be called open."""
    return f"{count(left_out, 'older proposal')} without a word for half a year: not listed."


def spent(effort: Effort, currency: str) -> str:
    """Hours and money spent on somebody."""
    parts = [
        f"{hours(effort.hours)} in all ({money(effort.cost, currency)})",
        f"{hours(effort.week_hours) if effort.week_hours else 'none'} in the last 7 days",
    ]
    if effort.lost_hours:
        parts.append(f"{hours(effort.lost_hours)} lost to meetings moved late or missed")
    return ", ".join(parts)


def odds(view: Odds) -> tuple[str, ...]:
    """How sure a verdict is, in sentences."""
    wall, not_honoured = _estimate(view.wall), _estimate(view.not_honoured)
    against = count(view.bad_causes, "independent sign")
    signs = (
        f"{against} of {count(view.families, 'kind')} against them, {view.good_causes:,} for them"
    )
    return (
        f"Chance that this is a wall: {wall}.",
        f"Chance that the next thing asked of them is not honoured: {not_honoured}.",
        f"{signs}. What each kind adds, in log-odds (above zero speaks for a wall):",
    )


def _estimate(view: Estimate) -> str:
    return f"{share(view.value)} (80 % interval: {share(view.low)} to {share(view.high)})"


def open_question(view: OpenQuestion) -> str:
    """A question that waits, whom it was put to, and whether an answer still comes."""
    return f"{view.person.name}, {day(view.asked_at)}, {view.subject}: {view.sentence}"


def meeting_risk(view: MeetingRisk) -> str:
    """Like ``Ann Lee, Thursday's meeting (4 Jun 2026, Demo): 60 % risk ... 3 of 4 dates ...``."""
    weekday = FULL_DAYS[view.at.weekday()]
    when = f"{weekday}'s meeting ({day(view.at)}, {view.summary})"
    return f"{view.person.name}, {when}: {at_risk(view.risk.value)} {view.why}"


def at_risk(risk: float) -> str:
    """What the percentage of a meeting ahead is; it need not be the share of dates so far."""
    return (
        f"{share(risk)} risk that this one is moved late or missed; few and old dates count for "
        "less in it."
    )


def open_basis(questions: tuple[OpenQuestion, ...]) -> str:
    """What the chances of all of them rest on."""
    own = bool(questions) and questions[0].basis == "your own history"
    return (
        "Chances are of an answer within 20 working days, fitted on your own history."
        if own
        else "Chances are of an answer within 20 working days, from general experience: there is "
        "too little history of your own yet."
    )


def waiting(people: tuple[Waiting, ...], shown: int) -> str:
    """The line of mirror: who waits for the rep, longest first."""
    told = [
        f"{each.person.name} (for {since(each.days)}: {each.subject})" for each in people[:shown]
    ]
    more = len(people) - len(told)
    if more > 0:
        told.append(f"{more:,} more")
    verb = "waits" if len(people) == 1 else "wait"
    return f"{count(len(people), 'person', 'people')} {verb} for your answer: {listed(told)}."


def value(topics: tuple[Topic, ...]) -> str:
    """What open proposals and deals are worth together, by currency."""
    sums: dict[str, float] = defaultdict(float)
    for topic in topics:
        if topic.value is not None:
            sums[topic.currency] += topic.value
    return (
        listed([money(total, currency) for currency, total in sorted(sums.items())]) or "not known"
    )


def case_figures(view: Case) -> tuple[tuple[str, str], ...]:
    """The figures of a case, for the boss: what they are, and each as text."""
    effort = view.effort
    return (
        ("Value of open proposals and deals", value(view.topics)),
        ("Time spent", f"{hours(effort.hours)}, {money(effort.cost, view.currency)}"),
        ("Of this lost to meetings moved late or missed", hours(effort.lost_hours)),
        ("In contact since", day(view.since)),
        ("Mails to them", f"{view.mails_out:,}, last {day(view.last_out_at, 'never')}"),
        ("Mails from them", f"{view.mails_in:,}, last {day(view.last_in_at, 'never')}"),
    )


def sources(references: tuple[Reference, ...]) -> str:
    """What shows a fact, counted: ``2 mails and 1 calendar entry``."""
    kinds = Counter(_SOURCES.get(each.source, _MAIL) for each in references)
    return listed([count(number, *kind) for kind, number in kinds.items()])


def question(view: Question) -> str:
    """A question with the name of whom it is about, said once."""
    name = view.person.name
    return view.sentence if name in view.sentence else f"{name}: {view.sentence}"
