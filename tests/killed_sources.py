"""Sources at the servers of the contract's peers, made from what a process can be told of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from types import SimpleNamespace
from typing import Any

from ingest.caldav import CalDavSource
from ingest.caldav_places import Places, find
from ingest.client import Session
from ingest.dav import DavClient, DavLogin
from ingest.imap import ImapSource
from ingest.imap_client import ImapClient
from ingest.imap_connection import Login, Server
from ingest.source import Source
from tests import ews_builder, google_builder, graph_builder
from tests.contract import Peer
from tests.contract_caldav import CalDavPeer, ListedCalDavPeer
from tests.contract_exchange import ExchangeCalendarPeer, ExchangeMailPeer
from tests.contract_gmail import GmailPeer
from tests.contract_google_calendar import GoogleCalendarPeer
from tests.contract_graph_calendar import GraphCalendarPeer
from tests.contract_graph_mail import GraphMailPeer
from tests.contract_imap import ImapPeer
from tests.google_builder import Clock, retry
from tests.radicale_peer import PASSWORD


def gmail(peer: GmailPeer) -> Callable[[], Source]:
    """The mailbox at the fake Google."""
    return partial(google_builder.gmail, peer.google.url)


def google_calendar(peer: GoogleCalendarPeer) -> Callable[[], Source]:
    """The calendar there."""
    return partial(google_builder.calendar, peer.google.url)


def graph(peer: GraphMailPeer | GraphCalendarPeer) -> Callable[[], Source]:
    """What of a mailbox at the fake Graph the peer is about."""
    at: Any = SimpleNamespace(url=peer.graph.url)
    return partial(graph_builder.source, at, wanted=peer.wanted)


def exchange(peer: ExchangeMailPeer | ExchangeCalendarPeer) -> Callable[[], Source]:
    """What of a mailbox at the fake Exchange the peer is about."""
    at: Any = SimpleNamespace(url=peer.server.url)
    return partial(ews_builder.source, at, wanted=peer.wanted, pages=ews_builder.SMALL)


def imap(peer: ImapPeer) -> Callable[[], Source]:
    """The mailbox at Dovecot."""
    return partial(_imap, peer.mailbox.dovecot.server(), peer.mailbox.login)


def _imap(server: Server, login: Login) -> ImapSource:
    return ImapSource(ImapClient(server, login, retry(Clock())), "UTC", page_messages=2)


def caldav(peer: CalDavPeer | ListedCalDavPeer) -> Callable[[], Source]:
    """The calendars at Radicale."""
    places = find(peer.account.client())
    return partial(_caldav, peer.account.server.url, peer.account.address, places)


def _caldav(url: str, user: str, places: Places) -> CalDavSource:
    login, session = DavLogin(user, PASSWORD), Session(timeout_seconds=10)
    client = DavClient(session, login, retry(Clock()), server=url)
    return CalDavSource(client, places, "Europe/Berlin", page_entries=2)


#: Kind of peer -> how a source at it is made in any process.
MAKERS: dict[type[Peer], Callable[[Any], Callable[[], Source]]] = {
    GmailPeer: gmail,
    GoogleCalendarPeer: google_calendar,
    GraphMailPeer: graph,
    GraphCalendarPeer: graph,
    ExchangeMailPeer: exchange,
    ExchangeCalendarPeer: exchange,
    ImapPeer: imap,
    CalDavPeer: caldav,
    ListedCalDavPeer: caldav,
}
