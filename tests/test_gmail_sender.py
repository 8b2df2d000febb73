"""Sending and drafts through Gmail: on emulate, which others wrote, and on our own Google."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from ingest.senders import UnsureError
from store.errors import InputError, SignInError
from tests.google_builder import FixedAccess
from tests.google_fake import FakeGoogle, error_body, running
from tests.google_peers import Server, emulate
from tests.sender_builder import gmail_sender
from tests.sending import mail, message_id

__all__ = ["emulate"]

SEND = "/messages/send"


@pytest.fixture
def fake() -> Iterator[FakeGoogle]:
    """Our own Google."""
    with running(FakeGoogle(scopes=frozenset({"gmail.readonly", "gmail.send"}))) as server:
        yield server


def parsed(raw: bytes) -> EmailMessage:
    """A mail, read."""
    found = message_from_bytes(raw, policy=SMTP)
    assert isinstance(found, EmailMessage)
    return found


def test_a_mail_is_sent_through_emulate_and_found_again(emulate: Server) -> None:
    """With the text, and among the sent mail."""
    through = gmail_sender(emulate.gmail, access=emulate.access)
    assert through.was_sent(message_id(7)) is False
    through.send(mail(7))
    assert through.was_sent(message_id(7)) is True
    listed = emulate.mail("GET", "messages?labelIds=SENT")["messages"]
    raws = [emulate.mail("GET", f"messages/{one['id']}?format=raw")["raw"] for one in listed]
    mails = [parsed(base64.urlsafe_b64decode(raw + "==")) for raw in raws]
    (found,) = (one for one in mails if one["Message-ID"] == message_id(7))
    assert found["To"] == "rep@ours.example"
    assert "Grüße" in found.get_content()


def test_a_draft_is_left_at_emulate(emulate: Server) -> None:
    """As a draft, and not sent."""
    through = gmail_sender(emulate.gmail, access=emulate.access)
    before = len(emulate.mail("GET", "drafts").get("drafts", ()))
    through.save_draft(mail(8))
    assert len(emulate.mail("GET", "drafts")["drafts"]) == before + 1
    assert through.was_sent(message_id(8)) is False


def test_a_mail_goes_as_it_is(fake: FakeGoogle) -> None:
    """To the byte; one request."""
    gmail_sender(fake.url).send(mail())
    (stored,) = fake.mailbox.messages.values()
    assert (stored.raw, "SENT" in stored.labels) == (mail(), True)
    assert fake.calls == ["gmail.users.messages.send"]


@pytest.mark.parametrize("renamed", [False, True])
@pytest.mark.parametrize("headers_only", [False, True])
def test_a_sent_mail_is_found_whatever_name_it_has_got(
    fake: FakeGoogle, *, renamed: bool, headers_only: bool
) -> None:
    """Also with access to headers alone, and where the server gave it another Message-ID."""
    fake.mailbox.rename_sent = renamed
    if headers_only:
        fake.scopes = frozenset({"gmail.metadata", "gmail.send"})
    through = gmail_sender(fake.url, headers_only=headers_only)
    through.send(mail(2))
    assert through.was_sent(message_id(1)) is False
    through.send(mail(1))
    assert through.was_sent(message_id(1)) is True


def test_an_access_token_that_has_run_out_is_renewed(fake: FakeGoogle) -> None:
    """The first attempt was refused: nothing had gone."""
    access = FixedAccess("ya29.old")
    gmail_sender(fake.url, access=access).send(mail())
    assert len(fake.mailbox.messages) == 1


@pytest.mark.parametrize(
    ("status", "reason"), [(429, "rateLimitExceeded"), (403, "userRateLimitExceeded")]
)
def test_what_gmail_asks_to_wait_for_is_sent_a_little_later(
    fake: FakeGoogle, status: int, reason: str
) -> None:
    """It has taken nothing."""
    fake.fail(SEND, status, error_body(status, "RESOURCE_EXHAUSTED", reason), times=2)
    pauses: list[float] = []
    gmail_sender(fake.url, pauses=pauses).send(mail())
    assert (len(fake.mailbox.messages), len(pauses)) == (1, 2)


@pytest.mark.parametrize(
    ("status", "body"),
    [(500, error_body(500, "INTERNAL", "backendError")), (502, "<html>Bad gateway</html>")],
)
def test_an_answer_that_says_nothing_leaves_it_in_doubt(
    fake: FakeGoogle, status: int, body: object
) -> None:
    """Not sent again on a guess: the mail may have gone before it failed."""
    fake.fail(SEND, status, body, times=9)
    pauses: list[float] = []
    with pytest.raises(UnsureError, match="has not said whether it took the mail"):
        gmail_sender(fake.url, pauses=pauses).send(mail())
    assert (pauses, fake.requests) == ([], [f"POST /gmail/v1/users/me{SEND}?fields=id&alt=json"])


def test_a_connection_that_is_cut_leaves_it_in_doubt(fake: FakeGoogle) -> None:
    """In the middle of the answer, which nobody can read."""
    fake.fail(SEND, 200, {"id": "1"}, cut=3)
    with pytest.raises(UnsureError):
        gmail_sender(fake.url).send(mail())


def test_a_server_that_is_not_there_has_taken_nothing() -> None:
    """Said after some attempts."""
    with running(FakeGoogle()) as gone:
        url = gone.url
    with pytest.raises(InputError, match="does not take connections") as error:
        gmail_sender(url).send(mail())
    assert not isinstance(error.value, UnsureError)


def test_a_right_that_was_not_granted_is_asked_for(fake: FakeGoogle) -> None:
    """By signing in again."""
    body = error_body(403, "PERMISSION_DENIED", "insufficientPermissions")
    fake.fail(SEND, 403, body)
    with pytest.raises(SignInError, match="not among what you allowed"):
        gmail_sender(fake.url).send(mail())
    fake.tokens = set()
    with pytest.raises(SignInError):
        gmail_sender(fake.url).send(mail())
    assert fake.mailbox.messages == {}
