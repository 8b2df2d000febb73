"""Verdicts: what keeps good customers from being accused."""

from __future__ import annotations

from tests.derived_builder import Case


def test_a_meeting_that_may_have_taken_place_ends_the_chase() -> None:
    """Nobody knows whether they came: for two weeks it counts as if, then the silence does."""
    for day, verdict in (("2026-05-25", "keep going"), ("2026-05-11", "stop chasing")):
        case = Case()
        ann = case.contact()
        case.ask(ann, "2026-04-06", asks=3, last_asked_at="2026-04-28")
        case.meeting(ann, start=f"{day} 10:00", partstat="NEEDS-ACTION")
        for start in ("2026-03-03 10:00", "2026-03-10 10:00"):
            case.meeting(ann, start=start, partstat="ACCEPTED")
        assert case.judged().loc[ann, "verdict"] == verdict, day


def test_who_agreed_to_an_offer_months_ago_is_given_time() -> None:
    """A yes in a mail protects from the end of a chase, though not from changing the approach."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob", "bolt.example")
    for person in (ann, bob):
        case.ask(person, "2026-04-20", asks=3, last_asked_at="2026-05-12")
    topic = case.topic(ann)
    offer = case.mail(ann, "2026-01-10", "proposal", outgoing=True, topic=topic)
    case.mail(ann, "2026-01-20", "acceptance", thread=offer, topic=topic)
    verdicts = case.judged()["verdict"]
    assert (verdicts[ann], verdicts[bob]) == ("keep going", "stop chasing")


def test_moves_whose_new_date_was_kept_are_half_undone() -> None:
    """Two late moves that both led to a meeting are no habit; two without are one."""
    case = Case()
    ann, bob = case.contact("Ann"), case.contact("Bob", "bolt.example")
    for day in (12, 26):
        at, old, new = (f"2026-05-{day + later} 0{8 + later}:00" for later in (0, 1, 2))
        case.change(bob, "cancelled", at=at, old_start=old.replace(f"-{day + 1} ", f"-{day} "))
        case.change(ann, "moved", at=at, old_start=old.replace(f"-{day + 1} ", f"-{day} "),
                    new_start=new)  # fmt: skip
    verdicts = case.judged()["verdict"]
    assert (verdicts[ann], verdicts[bob]) == ("keep going", "change approach")
