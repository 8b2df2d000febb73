"""Graph over HTTP: refusals, cut connections, batches, and where a token never goes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from ingest.graph_client import path_of, relative
from ingest.graph_faults import UnreadableError
from ingest.retry import OfflineError, QuarantineError
from ingest.source import CursorExpiredError
from store.errors import InputError, SignInError
from tests.contract import raw_message
from tests.graph_builder import Tokens, client
from tests.graph_deltas import Reply, error
from tests.graph_fake import TOKEN, Cut, Graph, graph
from tests.peers import free_port

INBOX = "/me/mailFolders/inbox"


@pytest.fixture
def fake() -> Iterator[Graph]:
    """A Graph with a mailbox."""
    with graph() as running:
        yield running


def name_of(found: dict[str, object]) -> object:
    """What a folder is called."""
    return found["displayName"]


def test_a_refused_token_is_renewed_once(fake: Graph) -> None:
    """They are good for an hour, a sync may last longer."""
    tokens = Tokens("an-old-token", TOKEN)
    assert name_of(client(fake, tokens=tokens).get(INBOX)) == "Posteingang"
    assert tokens.renewed == 1


def test_a_sign_in_that_is_refused_for_good_is_told(fake: Graph) -> None:
    """With how to sign in again."""
    with pytest.raises(SignInError) as caught:
        client(fake, tokens=Tokens("revoked")).get(INBOX)
    assert "brickwall connect microsoft" in caught.value.remedy
    assert len(fake.requests) == 2


def test_a_token_is_renewed_for_the_parts_of_a_batch_too(fake: Graph) -> None:
    """Graph may refuse them one by one."""
    fake.fail(error(401, "InvalidAuthenticationToken"), part=True)
    tokens = Tokens(TOKEN, TOKEN)
    first, second = client(fake, tokens=tokens).batch([INBOX, "/me/mailFolders/archive"])
    assert (name_of(first.body), name_of(second.body)) == ("Posteingang", "Archiv")
    assert tokens.renewed == 1


def test_who_is_asked_to_slow_down_waits_as_long_as_asked(fake: Graph) -> None:
    """Retry-After, in seconds."""
    fake.fail(error(429, "ApplicationThrottled", Retry_After="17"))
    pauses: list[float] = []
    client(fake, pauses=pauses).get(INBOX)
    assert pauses == [17.0]


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_what_passes_is_tried_again_and_then_given_up(fake: Graph, status: int) -> None:
    """Each time a longer pause; what was read stays."""
    fake.fail(*[error(status, "ServiceUnavailable")] * 2)
    pauses: list[float] = []
    assert client(fake, pauses=pauses).get(INBOX)
    assert pauses == [0.5, 1.0]
    fake.fail(*[error(status, "ServiceUnavailable")] * 20)
    with pytest.raises(InputError, match=f"HTTP {status}"):
        client(fake).get(INBOX)


@pytest.mark.parametrize(
    "wrong",
    [
        Cut(),
        Cut(after_bytes=5),
        Reply(200, {"Content-Type": "text/html"}, b"<html>Please sign in to the Wi-Fi</html>"),
    ],
)
def test_half_an_answer_counts_as_none(fake: Graph, wrong: Reply | Cut) -> None:
    """Cut before it, in the middle of it, or a web page instead."""
    fake.fail(wrong)
    assert name_of(client(fake).get(INBOX)) == "Posteingang"
    assert len(fake.requests) == 2


def test_without_a_server_one_seems_to_be_offline(fake: Graph) -> None:
    """Or the server is."""
    fake.answers.base = f"http://127.0.0.1:{free_port()}"
    with pytest.raises(InputError, match="Microsoft 365 does not take connections"):
        client(fake).get(INBOX)
    fake.answers.base = "http://nowhere.invalid"
    with pytest.raises(OfflineError, match="offline"):
        client(fake).get(INBOX)


def test_no_redirect_is_followed(fake: Graph) -> None:
    """The token would go with it."""
    fake.fail(Reply(302, {"Location": f"{fake.url}/v1.0{INBOX}"}, {}))
    with pytest.raises(InputError, match="sends us elsewhere"):
        client(fake).get(INBOX)
    assert len(fake.requests) == 1


@pytest.mark.parametrize(
    ("reply", "kind", "words"),
    [
        (error(410, "SyncStateNotFound"), CursorExpiredError, "forgotten"),
        (error(400, "ErrorInvalidSyncStateData"), CursorExpiredError, "forgotten"),
        (error(404, "ErrorItemNotFound"), QuarantineError, "no longer has it"),
        (error(404, "MailboxNotEnabledForRESTAPI"), InputError, "no mailbox"),
        (error(403, "ErrorAccessDenied"), InputError, "does not let brickwall read"),
        (error(400, "BadRequest"), InputError, "did not understand"),
    ],
)
def test_each_refusal_is_told_apart(
    fake: Graph, reply: Reply, kind: type[Exception], words: str
) -> None:
    """At once: trying again helps nobody."""
    fake.fail(reply)
    with pytest.raises(kind, match=words):
        client(fake).get(INBOX)
    assert len(fake.requests) == 1


def test_a_batch_holds_twenty(fake: Graph) -> None:
    """And the answers come in the order of the questions, each asked once."""
    names = [fake.mailbox.add_folder(f"Folder {number}") for number in range(45)]
    paths = [path_of("mailFolders", name) for name in names]
    answers = client(fake).batch([*paths, paths[0]])
    told = [name_of(answer.body) for answer in answers]
    assert told == [f"Folder {number}" for number in range(45)] + ["Folder 0"]
    assert (len(fake.requests), len(fake.parts)) == (3, 45)


def test_parts_that_were_throttled_are_asked_for_again_without_the_others(fake: Graph) -> None:
    """After the longest pause that one of them asks for."""
    fake.fail(error(429, "ApplicationThrottled", Retry_After="3"), part=True, path="archive")
    fake.fail(error(429, "ApplicationThrottled", Retry_After="9"), part=True, path="inbox")
    pauses: list[float] = []
    paths = [INBOX, "/me/mailFolders/archive", "/me/mailFolders/drafts"]
    answers = client(fake, pauses=pauses).batch(paths)
    assert [answer.status for answer in answers] == [200, 200, 200]
    assert pauses == [9.0]
    assert fake.parts.count("/me/mailFolders/drafts") == 1


def test_one_part_that_fails_for_good_leaves_the_others_alone(fake: Graph) -> None:
    """After some attempts; what concerns all is an error of the whole."""
    fake.fail(*[error(500, "ErrorInternalServerError")] * 3, part=True, path="inbox")
    first, second = client(fake).batch([INBOX, "/me/mailFolders/archive"])
    assert (first.status, second.status) == (500, 200)
    fake.fail(*[error(503, "ErrorMailboxStoreUnavailable")] * 99, part=True)
    with pytest.raises(InputError, match="HTTP 503"):
        client(fake).batch([INBOX, "/me/mailFolders/archive"])


def test_raw_mail_comes_alone_and_in_a_batch(fake: Graph) -> None:
    """There in base64."""
    name = fake.mailbox.receive(raw_message("ann"))
    path = path_of("messages", name, "$value")
    assert client(fake).raw(path) == client(fake).batch([path])[0].body == raw_message("ann")


def test_ids_stay_when_a_message_moves(fake: Graph) -> None:
    """Every request wishes for such ids, those within batches too."""
    name = fake.mailbox.receive(raw_message("ann"))
    path = path_of("messages", name)
    before = client(fake).batch([path])[0].body["id"]
    fake.mailbox.move(name, "archive")
    assert before == client(fake).batch([path])[0].body["id"] == client(fake).get(path)["id"]


def test_links_lead_only_to_the_configured_endpoint() -> None:
    """Whatever host an answer names; a proxy need not rewrite them."""
    assert relative("https://graph.microsoft.com/v1.0/me/x?$skiptoken=1") == "/me/x?$skiptoken=1"
    assert relative("/me/x") == "/me/x"
    for odd in ("https://evil.example/me/x", "file:///v1.0/me/x", ""):
        with pytest.raises(UnreadableError):
            relative(odd)
