"""What provider modules are lent, made from the configuration and whoever can be talked to."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from brickwall.config import Config
from brickwall.credentials import Clients
from brickwall.paths import Home
from brickwall.providers import Tools
from ingest.secrets import Secrets


@dataclass(frozen=True, slots=True)
class Talk:
    """The ways to talk with the user; see ``brickwall.providers.Tools``."""

    say: Callable[[str], None]
    ask: Callable[[str], str]
    ask_secret: Callable[[str], str]
    browse: Callable[[str], bool]


@dataclass(frozen=True, slots=True)
class Toolbox:
    """Makes the tools for one account after the other."""

    home: Home
    config: Config
    talk: Talk
    now: Callable[[], datetime]
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic

    def lend(self, secrets: Secrets) -> Tools:
        """Tools for the account whose secrets these are, with a fresh budget of waiting."""
        from ingest.retry import Retry

        return Tools(
            endpoints=self.config.endpoints,
            clients=Clients(self.home.credentials),
            secrets=secrets,
            retry=Retry(sleep=self.sleep, random=random.random),
            zone=self.config.zone,
            say=self.talk.say,
            ask=self.talk.ask,
            ask_secret=self.talk.ask_secret,
            browse=self.talk.browse,
            now=self.now,
            clock=self.clock,
            sleep=self.sleep,
        )
