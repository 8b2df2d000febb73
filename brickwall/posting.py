"""Who sends the rep's mails: a connected account that may, else an SMTP server."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from brickwall import providers
from brickwall.accounts import Accounts, account_id
from brickwall.delivering import Post
from brickwall.providers import Account
from brickwall.routine import Smtp
from brickwall.tools import Toolbox
from store.errors import BrickwallError, ConfigurationError, SignInError, SignInProblem

if TYPE_CHECKING:
    from brickwall.vault import Vault
    from ingest.senders import Drafts
    from ingest.smtp import SmtpSender

_SECRET: Final = "secret"  # noqa: S105 - a name
_AUTH: Final = "auth"
_TOKEN: Final = "xoauth2"  # noqa: S105 - a name


def post(toolbox: Toolbox, vault: Callable[[], Vault], recipient: str) -> Post:
    """The way that ``digest.via`` names, for a mail to ``recipient``.

    ``vault``: opened only where something lies in it. Raises ``ConfigurationError`` where there is
    no way to send, ``SignInError`` where it was not allowed.
    """
    via = toolbox.config.digest.via
    accounts = Accounts(toolbox.home.accounts)
    if via == "smtp":
        return _by_smtp(toolbox, vault, recipient, accounts.all())
    if via != "auto":
        return _through(accounts.one(via), toolbox, vault)
    able = [one for one in accounts.all() if "send" in one.granted]
    able.sort(key=lambda one: recipient not in one.addresses)
    if able:
        return _through(able[0], toolbox, vault)
    if toolbox.config.smtp.host:
        return _by_smtp(toolbox, vault, recipient, accounts.all())
    raise ConfigurationError(
        "Nobody may send you the digest yet",
        "Allow an account to: brickwall connect gmail --with send (or microsoft, exchange); or "
        "name a server as smtp.host in the configuration. docs/digest.md tells how.",
    )


def drafts(toolbox: Toolbox, vault: Callable[[], Vault], name: str = "") -> tuple[Account, Drafts]:
    """Where a draft is left: in the account called ``name``, else in the first that allows it.

    Raises ``SignInError`` where it was not allowed, ``UsageError`` where no account is meant.
    """
    named = Accounts(toolbox.home.accounts).named(name)
    account = next((one for one in named if "drafts" in one.granted), named[0])
    tools = toolbox.lend(vault().secrets(account_id(account)))
    return account, providers.load(account.provider).drafts(account, tools)


def smtp_id(smtp: Smtp) -> str:
    """What the sign-in of an SMTP server is called in the vault."""
    return f"smtp:{smtp.user}@{smtp.host}"


def _through(account: Account, toolbox: Toolbox, vault: Callable[[], Vault]) -> Post:
    tools = toolbox.lend(vault().secrets(account_id(account)))
    sender = providers.load(account.provider).sender(account, tools)
    return Post(account_id(account), account.name, sender)


def _by_smtp(
    toolbox: Toolbox, vault: Callable[[], Vault], recipient: str, accounts: Sequence[Account]
) -> Post:
    smtp = toolbox.config.smtp
    kept = vault().secrets(smtp_id(smtp)).read() if smtp.user else {}
    if smtp.user and _SECRET not in kept:
        raise SignInError(
            f"{smtp.host}: the password of {smtp.user} is not known",
            "Give it once: brickwall connect smtp",
            SignInProblem.UNKNOWN,
        )
    mailbox = next((a for a in accounts if a.provider == "imap" and recipient in a.addresses), None)

    def seen(message_id: str) -> bool | None:
        if mailbox is None:
            return None
        from brickwall.providers import imap

        tools = toolbox.lend(vault().secrets(account_id(mailbox)))
        try:
            return imap.was_seen(mailbox, tools, message_id)
        except BrickwallError:  # a mailbox that cannot be looked into tells nothing
            return None

    sender = smtp_sender(toolbox, kept.get(_SECRET, ""), token=kept.get(_AUTH) == _TOKEN, seen=seen)
    address = smtp.user if "@" in smtp.user else recipient
    return Post(f"smtp:{smtp.host}", address, sender)


def smtp_sender(
    toolbox: Toolbox,
    secret: str,
    *,
    token: bool = False,
    seen: Callable[[str], bool | None] = lambda _: None,
) -> SmtpSender:
    """The configured server, signed in to with ``secret``."""
    import random

    from ingest.retry import Retry
    from ingest.smtp import SmtpLogin, SmtpSender, SmtpServer

    smtp, network = toolbox.config.smtp, toolbox.config.endpoints.network
    server = SmtpServer(
        smtp.host, smtp.port, smtp.security, network.ca_file, network.timeout_seconds
    )
    login = SmtpLogin(smtp.user, secret, token) if smtp.user else None
    return SmtpSender(server, login, Retry(sleep=toolbox.sleep, random=random.random), seen)


def keep_smtp(toolbox: Toolbox, opened: Vault, *, token: bool) -> None:
    """Ask for the password (or token) of the configured server, try it, and keep it.

    Raises ``ConfigurationError`` where no server is configured, or it asks for no sign-in.
    """
    smtp = toolbox.config.smtp
    if not smtp.host or not smtp.user:
        raise ConfigurationError(
            "The configuration names no SMTP server with a user",
            "Set smtp.host and smtp.user first: docs/digest.md tells how.",
        )
    what = "Access token" if token else "Password"
    secret = toolbox.talk.ask_secret(f"{what} of {smtp.user} at {smtp.host}")
    smtp_sender(toolbox, secret, token=token).check()
    opened.secrets(smtp_id(smtp)).write({_SECRET: secret, _AUTH: _TOKEN if token else "password"})


def forget_smtp(toolbox: Toolbox) -> None:
    """Delete what signs in to the configured server."""
    from brickwall.vault import forget

    forget(toolbox.home.vault, smtp_id(toolbox.config.smtp))
