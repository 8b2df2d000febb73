"""How well planted truth is found in made-up worlds, week by week, with 95 % upper bounds.

python -m benchmarks.measure_world [--first 1] [--seeds 20] [--every 1] [--workers 2]
"""

from __future__ import annotations

import argparse
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from functools import partial

from benchmarks import world_study as study
from benchmarks.world_study import ACCUSATIONS, Call

END = date(2026, 11, 20)
CUSTOMERS = (
    "slow",
    "good",
    "part_timer",
    "phoner",
    "regular",
    "booker",
    "parked",
    "fresh",
    "eager",
)
OFFENDERS = ("mover", "no_show", "promiser", "gatekept", "ghost", "asker")
OTHERS = ("supplier", "recruiter", "friend", "colleague", "newsletter", "cold")
WALLS = ("mixed", "dodger", "cycle", "collector")


def main() -> None:
    """Measure and print."""
    given = _arguments()
    one = partial(_calls, every=given.every)
    with ProcessPoolExecutor(given.workers) as pool:
        people = [
            p
            for calls in pool.map(one, range(given.first, given.first + given.seeds))
            for p in calls
        ]
    print(f"{given.seeds} seeds from {given.first} on, {len(people)} people")
    print(f"judged every {given.every} week(s)\n")
    _print_walls(people)
    _print_customers(people)
    _print_offenders(people)
    _print_decided(people)
    _print_others(people)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--first", type=int, default=1, help="the first seed")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--every", type=int, default=1, help="judge every so many weeks")
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args()


def _calls(seed: int, *, every: int) -> list[list[Call]]:
    return study.by_person(study.calls(seed, END, every=every))


def _print_walls(people: list[list[Call]]) -> None:
    found, missed = study.walls_found(people)
    print(f"Walls called within 8 weeks of the formal conditions: {found}")
    print(f"  missed by kind: {dict(Counter(calls[0].truth.kind for calls in missed))}")
    for kind in WALLS:
        print(f"  {kind:10} ends in {_last(people, kind)}")
    print(
        f"Walk away with one family of offences or none (calls): {study.one_family_walled(people)}"
    )


def _print_customers(people: list[list[Call]]) -> None:
    print("\nCustomers that were ever accused:")
    for kind in CUSTOMERS:
        print(f"  {kind:10} {study.ever(people, {kind}, ACCUSATIONS)}")
        for verdict in sorted(ACCUSATIONS):
            rate = study.ever(people, {kind}, frozenset({verdict}))
            if rate.k:
                print(f"    {verdict}: {rate}")


def _print_offenders(people: list[list[Call]]) -> None:
    print("\nOffenders of one kind, three offences standing, that end in change approach or stop")
    print("chasing (or a last try on the way); ever in walk away; where all of the kind end:")
    ends = frozenset({"change approach", "stop chasing", "last try"})
    for kind in OFFENDERS:
        walked = study.ever(people, {kind}, frozenset({"walk away"}))
        print(f"  {kind:10} {study.ended(people, {kind}, ends)}; {walked}; {_last(people, kind)}")


def _print_decided(people: list[list[Call]]) -> None:
    print("\nCalls after they said how it is:")
    print(f"  refusers in win back           {study.decided(people, 'refuser', 'win back')}")
    print(f"  objectors in do not contact    {study.decided(people, 'objector', 'do not contact')}")
    before, after = study.parked(people)
    print(f"  parked until their day         {before}")
    print(f"  woken after it                 {after}")


def _print_others(people: list[list[Call]]) -> None:
    print("\nEver judged, though no sales contacts:")
    for kind in OTHERS:
        of = [calls for calls in people if calls[0].truth.kind == kind]
        judged = sum(any(call.verdict for call in calls) for calls in of)
        print(f"  {kind:10} {study.Rate(judged, len(of))}")


def _last(people: list[list[Call]], kind: str) -> str:
    last = Counter(c[-1].verdict or "not judged" for c in people if c[0].truth.kind == kind)
    return ", ".join(f"{verdict} {count}" for verdict, count in last.most_common())


if __name__ == "__main__":
    main()
