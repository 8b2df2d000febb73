"""Signed links of a digest: what stands in them, what reads them back, what does not."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.action_links import KINDS, ActionLinks, contact_token, read

KEY = b"k" * 32
MADE = date(2026, 11, 23)
LINKS = ActionLinks(KEY, "rep@ours.example", MADE)
ANN = "ann.lee@acme.example"
ABOUT = datetime(2026, 11, 19, 9, 30, tzinfo=UTC)


def subject_of(href: str) -> str:
    """The subject that a mail program makes of a link."""
    (subject,) = parse_qs(urlsplit(href).query)["subject"]
    return subject


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_read_back(kind: str) -> None:
    """With whom, when made, and what it is about."""
    told = read(KEY, subject_of(LINKS.link(kind, ANN, about=ABOUT).href))
    assert told is not None
    assert (told.kind, told.contact, told.made, told.about) == (
        kind, contact_token(KEY, ANN), MADE, ABOUT,
    )  # fmt: skip


def test_the_mail_goes_to_the_rep_and_names_nobody() -> None:
    """Neither name, address nor company of the contact stands in it, in any form."""
    link = LINKS.link("spoke", ANN, where="week 47, no. 2")
    parts = urlsplit(link.href)
    assert (parts.scheme, parts.path) == ("mailto", "rep@ours.example")
    assert subject_of(link.href).startswith("brickwall: we spoke (week 47, no. 2) bw1-sp-")
    assert not re.search("ann|lee|acme", link.href, re.I)


def test_a_link_is_a_mailto_of_plain_characters() -> None:
    """Nothing in it can end an attribute or begin another header."""
    href = LINKS.link("park", ANN, about=ABOUT).href
    assert re.fullmatch(r"mailto:[\w.@-]+\?subject=[\w.%-]+&body=[\w.%-]+", href)
    assert "%0D" not in href.partition("&body=")[0]


@given(st.data())
def test_one_changed_character_makes_it_void(data: st.DataObject) -> None:
    """Wherever it stands in the token."""
    subject = subject_of(LINKS.link("they moved", ANN, about=ABOUT).href)
    start = subject.index("bw1-")
    place = data.draw(st.integers(start, len(subject) - 1))
    other = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz0123456789-"))
    altered = subject[:place] + other + subject[place + 1 :]
    assert (read(KEY, altered) is None) == (other != subject[place])


def test_the_key_of_another_brickwall_reads_nothing() -> None:
    """Nor does it say whom a token means."""
    subject = subject_of(LINKS.link("spoke", ANN).href)
    assert read(b"x" * 32, subject) is None
    assert contact_token(b"x" * 32, ANN) != contact_token(KEY, ANN)


def test_what_mail_programs_do_to_a_subject_does_no_harm() -> None:
    """Prefixes, capitals, and text around the token."""
    subject = subject_of(LINKS.link("no show", ANN, about=ABOUT).href)
    assert read(KEY, f"Re: {subject.upper()} [sent from my phone]") is not None


def test_a_park_link_needs_a_day_and_says_it() -> None:
    """Without one there is none."""
    assert LINKS.links(["park"], ANN) == ()
    (link,) = LINKS.links(["park"], ANN, park_until=date(2027, 1, 11))
    assert link.label == "Park till 11 Jan"
    assert "park until 11 January 2027 bw1-pk-" in subject_of(link.href)
    told = read(KEY, subject_of(link.href))
    assert told is not None
    assert told.about == datetime(2027, 1, 11, tzinfo=UTC)


@given(st.text(max_size=80))
def test_any_text_is_read_as_nothing(text: str) -> None:
    """And breaks nothing."""
    assert read(KEY, text) is None
    assert read(KEY, f"bw1-sp-{text}") is None


def test_a_fraction_of_a_second_is_never_before_the_change_it_is_about() -> None:
    """A mark must not lie before what it explains."""
    late = ABOUT.replace(microsecond=1)
    told = read(KEY, subject_of(LINKS.link("they moved", ANN, about=late).href))
    assert told is not None
    assert told.about is not None
    assert told.about >= late
