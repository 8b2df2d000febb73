"""What messages say: every rule holds its own examples, and rules read who does what."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analyzer import intents
from analyzer.frames import INTENTS
from analyzer.intents.reading import Found, _match, prepared
from analyzer.intents.rules import LANGUAGES, Rule, language

EXAMPLES = [
    pytest.param(code, rule, example, id=f"{code}-{rule.intent}-{example[:40]}")
    for code in LANGUAGES
    for rule in language(code).rules
    for example in rule.yes
]
COUNTER_EXAMPLES = [
    pytest.param(code, rule, example, id=f"{code}-{rule.intent}-{example[:40]}")
    for code in LANGUAGES
    for rule in language(code).rules
    for example in rule.no
]


def said(subject: str, text: str, sender: str = "") -> set[str]:
    """The labels that hold for one message."""
    return {label for label, p, _ in intents.read(subject, text, sender) if p >= 0.5}


def matched(code: str, example: str) -> set[str]:
    """Intents and steps of the rules of one language that match, context included."""
    rules = dataclasses.replace(language(code), triggers=frozenset())
    read = prepared([""], [example])
    found: list[Found] = [{}]
    _match(rules, read, np.ones(len(read.message), dtype=bool), found)
    return set(found[0])


@pytest.mark.parametrize(("code", "rule", "example"), EXAMPLES)
def test_a_rule_matches_its_own_examples(code: str, rule: Rule, example: str) -> None:
    """The examples beside a rule are true of the intent it speaks for."""
    assert rule.intent in matched(code, example)


@pytest.mark.parametrize(("code", "rule", "example"), COUNTER_EXAMPLES)
def test_a_rule_leaves_its_counter_examples_alone(code: str, rule: Rule, example: str) -> None:
    """The counter-examples beside a rule do not show the intent it speaks for."""
    assert rule.intent not in matched(code, example)


def test_every_intent_has_rules_in_every_language() -> None:
    """A language that forgets an intent would silently never show it."""
    for code in LANGUAGES:
        known = language(code)
        spoken = {rule.intent for rule in known.rules} | {c.intent for c in known.combinations}
        assert set(INTENTS) <= spoken


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Die Liste haben Sie bis zum 20. April, versprochen.", {"commitment"}),
        ("Sorry, I can't make Thursday. Could we do Monday instead?", {"reschedule", "apology"}),
        ("I'm afraid I can't make our call tomorrow.", {"cancel"}),
        ("We have decided to go with another vendor.", {"refusal"}),
        ("Please stop emailing me.", {"objection"}),
        ("Could you send me the figures?", {"expects_reply"}),
        ("Just checking in, did you get my proposal?", {"follow_up", "expects_reply"}),
        ("Not right now, maybe next quarter.", {"brush_off"}),
        ("I will send you the contract by Friday.", {"commitment"}),
        ("Leider muss ich unseren Termin morgen absagen.", {"cancel"}),
    ],
)
def test_plain_sentences_are_understood(text: str, expected: set[str]) -> None:
    """Everyday sentences show what they say."""
    assert expected <= said("", text)


@pytest.mark.parametrize(
    ("text", "forbidden"),
    [
        ("If you cannot attend, please call the desk.", {"cancel", "refusal", "reschedule"}),
        ("Let me know if you have any questions.", {"expects_reply"}),
        ("I will be in London on Monday.", {"commitment"}),
        ("We cannot proceed until legal has signed.", {"refusal"}),
        ("I will get back to you by Friday.", {"brush_off"}),
        ("Click here to unsubscribe from this newsletter.", {"objection"}),
        ("I was sorry to hear about your father.", {"apology"}),
        ("Sorry I missed your call.", {"no_show"}),
        ("If you need to reschedule, use this link.", {"reschedule"}),
    ],
)
def test_sentences_that_only_look_like_it_are_left_alone(text: str, forbidden: set[str]) -> None:
    """Conditions, courtesies and footers accuse nobody."""
    assert not forbidden & said("", text)


def test_out_of_office_is_automatic_and_asks_nothing() -> None:
    """An automatic reply is no human sign, whatever courtesies it holds."""
    text = "I am out of the office until 4 June. Please contact Ann Bell for urgent matters."
    labels = said("Out of office: Offer", text)
    assert "auto" in labels
    assert "expects_reply" not in labels


def test_the_words_shown_are_the_authors_own_sentence() -> None:
    """Evidence is quoted as written, apostrophes and capitals included."""
    text = "Hello Ann.\n\nI'm sorry, I can't make our call on Thursday.\n\nBob"
    assert intents.explain("", text)["cancel"] == "I'm sorry, I can't make our call on Thursday."


def test_long_sentences_are_shown_in_part() -> None:
    """Evidence stays short, however long the sentence is."""
    words = intents.explain(
        "", "well " * 200 + "I am not interested in your offer " + "indeed " * 200
    )["refusal"]
    assert "not interested" in words
    assert len(words) <= 160


def test_classify_keeps_index_and_order_of_labels() -> None:
    """One row per message under its own index, one column per label, absent text is no error."""
    messages = pd.DataFrame(
        {"subject": ["", None], "text": ["Not interested.", None], "sender": ["a@b.c", None]},
        index=[7, 3],
    )
    probabilities = intents.classify(messages)
    assert list(probabilities.columns) == list(INTENTS)
    assert list(probabilities.index) == [7, 3]
    decided = intents.decide(probabilities)
    assert decided.loc[7, "refusal"]
    assert not decided.loc[3].any()


@given(st.text(max_size=400), st.text(max_size=2000), st.text(max_size=40))
@settings(deadline=None, max_examples=60)
def test_any_text_gives_probabilities(subject: str, text: str, sender: str) -> None:
    """Whatever the text, labels are known ones, in order, with probabilities in (0, 1]."""
    found = intents.read(subject, text, sender)
    labels = [label for label, _, _ in found]
    assert labels == [label for label in INTENTS if label in labels]
    assert all(0 < probability <= 1 for _, probability, _ in found)


@pytest.mark.parametrize(
    "text",
    [
        "Please find the sheet below.?? It is a draft.\n?\nBest,\nAnn",
        "?\nThe sheet is ready. ?That is all for now.",
        "I shall ask my assistant to schedule a meeting early next week.",
        "He will get back to you if we need a meeting with the board.",
    ],
)
def test_what_asks_nothing_expects_no_reply(text: str) -> None:
    """Marks that stand for lost characters, and meetings that somebody else will see to."""
    assert "expects_reply" not in said("", text)


@pytest.mark.parametrize("text", ["Is 10 a.m. fine?", "When?\nToday?", "Which one, A or B.? Or C?"])
def test_real_questions_still_do(text: str) -> None:
    """A question mark behind a word is one."""
    assert "expects_reply" in said("", text)


@pytest.mark.parametrize(
    "text",
    [
        "The vote will be tight, but they will be able to stop it.",
        "So please just try and stop it before it is too late.",
        "He leaves me out, in an attempt to remove me from the loop.",
    ],
)
def test_stopping_something_else_is_no_objection(text: str) -> None:
    """Only who tells us to leave them alone objects."""
    assert "objection" not in said("", text)


def test_abbreviations_and_german_dates_end_no_sentence() -> None:
    """The whole sentence is the evidence."""
    text = "Mr. Lay can't make our call on Monday. Bye."
    assert intents.explain("", text)["cancel"] == "Mr. Lay can't make our call on Monday."
    german = "Leider muss ich unseren Termin am 3. Mai absagen. Danke."
    assert intents.explain("", german)["cancel"] == german.removesuffix(" Danke.")


def test_a_cut_sentence_shows_where_it_was_cut() -> None:
    """Dots at the end that is missing, so that nobody takes it for the whole."""
    words = intents.explain(
        "", "well " * 100 + "I am not interested in your offer " + "indeed " * 100
    )["refusal"]
    assert (words[0], words[-1]) == ("…", "…")
