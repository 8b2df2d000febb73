"""What drafts to contacts say, in every language, whatever is known: specified."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest import mime
from reports import draft_words, drafting
from reports.draft_kinds import KINDS, Choice
from reports.draft_known import Known
from reports.draft_mails import Thread
from reports.draft_words import LANGUAGES
from reports.drafting import Draft
from reports.model import Person
from store.errors import InputError
from tests.draft_builder import ANN, EVERYTHING, THREAD, all_but, at

#: What no draft may say, as parts of words: counts, blame, haste, health, absence, the tool.
UNSAID = {
    "en": "score|wall|ghost|ignor|silen|remind|again and|times|late|miss|ill|sick|health|absen"
    "|vacation|holiday|fail|never|waste|brick|urgent|asap|apolog|still waiting|no-show|probab",
    "de": "mauer|ignor|schweig|erinner|mahn|mehrmals|mehrfach|spät|versäum|verpass|krank|gesund"
    "|abwesen|urlaub|nie |vergeu|dringend|entschuldig|wahrschein|immer noch",
    "fr": "mur|fantôme|ignor|silence|relanc|rappel|plusieurs|retard|manqu|malad|santé|absen|congé"
    "|vacanc|jamais|perdre|urgent|excus|probab|sans réponse",
    "es": "muro|fantasm|ignor|silenci|recordat|varias|veces|tard|perdi|enferm|salud\b|ausen|vacac"
    "|nunca|urgent|disculp|probab|sin respuesta",
    "it": "muro|fantasm|ignor|silenz|sollecit|promemoria|volte|ritard|tard|mancat|malat|salute"
    "|assen|ferie|vacanz|mai |urgent|scus|probab|senza risposta",
    "nl": "muur|spook|neger|stilte|zwijg|herinner|meermaals|keren|laat op|te laat|gemist|ziek"
    "|gezond|afwezig|vakantie|verlof|nooit|dringend|excus|sorry|waarschijn",
    "pt": "muro|fantasm|ignor|silênci|lembret|vezes|atras|tarde|faltou|doen|saúde|ausên|férias"
    "|nunca|urgent|desculp|probab|sem resposta",
}
#: Addressing somebody as a friend, and words that tell the sex of either side.
FAMILIAR = {
    "en": r"dude|mr|mrs|ms|sir|madam",
    "de": r"du|dir|dich|dein\w*|euch|euer|herr|frau",
    "fr": r"tu|te|toi|ton|ta|tes|monsieur|madame|heureux|heureuse|ravie?|désolée?",
    "es": r"tú|te|ti|tu|tus|señora?|encantad[oa]|segur[oa]|estimad[oa]",
    "it": r"tu|ti|tuo|tua|signora?|gentil\w+|egregi[oa]|liet[oa]|car[oa]",
    "nl": r"je|jij|jou|jouw|heer|mevrouw|geachte",
    "pt": r"tu|te|ti|teu|tua|senhora?|obrigad[oa]|car[oa]|prezad[oa]|grat[oa]",
}
VARIANTS = {
    "milestone": ({"due": False}, {"due": True}),
    "win-back": ({}, {"until": None}),
    "park": ({}, {"until": None}),
    "confirm": ({}, {"timed": False}, {"far": True}, {"meeting": at("2027-01-01 09:05")}),
}


def kinds_of(known: Known) -> Iterator[tuple[str, Known]]:
    """Every kind, with every fact that makes it say something else."""
    for kind in KINDS:
        for variant in VARIANTS.get(kind, ({},)):
            yield kind, replace(known, **variant)  # type: ignore[arg-type]


def facts() -> Iterator[Known]:
    """With and without each fact that a kind can do without."""
    for topic, title, heard, me, name, thread in product((True, False), repeat=6):
        yield all_but(
            topic="Fleet contract" if topic else "",
            meeting_title="Walk through the yard" if title else "",
            heard=EVERYTHING.heard if heard else None,
            me="Nora Vermeer" if me else "",
            person=ANN if name else replace(ANN, name=ANN.address),
            thread=THREAD if thread else None,
        )


def drafted(known: Known, kind: str, language: str = "en") -> Draft:
    """The draft of a kind."""
    draft = drafting.drafting(known, Choice(kind, "because"), language).draft
    assert draft is not None
    return draft


def every_draft(language: str) -> Iterator[tuple[Known, Draft]]:
    """Every kind with and without each fact, in one language."""
    for known in facts():
        for kind, made in kinds_of(known):
            yield made, drafted(made, kind, language)


def dates(known: Known, language: str) -> list[str]:
    """Every date as this language writes it, the longest first."""
    pack = draft_words.pack(language)
    times = (known.missed, known.meeting, known.asked, known.heard, known.until)
    told = [
        form
        for time in times
        if time
        for form in (
            pack.moment(time, known.as_of, zoned=known.far),
            pack.day(time, known.as_of),
            pack.date(time, known.as_of),
            pack.month(time, known.as_of),
        )
    ]
    return sorted(told, key=len, reverse=True)


def without(text: str, parts: list[str]) -> str:
    """``text`` without these parts."""
    for part in parts:
        text = text.replace(part, "")
    return text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_placeholder_and_no_double_blank_remains(language: str) -> None:
    """Whatever is known: a text is whole, and so is its subject."""
    for _, draft in every_draft(language):
        text = f"{draft.subject}\n{draft.body}"
        assert not re.search(r"[{}]|  |\n\n\n| \n|\n |None| [,.]|\(\)|“”|„“|«\s*»|‘’", text), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_draft_counts(language: str) -> None:
    """The only figures are those of dates."""
    for known, draft in every_draft(language):
        text = without(f"{draft.subject}\n{draft.body}", dates(known, language))
        assert not re.search(r"\d", text), text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_draft_blames_judges_or_speaks_of_health(language: str) -> None:
    """And none tells that a program wrote it."""
    unsaid = re.compile(rf"\b(?:{UNSAID[language]})|brickwall", re.IGNORECASE)
    for _, draft in every_draft(language):
        assert not unsaid.search(draft.body), draft.body
        assert not unsaid.search(draft.subject), draft.subject


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_draft_is_polite_and_guesses_nobodys_sex(language: str) -> None:
    """Neither theirs nor the rep's."""
    familiar = re.compile(rf"\b(?:{FAMILIAR[language]})\b", re.IGNORECASE)
    for _, draft in every_draft(language):
        assert not familiar.search(draft.body), draft.body


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_draft_is_short_and_says_every_paragraph(language: str) -> None:
    """A salutation, two or three paragraphs, a closing; nobody reads more."""
    for known, draft in every_draft(language):
        parts = draft.body.split("\n\n")
        assert 4 <= len(parts) <= 5
        assert len(draft.body.split()) <= 110
        assert ("Ann Lee" in parts[0]) == (known.person.name == "Ann Lee")
        assert parts[-1].endswith("Nora Vermeer\n") == bool(known.me)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_every_kind_and_says_nothing_that_it_calls_private(language: str) -> None:
    """What a subject may not speak of, no text speaks of either."""
    pack = draft_words.pack(language)
    assert set(KINDS) < set(pack.texts)
    assert (len(pack.month_names), len(pack.day_names)) == (12, 7)
    for _, draft in every_draft(language):
        assert not pack.private.search(draft.body), draft.body


def test_every_language_has_the_same_texts_with_the_same_facts() -> None:
    """What one tells of, all do."""

    def shape(language: str) -> dict[str, list[list[set[str]]]]:
        texts = draft_words.pack(language).texts
        return {
            kind: [
                [set(re.findall(r"\{(\w+)\}", wording)) for wording in wordings]
                for wordings in (text.subject, *text.paragraphs)
            ]
            for kind, text in texts.items()
        }

    first = shape("en")
    for language in LANGUAGES[1:]:
        assert shape(language) == first, language


def test_every_language_is_a_file_and_every_file_a_language() -> None:
    """In the folder that the wheel carries."""
    folder = Path(draft_words.__file__).parent / "drafts"
    assert {path.stem for path in folder.glob("*.toml")} == set(LANGUAGES)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Tuesday, 1 December, at 14:30 (“Walk through the yard”)"),
        ("de", "am Dienstag, 1. Dezember, 14:30 Uhr („Walk through the yard“)"),
        ("fr", "du mardi 1er décembre à 14 h 30 (« Walk through the yard »)"),
        ("es", "del martes 1 de diciembre a las 14:30 («Walk through the yard»)"),
        ("it", "di martedì 1º dicembre alle ore 14:30 («Walk through the yard»)"),
        ("nl", "van dinsdag 1 december om 14.30 uur (‘Walk through the yard’)"),
        ("pt", "de terça-feira, 1 de dezembro, às 14h30 («Walk through the yard»)"),
    ],
)
def test_a_meeting_is_named_as_the_language_names_days_and_times(language: str, told: str) -> None:
    """With its title in the language's own quotation marks."""
    assert told in drafted(EVERYTHING, "confirm", language).body


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "Monday, 11 January 2027"), ("es", "lunes 11 de enero de 2027"),
     ("pt", "segunda-feira, 11 de janeiro de 2027")],
)  # fmt: skip
def test_a_day_of_another_year_has_its_year(language: str, told: str) -> None:
    """Others need none."""
    assert told in drafted(EVERYTHING, "park", language).body


def test_the_zone_is_named_to_who_keeps_other_hours() -> None:
    """Otherwise an hour is an hour; a whole day has none."""
    assert "14:30 (CET)" in drafted(all_but(far=True), "confirm").body
    assert "CET" not in drafted(EVERYTHING, "confirm").body
    assert "14:30" not in drafted(all_but(timed=False), "confirm").body


def test_a_zone_without_a_name_is_told_by_its_distance() -> None:
    """As people write it."""
    from zoneinfo import ZoneInfo

    there = datetime(2026, 12, 1, 9, tzinfo=ZoneInfo("Asia/Kolkata"))
    assert draft_words.zone_name(there) == "IST"
    there = there.replace(tzinfo=ZoneInfo("America/Sao_Paulo"))
    assert draft_words.zone_name(there) == "UTC-03:00"


@pytest.mark.parametrize("name", ["ann@acme.example", "Sales Team", "Info", "Ann 2"])
def test_a_name_that_is_none_is_not_addressed(name: str) -> None:
    """A function, an address or a number is greeted without a name."""
    draft = drafted(all_but(person=replace(ANN, name=name)), "decline")
    assert draft.body.startswith("Hello,\n")


def test_a_draft_in_a_thread_answers_its_newest_mail() -> None:
    """With the subject and all ids of the thread, so that every mail program shows it there."""
    draft = drafted(all_but(thread=THREAD), "last-try")
    assert draft.subject == "Re: Fleet contract"
    assert draft.in_reply_to == "<b@acme.example>"
    assert draft.references == ("<a@ours.example>", "<b@acme.example>")


def test_without_a_thread_a_draft_has_a_subject_of_its_own() -> None:
    """The topic without quotation marks."""
    draft = drafted(EVERYTHING, "rebook")
    assert (draft.subject, draft.in_reply_to, draft.references) == (
        "A new time: Fleet contract", "", ()
    )  # fmt: skip


def test_a_thread_without_a_subject_is_answered_with_one() -> None:
    """A bare "Re:" would be lost among the others."""
    draft = drafted(all_but(thread=replace(THREAD, subject="")), "last-try")
    assert draft.subject == "Fleet contract: yes or no?"
    assert draft.in_reply_to == THREAD.message_id


@pytest.mark.parametrize(
    ("thread", "subject"),
    [
        ("Walk through the yard", "Re: Walk through the yard"),
        ("Invitation: Walk through the yard @ Tue", "Re: Invitation: Walk through the yard @ Tue"),
        ("Fleet contract", "Walk through the yard: Tuesday, 1 December, at 14:30"),
    ],
)
def test_a_meeting_is_confirmed_in_the_last_thread_only_where_that_is_about_it(
    thread: str, subject: str
) -> None:
    """Another subject would mislead: whoever confirms reads it on a phone."""
    draft = drafted(all_but(thread=replace(THREAD, subject=thread)), "confirm")
    assert draft.subject == subject
    assert bool(draft.in_reply_to) == subject.startswith("Re: ")


def mail_of(draft: Draft, name: str = "Nora Vermeer") -> bytes:
    """As it is left in an account."""
    date = datetime(2026, 11, 28, 9, tzinfo=UTC)
    return drafting.mail(draft, name, "rep@ours.example", "<new@ours.example>", date)


def parsed(raw: bytes) -> EmailMessage:
    """A mail, read."""
    found = message_from_bytes(raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_as_a_mail_it_is_the_reps_own(language: str) -> None:
    """Nothing in it tells of a program; its text survives the way."""
    draft = drafted(all_but(thread=THREAD), "last-try", language)
    raw = mail_of(draft)
    mail = parsed(raw)
    assert mail.get_content().replace("\r\n", "\n") == draft.body
    assert mail["From"] == "Nora Vermeer <rep@ours.example>"
    assert mail["To"] == "ann@acme.example"
    assert mail["In-Reply-To"] == "<b@acme.example>"
    assert mail["References"] == "<a@ours.example> <b@acme.example>"
    assert b"brickwall" not in raw.lower()
    assert not {key.lower() for key in mail} & {"x-brickwall", "auto-submitted", "x-mailer", "bcc"}


def test_read_back_it_is_a_mail_of_a_person_in_that_thread() -> None:
    """Once the rep has sent it, brickwall sees that they wrote."""
    message = mime.parse(mail_of(drafted(all_but(thread=THREAD), "milestone"))).message
    assert message.kind == "person"
    assert message.in_reply_to == "b@acme.example"
    assert message.subject_key == "fleet contract"


HOSTILE = st.text(
    st.one_of(st.characters(), st.sampled_from(list("\r\n\0\x0b\x85\u2028\u202e:<>{}\"',;@")))
).map(lambda text: f"X{text}")


@given(HOSTILE, HOSTILE, HOSTILE, st.sampled_from(LANGUAGES), st.sampled_from(list(KINDS)))
def test_no_name_or_subject_makes_a_header_of_its_own(
    name: str, subject: str, topic: str, language: str, kind: str
) -> None:
    """Whatever a stranger is called or writes: one To, one Subject, no line more."""
    from reports import escape
    from reports.draft_mails import shown

    known = all_but(
        person=Person(1, escape.line(name, escape.NAME) or "x", ANN.address, ""),
        me=escape.line(name, escape.NAME),
        topic=shown(escape.line(topic)),
        meeting_title=shown(escape.line(topic)),
        thread=Thread("<b@acme.example>", (), escape.line(subject, escape.SUBJECT), 1),
    )
    draft = drafted(known, kind, language)
    mail = parsed(mail_of(draft, known.me))
    once = ["From", "To", "Subject", "Date", "Message-ID"]
    answers = ["In-Reply-To", "References"] if draft.in_reply_to else []
    types = ["MIME-Version", "Content-Type", "Content-Transfer-Encoding"]
    assert sorted(mail.keys()) == sorted([*once, *answers, *types])
    assert [each.addr_spec for each in mail["To"].addresses] == [ANN.address]
    assert [each.addr_spec for each in mail["From"].addresses] == ["rep@ours.example"]
    assert draft.body.count("\n\n") <= 4


@given(HOSTILE.map(lambda text: text[1:]) | st.emails())
def test_an_address_is_written_to_as_it_is_or_not_at_all(address: str) -> None:
    """Whatever stands for one in a mail."""
    draft = replace(drafted(EVERYTHING, "decline"), to=address)
    try:
        mail = parsed(mail_of(draft))
    except InputError:
        return
    assert [each.addr_spec for each in mail["To"].addresses] == [address]


def test_what_a_name_holds_is_never_taken_for_a_fact() -> None:
    """Braces in a subject stay what they are."""
    draft = drafted(all_but(topic="{missed} and {nothing}"), "rebook")
    assert "“{missed} and {nothing}”" in draft.body


@pytest.mark.parametrize(
    "to", ["ann@acme.example\r\nBcc: x@y.example", "a b@c.example", "", "@", "ü@c.example"]
)
def test_an_address_that_no_header_may_hold_is_said(to: str) -> None:
    """And no mail is made."""
    draft = replace(drafted(EVERYTHING, "decline"), to=to)
    with pytest.raises(InputError, match="no mail can be addressed"):
        mail_of(draft)
