"""Rules of one language, read from its data file and compiled once.

A rule speaks for one intent (or for a *step* that only combinations use). It is looked at when a
sentence holds one of its anchor words, so that a sentence costs one set intersection and the few
regular expressions that could match at all.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Final, NamedTuple

#: Languages with a data file; the first is taken where nothing tells another.
LANGUAGES: Final = ("en", "de")


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One rule. ``weight``: probability that it is right when it stands alone.

    ``also``: words of which the sentence must hold one besides an anchor; none means any.
    """

    intent: str
    weight: float
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    anchors: frozenset[str]
    also: frozenset[str]
    yes: tuple[str, ...]
    no: tuple[str, ...]


class Index(NamedTuple):
    """Which rules each anchor word calls for."""

    anchors: frozenset[str]
    rules: Mapping[str, tuple[Rule, ...]]


@dataclass(frozen=True, slots=True)
class Combination:
    """Intents and steps that together speak for ``intent`` when none of ``none`` was seen.

    A negative ``weight`` speaks against it.
    """

    intent: str
    weight: float
    all: tuple[str, ...]
    none: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Language:
    """Everything known about one language.

    ``*_context``: rules that are only looked at once one of ``triggers`` was found.
    """

    code: str
    function_words: frozenset[str]
    expand: tuple[tuple[str, str], ...]
    rules: tuple[Rule, ...]
    subject_rules: Index
    text_rules: Index
    subject_context: Index
    text_context: Index
    triggers: frozenset[str]
    combinations: tuple[Combination, ...]
    auto_sender: re.Pattern[str] | None


@cache
def language(code: str) -> Language:
    """The compiled rules of ``code``; raises ``FileNotFoundError`` for an unknown language."""
    data = tomllib.loads((files(__package__) / f"{code}.toml").read_text(encoding="utf-8"))
    parts = _expanded_parts(data.get("parts", {}))
    rules = tuple(_rule(entry, parts) for entry in data["rule"])
    entries = list(zip(data["rule"], rules, strict=True))
    combinations = tuple(
        Combination(c["intent"], c["weight"], tuple(c["all"]), tuple(c["none"]))
        for c in data.get("combination", ())
    )
    sender = data.get("senders", {}).get("auto")
    return Language(
        code=data["language"],
        function_words=frozenset(data["function_words"]),
        expand=tuple(data.get("expand", {}).items()),
        rules=rules,
        subject_rules=_index(entries, not_in="text", context=False),
        text_rules=_index(entries, not_in="subject", context=False),
        subject_context=_index(entries, not_in="text", context=True),
        text_context=_index(entries, not_in="subject", context=True),
        triggers=_triggers(entries, combinations),
        combinations=combinations,
        auto_sender=re.compile(sender) if sender else None,
    )


def _triggers(
    entries: list[tuple[dict[str, Any], Rule]], combinations: tuple[Combination, ...]
) -> frozenset[str]:
    """What must be seen before any combination could use the context."""
    context = {rule.intent for entry, rule in entries if entry.get("context")}
    using = [c for c in combinations if context & {*c.all, *c.none}]
    return frozenset(name for c in using for name in c.all) - context


def _expanded_parts(parts: Mapping[str, str]) -> dict[str, str]:
    """Parts with the parts named in them filled in; order in the file matters."""
    done: dict[str, str] = {}
    for name, pattern in parts.items():
        done[name] = _filled(pattern, done)
    return done


def _filled(pattern: str, parts: Mapping[str, str]) -> str:
    return re.sub(r"\{([a-z]+)\}", lambda found: parts[found[1]], pattern)


def _rule(entry: Mapping[str, Any], parts: Mapping[str, str]) -> Rule:
    unless = entry.get("unless")
    return Rule(
        intent=entry["intent"],
        weight=float(entry["weight"]),
        pattern=re.compile(_filled(entry["pattern"], parts)),
        unless=re.compile(_filled(unless, parts)) if unless else None,
        anchors=frozenset(entry["anchors"]),
        also=frozenset(entry.get("also", ())),
        yes=tuple(entry.get("yes", ())),
        no=tuple(entry.get("no", ())),
    )


def _index(entries: list[tuple[dict[str, Any], Rule]], *, not_in: str, context: bool) -> Index:
    """Rules by anchor word, without those that are only for the place ``not_in``."""
    found: dict[str, list[Rule]] = {}
    for entry, rule in entries:
        if entry.get("where", "text") == not_in or entry.get("context", False) != context:
            continue
        for anchor in sorted(rule.anchors):
            found.setdefault(anchor, []).append(rule)
    return Index(frozenset(found), {anchor: tuple(rules) for anchor, rules in found.items()})
