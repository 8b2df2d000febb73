"""The configuration file that ``brickwall init`` writes: what was answered, and the rest as
comments to be found there later.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time

from brickwall.routine import SMTP_PORTS, Digest, Smtp


@dataclass(frozen=True, slots=True)
class Answers:
    """What a first configuration needs to know. ``zone``: ``""`` leaves it to the machine."""

    addresses: tuple[str, ...] = ()
    zone: str = ""
    digest: Digest = field(default_factory=Digest)
    smtp: Smtp = field(default_factory=Smtp)


def written(answers: Answers) -> str:
    """The text of the file: TOML in which every line is explained."""
    return "\n".join(_lines(answers)) + "\n"


def _lines(answers: Answers) -> Iterator[str]:
    yield "# brickwall's configuration. Every key may be left out, and is then as by default."
    yield "# `brickwall config check` tells what is wrong with it."
    yield from _me(answers)
    yield from _digest(answers)
    yield from _smtp(answers.smtp)
    yield from _REST.rstrip("\n").splitlines()


def _me(answers: Answers) -> Iterator[str]:
    yield ""
    yield "[me]"
    yield "# Your own addresses, aliases included; without them they are worked out from your mail."
    yield _set("addresses", list(answers.addresses), known=bool(answers.addresses))
    yield "# Your time zone. Default: the machine's."
    yield _set("zone", answers.zone or "Europe/Berlin", known=bool(answers.zone))


def _digest(answers: Answers) -> Iterator[str]:
    digest = answers.digest
    yield ""
    yield "[digest]"
    yield "# The weekly mail to you, and to nobody else: whether, to whom, when (in your zone)."
    yield _set("enabled", digest.enabled)
    own = answers.addresses[:1]
    yield _set("to", list(digest.to or own), known=digest.to not in ((), own))
    yield _set("day", digest.day)
    yield _set("time", _clock(digest.time))
    yield "# Who sends it: auto (a connected account, else the server below), smtp, or an account."
    yield _set("via", digest.via, known=digest.via != "auto")
    yield '# A week with nothing to say: "skip" it, or send one "line".'
    yield _set("when_empty", digest.when_empty, known=digest.when_empty != "skip")


def _smtp(smtp: Smtp) -> Iterator[str]:
    known = bool(smtp.host)
    yield ""
    yield "[smtp]"
    yield "# A server that takes the digest; its password is kept in the vault, never here."
    yield _set("host", smtp.host or "smtp.example.com", known=known)
    yield '# "starttls", "tls", or "none" (only for a server on this machine).'
    yield _set("security", smtp.security, known=known)
    yield _set("port", smtp.port, known=known and smtp.port != SMTP_PORTS[smtp.security])
    yield _set("user", smtp.user or "you@example.com", known=known and bool(smtp.user))


def _set(key: str, value: object, *, known: bool = True) -> str:
    """One line; a comment where it only shows how it would be set."""
    return f"{'' if known else '# '}{key} = {json.dumps(value, ensure_ascii=False)}"


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


_REST = """
[daemon]
# Minutes from one sync to the next, while `brickwall daemon run` is at work.
# sync_minutes = 10

[brief]
# A mail in the morning of each day with meetings: history, open promises, risk.
# mail = false
# time = "07:00"

[privacy]
# Mail among colleagues only: "drop" it before storing, or "keep" it.
# internal = "drop"
# The new text of each mail: "keep" it, or only the "labels" that were read from it.
# text = "keep"

[retention]
# Days after which texts are deleted while judgements stay; 0 keeps them.
# text_days = 0

[exclude]
# Never stored: addresses or whole domains, folders or labels.
# addresses = ["ann@example.com", "@example.com"]
# labels = ["Private"]

[money]
# What an hour of yours costs.
# hourly_rate = 60
# currency = "EUR"

[judge]
# The notice, in hours, at which a moved meeting weighs half.
# late_notice_hours = 24
"""
