"""What a user is told whose password a provider refuses."""

from __future__ import annotations

import pytest

from ingest import passwords
from store.errors import SignInProblem


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("p42-imap.mail.me.com", "app-specific password at https://account.apple.com"),
        ("imap.gmail.com", "brickwall connect gmail"),
        ("imap.fastmail.com", "app password under"),
        ("outlook.office365.com", "brickwall connect microsoft"),
        ("imap.gmx.net", "allow access by IMAP"),
        ("imap.ours.example", "Check both"),
    ],
)
def test_the_remedy_is_that_of_the_provider(host: str, words: str) -> None:
    """As far as it is one of the large ones."""
    error = passwords.refused(host, "LOGIN failed", again="brickwall connect imap")
    assert words in error.remedy
    assert error.remedy.endswith("brickwall connect imap")
    assert error.problem is SignInProblem.WRONG_PASSWORD


def test_who_asks_for_an_app_password_is_taken_at_their_word() -> None:
    """Whoever it is."""
    error = passwords.refused("imap.ours.example", "App password needed", again="again")
    assert error.problem is SignInProblem.APP_PASSWORD
    assert "security settings" in error.remedy
