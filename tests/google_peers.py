"""Google's interfaces at servers that others wrote: emulate and myworld."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from tests import peers
from tests.contract import raw_message
from tests.google_builder import FixedAccess

REP = "rep@ours.example"


@dataclass
class Server:
    """A server of Google's interfaces, changed through them. ``root``: of the server itself."""

    root: str
    gmail: str
    calendars: str
    token: str

    def do(self, verb: str, url: str, body: object = None) -> Any:
        """One request by somebody else."""
        headers = {"Authorization": f"Bearer {self.token}"}
        with requests.Session() as session:
            session.trust_env = False
            answer = session.request(verb, url, json=body, headers=headers, timeout=10)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None

    def mail(self, verb: str, path: str, body: object = None) -> Any:
        """A request to Gmail."""
        return self.do(verb, f"{self.gmail}/gmail/v1/users/me/{path}", body)

    def event(self, verb: str, path: str = "", body: object = None) -> Any:
        """A request to the main calendar's entries."""
        return self.do(verb, f"{self.calendars}/calendar/v3/calendars/primary/events{path}", body)

    @property
    def access(self) -> FixedAccess:
        """Signs in with the server's token."""
        return FixedAccess(self.token, lambda: self.token)

    def put(self, name: str, *labels: str) -> Any:
        """A message comes in; the answer."""
        raw = base64.urlsafe_b64encode(raw_message(name)).decode()
        body = {"raw": raw, "labelIds": list(labels)}
        return self.mail("POST", "messages?internalDateSource=dateHeader", body)


@pytest.fixture(scope="module")
def emulate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The emulator: everything but batches and the profile."""
    seed = {
        "tokens": {"tok_rep": {"login": REP, "scopes": ["x"]}},
        "google": {"users": [{"email": REP, "name": "Rep"}]},
    }
    with peers.emulate(seed, tmp_path_factory.mktemp("emulate")) as root:
        yield Server(root, root, root, "tok_rep")


@pytest.fixture(scope="module")
def myworld(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The simulator: everything but batches and dates of series that differ."""
    user = {"email": REP, "name": "Rep"}
    servers = {
        "gmail": {"seed": {"user": user, "emails": []}},
        "calendar": {"seed": {"user": user, "timeZone": "Europe/Vienna", "events": []}},
    }
    agent = {"as": REP, "servers": list(servers)}
    world = {
        "name": "sales",
        "task": "sell",
        "now": "2026-11-21T09:00:00Z",
        "servers": servers,
        "agents": {"agent": agent},
        "checks": [],
    }
    with peers.myworld(world, tmp_path_factory.mktemp("myworld")) as root:
        gateway = f"{root}/gw"
        server = Server(
            root, f"{gateway}/gmail.googleapis.com", f"{gateway}/www.googleapis.com", ""
        )
        told = server.do("GET", f"{root}/envs/sales")
        server.token = told["credentials"]["agent"]["google_access_token"]
        yield server
