"""Rules of one language, read from its data file and compiled once.

A rule speaks for one intent (or for a *step* that only combinations use). It is taken apart into
branches, and ``index`` says which branches a sentence could match at all.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any, Final

import numpy as np

from analyzer.intents import index, needs
from analyzer.intents.texts import Bools

#: Languages with a data file; the first is taken where nothing tells another.
LANGUAGES: Final = ("en", "de", "fr", "es", "it", "nl", "pt")

#: Probability that mail is machine-made by the kind of its sender's address.
_OF_SENDER: Final = {"auto": 0.8, "role": 0.4}
_PLACES: Final = {"both": index.ALWAYS, "subject": index.SUBJECT, "text": index.TEXT}


@dataclass(frozen=True, eq=False)
class Rule:
    """One rule. ``weight``: probability that it is right when it stands alone.

    ``context``: only looked at once one of ``Language.triggers`` was found.
    """

    intent: str
    weight: float
    against: str
    context: bool
    yes: tuple[str, ...]
    no: tuple[str, ...]

    @cached_property
    def unless(self) -> re.Pattern[str] | None:
        """What must not match."""
        return re.compile(self.against) if self.against else None


@dataclass(frozen=True, eq=False)
class Branch:
    """One alternative of a rule's pattern; a sentence that it matches, the rule matches."""

    rule: Rule
    source: str
    groups: tuple[needs.Group, ...]
    place: int

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when it is first tried; most never are."""
        return re.compile(self.source)


@dataclass(frozen=True, slots=True)
class Combination:
    """Intents and steps that together speak for ``intent`` when none of ``none`` was seen.

    A negative ``weight`` speaks against it.
    """

    intent: str
    weight: float
    all: tuple[str, ...]
    none: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Aside:
    """Where words do not do what they say: a condition, a form to fill in, news of others.

    ``anywhere``: seen in the sentence, or ``before``: leads in to the words that matched.
    """

    anywhere: re.Pattern[str] | None
    before: re.Pattern[str] | None

    def holds(self, sentence: str, start: int) -> bool:
        """Whether the words from ``start`` on are only spoken of."""
        if self.anywhere and self.anywhere.search(sentence):
            return True
        return bool(self.before and self.before.search(sentence, 0, start))


@dataclass(frozen=True, slots=True, eq=False)
class Language:
    """Everything known about one language.

    ``expand``: contractions and what they stand for. ``senders``: addresses of machines and of
    roles, and the probability that their mail is machine-made.
    """

    code: str
    function_words: frozenset[str]
    expand: tuple[tuple[str, str], ...]
    rules: tuple[Rule, ...]
    branches: tuple[Branch, ...]
    is_context: Bools
    index: index.Index
    triggers: frozenset[str]
    combinations: tuple[Combination, ...]
    asides: Mapping[str, tuple[Aside, ...]]
    senders: tuple[tuple[re.Pattern[str], float], ...]


@cache
def language(code: str) -> Language:
    """The compiled rules of ``code``; raises ``FileNotFoundError`` for an unknown language."""
    data = tomllib.loads((files(__package__) / f"{code}.toml").read_text(encoding="utf-8"))
    parts = _expanded_parts(data.get("parts", {}))
    common = frozenset(data["function_words"])
    rules = tuple(_rule(entry, parts) for entry in data["rule"])
    branches = tuple(
        branch
        for entry, rule in zip(data["rule"], rules, strict=True)
        for branch in _branches(entry, rule, parts, common)
    )
    combinations = tuple(
        Combination(c["intent"], c["weight"], tuple(c["all"]), tuple(c["none"]))
        for c in data.get("combination", ())
    )
    return Language(
        code=data["language"],
        function_words=common,
        expand=tuple(data.get("expand", {}).items()),
        rules=rules,
        branches=branches,
        is_context=np.array([branch.rule.context for branch in branches], dtype=bool),
        index=index.Index([b.groups for b in branches], [b.place for b in branches], common),
        triggers=_triggers(rules, combinations),
        combinations=combinations,
        asides=_asides(data.get("aside", ()), parts),
        senders=tuple(
            (re.compile(pattern), _OF_SENDER[kind])
            for kind, pattern in data.get("senders", {}).items()
        ),
    )


def _triggers(rules: tuple[Rule, ...], combinations: tuple[Combination, ...]) -> frozenset[str]:
    """What must be seen before any combination could use the context."""
    context = {rule.intent for rule in rules if rule.context}
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
    return Rule(
        intent=entry["intent"],
        weight=float(entry["weight"]),
        against=_filled(entry.get("unless", ""), parts),
        context=entry.get("context", False),
        yes=tuple(entry.get("yes", ())),
        no=tuple(entry.get("no", ())),
    )


def _asides(
    entries: Iterable[Mapping[str, Any]], parts: Mapping[str, str]
) -> dict[str, tuple[Aside, ...]]:
    """By the intent or step that is taken back."""
    found: dict[str, tuple[Aside, ...]] = {}
    for entry in entries:
        aside = Aside(_compiled(entry, "anywhere", parts), _compiled(entry, "before", parts))
        for intent in entry["intents"]:
            found[intent] = (*found.get(intent, ()), aside)
    return found


def _compiled(
    entry: Mapping[str, Any], name: str, parts: Mapping[str, str]
) -> re.Pattern[str] | None:
    return re.compile(_filled(entry[name], parts)) if name in entry else None


def _branches(
    entry: Mapping[str, Any], rule: Rule, parts: Mapping[str, str], common: frozenset[str]
) -> list[Branch]:
    place = _PLACES[entry.get("where", "text")]
    named = [_whole(entry[name]) for name in ("anchors", "also") if name in entry]
    found = []
    for pattern in needs.branches(_filled(entry["pattern"], parts)):
        groups = [*needs.groups(pattern, common), *named]
        if not groups:
            raise ValueError(f"the rule needs anchors, its pattern names no word: {pattern}")
        found.append(Branch(rule, pattern, tuple(groups), place))
    return found


def _whole(names: list[str]) -> needs.Group:
    words = (re.findall(r"\w+|\?", name) for name in names)
    return frozenset(max(found, key=len) for found in words if found)
