"""Persons behind addresses: merged on strong evidence only."""

from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from analyzer.derived.people import people
from analyzer.settings import Settings
from store.facts import Facts
from tests.builders import Story


def persons(story: Story) -> pd.DataFrame:
    """The people of a story by address."""
    frame = people(story.facts(), Settings(zone="Europe/Berlin")).people
    flat = frame.explode("addresses")
    return flat.set_index("addresses")


def met(*senders: str) -> Story:
    """A story in which each of these wrote once."""
    story = Story()
    for sender in senders:
        story.mail(sender, to=story.me, at="2026-03-02 09:00")
    return story


def test_same_full_name_at_one_company_is_one_person() -> None:
    """Two addresses of Ann Lee at Acme are hers; the one written with most speaks for both."""
    who = persons(met("Ann Lee <ann@acme.com>", "Lee, Ann <al@acme.com>", "Ann Lee <al@acme.com>"))
    assert who.drop("rep@ours.example")["person"].nunique() == 1
    assert who.loc["ann@acme.com", "address"] == "al@acme.com"


@pytest.mark.parametrize(
    "pair",
    [
        ("Ann Lee <ann@acme.com>", "Ann Lee <ann@other.com>"),
        ("Ann <ann@acme.com>", "Ann <al@acme.com>"),
        ("Sales Team <a@acme.com>", "Sales Team <b@acme.com>"),
        ("Ann Lee <ann@gmail.com>", "Ann Lee <lee@gmail.com>"),
        ("info@acme.com", "info@uk.acme.com"),
    ],
)
def test_weak_evidence_merges_nobody(pair: tuple[str, str]) -> None:
    """Another company, one word, a function, free-mail: not enough."""
    who = persons(met(*pair))
    assert who.drop("rep@ours.example")["person"].nunique() == 2


def test_same_local_part_in_subdomains_of_one_company_is_one_person() -> None:
    """john@uk.acme.com and john@acme.com are one John."""
    who = persons(met("john@uk.acme.com", "john@acme.com"))
    assert who.drop("rep@ours.example")["person"].nunique() == 1


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ('"Lay, Kenneth" <k@acme.com>', "Kenneth Lay"),
        ("john.smith@acme.com", "John Smith"),
        ("bo.li@acme.com", "Bo Li"),
        ("jsmith7@acme.com", "jsmith7@acme.com"),
        ("ann.lee@yahoo.com", "Ann Lee"),
        ("wild_ar@yahoo.com", "wild_ar@yahoo.com"),
        ("mx@austin.rr.com", "mx@austin.rr.com"),
        ("\"'jo@acme.com'\" <jo@acme.com>", "jo@acme.com"),
        ('"Kenneth Lay/Corp/Enron@ENRON" <kl@acme.com>', "Kenneth Lay"),
        ('"Acme, Inc." <x@acme.com>', "Acme, Inc"),
        ("Ann Lee (Acme) <ann@acme.com>", "Ann Lee"),
    ],
)
def test_names_are_written_as_people_write_them(sender: str, name: str) -> None:
    """Turned round, cleaned, or made from the address."""
    who = persons(met(sender))
    assert who.drop("rep@ours.example")["name"].tolist() == [name]


def test_own_aliases_are_the_rep_and_their_domains_make_colleagues() -> None:
    """A free-mail alias makes no colleagues; plus-tags are own too."""
    story = Story(me="rep@ours.example", aliases=["rep.private@gmail.com"])
    for sender in ("rep+x@ours.example", "bo@ours.example", "pal@gmail.com"):
        story.mail(sender, to=story.me, at="2026-03-02 09:00")
    who = persons(story)
    assert who.loc[who["own"]].index.tolist() == [
        "rep+x@ours.example",
        "rep.private@gmail.com",
        "rep@ours.example",
    ]
    assert who.loc[who["own"], "person"].nunique() == 1
    assert who.loc[who["colleague"]].index.tolist() == ["bo@ours.example"]
    assert who.loc["pal@gmail.com", "company"] == "pal@gmail.com"


@pytest.mark.parametrize(
    "address", ["no-reply@x.com", "noreply-travel@x.com", "mailer-daemon@x.com", "owner-li@x.com"]
)
def test_machines_are_automatic(address: str) -> None:
    """Addresses nobody sits behind."""
    assert persons(met(address)).loc[address, "automatic"]


@pytest.mark.parametrize("address", ["noreen@x.com", "norman.reply@x.com", "bouncer.joe@x.com"])
def test_people_are_not_machines(address: str) -> None:
    """Names that only look like it."""
    assert not persons(met(address)).loc[address, "automatic"]


def test_zone_is_the_offset_used_most_and_country_the_domain() -> None:
    """Two mails at +2, one at +1; .de is Germany, .uk Great Britain, .io nowhere."""
    story = Story()
    for offset in (60, 120, 120):
        story.mail("ann@acme.de", to="bo@acme.co.uk", at="2026-03-02 09:00", offset_minutes=offset)
    story.mail("cy@acme.io", to=story.me, at="2026-03-02 09:00", offset_minutes=-330)
    who = persons(story)
    assert who.loc["ann@acme.de", "zone"] == "UTC+02:00"
    assert who.loc["cy@acme.io", "zone"] == "UTC-05:30"
    assert who.loc["bo@acme.co.uk", "zone"] == ""
    assert who.loc["rep@ours.example", "zone"] == "Europe/Berlin"
    assert who["country"].to_dict()["bo@acme.co.uk"] == "GB"
    assert who.loc["cy@acme.io", "country"] == ""


def test_people_of_calendars_deals_and_marks_are_known_too() -> None:
    """Everyone a fact names has a person."""
    story = Story()
    story.invite(story.me, to="Eve Roe <eve@acme.com>", start="2026-03-09 10:00", at="2026-03-02")
    story.deal("Kay@acme.com", "Pumps")
    story.mark("spoke", "lou@acme.com", at="2026-03-03")
    who = persons(story)
    assert who.loc["eve@acme.com", "name"] == "Eve Roe"
    assert {"kay@acme.com", "lou@acme.com"} <= set(who.index)


_SENDERS = st.lists(
    st.sampled_from(
        ["Ann Lee <ann@a.com>", "al@a.com", "Ann Lee <al@a.com>", "Bo <bo@b.de>", "bo@x.b.de"]
    ),
    max_size=8,
)


@given(_SENDERS)
@hypothesis_settings(deadline=None, max_examples=25)
def test_ids_do_not_depend_on_the_order_of_mailboxes(senders: list[str]) -> None:
    """The same store in another row order gives the same people; every address one person."""
    facts = met(*senders).facts()
    turned = type(facts)(
        **{**vars(facts), "mailboxes": facts.mailboxes.iloc[::-1].reset_index(drop=True)}
    )
    one, two = people(facts, Settings()), people(turned, Settings())
    pd.testing.assert_frame_equal(one.people, two.people)
    assert one.people["addresses"].explode().is_unique
    assert one.people["own"].sum() == 1


def test_no_facts_no_people() -> None:
    """Empty frames give empty frames."""
    result = people(Facts.of(), Settings())
    assert result.people.empty
    assert result.mailboxes.empty
