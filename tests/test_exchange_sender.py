"""Sending and drafts through an Exchange Server, on our own, held to Microsoft's schemas."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.exchange_access import Login
from ingest.senders import UnsureError
from store.errors import InputError, SignInError
from tests.ews_builder import BASIC, NTLM
from tests.ews_fake import USER, Ews, ews
from tests.ews_soap import Cut, Reply, busy, soap_fault
from tests.sender_builder import exchange_sender, lying_in
from tests.sending import mail, message_id

CREATE = "CreateItem"


@pytest.fixture
def fake() -> Iterator[Ews]:
    """An empty mailbox."""
    with ews() as running:
        yield running


@pytest.mark.parametrize("login", [BASIC, NTLM])
def test_a_mail_goes_as_it_is_and_is_found_again(fake: Ews, login: Login) -> None:
    """To the byte, among the sent mail, with one request."""
    through = exchange_sender(fake, login=login)
    assert through.was_sent(message_id()) is False
    fake.requests.clear()
    through.send(mail())
    assert (lying_in(fake, "sentitems"), fake.requests) == ([mail()], [CREATE])
    assert through.was_sent(message_id()) is True
    assert through.was_sent(message_id(2)) is False


def test_a_sent_mail_is_found_by_its_own_header_where_it_got_another_message_id(
    fake: Ews,
) -> None:
    """Exchange keeps a header that it does not know."""
    fake.answers.rename_sent = True
    exchange_sender(fake).send(mail())
    assert exchange_sender(fake).was_sent(message_id()) is True


def test_a_draft_is_left_among_the_drafts(fake: Ews) -> None:
    """And nothing is sent."""
    exchange_sender(fake).save_draft(mail())
    assert (lying_in(fake, "drafts"), lying_in(fake, "sentitems")) == ([mail()], [])


@pytest.mark.parametrize(
    "wrong",
    [
        busy(CREATE, 7_000),
        soap_fault("ErrorServerBusy", back_off_ms=7_000),
        Reply(503, headers={"Retry-After": "7"}),
    ],
)
def test_what_exchange_asks_to_wait_for_is_sent_a_little_later(fake: Ews, wrong: Reply) -> None:
    """As long as it asks to wait: it has taken nothing."""
    fake.fail(wrong, operation=CREATE)
    pauses: list[float] = []
    exchange_sender(fake, pauses=pauses).send(mail())
    assert (lying_in(fake, "sentitems"), pauses) == ([mail()], [7.0])


@pytest.mark.parametrize(
    "wrong", [Cut(0), Cut(20), Reply(500), Reply(504), soap_fault("ErrorTimeoutExpired")]
)
def test_no_answer_leaves_it_in_doubt(fake: Ews, wrong: Reply | Cut) -> None:
    """Nothing is sent again on a guess."""
    fake.fail(*[wrong] * 9, operation=CREATE)
    pauses: list[float] = []
    with pytest.raises(UnsureError, match="has not said whether it took the mail"):
        exchange_sender(fake, pauses=pauses).send(mail())
    assert (fake.requests.count(CREATE), pauses) == (1, [])


def test_what_exchange_refuses_is_said(fake: Ews) -> None:
    """Nothing has gone."""
    fake.answers.denied = "ErrorAccessDenied"
    with pytest.raises(InputError, match="ErrorAccessDenied") as refused:
        exchange_sender(fake).send(mail())
    assert not isinstance(refused.value, UnsureError)
    with pytest.raises(SignInError):
        exchange_sender(fake, login=Login("basic", USER, "wrong")).send(mail())
    assert lying_in(fake, "sentitems") == []
