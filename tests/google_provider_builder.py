"""Gmail as a provider: what the application lends it, and the account that comes of it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from brickwall.credentials import Clients
from brickwall.endpoints import Endpoints, Google, Network
from brickwall.providers import Account, Connection, Tools
from ingest.retry import Retry
from ingest.secrets import MemorySecrets
from tests.contract import REP
from tests.google_browser import is_sent_back, signs_in_at_emulate
from tests.google_fake import Answer, FakeGoogle


def tools(
    sign_in: str,
    fake: FakeGoogle,
    folder: Path,
    *,
    browse: Callable[[str], bool] | None = None,
) -> Tools:
    """What the application lends; at the browser sits the rep."""
    credentials = folder / "credentials.json"
    client = {"client_id": "cid.apps.googleusercontent.com", "client_secret": "GOCSPX-secret"}
    credentials.write_text(json.dumps({"google": client}), encoding="utf-8")
    return Tools(
        endpoints=Endpoints(
            google=Google(
                auth_endpoint=f"{sign_in}/o/oauth2/v2/auth",
                token_endpoint=f"{sign_in}/oauth2/token",
                revoke_endpoint=f"{sign_in}/oauth2/revoke",
                gmail_endpoint=fake.url,
                calendar_endpoint=fake.url,
            ),
            network=Network(timeout_seconds=5),
        ),
        clients=Clients(credentials),
        secrets=MemorySecrets(),
        retry=Retry(sleep=lambda _: None, random=lambda: 0.0),
        zone="Europe/Vienna",
        say=lambda _: None,
        ask=lambda _: "",
        ask_secret=lambda _: "",
        browse=browse or signs_in_at_emulate(REP),
        now=lambda: datetime.now(UTC),
        clock=time.monotonic,
        sleep=lambda _: None,
    )


def at_fake(fake: FakeGoogle, folder: Path, scopes: tuple[str, ...], **more: object) -> Tools:
    """Tools for a sign-in at the fake, where these scopes are granted."""
    lent = tools(fake.url, fake, folder, browse=is_sent_back(code="c0de"))
    token = {
        "access_token": "ya29.x",
        "refresh_token": "1//x",
        "expires_in": 3600,
        "token_type": "Bearer",
        "scope": " ".join(scopes),
        **more,
    }
    fake.token_answers = [Answer(200, json.dumps(token).encode())]
    at = replace(lent.endpoints.google, token_endpoint=f"{fake.url}/token")
    return replace(lent, endpoints=replace(lent.endpoints, google=at))


def account(connection: Connection, *, headers_only: bool = False) -> Account:
    """As it is kept."""
    return Account(
        "gmail", connection.name, connection.addresses, connection.zone, headers_only,
        connection.granted, connection.settings, datetime.now(UTC),
    )  # fmt: skip
