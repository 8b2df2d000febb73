"""Which intents the mail of persons shows: the labeller that ``sync`` is given."""

from __future__ import annotations

from collections.abc import Sequence

from store.model import Intent, Message

LEAST_PROBABILITY = 0.05


def label(messages: Sequence[Message]) -> list[Intent]:
    """The intents of each message above ``LEAST_PROBABILITY``, with the words that show them."""
    from analyzer.intents import VERSION, read

    return [
        Intent(message.provider_id, name, probability, words, VERSION)
        for message in messages
        for name, probability, words in read(message.subject, message.text)
        if probability >= LEAST_PROBABILITY
    ]
