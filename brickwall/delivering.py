"""Sending the rep a mail exactly once, whatever happens in between.

What is known decides. A mail that has certainly not gone may be sent again. One that may have gone
is looked for among the sent mail: once found it is sent; if it is not there some time later, it has
not gone. Where nobody can look, it is not sent again, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from brickwall.ledger import Ledger
from ingest.senders import Sender, UnsureError
from store.errors import BrickwallError
from store.model import Delivery

if TYPE_CHECKING:
    from store.database import Database

#: After so long a mail that was under way has arrived among the sent mail, or never will.
SETTLED_AFTER: Final = timedelta(minutes=10)
_LOOKED_FOR: Final = "it may have gone; it is looked for among the sent mail before it goes again"
_NOBODY_KNOWS: Final = (
    "it may have gone, and nobody can look for it among the sent mail; it is not sent again"
)


@dataclass(frozen=True, slots=True)
class Post:
    """A way to send. ``name``: as it is told; ``address``: whom the mail comes from."""

    name: str
    address: str
    sender: Sender


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to the rep. ``kind`` and ``key``: see ``store.model.Delivery``.

    ``written``: the whole mail, given who sends it and its Message-ID. ``nothing``: why there is
    nothing to say, else ``""``; asked before it is first written, so that nobody has to be able to
    send what is not sent. ``late``: why it would be of no use any more, ``""`` while it is; asked
    before it would leave.
    """

    kind: str
    key: str
    recipient: str
    written: Callable[[str, str], bytes]
    nothing: Callable[[], str] = lambda: ""
    late: Callable[[], str] = lambda: ""


def deliver(
    database: Database,
    letter: Letter,
    post: Callable[[], Post],
    now: Callable[[], datetime],
    *,
    wanted: Callable[[], bool] = lambda: True,
) -> Delivery | None:
    """Send ``letter`` unless it was sent; how it stands then, ``None`` where it is not wanted.

    ``post``: asked only where something is to be sent or looked for. ``wanted``: whether the rep
    still wants it, asked right before it would leave.

    Raises ``BusyError`` while another brickwall is sending; what ``post`` and ``Sender.send`` raise
    where the mail has certainly not gone (it is then tried again the next time); what
    ``Sender.was_sent`` raises.
    """
    with database.delivering():
        return _Delivering(Ledger(database, now), letter, post, wanted).run()


class _Delivering:
    """One attempt."""

    def __init__(
        self,
        ledger: Ledger,
        letter: Letter,
        post: Callable[[], Post],
        wanted: Callable[[], bool],
    ) -> None:
        self._ledger = ledger
        self._letter = letter
        self._post = post
        self._wanted = wanted
        self._mail = (letter.kind, letter.key, letter.recipient)

    def run(self) -> Delivery | None:
        found = self._ledger.find(*self._mail)
        if found is None or found.state == "failed":
            return self._first()
        if found.state == "sending":
            return self._doubtful(found)
        return found

    def _first(self) -> Delivery | None:
        """Nothing has gone, as far as this store knows: an older copy of it may not know all."""
        if not self._wanted():
            return None
        if needless := self._letter.late() or self._letter.nothing():
            return self._ledger.skip(*self._mail, needless)
        post = self._post()
        number = self._ledger.message_id(*self._mail)
        content = self._letter.written(post.address, number)
        if post.sender.was_sent(number):
            begun = self._ledger.begin(*self._mail, post.name, content)
            return self._ledger.settle(begun, "sent", "found among the sent mail")
        return self._send(post, content)

    def _doubtful(self, found: Delivery) -> Delivery | None:
        """It may have gone: a crash, or a connection that was cut."""
        post = self._post()
        sent = post.sender.was_sent(found.message_id)
        if sent:
            return self._ledger.settle(found, "sent", "found among the sent mail")
        if sent is None or found.via != post.name:
            return self._ledger.settle(found, "unknown", _NOBODY_KNOWS)
        if self._ledger.now() - found.changed_at < SETTLED_AFTER:
            return self._ledger.doubt(found, _LOOKED_FOR)
        if not self._wanted():
            return None
        # Forgetting somebody empties the mails that named them: such a one is written anew.
        needless = self._letter.late() or ("" if found.content else self._letter.nothing())
        if needless:
            return self._ledger.skip(*self._mail, needless)
        content = found.content or self._letter.written(post.address, found.message_id)
        return self._send(post, content)

    def _send(self, post: Post, content: bytes) -> Delivery | None:
        delivery = self._ledger.begin(*self._mail, post.name, content)
        if not self._wanted():
            self._ledger.settle(delivery, "failed", "it was turned off")
            return None
        try:
            post.sender.send(content)
        except UnsureError:
            return self._look(post, delivery)
        except BrickwallError as error:
            self._ledger.settle(delivery, "failed", error.cause)
            raise
        return self._ledger.settle(delivery, "sent")

    def _look(self, post: Post, delivery: Delivery) -> Delivery:
        """Look at once: most often it has gone. What is not found may still be under way."""
        try:
            sent = post.sender.was_sent(delivery.message_id)
        except BrickwallError:
            sent = False
        if sent is None:
            return self._ledger.settle(delivery, "unknown", _NOBODY_KNOWS)
        if sent:
            return self._ledger.settle(delivery, "sent", "found among the sent mail")
        return self._ledger.doubt(delivery, _LOOKED_FOR)
