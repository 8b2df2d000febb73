"""What must never be said: secrets, known ones and what looks like one."""

from __future__ import annotations

import logging

import pytest

from brickwall import redact
from brickwall.cli.logs import handled


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test begins with an empty memory."""
    monkeypatch.setattr(redact, "_remembered", set())


def test_known_secrets_are_hidden_wherever_they_stand() -> None:
    """Also inside each other: the longest first."""
    redact.remember(["hunter2", "hunter2-and-more", "xyz"])
    assert redact.redact("a=hunter2-and-more&b=hunter2!") == "a=[secret]&b=[secret]!"
    assert redact.redact("xyz is too short to be looked for") == "xyz is too short to be looked for"


def test_the_tokens_inside_a_token_cache_are_secrets_too() -> None:
    """A sign-in library keeps several in one JSON text."""
    redact.remember(['{"RefreshToken": {"k": {"secret": "0.AXoA-refresh", "home": "h"}}}'])
    assert redact.redact("refused: 0.AXoA-refresh") == "refused: [secret]"


@pytest.mark.parametrize(
    "text",
    [
        "Authorization: Bearer ya29.a0AfH6SECRET",
        "{'Authorization': 'Basic dXNlcjpTRUNSRVQSECRET='}",
        "Bearer eyJ0eXAiOiJKV1QiLCSECRET",
        '{"refresh_token": "1//0gSECRET"}',
        "client_secret=GOCSPX-SECRET&grant_type=refresh_token",
        "http://127.0.0.1:5000/?code=4/0AbSECRET&state=xSECRET",
        "https://rep:SECRET@proxy.example:8080/",
        "password: SECRET",
        "code_verifier=SECRET",
    ],
)
def test_what_looks_like_a_secret_is_hidden_though_nobody_named_it(text: str) -> None:
    """Codes and tokens that a provider sends in an error were never in the vault."""
    assert "SECRET" not in redact.redact(text)


@pytest.mark.parametrize(
    "text",
    [
        "Name or password refused by imap.ours.example",
        "Use basic authentication over TLS",
        "https://graph.microsoft.com/v1.0/me/messages?$top=50",
        "The code was entered too late",
        "Sign in again: brickwall connect gmail.",
    ],
)
def test_words_for_the_user_stay_as_they_are(text: str) -> None:
    """Remedies must stay readable."""
    assert redact.redact(text) == text


@pytest.mark.parametrize("debug", [False, True])
def test_what_libraries_log_is_shown_only_to_who_asks_and_without_secrets(
    debug: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """A warning of a library is no message to the user; a traceback in it may hold a token."""
    redact.remember(["token-from-the-vault"])
    with handled(debug=debug):
        refused = ValueError("refused: token-from-the-vault")
        logging.getLogger("some.library").warning("Bearer token-from-the-vault", exc_info=refused)
    said = capsys.readouterr().err
    assert "token-from-the-vault" not in said
    assert ("refused: [secret]" in said) is debug
    assert (said == "") is not debug
