"""Days that people name: due, put off until, and away."""

from __future__ import annotations

from datetime import date, timedelta

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analyzer.days import absence, mentions, spans
from analyzer.days.columns import away, due, resumes
from analyzer.days.language import LANGUAGES, language

WEDNESDAY = date(2026, 5, 13)


def at(text: str = "2026-05-13 09:00") -> pd.Series[pd.Timestamp]:
    """One time (UTC)."""
    return pd.Series(pd.to_datetime([text], utc=True))


def offset(minutes: int | None = None) -> pd.Series[int]:
    """One offset from UTC."""
    return pd.Series([minutes], dtype="Int32")


@pytest.mark.parametrize(
    ("words", "last_day"),
    [
        ("I will send it today", "2026-05-13"),
        ("you get it by EOD", "2026-05-13"),
        ("I will call tomorrow", "2026-05-14"),
        ("you will have it by Friday", "2026-05-15"),
        ("by the end of the week", "2026-05-15"),
        ("I will get back to you on Monday", "2026-05-18"),
        ("the list will be there by 3/6", "2026-06-03"),
        ("I will send it next week", "2026-05-22"),
        ("on Friday next week", "2026-05-22"),
        ("in two weeks", "2026-05-27"),
        ("within 3-4 weeks", "2026-06-10"),
        ("in a couple of days", "2026-05-15"),
        ("by the 20th", "2026-05-20"),
        ("by the end of the month", "2026-05-31"),
        ("I will send it next month", "2026-06-30"),
        ("I will send it by 20 May", "2026-05-20"),
        ("by the end of Q3", "2026-09-30"),
        ("before Christmas", "2026-12-23"),
        ("in half a year", "2026-11-13"),
        ("I will ask him tomorrow and send it by Friday", "2026-05-15"),
        ("ich schicke es bis Freitag", "2026-05-15"),
        ("Sie bekommen es bis Ende des Monats", "2026-05-31"),
        ("Anfang nächster Woche", "2026-05-19"),
        ("Sie haben es bis KW 34", "2026-08-21"),
        ("nächste Woche Freitag", "2026-05-22"),
        ("in den nächsten Tagen", "2026-05-20"),
        ("das kommt bis zum 12.06.", "2026-06-12"),
        ("je vous l'envoie avant la fin de la semaine", "2026-05-14"),
        ("se lo envío el viernes", "2026-05-15"),
        ("glielo mando entro venerdì", "2026-05-15"),
        ("u krijgt het uiterlijk vrijdag", "2026-05-15"),
        ("envio até sexta-feira", "2026-05-15"),
    ],
)
def test_promises_fall_due_at_the_end_of_the_time_they_name(words: str, last_day: str) -> None:
    """Written on Wednesday 13 May 2026."""
    told = due(pd.Series([words]), at(), offset(), "UTC")["due_at"].iloc[0]
    assert str((told - pd.Timedelta(minutes=1)).date()) == last_day


@pytest.mark.parametrize(
    ("words", "first_day"),
    [
        ("Maybe next quarter", "2026-07-01"),
        ("Not this year any more", "2027-01-01"),
        ("Ask me again after Q3", "2026-10-01"),
        ("after the holidays", "2026-09-01"),
        ("Come back after Christmas", "2027-01-01"),
        ("Nobody has time for it before September", "2026-09-01"),
        ("mid-October", "2026-10-16"),
        ("nach Ostern", "2027-03-30"),
        ("Dieses Quartal nicht mehr", "2026-07-01"),
        ("im neuen Jahr", "2027-01-01"),
        ("après les vacances", "2026-09-01"),
        ("después de Navidad", "2027-01-01"),
        ("ne parliamo dopo l'estate", "2026-09-01"),
        ("na de zomer", "2026-09-01"),
        ("depois da Páscoa", "2027-03-30"),
    ],
)
def test_what_is_put_off_may_be_asked_about_from_the_first_day_of_its_time(
    words: str, first_day: str
) -> None:
    """The day after it for "after Q3" and for the time that runs."""
    told = resumes(pd.Series([words]), at(), offset(), "UTC").iloc[0]
    assert str(told.date()) == first_day


@pytest.mark.parametrize(
    "words",
    [
        "I will look into it",
        "I may be late",
        "open 24/7",
        "Guten Morgen",
        "two weeks ago",
        "I am on holiday",
        "our summer catalogue",
        "your mail of last Friday",
        "",
    ],
)
def test_no_time_ahead_is_none(words: str) -> None:
    """Nothing is guessed."""
    told = due(pd.Series([words]), at(), offset(), "UTC")
    assert told["due_at"].isna().all()
    assert not told["exact"].any()


def test_days_are_those_of_the_writer() -> None:
    """Tuesday 22:00 in New York is Wednesday in Berlin; "tomorrow" is Wednesday, ending there."""
    told = due(pd.Series(["tomorrow"]), at("2026-05-13 02:00"), offset(-240), "Europe/Berlin")
    assert told["due_at"].iloc[0] == pd.Timestamp("2026-05-14 04:00", tz="UTC")


def test_americans_name_the_month_first() -> None:
    """3/4 is the third of April, from America the fourth of March."""
    words = pd.Series(["by 3/4"])
    there = due(words, at("2026-01-12 15:00"), offset(-300), "UTC")["due_at"].iloc[0]
    here = due(words, at("2026-01-12 15:00"), offset(60), "UTC")["due_at"].iloc[0]
    assert (there.month, here.month) == (3, 4)


@pytest.mark.parametrize(
    ("text", "first", "back"),
    [
        ("I am out of the office until 14 August with no access to mail.", None, "08-17"),
        ("I am on annual leave and back on 17 August.", None, "08-17"),
        ("I am away from 3 to 14 August", "08-03", "08-17"),
        ("Out from Monday, August 3 through Friday, August 14.", "08-03", "08-17"),
        ("I will be back in the office on the 17th", None, "08-17"),
        ("I'm out today", None, "08-04"),
        ("I am travelling this week", "08-03", "08-10"),
        ("I am out of the office for two weeks", None, "08-17"),
        ("Ich bin bis 14. August nicht im Büro.", None, "08-17"),
        ("Ich bin bis einschließlich 14. August abwesend", None, "08-17"),
        ("bis 14. August nicht erreichbar und ab 18. August wieder da", None, "08-18"),
        ("Ich bin am Montag wieder da", None, "08-10"),
        ("03.08.-14.08.2026 abwesend", "08-03", "08-17"),
        ("Je suis absent du 3 au 14 août inclus.", "08-03", "08-17"),
        ("Absent. De retour le 17 août.", None, "08-17"),
        ("Estoy de vacaciones del 3 al 14 de agosto", "08-03", "08-17"),
        ("Estaré fuera de la oficina hasta el 13 de agosto", None, "08-14"),
        ("Sono in ferie dal 3 al 14 agosto", "08-03", "08-17"),
        ("Rientro il 17 agosto", None, "08-17"),
        ("Ik ben afwezig tot 17 augustus", None, "08-17"),
        ("Ik ben met vakantie t/m 14 augustus", None, "08-17"),
        ("Estou de férias de 3 a 14 de agosto", "08-03", "08-17"),
        ("Regresso a 17 de agosto", None, "08-17"),
    ],
)
def test_an_absence_ends_with_the_day_of_return(text: str, first: str | None, back: str) -> None:
    """Read on Monday 3 August 2026; the last day away is followed by a working day."""
    found = absence.read(text, date(2026, 8, 3))
    assert found is not None
    assert str(found.back) == f"2026-{back}"
    assert found.first == (date.fromisoformat(f"2026-{first}") if first else None)


@pytest.mark.parametrize("text", ["out until further notice", "Dziękuję za wiadomość", ""])
def test_an_absence_without_days_is_not_guessed(text: str) -> None:
    """The clock of a week is somebody else's decision."""
    told = away(pd.Series([text]), at(), offset(), "UTC")
    assert told.isna().all(axis=None)


def test_of_an_automatic_reply_the_sentences_about_the_absence_are_kept() -> None:
    """Greetings and deputies are left out."""
    text = "Thank you for your mail.\n\nI am away. I will be back on 17 August. Ask Bob.\nAnn"
    assert absence.excerpt(text) == "I will be back on 17 August."


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_language_knows_twelve_months_and_seven_days(code: str) -> None:
    """And only phrases that the calendar knows."""
    known = language(code)
    assert set(known.months.values()) == set(range(1, 13))
    assert set(known.weekdays.values()) == set(range(7))


@pytest.mark.parametrize(
    ("year", "day"), [(2000, "04-23"), (2024, "03-31"), (2025, "04-20"), (2026, "04-05")]
)
def test_easter_is_where_the_calendar_has_it(year: int, day: str) -> None:
    """As published."""
    assert str(spans.easter(year)) == f"{year}-{day}"


@given(st.dates(date(1990, 1, 1), date(2100, 1, 1)), st.sampled_from(sorted(spans.NAMED)))
def test_what_has_a_name_ends_today_or_later_and_not_before_it_begins(day: date, name: str) -> None:
    """Whatever day it is."""
    span = spans.NAMED[name](day)
    assert span.first <= span.last
    assert span.last >= day - timedelta(days=2)


@given(st.text(max_size=80), st.dates(date(1990, 1, 1), date(2100, 1, 1)))
def test_any_text_can_be_read(text: str, day: date) -> None:
    """Hostile text names days or none."""
    assert all(m.first <= m.last for m in mentions(f"{text} by 31.02. 5/5/0 {text}", day))
    absence.read(text, day)
