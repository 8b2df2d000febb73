"""Questions and answers in both directions."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analyzer import frames
from analyzer.clock import clock
from analyzer.derived.absences import absences
from analyzer.derived.episodes import episodes
from analyzer.derived.mail import mail
from analyzer.derived.people import people
from analyzer.derived.threads import thread
from analyzer.settings import Settings
from store.facts import Facts
from tests.builders import Story

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
ANN, BO, AID = "Ann Lee <ann@acme.com>", "bo@acme.com", "flo@acme.com"
ASKS = ["expects_reply"]


def derived(facts: Facts, as_of: datetime = AS_OF) -> pd.DataFrame:
    """Episodes of these facts, with the person's address."""
    who = people(facts, Settings())
    told = thread(mail(facts, who, Settings(), as_of), facts)
    pace = clock(told.mail, who.people, Settings())
    made = episodes(
        facts, told, who.people, frames.empty("topics"), absences(told, "UTC"), pace, as_of
    )
    address = who.people.set_index("person")["address"]
    return made.assign(who=made["person"].map(address))


def only(story: Story) -> Any:
    """The single episode of a story."""
    made = derived(story.facts())
    assert len(made) == 1
    return made.iloc[0]


def asking(at: str = "2026-03-02 09:00", to: Any = ANN, **fields: Any) -> Story:
    """A story that begins with a question of ours."""
    story = Story()
    story.mail(story.me, to=to, at=at, subject="Pump offer", intents=ASKS, **fields)
    return story


def test_a_question_without_an_answer_is_open() -> None:
    """Censored at the time of the analysis."""
    episode = only(asking())
    assert episode["open"]
    assert episode["direction"] == "ours"
    assert episode["answered_by"] == ""
    assert episode["waited_hours"] == pytest.approx(24 * 91 - 9)
    assert episode["evidence"] == ("message:1",)


def test_any_mail_of_theirs_ends_it_in_any_thread() -> None:
    """Also a new subject, also to another account."""
    story = asking()
    other = story.account("rep@other.example")
    story.mail(ANN, to="rep@other.example", at="2026-03-03 09:00", subject="Hi", account=other)
    episode = only(story)
    assert (episode["answered_by"], episode["answered_kind"]) == ("message:2", "mail")
    assert episode["waited_hours"] == 24.0
    assert episode["evidence"] == ("message:1", "message:2")


@pytest.mark.parametrize("kind", ["auto_reply", "bulk"])
def test_machines_do_not_answer(kind: str) -> None:
    """Auto-replies and newsletters are no sign."""
    story = asking()
    story.mail(ANN, to=story.me, at="2026-03-03 09:00", kind=kind)
    assert only(story)["open"]


def test_what_reads_like_an_auto_reply_is_none() -> None:
    """Without any header that tells."""
    story = asking()
    story.mail(ANN, to=story.me, at="2026-03-03 09:00", intents=["auto"])
    assert only(story)["open"]


def test_own_aliases_do_not_answer() -> None:
    """A mail from another address of the rep is no reply."""
    story = Story(aliases=["me@ours.example"])
    first = story.mail(story.me, to=ANN, at="2026-03-02 09:00", intents=ASKS)
    story.mail("me@ours.example", to=story.me, at="2026-03-03 09:00", answers=first)
    assert only(story)["open"]


def test_reminders_are_one_episode_and_wait_from_the_first() -> None:
    """In the thread, under the same subject, or a reminder in a mail of its own."""
    story = asking()
    story.mail(story.me, to=ANN, at="2026-03-09 09:00", subject="X", answers=1, intents=ASKS)
    story.mail(story.me, to=ANN, at="2026-03-16 09:00", subject="Pump offer", intents=ASKS)
    story.mail(story.me, to=ANN, at="2026-03-23 09:00", subject="News?", intents=["follow_up"])
    story.mail(ANN, to=story.me, at="2026-03-24 09:00")
    episode = only(story)
    assert episode["asks"] == 4
    assert episode["waited_hours"] == 22 * 24
    assert episode["waited_since_last_hours"] == 24
    assert episode["evidence"][-1] == "message:5"


def test_a_question_after_an_answer_is_a_new_episode() -> None:
    """Also in the same thread."""
    story = asking()
    story.mail(ANN, to=story.me, at="2026-03-03 09:00", answers=1)
    story.mail(story.me, to=ANN, at="2026-03-04 09:00", answers=2, intents=ASKS)
    made = derived(story.facts())
    assert made["open"].tolist() == [False, True]
    assert made["thread"].tolist() == [1, 1]


def test_several_people_of_one_company_are_one_question() -> None:
    """To the first in To; a colleague's answer in the thread counts."""
    story = asking(to=[ANN, BO, "zoe@else.com"], cc="cy@third.com")
    story.mail(BO, to=story.me, at="2026-03-03 09:00", answers=1)
    made = derived(story.facts()).set_index("who")
    assert made.index.tolist() == ["ann@acme.com", "zoe@else.com"]
    assert made.loc["ann@acme.com", "answered_kind"] == "colleague"
    assert made.loc["zoe@else.com", "open"]


def test_a_question_to_more_than_five_asks_nobody() -> None:
    """A mailing is no question."""
    assert derived(asking(to=[f"p{n}@acme{n}.com" for n in range(6)]).facts()).empty


def test_a_colleague_elsewhere_does_not_answer() -> None:
    """Another subject from another person of the house says nothing, unless they copy her."""
    story = asking()
    story.mail(BO, to=story.me, at="2026-03-03 09:00", subject="Other")
    assert only(story)["open"]
    story.mail(BO, to=story.me, cc=ANN, at="2026-03-04 09:00", subject="Other")
    assert only(story)["answered_kind"] == "colleague"


def test_their_delegate_answers_for_them() -> None:
    """Who once wrote for Ann answers for her later too."""
    story = Story()
    story.mail(ANN, to=story.me, at="2026-03-01 09:00", written_by=AID)
    story.mail(story.me, to=ANN, at="2026-03-02 09:00", intents=ASKS)
    story.mail(AID, to=story.me, at="2026-03-03 09:00", subject="Tuesday")
    episode = only(story)
    assert episode["answered_by"] == "message:3"
    assert episode["answer_via"] >= 0


def test_an_invitation_answered_is_an_answer() -> None:
    """Whatever they answer; only a REPLY or a changed answer, not the invitation itself."""
    story = asking()
    uid = story.invite(story.me, to=ANN, start="2026-04-01 10:00", at="2026-03-02 10:00")
    assert only(story)["open"]
    story.rsvp(uid, ANN, "DECLINED", at="2026-03-05 09:00")
    episode = only(story)
    assert (episode["answered_by"], episode["answered_kind"]) == ("event:2", "meeting")


def test_a_marked_call_is_an_answer() -> None:
    """The rep spoke with her."""
    story = asking()
    story.mark("spoke", "ann@acme.com", at="2026-03-05 09:00")
    assert only(story)["answered_kind"] == "call"
    assert only(story)["answered_by"] == "mark:1"


@pytest.mark.parametrize("linked", [True, False])
def test_a_bounced_question_was_never_asked(linked: bool) -> None:
    """Whether the bounce names the message or only follows at once."""
    story = asking()
    answers = 1 if linked else None
    at = "2026-03-03 09:00" if linked else "2026-03-02 09:01"
    story.mail("mailer-daemon@x.com", to=story.me, at=at, kind="bounce", answers=answers)
    assert derived(story.facts()).empty


def test_absences_stop_the_clock() -> None:
    """Ten days away are not waited for."""
    story = asking()
    story.away("ann@acme.com", at="2026-03-02 10:00", until="2026-03-11")
    story.mail(ANN, to=story.me, at="2026-03-13 10:00")
    episode = only(story)
    assert episode["paused_hours"] == 24 * 10 - 10
    assert episode["waited_hours"] == 24 * 11 + 1 - (24 * 10 - 10)
    assert episode["waited_eh"] < 25


def test_a_day_they_named_suspends_silence() -> None:
    """Such as "we decide after 15 May" and the rep's own parking."""
    story = Story()
    story.mail(
        ANN, to=story.me, at="2026-03-02", intents=["brush_off"], intent_words="after 15 May"
    )
    story.mail(story.me, to=ANN, at="2026-03-09 09:00", intents=ASKS)
    assert only(story)["suspended_until"] == pd.Timestamp("2026-05-16", tz="UTC")
    story.mark("park", "ann@acme.com", at="2026-03-10", value="2026-07-01")
    assert only(story)["suspended_until"] == pd.Timestamp("2026-07-01", tz="UTC")


def test_after_won_silence_tells_nothing() -> None:
    """A question after the order is not held against them."""
    story = Story()
    story.mark("won", "ann@acme.com", at="2026-03-01")
    story.mail(story.me, to=ANN, at="2026-03-02 09:00", intents=ASKS)
    assert only(story)["suspended_until"] > pd.Timestamp(AS_OF)


def test_their_questions_wait_for_us() -> None:
    """The mirror image: any mail of ours to her ends it, also from another account."""
    story = Story(aliases=["me@ours.example"])
    story.mail(ANN, to=story.me, at="2026-03-02 09:00", subject="Price?", intents=ASKS)
    assert only(story)["open"]
    story.mail("me@ours.example", to="zoe@else.com", cc=ANN, at="2026-03-03 09:00")
    episode = only(story)
    assert (episode["direction"], episode["who"]) == ("theirs", "ann@acme.com")
    assert episode["answered_by"] == "message:2"


def test_a_colleague_of_ours_answers_in_the_thread() -> None:
    """Kept internal mail shows that somebody else took it."""
    story = Story()
    story.mail(ANN, to=story.me, at="2026-03-02 09:00", subject="Price?", intents=ASKS)
    story.mail("kim@ours.example", to=ANN, cc=story.me, at="2026-03-03 09:00", answers=1)
    assert only(story)["answered_kind"] == "colleague"


def test_questions_to_others_are_not_ours_to_answer() -> None:
    """In Cc only."""
    story = Story()
    story.mail(ANN, to="zoe@else.com", cc=story.me, at="2026-03-02 09:00", intents=ASKS)
    assert derived(story.facts()).empty


def test_a_proposal_they_asked_for_is_requested() -> None:
    """They asked in the thread before."""
    story = Story()
    story.mail(ANN, to=story.me, at="2026-03-01 09:00", subject="Price?", intents=ASKS)
    offer = {"answers": 1, "intents": ["proposal"]}
    story.mail(story.me, to=ANN, at="2026-03-02 09:00", **offer)  # type: ignore[arg-type]
    story.mail(story.me, to="zoe@else.com", at="2026-03-02 09:00", intents=["proposal"])
    ours = derived(story.facts()).query("direction == 'ours'").set_index("who")
    assert ours["proposal"].all()
    assert ours["requested"].to_dict() == {"ann@acme.com": True, "zoe@else.com": False}


_STEP = st.tuples(
    st.sampled_from(["ours", "theirs", "colleague", "auto"]),
    st.sampled_from([[], ASKS, ["proposal"], ["follow_up"]]),
    st.integers(0, 5),
)


@given(st.lists(_STEP, max_size=12), st.integers(0, 12))
@hypothesis_settings(deadline=None, max_examples=40)
def test_answers_come_after_questions_and_later_mail_changes_no_past(
    steps: list[tuple[str, list[str], int]], cut: int
) -> None:
    """Waits are never negative, asks are counted once; what was answered stays answered.

    A later reminder may show which conversation an earlier sign belonged to: then that answered.
    """
    story = Story()
    senders = {"ours": story.me, "theirs": ANN, "colleague": BO, "auto": ANN}
    for number, (who, intents, earlier) in enumerate(steps):
        story.mail(
            senders[who],
            to=ANN if who == "ours" else story.me,
            at=f"2026-03-{number + 1:02d} 09:00",
            subject=f"Subject {earlier}",
            intents=intents,
            answers=earlier if 0 < earlier <= number else None,
            kind="auto_reply" if who == "auto" else "person",
        )
    facts = story.facts()
    now = derived(facts)
    answered = now[~now["open"]]
    assert (answered["answered_at"] > answered["last_asked_at"]).all()
    assert (now["last_asked_at"] >= now["asked_at"]).all()
    waits = now[["waited_hours", "waited_eh", "waited_since_last_hours", "paused_hours"]]
    assert (waits >= 0).all(axis=None)
    assert (now["waited_hours"] + now["paused_hours"] >= now["waited_since_last_hours"]).all()
    asked = now["evidence"].explode().dropna()
    assert now["asks"].sum() == len(asked) - len(answered)
    before = derived(facts, datetime(2026, 3, cut + 1, 12, tzinfo=UTC))
    closed = before[~before["open"]].set_index("asked_message")["answered_at"]
    still = now.set_index("asked_message")["answered_at"].reindex(closed.index)
    assert (still <= closed).all()


def test_no_facts_no_episodes() -> None:
    """Empty frames give empty frames."""
    assert derived(Facts.of()).empty


def test_an_answer_of_ours_to_a_mail_that_is_not_here_shows_that_they_had_written() -> None:
    """Deleted mail of theirs is no silence; our own answer asks anew."""
    story = asking()
    lost: dict[str, Any] = {"in_reply_to": "deleted@acme.com", "intents": ASKS}
    story.mail(story.me, to=ANN, at="2026-03-05 09:00", subject="Re: Pump offer", **lost)
    first, second = derived(story.facts()).to_dict("records")
    assert (first["answered_kind"], first["waited_hours"]) == ("unseen", 72.0)
    assert second["open"]


@pytest.mark.parametrize(("others", "open_"), [(3, False), (12, True)])
def test_a_mail_to_many_answers_nobody(others: int, open_: bool) -> None:
    """A circular that reaches us, too, says nothing about our question."""
    story = asking()
    crowd = [story.me, *(f"guest{number}@else.com" for number in range(others))]
    story.mail(ANN, to=crowd, at="2026-03-03 09:00", subject="Summer party")
    made = derived(story.facts())
    assert made[(made["direction"] == "ours").to_numpy()]["open"].tolist() == [open_]
