"""Signing in to Google: through the emulator, and every way in which Google says no."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from ingest import google_auth
from ingest.client import Session
from ingest.google_auth import Access, Browser, Client
from ingest.google_client import GoogleError
from ingest.secrets import MemorySecrets
from store.errors import SignInError, SignInProblem
from tests import peers
from tests.google_browser import is_sent_back, signs_in_at_emulate
from tests.google_fake import Answer, FakeGoogle, running

REP = "rep@ours.example"
NOW = datetime.now(UTC)
SCOPES = google_auth.scopes(headers_only=False, features=frozenset())


@pytest.fixture(scope="module")
def emulate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The emulator, which knows the rep."""
    seed = {"google": {"users": [{"email": REP, "name": "Rep"}]}}
    with peers.emulate(seed, tmp_path_factory.mktemp("emulate")) as address:
        yield address


@pytest.fixture
def google() -> Iterator[FakeGoogle]:
    """The fake, whose token endpoint answers as it is told."""
    with running(FakeGoogle()) as fake:
        yield fake


def client(url: str) -> Client:
    """An OAuth client at the emulator or the fake."""
    return Client(
        "cid.apps.googleusercontent.com",
        "GOCSPX-secret",
        url + "/o/oauth2/v2/auth",
        url + "/oauth2/token",
        url + "/oauth2/revoke",
    )


def at_fake(fake: FakeGoogle) -> Client:
    """An OAuth client at the fake."""
    return client(fake.url)._replace(
        token_endpoint=fake.url + "/token", revoke_endpoint=fake.url + "/revoke"
    )


def sign_in(
    at: Client,
    browse: Callable[[str], bool],
    *,
    say: Callable[[str], None] = lambda _: None,
    wait_seconds: float = 10.0,
) -> tuple[frozenset[str], MemorySecrets]:
    """What was granted, and what is kept."""
    secrets = MemorySecrets()
    browser = Browser(browse, say, wait_seconds)
    granted = google_auth.sign_in(
        at, SCOPES, browser, Session(timeout_seconds=5), secrets, lambda: NOW, hint=REP
    )
    return granted, secrets


def access(at: Client, secrets: MemorySecrets) -> Access:
    """The access of an account that is signed in."""
    return Access(at, Session(timeout_seconds=5), secrets, lambda: NOW)


def token(**more: object) -> Answer:
    """What the token endpoint gives."""
    told = {"access_token": "ya29.new", "expires_in": 3600, "token_type": "Bearer", **more}
    return Answer(200, json.dumps(told).encode())


def refusal(error: str, description: str = "", *, status: int = 400, **more: str) -> Answer:
    """What the token endpoint refuses."""
    headers = {"Date": more.pop("date")} if "date" in more else {}
    told = {"error": error, "error_description": description, **more}
    return Answer(status, json.dumps(told).encode(), headers)


def kept(**more: str) -> MemorySecrets:
    """Secrets of an account that signed in yesterday."""
    secrets = MemorySecrets()
    secrets.write(
        {
            "refresh_token": "1//old",
            "access_token": "ya29.old",
            "expires_at": (NOW - timedelta(hours=1)).isoformat(),
            "granted_at": (NOW - timedelta(days=1)).isoformat(),
            **more,
        }
    )
    return secrets


def refused(at: Client, secrets: MemorySecrets) -> SignInError:
    """The error when a token is to be renewed."""
    with pytest.raises(SignInError) as caught:
        access(at, secrets).token()
    assert "1//old" not in f"{caught.value.cause} {caught.value.remedy}"
    return caught.value


def test_a_browser_signs_in_and_tokens_are_renewed_and_revoked(emulate: str) -> None:
    """With the emulator: code with PKCE, refresh, revoke, and a refresh that is refused."""
    at = client(emulate)
    granted, secrets = sign_in(at, signs_in_at_emulate(REP))
    assert granted == set(SCOPES)
    first = secrets.read()
    assert access(at, secrets).token() == first["access_token"]
    secrets.write({**first, "expires_at": (NOW + timedelta(minutes=4)).isoformat()})
    renewed = access(at, secrets).token()
    assert renewed != first["access_token"], "it would end in the middle of a batch"
    assert secrets.read()["access_token"] == renewed
    google_auth.revoke(at, Session(), secrets)
    secrets.write({**secrets.read(), "expires_at": NOW.isoformat()})
    assert refused(at, secrets).problem is SignInProblem.REVOKED
    google_auth.revoke(at, Session(), secrets)


def test_the_page_is_asked_for_no_more_than_is_needed(google: FakeGoogle) -> None:
    """Loopback by number, PKCE with S256, a lasting access, the address as a hint."""
    seen: list[str] = []

    def browse(url: str) -> bool:
        seen.append(url)
        return is_sent_back(code="c0de")(url)

    google.token_answers = [token(refresh_token="1//new", scope=" ".join(SCOPES))]
    sign_in(at_fake(google), browse)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(seen[0]).query).items()}
    assert asked["scope"].split() == list(SCOPES)
    assert asked["redirect_uri"].startswith("http://127.0.0.1:")
    assert (asked["code_challenge_method"], asked["response_type"]) == ("S256", "code")
    assert (asked["access_type"], asked["prompt"], asked["login_hint"]) == (
        "offline",
        "consent",
        REP,
    )
    form = google.forms[0]
    assert len(form["code_verifier"]) >= 43
    assert form["code"] == "c0de"
    assert "OAUTHLIB_INSECURE_TRANSPORT" not in os.environ


@pytest.mark.parametrize(
    ("headers_only", "features", "last"),
    [
        (False, frozenset[str](), ["gmail.readonly"]),
        (True, frozenset[str](), ["gmail.metadata"]),
        (False, frozenset({"send", "drafts"}), ["gmail.readonly", "gmail.send", "gmail.compose"]),
    ],
)
def test_scopes_are_the_least(
    headers_only: bool, features: frozenset[str], last: list[str]
) -> None:
    """What a feature needs is asked for only with it."""
    asked = {scope.rsplit("/", 1)[1] for scope in google_auth.scopes(
        headers_only=headers_only, features=features
    )}  # fmt: skip
    calendars = {"calendar.calendarlist.readonly", "calendar.events.owned.readonly"}
    assert asked == {*last} | calendars


def test_without_a_browser_the_address_is_said(google: FakeGoogle) -> None:
    """And the sign-in goes on when it is opened by hand."""
    said: list[str] = []

    def say(text: str) -> None:
        said.append(text)
        if text.startswith("http"):
            is_sent_back(code="c0de")(text)

    google.token_answers = [token(refresh_token="1//new")]
    granted, _ = sign_in(at_fake(google), lambda _: False, say=say)
    assert "in a browser on this computer" in said[0]
    assert granted == set(SCOPES), "what is not told was granted as asked"


def test_only_the_awaited_answer_counts(google: FakeGoogle) -> None:
    """A browser that looks for an icon, and another page's answer, change nothing."""

    def browse(url: str) -> bool:
        back = parse_qs(urlsplit(url).query)["redirect_uri"][0]
        session = requests.Session()
        session.trust_env = False
        assert session.get(back + "favicon.ico", timeout=5).status_code == 404
        session.get(back + "?state=forged&code=evil", timeout=5)
        return is_sent_back(code="c0de")(url)

    google.token_answers = [token(refresh_token="1//new")]
    sign_in(at_fake(google), browse)
    assert google.forms[0]["code"] == "c0de"


def test_what_was_not_ticked_is_not_granted(google: FakeGoogle) -> None:
    """Google lets people untick single boxes."""
    google.token_answers = [token(refresh_token="1//new", scope=SCOPES[0])]
    granted, _ = sign_in(at_fake(google), is_sent_back(code="c0de"))
    assert granted == {SCOPES[0]}


@pytest.mark.parametrize(
    ("error", "problem", "words"),
    [
        ("access_denied", SignInProblem.CONSENT_DENIED, "test users"),
        ("admin_policy_enforced", SignInProblem.POLICY, "cid.apps.googleusercontent.com"),
        ("org_internal", SignInProblem.WRONG_TENANT, "External"),
        ("something_new", SignInProblem.UNKNOWN, "brickwall connect gmail"),
    ],
)
def test_a_no_in_the_browser_is_told_apart(
    google: FakeGoogle, error: str, problem: SignInProblem, words: str
) -> None:
    """Each with what to do."""
    with pytest.raises(SignInError) as caught:
        sign_in(at_fake(google), is_sent_back(error=error))
    assert caught.value.problem is problem
    assert words in caught.value.remedy


def test_no_answer_says_what_the_browser_may_have_shown(google: FakeGoogle) -> None:
    """Google shows its refusals in the browser and does not come back."""
    with pytest.raises(SignInError) as caught:
        sign_in(at_fake(google), lambda _: True, wait_seconds=0.01)
    assert "admin_policy_enforced" in caught.value.remedy


@pytest.mark.parametrize("error", ["invalid_client", "deleted_client", "unauthorized_client"])
def test_a_wrong_client_is_named(google: FakeGoogle, error: str) -> None:
    """It stands in credentials.json."""
    google.token_answers = [refusal(error, status=401)]
    with pytest.raises(SignInError) as caught:
        sign_in(at_fake(google), is_sent_back(code="c0de"))
    assert "credentials.json" in caught.value.cause


def test_a_sign_in_without_lasting_access_is_refused(google: FakeGoogle) -> None:
    """Without it the next sync would stop."""
    google.token_answers = [token()]
    with pytest.raises(SignInError):
        sign_in(at_fake(google), is_sent_back(code="c0de"))


@pytest.mark.parametrize(
    ("more", "age", "problem"),
    [
        ({}, timedelta(days=3), SignInProblem.REVOKED),
        ({}, timedelta(days=7, hours=1), SignInProblem.TESTING_EXPIRED),
        ({}, timedelta(days=30), SignInProblem.TESTING_EXPIRED),
        ({"expires_at": "later"}, timedelta(days=30), SignInProblem.REVOKED),
        ({"refresh_expires_at": "now"}, timedelta(days=3), SignInProblem.TESTING_EXPIRED),
        ({"refresh_expires_at": "later"}, timedelta(days=8), SignInProblem.REVOKED),
    ],
)
def test_seven_days_of_testing_are_told_from_a_revoked_access(
    google: FakeGoogle, more: dict[str, str], age: timedelta, problem: SignInProblem
) -> None:
    """By the dates: when it was granted, and that no token was got after seven days."""
    granted_at = NOW - age
    times = {
        "expires_at": min(granted_at + timedelta(days=6), NOW - timedelta(hours=1)).isoformat(),
        "granted_at": granted_at.isoformat(),
    }
    if "expires_at" in more:
        times["expires_at"] = (NOW - timedelta(days=1)).isoformat()
    if "refresh_expires_at" in more:
        ends_at = NOW + timedelta(days=100 if more["refresh_expires_at"] == "later" else 0)
        times["refresh_expires_at"] = ends_at.isoformat()
    google.token_answers = [refusal("invalid_grant", "Token has been expired or revoked.")]
    error = refused(at_fake(google), kept(**times))
    assert error.problem is problem
    assert "Testing" in error.remedy


def test_google_tells_when_a_testing_access_ends(google: FakeGoogle) -> None:
    """It is kept for the error that comes then."""
    google.token_answers = [token(refresh_token="1//new", refresh_token_expires_in=604_799)]
    _, secrets = sign_in(at_fake(google), is_sent_back(code="c0de"))
    ends_at = datetime.fromisoformat(secrets.read()["refresh_expires_at"])
    assert ends_at == NOW + timedelta(seconds=604_799)


def test_a_company_that_wants_a_new_sign_in_is_a_policy(google: FakeGoogle) -> None:
    """Sessions of Google Workspace end after some hours or days."""
    google.token_answers = [
        refusal(
            "invalid_grant", "reauth related error (invalid_rapt)", error_subtype="invalid_rapt"
        )
    ]
    assert refused(at_fake(google), kept()).problem is SignInProblem.POLICY


def test_a_wrong_clock_is_told(google: FakeGoogle) -> None:
    """Google's own clock stands in every answer."""
    date = format_datetime(NOW + timedelta(hours=5), usegmt=True)
    google.token_answers = [refusal("invalid_grant", "Bad Request", date=date)]
    error = refused(at_fake(google), kept())
    assert error.problem is SignInProblem.WRONG_CLOCK
    assert "5 hours off" in error.cause


def test_a_rotated_refresh_token_is_kept_before_the_access_is_used(google: FakeGoogle) -> None:
    """Should the machine stop now, the old one would be of no use."""
    google.token_answers = [token(refresh_token="1//rotated")]
    secrets = kept()
    access(at_fake(google), secrets).token()
    assert secrets.read()["refresh_token"] == "1//rotated"


@pytest.mark.parametrize("status", [429, 500, 503])
def test_what_passes_is_left_to_the_retry(google: FakeGoogle, status: int) -> None:
    """The library would wait by itself, out of every budget."""
    google.token_answers = [Answer(status, b"<html>busy</html>")]
    with pytest.raises(GoogleError):
        access(at_fake(google), kept()).token()
    assert len(google.forms) == 1


def test_without_secrets_the_sign_in_is_asked_for(google: FakeGoogle) -> None:
    """As after a lost vault."""
    with pytest.raises(SignInError):
        access(at_fake(google), MemorySecrets()).token()


def test_a_failed_revocation_is_an_error(google: FakeGoogle) -> None:
    """The user must know that the access still stands."""
    google.token_answers = [Answer(503, b"")]
    with pytest.raises(GoogleError):
        google_auth.revoke(at_fake(google), Session(), kept())


def test_the_secrets_of_a_sign_in_are_nowhere_else(google: FakeGoogle) -> None:
    """Not in what is said, not in the environment."""
    said: list[str] = []
    google.token_answers = [token(refresh_token="1//new")]
    _, secrets = sign_in(at_fake(google), is_sent_back(code="c0de"), say=said.append)
    assert said == []
    assert "1//new" not in repr(secrets)
    assert "1//new" not in str(dict(os.environ))
