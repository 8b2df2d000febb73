"""Why Microsoft refuses a sign-in, told apart by its AADSTS numbers, each with what to do about it.

The numbers are what an administrator searches for, so they are always named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode

from store.errors import SignInError, SignInProblem

AGAIN: Final = "Sign in again: brickwall connect microsoft"
_CLOCK: Final = timedelta(minutes=10)
_NUMBER: Final = re.compile(r"AADSTS(\d{4,7})")
_OTHERWISE: Final = (
    "If they refuse, import an Outlook data file (.pst) instead: brickwall import FILE."
)


class App(NamedTuple):
    """How brickwall introduces itself. ``authority``: address without tenant."""

    client_id: str
    tenant: str
    authority: str
    scopes: tuple[str, ...]

    @property
    def consent_address(self) -> str:
        """Where an administrator allows the app for everybody."""
        tenant = "organizations" if self.tenant in ("common", "consumers") else self.tenant
        asked = {
            "client_id": self.client_id,
            "scope": " ".join(self.scopes),
            "redirect_uri": "http://localhost",
        }
        return f"{self.authority}/{tenant}/v2.0/adminconsent?{urlencode(asked)}"

    @property
    def for_admin(self) -> str:
        """The text to send to an administrator."""
        names = ", ".join(scope.rpartition("/")[2] for scope in self.scopes)
        return (
            f'Send your administrator this: "Please allow the app {self.client_id} to read the '
            f"mailbox and calendar of those who sign in with it ({names}). It is brickwall, which "
            "runs on my own computer and sends nothing elsewhere. To allow it, open "
            f'{self.consent_address}" {_OTHERWISE}'
        )


class Refusal(NamedTuple):
    """What Microsoft said. ``date``: of its answer; ``now``: what our clock says."""

    error: str
    description: str = ""
    date: str = ""
    now: datetime | None = None

    @classmethod
    def of(cls, told: Mapping[str, Any], *, date: str = "", now: datetime | None = None) -> Refusal:
        """From an answer of msal."""
        error, description = told.get("error") or "", told.get("error_description") or ""
        return cls(str(error), str(description), date, now)

    @property
    def number(self) -> str:
        """The digits of AADSTS, ``""`` where there are none."""
        found = _NUMBER.search(self.description)
        return found[1] if found else ""


def told(refusal: Refusal, app: App) -> SignInError:
    """The error that the user sees."""
    off = clock_is_off(refusal.date, refusal.now)
    if off:
        return SignInError(
            f"Microsoft refused the sign-in, and the clock of this computer is {off} off",
            f"Set date, time and time zone, then try again. If it stays so: {AGAIN}.",
            SignInProblem.WRONG_CLOCK,
        )
    reason = _reason(refusal)
    if reason is None:
        said = f"{refusal.error} {refusal.description}".strip().partition("Trace ID")[0]
        said = " ".join(said.split())[:300] or "it did not say why"
        return SignInError(f"Microsoft refused the sign-in: {said}", f"{AGAIN}.")
    number = f" (AADSTS{refusal.number})" if refusal.number else ""
    remedy = reason.remedy.format(
        again=AGAIN, admin=app.for_admin, tenant=app.tenant, client=app.client_id
    )
    return SignInError(reason.cause.format(tenant=app.tenant) + number, remedy, reason.problem)


def no_answer(app: App) -> SignInError:
    """The browser did not come back in time; what it may have shown instead."""
    return SignInError(
        "Microsoft did not send the browser back in time",
        f'Try again. If the browser said "Need admin approval": {app.for_admin}',
    )


def too_late(app: App) -> SignInError:
    """The code for another device was not used in time."""
    return told(Refusal("expired_token"), app)


def no_tenant(app: App) -> SignInError:
    """The authority has no such tenant."""
    return told(Refusal("invalid_tenant"), app)


def not_signed_in() -> SignInError:
    """Nothing is kept of a sign-in."""
    return SignInError(
        "Nobody is signed in to Microsoft 365 any more", f"{AGAIN}.", SignInProblem.REVOKED
    )


def clock_is_off(date: str, now: datetime | None) -> str:
    """By how much this computer's clock differs from the server's, ``""`` for little."""
    try:
        there = parsedate_to_datetime(date)
    except (ValueError, TypeError):
        return ""
    if now is None or there.tzinfo is None or abs(there - now) <= _CLOCK:
        return ""
    minutes = round(abs(there - now) / timedelta(minutes=1))
    return f"{minutes} minutes" if minutes < 180 else f"{round(minutes / 60)} hours"


class _Reason(NamedTuple):
    problem: SignInProblem
    cause: str
    remedy: str


def _reason(refusal: Refusal) -> _Reason | None:
    found = next((r for numbers, r in _BY_NUMBER.items() if refusal.number in numbers), None)
    return found or _BY_ERROR.get(refusal.error)


_ADMIN = _Reason(
    SignInProblem.ADMIN_CONSENT,
    "Your organisation wants an administrator to allow brickwall first",
    "{admin}",
)
_DENIED = _Reason(
    SignInProblem.CONSENT_DENIED,
    "You did not allow brickwall to read the mailbox",
    "{again}, and choose Accept. If the page offered no such choice: {admin}",
)
_BLOCKED = _Reason(
    SignInProblem.POLICY,
    "A policy of your organisation (Conditional Access) blocks this sign-in",
    "Sign in on a computer that your organisation manages, and without --device-code. If that is "
    "blocked too, your administrator decides. " + _OTHERWISE,
)
_STRONGER = _Reason(
    SignInProblem.POLICY,
    "Your organisation wants you to sign in anew, perhaps with a second factor",
    "{again}.",
)
_ENDED = _Reason(
    SignInProblem.REVOKED,
    "Microsoft no longer accepts the sign-in: the password was changed, or access was revoked",
    "{again}.",
)
_UNUSED = _Reason(
    SignInProblem.REVOKED,
    "Microsoft has ended the sign-in: it was unused for too long, or older than allowed",
    "{again}.",
)
_TENANT = _Reason(
    SignInProblem.WRONG_TENANT,
    'This account does not belong to the tenant "{tenant}"',
    "Sign in with an account of that organisation, or correct microsoft.tenant in "
    'credentials.json ("organizations" for any organisation, "common" for personal accounts too).',
)
_UNKNOWN_TENANT = _Reason(
    SignInProblem.WRONG_TENANT,
    'Microsoft knows no tenant "{tenant}" here',
    "Correct microsoft.tenant in credentials.json; for a national cloud also microsoft.authority "
    "in the configuration.",
)
_CLIENT = _Reason(
    SignInProblem.WRONG_TENANT,
    'The app in credentials.json is not known to the tenant "{tenant}"',
    "Compare microsoft.client_id ({client}) with the app registration, and microsoft.tenant with "
    "who may use it.",
)
_PUBLIC = _Reason(
    SignInProblem.UNKNOWN,
    "The app registration is not set up for programs on a computer",
    'In it, under Authentication, add the platform "Mobile and desktop applications" with '
    'http://localhost and switch "Allow public client flows" on.',
)
_DISABLED = _Reason(
    SignInProblem.REVOKED,
    "The account is disabled or locked",
    "Ask your administrator.",
)
_LATE = _Reason(
    SignInProblem.UNKNOWN,
    "The code was not used in time",
    "Run the command again and enter the new code within 15 minutes.",
)
_CLOCK_WRONG = _Reason(
    SignInProblem.WRONG_CLOCK,
    "Microsoft says that the clock of this computer is wrong",
    "Set date, time and time zone, then try again.",
)

_BY_NUMBER: Final[Mapping[frozenset[str], _Reason]] = {
    frozenset(("65001", "90094", "90095", "650052", "650056", "650057")): _ADMIN,
    frozenset(("65004", "70018")): _DENIED,
    frozenset(("53003", "53000", "53001", "53002", "530031", "530034", "530035", "53011")): (
        _BLOCKED
    ),
    frozenset(("50076", "50079", "50072", "50074", "50158", "50078", "16000", "50097")): _STRONGER,
    frozenset(("50173", "50133", "50132", "70000", "50089", "54005")): _ENDED,
    frozenset(("700082", "70008", "70043", "700084", "700081", "50196")): _UNUSED,
    frozenset(("50020", "90072", "50034", "50194", "9002341")): _TENANT,
    frozenset(("90002", "900023", "90019")): _UNKNOWN_TENANT,
    frozenset(("700016", "700038", "90130")): _CLIENT,
    frozenset(("7000218", "50011", "500113", "70002", "500202")): _PUBLIC,
    frozenset(("50057", "50053", "50055")): _DISABLED,
    frozenset(("70019", "70020")): _LATE,
    frozenset(("700024", "500133", "50013")): _CLOCK_WRONG,
}
_BY_ERROR: Final[Mapping[str, _Reason]] = {
    "access_denied": _DENIED,
    "authorization_declined": _DENIED,
    "consent_required": _ADMIN,
    "expired_token": _LATE,
    "code_expired": _LATE,
    "interaction_required": _STRONGER,
    "invalid_grant": _ENDED,
    "invalid_tenant": _UNKNOWN_TENANT,
    "unauthorized_client": _CLIENT,
    "invalid_client": _PUBLIC,
}
