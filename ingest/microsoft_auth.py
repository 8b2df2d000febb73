"""Signing in to Microsoft with msal: through the browser or with a code, and tokens afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

import msal  # type: ignore[import-untyped]
import requests

from ingest import microsoft_refusals
from ingest.client import Session
from ingest.loopback import Loopback
from ingest.microsoft_refusals import App, Refusal
from ingest.retry import Fault, Retry, connection_fault, http_fault, unreadable_fault
from ingest.secrets import Secrets
from store.errors import SignInError

SERVICE: Final = "Microsoft's sign-in"
#: How long the browser is waited for.
WAIT_SECONDS: Final = 600.0
#: What a feature needs on top, asked for only with it.
FEATURES: Final[Mapping[str, tuple[str, ...]]] = {
    "send": ("Mail.Send",),
    "drafts": ("Mail.ReadWrite",),
    "attendance": ("OnlineMeetings.Read", "OnlineMeetingArtifact.Read.All"),
}
#: National clouds name the resource of a scope; elsewhere it is Microsoft's own.
NATIONAL: Final = frozenset(
    (
        "https://graph.microsoft.us",
        "https://dod-graph.microsoft.us",
        "https://microsoftgraph.chinacloudapi.cn",
    )
)
_CODE_SECONDS: Final = 900
_KEY: Final = "token_cache"
_RENEW_BEFORE_SECONDS: Final = 300
_TRANSIENT: Final = frozenset({408, 429, 500, 502, 503, 504})
_PENDING: Final = frozenset(("authorization_pending", "slow_down"))


@dataclass(frozen=True, slots=True)
class Authority:
    """Who signs in. ``app.authority``/``app.tenant`` unless ``oidc``, a plain OpenID provider.

    ``known``: Microsoft is asked whether it knows the authority; not for tests and private clouds.
    """

    app: App
    oidc: str = ""
    known: bool = True


class Browser(NamedTuple):
    """How the user is shown a page. ``browse``: opens it, false where no browser can be opened."""

    browse: Callable[[str], bool]
    say: Callable[[str], None]
    wait_seconds: float = WAIT_SECONDS


class Clock(NamedTuple):
    """The time, a clock that only grows (seconds), and waiting."""

    now: Callable[[], datetime]
    seconds: Callable[[], float]
    sleep: Callable[[float], None]


def scopes(*, headers_only: bool, features: frozenset[str], endpoint: str = "") -> tuple[str, ...]:
    """The least that must be asked for; ``endpoint``: of Graph."""
    names = ["Mail.ReadBasic" if headers_only else "Mail.Read", "Calendars.Read", "User.Read"]
    for feature, needed in FEATURES.items():
        names += needed if feature in features else ()
    prefix = f"{endpoint}/" if endpoint in NATIONAL else ""
    return tuple(prefix + name for name in names)


class SignIn:
    """The sign-in of one account, kept in its secrets.

    Methods raise ``SignInError``, and what ``Retry.call`` raises where Microsoft cannot be reached.
    """

    def __init__(
        self, authority: Authority, session: Session, secrets: Secrets, retry: Retry, clock: Clock
    ) -> None:
        self._authority = authority
        self._app = authority.app
        self._transport = _Transport(session)
        self._secrets = secrets
        self._retry = retry
        self._clock = clock
        self._cache = msal.SerializableTokenCache()
        self._cache.deserialize(secrets.read().get(_KEY))
        self._client: Any = None

    def through_browser(self, browser: Browser, *, hint: str = "") -> frozenset[str]:
        """Sign in on a page in the browser (loopback, PKCE); the scopes that were granted, bare.

        ``hint``: the address that the page offers.
        """
        client = self._connected()
        with Loopback() as loopback:
            flow = client.initiate_auth_code_flow(
                list(self._app.scopes),
                redirect_uri=f"http://localhost:{urlsplit(loopback.address).port}",
                prompt="select_account",
                response_mode="form_post",
                login_hint=hint or None,
            )
            if not browser.browse(flow["auth_uri"]):
                browser.say(f"Open this address in a browser on this computer:\n{flow['auth_uri']}")
            answer = loopback.answer(flow["state"], browser.wait_seconds)
        if answer is None:
            raise microsoft_refusals.no_answer(self._app)
        told = {name: values[0] for name, values in parse_qs(urlsplit(answer).query).items()}
        return self._granted(self._call(lambda: client.acquire_token_by_auth_code_flow(flow, told)))

    def with_code(self, say: Callable[[str], None]) -> frozenset[str]:
        """Sign in on any device with a code that ``say`` tells; as ``through_browser``."""
        client = self._connected()
        flow = self._call(lambda: client.initiate_device_flow(list(self._app.scopes)))
        if "user_code" not in flow:
            raise self._refused(flow)
        lasts_seconds = int(flow.get("expires_in", _CODE_SECONDS))
        say(
            f"On any device, open {flow['verification_uri']} and enter the code "
            f"{flow['user_code']}. It is good for {round(lasts_seconds / 60)} minutes."
        )
        end = self._clock.seconds() + lasts_seconds
        while self._clock.seconds() < end:
            told = self._call(
                lambda: client.acquire_token_by_device_flow(flow, exit_condition=_once)
            )
            if told.get("error") not in _PENDING:
                return self._granted(told)
            self._clock.sleep(flow.get("interval", 5))
        raise microsoft_refusals.too_late(self._app)

    def __call__(self, *, renew: bool = False) -> str:
        """An access token that still holds for minutes, new where it does not or on ``renew``.

        A new refresh token that came with it is kept before the access token is used. Somebody
        else may have renewed it meanwhile, and refresh tokens may be good only once.
        """
        kept = "" if renew else self._kept_token()
        if kept:
            return kept
        self._cache.deserialize(self._secrets.read().get(_KEY))
        kept = "" if renew else self._kept_token()
        if kept:
            return kept
        client = self._connected()
        account = next(iter(client.get_accounts()), None)
        if account is None:
            raise microsoft_refusals.not_signed_in()
        told = self._call(
            lambda: client.acquire_token_silent_with_error(
                list(self._app.scopes), account, force_refresh=True
            )
        )
        self._save()
        if told is None:
            raise microsoft_refusals.not_signed_in()
        if "access_token" not in told:
            raise self._refused(told)
        return str(told["access_token"])

    def forget(self) -> None:
        """Forget the sign-in here. Microsoft offers no way to end it there for one app alone."""
        self._secrets.write({})
        self._cache.deserialize(None)

    @property
    def clock_is_off(self) -> str:
        """By how much this computer's clock differs from Microsoft's, ``""`` for little."""
        return microsoft_refusals.clock_is_off(self._transport.date, self._clock.now())

    def _kept_token(self) -> str:
        wanted = _names(" ".join(self._app.scopes))
        soon = self._clock.now().timestamp() + _RENEW_BEFORE_SECONDS
        for entry in self._cache.search(self._cache.CredentialType.ACCESS_TOKEN, query={}):
            if wanted <= _names(entry.get("target", "")) and int(entry.get("expires_on", 0)) > soon:
                return str(entry["secret"])
        return ""

    def _granted(self, told: Mapping[str, Any]) -> frozenset[str]:
        if "access_token" not in told:
            raise self._refused(told)
        self._save()
        return frozenset(_names(told.get("scope") or " ".join(self._app.scopes)))

    def _save(self) -> None:
        if self._cache.has_state_changed:
            self._secrets.write({**self._secrets.read(), _KEY: self._cache.serialize()})

    def _refused(self, told: Mapping[str, Any]) -> SignInError:
        date, now = self._transport.date, self._clock.now()
        return microsoft_refusals.told(Refusal.of(told, date=date, now=now), self._app)

    def _connected(self) -> Any:
        """The client of msal, which asks the authority for its addresses when it is made."""
        if self._client is None:
            self._client = self._call(self._made)
        return self._client

    def _made(self) -> Any:
        where: dict[str, Any] = {"oidc_authority": self._authority.oidc}
        if not self._authority.oidc:
            where = {
                "authority": f"{self._app.authority}/{self._app.tenant}",
                "instance_discovery": None if self._authority.known else False,
            }
        try:
            return msal.PublicClientApplication(
                self._app.client_id,
                token_cache=self._cache,
                http_client=self._transport,
                http_cache=_NoMemory(),
                **where,
            )
        except ValueError as error:
            if isinstance(error.__context__, json.JSONDecodeError):
                raise error.__context__ from error
            raise microsoft_refusals.no_tenant(self._app) from error

    def _call(self, action: Callable[[], Any]) -> Any:
        return self._retry.call(action, classify)


def classify(error: Exception) -> Fault | None:
    """What is behind an exception while signing in; ``None`` where it is none of these."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return http_fault(error.response.status_code, error.response.headers, service=SERVICE)
    if isinstance(error, requests.RequestException):
        return connection_fault(error, service=SERVICE)
    if isinstance(error, json.JSONDecodeError):
        return unreadable_fault(SERVICE)
    return None


def _names(scopes: str) -> set[str]:
    """The scopes without the address of what they are for, which comes and goes."""
    return {scope.rpartition("/")[2].lower() for scope in scopes.split()}


def _once(_flow: object) -> bool:
    """Msal shall not wait by itself."""
    return True


class _NoMemory(dict[str, object]):
    """msal keeps failures for a minute and gives them again; here it is told to keep nothing."""

    def __setitem__(self, name: str, value: object) -> None:
        """Nothing is kept."""


class _Transport:
    """Our session as msal wants it. ``date``: what the server's clock said last."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.date = ""

    def post(self, url: str, **options: Any) -> requests.Response:
        """Raises for what passes, so that it is tried again in the one place for that."""
        return self._sent("POST", url, options)

    def get(self, url: str, **options: Any) -> requests.Response:
        """As ``post``."""
        return self._sent("GET", url, options)

    def close(self) -> None:
        """The session belongs to somebody else."""

    def _sent(self, method: str, url: str, options: Mapping[str, Any]) -> requests.Response:
        answer = self._session.request(method, url, **options)
        self.date = answer.headers.get("Date", "")
        if answer.status_code in _TRANSIENT:
            raise requests.HTTPError(f"HTTP {answer.status_code}", response=answer)
        return answer
