"""What brickwall does by itself, as the user set it: digest, briefs, sync, retention."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import time
from typing import Final

WEEKDAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


@dataclass(frozen=True, slots=True)
class Digest:
    """The weekly mail to the rep. Section ``[digest]``.

    ``to``: whom; where the file says nothing, the first own address (none known: empty).
    ``day`` and ``time``: when, in the rep's zone. ``via``: ``auto``, ``smtp``, or the name of the
    account that sends it. ``when_empty``: ``skip`` or ``line``.
    """

    enabled: bool = True
    to: tuple[str, ...] = ()
    day: str = "monday"
    time: time = time(7)
    via: str = "auto"
    when_empty: str = "skip"

    @property
    def weekday(self) -> int:
        """The day as a number: Monday is 0."""
        return WEEKDAYS.index(self.day)


#: The usual port of a submission server, by how the connection is encrypted.
SMTP_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True, slots=True)
class Smtp:
    """A server that takes the digest where no connected account sends. Section ``[smtp]``.

    ``host``: empty where there is none. ``security``: ``starttls``, ``tls``, or ``none`` (only on
    this very machine). ``user``: empty where it asks for no sign-in.
    """

    host: str = ""
    port: int = SMTP_PORTS["starttls"]
    security: str = "starttls"
    user: str = ""


@dataclass(frozen=True, slots=True)
class Daemon:
    """The background program. Section ``[daemon]``. ``sync_minutes``: from one sync to the next."""

    sync_minutes: int = 10


@dataclass(frozen=True, slots=True)
class Brief:
    """The brief before the day's meetings. Section ``[brief]``.

    ``mail``: whether it is mailed. ``time``: when, in the rep's zone.
    """

    mail: bool = False
    time: time = time(7)


@dataclass(frozen=True, slots=True)
class Retention:
    """How long texts are kept. Section ``[retention]``. ``text_days``: 0 keeps them."""

    text_days: int = 0
