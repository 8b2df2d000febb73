"""Links into Outlook on the web: told by Graph, with the ids that Outlook knows."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest

from ingest import graph_links
from ingest.graph_client import Answer
from ingest.graph_json import Json
from tests.contract import raw_message
from tests.graph_builder import messages, read, settled, source
from tests.graph_deltas import error
from tests.graph_fake import Graph, graph
from tests.graph_ids import shown_in_outlook
from tests.graph_mails import web_link
from tests.ical_builder import event
from tests.mail_builder import raw_mail

TRANSLATE = "/me/translateExchangeIds"


@pytest.fixture
def fake() -> Iterator[Graph]:
    """A Graph with pages of two items."""
    with graph(page=2) as running:
        yield running


def opened(fake: Graph, link: str) -> str:
    """The id of the message that Outlook shows for a link; it knows no immutable ids."""
    (item,) = parse_qs(urlsplit(link).query)["ItemID"]
    known = shown_in_outlook(fake.mailbox)
    return known.get(item, "This message might have been moved or deleted")


def test_a_link_leads_to_its_message(fake: Graph) -> None:
    """With an immutable id, as Graph gives it, it would lead nowhere."""
    for number in range(3):
        fake.mailbox.receive(raw_message(f"m{number}"))
    invitation = raw_mail(event("SUMMARY:Demo", method="REQUEST").decode())
    fake.mailbox.receive(invitation, kind="eventMessageRequest")
    found = messages(read(fake))
    assert [opened(fake, one.web_link) for one in found] == [one.source_key for one in found]
    given = [message.json["webLink"] for message in fake.mailbox.messages.values()]
    assert {opened(fake, link) for link in given} == {opened(fake, web_link("x"))}


def test_a_moved_message_has_another_link(fake: Graph) -> None:
    """It is read anew in its new folder."""
    name = fake.mailbox.receive(raw_message("ann"))
    cursor = settled(fake)
    fake.mailbox.move(name, "archive")
    (moved,) = messages(read(fake, cursor))
    assert opened(fake, moved.web_link) == name


def test_links_cost_a_part_for_each_page_and_no_request(fake: Graph) -> None:
    """In the batch that asks for what the page leaves out, or for the next one."""
    for number in range(6):
        fake.mailbox.receive(raw_message(f"m{number}"))
    read(fake)
    assert fake.parts.count(TRANSLATE) == 3
    assert not [path for path in fake.requests if TRANSLATE in path]


@pytest.mark.parametrize("status", [400, 403, 500])
def test_where_ids_are_not_translated_mail_has_no_link_and_lacks_nothing_else(
    fake: Graph, status: int
) -> None:
    """A link is worth no failure."""
    fake.mailbox.receive(raw_message("ann"))
    fake.fail(*[error(status, "ErrorAccessDenied")] * 9, path=TRANSLATE, part=True)
    found = read(fake)
    assert [one.web_link for one in messages(found)] == [""]
    assert not [batch for batch in found if batch.failures]


def test_a_message_that_is_read_again_has_its_link(fake: Graph) -> None:
    """It was in quarantine."""
    name = fake.mailbox.receive(raw_message("ann"))
    found = messages(list(source(fake).reread({"mail:inbox": [name]})))
    assert [opened(fake, one.web_link) for one in found] == [name]


def told(link: str, name: str = "AAkA-_1=") -> Json:
    """A message of that id."""
    return {"id": name, "webLink": link}


def test_a_link_that_holds_no_immutable_id_is_kept_as_it_is() -> None:
    """As Graph would give it if it knew better; nothing is asked then."""
    item = told("https://outlook.live.com/owa/?ItemID=AQMk%2FAD&exvsurl=1")
    assert graph_links.translation([item]) == []
    assert graph_links.link(item, {}) == item["webLink"]


def test_the_host_and_the_form_of_the_link_are_those_that_graph_tells() -> None:
    """So national clouds and personal accounts need no list of ours."""
    item = told("https://outlook.office365.us/owa/?ItemID=AAkA%2F%2B1%3D&viewmodel=ReadMessageItem")
    assert graph_links.link(item, {"AAkA-_1=": "AAMk/1+=="}) == (
        "https://outlook.office365.us/owa/?ItemID=AAMk%2F1%2B%3D%3D&viewmodel=ReadMessageItem"
    )
    assert graph_links.link(item, {}) == ""


@pytest.mark.parametrize(
    "link",
    [
        "",
        "http://x.example/?ItemID=1",
        "javascript:alert(1)",
        "https://x/?" + "y" * 2_000,
        "https://\u0430.example/",
    ],
)
def test_what_is_no_link_into_the_web_is_none(link: str) -> None:
    """Nothing is shown rather than something odd."""
    assert graph_links.link(told(link), {"AAkA-_1=": "x"}) == ""


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"value": None}, {"value": [1, {"sourceId": "a"}, {"targetId": "b"}]}],
)
def test_nonsense_translates_nothing(body: object) -> None:
    """Or not to a name."""
    assert set(graph_links.translated([Answer(200, {}, body)]).values()) <= {"b"}
