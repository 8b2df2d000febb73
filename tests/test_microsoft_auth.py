"""Signing in to Microsoft: msal against an OpenID provider that others wrote, and every refusal."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
import requests

from ingest import microsoft_refusals
from ingest.client import Session
from ingest.microsoft_auth import Authority, Browser, Clock, SignIn, classify, scopes
from ingest.microsoft_refusals import App, Refusal
from ingest.retry import Action, Retry
from ingest.secrets import MemorySecrets
from store.errors import InputError, SignInError, SignInProblem
from tests.oidc_peer import Oidc, Person, oidc

SCOPES = ("Mail.Read", "Calendars.Read", "User.Read")
NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)
APP = App("app-id", "contoso.example", "https://login.microsoftonline.com", SCOPES)


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Oidc]:
    """A sign-in whose access tokens are good for five seconds, its refresh tokens for once."""
    with oidc(tmp_path_factory.mktemp("oidc")) as running:
        yield running


def clock(
    sleep: Callable[[float], None] = lambda _: None, seconds: Callable[[], float] = time.monotonic
) -> Clock:
    """The real time, without waiting."""
    return Clock(lambda: datetime.now(UTC), seconds, sleep)


def sign_in(
    provider: Oidc,
    secrets: MemorySecrets,
    *,
    tenant: str = "tenant",
    plain: bool = False,
    trusting: bool = True,
    time: Clock | None = None,
) -> SignIn:
    """As every run of brickwall makes it. ``plain``: as OpenID provider, not as Microsoft."""
    app = App("brickwall", tenant, provider.address, SCOPES)
    session = Session(ca_file=str(provider.ca_file) if trusting else "", timeout_seconds=10)
    authority = Authority(app, oidc=provider.issuer if plain else "", known=False)
    retry = Retry(sleep=lambda _: None, random=lambda: 0.0)
    return SignIn(authority, session, secrets, retry, time or clock())


def at_the_pages(act: Callable[[str], object]) -> Browser:
    """A browser at which somebody acts."""

    def browse(url: str) -> bool:
        threading.Thread(target=act, args=(url,)).start()
        return True

    return Browser(browse, lambda _: None, 20.0)


def signed_in(provider: Oidc) -> MemorySecrets:
    """What is kept of a sign-in through the browser."""
    secrets = MemorySecrets()
    sign_in(provider, secrets).through_browser(at_the_pages(Person(provider).agree))
    return secrets


@pytest.mark.parametrize("plain", [False, True])
def test_one_signs_in_through_the_browser(provider: Oidc, *, plain: bool) -> None:
    """With Microsoft's addresses and with those of a plain OpenID provider."""
    secrets = MemorySecrets()
    person = Person(provider)
    signing = sign_in(provider, secrets, plain=plain)
    granted = signing.through_browser(at_the_pages(person.agree), hint="rep@ours.example")
    assert granted >= {"mail.read", "calendars.read"}
    assert signing()


def test_a_page_that_no_browser_opens_is_shown(provider: Oidc) -> None:
    """On a machine without one."""
    said: list[str] = []
    person = Person(provider)

    def say(line: str) -> None:
        said.append(line)
        threading.Thread(target=person.agree, args=(line.rpartition("\n")[2],)).start()

    browser = Browser(lambda _: False, say, 20.0)
    assert sign_in(provider, MemorySecrets()).through_browser(browser)
    assert said[0].startswith("Open this address in a browser")


def test_who_refuses_in_the_browser_is_told_so(provider: Oidc) -> None:
    """And how to agree."""
    browser = at_the_pages(Person(provider).refuse)
    with pytest.raises(SignInError) as caught:
        sign_in(provider, MemorySecrets()).through_browser(browser)
    assert caught.value.problem is SignInProblem.CONSENT_DENIED
    assert "choose Accept" in caught.value.remedy


def test_a_browser_that_never_comes_back_may_show_that_an_admin_is_needed(provider: Oidc) -> None:
    """The page of Microsoft says so and does not send anybody back."""
    browser = Browser(lambda _: True, lambda _: None, 0.05)
    with pytest.raises(SignInError) as caught:
        sign_in(provider, MemorySecrets()).through_browser(browser)
    assert "Need admin approval" in caught.value.remedy
    assert f"{provider.address}/tenant/v2.0/adminconsent?client_id=brickwall" in caught.value.remedy


def test_refresh_tokens_that_change_are_kept(provider: Oidc) -> None:
    """Each is good once; every run begins with what the one before has kept."""
    secrets = signed_in(provider)
    tokens, kept = set(), set()
    for _ in range(3):
        tokens.add(sign_in(provider, secrets)())
        kept.add(secrets.read()["token_cache"])
    assert (len(tokens), len(kept)) == (3, 3)


def test_two_that_use_one_sign_in_do_not_end_it_for_each_other(provider: Oidc) -> None:
    """As what estimates a first sync and what reads: each begins with what the other has kept."""
    secrets = signed_in(provider)
    first, second = sign_in(provider, secrets), sign_in(provider, secrets)
    tokens = {first(renew=True), second(renew=True), first(renew=True), second()}
    assert len(tokens) == 4


def test_a_token_that_is_good_for_long_is_not_renewed(provider: Oidc) -> None:
    """Nobody is asked; one that was refused is renewed all the same."""
    secrets = signed_in(provider)
    in_time = Clock(lambda: datetime.now(UTC) - timedelta(hours=1), time.monotonic, time.sleep)
    held = sign_in(provider, secrets, time=in_time)
    first = held()
    assert sign_in(provider, secrets, trusting=False, time=in_time)() == first
    assert held(renew=True) != first


def test_a_token_is_given_out_only_once_the_new_refresh_token_is_safe(provider: Oidc) -> None:
    """Should the disk be full, nobody works on with a sign-in that is lost afterwards."""
    kept = signed_in(provider).read()

    class Full(MemorySecrets):
        def read(self) -> dict[str, str]:
            return kept

        def write(self, values: Mapping[str, str]) -> None:
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        sign_in(provider, Full())()


def test_a_revoked_sign_in_says_so(provider: Oidc) -> None:
    """A refresh token that was used before is refused, and the whole sign-in with it."""
    secrets = signed_in(provider)
    before = secrets.read()
    sign_in(provider, secrets)()
    secrets.write(before)
    with pytest.raises(SignInError) as caught:
        sign_in(provider, secrets)()
    assert caught.value.problem is SignInProblem.REVOKED
    assert "brickwall connect microsoft" in caught.value.remedy


def test_without_a_sign_in_nothing_is_asked(provider: Oidc) -> None:
    """After ``disconnect``."""
    secrets = signed_in(provider)
    signing = sign_in(provider, secrets)
    signing.forget()
    assert secrets.read() == {}
    with pytest.raises(SignInError):
        sign_in(provider, secrets)()


#: msal reminds of a pause that no test makes.
too_soon = pytest.mark.filterwarnings("ignore:Attempted too soon")


def with_code(provider: Oidc, act: Callable[[str], object]) -> tuple[frozenset[str], int]:
    """Sign in with a code; somebody acts after the first look. What was granted, and the looks."""
    said: list[str] = []
    waits: list[float] = []

    def wait(seconds: float) -> None:
        if not waits:
            address, code = said[0].split("open ")[1].split(" and enter the code ")
            act(f"{address}?user_code={code.split('.')[0]}")
        waits.append(seconds)

    signing = sign_in(provider, MemorySecrets(), time=clock(sleep=wait))
    return signing.with_code(said.append), len(waits)


@too_soon
def test_one_signs_in_with_a_code_on_another_device(provider: Oidc) -> None:
    """Until then it is pending."""
    granted, waits = with_code(provider, Person(provider).agree)
    assert "mail.read" in granted
    assert waits == 1


@too_soon
def test_who_refuses_on_the_other_device_is_told_so(provider: Oidc) -> None:
    """Like in the browser."""
    with pytest.raises(SignInError) as caught:
        with_code(provider, Person(provider).refuse)
    assert caught.value.problem is SignInProblem.CONSENT_DENIED


@too_soon
def test_a_code_that_nobody_uses_ends(provider: Oidc) -> None:
    """After the time that it is good for."""
    seconds = iter(range(0, 10_000, 40))
    late = clock(seconds=lambda: next(seconds))
    with pytest.raises(SignInError, match="not used in time"):
        sign_in(provider, MemorySecrets(), time=late).with_code(lambda _: None)


def test_a_tenant_that_is_not_there_is_a_wrong_tenant(provider: Oidc) -> None:
    """Named, with where it stands."""
    with pytest.raises(SignInError, match='no tenant "nobody"') as caught:
        sign_in(provider, signed_in(provider), tenant="nobody")()
    assert caught.value.problem is SignInProblem.WRONG_TENANT
    assert "credentials.json" in caught.value.remedy


def test_a_certificate_that_nobody_knows_is_not_accepted(provider: Oidc) -> None:
    """A proxy that looks into everything, for instance."""
    with pytest.raises(InputError, match="certificate"):
        sign_in(provider, signed_in(provider), trusting=False)()


@pytest.mark.parametrize(
    ("error", "description", "problem", "words"),
    [
        ("access_denied", "AADSTS65004: declined", SignInProblem.CONSENT_DENIED, "Accept"),
        ("invalid_grant", "AADSTS65001: no consent", SignInProblem.ADMIN_CONSENT, "adminconsent?"),
        ("consent_required", "AADSTS90094: admin", SignInProblem.ADMIN_CONSENT, "adminconsent?"),
        ("invalid_grant", "AADSTS50020: other tenant", SignInProblem.WRONG_TENANT, "tenant"),
        ("invalid_request", "AADSTS90002: no tenant", SignInProblem.WRONG_TENANT, "tenant"),
        ("unauthorized_client", "AADSTS700016: no app", SignInProblem.WRONG_TENANT, "app-id"),
        ("invalid_grant", "AADSTS53003: blocked", SignInProblem.POLICY, "administrator"),
        ("interaction_required", "AADSTS50076: factor", SignInProblem.POLICY, "Sign in again"),
        ("invalid_grant", "AADSTS50173: password", SignInProblem.REVOKED, "Sign in again"),
        ("invalid_grant", "AADSTS700082: inactive", SignInProblem.REVOKED, "Sign in again"),
        ("invalid_client", "AADSTS500133: time range", SignInProblem.WRONG_CLOCK, "time zone"),
        ("invalid_client", "AADSTS7000218: secret", SignInProblem.UNKNOWN, "Allow public client"),
        ("expired_token", "AADSTS70020: expired", SignInProblem.UNKNOWN, "new code"),
        ("odd", "AADSTS123456: something new", SignInProblem.UNKNOWN, "Sign in again"),
    ],
)
def test_each_refusal_has_its_own_remedy(
    error: str, description: str, problem: SignInProblem, words: str
) -> None:
    """And names the number that an administrator looks up."""
    told = microsoft_refusals.told(
        Refusal.of({"error": error, "error_description": description}), APP
    )
    assert told.problem is problem
    assert words in told.remedy
    assert description.split(":")[0] in told.cause


def test_what_an_administrator_gets_says_what_is_asked() -> None:
    """The scopes, the app, and the address at which to allow it."""
    text = APP.for_admin
    assert "Mail.Read, Calendars.Read, User.Read" in text
    assert "https://login.microsoftonline.com/contoso.example/v2.0/adminconsent?" in text


def test_a_wrong_clock_is_blamed_first() -> None:
    """Whatever else Microsoft says then."""
    refusal = Refusal("invalid_grant", date=format_datetime(NOW - timedelta(hours=5)), now=NOW)
    told = microsoft_refusals.told(refusal, APP)
    assert told.problem is SignInProblem.WRONG_CLOCK
    assert "5 hours off" in told.cause


@pytest.mark.parametrize(("status", "action"), [(503, Action.RETRY), (403, Action.STOP)])
def test_a_sign_in_that_is_out_of_order_is_tried_again(status: int, action: Action) -> None:
    """By the one policy for all; msal itself is kept from trying."""
    answer = requests.Response()
    answer.status_code = status
    fault = classify(requests.HTTPError(response=answer))
    assert fault is not None
    assert fault.action is action


def test_only_the_least_is_asked_for() -> None:
    """More only with a feature; in a national cloud the scopes name its Graph."""
    assert scopes(headers_only=False, features=frozenset()) == SCOPES
    assert scopes(headers_only=True, features=frozenset(["send"])) == (
        "Mail.ReadBasic",
        "Calendars.Read",
        "User.Read",
        "Mail.Send",
    )
    national = scopes(
        headers_only=False, features=frozenset(), endpoint="https://graph.microsoft.us"
    )
    assert national[0] == "https://graph.microsoft.us/Mail.Read"
