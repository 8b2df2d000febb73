"""Why Google refuses a sign-in, told apart, each with what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final, NamedTuple

from store.errors import SignInError, SignInProblem

_AGAIN: Final = "Sign in again: brickwall connect gmail"
#: A client that is not published ("Testing") loses its refresh tokens after this time.
TESTING: Final = timedelta(days=7)
_CLOCK: Final = timedelta(minutes=10)
_SLACK: Final = timedelta(hours=1)
_PUBLISH: Final = (
    'The OAuth client is in "Testing" mode, where Google ends every access after seven days. '
    f'{_AGAIN}; so that it lasts, set the app to "In production" under Google Cloud console > '
    "Google Auth platform > Audience."
)

_REVOKED: Final = (
    "Google no longer accepts the sign-in: access was revoked, the password was changed, or it was "
    "unused for six months"
)
_WEEKLY: Final = "If it happens every seven days, the OAuth client is in Testing mode."


class Refusal(NamedTuple):
    """What Google said. ``date``: of its answer; ``kept``: what is kept of the sign-in."""

    error: str
    description: str = ""
    subtype: str = ""
    date: str = ""
    now: datetime | None = None
    kept: Mapping[str, str] = {}


def told(refusal: Refusal, client_id: str) -> SignInError:
    """The error that the user sees."""
    problem, cause, remedy = _explained(refusal)
    return SignInError(cause, remedy.replace("CLIENT", client_id), problem)


def no_answer() -> SignInError:
    """The browser did not come back in time; what it may have shown instead."""
    return SignInError(
        "Google did not send the browser back in time",
        "Try again. If the browser showed an error: access_denied - add your address to the test "
        "users of the OAuth client; admin_policy_enforced - your administrator must allow the "
        "app; org_internal - the client is for another organisation; redirect_uri_mismatch - the "
        'client must be of the type "Desktop app".',
    )


def _explained(refusal: Refusal) -> tuple[SignInProblem, str, str]:
    if refusal.error == "invalid_grant":
        return _ended(refusal)
    error = _SAME.get(refusal.error, refusal.error)
    if error in _MEANING:
        return (*_MEANING[error], _REMEDIES.get(error, _AGAIN))
    said = f"{refusal.error} {refusal.description}".strip()[:200] or "it did not say why"
    return SignInProblem.UNKNOWN, f"Google refused the sign-in: {said}", _AGAIN


def _ended(refusal: Refusal) -> tuple[SignInProblem, str, str]:
    """invalid_grant says only that a token is no longer good: look for why."""
    if refusal.subtype == "invalid_rapt" or "reauth" in refusal.description.lower():
        cause = "Your organisation wants you to sign in to Google anew from time to time"
        return SignInProblem.POLICY, cause, _AGAIN
    off = _clock_is_off(refusal)
    if off:
        return (
            SignInProblem.WRONG_CLOCK,
            f"Google refused the sign-in, and the clock of this computer is {off} off",
            f"Set date and time, then try again. If it stays so: {_AGAIN}",
        )
    if _testing_ended(refusal):
        return SignInProblem.TESTING_EXPIRED, "Google ended the access after seven days", _PUBLISH
    return SignInProblem.REVOKED, _REVOKED, f"{_AGAIN}. {_WEEKLY}"


def _testing_ended(refusal: Refusal) -> bool:
    """Whether the seven days of Testing mode explain it: told by Google, or by the dates.

    By the dates only where the last token was got within them: who had longer is not in Testing.
    """
    kept, now = refusal.kept, refusal.now
    if now is None:
        return False
    if "refresh_expires_at" in kept:
        return datetime.fromisoformat(kept["refresh_expires_at"]) <= now + _SLACK
    if "granted_at" not in kept:
        return False
    ends_at = datetime.fromisoformat(kept["granted_at"]) + TESTING
    last = datetime.fromisoformat(kept.get("expires_at") or kept["granted_at"])
    return ends_at - _SLACK <= now and last <= ends_at + 2 * _SLACK


def _clock_is_off(refusal: Refusal) -> str:
    """By how much this computer's clock differs from Google's, ``""`` for little."""
    try:
        there = parsedate_to_datetime(refusal.date)
    except (ValueError, TypeError):
        return ""
    if refusal.now is None or there.tzinfo is None or abs(there - refusal.now) <= _CLOCK:
        return ""
    minutes = round(abs(there - refusal.now) / timedelta(minutes=1))
    return f"{minutes} minutes" if minutes < 180 else f"{round(minutes / 60)} hours"


_MEANING: Final[Mapping[str, tuple[SignInProblem, str]]] = {
    "access_denied": (
        SignInProblem.CONSENT_DENIED,
        "You did not allow brickwall to read the account",
    ),
    "admin_policy_enforced": (
        SignInProblem.POLICY,
        "Your Google Workspace administrator does not allow this app",
    ),
    "org_internal": (
        SignInProblem.WRONG_TENANT,
        "The OAuth client is for members of another organisation only",
    ),
    "invalid_client": (
        SignInProblem.UNKNOWN,
        "Google does not know the OAuth client in credentials.json",
    ),
    "redirect_uri_mismatch": (
        SignInProblem.UNKNOWN,
        "The OAuth client is of the wrong type",
    ),
    "invalid_scope": (
        SignInProblem.UNKNOWN,
        "Google does not offer what was asked for to this OAuth client",
    ),
    "no refresh token": (SignInProblem.REVOKED, "Google gave no lasting access"),
}
_REMEDIES: Final[Mapping[str, str]] = {
    "access_denied": f"{_AGAIN}, and choose Allow. If Google gave you no choice, add your address "
    "to the test users of the OAuth client.",
    "admin_policy_enforced": "Send your administrator this: in Admin console > Security > API "
    "controls > App access control, trust the app with the client id CLIENT. If they refuse, "
    "import a Takeout: brickwall import.",
    "org_internal": "Sign in with an account of that organisation, or set the audience of the "
    'client to "External".',
    "invalid_client": "Compare client_id and client_secret with Google Cloud console > Clients.",
    "redirect_uri_mismatch": 'Make one of the type "Desktop app" (Google Cloud console > Clients).',
    "invalid_scope": "Switch on the Gmail and Google Calendar interfaces in its Google project.",
}
_SAME: Final[Mapping[str, str]] = {
    "unauthorized_client": "invalid_client",
    "deleted_client": "invalid_client",
}
