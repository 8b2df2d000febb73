"""Evidence leads to the message itself, in Gmail or Outlook on the web."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from analyzer.settings import Settings
from brickwall import webmail as wired
from brickwall.accounts import Accounts
from brickwall.config import Config
from brickwall.paths import Home
from brickwall.providers import Account
from brickwall.workspace import Workspace
from reports.views_person import case, contact_page
from reports.webmail import Gmail, Outlook, Webmail, nowhere
from store import database
from store.reading import read_facts
from tests.builders import Story
from tests.report_sample import HOSTILE, links, usual
from tests.store_builder import NOW, batch, message
from tests.store_builder import event as revision

GMAIL = Gmail("ann+sales@ours.example")


def test_gmail_is_asked_for_the_message_id_in_the_right_account() -> None:
    """By the documented search operator; nothing of it ends the address."""
    link = GMAIL.link("a/b?c#d&e=%41@acme.example", "")
    parts = urlsplit(link)
    assert (parts.scheme, parts.netloc, parts.path) == ("https", "mail.google.com", "/mail/")
    assert parse_qs(parts.query) == {"authuser": ["ann+sales@ours.example"]}
    assert unquote(parts.fragment) == "search/rfc822msgid:a/b?c#d&e=%41@acme.example"
    assert parts.fragment.count("/") == 1


@pytest.mark.parametrize(
    "made_up", ["", "a b@x.example", "a OR in:anywhere", "{a b}", "<a@x.example>", *HOSTILE]
)
def test_a_message_id_that_is_none_makes_no_link(made_up: str) -> None:
    """It could be read as another search."""
    link = GMAIL.link(made_up, "")
    assert link == ""


def test_outlook_opens_the_item() -> None:
    """In the form that Microsoft gives itself; the id is encoded."""
    link = Outlook("https://mail.ours.example").link("x", "AAk/AL+g==")
    assert link == (
        "https://mail.ours.example/owa/?ItemID=AAk%2FAL%2Bg%3D%3D"
        "&exvsurl=1&viewmodel=ReadMessageItem"
    )
    assert Outlook("https://mail.ours.example").link("x", "") == ""


def test_mails_and_events_that_mails_told_are_linked_and_nothing_else() -> None:
    """Not what was deleted, what is only in the calendar, a mark, a deal, another account."""
    story = Story()
    files = story.account("files@ours.example")
    ann, me = "ann@acme.example", story.me
    told = story.mail(ann, to=me, at="2026-03-02 08:00")
    start, at = "2026-03-03 08:00", "2026-03-02 08:00"
    there = story.event(me, to=ann, start=start, at=at, uid="m1", message=told)
    alone = story.event(me, to=ann, start=start, at=at, uid="m2")
    gone = story.mail(ann, to=me, at="2026-03-02 09:00", removed_at="2026-03-02 10:00")
    other = story.mail(ann, to=me, at="2026-03-02 10:00", account=files)
    asked = [f"message:{n}" for n in (told, gone, other, 99)]
    asked += [f"event:{there}", f"event:{alone}", "mark:1", "deal:1"]
    links = Webmail(story.facts(), {1: GMAIL}, {})(asked)
    assert set(links) == {f"message:{told}", f"event:{there}"}
    assert links[f"message:{told}"] == links[f"event:{there}"]
    assert nowhere(asked) == {}


def account(provider: str, name: str = "rep@ours.example", **settings: str) -> Account:
    """A connected account."""
    return Account(provider, name, (name,), "UTC", False, frozenset(), settings, NOW)


def linked(home: Path, connected: Account, told: str = "") -> str:
    """The link of a message that this account calls ``K=1``; ``told``: its own link of it."""
    place = Home(home, home)
    home.mkdir()
    Accounts(place.accounts).put(connected)
    with database.open(place.database) as db:
        number = db.account(connected.name, connected.provider, "UTC", [])
        mail = message("m", labels=())._replace(source_key="K=1", message_id="m@mail.example")
        mail = mail._replace(web_link=told)
        db.save(number, batch(mail, revision("e", carried_by="m")), (), datetime.now(UTC))
        workspace = Workspace(place, Config(), db)
        return wired.links(workspace, read_facts(db))(["message:1"]).get("message:1", "")


def test_microsoft_tells_the_link_itself(tmp_path: Path) -> None:
    """One of what was read before it did would lead nowhere, so there is none."""
    told = "https://outlook.office365.us/owa/?ItemID=AAMk%2F1%3D&exvsurl=1"
    assert linked(tmp_path / "a", account("microsoft"), told) == told
    assert linked(tmp_path / "b", account("microsoft")) == ""


def test_an_exchange_server_shows_its_mail_itself(tmp_path: Path) -> None:
    """At the host of its web services."""
    server = "https://mail.ours.example:8443/EWS/Exchange.asmx"
    shown = linked(tmp_path / "a", account("exchange", server=server))
    assert shown.startswith("https://mail.ours.example:8443/owa/?ItemID=K%3D1&")


def test_gmail_is_linked_and_imap_is_not(tmp_path: Path) -> None:
    """IMAP says nothing of a place on the web."""
    assert "#search/rfc822msgid%3Am%40mail.example" in linked(tmp_path / "a", account("gmail"))
    assert linked(tmp_path / "b", account("imap", server="imap.ours.example")) == ""


def test_a_contact_leads_to_its_mails_and_a_case_to_none() -> None:
    """The boss has no business in the rep's mailbox."""
    settings = Settings()
    person = (usual().analysis(), settings, 1, usual().said())
    shown = [
        each.link for sign in contact_page(*person, links).contact.signs for each in sign.references
    ]
    assert any(shown)
    assert not [each for fact in case(*person).facts for each in fact.references if each.link]
