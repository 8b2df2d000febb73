"""Who is judged, what is being sold, and what it took."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analyzer import frames
from analyzer.derived.contacts import contacts
from analyzer.derived.coverage import coverage
from analyzer.derived.effort import effort
from analyzer.derived.mail import Mail, mail
from analyzer.derived.people import people, person_of
from analyzer.derived.threads import thread
from analyzer.derived.topics import topics, with_steps
from analyzer.settings import Settings
from store.facts import Facts
from tests.builders import Story

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
ANN, BO = "Ann Lee <ann@acme.com>", "Bo Roe <bo@acme.com>"


@dataclass
class Known:
    """What is derived from a story; ``meetings`` are given by hand."""

    people: pd.DataFrame
    mail: Mail
    topics: pd.DataFrame
    meetings: pd.DataFrame
    attendees: pd.DataFrame

    def address(self, person: pd.Series[int]) -> list[str]:
        """Addresses of persons."""
        return person.map(self.people.set_index("person")["address"]).tolist()


def known(facts: Facts, met: tuple[dict[str, Any], ...] = ()) -> Known:
    """Derive; ``met``: rows of meetings with who, start and minutes."""
    who = people(facts, Settings()).people
    told = thread(mail(facts, people(facts, Settings()), Settings(), AS_OF), facts)
    sold = topics(facts, told, who)
    meetings, attendees = _meetings(who, met)
    made = with_steps(sold.topics, sold.mail, meetings, attendees, AS_OF)
    return Known(who, sold.mail, made, meetings, attendees)


def _meetings(
    who: pd.DataFrame, met: tuple[dict[str, Any], ...]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    rows, guests = [], []
    for number, one in enumerate(met):
        start = pd.Timestamp(one["start"], tz="UTC")
        row = dict.fromkeys(frames.COLUMNS["meetings"])
        texts = {"uid": "u", "summary": "Demo", "status": "confirmed"}
        texts["source"] = one.get("source", "calendar")
        times = {"start": start, "end": start + pd.Timedelta(hours=1)}
        numbers = {"meeting": number, "organizer": -1, "topic": -1, "ours": True, "all_day": False}
        rows.append({**row, **texts, **times, **numbers})
        for person in person_of(who, pd.Series(one["who"])):
            guest = {"meeting": number, "person": person, "optional": False}
            presence = one.get("presence", "unknown")
            told = {"partstat": "NEEDS-ACTION", "presence": presence, "presence_by": ""}
            guests.append({**guest, **told})
    empty = frames.empty("meetings"), frames.empty("attendees")
    if not rows:
        return empty
    return (
        frames.shaped("meetings", pd.DataFrame(rows)),
        frames.shaped("attendees", pd.DataFrame(guests)),
    )


def judged(
    story: Story, met: tuple[dict[str, Any], ...] = (), settings: Settings | None = None
) -> pd.DataFrame:
    """Contacts by address."""
    facts = story.facts()
    all_ = known(facts, met)
    made = contacts(
        facts,
        all_.mail,
        all_.people,
        all_.topics,
        all_.meetings,
        all_.attendees,
        settings or Settings(),
    )
    return made.assign(who=all_.address(made["person"])).set_index("who")


def verdict(made: pd.DataFrame, who: str, *columns: str) -> list[Any]:
    """These columns of one contact."""
    return list(made.loc[[who], list(columns)].to_numpy()[0])


def talk(story: Story, who: str, *, ours: list[str], theirs: list[str] | None = None) -> None:
    """We write, and (unless ``theirs`` is None) they answer."""
    day = len(story.rows["messages"]) + 1
    at = pd.Timestamp("2026-01-01 09:00") + pd.Timedelta(days=day)
    subject = f"Subject {day}"
    story.mail(story.me, to=who, at=str(at), subject=subject, intents=ours)
    if theirs is not None:
        later = str(at + pd.Timedelta(hours=3))
        story.mail(who, to=story.me, at=later, subject=subject, intents=theirs, answers=day)


def test_a_proposal_makes_a_contact_once_they_engaged() -> None:
    """Without any human sign they are a cold prospect."""
    story = Story()
    talk(story, ANN, ours=["proposal"], theirs=[])
    talk(story, "cold@else.com", ours=["proposal"])
    made = judged(story)
    assert verdict(made, "ann@acme.com", "judged", "reason", "left_out") == [
        True,
        "proposal",
        "",
    ]
    assert made.loc["cold@else.com", "left_out"] == "never engaged"


def test_who_hides_behind_a_colleague_is_judged() -> None:
    """Bo wrote, so somebody is there; Ann got the proposal."""
    story = Story()
    talk(story, ANN, ours=["proposal"])
    talk(story, BO, ours=[], theirs=[])
    made = judged(story)
    assert made.loc["ann@acme.com", "judged"]
    assert made.loc["bo@acme.com", "left_out"] == "other"


def test_an_own_meeting_makes_a_contact() -> None:
    """We invited, they wrote once."""
    story = Story()
    talk(story, ANN, ours=[], theirs=[])
    made = judged(story, ({"who": ["ann@acme.com"], "start": "2026-02-01 10:00"},))
    assert made.loc["ann@acme.com", "reason"] == "meeting"


def test_an_offer_file_makes_a_contact() -> None:
    """Its name says so."""
    story = Story()
    story.mail(story.me, to=ANN, at="2026-02-01", attachments='[["Offer 12.pdf", "a/pdf"]]')
    story.mail(ANN, to=story.me, at="2026-02-02")
    assert judged(story).loc["ann@acme.com", "reason"] == "offer"


def test_effort_alone_is_judged_but_in_doubt() -> None:
    """Three questions in a two-way exchange; two are not enough."""
    story = Story()
    for _ in range(3):
        talk(story, ANN, ours=["expects_reply"], theirs=[])
    for _ in range(2):
        talk(story, "zoe@else.com", ours=["expects_reply"], theirs=[])
    made = judged(story)
    assert verdict(made, "ann@acme.com", "judged", "reason", "in_doubt") == [
        True,
        "effort",
        True,
    ]
    assert made.loc["zoe@else.com", "left_out"] == "other"


def test_who_objects_to_our_mail_is_told_of() -> None:
    """Also without proposal or meeting: nobody must go on writing to them."""
    story = Story()
    talk(story, ANN, ours=[], theirs=["objection"])
    made = judged(story)
    assert verdict(made, "ann@acme.com", "judged", "reason") == [True, "objection"]


@pytest.mark.parametrize(
    ("who", "subject", "theirs", "left_out"),
    [
        ("Max <max@vendor.com>", "Our platform", ["proposal"], "supplier"),
        ("Max <max@vendor.com>", "Your invoice", [], "supplier"),
        ("Eve <eve@bigtalent-recruiting.com>", "Hello", [], "recruiter"),
        ("Eve <eve@house.com>", "Exciting role in Bern", [], "recruiter"),
        ("Pal <pal@gmail.com>", "Pizza", [], "friend"),
        ("no-reply@shop.com", "Order", [], "automatic"),
        ("kim@ours.example", "Lunch", [], "colleague"),
    ],
)
def test_who_is_no_customer_is_left_out(
    who: str, subject: str, theirs: list[str], left_out: str
) -> None:
    """Even after three questions of ours."""
    story = Story()
    for day in range(1, 4):
        story.mail(story.me, to=who, at=f"2026-02-{day:02d} 09:00", intents=["expects_reply"])
        at = f"2026-02-{day:02d} 12:00"
        story.mail(who, to=story.me, at=at, subject=subject, intents=theirs)
    made = judged(story).iloc[0]
    assert (made["left_out"], made["judged"]) == (left_out, False)


def test_newsletters_are_left_out() -> None:
    """Bulk mail only."""
    story = Story()
    story.mail("ads@shop.com", to=story.me, at="2026-02-01", kind="bulk")
    assert judged(story).loc["ads@shop.com", "left_out"] == "newsletter"


def test_internal_kept_judges_colleagues_like_everyone() -> None:
    """As in mailboxes that are mostly internal."""
    story = Story()
    talk(story, "kim@ours.example", ours=["proposal"], theirs=[])
    made = judged(story, settings=Settings(internal="keep"))
    assert made.loc["kim@ours.example", "judged"]


def test_colleagues_who_only_meet_or_help_are_not_judged() -> None:
    """An assistant gets many requests; none of them is selling."""
    story = Story()
    for _ in range(4):
        talk(story, "kim@ours.example", ours=["meeting_request", "expects_reply"], theirs=[])
    kim = judged(story, settings=Settings(internal="keep")).loc["kim@ours.example"]
    assert (kim["left_out"], kim["in_doubt"]) == ("colleague", False)


def test_lunch_with_a_private_address_is_asked_about_a_calendar_meeting_is_not() -> None:
    """Friends meet, too: only the calendar of the rep makes it business."""
    story = Story()
    talk(story, "Pal <pal@gmail.com>", ours=["meeting_request"], theirs=[])
    pal = judged(story).loc["pal@gmail.com"]
    assert (pal["left_out"], pal["in_doubt"]) == ("friend", True)
    met = {"who": ["pal@gmail.com"], "start": "2026-02-01 10:00"}
    told = {**met, "source": "mail"}
    assert judged(story, (told,)).loc["pal@gmail.com", "left_out"] == "friend"
    assert judged(story, (met,)).loc["pal@gmail.com", "judged"]


def test_who_only_writes_to_crowds_never_engaged() -> None:
    """Announcements to everybody show nobody who would answer us."""
    story = Story()
    talk(story, ANN, ours=["proposal"])
    crowd = [story.me, *(f"guest{number}@else.com" for number in range(20))]
    story.mail(ANN, to=crowd, at="2026-02-01", subject="Opening hours")
    assert judged(story).loc["ann@acme.com", "left_out"] == "never engaged"


def test_deals_and_marks_decide_over_everything() -> None:
    """A deal makes a contact, the last mark counts."""
    story = Story()
    story.mail("pal@gmail.com", to=story.me, at="2026-02-01")
    story.deal("pal@gmail.com", "Pumps")
    assert judged(story).loc["pal@gmail.com", "reason"] == "deal"
    story.mark("not sales", "pal@gmail.com", at="2026-02-02")
    assert judged(story).loc["pal@gmail.com", "left_out"] == "marked"
    story.mark("sales", "pal@gmail.com", at="2026-02-03")
    assert verdict(judged(story), "pal@gmail.com", "judged", "reason") == [True, "mark"]


def test_the_rep_is_never_a_contact() -> None:
    """Under no own address."""
    story = Story(aliases=["me@else.com"])
    story.mail("me@else.com", to=story.me, at="2026-02-01", intents=["proposal"])
    story.mail(story.me, to="me@else.com", at="2026-02-02", intents=["proposal"])
    assert judged(story).empty


def test_topics_are_deals_else_threads_around_a_proposal() -> None:
    """The one deal of Ann takes her proposal; Zoe's thread is a topic of its own."""
    story = Story()
    story.deal("ann@acme.com", "Pumps 2026", stage="offer", value=9000.0)
    talk(story, ANN, ours=["proposal"], theirs=["expects_reply"])
    talk(story, "zoe@else.com", ours=["proposal"])
    story.mail("zoe@else.com", to=story.me, at="2026-02-01", subject="Other")
    made = known(story.facts())
    assert made.topics["title"].tolist() == ["Pumps 2026", "Subject 3"]
    assert made.topics["deal"].tolist() == [1, -1]
    assert made.topics["company"].tolist() == ["acme.com", "else.com"]
    assert made.topics["proposed_at"].dt.day.tolist() == [2, 4]
    assert made.topics["last_two_way_at"].dt.hour.tolist()[0] == 12
    assert pd.isna(made.topics["last_two_way_at"].iloc[1])
    assert made.mail.mail["topic"].tolist() == [0, 0, 1, -1]


def test_two_deals_of_one_person_take_the_proposals_their_titles_name() -> None:
    """A shared word decides; without one it is a third topic."""
    story = Story()
    for title in ("Pumps", "Valves"):
        story.deal("ann@acme.com", title)
    for subject in ("Offer for valves", "Offer for pumps", "Training"):
        story.mail(story.me, to=ANN, at="2026-02-01", subject=subject, intents=["proposal"])
    assert known(story.facts()).mail.mail["topic"].tolist() == [1, 0, 2]


def test_proposals_about_one_matter_are_one_topic_named_without_re() -> None:
    """An offer and its new version are one; a pilot and its licences, last year and this, two."""
    story = Story()
    subjects = ("Re: AW: Pilot Venlo", "Updated offer pilot Venlo", "Licences Venlo", "Pilot 2027")
    for subject in subjects:
        story.mail(story.me, to=ANN, at="2026-02-01", subject=subject, intents=["proposal"])
    made = known(story.facts())
    assert made.mail.mail["topic"].tolist() == [0, 0, 1, 2]
    assert made.topics["title"].tolist() == ["Pilot Venlo", "Licences Venlo", "Pilot 2027"]


def test_a_mark_decides_the_outcome() -> None:
    """Won by the rep's word."""
    story = Story()
    talk(story, ANN, ours=["proposal"])
    story.mark("won", "ann@acme.com", at="2026-03-01")
    assert known(story.facts()).topics["outcome"].tolist() == ["won"]


def test_the_next_step_is_the_next_meeting_else_a_promise() -> None:
    """Past meetings are two-way contact."""
    story = Story()
    talk(story, ANN, ours=["proposal"])
    story.mail(
        ANN,
        to=story.me,
        at="2026-03-01",
        answers=1,
        intents=["commitment"],
        intent_words="I will send it by 2026-06-20",
    )
    facts = story.facts()
    assert known(facts).topics["next_step_at"].dt.day.tolist() == [20]
    meetings = (
        {"who": ["ann@acme.com"], "start": "2026-06-09 10:00"},
        {"who": ["ann@acme.com"], "start": "2026-05-09 10:00"},
    )
    made = known(facts, meetings).topics.iloc[0]
    assert (made["next_step"], made["next_step_at"].day) == ("Demo", 9)
    assert made["last_two_way_at"] == pd.Timestamp("2026-05-09 10:00", tz="UTC")


def spent(facts: Facts, met: tuple[dict[str, Any], ...] = ()) -> pd.DataFrame:
    """Effort by address."""
    all_ = known(facts, met)
    changes = frames.empty("changes")
    made = effort(all_.mail, all_.meetings, all_.attendees, changes, Settings(), AS_OF)
    return made.assign(who=all_.address(made["person"])).set_index("who")


def test_effort_follows_the_formula() -> None:
    """One mail of 60 words written, one of 200 read, an hour met, an hour lost, in euros."""
    story = Story()
    story.mail(story.me, to=ANN, at="2026-03-01", words=60)
    story.mail(ANN, to=story.me, at="2026-05-30", words=200)
    met = (
        {"who": ["ann@acme.com"], "start": "2026-05-09 10:00"},
        {"who": ["ann@acme.com"], "start": "2026-05-10 10:00", "presence": "no"},
        {"who": ["ann@acme.com"], "start": "2026-07-10 10:00"},
    )
    row = spent(story.facts(), met).loc["ann@acme.com"]
    assert row["mail_hours"] == pytest.approx((4 + 2) / 60)
    assert row["meeting_hours"] == pytest.approx(1.25)
    assert row["lost_hours"] == pytest.approx(1.25)
    assert row["week_hours"] == pytest.approx(2 / 60)
    assert row["cost"] == pytest.approx((2.5 + 0.1) * 60)


@given(st.lists(st.tuples(st.integers(1, 4), st.integers(0, 500)), max_size=8))
@hypothesis_settings(deadline=None, max_examples=25)
def test_effort_of_all_people_is_the_time_of_the_rep(mails: list[tuple[int, int]]) -> None:
    """However many people a mail went to, its time counts once."""
    story, total = Story(), 0.0
    for number, (count, words) in enumerate(mails):
        to = [f"p{n}@acme{n}.com" for n in range(count)]
        story.mail(story.me, to=to, at=f"2026-03-{number + 1:02d}", words=words)
        total += (2 + words / 30) / 60
    assert spent(story.facts())["hours"].sum() == pytest.approx(total)


def test_coverage_counts_what_was_known() -> None:
    """Per account: mails, events, failures and since when the calendar is watched."""
    story = Story()
    story.account("rep@other.example")
    story.mail(ANN, to=story.me, at="2026-03-01 09:00")
    story.mail(ANN, to=story.me, at="2026-05-01 09:00")
    story.mail(ANN, to=story.me, at="2026-07-01 09:00")
    story.invite(
        story.me, to=ANN, start="2026-04-01", at="2026-03-01", learned_from="calendar", method=""
    )
    story.failure("x.eml", "broken")
    made = coverage(story.facts(), known(story.facts()).mail, AS_OF)
    assert made["messages"].tolist() == [2, 0]
    assert made["events"].tolist() == [1, 0]
    assert made["failures"].tolist() == [1, 0]
    assert made["last_at"].dt.month.tolist()[0] == 5
    assert made["calendar_since"].notna().tolist() == [True, False]


def test_no_facts_nobody() -> None:
    """Empty frames give empty frames."""
    assert known(Facts.of()).topics.empty
    assert spent(Facts.of()).empty
    assert coverage(Facts.of(), known(Facts.of()).mail, AS_OF).empty
