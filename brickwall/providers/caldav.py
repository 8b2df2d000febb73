"""Calendars of any provider, by CalDAV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import urlsplit

from brickwall.providers import Account, Connection, Estimate, Request, Tools
from ingest.caldav import PAGE_ENTRIES, CalDavSource
from ingest.caldav_entries import listed
from ingest.caldav_places import Calendar, Places, calendars, find
from ingest.client import Session
from ingest.dav import DavClient, DavLogin
from ingest.retry import QuarantineError
from ingest.senders import Drafts, Sender
from ingest.source import Source
from store.errors import ConfigurationError, InputError, UsageError

#: What a page of entries takes, as a rule.
_PAGE_SECONDS: Final = 1.0
_SHOWN: Final = 5
_CALENDARS: Final = (
    "Your own calendars: which meetings were moved or cancelled, when, and who answered; and the "
    "inbox for invitations, where the server has one."
)


def reads(request: Request) -> Sequence[str]:
    """What will be read and why."""
    del request
    return [_CALENDARS, "Nothing is changed or sent, and nothing leaves this computer."]


def connect(request: Request, tools: Tools) -> Connection:
    """Ask for the password, sign in, and find the calendars."""
    server = address_of(request.server)
    user = request.user or request.address
    token = request.auth == "xoauth2"
    wanted = "Access token" if token else "Password"
    secret = tools.ask_secret(f"{wanted} of {user} at {urlsplit(server).hostname}")
    client = _client(server, DavLogin(user, secret, token=token), tools)
    places = find(client)
    found = calendars(client, places)
    if not found:
        raise InputError(
            f"{user} has no calendar with meetings at {client.host}",
            "Make one, or look up the CalDAV address in the help of your provider.",
        )
    tools.secrets.write({"secret": secret})
    return Connection(
        name=request.address,
        addresses=(request.address, *places.addresses),
        zone=next((one.zone for one in found if one.zone), ""),
        settings={
            "server": server,
            "user": user,
            "auth": "xoauth2" if token else "password",
            "principal": places.principal,
            "homes": " ".join(places.homes),
            "inbox": places.inbox,
        },
        notes=(_named(found),),
    )


def estimate(account: Account, tools: Tools) -> Estimate | None:
    """By the names of all entries, which is one request for each calendar."""
    client, places = _signed_in(account, tools)
    try:
        entries = sum(len(listed(client, one)) for one in calendars(client, places))
    except QuarantineError:  # a calendar that does not tell it now is read all the same
        return None
    return Estimate(0, entries, entries / PAGE_ENTRIES * _PAGE_SECONDS)


def sources(account: Account, tools: Tools) -> list[Source]:
    """The calendars."""
    client, places = _signed_in(account, tools)
    return [CalDavSource(client, places, account.zone or tools.zone)]


def _signed_in(account: Account, tools: Tools) -> tuple[DavClient, Places]:
    told = account.settings
    login = DavLogin(
        told["user"], tools.secrets.read().get("secret", ""), token=told["auth"] == "xoauth2"
    )
    places = Places(told["principal"], tuple(told["homes"].split()), told["inbox"])
    return _client(told["server"], login, tools), places


def sender(account: Account, tools: Tools) -> Sender:
    """A calendar has no mail. Raises ``ConfigurationError``."""
    del tools
    raise _no_mail(account)


def drafts(account: Account, tools: Tools) -> Drafts:
    """A calendar has no mail. Raises ``ConfigurationError``."""
    del tools
    raise _no_mail(account)


def _no_mail(account: Account) -> ConfigurationError:
    return ConfigurationError(
        f"{account.name} is an account for calendars alone", "Name one with mail."
    )


def disconnect(account: Account, tools: Tools) -> None:
    """Nothing can be revoked; say what the user can do."""
    host = urlsplit(account.settings["server"]).hostname
    tools.say(
        "The password is forgotten here. If you made it for brickwall alone, delete it in the "
        f"settings of your account at {host} too."
    )


def address_of(server: str) -> str:
    """The address of a server, ``https://`` where nothing is said. Raises ``UsageError``."""
    text = server.strip()
    if not text:
        raise UsageError("No server is named", "Name it: --server https://dav.ours.example")
    address = text if "://" in text else f"https://{text}"
    try:
        parts = urlsplit(address)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.username or parts.password:
        raise UsageError(
            "This is not the address of a server, or it holds a name or a password",
            "Write it like https://dav.ours.example; the name goes into --user.",
        )
    return address


def _named(found: Sequence[Calendar]) -> str:
    names = [one.name for one in found if not one.is_inbox]
    more = len(names) - _SHOWN
    listed = ", ".join(names[:_SHOWN]) + (f" and {more} more" if more > 0 else "")
    inbox = "; and the inbox for invitations" if any(one.is_inbox for one in found) else ""
    return f"Calendars that are read: {listed}{inbox}"


def _client(server: str, login: DavLogin, tools: Tools) -> DavClient:
    network = tools.endpoints.network
    session = Session(
        proxy=network.proxy, ca_file=network.ca_file, timeout_seconds=network.timeout_seconds
    )
    return DavClient(session, login, tools.retry, server=server)
