"""Sending and drafts through Microsoft 365, on our own Graph."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.senders import UnsureError
from store.errors import InputError
from tests.graph_builder import Tokens
from tests.graph_deltas import Reply, error
from tests.graph_fake import TOKEN, Cut, Graph, graph
from tests.sender_builder import graph_sender, lying_in
from tests.sending import mail, message_id

SEND = "/me/sendMail"


@pytest.fixture
def fake() -> Iterator[Graph]:
    """An empty mailbox."""
    with graph() as running:
        yield running


def test_a_mail_goes_as_it_is_and_is_found_again(fake: Graph) -> None:
    """To the byte, among the sent mail, with one request."""
    through = graph_sender(fake)
    assert through.was_sent(message_id()) is False
    fake.requests.clear()
    through.send(mail())
    assert (lying_in(fake, "sentitems"), len(fake.requests)) == ([mail()], 1)
    assert through.was_sent(message_id()) is True
    assert through.was_sent(message_id(2)) is False


def test_a_sent_mail_is_found_by_its_own_header_where_it_got_another_message_id(
    fake: Graph,
) -> None:
    """Not with Mail.ReadBasic, which shows no such headers."""
    fake.mailbox.rename_sent = True
    graph_sender(fake).send(mail())
    assert graph_sender(fake).was_sent(message_id()) is True
    assert graph_sender(fake, headers_only=True).was_sent(message_id()) is None


def test_a_draft_is_left_among_the_drafts(fake: Graph) -> None:
    """And nothing is sent."""
    graph_sender(fake).save_draft(mail())
    assert (lying_in(fake, "drafts"), lying_in(fake, "sentitems")) == ([mail()], [])


def test_an_access_token_that_has_run_out_is_renewed(fake: Graph) -> None:
    """The first attempt was refused: nothing had gone."""
    graph_sender(fake, tokens=Tokens("old", TOKEN)).send(mail())
    assert lying_in(fake, "sentitems") == [mail()]


@pytest.mark.parametrize(
    ("status", "code"),
    [(429, "TooManyRequests"), (429, "ApplicationThrottled"), (503, "ErrorServerBusy")],
)
def test_what_graph_asks_to_wait_for_is_sent_a_little_later(
    fake: Graph, status: int, code: str
) -> None:
    """As long as it asks to wait."""
    fake.fail(error(status, code, Retry_After="7"), path=SEND)
    pauses: list[float] = []
    graph_sender(fake, pauses=pauses).send(mail())
    assert (lying_in(fake, "sentitems"), pauses) == ([mail()], [7.0])


@pytest.mark.parametrize(
    "wrong",
    [Cut(0), error(500, "InternalServerError"), error(504, "GatewayTimeout"), Reply(502, {}, b"x")],
)
def test_no_answer_leaves_it_in_doubt(fake: Graph, wrong: Reply | Cut) -> None:
    """Nothing is sent again on a guess."""
    fake.fail(*[wrong] * 9, path=SEND)
    pauses: list[float] = []
    with pytest.raises(UnsureError, match="has not said whether it took the mail"):
        graph_sender(fake, pauses=pauses).send(mail())
    assert (len(fake.requests), pauses) == (1, [])


def test_what_graph_refuses_is_said(fake: Graph) -> None:
    """Nothing has gone."""
    fake.fail(error(403, "ErrorAccessDenied"), path=SEND)
    with pytest.raises(InputError, match="does not let brickwall") as refused:
        graph_sender(fake).send(mail())
    assert not isinstance(refused.value, UnsureError)
    assert lying_in(fake, "sentitems") == []
