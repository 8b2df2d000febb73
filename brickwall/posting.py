"""Who sends the rep's mails: a connected account that may, else an SMTP server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from brickwall import providers
from brickwall.accounts import Accounts, account_id
from brickwall.delivering import Post
from brickwall.providers import Account
from brickwall.routine import Smtp
from brickwall.tools import Toolbox
from store.errors import (
    BrickwallError,
    ConfigurationError,
    InputError,
    SignInError,
    SignInProblem,
)

if TYPE_CHECKING:
    from brickwall.vault import Vault
    from brickwall.vault_keys import Keys
    from ingest.secrets import Secrets
    from ingest.senders import Drafts
    from ingest.smtp import SmtpLogin, SmtpSender

#: What to do where nobody may send the digest.
NO_WAY: Final = (
    "Allow an account to: brickwall connect gmail --with send (or microsoft, exchange); or name a "
    "server as smtp.host and smtp.user in the configuration, then: brickwall connect smtp"
)
_SECRET: Final = "secret"  # noqa: S105 - a name
_AUTH: Final = "auth"


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
        NO_WAY,
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


def sign_in_of(smtp: Smtp, vault: Callable[[], Vault]) -> Mapping[str, str]:
    """What the vault keeps to sign in at the SMTP server; ``SignInError`` where it keeps none."""
    kept = vault().secrets(smtp_id(smtp)).read()
    if _AUTH not in kept:
        raise SignInError(
            f"{smtp.host}: the password of {smtp.user} is not known",
            "Give it once: brickwall connect smtp",
            SignInProblem.UNKNOWN,
        )
    return kept


def _through(account: Account, toolbox: Toolbox, vault: Callable[[], Vault]) -> Post:
    tools = toolbox.lend(vault().secrets(account_id(account)))
    sender = providers.load(account.provider).sender(account, tools)
    return Post(account_id(account), account.name, sender)


def _by_smtp(
    toolbox: Toolbox, vault: Callable[[], Vault], recipient: str, accounts: Sequence[Account]
) -> Post:
    smtp = toolbox.config.smtp
    kept = sign_in_of(smtp, vault) if smtp.user else {}
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

    login = None
    if smtp.user:
        login = _login(toolbox, kept, vault().secrets(smtp_id(smtp)))
    sender = smtp_sender(toolbox, login, seen)
    address = smtp.user if "@" in smtp.user else recipient
    return Post(f"smtp:{smtp.host}", address, sender)


def smtp_sender(
    toolbox: Toolbox,
    login: SmtpLogin | None,
    seen: Callable[[str], bool | None] = lambda _: None,
) -> SmtpSender:
    """The configured server, ``login``: who signs in, where it asks for that."""
    import random

    from ingest.retry import Retry
    from ingest.smtp import SmtpSender, SmtpServer

    smtp, network = toolbox.config.smtp, toolbox.config.endpoints.network
    server = SmtpServer(
        smtp.host, smtp.port, smtp.security, network.ca_file, network.timeout_seconds
    )
    return SmtpSender(server, login, Retry(sleep=toolbox.sleep, random=random.random), seen)


def _login(toolbox: Toolbox, kept: Mapping[str, str], secrets: Secrets) -> SmtpLogin:
    """Who signs in to the configured server, by what is kept of ``connect smtp``."""
    from brickwall import mail_tokens
    from ingest.smtp import SmtpLogin

    user, auth = toolbox.config.smtp.user, kept[_AUTH]
    if auth in mail_tokens.ISSUERS:
        return SmtpLogin(
            user, token=mail_tokens.kept(auth, mail_tokens.SMTP, toolbox.lend(secrets))
        )
    return SmtpLogin(user, kept[_SECRET])


def keep_smtp(toolbox: Toolbox, opened: Vault, auth: str) -> None:
    """Ask for the password of the configured server or open the browser, try it, and keep it.

    ``auth``: password | google | microsoft, ``""``: as before, else password.

    Raises ``ConfigurationError`` where no server is configured, or it asks for no sign-in.
    """
    from brickwall import mail_tokens
    from brickwall.connecting import Draft

    smtp = toolbox.config.smtp
    if not smtp.host or not smtp.user:
        raise ConfigurationError(
            "The configuration names no SMTP server with a user",
            "Set smtp.host and smtp.user in it first (brickwall init asks for them).",
        )
    kept = opened.secrets(smtp_id(smtp))
    with suppress(SignInError):  # what cannot be read any more is replaced
        auth = auth or kept.read().get(_AUTH, "")
    auth = auth or "password"
    draft = Draft()
    if auth in mail_tokens.ISSUERS:
        mail_tokens.sign_in(auth, mail_tokens.SMTP, toolbox.lend(draft), smtp.user)
    else:
        draft.write({_SECRET: toolbox.talk.ask_secret(f"Password of {smtp.user} at {smtp.host}")})
    smtp_sender(toolbox, _login(toolbox, draft.read() | {_AUTH: auth}, draft)).check()
    kept.write(draft.read() | {_AUTH: auth})


def forget_smtp(toolbox: Toolbox, keys: Keys) -> BrickwallError | None:
    """Take the access to the configured server back where that can be done, and forget it.

    It is forgotten even where it could not be taken back; why is returned.
    """
    from brickwall import mail_tokens, vault

    name, problem = smtp_id(toolbox.config.smtp), None
    try:
        secrets = keys.open(toolbox.home.vault).secrets(name)
        auth = secrets.read().get(_AUTH, "")
        if auth in mail_tokens.ISSUERS:
            mail_tokens.give_back(auth, name, toolbox.lend(secrets))
    except (InputError, SignInError, ConfigurationError) as error:
        problem = error
    vault.forget(toolbox.home.vault, name)
    return problem
