"""The servers that others wrote start, answer on the loopback and end."""

from __future__ import annotations

import socket
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from tests import peers


def _listens(address: str) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", urlsplit(address).port or 0)) == 0


def _got(url: str) -> bytes:
    with urllib.request.urlopen(url) as answer:
        told: bytes = answer.read()
        return told


def test_emulate_answers_and_ends(tmp_path: Path) -> None:
    """Inside of the block it answers, after it nothing listens any more."""
    with peers.emulate({"google": {"users": [{"email": "rep@acme.example"}]}}, tmp_path) as address:
        assert b"authorization_endpoint" in _got(address + "/.well-known/openid-configuration")
    assert not _listens(address)


def test_myworld_answers_and_ends(tmp_path: Path) -> None:
    """Inside of the block it answers, after it nothing listens any more."""
    seed = {"user": {"email": "rep@acme.example", "name": "Rep"}}
    world = {
        "name": "sales",
        "task": "sell",
        "now": "2026-11-21T09:00:00Z",
        "servers": {"gmail": {"seed": seed}},
        "agents": {"agent": {"as": "rep@acme.example", "servers": ["gmail"]}},
        "checks": [],
    }
    with peers.myworld(world, tmp_path) as address:
        assert b"google_access_token" in _got(address + "/envs/sales")
    assert not _listens(address)
