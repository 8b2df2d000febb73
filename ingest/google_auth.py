"""Signing in to Google: the way through the browser, access tokens, and taking it all back."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final, NamedTuple

import requests
from google.auth.exceptions import RefreshError
from google.oauth2.credentials import Credentials
from google_auth_oauthlib.flow import InstalledAppFlow  # type: ignore[import-untyped]
from oauthlib.oauth2 import OAuth2Error  # type: ignore[import-untyped]

from ingest import google_refusals
from ingest.client import Session, is_loopback
from ingest.google_client import GoogleError
from ingest.google_refusals import Refusal
from ingest.loopback import Loopback
from ingest.secrets import Secrets
from store.errors import SignInError

_SCOPES: Final = "https://www.googleapis.com/auth/"
MAIL: Final = _SCOPES + "gmail.readonly"
#: Headers of mail and nothing else.
MAIL_HEADERS: Final = _SCOPES + "gmail.metadata"
#: Which calendars there are, and the entries of those that the rep owns.
CALENDARS: Final = (
    _SCOPES + "calendar.calendarlist.readonly",
    _SCOPES + "calendar.events.owned.readonly",
)
#: What a feature needs on top, asked for only with it.
FEATURES: Final[Mapping[str, str]] = {
    "send": _SCOPES + "gmail.send",
    "drafts": _SCOPES + "gmail.compose",
    "attendance": _SCOPES + "meetings.space.readonly",
}
#: How long the browser is waited for.
WAIT_SECONDS: Final = 600.0

_RENEW_BEFORE: Final = timedelta(minutes=5)
_TRANSIENT: Final = frozenset({408, 429, 500, 502, 503, 504})


class Client(NamedTuple):
    """The OAuth client with which brickwall introduces itself, and where Google signs in."""

    client_id: str
    client_secret: str
    auth_endpoint: str
    token_endpoint: str
    revoke_endpoint: str


class Browser(NamedTuple):
    """How the user is shown a page. ``browse``: opens it, false where no browser can be opened."""

    browse: Callable[[str], bool]
    say: Callable[[str], None]
    wait_seconds: float = WAIT_SECONDS


def scopes(*, headers_only: bool, features: frozenset[str]) -> tuple[str, ...]:
    """The least that must be asked for."""
    wanted = [MAIL_HEADERS if headers_only else MAIL, *CALENDARS]
    return (*wanted, *(scope for feature, scope in FEATURES.items() if feature in features))


def sign_in(
    client: Client,
    wanted: Sequence[str],
    browser: Browser,
    session: Session,
    secrets: Secrets,
    now: Callable[[], datetime],
    *,
    hint: str = "",
) -> frozenset[str]:
    """Sign in through the browser (loopback, PKCE) and keep the tokens; what was granted.

    ``hint``: the address that the page offers first. Raises ``SignInError``; ``GoogleError`` and
    ``requests.RequestException`` where Google cannot be reached: see ``classify``.
    """
    flow = _flow(client, wanted)
    with Loopback() as loopback:
        flow.redirect_uri = loopback.address
        url, state = _page(flow, client, hint)
        if not browser.browse(url):
            browser.say("Open this address in a browser on this computer:")
            browser.say(url)
        answer = loopback.answer(state, browser.wait_seconds)
    if answer is None:
        raise google_refusals.no_answer()
    token = _exchanged(flow, client, answer, session, now)
    if not token.get("refresh_token"):
        raise google_refusals.told(Refusal("no refresh token"), client.client_id)
    secrets.write(_kept(token, wanted, now()))
    return frozenset(str(_scope_text(token, wanted)).split())


def _flow(client: Client, wanted: Sequence[str]) -> Any:
    told = {
        "client_id": client.client_id,
        "client_secret": client.client_secret,
        "auth_uri": client.auth_endpoint,
        "token_uri": client.token_endpoint,
    }
    return InstalledAppFlow.from_client_config({"installed": told}, list(wanted))


def _page(flow: Any, client: Client, hint: str) -> tuple[str, str]:
    """The page where the user allows the access, and the state with which it comes back."""
    more = {"login_hint": hint} if hint else {}
    with _loopback_without_tls(client.auth_endpoint):
        url, state = flow.authorization_url(prompt="consent", **more)
    return str(url), str(state)


def _exchanged(
    flow: Any, client: Client, answer: str, session: Session, now: Callable[[], datetime]
) -> Mapping[str, Any]:
    """The tokens for the code in the address that the browser was sent to."""
    oauth = flow.oauth2session
    # What was granted is compared by the caller: oauthlib would raise a warning for any change.
    oauth.scope = None
    seen: list[requests.Response] = []
    oauth.register_compliance_hook("access_token_response", _noted(seen))
    try:
        with _loopback_without_tls(client.token_endpoint):
            token: Mapping[str, Any] = flow.fetch_token(
                # It came over the loopback, where there is no TLS and needs none.
                authorization_response=answer.replace("http://", "https://", 1),
                include_client_id=True,
                **session.sending(client.token_endpoint),
            )
    except OAuth2Error as error:
        date = seen[-1].headers.get("Date", "") if seen else ""
        refusal = Refusal(error.error or "", error.description or "", date=date, now=now())
        raise google_refusals.told(refusal, client.client_id) from error
    return token


def _noted(seen: list[requests.Response]) -> Callable[[requests.Response], requests.Response]:
    def hook(answer: requests.Response) -> requests.Response:
        _raise_transient(answer)
        seen.append(answer)
        return answer

    return hook


def _raise_transient(answer: requests.Response) -> None:
    """Raise for what passes, so that it is tried again in the one place where that is done."""
    if answer.status_code in _TRANSIENT:
        raise GoogleError(answer.status_code, answer.headers, answer.content)


@contextmanager
def _loopback_without_tls(endpoint: str) -> Iterator[None]:
    """The library refuses everything without TLS; on this very machine none is needed."""
    before = os.environ.get("OAUTHLIB_INSECURE_TRANSPORT")
    if is_loopback(endpoint):
        os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    try:
        yield
    finally:
        if before is None:
            os.environ.pop("OAUTHLIB_INSECURE_TRANSPORT", None)
        else:
            os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = before


def _kept(token: Mapping[str, Any], wanted: Sequence[str], now: datetime) -> dict[str, str]:
    """What is remembered of a sign-in. Google tells when a refresh token ends, if it does."""
    kept = {
        "refresh_token": str(token["refresh_token"]),
        "access_token": str(token["access_token"]),
        "expires_at": _after(now, token.get("expires_in") or 0),
        "granted_at": now.isoformat(),
        "scopes": _scope_text(token, wanted),
    }
    if ends_in := token.get("refresh_token_expires_in"):
        kept["refresh_expires_at"] = _after(now, ends_in)
    return kept


def _scope_text(token: Mapping[str, Any], wanted: Sequence[str]) -> str:
    told = token.get("scope") or wanted
    return told if isinstance(told, str) else " ".join(told)


def _after(now: datetime, seconds: Any) -> str:
    return (now + timedelta(seconds=float(seconds))).isoformat()


class Access:
    """The access token of one account, renewed in time and kept with its secrets."""

    def __init__(
        self, client: Client, session: Session, secrets: Secrets, now: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._session = session
        self._secrets = secrets
        self._now = now
        self._known = secrets.read()

    def token(self) -> str:
        """An access token that still holds for minutes. Raises as ``renew`` does."""
        if not self._holds():
            self._known = self._secrets.read()  # somebody else may have renewed it meanwhile
        return self._known["access_token"] if self._holds() else self.renew()

    def renew(self) -> str:
        """A new access token, kept before it is used.

        Raises ``SignInError`` where Google gives none any more; ``GoogleError`` and
        ``requests.RequestException`` where it cannot be reached.
        """
        known = self._known = self._secrets.read()
        if "refresh_token" not in known:
            raise google_refusals.told(Refusal("no refresh token"), self._client.client_id)
        transport = _Transport(self._session)
        credentials = Credentials(  # type: ignore[no-untyped-call]
            None,
            refresh_token=known["refresh_token"],
            token_uri=self._client.token_endpoint,
            client_id=self._client.client_id,
            client_secret=self._client.client_secret,
        )
        try:
            credentials.refresh(transport)  # type: ignore[no-untyped-call]
        except RefreshError as error:
            raise self._refused(error, transport.date) from error
        ends_at = credentials.expiry.replace(tzinfo=UTC) if credentials.expiry else self._now()
        self._known = {
            **known,
            "access_token": str(credentials.token),
            "refresh_token": str(credentials.refresh_token),
            "expires_at": ends_at.isoformat(),
        }
        self._secrets.write(self._known)
        return self._known["access_token"]

    def _holds(self) -> bool:
        ends_at = self._known.get("expires_at", "")
        return bool(ends_at) and datetime.fromisoformat(ends_at) - _RENEW_BEFORE > self._now()

    def _refused(self, error: RefreshError, date: str) -> SignInError:
        told = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], dict) else {}
        if not told and "reauth" in str(error).lower():  # google-auth keeps what Google said
            told = {"error": "invalid_grant", "error_subtype": "invalid_rapt"}
        refusal = Refusal(
            error=str(told.get("error", "")),
            description=str(told.get("error_description", "")),
            subtype=str(told.get("error_subtype", "")),
            date=date,
            now=self._now(),
            kept=self._known,
        )
        return google_refusals.told(refusal, self._client.client_id)


def revoke(client: Client, session: Session, secrets: Secrets) -> None:
    """Take the access back at Google; nothing where there is none any more.

    Raises ``GoogleError`` and ``requests.RequestException``.
    """
    if not (token := secrets.read().get("refresh_token", "")):
        return
    answer = session.post(client.revoke_endpoint, data={"token": token})
    if answer.status_code not in (200, 400):  # 400: it was revoked before
        raise GoogleError(answer.status_code, answer.headers, answer.content)


class _Answer(NamedTuple):
    """An answer in the form of google-auth."""

    status: int
    headers: Mapping[str, str]
    data: bytes


class _Transport:
    """Our session as google-auth wants it. ``date``: what the server's clock said."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.date = ""

    def __call__(
        self, url: str, method: str, body: bytes, headers: Mapping[str, str], **_: object
    ) -> _Answer:
        """Send a request; raises ``GoogleError`` for what google-auth would try again by itself."""
        answer = self._session.request(method, url, data=body, headers=headers)
        _raise_transient(answer)
        self.date = answer.headers.get("Date", "")
        return _Answer(answer.status_code, answer.headers, answer.content)
