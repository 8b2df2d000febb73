"""Reads messages: sentences first, then the rules that their words call for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from analyzer.frames import INTENTS
from analyzer.intents.lookup import Lookup
from analyzer.intents.rules import LANGUAGES, Language, Rule, language
from analyzer.intents.texts import Batch, Bools, Ints, batch, word_hashes

#: Label -> (probability, the words that show it) of one message.
Said: TypeAlias = dict[str, tuple[float, str]]
#: Intent or step -> (weight, words) of each rule that matched.
Found: TypeAlias = dict[str, list[tuple[float, str]]]


class Spoken(NamedTuple):
    """The language of each message, by its number.

    ``language``: the first of ``LANGUAGES`` on a tie; ``sure``: some function words tell it, and
    more than tell of any other.
    """

    language: Ints
    sure: Bools


#: Longest excerpt shown as evidence, in characters.
WORDS_SHOWN: Final = 160
#: A rule says an intent from this probability on.
SAID: Final = 0.5

_LEAST_WORDS: Final = 2
_LABELS: Final = frozenset(INTENTS)
# Machine-made text is full of requests that nobody waits for.
_AUTO_DAMPS: Final = _LABELS - {"auto", "reschedule", "cancel", "follow_up", "objection"}
_AUTO_FACTOR: Final = 0.4
# Said between quotation marks they are somebody else's.
_OWN_WORDS: Final = frozenset(
    (
        *("reschedule", "cancel", "cannot_make", "no_show", "refusal", "brush_off", "follow_up"),
        *("proposal", "commitment", "acceptance", "objection"),
    )
)
_QUOTATION_MARKS: Final = (("\u201c", "\u201d"), ("\u201e", "\u201c"), ("\u00ab", "\u00bb"))


def prepared(subjects: Sequence[str], texts: Sequence[str]) -> Batch:
    """Sentences and words of messages, contractions spelt out."""
    return batch(subjects, texts, _contractions())


def rules_say(read: Batch, senders: Sequence[str], spoken: Spoken) -> list[Said]:
    """What rules find in each message; labels nothing speaks for are left out.

    ``senders``: addresses in lower case, "" where unknown; ``spoken``: see ``languages_of``.
    """
    found: list[Found] = [{} for _ in range(read.count)]
    for number in np.unique(spoken.language).tolist():
        _match(_languages()[number], read, spoken.language == number, found)
    if not spoken.sure.all():
        _listen(read, spoken, found)
    said = []
    for hits, sender, number in zip(found, senders, spoken.language.tolist(), strict=True):
        rules = _languages()[number]
        for pattern, weight in rules.senders if sender else ():
            if pattern.search(sender):
                hits.setdefault("auto", []).append((weight, sender))
        said.append(_concluded(hits, rules) if hits else {})
    return said


def languages_of(read: Batch) -> Spoken:
    """Of each message, which language's function words it uses most."""
    lookup, votes = _voters()
    place = lookup.find(read.words)
    known = place >= 0
    message = read.message[read.sentence[known]]
    counts = np.zeros((read.count, votes.shape[1]), dtype=np.int64)
    for column in range(votes.shape[1]):
        counts[:, column] = np.bincount(
            message, weights=votes[place[known], column], minlength=read.count
        )
    others, best = np.sort(counts, axis=1)[:, -2:].T
    return Spoken(counts.argmax(axis=1), (best >= _LEAST_WORDS) & (best > others))


@cache
def _languages() -> tuple[Language, ...]:
    return tuple(language(code) for code in LANGUAGES)


@cache
def _contractions() -> tuple[tuple[str, str], ...]:
    return tuple(pair for known in _languages() for pair in known.expand)


@cache
def _voters() -> tuple[Lookup, Ints]:
    """Function words of all languages, and which languages each belongs to."""
    words = sorted({word for known in _languages() for word in known.function_words})
    hashes = word_hashes(words)
    order = np.argsort(hashes)
    votes = [[word in known.function_words for known in _languages()] for word in words]
    return Lookup(hashes[order]), np.array(votes, dtype=np.int64)[order]


def _listen(read: Batch, spoken: Spoken, found: list[Found]) -> None:
    """Adds who objects in whatever language: a few words may not tell which it is."""
    for number, rules in enumerate(_languages()):
        others = ~spoken.sure & (spoken.language != number)
        heard: list[Found] = [{} for _ in range(read.count)]
        _match(rules, read, others, heard)
        for message in np.flatnonzero(others).tolist():
            if "objection" in heard[message]:
                found[message].setdefault("objection", []).extend(heard[message]["objection"])


def _match(rules: Language, read: Batch, messages: Bools, found: list[Found]) -> None:
    """Adds the weights and words of the rules that matched in some of the messages."""
    here = messages[read.message]
    words = here[read.sentence]
    number = np.cumsum(here) - 1
    which = np.flatnonzero(here)
    sentences, branches = rules.index.called(
        read.words[words], number[read.sentence[words]], read.is_subject[which]
    )
    sentences = which[sentences]
    late = rules.is_context[branches]
    _try_all(rules, sentences[~late], branches[~late], read, found)
    triggered = np.array([not rules.triggers.isdisjoint(hits) for hits in found], dtype=bool)
    late &= triggered[read.message[sentences]]
    _try_all(rules, sentences[late], branches[late], read, found)


def _try_all(
    rules: Language, sentences: Ints, branches: Ints, read: Batch, found: list[Found]
) -> None:
    """Each rule counts once in a sentence, however many of its branches match."""
    plain, known = read.plain, rules.branches
    done: tuple[int, object] = (-1, None)
    for sentence, number in zip(sentences.tolist(), branches.tolist(), strict=True):
        match = known[number].pattern.search(plain[sentence])
        rule = known[number].rule
        if match and done != (sentence, rule) and _holds(rule, rules, match):
            hits = found[read.message[sentence]].setdefault(rule.intent, [])
            hits.append((rule.weight, _shown(read.shown[sentence], match.start())))
            done = (sentence, rule)


def _holds(rule: Rule, rules: Language, match: re.Match[str]) -> bool:
    """Whether a rule whose pattern matched is right in this sentence."""
    if rule.unless and rule.unless.search(match.string):
        return False
    return not _is_aside(rule.intent, rules, match.string, match.start())


def _is_aside(intent: str, rules: Language, sentence: str, start: int) -> bool:
    """Whether the words from ``start`` on are another's, or say what is not being done."""
    if intent in _OWN_WORDS and _is_quoted(sentence, start):
        return True
    return any(aside.holds(sentence, start) for aside in rules.asides.get(intent, ()))


def _is_quoted(sentence: str, start: int) -> bool:
    """Whether quotation marks stand open at ``start``."""
    if '"' in sentence and sentence.count('"', 0, start) % 2:
        return True
    return any(
        opens in sentence and sentence.rfind(opens, 0, start) > sentence.rfind(closes, 0, start)
        for opens, closes in _QUOTATION_MARKS
    )


def _concluded(found: Found, rules: Language) -> Said:
    said = {intent: _together(hits) for intent, hits in found.items()}
    _combine(said, rules)
    if said.get("auto", (0.0, ""))[0] >= SAID:
        damp(said)
    return {name: said[name] for name in said if name in _LABELS}


def _shown(sentence: str, start: int) -> str:
    """The sentence, or of a long one the part that begins just before ``start``, with dots."""
    if len(sentence) <= WORDS_SHOWN:
        return sentence
    begin = max(0, min(start - 20, len(sentence) - WORDS_SHOWN))
    begin = sentence.rfind(" ", 0, begin) + 1
    end = begin + WORDS_SHOWN - 2
    part = sentence[begin:] if end >= len(sentence) else sentence[begin:end].rsplit(" ", 1)[0] + "…"
    return "…" + part if begin else part


def _together(hits: list[tuple[float, str]]) -> tuple[float, str]:
    """Noisy-or of the weights; the words of the heaviest, the first or shortest of equals."""
    against = 1.0
    for weight, _ in sorted(hits):
        against *= 1.0 - weight
    words = min(hits, key=lambda hit: (-hit[0], len(hit[1]), hit[1]))[1]
    return 1.0 - against, words


def _combine(said: dict[str, tuple[float, str]], rules: Language) -> None:
    """Adds what several sentences say together (in the order of the data file)."""
    for combination in rules.combinations:
        if combination.all[0] not in said:
            continue
        parts = [said.get(name, (0.0, "")) for name in combination.all]
        if any(part[0] < SAID for part in parts):
            continue
        if any(said.get(name, (0.0, ""))[0] >= SAID for name in combination.none):
            continue
        before, words = said.get(combination.intent, (0.0, ""))
        said[combination.intent] = (_weighed(before, combination.weight), words or parts[0][1])


def _weighed(probability: float, weight: float) -> float:
    """``probability`` after a witness for it, or against it where ``weight`` is negative."""
    if weight < 0:
        return probability * (1.0 + weight)
    return 1.0 - (1.0 - probability) * (1.0 - weight)


def damp(said: dict[str, tuple[float, str]]) -> None:
    """Takes back most of what a message says that turned out to be machine-made."""
    for intent in said.keys() & _AUTO_DAMPS:
        probability, words = said[intent]
        said[intent] = (probability * _AUTO_FACTOR, words)
