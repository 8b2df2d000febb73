"""Why a password is refused, and what to do about it: many providers want one made for programs."""

from __future__ import annotations

import re
from typing import Final

from ingest.addresses import registrable_domain
from store.errors import SignInError, SignInProblem

_WANTED: Final = re.compile(r"app(?:lication)?[- ]specific|app[- ]?password", re.IGNORECASE)

#: Domain of the server -> where its users make a password for programs.
_APP_PASSWORDS: Final = {
    **dict.fromkeys(
        ("icloud.com", "me.com", "mac.com"),
        "Make an app-specific password at https://account.apple.com (Sign-In and Security)",
    ),
    **dict.fromkeys(
        ("gmail.com", "googlemail.com", "google.com"),
        "Better use brickwall connect gmail; or make an app password at "
        "https://myaccount.google.com/apppasswords",
    ),
    **dict.fromkeys(
        ("yahoo.com", "aol.com"), "Make an app password in the security settings of your account"
    ),
    "fastmail.com": "Make an app password under Settings > Privacy & Security > App passwords",
    "zoho.com": "Make an app password under Accounts > Security > App passwords",
    "zoho.eu": "Make an app password under Accounts > Security > App passwords",
}
#: Domain of the server -> what else keeps its users out.
_OTHERS: Final = {
    **dict.fromkeys(
        ("office365.com", "outlook.com", "office.com"),
        "Microsoft takes no passwords here any more: brickwall connect microsoft",
    ),
    **dict.fromkeys(
        ("gmx.net", "gmx.com", "web.de"),
        "First allow access by IMAP in the settings of your mailbox on the web",
    ),
}


def refused(host: str, said: str = "", *, again: str) -> SignInError:
    """The error for a name and password that ``host`` does not take.

    ``said``: what the server said. ``again``: the command to sign in again.
    """
    domain = registrable_domain(host.lower())
    where = _APP_PASSWORDS.get(domain, "")
    if _WANTED.search(said):
        where = where or "Make an app password in the security settings of your account"
        return SignInError(
            f"{host} wants an app password instead of your own",
            f"{where}. Then: {again}",
            SignInProblem.APP_PASSWORD,
        )
    hint = where or _OTHERS.get(domain, "")
    remedy = f"{hint}. Then: {again}" if hint else f"Check both, then sign in again: {again}"
    return SignInError(
        f"{host} does not accept the name or the password", remedy, SignInProblem.WRONG_PASSWORD
    )


def sign_in_refused(host: str, *, again: str) -> SignInError:
    """The error for a token fresh from Google or Microsoft that ``host`` does not take."""
    return SignInError(
        f"{host} does not accept the token that you signed in for",
        "Sign in again as the owner of that mailbox, and check in its settings on the web that "
        f"mail programs may use it: {again}",
        SignInProblem.REVOKED,
    )


def token_refused(host: str, *, again: str) -> SignInError:
    """The error for a token that ``host`` does not take: they are good for an hour or so."""
    return SignInError(
        f"{host} does not accept the token; it may have run out",
        f"Get a new one, then sign in again: {again}",
        SignInProblem.REVOKED,
    )
