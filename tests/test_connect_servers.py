"""Connecting and syncing accounts of one's own servers, from the command line: IMAP and CalDAV."""

from __future__ import annotations

import pytest

from brickwall import providers
from brickwall.providers import caldav, imap
from store.errors import UsageError
from tests import dovecot as dovecot_peer
from tests import radicale_peer
from tests.contract import CUSTOMER, REP, raw_message, subject
from tests.dovecot import Mailbox
from tests.ical_builder import event
from tests.imap_wire import Scripted
from tests.live_builder import Live, live
from tests.radicale_peer import Account

__all__ = ["live"]


@pytest.fixture
def user(live: Live, monkeypatch: pytest.MonkeyPatch) -> Live:
    """A user with the real providers."""
    for name in ("imap", "caldav"):
        monkeypatch.setitem(providers.MODULES, name, f"brickwall.providers.{name}")
    return live


def connect_imap(user: Live, mailbox: Mailbox, *more: str, password: str = "") -> int:
    """Connect a mailbox of Dovecot, by TLS."""
    user.home.mkdir(exist_ok=True)
    network = f'[network]\nca_file = "{mailbox.dovecot.ca_file}"\n'
    (user.home / "config.toml").write_text(network, encoding="utf-8")
    server = f"localhost:{mailbox.dovecot.tls_port}"
    chosen = password or dovecot_peer.PASSWORD
    return user.connect("imap", mailbox.address, "--server", server, *more, password=chosen)


def test_a_mailbox_is_connected_and_read(user: Live) -> None:
    """It is said before what will be read, and afterwards in which folders."""
    with Mailbox() as mailbox:
        mailbox.add(raw_message("ann"))
        mailbox.add(raw_message("bea"), "Customers")
        assert connect_imap(user, mailbox) == 0, user.said
        assert "without drafts, junk and trash" in user.said
        assert "Folders that are read: INBOX, Archive, Customers" in user.said
        assert f"Connected: {mailbox.address} (imap)." in user.said
        assert user.run("sync") == 0
        assert "about 2 messages" in user.said
        assert "2 new" in user.said
        assert user.subjects() == {subject("ann"), subject("bea")}
        assert user.run("sync") == 0
        assert "0 new" in user.said
        assert user.read_share() == 1.0


def test_drafts_of_a_mailbox_are_used_only_where_the_user_wants_that(user: Live) -> None:
    """It is said before; without that nothing is ever written into it."""
    with Mailbox() as mailbox:
        connect_imap(user, mailbox)
        assert "Nothing is changed" in user.said
        assert connect_imap(user, mailbox, "--with", "drafts") == 0
        assert "may leave drafts where you ask for one" in user.said
        user.run("accounts", "--json")
        assert '"drafts"' in user.said


def test_of_a_mailbox_with_headers_only_no_text_is_kept(user: Live) -> None:
    """And it is said."""
    with Mailbox() as mailbox:
        mailbox.add(raw_message("ann"))
        assert connect_imap(user, mailbox, "--headers-only") == 0
        assert "the texts are never read" in user.said
        assert user.run("sync") == 0
    assert b"question about ann" not in (user.home / "brickwall.db").read_bytes()


@pytest.mark.parametrize("folder", ["Sent", "Tray", "Gesendete Objekte"])
def test_own_addresses_are_those_that_the_sent_mail_is_from(user: Live, folder: str) -> None:
    """The folder is known by its mark, whatever it is called, else by its name."""
    with Mailbox() as mailbox:
        for address, count in (("sales@ours.example", 4), ("boss@ours.example", 1)):
            for number in range(count):
                sent = raw_message(f"{address}{number}").replace(REP.encode(), b"ann@acme.example")
                mailbox.add(sent.replace(CUSTOMER.encode(), address.encode()), folder)
        mailbox.add(raw_message("bea"))
        assert connect_imap(user, mailbox) == 0, user.said
    assert "Also yours: sales@ours.example" in user.said
    assert "boss@ours.example" not in user.said


def test_a_wrong_password_of_a_mailbox_keeps_nothing(user: Live) -> None:
    """The exit code is that of a sign-in."""
    with Mailbox() as mailbox:
        assert connect_imap(user, mailbox, password="wrong-horse") == 12
    assert "does not accept the name or the password" in user.said
    assert "wrong-horse" not in user.said
    assert not (user.home / "accounts.json").exists()


def test_a_sign_in_that_is_refused_later_is_told_by_the_sync(user: Live) -> None:
    """With what to do; here another server has taken its place, which knows nobody."""

    def answer(command: str) -> list[bytes]:
        if command.startswith("LOGIN"):
            return [b"NO [AUTHENTICATIONFAILED] no"]
        return [b"* CAPABILITY IMAP4rev1", b"OK done"]

    with Mailbox() as mailbox, Scripted(answer) as other:
        connect_imap(user, mailbox)
        accounts = user.home / "accounts.json"
        told = accounts.read_text(encoding="utf-8")
        told = told.replace(str(mailbox.dovecot.tls_port), str(other.port))
        accounts.write_text(told.replace('"tls"', '"none"'), encoding="utf-8")
        assert user.run("sync") == 12
    assert "does not accept the name or the password" in user.said
    assert "brickwall connect imap" in user.said


def test_calendars_are_connected_and_read(user: Live) -> None:
    """It is said which."""
    with Account() as account:
        account.make("private")
        meeting = event(
            "SUMMARY:Demo",
            f"ORGANIZER:mailto:{account.address}",
            "ATTENDEE;PARTSTAT=ACCEPTED:mailto:bob@theirs.example",
        )
        account.put("e", meeting)
        arguments = ("caldav", account.address, "--server", account.server.url)
        assert user.connect(*arguments, password=radicale_peer.PASSWORD) == 0, user.said
        assert "Calendars that are read: Private, Sales" in user.said
        assert user.run("sync") == 0, user.said
        assert "first sync: about 1 calendar entry, less than a minute." in user.said
        assert "1 new" in user.said
        assert user.run("sync") == 0
        assert "0 new" in user.said
        assert user.run("disconnect", account.address) == 0
        assert "at localhost too" in user.said


def test_calendars_that_are_not_there_are_told(user: Live) -> None:
    """An account without any."""
    with Account() as account:
        account.remove("sales")
        arguments = ("caldav", account.address, "--server", account.server.url)
        assert user.connect(*arguments, password=radicale_peer.PASSWORD) == 3
    assert "has no calendar with meetings at localhost" in user.said


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("imap.ours.example", "imap.ours.example", 0),
        (" IMAP.ours.example:1993 ", "imap.ours.example", 1993),
        ("[::1]:143", "::1", 143),
    ],
)
def test_the_name_of_a_mail_server_may_have_a_port(text: str, host: str, port: int) -> None:
    """Also where it is a number."""
    assert imap.address_of(text) == (host, port)


@pytest.mark.parametrize("text", ["", "imaps://x", "a b", "x:99999", "ann@ours.example", "x:y"])
def test_what_is_no_name_of_a_mail_server_is_told(text: str) -> None:
    """With an example of one."""
    with pytest.raises(UsageError) as caught:
        imap.address_of(text)
    assert "imap.ours.example:993" in caught.value.remedy


def test_the_address_of_a_calendar_server_may_be_short() -> None:
    """TLS is understood."""
    assert caldav.address_of("dav.ours.example") == "https://dav.ours.example"
    assert caldav.address_of("https://ours.example/dav/") == "https://ours.example/dav/"


@pytest.mark.parametrize("text", ["", "ftp://x", "https://", "https://ann:pw@ours.example", "x:y"])
def test_what_is_no_address_of_a_calendar_server_is_told(text: str) -> None:
    """A password in it is not said again."""
    with pytest.raises(UsageError) as caught:
        caldav.address_of(text)
    assert "pw" not in str(caught.value)
