"""How much of their mail is here, as our own answers tell."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analyzer.derived.kept import answers_by_account, kept
from analyzer.derived.mail import Mail, mail
from analyzer.derived.people import people
from analyzer.derived.threads import thread
from analyzer.settings import Settings
from tests.builders import Story

AS_OF = datetime(2026, 6, 1, tzinfo=UTC)
ANN, BO = "ann@acme.com", "bo@else.com"


def answering(story: Story, who: str, *, here: int, missing: int) -> None:
    """We answer mails of ``who``, some of which are here."""
    for _ in range(here):
        got = story.mail(who, to=story.me, at="2026-03-02")
        story.mail(story.me, to=who, at="2026-03-03", answers=got)
    for number in range(missing):
        story.mail(story.me, to=who, at="2026-03-04", in_reply_to=f"gone{number}@{who}")


def told(story: Story) -> tuple[Mail, dict[str, float]]:
    """The mail of a story, and the share by address."""
    facts = story.facts()
    who = people(facts, Settings())
    made = thread(mail(facts, who, Settings(), AS_OF), facts)
    share = kept(made, int(who.people["person"].max()) + 1)
    by = zip(who.people["address"], who.people["person"], strict=True)
    return made, {address: share[person] for address, person in by}


def test_everything_is_here_until_answers_of_ours_tell_otherwise() -> None:
    """Nothing answered proves nothing; a few missing ones change little."""
    story = Story()
    story.mail(story.me, to=ANN, at="2026-03-02")
    assert told(story)[1][ANN] == 1.0
    answering(story, ANN, here=9, missing=1)
    assert told(story)[1][ANN] > 0.9


def test_a_person_whose_mail_is_gone_is_told_apart() -> None:
    """Ann's mail was moved away, Bo's is here: only hers proves little."""
    story = Story()
    answering(story, ANN, here=0, missing=30)
    answering(story, BO, here=60, missing=0)
    made, share = told(story)
    assert share[ANN] < 0.3
    assert share[BO] > 0.9
    assert answers_by_account(made).to_dict("records") == [{"answered": 90, "missing": 30}]


@pytest.mark.parametrize("kind", ["bulk", "auto_reply"])
def test_only_what_we_wrote_ourselves_tells(kind: str) -> None:
    """Machine-made answers of ours prove nothing."""
    story = Story()
    for number in range(40):
        story.mail(story.me, to=ANN, at="2026-03-04", in_reply_to=f"gone{number}@x", kind=kind)
    assert told(story)[1][ANN] == 1.0


@given(st.integers(0, 30), st.integers(0, 30))
@hypothesis_settings(deadline=None, max_examples=15)
def test_shares_are_shares(here: int, missing: int) -> None:
    """Always above 0, at most 1, and 1 only where nothing is missing."""
    story = Story()
    answering(story, ANN, here=here, missing=missing)
    story.mail(story.me, to=ANN, at="2026-03-02")
    share = told(story)[1][ANN]
    assert 0.0 < share <= 1.0
    assert (share == 1.0) == (missing == 0)
