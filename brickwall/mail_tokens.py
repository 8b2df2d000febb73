"""Access tokens for mail servers that take no passwords: Google or Microsoft signs the user in.

The user signs in once, in the browser. The tokens that the server is shown are good for an hour or
so and renewed by themselves; they are kept with the secrets of the account.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from brickwall.providers import Tools
from ingest.secrets import Token
from store.errors import SignInError

if TYPE_CHECKING:
    from ingest.microsoft_auth import SignIn

T = TypeVar("T")

#: Whoever signs in, as ``--auth`` names them.
ISSUERS: Final = ("google", "microsoft")
#: The only right that Google gives for IMAP and SMTP.
_GOOGLE: Final = "https://mail.google.com/"
#: Where Microsoft's rights for IMAP and SMTP belong: by authority, for national clouds.
_OUTLOOK: Final = {
    "https://login.microsoftonline.us": "https://outlook.office365.us",
    "https://login.partner.microsoftonline.cn": "https://partner.outlook.cn",
}
_USUAL_OUTLOOK: Final = "https://outlook.office.com"


class Use(NamedTuple):
    """What the tokens are for. ``right``: Microsoft's name. ``again``: signs in once more."""

    right: str
    again: str


IMAP: Final = Use("IMAP.AccessAsUser.All", "connect imap")
SMTP: Final = Use("SMTP.Send", "connect smtp")


def rights(issuer: str, use: Use, tools: Tools) -> tuple[str, ...]:
    """What must be asked for."""
    if issuer == "google":
        return (_GOOGLE,)
    authority = tools.endpoints.microsoft.authority.rstrip("/")
    return (f"{_OUTLOOK.get(authority, _USUAL_OUTLOOK)}/{use.right}",)


def sign_in(issuer: str, use: Use, tools: Tools, user: str) -> Token:
    """Sign ``user`` in through the browser and keep the tokens; gives one whenever asked.

    Raises ``SignInError``; ``InputError`` where ``issuer`` (of ``ISSUERS``) cannot be reached.
    """
    if issuer == "google":
        wanted = rights(issuer, use, tools)
        _in_words(use, lambda: _google_sign_in(tools, wanted, user))
    else:
        from ingest.microsoft_auth import Browser

        signing, browser = _microsoft(use, tools), Browser(tools.browse, tools.say)
        _in_words(use, lambda: signing.through_browser(browser, hint=user))
    return kept(issuer, use, tools)


def kept(issuer: str, use: Use, tools: Tools) -> Token:
    """Gives tokens of a sign-in that was kept, renewed in time and when they are refused.

    It raises as ``sign_in``.
    """
    inner: Token = _google(tools) if issuer == "google" else _microsoft(use, tools)

    def token(*, renew: bool = False) -> str:
        return _in_words(use, lambda: inner(renew=renew))

    return token


def give_back(issuer: str, account: str, tools: Tools) -> None:
    """Revoke the access where that can be done, else say where the user can."""
    from brickwall.providers import google, microsoft

    if issuer == "google":
        google.revoke(tools)
    else:
        tools.secrets.write({})
        tools.say(f"{account}: {microsoft.FORGOTTEN}")


def _google_sign_in(tools: Tools, wanted: tuple[str, ...], user: str) -> None:
    from brickwall.providers import google
    from ingest import google_auth

    client, session = google.client_of(tools), google.session_of(tools)
    browser = google_auth.Browser(tools.browse, tools.say)
    google.in_words(
        lambda: google_auth.sign_in(
            client, wanted, browser, session, tools.secrets, tools.now, hint=user
        )
    )


def _google(tools: Tools) -> Token:
    from brickwall.providers import google
    from ingest.google_auth import Access
    from ingest.google_client import classify

    access = Access(google.client_of(tools), google.session_of(tools), tools.secrets, tools.now)

    def token(*, renew: bool = False) -> str:
        return tools.retry.call(
            access.renew if renew else access.token, lambda error: classify(error, google.SERVICE)
        )

    return token


def _microsoft(use: Use, tools: Tools) -> SignIn:
    from brickwall.providers import microsoft

    return microsoft.sign_in_of(tools, rights("microsoft", use, tools))


def _in_words(use: Use, action: Callable[[], T]) -> T:
    """``action``, whose refusals name the command that signs in for this use."""
    try:
        return action()
    except SignInError as error:
        remedy = error.remedy
        for command in ("connect gmail", "connect microsoft"):
            remedy = remedy.replace(command, use.again)
        raise SignInError(error.cause, remedy, error.problem) from error
