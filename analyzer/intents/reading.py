"""Reads one message: sentences first, then the rules that their words call for."""

from __future__ import annotations

import re
from functools import cache
from typing import Final, TypeAlias

from analyzer.frames import INTENTS
from analyzer.intents.rules import LANGUAGES, Index, Language, Rule, language

#: Intent or step -> (weight, words) of each rule that matched.
Found: TypeAlias = dict[str, list[tuple[float, str]]]

#: Longest excerpt shown as evidence, in characters.
WORDS_SHOWN: Final = 160
#: A message says an intent from this probability on.
DECIDED: Final = 0.5

_SENTENCE_END: Final = re.compile(
    r"[.!?][\"')\]]?\s+|\n[^\S\n]*\n\s*|\n(?=[^\S\n]*(?:[-*•>]|\d[.)]\s))"
)
_ABBREVIATIONS: Final = frozenset(
    ("Mr", "Mrs", "Ms", "Dr", "Prof", "St", "Sr", "Jr", "Exec", "No", "Nr", "approx", "vs", "B",
     "bzw", "ca")
)  # fmt: skip
# A German date is no end of a sentence.
_GERMAN_MONTHS: Final = (
    "Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober",
    "November", "Dezember",
)  # fmt: skip
# Question marks that stand for characters a program could not show.
_JUNK: Final = re.compile(r"(?m)^\s*\?\s*$|[.,;:]\?\?|\s\?+\w")
_JUNK_MARKS: Final = re.compile(r"(?m)(?<=[.,;:])\?+|(?<!\S)\?+(?=\w|\s*$)")
_SEPARATORS: Final = str.maketrans(dict.fromkeys('.,;:!()[]{}<>"“”„*|=_/\\…', " ") | {"?": " ? "})
_QUOTES: Final = str.maketrans({"’": "'", "‘": "'", "´": "'", "`": "'", " ": " "})
_ORDER: Final = {intent: position for position, intent in enumerate(INTENTS)}
# Machine-made text is full of requests that nobody waits for.
_AUTO_DAMPS: Final = frozenset(INTENTS) - {"auto", "reschedule", "cancel", "follow_up"}
_AUTO_FACTOR: Final = 0.4


def read(subject: str, text: str, sender: str = "") -> list[tuple[str, float, str]]:
    """What a message says: (label, probability, the words that show it), in order of ``INTENTS``.

    ``text`` is the author's own new text. Labels nothing speaks for are left out.
    """
    sentences = _sentences(text)
    rules = _language_of(text)
    found = _matches(rules, subject, sentences)
    if rules.auto_sender and rules.auto_sender.search(sender):
        found.setdefault("auto", []).append((0.8, sender))
    if not found:
        return []
    said = {intent: _together(hits) for intent, hits in found.items()}
    _combine(said, rules)
    if said.get("auto", (0.0, ""))[0] >= DECIDED:
        _damp(said)
    return [(i, *said[i]) for i in sorted(said.keys() & _ORDER.keys(), key=_ORDER.__getitem__)]


def _sentences(text: str) -> list[str]:
    text = text.translate(_QUOTES)
    if "?" in text and _JUNK.search(text):
        text = _JUNK_MARKS.sub("", text)
    found, start = [], 0
    for end in _SENTENCE_END.finditer(text):
        at = end.start()
        if text[at] == "." and _is_abbreviated(text, start, at, end.end()):
            continue
        found.append(" ".join(text[start : at + 1].split()))
        start = end.end()
    found.append(" ".join(text[start:].split()))
    return [sentence for sentence in found if sentence]


def _is_abbreviated(text: str, start: int, at: int, behind: int) -> bool:
    """Whether the full stop at ``at`` ends an abbreviation, or the number of a German day."""
    before = text[max(start, at - 7) : at]
    word = before[before.rfind(" ") + 1 :]
    if word.isdigit():
        return text.startswith(_GERMAN_MONTHS, behind)
    return word.rpartition("\n")[2].rpartition(".")[2] in _ABBREVIATIONS


def _language_of(text: str) -> Language:
    """The language whose function words the text uses most; the first one on a tie."""
    words = set(text[:600].lower().split())
    known = _languages()
    return max(known, key=lambda candidate: len(candidate.function_words & words))


@cache
def _languages() -> tuple[Language, ...]:
    return tuple(language(code) for code in LANGUAGES)


def _matches(rules: Language, subject: str, sentences: list[str]) -> Found:
    """Per intent and step the weights and words of the rules that matched."""
    title = _plain([" ".join(subject.translate(_QUOTES).split())], rules)
    body = _plain(sentences, rules)
    found: Found = {}
    _look(rules.subject_rules, title, found)
    _look(rules.text_rules, body, found)
    if found and not rules.triggers.isdisjoint(found):
        _look(rules.subject_context, title, found)
        _look(rules.text_context, body, found)
    return found


def _plain(sentences: list[str], rules: Language) -> list[tuple[str, str, set[str]]]:
    """Per sentence: as written, in lower case with contractions spelt out, its words."""
    lower = "\x1f".join(sentences).lower()
    if "'" in lower or "can not" in lower:
        lower = _spelt_out(lower, rules)
    spelt = lower.split("\x1f")
    words = [set(s.split()) for s in lower.translate(_SEPARATORS).split("\x1f")]
    return list(zip(sentences, spelt, words, strict=False))


def _look(index: Index, sentences: list[tuple[str, str, set[str]]], found: Found) -> None:
    anchors = index.anchors
    for original, sentence, words in sentences:
        called = words & anchors
        if called:
            tried = dict.fromkeys(rule for word in called for rule in index.rules[word])
            for rule in tried:
                if not rule.also or not rule.also.isdisjoint(words):
                    _try(rule, original, sentence, found)


def _spelt_out(text: str, rules: Language) -> str:
    for short, long in rules.expand:
        if short in text:
            text = text.replace(short, long)
    return text


def _try(rule: Rule, original: str, sentence: str, found: Found) -> None:
    match = rule.pattern.search(sentence)
    if match and not (rule.unless and rule.unless.search(sentence)):
        shown = _shown(original, match.start())
        found.setdefault(rule.intent, []).append((rule.weight, shown))


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
        parts = [said.get(name, (0.0, "")) for name in combination.all]
        if any(part[0] < DECIDED for part in parts):
            continue
        if any(said.get(name, (0.0, ""))[0] >= DECIDED for name in combination.none):
            continue
        before, words = said.get(combination.intent, (0.0, ""))
        said[combination.intent] = (_weighed(before, combination.weight), words or parts[0][1])


def _weighed(probability: float, weight: float) -> float:
    """``probability`` after a witness for it, or against it where ``weight`` is negative."""
    if weight < 0:
        return probability * (1.0 + weight)
    return 1.0 - (1.0 - probability) * (1.0 - weight)


def _damp(said: dict[str, tuple[float, str]]) -> None:
    for intent in said.keys() & _AUTO_DAMPS:
        probability, words = said[intent]
        said[intent] = (probability * _AUTO_FACTOR, words)
