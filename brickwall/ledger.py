"""The ledger of mails to the rep: what was sent, what may have been, and under which Message-ID.

``sending`` stands on the disk before a mail leaves. Whoever finds it there later, after a crash or
a cut connection, knows that the mail may have gone, and looks for its Message-ID, which is the same
however often the mail is made.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from store.model import Delivery

if TYPE_CHECKING:
    from store.database import Database

#: What the Message-IDs of brickwall's own mails look like.
OWN: Final = re.compile(r"<?brickwall-(digest|brief)-[0-9a-z-]{1,20}-[0-9a-f]{24}@[^<>@\s]+>?")
_HOST: Final = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_NO_HOST: Final = "brickwall.invalid"


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger in a store."""

    database: Database
    now: Callable[[], datetime]

    def find(self, kind: str, key: str, recipient: str) -> Delivery | None:
        """How it stands with a mail; ``None`` where nobody has begun to send it."""
        wanted = (kind, key, recipient)
        return next((one for one in self.database.deliveries() if one[:3] == wanted), None)

    def message_id(self, kind: str, key: str, recipient: str) -> str:
        """The one Message-ID of a mail from this store."""
        store = self.database.own("id", lambda: secrets.token_hex(16))
        told = "\n".join((store, kind, key, recipient))
        digest = hashlib.sha256(told.encode()).hexdigest()[:24]
        host = recipient.rpartition("@")[2].lower()
        at = host if _HOST.fullmatch(host) else _NO_HOST
        return f"<brickwall-{kind}-{key.lower()}-{digest}@{at}>"

    def begin(self, kind: str, key: str, recipient: str, via: str, content: bytes) -> Delivery:
        """Note that a mail is about to leave: it may have gone from now on."""
        number, at = self.message_id(kind, key, recipient), self.now()
        return self._keep(
            Delivery(kind, key, recipient, number, via, "sending", "", at, at, content)
        )

    def skip(self, kind: str, key: str, recipient: str, why: str) -> Delivery:
        """Note that no mail is sent."""
        number, at = self.message_id(kind, key, recipient), self.now()
        return self._keep(Delivery(kind, key, recipient, number, "", "skipped", why, at, at, b""))

    def settle(self, delivery: Delivery, state: str, why: str = "") -> Delivery:
        """Note what has become of a mail."""
        return self._keep(delivery._replace(state=state, why=why, changed_at=self.now()))

    def doubt(self, delivery: Delivery, why: str) -> Delivery:
        """Note why nobody knows yet; it counts as being sent since it was begun."""
        return self._keep(delivery._replace(why=why))

    def _keep(self, delivery: Delivery) -> Delivery:
        self.database.put_delivery(delivery)
        return delivery


def is_own(message_id: str) -> bool:
    """Whether a mail is one of brickwall's own, which it never reads; brackets or not."""
    return OWN.fullmatch(message_id) is not None
