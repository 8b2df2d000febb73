"""The digest of a week: written from the store, and sent to the rep once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.policy import SMTP
from functools import partial
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from brickwall import actions
from brickwall.accounts import Accounts
from brickwall.config import load
from brickwall.delivering import Letter, Post, deliver
from brickwall.workspace import Workspace, studied
from reports.week import Week
from store.errors import BrickwallError, ConfigurationError

if TYPE_CHECKING:
    from reports.digest import Digest
    from reports.digest_model import DigestView
    from store.model import Delivery

KIND: Final = "digest"
_NOTHING: Final = 'nothing to do, and digest.when_empty is "skip"'
#: Nothing in a mail needs more than seven bits, and no server has to unfold its Message-ID.
_WIRE: Final = SMTP.clone(cte_type="7bit", max_line_length=200)


@dataclass(frozen=True)
class Digesting:
    """The digests of one user; ``now``: the clock."""

    workspace: Workspace
    now: Callable[[], datetime]

    def due(self) -> Week:
        """The week whose digest is the newest: the last full one."""
        return Week.last_full(self.now(), self.workspace.config.zone)

    def recipients(self) -> tuple[str, ...]:
        """Whom the digest goes to. Raises ``ConfigurationError`` where nobody is known."""
        told = self.workspace.config.digest.to or self._own()[:1]
        if not told:
            raise ConfigurationError(
                "Nobody is known whom the digest could go to",
                "Set me.addresses (or digest.to) in the configuration.",
            )
        return tuple(dict.fromkeys(told))

    def wanted(self) -> bool:
        """Whether digests are turned on, in the configuration as it is now."""
        zone = self.workspace.config.zone
        return load(self.workspace.home.config_file, local_zone=lambda: zone).digest.enabled

    def view(self, week: Week) -> DigestView:
        """What the digest of a week says; of an older one, as of its end."""
        from reports.views_digest import digest_view

        zone = self.workspace.config.zone
        as_of = self.now() if week >= self.due() else week.end(zone)
        study = studied(self.workspace, as_of)
        return digest_view(study.analysis, study.settings, week, study.facts.intents)

    def digest(self, week: Week, recipient: str) -> Digest:
        """The digest of a week for a recipient, with links to answer it."""
        from reports.action_links import ActionLinks
        from reports.digest import digest

        own = self._own()
        to = recipient if recipient in own or not own else own[0]
        made = self.now().astimezone(ZoneInfo(self.workspace.config.zone)).date()
        key = actions.key(self.workspace.home.action_key)
        return digest(self.view(week), ActionLinks(key, to, made))

    def send(self, week: Week, post: Callable[[str], Post]) -> list[Delivery]:
        """Send the digest of ``week`` to each recipient who has not had it; how it stands then.

        ``post``: the way to send to a recipient. Nobody is in the list for whom it was turned off.
        Raises as ``delivering.deliver`` does, after all others have had theirs.
        """
        done: list[Delivery] = []
        errors: list[BrickwallError] = []
        for recipient in self.recipients():
            letter = self._letter(week, recipient)
            try:
                found = deliver(
                    self.workspace.database,
                    letter,
                    partial(post, recipient),
                    self.now,
                    wanted=self.wanted,
                )
            except BrickwallError as error:
                errors.append(error)
            else:
                done += [found] if found is not None else []
        if errors:
            raise errors[0]
        return done

    def _letter(self, week: Week, recipient: str) -> Letter:
        def written(sender: str, message_id: str) -> bytes | None:
            digest = self.digest(week, recipient)
            if digest.empty and self.workspace.config.digest.when_empty == "skip":
                return None
            return self._mail(digest, sender, recipient, message_id)

        return Letter(KIND, str(week), recipient, written, _NOTHING)

    def _mail(self, digest: Digest, sender: str, recipient: str, message_id: str) -> bytes:
        from ingest.senders import HEADER
        from reports.digest import message

        at = self.now().astimezone(ZoneInfo(self.workspace.config.zone)).replace(microsecond=0)
        mail = message(digest, sender, recipient, message_id, at)
        mail[HEADER] = message_id
        return mail.as_bytes(policy=_WIRE)

    def _own(self) -> tuple[str, ...]:
        """The rep's own addresses, those that brickwall was told first."""
        from store.overview import own_addresses

        told = [a for a in self.workspace.config.addresses if not a.startswith("@")]
        connected = [
            a for one in Accounts(self.workspace.home.accounts).all() for a in one.addresses
        ]
        stored = sorted(own_addresses(self.workspace.database))
        return tuple(dict.fromkeys((*told, *connected, *stored)))
