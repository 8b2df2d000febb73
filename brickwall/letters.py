"""What all mails to the rep share: to whom they go, how they lie on the wire, once for each."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from functools import partial
from typing import TYPE_CHECKING, Final

from brickwall.accounts import Accounts
from brickwall.delivering import Letter, Post, deliver
from store.errors import BrickwallError, ConfigurationError

if TYPE_CHECKING:
    from datetime import datetime

    from brickwall.workspace import Workspace
    from store.model import Delivery

#: Nothing in a mail needs more than seven bits, and no server has to unfold its Message-ID.
_WIRE: Final = SMTP.clone(cte_type="7bit", max_line_length=200)


def own_addresses(workspace: Workspace) -> tuple[str, ...]:
    """The rep's own addresses, those that brickwall was told first."""
    from store.overview import own_addresses as stored

    told = [a for a in workspace.config.addresses if not a.startswith("@")]
    connected = [a for one in Accounts(workspace.home.accounts).all() for a in one.addresses]
    return tuple(dict.fromkeys((*told, *connected, *sorted(stored(workspace.database)))))


def recipients(workspace: Workspace) -> tuple[str, ...]:
    """Whom mails go to. Raises ``ConfigurationError`` where nobody is known."""
    told = workspace.config.digest.to or own_addresses(workspace)[:1]
    if not told:
        raise ConfigurationError(
            "Nobody is known whom the digest could go to",
            "Set me.addresses (or digest.to) in the configuration.",
        )
    return tuple(dict.fromkeys(told))


def on_the_wire(mail: EmailMessage, message_id: str) -> bytes:
    """A mail as it is sent, known again by its Message-ID even where a server gives it another."""
    from ingest.senders import HEADER

    mail[HEADER] = message_id
    return mail.as_bytes(policy=_WIRE)


def to_each(
    workspace: Workspace,
    letter: Callable[[str], Letter],
    post: Callable[[str], Post],
    now: Callable[[], datetime],
    wanted: Callable[[], bool],
) -> list[Delivery]:
    """Send each recipient's letter unless they have had it; how it stands then.

    ``post``: the way to send to a recipient. Nobody is in the list for whom it was turned off.
    Raises as ``delivering.deliver`` does, after all others have had theirs.
    """
    done: list[Delivery] = []
    errors: list[BrickwallError] = []
    for recipient in recipients(workspace):
        way = partial(post, recipient)
        try:
            found = deliver(workspace.database, letter(recipient), way, now, wanted=wanted)
        except BrickwallError as error:
            errors.append(error)
        else:
            done += [found] if found is not None else []
    if errors:
        raise errors[0]
    return done
