"""The digest: what is in it, and the mail it becomes, read back as a mail program does."""

from __future__ import annotations

import re

import pytest

from reports.digest import digest, message
from reports.escape import line
from tests.analysis_builder import Made
from tests.digest_builder import AT, ID, ME, Tags, body, read_back, seen, written
from tests.report_sample import HOSTILE, hostile, usual


def test_the_subject_carries_counts_and_no_names() -> None:
    """It is seen on lock screens."""
    made = usual()
    assert written(made).subject == "brickwall, week 47: 5 things to do, 1 risky meeting"


def test_the_subject_says_how_many_of_how_many_the_mail_holds() -> None:
    """Its numbers are those of the text: five items, and the line that tells of the rest."""
    mail = written(hostile())
    found = re.match(r"brickwall, week 47: (\d+) of (\d+) things to do", mail.subject)
    assert found
    shown, everything = map(int, found.groups())
    told = mail.text.partition("\nWhat to do\n")[2].partition("\n\n\n")[0]
    assert f"\n{shown}. " in told
    assert f"\n{shown + 1}. " not in told.partition("more: brickwall report")[0]
    assert f"\n{everything - shown:,} more: brickwall report" in told


def test_what_lock_screens_show_of_the_body_names_nobody() -> None:
    """They show the subject and the beginning."""
    mail = read_back(usual())
    people = [contact.name for contact in (item.person for item in seen(usual()).to_do)]
    for shown in (body(mail, "plain")[:200], " ".join(Tags(body(mail, "html")).text.split())[:200]):
        assert not [name for name in people if name.split()[-1] in shown]


def test_the_five_most_important_things_come_with_reason_and_evidence() -> None:
    """And with how many more there are."""
    view = seen(hostile())
    assert len(view.to_do) == 5
    assert view.to_do_left_out == 7
    first = seen(usual()).to_do[0]
    assert (first.person.name, first.verdict) == ("Dana Whitfield", "walk away")
    assert first.what.startswith("Stop offering dates.")
    assert (
        first.evidence
        == "No answer for 41 days to the offer of 5 October, asked three times (3 mails)."
    )


def test_an_empty_week_is_one_line() -> None:
    """What it covers stands in it, for silence may come from missing mail."""
    made = Made()
    made.account()
    made.person("Amélie Fontaine", "amelie@fontaine.example")
    quiet = written(made)
    assert quiet.empty
    assert quiet.subject == "brickwall, week 47: nothing to do"
    assert quiet.text.startswith("Nothing this week: no one needs anything from you.")
    assert "\n\n" not in quiet.text
    assert quiet.images == ()


def test_parked_contacts_that_wake_are_named_apart() -> None:
    """They are not things to do as well; those that sleep on are not named."""
    made = Made()
    made.person("Tomás Reyes", "t@vela.example", verdict="park", next_step="Ask about the budget.",
                until="2026-11-27", milestone="new budget")  # fmt: skip
    made.person("Sue Long", "s@later.example", verdict="park", next_step="x", until="2027-03-01")
    view = seen(made)
    assert view.to_do == ()
    assert [wake.person.name for wake in view.wakes] == ["Tomás Reyes"]
    text = " ".join(digest(view).text.split())
    assert "parked until 27 Nov 2026 (new budget). Ask about" in text
    assert digest(view).subject == "brickwall, week 47: 1 to wake"


def test_meetings_of_the_week_that_may_fall_through_are_named() -> None:
    """With the chance, why, and what to do about it; safe ones are not worth a word."""
    view = seen(usual())
    assert [meeting.person.name for meeting in view.risky] == ["Li Wen"]
    text = " ".join(written(usual()).text.split())
    assert "Thu 26 Nov 2026, 11:00: Li Wen" in text
    assert f"{view.risky[0].risk:.0%}".replace("%", " %") + " risk that this one is" in text


def promise(
    made: Made,
    person: int,
    by: str,
    words: str,
    due_at: str,
    state: str = "open",
    *,
    dated: bool = True,
) -> None:
    """Something promised in a mail, by a day unless ``dated`` is false."""
    message = int(made.message(person, at="2026-11-16 09:00", subject="x").partition(":")[2])
    made._add(
        "promises", message=message, at="2026-11-16 09:00", person=person, by=by, words=words,
        due_at=due_at, due_on=due_at[:10] if dated else "", state=state, dated=dated,
    )  # fmt: skip


def test_promises_of_both_sides_that_are_due_are_told() -> None:
    """Open ones around now; those that were kept, or are due much later, are not."""
    made = Made()
    ann = made.person("Ann Lee", "ann@acme.example")
    promise(made, ann, "them", "I will send the signed contract on Friday", "2026-11-20 22:00")
    promise(made, ann, "us", "You get the drawings by Wednesday", "2026-11-25 22:00")
    promise(made, ann, "us", "long done", "2026-11-20 22:00", state="kept")
    promise(made, ann, "them", "much later", "2027-01-20 22:00")
    promise(made, ann, "them", "some day", "2026-11-20 22:00", dated=False)
    text = " ".join(written(made).text.split())
    assert "Ann Lee to you: “I will send the signed contract on Friday” (was due 20 Nov" in text
    assert "You to Ann Lee: “You get the drawings by Wednesday” (due 25 Nov 2026)" in text
    assert "long done" not in text
    assert "much later" not in text
    assert "some day" not in text, "nothing is due without a day"
    assert written(made).subject == "brickwall, week 47: 2 promises due"


def test_every_item_can_be_answered_with_a_signed_link() -> None:
    """In HTML and in text; without a key there is none."""
    made = usual()
    links = [
        value for _, value in Tags(written(made).html).attributes if value.startswith("mailto:")
    ]
    assert len(links) == 5 * 4 + 1
    assert written(made).text.count("<mailto:") == len(links)
    assert "mailto:" not in written(made, links=None).html


def test_a_question_is_answered_in_one_tap() -> None:
    """Each kind of it; the command that would do the same is left out then."""
    made = Made()
    ann = made.person("Ann Lee", "ann@acme.example")
    kinds = {
        "moved by us": ("they-moved or we-moved", "They moved it", "I moved it"),
        "did they come": ("attended or no-show", "They came", "They did not come"),
        "in doubt": ("sales or not-sales", "Sales contact", "Not sales"),
    }
    for kind, (command, *_) in kinds.items():
        made.question(ann, f"{kind}? (brickwall mark, {command})", at="2026-11-20 10:00", kind=kind)
    text = Tags(written(made).html).text
    assert all(label in text for _, *labels in kinds.values() for label in labels)
    assert "brickwall mark" not in text
    assert "brickwall mark" in written(made, links=None).text


@pytest.mark.parametrize("name", ["usual", "hostile", "empty"])
def test_the_mail_is_small_and_asks_for_nothing_from_outside(name: str) -> None:
    """Below 100 KB; no address but the links to oneself and the drawings within."""
    mail = read_back({"usual": usual, "hostile": hostile, "empty": Made}[name]())
    assert len(mail.as_bytes()) < 100_000
    tags = Tags(body(mail, "html"))
    leading = [v for n, v in tags.attributes if n in ("href", "src", "background", "action")]
    assert all(re.match(rf"mailto:{ME}\?|cid:", value) for value in leading)
    assert not {"script", "link", "iframe", "form", "object", "base"} & set(tags.elements)
    assert "url(" not in body(mail, "html")
    assert "@import" not in body(mail, "html")


def test_drawings_are_found_by_their_content_id_and_told_in_words() -> None:
    """PNG, inline; for those who load none or see none."""
    mail = read_back(usual())
    html = body(mail, "html")
    images = {part["Content-ID"]: part for part in mail.walk() if part["Content-ID"]}
    assert len(images) == 2
    for cid, part in images.items():
        assert f'src="cid:{cid.strip("<>")}"' in html
        assert part.get_content().startswith(b"\x89PNG")
        assert part.get_content_disposition() == "inline"
    told = [value for name, value in Tags(html).attributes if name == "alt"]
    assert told[0].startswith("Meetings in 12 weeks: 5 stood, 3 were moved")
    assert len(told) == 2


def test_the_parts_are_nested_as_mail_programs_expect() -> None:
    """Text, or HTML with its drawings."""
    kinds = [part.get_content_type() for part in read_back(usual()).walk()]
    assert kinds == [
        "multipart/alternative", "text/plain", "multipart/related", "text/html",
        "image/png", "image/png",
    ]  # fmt: skip


def test_headers_tell_what_it_is() -> None:
    """Answering machines leave it alone, brickwall knows it again."""
    mail = read_back(usual())
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Brickwall"] == "digest 2026-W47"
    assert mail["Message-ID"] == ID
    assert mail["From"].addresses[0].addr_spec == mail["To"].addresses[0].addr_spec == ME
    assert mail["Date"].datetime == AT


def test_the_same_digest_is_the_same_mail_to_the_byte() -> None:
    """Boundaries and drawings included; and no two boundaries are equal."""
    first, second = (message(written(usual()), ME, ME, ID, AT).as_bytes() for _ in range(2))
    assert first == second
    boundaries = re.findall(rb'boundary="(.*?)"', first)
    assert len(set(boundaries)) == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"sender": "rep@ours.example\r\nBcc: x@evil.example"},
        {"to": "rep@ours.example\nBcc: x@evil.example"},
        {"to": "rep@ours.example, x@evil.example"},
        {"message_id": "<a@b>\r\nBcc: x@evil.example"},
        {"message_id": "a@b"},
        {"date": AT.replace(tzinfo=None)},
    ],
)
def test_no_header_can_be_smuggled_in(wrong: dict[str, object]) -> None:
    """Nothing is made of it."""
    given: dict[str, object] = {"sender": ME, "to": ME, "message_id": ID, "date": AT}
    with pytest.raises(ValueError, match=r".+"):
        message(written(usual()), **(given | wrong))  # type: ignore[arg-type]


def test_hostile_text_stays_text() -> None:
    """No element, no attribute, no link comes of it; all that is shown of it is there to read."""
    mail = read_back(hostile())
    tags = Tags(body(mail, "html"))
    assert "script" not in tags.elements
    assert tags.elements.count("img") == 2
    assert not [name for name, _ in tags.attributes if name.startswith("on")]
    shown = [line(text, 70).rstrip("…") for text in HOSTILE[:5]]
    assert all(text.replace("://", ": //") in tags.text for text in shown)
    assert not set(tags.text) & set("\u202e\u2066\u200f\x1b\x00")


def test_addresses_that_strangers_wrote_become_no_links() -> None:
    """Mail programs make links of web addresses; a space after the colon keeps them from it."""
    made = Made()
    made.person("http://evil.example/x", "a@evil.example", verdict="last try",
                reason="See www.evil.example or mailto:x@evil.example", next_step="x")  # fmt: skip
    mail = read_back(made)
    for kind in ("plain", "html"):
        text = body(mail, kind)
        assert "http: //evil.example" in text
        assert "www .evil.example" in text
        assert "mailto :x@evil.example" in text
