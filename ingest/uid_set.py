"""Sets of IMAP's message numbers as text, ``1:40,43``: thousands of them on one short line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def numbers(text: str) -> set[int]:
    """The numbers in a sequence set (RFC 9051). Raises ``ValueError`` for what is none."""
    found: set[int] = set()
    for part in filter(None, text.split(",")):
        first, _, last = part.partition(":")
        low, high = sorted((int(first), int(last or first)))
        found.update(range(low, high + 1))
    return found


def common(text: str, known: set[int]) -> set[int]:
    """Those of ``known`` that a sequence set names, however large it is."""
    spans = [part.partition(":") for part in text.split(",") if part]
    bounds = [sorted((int(first), int(last or first))) for first, _, last in spans]
    if sum(high - low for low, high in bounds) <= 4 * len(known):
        return numbers(text) & known
    return {one for one in known if any(low <= one <= high for low, high in bounds)}


def text(found: Iterable[int]) -> str:
    """The shortest sequence set of these numbers."""
    return ",".join(
        f"{low}:{high}" if high > low else str(low) for low, high in _spans(sorted(found))
    )


def _spans(ordered: list[int]) -> Iterator[tuple[int, int]]:
    low = high = None
    for one in ordered:
        if high is not None and low is not None and one > high + 1:
            yield low, high
            low = one
        low = one if low is None else low
        high = one
    if low is not None and high is not None:
        yield low, high
