"""The digest of a week: written from the store, and sent to the rep once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from brickwall import actions, letters
from brickwall.config import load
from brickwall.delivering import Letter, Post
from brickwall.workspace import Workspace, studied
from reports.week import Week

if TYPE_CHECKING:
    from reports.digest import Digest
    from reports.digest_model import DigestView
    from store.model import Delivery

KIND: Final = "digest"
_NOTHING: Final = 'nothing to do, and digest.when_empty is "skip"'


@dataclass(frozen=True)
class Digesting:
    """The digests of one user; ``now``: the clock."""

    workspace: Workspace
    now: Callable[[], datetime]

    def due(self) -> Week:
        """The week whose digest is the newest: the last full one."""
        return Week.last_full(self.now(), self.workspace.config.zone)

    def asked(self, week: str | None) -> Week:
        """The week that is written like ``2026-W47``, else the newest; see ``Week.asked``."""
        return Week.asked(week, self.now(), self.workspace.config.zone)

    def recipients(self) -> tuple[str, ...]:
        """Whom the digest goes to. Raises ``ConfigurationError`` where nobody is known."""
        return letters.recipients(self.workspace)

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

        own = letters.own_addresses(self.workspace)
        to = recipient if recipient in own or not own else own[0]
        made = self.now().astimezone(ZoneInfo(self.workspace.config.zone)).date()
        key = actions.key(self.workspace.home.action_key)
        return digest(self.view(week), ActionLinks(key, to, made))

    def send(self, week: Week, post: Callable[[str], Post]) -> list[Delivery]:
        """Send the digest of ``week`` to each recipient who has not had it; how it stands then.

        As ``letters.to_each``.
        """
        letter = partial(self._letter, week)
        return letters.to_each(self.workspace, letter, post, self.now, self.wanted)

    def _letter(self, week: Week, recipient: str) -> Letter:
        @cache
        def digest() -> Digest:
            return self.digest(week, recipient)

        def nothing() -> str:
            skipped = self.workspace.config.digest.when_empty == "skip" and digest().empty
            return _NOTHING if skipped else ""

        def written(sender: str, message_id: str) -> bytes:
            return self._mail(digest(), sender, recipient, message_id)

        return Letter(KIND, str(week), recipient, written, nothing)

    def _mail(self, digest: Digest, sender: str, recipient: str, message_id: str) -> bytes:
        from reports.digest import message

        at = self.now().astimezone(ZoneInfo(self.workspace.config.zone)).replace(microsecond=0)
        mail = message(digest, sender, recipient, message_id, at)
        return letters.on_the_wire(mail, message_id)
