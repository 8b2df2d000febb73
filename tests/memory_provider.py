"""A provider in memory: a whole example of what a module in ``brickwall/providers`` gives.

``PEER`` is what lies at the other end; a test changes it, ``reset`` makes it new.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from brickwall.providers import Account, Connection, Estimate, Request, Tools, check_granted
from ingest.source import Batch, Source
from store.errors import SignInError, SignInProblem
from store.model import Failure, Message
from tests.store_builder import message

ADDRESS = "rep@ours.example"
PASSWORD = "correct-horse-7"


@dataclass
class Peer:
    """Messages in order of arrival, and the access: the token that is good now.

    ``denied``: features that are not allowed, whatever is asked for.
    """

    messages: list[Message] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    token: str = ""
    tokens_given: int = 0
    asked: int = 0
    revoked: list[str] = field(default_factory=list)
    sent: list[bytes] = field(default_factory=list)
    drafts: list[bytes] = field(default_factory=list)
    denied: frozenset[str] = frozenset()
    fail: Callable[[str], None] = lambda _: None

    def receive(self, *names: str) -> None:
        """New mail arrives."""
        self.messages.extend(message(name) for name in names)

    def give_token(self) -> str:
        """A new token; the one before is good no longer."""
        self.tokens_given += 1
        self.token = f"token-{self.tokens_given}-of-the-memory-provider"
        return self.token

    def refresh(self, token: str) -> str:
        """Exchange a token for a new one."""
        if token != self.token:
            raise SignInError(
                "Memory no longer accepts the sign-in",
                "Sign in again: brickwall connect gmail.",
                SignInProblem.REVOKED,
            )
        return self.give_token()


PEER = Peer()


def reset() -> Peer:
    """An empty peer whose token is none."""
    PEER.__dict__.update(Peer().__dict__)
    return PEER


class MemorySource:
    """Messages, two to a batch, the newest first; afterwards only what is new."""

    def __init__(self, name: str, account: Account) -> None:
        self.name = name
        self._account = account

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """Batches of what arrived after ``cursor``."""
        known: list[str] = json.loads(cursor)["known"] if cursor else []
        new = [m for m in reversed(PEER.messages) if m.provider_id not in known]
        for at in range(0, len(new), 2):
            PEER.asked += 1
            PEER.fail(self.name)
            pair = tuple(new[at : at + 2])
            known = [*known, *(m.provider_id for m in pair)]
            yield self._batch(pair, known, at + len(pair), len(new))

    def _batch(self, pair: tuple[Message, ...], known: list[str], at: int, size: int) -> Batch:
        if self._account.headers_only:
            pair = tuple(m._replace(text="") for m in pair)
        return Batch(
            stream=self.name,
            mode="incremental",
            complete=False,
            records=pair,
            tombstones=(),
            failures=tuple(PEER.failures),
            left_out={},
            cursor=json.dumps({"version": 1, "known": known}),
            position=at,
            size=size,
        )


def reads(request: Request) -> Sequence[str]:
    """What will be read and why."""
    texts = "never the texts" if request.headers_only else "the new text of each"
    return [f"The messages in memory ({texts}), to see who wastes your time."]


def connect(request: Request, tools: Tools) -> Connection:
    """Ask for the password and give a token for it."""
    PEER.fail("connect")
    if tools.ask_secret("Password") != PASSWORD:
        raise SignInError("Wrong password", "Try again.", SignInProblem.WRONG_PASSWORD)
    tools.secrets.write({"refresh_token": PEER.give_token()})
    PEER.fail("connected")
    name = request.address or ADDRESS
    return Connection(
        name,
        (name, "Alias@ours.example"),
        "Europe/Vienna",
        {"server": "m"},
        request.features - PEER.denied,
    )


def estimate(account: Account, tools: Tools) -> Estimate | None:
    """Two seconds for each message."""
    del account, tools
    return Estimate(len(PEER.messages), 0, 2.0 * len(PEER.messages))


def sources(account: Account, tools: Tools) -> list[Source]:
    """One source, after the token has been renewed (as providers that rotate them do)."""
    PEER.fail("sources")
    token = PEER.refresh(tools.secrets.read().get("refresh_token", ""))
    tools.secrets.write({"refresh_token": token})
    return [MemorySource("mail", account)]


class MemorySender:
    """Sends into ``PEER.sent``."""

    def send(self, message: bytes) -> None:
        """See ``ingest.senders.Sender``."""
        PEER.fail("send")
        PEER.sent.append(message)
        PEER.fail("sent")

    def was_sent(self, message_id: str) -> bool | None:
        """See ``ingest.senders.Sender``."""
        PEER.fail("was sent")
        return any(message_id.encode() in one for one in PEER.sent)

    def save_draft(self, message: bytes) -> None:
        """See ``ingest.senders.Drafts``."""
        PEER.drafts.append(message)


def sender(account: Account, tools: Tools) -> MemorySender:
    """The way to send."""
    del tools
    check_granted(account, "send")
    return MemorySender()


def drafts(account: Account, tools: Tools) -> MemorySender:
    """Where drafts are left."""
    del tools
    check_granted(account, "drafts")
    return MemorySender()


def disconnect(account: Account, tools: Tools) -> None:
    """Remember that the access was taken back."""
    PEER.fail("disconnect")
    PEER.revoked.append(tools.secrets.read()["refresh_token"])
