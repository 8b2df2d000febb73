"""What the views say: order, actions, causes, evidence, sections, and what they never say."""

from __future__ import annotations

import html

import pandas as pd
import pytest

from analyzer.settings import Settings
from reports import page, tables, terminal, words
from reports.model import Contact, Report
from reports.views import report
from reports.views_person import case, contact_page, find_people
from store.errors import UsageError
from tests.analysis_builder import Made
from tests.report_sample import WEEK, usual

SETTINGS = Settings(zone="Europe/Berlin")


def view(made: Made) -> Report:
    """The report of the sample week."""
    return report(made.analysis(), SETTINGS, WEEK, made.said())


def only(made: Made) -> Contact:
    """The one contact of the report."""
    (contact,) = view(made).contacts
    return contact


@pytest.fixture
def made() -> Made:
    """Somebody with an account, and nobody yet."""
    made = Made()
    made.account()
    return made


def test_actions_are_the_seven_that_matter_most(made: Made) -> None:
    """By attention; the rest is counted."""
    for n in range(9):
        made.person(
            f"P{n}", f"p{n}@x.example", verdict="last try", next_step="Write.", attention=float(n)
        )
    shown = view(made)
    assert [action.person.name for action in shown.actions] == [f"P{n}" for n in range(8, 1, -1)]
    assert shown.actions_left_out == 2


@pytest.mark.parametrize(
    ("verdict", "until", "week_hours", "due"),
    [
        ("walk away", None, 0.0, True),
        ("stop chasing", None, 0.0, True),
        ("keep going", None, 3.0, False),
        ("unclear", None, 3.0, False),
        ("park", "2026-11-27", 0.0, True),
        ("park", "2027-02-01", 0.0, False),
        ("park", None, 0.0, False),
        ("win back", "2026-11-20", 0.0, True),
        ("do not contact", None, 0.0, False),
        ("do not contact", None, 0.5, True),
    ],
)
def test_waiting_and_going_on_are_no_actions(
    made: Made, verdict: str, until: str | None, week_hours: float, due: bool
) -> None:
    """Only what can be done now is said on top."""
    made.person("Ann", "ann@acme.example", verdict=verdict, until=until, week_hours=week_hours,
                next_step="Do it.", attention=1.0)  # fmt: skip
    assert bool(view(made).actions) is due


def test_one_cause_is_told_once_with_everything_that_shows_it(made: Made) -> None:
    """The strongest sentence stands in front, the others behind it."""
    ann = made.person("Ann", "ann@acme.example")
    mails = [made.message(ann, at=f"2026-11-1{n} 09:00", subject=f"S{n}") for n in (7, 8)]
    cause = made.sign(ann, "Weak.", at="2026-11-17", strength=0.2, shows=[mails[0]])
    made.sign(ann, "Strong.", at="2026-11-18", strength=0.9, shows=mails, episode=cause)
    (sign,) = only(made).signs
    assert (sign.sentence, sign.also) == ("Strong.", ("Weak.",))
    assert [reference.subject for reference in sign.references] == ["S7", "S8"]


def test_the_same_episode_in_two_families_is_two_causes(made: Made) -> None:
    """Ids are unique within a family only."""
    ann = made.person("Ann", "ann@acme.example")
    for family in ("meetings", "answers"):
        made.sign(ann, family, at="2026-11-17", family=family, episode=5)
    assert len(only(made).signs) == 2


def test_signs_of_the_week_come_first_and_then_the_newest(made: Made) -> None:
    """The week is the reported one, in the rep's zone."""
    ann = made.person("Ann", "ann@acme.example")
    for at in ("2026-11-15 22:59", "2026-11-15 23:00", "2026-11-22 22:59", "2026-11-22 23:00"):
        made.sign(ann, at, at=at)
    told = [(sign.sentence, sign.this_week) for sign in only(made).signs]
    assert told == [
        ("2026-11-22 22:59", True),
        ("2026-11-15 23:00", True),
        ("2026-11-22 23:00", False),
        ("2026-11-15 22:59", False),
    ]


def test_signs_beyond_a_dozen_are_counted_and_all_on_the_contact_page(made: Made) -> None:
    """Nothing is lost silently."""
    ann = made.person("Ann", "ann@acme.example")
    for n in range(25):
        made.sign(ann, f"Sign {n}.", at=f"2026-10-{n + 1:02d}")
    contact = only(made)
    assert (len(contact.signs), contact.signs_left_out) == (12, 13)
    assert len(contact_page(made.analysis(), SETTINGS, ann).contact.signs) == 25


def test_evidence_beyond_a_dozen_is_counted(made: Made) -> None:
    """A long chase does not fill the page."""
    ann = made.person("Ann", "ann@acme.example")
    mails = [made.message(ann, at=f"2026-10-{n + 1:02d}", subject=f"S{n}") for n in range(15)]
    made.sign(ann, "Silence.", at="2026-11-17", shows=mails)
    (sign,) = only(made).signs
    assert (len(sign.references), sign.references_left_out) == (12, 3)


def test_out_of_office_words_are_never_quoted(made: Made) -> None:
    """They may speak of illness."""
    ann = made.person("Ann", "ann@acme.example")
    mail = made.message(ann, at="2026-11-17", subject="Away", shows="in hospital", intent="auto")
    made.sign(ann, "Away.", at="2026-11-17", shows=[mail])
    assert only(made).signs[0].references[0].words == ""


def test_words_of_a_label_that_was_not_decided_are_not_shown(made: Made) -> None:
    """An unlikely label is no evidence."""
    ann = made.person("Ann", "ann@acme.example")
    mail = made.message(ann, at="2026-11-17", subject="Hm", shows="maybe", intent="refusal")
    made.sign(ann, "Refused.", at="2026-11-17", shows=[mail])
    assert only(made).signs[0].references[0].words == "maybe"
    made.rows["mail"][0]["refusal"] = False
    assert only(made).signs[0].references[0].words == ""


def test_evidence_that_is_not_in_the_frames_is_named_and_breaks_nothing(made: Made) -> None:
    """Marks and bare calendar entries have no subject."""
    ann = made.person("Ann", "ann@acme.example")
    made.sign(ann, "Marked.", at="2026-11-17", shows=["mark:3", "event:99", "message:404"])
    sources = {reference.id: reference.source for reference in only(made).signs[0].references}
    assert sources == {"mark:3": "your mark", "event:99": "calendar", "message:404": "mail"}


def test_the_balance_rises_with_good_signs_and_fades(made: Made) -> None:
    """Half of it is left after the half-life."""
    ann = made.person("Ann", "ann@acme.example")
    made.sign(ann, "Good.", at="2026-08-26 12:00", good=True, strength=0.8)
    weeks = only(made).weeks
    assert len(weeks) == 26
    assert max(week.balance for week in weeks) == 0.8
    assert weeks[-1].balance == pytest.approx(0.8 * 0.5 ** (12 * 7 / 90), abs=0.01)


def test_signs_before_the_half_year_still_weigh_in_the_balance(made: Made) -> None:
    """The line does not begin at zero."""
    ann = made.person("Ann", "ann@acme.example")
    made.sign(ann, "Bad.", at="2026-04-01")
    made.sign(ann, "Bad.", at="2026-11-17")
    assert only(made).weeks[0].balance < 0


def test_a_moved_meeting_is_shown_where_it_was_to_be_and_where_it_is(made: Made) -> None:
    """The mark of the move, and what became of the new date."""
    ann = made.person("Ann", "ann@acme.example")
    meeting = made.meeting(ann, at="2026-11-12 09:00", summary="Pilot", presence="yes")
    made.change(ann, meeting, "moved", at="2026-11-05 08:00", old_start="2026-11-05 09:00")
    marks = [(mark.at.day, mark.state, mark.by) for mark in only(made).meetings]
    assert marks == [(5, "moved", "them"), (12, "held", "")]


def test_a_cancelled_meeting_says_by_whom_and_is_one_mark(made: Made) -> None:
    """The change tells more than the calendar's status."""
    ann = made.person("Ann", "ann@acme.example")
    meeting = made.meeting(ann, at="2026-11-12 09:00", summary="Pilot", status="cancelled")
    made.change(ann, meeting, "cancelled", at="2026-11-12 08:00", actor="us")
    assert [(m.state, m.by) for m in only(made).meetings] == [("cancelled", "you")]


def test_only_people_who_are_judged_can_wait_and_the_longest_waits_first(made: Made) -> None:
    """Each once, with the oldest question."""
    ann = made.person("Ann", "ann@acme.example")
    bob = made.person("Bob", "bob@acme.example")
    shop = made.left_out("Shop", "shop@shop.example", "supplier")
    made.waits(ann, at="2026-11-19", subject="Second")
    made.waits(ann, at="2026-11-18", subject="First")
    made.waits(bob, at="2026-11-10", subject="Older")
    made.waits(shop, at="2026-11-01", subject="Buy")
    made.waits(made.person("Eve", "eve@acme.example"), at="2026-08-01", subject="Forgotten")
    told = [(w.person.name, w.subject) for w in view(made).waiting]
    assert told == [("Bob", "Older"), ("Ann", "First")]


def test_old_proposals_without_a_deal_are_counted_not_listed(made: Made) -> None:
    """A deal stays until it is won or lost; a won one is gone."""
    ann = made.person("Ann", "ann@acme.example")
    made.topic(ann, "Old", proposed_at="2026-01-01", last_two_way_at="2026-01-05")
    made.topic(ann, "Old deal", deal=1, last_two_way_at="2026-01-05")
    made.topic(ann, "Fresh", proposed_at="2026-11-01", value=10.0)
    made.topic(ann, "Won", deal=2, outcome="won")
    shown = view(made)
    assert [topic.title for topic in shown.topics] == ["Fresh", "Old deal"]
    assert shown.topics_left_out == 1


def test_a_proposal_to_somebody_who_is_not_judged_is_no_open_topic(made: Made) -> None:
    """But a deal the rep keeps in their list is."""
    shop = made.left_out("Shop", "shop@shop.example", "supplier")
    made.topic(shop, "Not theirs", proposed_at="2026-11-01")
    made.topic(shop, "A deal", deal=3)
    assert [topic.title for topic in view(made).topics] == ["A deal"]


def test_an_account_read_before_the_week_ended_says_so(made: Made) -> None:
    """The end of the week may be missing."""
    made.account("late", checked_at="2026-11-20")
    fresh, stale = view(made).coverage
    assert (fresh.stale, stale.stale) == (False, True)
    assert "read before the week ended" in stale.sentence


def test_an_account_whose_first_sync_is_under_way_says_what_is_missing(made: Made) -> None:
    """What is there is of use already; nobody should take it for everything."""
    made.account("begun", kind="gmail", read_share=0.629)
    whole, begun = view(made).coverage
    assert "Older mail is missing" not in whole.sentence
    assert "Older mail is missing: so far 62 % was read" in begun.sentence
    assert begun.read_share == 0.629


def test_of_an_account_with_calendars_alone_no_mail_is_missing(made: Made) -> None:
    """But entries may be."""
    made.account("begun", kind="caldav", read_share=0.5, messages=0, events=12)
    _, begun = view(made).coverage
    assert "Calendar entries are missing: so far 50 % was read" in begun.sentence


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"written": 0}, "None of it is yours"),
        ({"written": 9}, "Only 9 of it is yours"),
        ({"answered": 940, "missing": 400}, "Of 940 mails that you answered 400 are not here"),
        ({"messages": 12, "written": 0}, ""),
        ({"answered": 940, "missing": 40}, ""),
    ],
)
def test_an_account_that_is_short_of_mail_says_so(
    made: Made, fields: dict[str, int], told: str
) -> None:
    """Without sent mail, or with mail deleted, less can be known: that is said."""
    made.account("short", **fields)
    whole, short = view(made).coverage
    assert "cannot be known" not in whole.sentence
    assert told in short.sentence
    assert bool(told) == ("cannot be known" in short.sentence or "silence" in short.sentence)


def test_short_times_are_minutes() -> None:
    """Nobody reads 0.1 h."""
    assert [words.hours(h) for h in (0.0, 0.004, 0.05, 0.99, 1.0, 31.46)] == [
        "0 h", "0 h", "3 min", "59 min", "1.0 h", "31.5 h",
    ]  # fmt: skip


def test_the_headline_tells_where_the_hours_went(made: Made) -> None:
    """People without time in it are not counted in it."""
    made.person("Ann", "ann@acme.example", verdict="walk away", week_hours=2.0)
    made.person("Bob", "bob@acme.example", week_hours=1.25)
    made.person("Cid", "cid@acme.example")
    assert view(made).headline == (
        "In the last 7 days you spent 3.2 h on 2 people, 2.0 h of it where something should "
        "change. 1 person gives reason to stop or to change course."
    )


def test_nobody_judged_is_said_with_the_reason(made: Made) -> None:
    """Not an empty page; who was only seen in copy is not counted."""
    made.left_out("Shop", "shop@shop.example", "supplier")
    made.left_out("Cc", "cc@shop.example", "never engaged", first_at=None)
    shown = view(made)
    assert shown.headline.startswith("Nothing to say yet: 1 person is in the mail")
    assert [(group.explanation, group.count) for group in shown.not_judged] == [
        ("They sell to you", 1)
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("ann@acme.example", ["Ann Lee"]),
        ("ann lee", ["Ann Lee"]),
        ("ACME", ["Ann Lee", "Bob Lee"]),
        ("shop", ["Shop"]),
        ("lee", ["Ann Lee", "Bob Lee"]),
        ("zoe schroder", ["Zoë Schröder"]),
        ("ZOË", ["Zoë Schröder"]),
        ("", []),
        ("zoe (", []),
        ("rep@ours.example", []),
    ],
)
def test_people_are_found_by_address_name_or_a_part(
    made: Made, text: str, names: list[str]
) -> None:
    """Judged people hide the others of the same name; the rep is nobody to judge."""
    made.person("Ann Lee", "ann@acme.example")
    made.person("Bob Lee", "bob@acme.example")
    made.person("Zoë Schröder", "zoe@else.example")
    made.left_out("Lee Shop", "lee@lee.example", "supplier", company="lee.example")
    made.left_out("Shop", "shop@shop.example", "supplier")
    assert [person.name for person in find_people(made.analysis(), text)] == names


def test_a_page_of_somebody_who_is_not_judged_says_why(made: Made) -> None:
    """One line, and what would change it."""
    shop = made.left_out("Shop", "shop@shop.example", "supplier")
    with pytest.raises(UsageError, match=r"Shop is not judged \(they sell to you\)\."):
        contact_page(made.analysis(), SETTINGS, shop)


def test_the_case_lists_facts_oldest_first_and_never_the_mirror() -> None:
    """What the boss may see."""
    made = usual()
    shown = case(made.analysis(), SETTINGS, 1, made.said())
    times = [fact.at for fact in shown.facts]
    assert times == sorted(times)
    assert not {"odds", "verdict", "waiting", "contact"} & set(shown.__dataclass_fields__)


def test_missing_numbers_and_times_break_nothing(made: Made) -> None:
    """A verdict without effort, score, contact row or attention is still shown."""
    made.person("Ann", "ann@acme.example", attention=float("nan"))
    bare = made.analysis()
    for name in ("effort", "scores"):
        object.__setattr__(bare, name, getattr(bare, name).head(0))
    (contact,) = report(bare, SETTINGS, WEEK).contacts
    assert contact.effort.hours == 0.0
    assert contact.odds is None
    assert contact.attention == 0.0


def test_views_hold_plain_values_only(made: Made) -> None:
    """No pandas beyond the views."""
    seen: set[type] = set()

    def walk(value: object) -> None:
        seen.add(type(value))
        if isinstance(value, tuple):
            for each in value:
                walk(each)
        for name in getattr(value, "__dataclass_fields__", ()):
            walk(getattr(value, name))

    walk(view(usual()))
    assert not [each for each in seen if each.__module__.startswith(("pandas", "numpy"))]
    assert pd.Timestamp not in seen


def test_what_lies_ahead_is_told_in_every_format() -> None:
    """The risk of Thursday's meeting, and whether an answer still comes."""
    shown = view(usual())
    assert [(risk.person.name, risk.risk.value) for risk in shown.meeting_risks] == [
        ("Li Wen", 0.6)
    ]
    assert {question.person.name for question in shown.open_questions} == {"Omar Haddad"}
    for text in (terminal.render(shown, 200), page.render(shown), tables.markdown(shown)):
        plain = html.unescape(text.replace("\\", ""))
        assert (
            "Thursday's meeting (26 Nov 2026, Harbour Freight: pilot results): 60 % risk" in plain
        )
        assert "4 % are still answered after that." in plain


def test_a_meeting_next_month_is_none_of_the_week_s() -> None:
    """Only the coming two weeks."""
    made = usual()
    made.rows["meeting_risks"][0]["start"] = pd.Timestamp("2026-12-26 10:00", tz="UTC")
    assert not view(made).meeting_risks
