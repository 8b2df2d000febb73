"""Mail of any provider, by IMAP."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from brickwall import mail_tokens
from brickwall.providers import Account, Connection, Estimate, Request, Tools, check_granted
from ingest import imap, imap_owner
from ingest.imap_client import ImapClient
from ingest.imap_connection import PORTS, Login, Server
from ingest.imap_folders import Folder
from ingest.imap_sender import ImapDrafts, seen
from ingest.senders import Sender
from ingest.source import Source
from store.errors import ConfigurationError, UsageError

#: What a mailbox at the other end of a usual line gives.
_MESSAGES_PER_SECOND: Final = 40.0
_SHOWN: Final = 5
_SERVER: Final = re.compile(r"(\[[\da-fA-F:]+\]|[^\s:/@\[\]]+)(?::(\d{1,5}))?")
_LAST_PORT: Final = 65_535
_SECRET: Final = "secret"  # noqa: S105 - a name
_WHOLE_RIGHT: Final = (
    "For IMAP there is no right to read alone: the page in your browser says that brickwall may do "
    "everything with your mail. It opens your folders for reading only."
)
_ONLY_READ: Final = (
    "Nothing is changed, sent or marked as read, attachments are not kept, and nothing leaves this "
    "computer."
)
_WITH_DRAFTS: Final = (
    "brickwall may leave drafts where you ask for one; you send them, or not. Nothing else is "
    "changed, sent or marked as read, and attachments are not kept."
)
_ADDRESSES: Final = (
    "Your other addresses are those that your sent mail is from; name any that is missing as "
    "me.addresses in the configuration."
)


def reads(request: Request) -> Sequence[str]:
    """What will be read and why."""
    texts = (
        "who wrote to whom, when, and the subject; the texts are never read"
        if request.headers_only
        else "who wrote to whom, when, and what, to see who answers, moves or lets you wait"
    )
    lines = [f"Your mail (without drafts, junk and trash): {texts}."]
    if request.auth in mail_tokens.ISSUERS:
        lines.append(_WHOLE_RIGHT)
    return [*lines, _WITH_DRAFTS if "drafts" in request.features else _ONLY_READ]


def connect(request: Request, tools: Tools) -> Connection:
    """Ask for the password or open the browser, sign in, and look once at the folders."""
    host, port = address_of(request.server)
    security = request.security or "tls"
    user = request.user or request.address
    auth = request.auth or "password"
    login = _first_login(auth, user, host, tools)
    settings = {
        "server": host,
        "port": str(port or PORTS[security]),
        "security": security,
        "user": user,
        "auth": auth,
    }
    client = _client(settings, login, tools)
    try:
        folders = imap.look(client)
        own = imap_owner.addresses(client)
    finally:
        client.close()
    return Connection(
        name=request.address,
        addresses=(request.address, *own),
        settings=settings,
        notes=(_named(folders), _ADDRESSES),
        granted=request.features & {"drafts"},
    )


def _first_login(auth: str, user: str, host: str, tools: Tools) -> Login:
    """Sign in in the browser, or ask for the password; what signs in is kept."""
    if auth in mail_tokens.ISSUERS:
        return Login(user, token=mail_tokens.sign_in(auth, mail_tokens.IMAP, tools, user))
    secret = tools.ask_secret(f"Password of {user} at {host}")
    tools.secrets.write({_SECRET: secret})
    return Login(user, secret)


def estimate(account: Account, tools: Tools) -> Estimate | None:
    """By the number of messages."""
    client = _signed_in(account, tools)
    try:
        folders = imap.look(client)
    finally:
        client.close()
    messages = sum(folder.status.messages for folder in folders if folder.status)
    return Estimate(messages, 0, messages / _MESSAGES_PER_SECOND)


def sources(account: Account, tools: Tools) -> list[Source]:
    """The mailbox."""
    client = _signed_in(account, tools)
    zone = account.zone or tools.zone
    return [imap.ImapSource(client, zone, headers_only=account.headers_only)]


def sender(account: Account, tools: Tools) -> Sender:
    """IMAP only reads. Raises ``ConfigurationError``."""
    del tools
    raise ConfigurationError(
        f"{account.name}: nothing can be sent over IMAP",
        "Name the server that takes your mail as smtp.host and smtp.user in the configuration; "
        "then: brickwall connect smtp",
    )


def drafts(account: Account, tools: Tools) -> ImapDrafts:
    """The folder of drafts."""
    check_granted(account, "drafts")
    return ImapDrafts(_signed_in(account, tools), tools.retry)


def was_seen(account: Account, tools: Tools, message_id: str) -> bool | None:
    """Whether a mail that another way sent has come here; see ``ingest.imap_sender.seen``."""
    client = _signed_in(account, tools)
    try:
        return seen(client, message_id)
    finally:
        client.close()


def disconnect(account: Account, tools: Tools) -> None:
    """Revoke the access where it can be; else say what the user can do."""
    auth = account.settings["auth"]
    if auth in mail_tokens.ISSUERS:
        mail_tokens.give_back(auth, account.name, tools)
        return
    tools.say(
        "The password is forgotten here. If you made it for brickwall alone, delete it in the "
        f"settings of your account at {account.settings['server']} too."
    )


def address_of(server: str) -> tuple[str, int]:
    """Host and port (0: the usual one) of ``HOST[:PORT]``. Raises ``UsageError``."""
    if not server.strip():
        raise UsageError("No server is named", "Name it: --server imap.ours.example:993")
    found = _SERVER.fullmatch(server.strip())
    port = int(found[2] or 0) if found else 0
    if found is None or port > _LAST_PORT:
        raise UsageError(
            f"{server!r} is not the name of a server", "Write it like imap.ours.example:993."
        )
    return found[1].strip("[]").lower(), port


def _named(folders: Sequence[Folder]) -> str:
    names = [folder.path for folder in folders]
    more = len(names) - _SHOWN
    listed = ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    return f"Folders that are read: {listed}"


def _signed_in(account: Account, tools: Tools) -> ImapClient:
    settings = account.settings
    if settings["auth"] in mail_tokens.ISSUERS:
        token = mail_tokens.kept(settings["auth"], mail_tokens.IMAP, tools)
        return _client(settings, Login(settings["user"], token=token), tools)
    login = Login(settings["user"], tools.secrets.read().get(_SECRET, ""))
    return _client(settings, login, tools)


def _client(settings: Mapping[str, str], login: Login, tools: Tools) -> ImapClient:
    network = tools.endpoints.network
    server = Server(
        settings["server"],
        int(settings["port"]),
        settings["security"],
        network.ca_file,
        network.timeout_seconds,
    )
    return ImapClient(server, login, tools.retry)
