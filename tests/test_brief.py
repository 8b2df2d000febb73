"""The brief: what is told of meetings and of those who come."""

from __future__ import annotations

import pytest

from reports import brief_html, brief_text, digest_text
from reports.brief import Asked, brief, messages
from reports.brief_people import first_words
from tests.analysis_builder import Made
from tests.brief_sample import (
    FRIDAY,
    SETTINGS,
    about,
    ahead,
    lines,
    of_somebody,
    told,
    usual,
)
from tests.digest_builder import Tags


def test_the_history_is_five_lines() -> None:
    """Since when, meetings with numbers, how they answer, the deal, the verdict with its reason."""
    made, li, meeting = usual()
    (known,) = told(made, meeting).people
    assert known.person.id == li
    found = lines(known)
    assert list(found) == ["known", "meetings", "answers", "deal", "verdict"]
    assert found["known"].startswith(
        "since 2 Mar 2026: 3 mails from them (last 19 Nov 2026), 1 mail"
    )
    assert found["meetings"] == (
        "1 took place as far as is known, the last on 2 Mar 2026; 2 moved by them (1 with less "
        "than 24 hours' notice); 1 missed by them."
    )
    assert found["answers"] == (
        "They answered 3 of 3 questions of yours, half of them within 20 hours, nine of ten "
        "within 3 days."
    )
    assert found["deal"] == (
        "Deal “Harbour Freight: roll-out”: stage pilot, 126,500 EUR, proposed 20 Oct 2026, last "
        "word on it 9 Nov 2026."
    )
    assert found["verdict"] == (
        "Change approach (fairly sure): Three of five meetings were moved on the day itself."
    )


def test_promises_and_questions_of_both_sides_are_told() -> None:
    """Whose, the words, when due; and who waits for an answer."""
    made, li, meeting = usual()
    asked = made.message(li, at="2026-11-12 08:00", subject="Dates?", outgoing=True)
    made.open_question(asked, li, at="2026-11-12 08:00", chance=0.5, why="This has been 8 days.")
    (known,) = told(made, meeting).people
    assert list(brief_text.open_things(known)) == [
        "Li Wen to you: “I will send you the figures” (was due 18 Nov 2026)",
        "You to Li Wen: “you get the new offer” (due 24 Nov 2026)",
        "They wait for your answer since 17 Nov 2026: “Which finish?”",
        "You wait for their answer since 12 Nov 2026: “Dates?”",
    ]


def test_a_promise_that_was_kept_or_is_long_past_is_not_told() -> None:
    """Half a year is enough."""
    made = Made(as_of=FRIDAY)
    ann = made.person("Ann Lee", "ann@acme.example")
    made.promise(ann, "kept", by="us", at="2026-11-02", due="2026-11-09", state="kept")
    made.promise(ann, "old", by="us", at="2026-04-02", due="2026-04-09")
    made.promise(ann, "broken", by="them", at="2026-10-02", due="2026-10-09", state="broken")
    assert [each.words for each in of_somebody(made, ann).promises] == ["broken"]


def test_a_promise_by_a_day_is_due_on_that_day() -> None:
    """Its time ends at midnight, when the next day has begun."""
    made = Made(as_of=FRIDAY)
    ann = made.person("Ann Lee", "ann@acme.example")
    made.promise(ann, "you get it by Tuesday", by="us", at="2026-11-16", due="2026-11-24 23:00")
    assert digest_text.promised(of_somebody(made, ann).promises[0]) == (
        "You to Ann Lee: “you get it by Tuesday” (due 24 Nov 2026)"
    )


def test_a_promise_from_far_west_is_due_on_the_day_they_named() -> None:
    """It ends when the next day has begun where the rep is."""
    made = Made(as_of=FRIDAY)
    ann = made.person("Ann Lee", "ann@acme.example")
    made.promise(ann, "you get it by Tuesday", by="them", at="2026-11-16", due="2026-11-25 08:00")
    made.rows["promises"][0]["due_on"] = "2026-11-24"
    (promise,) = of_somebody(made, ann).promises
    assert digest_text.promised(promise).endswith("(due 24 Nov 2026)")


def test_promises_of_others_that_are_due_end_the_brief_of_a_day() -> None:
    """The digest names a few and leads here; whom the rep meets is told of above."""
    made, _, meeting = usual()
    ann = made.person("Ann Lee", "ann@acme.example")
    made.promise(ann, "you get samples", by="us", at="2026-11-16", due="2026-11-25")
    made.promise(ann, "you get much", by="us", at="2026-11-16", due="2026-12-25")
    view = about(made, meeting)
    assert [each.words for each in view.promises] == ["you get samples"]
    sentence = "You to Ann Lee: “you get samples” (due 25 Nov 2026)"
    assert f"- {sentence}\n" in brief_text.render(view)
    assert sentence in Tags(brief_html.render(view)).text
    assert brief(made.analysis(), SETTINGS, Asked(people=(ann,))).promises == ()


def test_the_last_three_exchanges_come_with_their_first_words() -> None:
    """Newest first; machines are no exchange; who wrote for them is named."""
    made = Made(as_of=FRIDAY)
    ann = made.person("Ann Lee", "ann@acme.example")
    pat = made.left_out("Pat Ray", "pat@acme.example", "other")
    made.message(ann, at="2026-11-01 08:00", subject="Too old")
    first = made.message(ann, at="2026-11-02 08:00", subject="Offer", outgoing=True)
    made.message(ann, at="2026-11-03 08:00", subject="Re: Offer", via=pat)
    made.message(ann, at="2026-11-04 08:00", subject="Out of office", intent="auto", shows="away")
    last = made.message(ann, at="2026-11-05 08:00", subject="Dates")
    asked = Asked(people=(ann,))
    wanted = messages(made.analysis(), SETTINGS, asked)
    assert [f"message:{one}" for one in wanted] == [last, "message:3", first]
    texts = {wanted[0]: "Hello,\n\ncan you do Tuesday?\nAnn"}
    (known,) = brief(made.analysis(), SETTINGS, asked, texts).people
    assert [(one.by, one.subject, one.words) for one in known.exchanges] == [
        ("Ann Lee", "Dates", "can you do Tuesday? Ann"),
        ("Ann Lee (written by Pat Ray)", "Re: Offer", ""),
        ("You", "Offer", ""),
    ]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Hi Ann,\n\nshall we say ten?", "shall we say ten?"),
        ("Dear Dr. Lee,\nshall we say ten?", "Dear Dr. Lee, shall we say ten?"),
        ("Yes.", "Yes."),
        ("Hi Ann,", "Hi Ann,"),
        ("", ""),
        ("x" * 500, "x" * 119 + "…"),
    ],
)
def test_first_words_leave_a_greeting_out(text: str, shown: str) -> None:
    """Only where something follows it, and never more than a line."""
    assert first_words(text) == shown


def test_the_risk_is_told_in_words_with_what_to_confirm() -> None:
    """As a share of dates that were moved late or missed, with the command that drafts the mail."""
    made, _, meeting = usual()
    found = told(made, meeting)
    assert brief_text.risk(found) == (
        "60 % risk of being moved late or missed. 3 of 4 dates so far moved late or missed; "
        "confirm the day before."
    )
    first, second = found.confirm
    assert first.text == "Time and place, the day before, with Li Wen."
    assert first.command == "brickwall draft li.wen@harbourfreight.example confirm"
    assert second.text == "What you promised Li Wen is ready (1 open)."


def test_on_the_day_itself_it_is_to_be_confirmed_today() -> None:
    """The mail comes in the morning."""
    made, _, meeting = usual()
    made.as_of = made.as_of.__class__("2026-11-23 06:00", tz="UTC")
    found = told(made, meeting)
    assert brief_text.risk(found).endswith("missed; confirm today.")
    assert found.confirm[0].text == "Time and place, today, with Li Wen."


def test_an_invitation_without_a_clear_answer_is_to_be_confirmed() -> None:
    """Neither silence nor "perhaps" is a yes."""
    made = Made(as_of=FRIDAY)
    ann, bob = made.person("Ann Lee", "a@acme.example"), made.person("Bob Ray", "b@acme.example")
    meeting = ahead(made, ann, "NEEDS-ACTION")
    made.invite(meeting, bob, "TENTATIVE")
    assert [one.text for one in told(made, meeting).confirm] == [
        "Ann Lee has not answered the invitation: does the date stand?",
        "Bob Ray accepted with reservations: does it stand?",
    ]


def test_where_everybody_declined_another_date_is_to_be_found() -> None:
    """And nothing is to be confirmed."""
    made = Made(as_of=FRIDAY)
    ann = made.person("Ann Lee", "ann@acme.example")
    meeting = ahead(made, ann, "DECLINED")
    (only,) = told(made, meeting).confirm
    assert only.text == "Everybody has declined: find another date."
    assert only.command == "brickwall draft ann@acme.example rebook"


def test_nothing_is_written_to_those_who_asked_to_be_left_alone() -> None:
    """Not even to confirm."""
    made = Made(as_of=FRIDAY)
    paul = made.person("Paul Kessler", "paul@kessler.example", verdict="do not contact")
    meeting = ahead(made, paul)
    made.meeting_risk(meeting, paul, at="2026-11-23 09:00", risk=0.9, why="2 of 2 dates.")
    (only,) = told(made, meeting).confirm
    assert only.command == ""
    assert "asked not to be written to" in only.text


def test_an_address_that_a_shell_might_run_stands_in_no_command() -> None:
    """Commands are there to be copied."""
    made = Made(as_of=FRIDAY)
    eve = made.person("Eve", "$(reboot)@evil.example")
    meeting = ahead(made, eve)
    made.meeting_risk(meeting, eve, at="2026-11-23 09:00", risk=0.9, why="2 of 2 dates.")
    assert told(made, meeting).confirm[0].command == "brickwall draft NAME confirm"


def test_a_stranger_is_one_line() -> None:
    """No empty history is spread out."""
    made = Made(as_of=FRIDAY)
    zoe = made.left_out("Zoe Quist", "zoe@new.example", "never engaged", first_at=None)
    meeting = ahead(made, zoe)
    view = about(made, meeting)
    (known,) = view.meetings[0].people
    assert known.stranger
    assert known.history == ()
    text = brief_text.render(view, 200)
    assert (
        "  Zoe Quist · new.example · invitation: accepted: no history: no mail was exchanged with "
        "them, and nobody has met them.\n" in text
    )
    assert "without any history" in brief_text.lead(view)


def test_of_a_stranger_it_is_told_whom_the_rep_knows_at_the_company() -> None:
    """A newcomer at a customer is no cold call."""
    made = Made(as_of=FRIDAY)
    ann = made.person("Ann Lee", "ann@acme.example")
    made.message(ann, at="2026-11-01", subject="Hello")
    zoe = made.left_out("Zoe Quist", "zoe@acme.example", "other", first_at=None)
    known = of_somebody(made, zoe)
    assert known.stranger
    assert known.elsewhere == ("At acme.example you know Ann Lee.",)


def test_what_colleagues_and_other_accounts_know_is_told() -> None:
    """A predecessor's mailbox, and a colleague who wrote with the rep in copy."""
    made = Made(as_of=FRIDAY)
    made.account()
    made.account("old.rep@ours.example")
    ann = made.person("Ann Lee", "ann@acme.example")
    ben = made.left_out("Ben Ray", "ben@ours.example", "colleague", colleague=True)
    made.message(ann, at="2024-03-01 08:00", subject="Trial", account=2)
    made.message(ann, at="2024-06-01 08:00", subject="Trial ends", account=2, outgoing=True)
    made.message(ann, at="2026-11-02 08:00", subject="Offer", outgoing=True)
    made.message(ben, at="2026-10-02 08:00", subject="Prices", to=ann)
    known = of_somebody(made, ann)
    assert known.elsewhere == (
        "In old.rep@ours.example: 2 mails (1 Mar 2024 to 1 Jun 2024), the last “Trial ends”.",
        (
            "Your colleague Ben Ray wrote to them or about them: 1 mail (2 Oct 2026), the last "
            "“Prices”."
        ),
    )
    assert [one.by for one in known.exchanges] == ["You", "Ben Ray", "old.rep@ours.example"]


def test_somebody_known_to_a_colleague_alone_is_no_stranger() -> None:
    """What earlier reps' mail knows counts."""
    made = Made(as_of=FRIDAY)
    made.account()
    zoe = made.left_out("Zoe Quist", "zoe@new.example", "other", first_at=None)
    ben = made.left_out("Ben Ray", "ben@ours.example", "colleague", colleague=True)
    made.message(ben, at="2025-10-02 08:00", subject="Prices", to=zoe)
    assert not of_somebody(made, zoe).stranger


def test_a_deal_of_the_company_is_told_with_whose_it_is() -> None:
    """Most meetings are with more than the one who negotiates."""
    made = Made(as_of=FRIDAY)
    ann, bob = made.person("Ann Lee", "a@acme.example"), made.person("Bob Ray", "b@acme.example")
    made.message(bob, at="2026-11-01", subject="Hello")
    made.topic(ann, "Trucks", company="acme.example", proposed_at="2026-10-01", outcome="won",
               close_at="2026-10-20")  # fmt: skip
    assert lines(of_somebody(made, bob))["deal"] == (
        "Proposal “Trucks” (Ann Lee): proposed 1 Oct 2026, won 20 Oct 2026."
    )


def test_who_is_not_judged_is_told_why() -> None:
    """Suppliers sit in meetings too."""
    made = Made(as_of=FRIDAY)
    sam = made.left_out("Sam Supplier", "sam@supplier.example", "supplier")
    assert lines(of_somebody(made, sam))["verdict"] == "Not judged: they sell to you."


def test_how_often_the_date_itself_was_moved_is_told() -> None:
    """By whom, and what it was at first."""
    made = Made(as_of=FRIDAY)
    ann = made.person("Ann Lee", "ann@acme.example")
    meeting = ahead(made, ann)
    for day, actor in (("16", "them"), ("18", "them"), ("20", "us")):
        made.change(ann, meeting, "moved", actor=actor, at=f"2026-11-{day} 07:00",
                    old_start=f"2026-11-{day} 13:00")  # fmt: skip
    assert told(made, meeting).changes == (
        "Moved 2 times by them and 1 time by you; at first it was to be Mon 16 Nov 2026, 14:00."
    )


def test_of_a_large_meeting_the_others_are_named() -> None:
    """Those whom most is known of are told of; who declined comes last."""
    made = Made(as_of=FRIDAY)
    people = [made.person(f"P{n}", f"p{n}@acme.example") for n in range(8)]
    for n in range(5, 8):
        made.message(people[n], at="2026-11-01", subject="Hello")
    meeting = ahead(made, people[7], "DECLINED")
    for person in people[:7]:
        made.invite(meeting, person)
    found = told(made, meeting)
    assert [one.person.name for one in found.people] == ["P5", "P6", "P0", "P1", "P2"]
    assert [one.name for one in found.more] == ["P3", "P4", "P7"]
