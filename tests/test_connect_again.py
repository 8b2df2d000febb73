"""Signing in again: what was chosen before stays, and only what is missing is asked for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from brickwall import providers
from brickwall.accounts import Accounts
from brickwall.connecting import as_before
from brickwall.providers import Request
from store.errors import SignInError
from tests.live_builder import Live, live
from tests.memory_provider import ADDRESS

__all__ = ["live"]


def kept(live: Live) -> providers.Account:
    """The one account that is connected."""
    (account,) = Accounts(live.home / "accounts.json").all()
    return account


def test_signing_in_again_reads_no_more_than_before(live: Live) -> None:
    """Who chose headers only keeps that, whatever the remedy of an error leaves out."""
    live.connect("gmail", "--headers-only")
    live.connect("gmail", ADDRESS)
    assert "never the texts" in live.said
    assert kept(live).headers_only
    live.connect("gmail", "--with-texts")
    assert "never the texts" not in live.said
    assert not kept(live).headers_only


@pytest.mark.parametrize("provider", ["exchange", "imap", "caldav"])
def test_signing_in_again_needs_neither_address_nor_server(live: Live, provider: str) -> None:
    """The remedy of every error names just the command."""
    more = [] if provider == "exchange" else ["--server", "m"]
    assert live.connect(provider, ADDRESS, *more) == 0
    assert live.connect(provider) == 0
    assert kept(live).name == ADDRESS


def test_what_is_needed_to_sign_in_again_is_as_before(live: Live) -> None:
    """Server, port, name, way of signing in; who names a server says all of it anew."""
    settings = {"server": "::1", "port": "143", "user": "ann", "auth": "google", "security": "none"}
    before = replace_account(live, settings)
    again = as_before(Request("imap"), [before])
    assert (again.address, again.server, again.user) == (ADDRESS, "[::1]:143", "ann")
    assert (again.auth, again.security) == ("google", "none")
    assert as_before(Request("imap", auth="password"), [before]).auth == "password"
    moved = as_before(Request("imap", ADDRESS, server="other.example"), [before])
    assert (moved.server, moved.user, moved.auth, moved.security) == ("other.example", "", "", "")


def test_a_server_that_was_found_is_looked_for_again(live: Live) -> None:
    """The company may have a new one by now."""
    before = replace_account(live, {"server": "https://old.example/x", "user": "ann", "found": "y"})
    again = as_before(Request("imap"), [before])
    assert (again.server, again.user) == ("", "ann")


def replace_account(live: Live, settings: dict[str, str]) -> providers.Account:
    """An account of IMAP that was connected with these settings."""
    live.connect("imap", ADDRESS, "--server", "m")
    return replace(kept(live), settings=settings)


def test_where_several_accounts_may_be_meant_they_are_named(live: Live) -> None:
    """With an example of the command."""
    for name in (ADDRESS, "other@ours.example"):
        live.connect("imap", name, "--server", "m")
    assert live.connect("imap", "--with", "drafts") == 2
    assert f"Which account? There are: {ADDRESS}, other@ours.example" in live.said
    assert f"For example: brickwall connect imap {ADDRESS}" in live.said


def test_a_first_account_needs_its_address(live: Live) -> None:
    """Nothing is asked before; the example is whole."""
    assert live.connect("exchange") == 2
    assert "The address is missing" in live.said
    assert live.said.rstrip().endswith("brickwall connect exchange ann@ours.example")
    assert live.connect("imap") == 2
    assert "connect imap ann@ours.example --server imap.ours.example" in live.said
    assert live.connect("caldav") == 2
    assert "connect caldav ann@ours.example --server https://dav.ours.example" in live.said


def test_a_remedy_names_the_account(live: Live) -> None:
    """So that it can be typed as it stands."""
    live.connect("imap", ADDRESS, "--server", "m")
    with pytest.raises(SignInError) as caught:
        providers.check_granted(kept(live), "drafts")
    assert caught.value.remedy == f"Allow it: brickwall connect imap {ADDRESS} --with drafts"
    code = live.connect(*caught.value.remedy.partition("brickwall connect ")[2].split())
    assert (code, kept(live).granted) == (0, frozenset({"drafts"}))
