"""The author's own new text: quotations, header blocks and signatures are cut off."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.quotation import new_text, without_quotation

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "quotation" / "visible.tar.gz"


@pytest.mark.parametrize(
    "attribution",
    [
        "On Mon, 13 May 2024 at 10:00, Ann Fisher <ann@x.example> wrote:",
        "On Mon, May 13, 2024 at 10:00 AM Ann Fisher\n<ann@x.example>\nwrote:",
        "Am 13.05.2024 um 10:00 schrieb Ann Fisher <ann@x.example>:",
        "Le lun. 13 mai 2024 à 10:00, Ann Fisher <ann@x.example> a écrit :",
        "El lun, 13 may 2024 a las 10:00, Ann (<ann@x.example>) escribió:",
        "Il giorno lun 13 mag 2024 alle ore 10:00 Ann <ann@x.example> ha scritto:",
        "Em seg., 13 de mai. de 2024 às 10:00, Ann <ann@x.example> escreveu:",
        "Op ma 13 mei 2024 om 10:00 schreef Ann <ann@x.example>:",
        "Den 13 maj 2024 kl. 10:00 skrev Ann <ann@x.example>:",
        "W dniu 13.05.2024 o 10:00, Ann Fisher pisze:",
        "пн, 13 мая 2024 г. в 10:00, Ann <ann@x.example>:",
        "2024-05-13 10:00 GMT+02:00 Ann Fisher <ann@x.example>:",
        "---- On Mon, 13 May 2024 10:00:00 +0200 Ann <ann@x.example> wrote ----",
        "-----Original Message-----\nFrom: Ann\nSent: Monday\nTo: Rep\nSubject: Offer",
        "________________________________\nVon: Ann\nGesendet: Montag\nAn: Rep\nBetreff: Angebot",
        "De : Ann\nEnvoyé : lundi 13 mai 2024\nÀ : Rep\nObjet : Offre",
        "*From:* Ann\n*Date:* Monday\n*To:* Rep\n*Subject:* Offer",
        "---------------------- Forwarded by Ann Fisher/X on 05/13/2000 \n10:00 AM ---------",
        "Ann Fisher@ENRON\n05/13/2000 10:00 AM\nTo: Rep/HOU/X@X\ncc:  \n\nSubject: Offer",
        '"Ann Fisher" <a@x.example> on 05/13/2000 \n10:00:05 AM\nTo: r@x.example\ncc: \nSubject: x',
        "  Ann.Fisher@x.exampl\n  e   To:  Rep\n  cc:\n  05/13/2000 10:00 AM  Subject:  Offer",
        "Ann Fisher 05/13/00 10:00 AM \t To: Rep/HOU/X@X  cc: Bo/HOU/X@X  Subject: Offer",
        "To: Rep/HOU/X@X\ncc:  \nSubject: Offer",
        "From: Ann Fisher on 05/13/2000 10:00 AM\nTo: Rep/HOU/X@X\ncc:\nSubject: Offer",
        "---------- Forwarded message ---------\nFrom: Ann <ann@x.example>\nDate: Mon",
        "Begin forwarded message:\n",
        "发件人: Ann\n发送时间: 2024年5月13日\n收件人: Rep\n主题: Offer",
    ],
)
def test_older_text_is_cut_behind_what_introduces_it(attribution: str) -> None:
    """In many languages, over several lines, by programs old and new."""
    assert new_text(f"Yes, that suits me.\n\n{attribution}\n\nDoes it suit you?\nAnn\n") == (
        "Yes, that suits me."
    )


def test_answers_between_quoted_lines_stay() -> None:
    """An inline answer keeps the author's lines, without the attribution."""
    text = (
        "Hi Ann,\n\nOn Monday 13 May 2024, Ann wrote:\n> Tuesday?\n\nYes.\n\n"
        "> And the price?\n\nAs before.\n"
    )
    assert new_text(text).split() == ["Hi", "Ann,", "Yes.", "As", "before."]


def test_what_the_older_mail_quoted_in_its_turn_is_not_the_authors() -> None:
    """Below a header block answers begin with a quoted line, or the whole is older text."""
    block = "-----Original Message-----\nFrom: Ann\nSent: Monday\nTo: Rep\nSubject: Offer\n\n"
    older = "Dear Rep,\n\n> Tuesday?\nIf it is not too late, please call me."
    assert new_text(f"Gladly.\n\n{block}{older}") == "Gladly."
    assert new_text(f"{block}> Tuesday?\n\nGladly.") == "Gladly."


def test_the_broken_end_of_a_long_quoted_line_is_quoted() -> None:
    """A program that wraps quotations leaves line ends without the mark."""
    text = (
        "Fine.\n> " + "we would like to have a look at the very long proposal of this " + "\n"
        "week\n> before we decide\n"
    )
    assert new_text(text) == "Fine."


def test_a_short_answer_below_a_question_is_not_a_broken_line() -> None:
    """A question ends with its mark; what stands below is an answer."""
    text = "> could you tell us whether the offer of last week still stands for us?\nyes\n> ok\n"
    assert new_text(text) == "yes"


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nAnn Fisher\nwww.x.example",
        "Ann Fisher\nSales Director\nExample Corp.\n14 Smith St\nHouston, TX 77002\n713-853-5620",
        "Ann Fisher\nDirector\n\nMobile: +44 20 7946 0000\nann@x.example",
        "Sent from my iPhone",
        "Von meinem iPhone gesendet",
        "Get Outlook for Android<https://aka.ms/x>",
        "******\nThis e-mail is confidential, for the intended recipient.\nDelete it if in error.",
        "_______________________________________________\nusers mailing list\nusers@x.example",
    ],
)
def test_signatures_and_footers_are_cut(signature: str) -> None:
    """Cards, telephones' lines, legal texts and list footers are not the author's words."""
    assert new_text(f"We accept the offer.\n\n{signature}\n") == "We accept the offer."


@pytest.mark.parametrize(
    "text",
    [
        "Please call me at\n713-853-5620",
        "On the other hand, we should wait.\nOn average this works.",
        "Here is the list:\n\n- first point\n- second point",
        "Key points\n----\n\n1. Price\n2. Date",
        "The reason he wrote: money.",
        "See\nhttps://example.com/offer",
        "You asked for it:\n\nDone\nhttps://example.com/offer",
        "Ann Fisher\n+44 20 7946 0000",
        "The data comes From: our database, not From: elsewhere.",
        "Dates:\n2024-01-15 14:30\n15.01.2024 14:30\nBoth are fine for us.",
        "Thanks\nAnn",
    ],
)
def test_what_only_looks_like_a_quotation_stays(text: str) -> None:
    """Better to keep a line too many than to lose the author's words."""
    assert new_text(text) == text


def test_an_answer_below_an_attribution_whose_quotation_was_left_out_stays() -> None:
    """Nothing stands above the attribution, nothing is marked below: the text is the answer."""
    assert (
        new_text("On Mon, 13 May 2024, Ann Fisher wrote:\n\nPlease ask Pat.\n") == "Please ask Pat."
    )


def test_a_forwarded_mail_without_a_comment_has_no_new_text() -> None:
    """Nothing of it is the forwarder's."""
    assert new_text("---------- Forwarded message ----------\nFrom: A\nTo: B\n\nText\n") == ""


def test_without_quotation_keeps_the_signature() -> None:
    """Delegates and absences are told in signatures: others may want to look."""
    assert without_quotation("Yes.\n\n-- \nAnn\n\n> No?\n").endswith("Ann")


@settings(deadline=None, max_examples=150)
@given(st.text(alphabet="ab >-_:\n\t\r@.wroteOnFrTSubj=209/", max_size=400))
def test_only_lines_of_the_text_are_kept_and_cutting_again_changes_little(text: str) -> None:
    """Nothing is made up: every kept line stands in the text, in order."""
    lines = iter(
        line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    )
    for line in new_text(text).split("\n"):
        if line.strip():
            assert any(line.strip() == other for other in lines)


@pytest.mark.skipif(not SHARED.is_file(), reason=f"needs the zoned mail at {SHARED}")
def test_zoned_real_mail_is_cut_right() -> None:
    """Of hand-zoned mail nearly all is cut right; the benchmark states the exact shares."""
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    from benchmarks.measure_mime import OPTIONAL, is_right, quotation_examples

    for name, examples in quotation_examples(SHARED, OPTIONAL).items():
        right = sum(is_right(example, without_quotation(example.text)) for example in examples)
        assert right >= 0.95 * len(examples), name
