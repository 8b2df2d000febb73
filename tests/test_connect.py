"""Connecting and disconnecting an account, from the command line, with a provider in memory."""

from __future__ import annotations

import json
from pathlib import Path

import click
import pytest

from brickwall import providers
from brickwall.accounts import Accounts
from brickwall.providers import Provider
from ingest.retry import OfflineError
from store.errors import InputError, SignInError, SignInProblem
from tests import memory_provider
from tests.live_builder import Live, PlainKeyring, live
from tests.memory_provider import ADDRESS, PASSWORD

__all__ = ["live"]


def fail(place: str, error: Exception) -> None:
    """From now on something goes wrong at that place of the provider."""

    def failing(where: str) -> None:
        if where == place:
            raise error

    memory_provider.PEER.fail = failing


def test_the_example_is_a_provider() -> None:
    """What a newcomer copies has every function, with the right signatures (mypy compares)."""
    provider: Provider = memory_provider
    assert providers.load is not None
    assert provider.disconnect is memory_provider.disconnect


def test_connecting_says_what_will_be_read_before_anything_is_asked(live: Live) -> None:
    """And afterwards what was found, and what comes next."""
    assert live.connect() == 0
    lines = live.said.splitlines()
    assert lines[0] == "Once you have signed in, brickwall reads:"
    assert lines[1].startswith("The messages in memory (the new text of each)")
    assert f"Connected: {ADDRESS} (gmail)." in lines
    assert "Also yours: alias@ours.example" in lines
    assert "Time zone: Europe/Vienna" in lines
    assert lines[-1] == "Now run `brickwall sync`."


def test_a_connected_account_is_kept_with_all_that_later_runs_need(live: Live) -> None:
    """Addresses without capitals, as everywhere in the store."""
    live.connect("gmail", "--with", "send", "--headers-only")
    (account,) = Accounts(live.home / "accounts.json").all()
    assert (account.provider, account.name) == ("gmail", ADDRESS)
    assert account.addresses == (ADDRESS, "alias@ours.example")
    assert account.settings == {"server": "m"}
    assert account.granted == frozenset({"send"})
    assert account.headers_only
    assert "never the texts" in live.said


def test_a_right_that_was_not_given_is_told_and_holds_nothing_up(live: Live) -> None:
    """A box that was not ticked: the account is connected all the same."""
    live.peer.denied = frozenset({"attendance"})
    assert live.connect("gmail", "--with", "attendance", "--with", "send") == 0
    assert "You did not allow: attendance." in live.said
    assert f"brickwall connect gmail {ADDRESS} --with attendance" in live.said
    assert "did not allow: send" not in live.said
    (account,) = Accounts(live.home / "accounts.json").all()
    assert account.granted == frozenset({"send"})


def test_connecting_again_replaces_the_account(live: Live) -> None:
    """As after a sign-in that ran out; other accounts stay as they are."""
    live.connect()
    live.connect("gmail", "other@ours.example")
    live.connect("gmail", "--with", "drafts")
    first, second = Accounts(live.home / "accounts.json").all()
    assert (first.name, first.granted) == (ADDRESS, frozenset({"drafts"}))
    assert second.name == "other@ours.example"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SignInError("Consent was denied", "Try again.", SignInProblem.CONSENT_DENIED), 12),
        (OfflineError("Memory cannot be reached: you seem to be offline", "Check it."), 3),
        (InputError("Memory refuses access", "Ask your administrator."), 3),
    ],
)
def test_a_sign_in_that_fails_keeps_nothing_and_says_why(
    live: Live, error: Exception, code: int
) -> None:
    """One or two lines: what happened, what to do."""
    fail("connect", error)
    assert live.connect() == code
    assert f"Error: {error}" in live.said
    assert "Traceback" not in live.said
    assert not (live.home / "accounts.json").exists()
    assert [name for name in live.files() if name.endswith(".secrets")] == []


def test_a_wrong_password_is_told(live: Live) -> None:
    """With the exit code of a sign-in."""
    assert live.connect(password="wrong-horse") == 12
    assert "Wrong password" in live.said
    assert "wrong-horse" not in live.said


def test_where_nobody_can_type_a_password_it_is_said(live: Live) -> None:
    """In a service or a script without input."""
    assert live.run("connect", "gmail") == 12
    assert "Nobody can be asked: Password" in live.said


def test_a_password_is_typed_without_being_shown(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At a terminal."""
    monkeypatch.setattr(click.termui, "hidden_prompt_func", lambda _: PASSWORD)
    assert live.run("connect", "gmail", terminal=True) == 0
    assert PASSWORD not in live.said


def test_without_a_keyring_nothing_is_chosen_silently(live: Live) -> None:
    """Not even a keyring that keeps secrets readable counts; both ways out are named."""
    live.use(PlainKeyring())
    assert live.connect() == 10
    assert "--key-file PATH" in live.said
    assert "BRICKWALL_PASSPHRASE" in live.said
    assert live.peer.tokens_given == 0
    assert live.files() == {}


def test_without_a_keyring_a_key_file_can_be_chosen(live: Live) -> None:
    """Beforehand, by an option."""
    live.use(PlainKeyring())
    assert live.connect("gmail", "--key-file", str(live.home / "my.key")) == 0
    assert "my.key" in live.files()
    assert live.run("sync") == 0


def test_without_a_keyring_a_passphrase_can_be_chosen(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the variable; every later run needs it too."""
    live.use(PlainKeyring())
    monkeypatch.setattr("brickwall.vault_keys.COST", 2**4)
    monkeypatch.setenv("BRICKWALL_PASSPHRASE", "correct horse")
    assert live.connect() == 0
    assert live.run("sync") == 0
    monkeypatch.delenv("BRICKWALL_PASSPHRASE")
    assert live.run("sync") == 10
    assert "BRICKWALL_PASSPHRASE" in live.said
    assert live.run("sync", typed="correct horse\n") == 0


@pytest.mark.parametrize(("answer", "kind"), [("1", "passphrase"), ("2", "file"), ("3", "")])
def test_without_a_keyring_the_user_at_a_terminal_is_asked(
    live: Live, monkeypatch: pytest.MonkeyPatch, answer: str, kind: str
) -> None:
    """Before signing in, so that no sign-in is in vain; stopping is a choice as well."""
    live.use(PlainKeyring())
    monkeypatch.setattr(click.termui, "visible_prompt_func", lambda _: answer)
    hidden = iter(["correct horse", "correct horse", PASSWORD])
    if kind == "file":
        hidden = iter([PASSWORD])
    monkeypatch.setattr(click.termui, "hidden_prompt_func", lambda _: next(hidden))
    code = live.run("connect", "gmail", terminal=True)
    if kind:
        assert code == 0
        assert json.loads(live.files()["vault.json"])["key"] == kind
        assert ("vault.key" in live.files()) == (kind == "file")
    else:
        assert code == 130
        assert live.peer.tokens_given == 0


def test_a_vault_that_exists_is_used_for_further_accounts(live: Live) -> None:
    """Its key stays where it was chosen to be."""
    live.connect("gmail", "--key-file", str(live.home / "my.key"))
    assert live.connect("imap", "ann@ours.example", "--server", "imap.ours.example") == 0
    assert live.keyring.kept == {}
    assert len([name for name in live.files() if name.endswith(".secrets")]) == 2


def test_disconnecting_revokes_and_forgets_but_keeps_what_was_read(live: Live) -> None:
    """What was learnt about people is worth more than the access."""
    live.peer.receive("a", "b")
    live.connect()
    live.run("sync")
    token = live.peer.token
    assert live.run("disconnect", ADDRESS) == 0
    assert live.peer.revoked == [token]
    assert "Its sign-in is deleted" in live.said
    assert "--forget-mail would have deleted it" in live.said
    assert Accounts(live.home / "accounts.json").all() == ()
    assert [name for name in live.files() if name.endswith(".secrets")] == []
    assert live.subjects() == {"Offer a", "Offer b"}


def test_an_account_that_is_connected_again_goes_on_where_it_stopped(live: Live) -> None:
    """Nothing is read twice."""
    live.peer.receive("a", "b")
    live.connect()
    live.run("sync")
    live.run("disconnect", ADDRESS)
    live.connect()
    live.peer.receive("c")
    live.run("sync")
    assert "1 new" in live.said


def test_disconnecting_can_delete_everything_that_was_read_through_the_account(
    live: Live,
) -> None:
    """Not even the file holds a word of it afterwards; what other accounts read stays."""
    live.connect()
    live.connect("gmail", "other@ours.example")
    live.peer.receive("a", "b")
    live.run("sync", "--account", ADDRESS)
    assert live.run("disconnect", ADDRESS, "--forget-mail", "--yes") == 0
    assert live.subjects() == set()
    everything = b"".join(path.read_bytes() for path in live.home.glob("brickwall.db*"))
    assert b"Offer a" not in everything
    assert b"customer.example" not in everything
    assert b"other@ours.example" in everything


def test_forgetting_mail_is_asked_about(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """No is no: the account stays connected as well."""
    live.connect()
    monkeypatch.setattr(click.termui, "visible_prompt_func", lambda _: "n")
    assert live.run("disconnect", ADDRESS, "--forget-mail", terminal=True) == 130
    assert len(Accounts(live.home / "accounts.json").all()) == 1


@pytest.mark.parametrize(
    "error", [OfflineError("Memory cannot be reached", "Check it."), SignInError("Ran out", "X.")]
)
def test_an_access_that_cannot_be_taken_back_is_forgotten_all_the_same_and_told(
    live: Live, error: Exception
) -> None:
    """The user can do it at the provider."""
    live.connect()
    fail("disconnect", error)
    assert live.run("disconnect", ADDRESS) == 0
    assert "could not be taken back" in live.said
    assert str(error) in live.said
    assert "https://myaccount.google.com/connections" in live.said
    assert "Check it." not in live.said
    assert Accounts(live.home / "accounts.json").all() == ()


def test_disconnecting_works_though_the_key_of_the_vault_is_lost(live: Live) -> None:
    """Otherwise nobody could ever get rid of the account."""
    live.connect()
    live.keyring.kept.clear()
    assert live.run("disconnect", ADDRESS) == 0
    assert "could not be taken back" in live.said
    assert Accounts(live.home / "accounts.json").all() == ()


@pytest.mark.parametrize(
    ("name", "words"),
    [("nobody@ours.example", "There are: gmail:"), (ADDRESS, "gmail:rep@ours.example, caldav:rep")],
)
def test_a_name_that_means_no_or_several_accounts_is_explained(
    live: Live, name: str, words: str
) -> None:
    """Mail and calendar of one address may be two accounts."""
    live.connect()
    live.connect("caldav", ADDRESS, "--server", "https://dav.ours.example")
    assert live.run("disconnect", name) == 2
    assert words in live.said
    assert live.run("disconnect", f"caldav:{ADDRESS}") == 0


def test_accounts_are_listed_for_people_and_for_programs(live: Live) -> None:
    """With what is read, since when, how fresh, and what was left out."""
    live.run("accounts")
    assert "No account is connected" in live.said
    live.connect("gmail", "--headers-only")
    live.run("accounts")
    assert "not read yet: run `brickwall sync`" in live.said
    live.peer.receive("a", "b")
    live.run("sync")
    live.run("accounts")
    assert f"{ADDRESS} (gmail; headers only)" in live.said
    assert "2 messages since 2026-03-02, 0 calendar entries" in live.said
    assert live.run("accounts", "--json") == 0
    told = json.loads(live.said)
    assert told["version"] == 1
    (account,) = told["accounts"]
    assert (account["provider"], account["name"], account["connected"]) == ("gmail", ADDRESS, True)
    assert (account["messages"], account["quarantined"]) == (2, 0)


def test_an_account_that_is_no_longer_connected_is_still_listed_with_what_it_brought(
    live: Live,
) -> None:
    """It is part of every report."""
    live.connect()
    live.peer.receive("a")
    live.run("sync")
    live.run("disconnect", ADDRESS)
    live.run("accounts")
    assert f"{ADDRESS} (gmail; not connected)" in live.said


@pytest.mark.parametrize(
    ("content", "words"), [("{", "damaged"), ('{"version": 9, "accounts": []}', "newer")]
)
def test_a_damaged_or_newer_list_of_accounts_is_told(live: Live, content: str, words: str) -> None:
    """Never a traceback."""
    live.home.mkdir()
    Path(live.home / "accounts.json").write_text(content, encoding="utf-8")
    assert live.run("sync") == 10
    assert words in live.said


def test_one_of_a_thing_is_told_as_one(live: Live) -> None:
    """Not as 1 messages."""
    live.connect()
    live.peer.receive("a")
    live.run("sync")
    live.run("accounts")
    assert " 1 message since" in live.said
    live.run("doctor")
    assert "1 sign-in can be read" in live.said
