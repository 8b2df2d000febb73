"""Which intents the mail of persons shows: the labeller that ``sync`` is given."""

from __future__ import annotations

from collections.abc import Sequence

from store.model import Intent, Message

LEAST_PROBABILITY = 0.05


def label(messages: Sequence[Message]) -> list[Intent]:
    """The intents of each message above ``LEAST_PROBABILITY``, with the words that show them.

    Of an automatic reply the words that tell of the absence are kept, whatever its language.
    """
    from analyzer.intents import VERSION, read_all

    said = read_all(
        [message.subject for message in messages],
        [message.text for message in messages],
        [_sender(message) for message in messages],
    )
    return [
        Intent(message.provider_id, name, probability, words, VERSION)
        for message, found in zip(messages, said, strict=True)
        for name, probability, words in _with_absence(message, found)
        if probability >= LEAST_PROBABILITY
    ]


def _sender(message: Message) -> str:
    """The address in From, in lower case; "" if it has none."""
    return next((p.address.lower() for p in message.participants if p.role == "from"), "")


def _with_absence(
    message: Message, found: Sequence[tuple[str, float, str]]
) -> Sequence[tuple[str, float, str]]:
    if message.kind != "auto_reply":
        return found
    from analyzer.days.absence import excerpt

    away = excerpt(message.text)
    return [*(f for f in found if f[0] != "auto"), ("auto", 1.0, away)] if away else found
