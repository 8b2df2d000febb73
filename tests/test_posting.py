"""Who sends the digest, and where drafts are left."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from brickwall import posting, providers
from brickwall.accounts import Accounts
from brickwall.config import Config
from brickwall.paths import Home
from brickwall.providers import Account
from brickwall.routine import Digest, Smtp
from brickwall.tools import Talk, Toolbox
from brickwall.vault import Vault
from ingest.smtp import SmtpSender
from store.errors import ConfigurationError, SignInError, UsageError
from tests.memory_provider import MemorySender

REP = "rep@ours.example"
OTHER = "rep@other.example"


def account(name: str, *granted: str, provider: str = "gmail") -> Account:
    """A connected account."""
    at = datetime(2026, 11, 2, tzinfo=UTC)
    return Account(provider, name, (name,), "UTC", False, frozenset(granted), {}, at)


@pytest.fixture
def toolbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toolbox:
    """Nothing is connected yet; every provider is the one in memory."""
    for name in providers.MODULES:
        monkeypatch.setitem(providers.MODULES, name, "tests.memory_provider")
    said: Callable[[str], None] = print
    talk = Talk(said, lambda _: "", lambda _: "", lambda _: False)
    home = Home(tmp_path, tmp_path)
    return Toolbox(home, Config(), talk, lambda: datetime(2026, 11, 24, tzinfo=UTC))


def vault(toolbox: Toolbox) -> Vault:
    """A vault with nothing in it."""
    return Vault(toolbox.home.vault, b"k" * 32)


def post(toolbox: Toolbox, **digest: str) -> str:
    """Who sends, by name."""
    chosen = replace(toolbox.config, digest=replace(Digest(), **digest))  # type: ignore[arg-type]
    box = replace(toolbox, config=chosen)
    return posting.post(box, lambda: vault(box), REP).name


def connect(toolbox: Toolbox, *accounts: Account) -> None:
    """Connect these."""
    for one in accounts:
        Accounts(toolbox.home.accounts).put(one)


def test_the_account_of_the_recipient_sends_before_others(toolbox: Toolbox) -> None:
    """Of those that may; one that may not is passed over."""
    connect(toolbox, account("first@ours.example"), account(OTHER, "send"))
    assert post(toolbox) == f"gmail:{OTHER}"
    connect(toolbox, account(REP, "send", provider="microsoft"))
    assert post(toolbox) == f"microsoft:{REP}"
    assert post(toolbox, via=OTHER) == f"gmail:{OTHER}"


def test_a_server_sends_where_no_account_may(toolbox: Toolbox) -> None:
    """Or where it is wanted."""
    server = replace(toolbox, config=replace(toolbox.config, smtp=Smtp("localhost", 25, "none")))
    connect(toolbox, account(REP))
    sends = posting.post(server, lambda: vault(server), REP)
    assert (sends.name, sends.address) == ("smtp:localhost", REP)
    assert isinstance(sends.sender, SmtpSender)
    connect(toolbox, account(REP, "send"))
    assert posting.post(server, lambda: vault(server), REP).name == f"gmail:{REP}"
    assert post(server, via="smtp") == "smtp:localhost"


def test_without_a_way_to_send_the_user_is_told_of_both(toolbox: Toolbox) -> None:
    """An account, or a server."""
    with pytest.raises(ConfigurationError) as error:
        post(toolbox)
    assert "--with send" in error.value.remedy
    assert "smtp.host" in error.value.remedy
    connect(toolbox, account(REP))
    with pytest.raises(SignInError, match="not allowed to send"):
        post(toolbox, via=REP)


def test_a_draft_is_left_where_it_was_allowed(toolbox: Toolbox) -> None:
    """In the first such account, or the one that is named."""
    with pytest.raises(UsageError, match="No account is connected"):
        posting.drafts(toolbox, lambda: vault(toolbox))
    connect(toolbox, account(OTHER))
    with pytest.raises(SignInError, match="not allowed to save drafts"):
        posting.drafts(toolbox, lambda: vault(toolbox))
    connect(toolbox, account(REP, "drafts"))
    chosen, kept = posting.drafts(toolbox, lambda: vault(toolbox))
    assert (chosen.name, type(kept)) == (REP, MemorySender)
    with pytest.raises(SignInError):
        posting.drafts(toolbox, lambda: vault(toolbox), OTHER)
