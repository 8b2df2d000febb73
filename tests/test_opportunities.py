"""Of two topics with the same person one can be dropped."""

from __future__ import annotations

import pytest

from analyzer.opportunities import opportunities
from tests.derived_builder import Case


def two_topics(*, other_at: str = "2026-05-20", second_ask: bool = True) -> tuple[Case, int, int]:
    """Pumps are talked about, valves were proposed and reminded of in vain."""
    case = Case()
    ann = case.contact()
    pumps = case.topic(ann, title="Pumps")
    valves = case.topic(ann, title="Valves")
    case.mail(ann, "2026-04-01", "proposal", outgoing=True, topic=valves)
    if second_ask:
        case.mail(ann, "2026-04-20", "follow_up", outgoing=True, topic=valves)
    case.mail(ann, "2026-05-04", "expects_reply", outgoing=True, topic=pumps)
    case.mail(ann, other_at, topic=pumps)
    return case, pumps, valves


def verdicts(case: Case) -> dict[int, str]:
    """Topic to verdict."""
    frame = opportunities(case.derived(), case.settings, case.as_of)
    return dict(zip(frame["topic"], frame["verdict"], strict=True))


def test_what_they_never_answer_about_is_dropped_and_the_rest_goes_on() -> None:
    """They wrote of the pumps, never of the valves."""
    case, pumps, valves = two_topics()
    assert verdicts(case) == {pumps: "keep", valves: "drop"}
    frame = opportunities(case.derived(), case.settings, case.as_of).set_index("topic")
    assert frame.loc[valves, "reason"] == (
        "Nothing about it since 1 April, though they wrote of other things on 20 May."
    )


@pytest.mark.parametrize("fields", [{"other_at": "2026-03-20"}, {"second_ask": False}])
def test_who_is_silent_altogether_or_was_asked_once_drops_nothing(fields: dict[str, str]) -> None:
    """Silence about everything is the person's verdict, and one mail can be overlooked."""
    case, pumps, valves = two_topics(**fields)  # type: ignore[arg-type]
    assert verdicts(case) == {pumps: "keep", valves: "keep"}


def test_a_word_about_it_keeps_it() -> None:
    """Whatever they said."""
    case, pumps, valves = two_topics()
    case.mail(1, "2026-04-25", topic=valves)
    assert verdicts(case) == {pumps: "keep", valves: "keep"}


def test_a_single_topic_is_not_listed() -> None:
    """Then the verdict of the person says it all."""
    case = Case()
    case.topic(case.contact(), title="Pumps")
    assert verdicts(case) == {}
