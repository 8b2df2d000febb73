"""Which draft fits somebody, what it may speak of, and in which language: specified."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from analyzer.frames import VERDICTS
from reports.draft_kinds import KINDS, asked_for, chosen, fitting
from reports.draft_known import Known, known
from reports.draft_language import spoken
from reports.draft_mails import shown
from store.errors import UsageError
from store.facts import empty
from tests.analysis_builder import Made
from tests.draft_builder import EVERYTHING, NOTHING, ZONE, all_but, at, nothing_but

YESTERDAY = at("2026-11-27 09:00")
LAST_MONTH = at("2026-10-28 09:00")


@pytest.mark.parametrize(
    ("verdict", "facts", "kind"),
    [
        ("keep going", {}, ""),
        ("keep going", {"meeting": at("2026-11-30 10:00")}, "confirm"),
        ("keep going", {"meeting": at("2026-12-10 10:00")}, ""),
        ("keep going", {"meeting": at("2026-12-10 10:00"), "risky": True}, "confirm"),
        ("keep going", {"missed": YESTERDAY}, "rebook"),
        ("keep going", {"missed": LAST_MONTH, "written": YESTERDAY}, ""),
        ("keep going", {"due": True}, "milestone"),
        ("unclear", {}, "milestone"),
        ("change approach", {}, "milestone"),
        ("change approach", {"meeting": at("2026-12-10 10:00"), "risky": True}, "confirm"),
        ("change approach", {"missed": YESTERDAY}, "rebook"),
        ("change approach", {"asked": YESTERDAY}, ""),
        ("change approach", {"owed": YESTERDAY}, ""),
        ("last try", {"asked": LAST_MONTH}, "last-try"),
        ("last try", {"asked": LAST_MONTH, "missed": YESTERDAY}, "rebook"),
        ("stop chasing", {"asked": LAST_MONTH}, ""),
        ("walk away", {"asked": LAST_MONTH, "missed": YESTERDAY}, ""),
        ("walk away", {"meeting": at("2026-11-30 10:00"), "risky": True}, ""),
        ("park", {"until": at("2027-01-11"), "heard": YESTERDAY}, "park"),
        ("park", {"until": at("2027-01-11"), "heard": LAST_MONTH, "written": YESTERDAY}, ""),
        ("win back", {}, "win-back"),
        ("win back", {"until": at("2027-01-11"), "heard": YESTERDAY}, "win-back"),
        ("win back", {"until": at("2027-01-11"), "heard": LAST_MONTH, "written": YESTERDAY}, ""),
    ],
)
def test_the_kind_that_fits_is_chosen_by_the_verdict_and_the_facts(
    verdict: str, facts: dict[str, Any], kind: str
) -> None:
    """And why is said; often no mail is needed."""
    choice = chosen(nothing_but(verdict=verdict, **facts))
    assert choice.kind == kind
    assert choice.why.endswith(".")


@pytest.mark.parametrize("verdict", [each for each in VERDICTS if each != "do not contact"])
def test_what_is_chosen_always_fits(verdict: str) -> None:
    """Nothing is proposed that could not be written."""
    for about in (nothing_but(verdict=verdict), all_but(verdict=verdict), all_but(missed=None)):
        choice = chosen(about)
        assert choice.kind in ("", *fitting(about))


def test_walking_away_needs_no_mail_but_may_be_said() -> None:
    """Only when the rep asks for it."""
    about = nothing_but(verdict="walk away")
    assert "needs no mail" in chosen(about).why
    assert asked_for(about, "decline").kind == "decline"
    assert "You still meet on Tue 1 Dec" in chosen(all_but(verdict="walk away")).why


@pytest.mark.parametrize("kind", ["", *KINDS])
def test_nothing_is_written_to_somebody_who_asked_not_to_be_contacted(kind: str) -> None:
    """Whatever is known and asked for; why is said."""
    about = all_but(verdict="do not contact", reason="They asked on 3 May not to be contacted.")
    with pytest.raises(UsageError, match="They asked on 3 May not to be contacted"):
        asked_for(about, kind) if kind else chosen(about)
    assert fitting(about) == ()


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("rebook", "mark ann@acme.example no-show"),
        ("confirm", "lies ahead"),
        ("last-try", "waits for an answer"),
        ("park", "brickwall park ann@acme.example"),
        ("win-back", "has not said no"),
    ],
)
def test_a_kind_whose_fact_is_missing_says_so_and_what_fits(kind: str, told: str) -> None:
    """And how to tell what brickwall cannot know."""
    with pytest.raises(UsageError) as error:
        asked_for(NOTHING, kind)
    assert told in error.value.cause
    assert error.value.remedy == "What fits: milestone, decline."


def test_with_all_facts_every_kind_fits() -> None:
    """What the rep asks for is taken."""
    about = all_but(verdict="win back")
    assert fitting(about) == tuple(KINDS)
    assert [asked_for(about, kind).kind for kind in KINDS] == list(KINDS)


class Mailed(Made):
    """An analysis whose mails have headers."""

    def known(self, person: int, zone: ZoneInfo = ZONE) -> Known:
        """What a draft to ``person`` may speak of."""
        analysis = self.analysis()
        return known(analysis, self.messages(), person, zone)

    def messages(self) -> pd.DataFrame:
        """The messages frame of the facts."""
        rows = self.rows["mail"]
        frame = empty("messages").reindex(range(len(rows)))
        frame["message"] = [row["message"] for row in rows]
        frame["message_id"] = [f"m{row['message']}@mail.example" for row in rows]
        frame["references"] = [
            " ".join(f"m{n}@mail.example" for n in range(1, row["message"])) for row in rows
        ]
        frame["in_reply_to"] = ""
        return frame

    def mail(self, person: int, at: str, subject: str, **fields: Any) -> str:
        """A mail to the rep, or with ``outgoing`` from them, to nobody else."""
        told = self.message(person, at=at, subject=subject, outgoing=fields.pop("outgoing", False))
        row = self.rows["mail"][-1]
        bare = subject.split(": ", 1)[-1] if subject.startswith(("Re: ", "AW: ")) else subject
        row.update({"to_us": not row["outgoing"], "addressees": 1, "subject_key": bare.lower()})
        row.update(fields)
        return told


@pytest.fixture
def made() -> Mailed:
    """As of Monday 23 November, 07:00 in Amsterdam."""
    return Mailed()


@pytest.fixture
def ann(made: Mailed) -> int:
    """Somebody who is judged."""
    return made.person("Ann Lee", "ann@acme.example")


def test_a_missed_meeting_is_one_to_rebook(made: Mailed, ann: int) -> None:
    """Its start in the rep's zone."""
    made.meeting(ann, at="2026-11-17 09:00", summary="Walk through", presence="no")
    assert made.known(ann).missed == at("2026-11-17 10:00")


@pytest.mark.parametrize(
    ("start", "presence"), [("2026-11-19 09:00", "yes"), ("2026-11-19 09:00", "unknown")]
)
def test_a_meeting_held_since_makes_up_for_it(
    made: Mailed, ann: int, start: str, presence: str
) -> None:
    """Whoever met since has no date to find."""
    made.meeting(ann, at="2026-11-17 09:00", summary="Walk through", presence="no")
    made.meeting(ann, at=start, summary="Walk through", presence=presence)
    assert made.known(ann).missed is None


def test_so_does_one_that_lies_ahead(made: Mailed, ann: int) -> None:
    """It is confirmed, not rebooked."""
    made.meeting(ann, at="2026-11-17 09:00", summary="Walk through", presence="no")
    ahead = made.meeting(ann, at="2026-11-24 09:00", summary="Walk through the yard")
    made.meeting_risk(ahead, ann, at="2026-11-24 09:00", risk=0.5, why="")
    about = made.known(ann)
    assert (about.missed, about.meeting) == (None, at("2026-11-24 10:00"))
    assert (about.meeting_title, about.risky) == ("Walk through the yard", True)


@pytest.mark.parametrize("kind", ["cancelled", "declined"])
def test_a_meeting_called_off_without_a_new_date_is_one_to_rebook(
    made: Mailed, ann: int, kind: str
) -> None:
    """Whoever called it off; with a new date it is none."""
    status = "cancelled" if kind == "cancelled" else "confirmed"
    off = made.meeting(ann, at="2026-11-17 09:00", summary="Walk through", status=status)
    made.change(ann, off, kind, at="2026-11-17 07:00")
    assert made.known(ann).missed == at("2026-11-17 10:00")
    made.rows["changes"][-1]["rebooked"] = True
    assert made.known(ann).missed is None


def test_a_meeting_that_was_restored_was_not_called_off(made: Mailed, ann: int) -> None:
    """It took place after all."""
    off = made.meeting(ann, at="2026-11-17 09:00", summary="Walk through")
    made.change(ann, off, "cancelled", at="2026-11-16 07:00")
    made.change(ann, off, "restored", at="2026-11-16 08:00")
    assert made.known(ann).missed is None


def test_one_refusal_of_many_calls_no_meeting_off(made: Mailed, ann: int) -> None:
    """The others may have met."""
    bob = made.person("Bob Roe", "bob@acme.example")
    off = made.meeting(ann, at="2026-11-17 09:00", summary="Walk through")
    made._add("attendees", meeting=off, person=bob, presence="unknown", partstat="ACCEPTED")
    made.change(ann, off, "declined", at="2026-11-17 07:00")
    assert made.known(ann).missed is None


def test_what_was_missed_long_ago_is_not_spoken_of(made: Mailed, ann: int) -> None:
    """Nobody wants to be reminded."""
    made.meeting(ann, at="2026-08-17 09:00", summary="Walk through", presence="no")
    assert made.known(ann).missed is None


def test_the_last_thread_is_answered(made: Mailed, ann: int) -> None:
    """Its newest mail, whoever wrote it; circulars and machines make no thread."""
    made.mail(ann, "2026-11-02 08:00", "Fleet contract")
    made.mail(ann, "2026-11-03 08:00", "Re: Fleet Contract", outgoing=True)
    made.mail(ann, "2026-11-04 08:00", "To all of you", addressees=40)
    made.mail(ann, "2026-11-05 08:00", "Automatic answer", auto=True)
    about = made.known(ann)
    assert about.thread is not None
    assert about.thread.message_id == "<m2@mail.example>"
    assert about.thread.references == ("<m1@mail.example>",)
    assert about.thread.subject == "Fleet Contract"
    assert about.heard == at("2026-11-02 09:00")
    assert about.asked == about.written == at("2026-11-03 09:00")
    assert about.texts == (1, 2)


def test_the_thread_of_the_open_question_comes_first(made: Mailed, ann: int) -> None:
    """There the answer is waited for."""
    asked = made.mail(ann, "2026-11-02 08:00", "Fleet contract", outgoing=True, thread=7)
    made.mail(ann, "2026-11-09 08:00", "Parking at the yard", thread=8)
    made.open_question(asked, ann, at="2026-11-02 08:00", chance=0.3, why="")
    about = made.known(ann)
    assert about.thread is not None
    assert about.thread.subject == "Fleet contract"
    assert about.asked == at("2026-11-02 09:00")


@pytest.mark.parametrize("bad", ["", "a b@c", "no-at-sign", "a@b>\r\nBcc: x@y.example", "<x@y>"])
def test_a_message_id_that_is_none_is_not_answered(made: Mailed, ann: int, bad: str) -> None:
    """Headers of strangers are not copied unseen."""
    made.mail(ann, "2026-11-02 08:00", "Fleet contract")
    messages = made.messages().assign(message_id=bad)
    about = known(made.analysis(), messages, ann, ZONE)
    assert about.thread is None or ">" not in about.thread.message_id[1:-1]


@pytest.mark.parametrize(
    "subject", ["Re: my surgery", "Krankmeldung", "Congés de fin d’année", "Fuori ufficio"]
)
def test_a_private_subject_is_neither_named_nor_answered(
    made: Mailed, ann: int, subject: str
) -> None:
    """Health and absence have no place in a sale."""
    made.mail(ann, "2026-11-02 08:00", "Fleet contract")
    made.mail(ann, "2026-11-03 08:00", subject)
    about = made.known(ann)
    assert about.thread is not None
    assert about.thread.subject == "Fleet contract"
    assert shown(subject) == ""


def test_a_topic_is_named_by_what_they_have_seen(made: Mailed, ann: int) -> None:
    """A deal's name that stands in no mail with them is the rep's own affair."""
    made.topic(ann, "ACME whale, squeeze them", deal=3, outcome="")
    assert made.known(ann).topic == ""
    made.mail(ann, "2026-11-02 08:00", "Re: Fleet contract", outgoing=True, proposal=True, topic=1)
    assert made.known(ann).topic == "Fleet contract"
    made.rows["topics"][0]["title"] = "Fleet Contract"
    assert made.known(ann).topic == "Fleet Contract"


@pytest.mark.parametrize("outcome", ["won", "lost"])
def test_what_is_over_is_no_topic(made: Mailed, ann: int, outcome: str) -> None:
    """Nobody sells it any more."""
    made.topic(ann, "Fleet contract", deal=3, outcome=outcome)
    made.mail(ann, "2026-11-02 08:00", "Fleet contract", outgoing=True)
    assert made.known(ann).topic == ""


@pytest.mark.parametrize("subject", ["Hello", "Meeting", "", "Hi"])
def test_a_subject_that_says_nothing_names_nothing(subject: str) -> None:
    """Better none than one of these."""
    assert shown(subject) == ""


def test_a_park_of_the_reps_tells_when_to_come_back(made: Mailed, ann: int) -> None:
    """Ahead it is a day to name; once it has come it is a reason to write."""
    made._add("parks", person=ann, at="2026-11-01", until="2027-01-11 00:00", state="parked")
    assert made.known(ann).until == at("2027-01-11 01:00")
    made.rows["parks"][0].update(state="due", until=pd.Timestamp("2026-11-20", tz="UTC"))
    about = made.known(ann)
    assert (about.until, about.due) == (None, True)


def test_whoever_waits_for_the_rep_is_answered_first(made: Mailed, ann: int) -> None:
    """No ready text can do that."""
    made.waits(ann, at="2026-11-02 08:00", subject="When can you deliver?")
    about = made.known(ann)
    assert about.owed == at("2026-11-02 09:00")
    assert "answer that first" in chosen(about).why


@pytest.mark.parametrize(
    ("told", "far"),
    [("UTC+01:00", False), ("UTC+02:00", False), ("UTC+09:00", True), ("", False)],
)
def test_other_hours_are_those_the_reps_clock_never_shows(
    made: Mailed, told: str, far: bool
) -> None:
    """Summer time makes nobody far."""
    ann = made.person("Ann Lee", "ann@acme.example", zone=told)
    ahead = made.meeting(ann, at="2026-11-24 09:00", summary="Walk through the yard")
    made.meeting_risk(ahead, ann, at="2026-11-24 09:00", risk=0.1, why="")
    assert made.known(ann).far is far


SAID = {
    "en": "Thanks for the offer, we will look at it and come back to you.",
    "de": "Vielen Dank für das Angebot, wir sehen es an und melden uns nächste Woche bei Ihnen.",
    "fr": "Merci pour votre offre, nous la regardons et je reviens vers vous la semaine prochaine.",
    "es": "Gracias por su oferta, la vemos y le contesto antes del viernes de la próxima semana.",
    "it": "Grazie per la vostra offerta, non ho ancora visto il prezzo ma rispondo entro domani.",
    "nl": "Bedankt voor uw offerte, ik kijk er naar en kom er volgende week op terug.",
    "pt": "Obrigado pela sua proposta, vamos analisar e dou uma resposta até ao fim da semana.",
}


@pytest.mark.parametrize("language", list(SAID))
def test_the_language_is_the_one_they_write_in(language: str) -> None:
    """By its little words."""
    assert spoken([SAID[language]]) == language


def test_the_newest_mail_that_is_long_enough_decides() -> None:
    """Who has changed to English is answered in English."""
    assert spoken(["OK!", SAID["en"], SAID["de"], SAID["de"]]) == "en"
    assert spoken(["OK!", SAID["de"], SAID["en"]]) == "de"


def test_what_tells_no_language_tells_none() -> None:
    """The caller has a way out."""
    assert spoken([]) == spoken([""]) == spoken(["12:30?"]) == ""


def test_a_near_meeting_is_one_of_the_next_days() -> None:
    """On Friday that of Monday is near."""
    friday = at("2026-11-27 17:00")
    for days, kind in ((2.7, "confirm"), (3.3, "")):
        about = nothing_but(as_of=friday, meeting=friday + timedelta(days=days))
        assert chosen(about).kind == kind
    assert chosen(EVERYTHING).kind == "rebook"
