"""Distinct messages: copies collapsed, delegates' words counted for principals."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analyzer.derived.mail import Mail, mail
from analyzer.derived.people import People, people
from analyzer.settings import Settings
from store.facts import Facts
from tests.builders import Story

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
ANN = "Ann Lee <ann@acme.com>"
AID = "Flo Day <flo@acme.com>"


def derived(story: Story, as_of: datetime = AS_OF) -> tuple[Mail, People]:
    """Mail and people of a story."""
    facts = story.facts()
    who = people(facts, Settings())
    return mail(facts, who, Settings(), as_of), who


def speaker(story: Story) -> tuple[str, str]:
    """(sender, via) of the last message, as addresses."""
    result, who = derived(story)
    address = dict(zip(who.people["person"], who.people["address"], strict=True)) | {-1: ""}
    last = result.mail[["sender", "via"]].tail(1).to_numpy().ravel()
    return address[last[0]], address[last[1]]


def test_copies_in_folders_and_accounts_are_one_message() -> None:
    """Labels of all copies count; recipients of all copies are on it."""
    story = Story()
    second = story.account("rep@other.example")
    first = story.mail(
        ANN, to=story.me, at="2026-03-02 09:00", subject="Offer", intents=["apology"]
    )
    story.copy(first, account=second)
    moved = story.copy(first, message_id="other@story.example")
    story.rows["intents"].append({**story.rows["intents"][0], "message": moved, "intent": "cancel"})
    result, _ = derived(story)
    assert result.mail["message"].tolist() == [first]
    labels = result.mail[["apology", "cancel", "refusal"]].to_numpy().tolist()
    assert labels == [[True, True, False]]
    assert result.copies.to_dict() == {1: 1, 2: 1, 3: 1}


@pytest.mark.parametrize(
    "change",
    [
        {"text_digest": 1},
        {"message_id": "x@y", "subject_key": "other"},
        {"message_id": "x@y", "sent_at": pd.Timestamp("2026-03-02 10:01", tz="UTC")},
        {"message_id": "x@y", "sent_at": pd.Timestamp("2026-03-03 09:00", tz="UTC")},
    ],
)
def test_other_text_subject_or_date_is_another_message(change: dict[str, Any]) -> None:
    """The same Message-ID with another body is no copy, nor the same body at another time."""
    story = Story()
    first = story.mail(ANN, to=story.me, at="2026-03-02 09:00")
    story.copy(first, **change)
    assert len(derived(story)[0].mail) == 2


def test_a_copy_dated_in_another_zone_is_the_same_message() -> None:
    """Twelve hours apart to the second: nobody writes the same again at that moment."""
    story = Story()
    first = story.mail(ANN, to=story.me, at="2026-03-02 07:30")
    shifted = pd.Timestamp("2026-03-02 19:30", tz="UTC")
    story.copy(first, message_id="x@y", sent_at=shifted, received_at=shifted)
    assert derived(story)[0].copies.to_dict() == {1: 1, 2: 1}


def test_removed_and_later_messages_are_left_out() -> None:
    """What was removed before, or came after, is not known at that time."""
    story = Story()
    story.mail(ANN, to=story.me, at="2026-03-02", removed_at="2026-04-01")
    story.mail(ANN, to=story.me, at="2026-03-03", removed_at="2026-07-01")
    story.mail(ANN, to=story.me, at="2026-06-02")
    story.mail(ANN, to=story.me, at="2026-03-04", sent_at=None, received_at=None)
    assert derived(story)[0].mail["message"].tolist() == [2]


def test_time_of_others_is_the_receipt_and_of_ours_the_date() -> None:
    """Their Date header may be wrong; ours is when we pressed send."""
    story = Story()
    told: dict[str, Any] = {"sent_at": "2026-03-02 08:00", "received_at": "2026-03-02 09:00"}
    story.mail(ANN, to=story.me, at="2026-03-02", **told)
    story.mail(story.me, to=ANN, at="2026-03-02", **told)
    hours = derived(story)[0].mail.set_index("message")["at"].dt.hour.to_dict()
    assert hours == {1: 9, 2: 8}


def test_sender_header_makes_a_delegate() -> None:
    """Sent by Flo, from Ann: Ann speaks."""
    story = Story()
    story.mail(ANN, to=story.me, at="2026-03-02", written_by=AID)
    assert speaker(story) == ("ann@acme.com", "flo@acme.com")


@pytest.mark.parametrize("machine", ["no-reply@acme.com", "relay@elsewhere.com"])
def test_machines_and_other_houses_are_no_delegates(machine: str) -> None:
    """Mailing software that names itself in Sender speaks for nobody."""
    story = Story()
    story.mail(ANN, to=story.me, at="2026-03-02", written_by=machine)
    assert speaker(story) == ("ann@acme.com", "")


def test_display_name_on_behalf_of_makes_a_delegate() -> None:
    """The name in the From line says for whom."""
    story = Story()
    story.mail(ANN, to=story.me, at="2026-03-01")
    story.mail("Flo Day on behalf of Ann Lee <flo@acme.com>", to=story.me, at="2026-03-02")
    assert speaker(story) == ("ann@acme.com", "flo@acme.com")


@pytest.mark.parametrize(
    ("words", "cc", "expected"),
    [
        ("on behalf of Ann Lee", (), "ann@acme.com"),
        ("assistant to", ("Ann Lee <ann@acme.com>",), "ann@acme.com"),
        ("assistant to", ("Ann Lee <ann@acme.com>", "Bo Roe <bo@acme.com>"), "flo@acme.com"),
        ("assistant to", (), "flo@acme.com"),
    ],
)
def test_text_makes_a_delegate_where_the_principal_is_clear(
    words: str, cc: tuple[str, ...], expected: str
) -> None:
    """Named, or the only other person of the house on the message; else nobody is guessed."""
    story = Story()
    story.mail(ANN, to=story.me, at="2026-03-01")
    story.mail("Bo Roe <bo@acme.com>", to=story.me, at="2026-03-01")
    story.mail(AID, to=story.me, cc=cc, at="2026-03-02", intents=["delegate"], intent_words=words)
    assert speaker(story)[0] == expected


def test_an_assistant_who_wrote_for_somebody_writes_for_them_again() -> None:
    """Where a later text names nobody, the usual principal is meant."""
    story = Story()
    story.mail(AID, to=story.me, cc=ANN, at="2026-03-01", intents=["delegate"])
    story.mail(AID, to=story.me, at="2026-03-02", intents=["delegate"])
    assert speaker(story) == ("ann@acme.com", "flo@acme.com")


def test_the_rep_is_no_recipient_but_is_known_to_be_asked() -> None:
    """Recipients name the others in header order, once; asked says who stood in To."""
    story = Story(aliases=["me@ours.example"])
    to = [story.me, "zoe@b.com", ANN, "me@ours.example"]
    story.mail("cy@c.com", to=to, cc=[ANN, "bo@b.com"], at="2026-03-02")
    result, who = derived(story)
    address = who.people.set_index("person")["address"]
    assert result.recipients["person"].map(address).tolist() == [
        "zoe@b.com",
        "ann@acme.com",
        "bo@b.com",
    ]
    assert result.recipients["role"].tolist() == ["to", "to", "cc"]
    assert result.asked.iloc[0].tolist() == [True, True, 3]


@given(st.lists(st.integers(0, 4), max_size=12), st.integers(0, 3))
@hypothesis_settings(deadline=None, max_examples=20)
def test_copies_never_change_what_is_derived(copied: list[int], account: int) -> None:
    """However often each message is stored again, mail and recipients stay the same."""
    story = Story()
    for day in range(1, 6):
        sender, to = (ANN, story.me) if day % 2 else (story.me, [ANN, AID])
        story.mail(sender, to=to, at=f"2026-03-0{day} 09:00", intents=["expects_reply"])
    before, _ = derived(story)
    for number, message in enumerate(copied):
        story.copy(message + 1, message_id=f"copy{number}@story.example" if account else "m")
    after, _ = derived(story)
    pd.testing.assert_frame_equal(before.mail, after.mail)
    pd.testing.assert_frame_equal(before.recipients, after.recipients)


def test_mail_of_excluded_addresses_is_left_out() -> None:
    """What the rep shut out is not there, in any letter case."""
    story = Story()
    story.mail(ANN, to=story.me, at="2026-03-02")
    facts, excluded = story.facts(), Settings(excluded_addresses=frozenset(["Ann@acme.com"]))
    assert mail(facts, people(facts, excluded), excluded, AS_OF).mail.empty


def test_no_facts_no_mail() -> None:
    """Empty frames give empty frames."""
    who = people(Facts.of(), Settings())
    assert mail(Facts.of(), who, Settings(), AS_OF).mail.empty


def test_a_colleague_whose_text_names_the_rep_is_no_voice_of_the_rep() -> None:
    """Who was asked by the rep to write still writes for themselves."""
    story = Story(me="Mo Roe <mo@ours.example>")
    words = "Mr Roe asked me to poll you"
    story.mail(
        "kim@ours.example", to=ANN, cc=story.me, at="2026-03-02", intents=["delegate"],
        intent_words=words,
    )  # fmt: skip
    assert speaker(story) == ("kim@ours.example", "")
    assert not derived(story)[0].mail["outgoing"].any()
