"""Sending by SMTP to a real server: encrypted, signed in, once."""

from __future__ import annotations

from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.retry import OfflineError, Retry
from ingest.senders import UnsureError, recipients
from ingest.smtp import SmtpLogin, SmtpSender, SmtpServer, _dotted
from store.errors import InputError, SignInError, SignInProblem
from tests.graph_builder import Tokens
from tests.peers import free_port
from tests.smtp_peer import PASSWORD, TOKEN, USER, SmtpPeer, smtp

LOGIN = SmtpLogin(USER, PASSWORD)


def mail(text: str = "Two things to do.\n", *, to: str = USER) -> bytes:
    """A mail of brickwall."""
    made = EmailMessage(policy=SMTP)
    made["From"] = f"brickwall <{USER}>"
    made["To"] = to
    made["Subject"] = "brickwall, week 47: 2 things to do"
    made["Message-ID"] = "<brickwall-digest-2026-w47-0@ours.example>"
    made.set_content(text, cte="quoted-printable")
    return made.as_bytes()


def sender(
    peer: SmtpPeer, login: SmtpLogin | None = LOGIN, *, pauses: list[float] | None = None
) -> SmtpSender:
    """Sends to the server; ``pauses`` remembers what it would wait."""
    slept = [] if pauses is None else pauses
    server = SmtpServer(peer.host, peer.port, peer.security, peer.ca_file, timeout_seconds=5)
    return SmtpSender(server, login, Retry(sleep=slept.append, random=lambda: 0.0))


@pytest.fixture
def peer(tmp_path: Path) -> Iterator[SmtpPeer]:
    """A server with STARTTLS that wants a sign-in."""
    with smtp(tmp_path) as running:
        yield running


@pytest.mark.parametrize("security", ["starttls", "tls", "none"])
def test_a_mail_comes_whole_to_whom_it_is_for(tmp_path: Path, security: str) -> None:
    """Dots at the beginning of lines and long texts included; the server decodes it anew."""
    text = ".\n..two\n.\r\nÄrger\n" + "x" * 3_000 + "\n"
    with smtp(tmp_path, security=security) as peer:
        sender(peer).send(mail(text))
    (took,) = peer.mails
    assert (took.mail_from, took.rcpt_tos) == (USER, [USER])
    assert peer.raw == [mail(text)]


def test_a_server_that_wants_no_sign_in_gets_none(tmp_path: Path) -> None:
    """As one on this machine."""
    with smtp(tmp_path, security="none", sign_in=False) as peer:
        sender(peer, None).send(mail())
    assert (len(peer.mails), peer.sign_ins) == (1, [])


def test_a_token_signs_in_by_xoauth2(peer: SmtpPeer) -> None:
    """In place of a password; one that is refused is renewed once."""
    sender(peer, SmtpLogin(USER, token=Tokens(TOKEN))).send(mail())
    tokens = Tokens("ya29.old", TOKEN)
    sender(peer, SmtpLogin(USER, token=tokens)).send(mail())
    assert (len(peer.mails), tokens.renewed) == (2, 1)
    with pytest.raises(SignInError, match="token"):
        sender(peer, SmtpLogin(USER, token=Tokens("ya29.old"))).send(mail())


@pytest.mark.parametrize("password", ["wrong", "größer"])
def test_a_wrong_password_is_said_once(peer: SmtpPeer, password: str) -> None:
    """And is not tried again: too many lock an account."""
    pauses: list[float] = []
    with pytest.raises(SignInError, match="localhost does not accept") as error:
        sender(peer, SmtpLogin(USER, password), pauses=pauses).send(mail())
    assert error.value.problem is SignInProblem.WRONG_PASSWORD
    assert "brickwall connect smtp" in error.value.remedy
    assert (pauses, peer.mails) == ([], [])


@pytest.mark.parametrize(
    ("command", "reply"),
    [
        ("MAIL", "451 4.3.0 Try later"),
        ("RCPT", "450 4.2.0 Greylisted"),
        ("RCPT", "421 4.3.2 Closing"),
        ("DATA", "452 4.3.1 Full"),
        ("DATA", "421 4.3.2 Closing"),
    ],
)
def test_what_the_server_refuses_for_now_is_sent_a_little_later(
    peer: SmtpPeer, command: str, reply: str
) -> None:
    """It has said that it took nothing."""
    peer.replies[command] = [reply, reply]
    pauses: list[float] = []
    sender(peer, pauses=pauses).send(mail())
    assert (len(peer.mails), len(pauses)) == (1, 2)


@pytest.mark.parametrize(
    ("command", "reply"),
    [("MAIL", "550 5.7.1 Not you"), ("RCPT", "550 5.1.1 No such user"), ("DATA", "554 5.7.1 Spam")],
)
def test_what_the_server_refuses_for_good_is_said(peer: SmtpPeer, command: str, reply: str) -> None:
    """With its own words, and it is not tried again."""
    peer.replies[command] = [reply] * 9
    pauses: list[float] = []
    with pytest.raises(InputError, match=reply) as error:
        sender(peer, pauses=pauses).send(mail())
    assert not isinstance(error.value, UnsureError)
    assert (peer.mails, pauses) == ([], [])


@pytest.mark.parametrize("command", ["EHLO", "MAIL", "RCPT"])
def test_a_connection_that_is_cut_before_the_mail_is_made_again(
    peer: SmtpPeer, command: str
) -> None:
    """Nothing can have gone yet."""
    peer.cut = command
    sender(peer).send(mail())
    assert len(peer.mails) == 1


@pytest.mark.parametrize("lost", [True, False])
def test_a_connection_that_is_cut_after_the_mail_leaves_it_in_doubt(
    peer: SmtpPeer, lost: bool
) -> None:
    """Whether the server has it or not looks the same from here; it is not sent again."""
    peer.cut, peer.lost = "DATA", lost
    pauses: list[float] = []
    with pytest.raises(UnsureError, match="before it said whether"):
        sender(peer, pauses=pauses).send(mail())
    assert (len(peer.mails), pauses) == (0 if lost else 1, [])
    assert sender(peer).was_sent("<1@ours.example>") is None


def test_a_certificate_that_nobody_vouches_for_ends_it(peer: SmtpPeer) -> None:
    """Neither password nor mail has left."""
    peer.ca_file = ""
    with pytest.raises(InputError, match="certificate of localhost is not accepted"):
        sender(peer).send(mail())
    assert (peer.sign_ins, peer.mails) == ([], [])


def test_a_certificate_that_has_run_out_ends_it(tmp_path: Path) -> None:
    """The date is named as what to look at."""
    with smtp(tmp_path, days=(-30, -1)) as peer:
        with pytest.raises(InputError, match="expired") as error:
            sender(peer).send(mail())
        assert "date and time" in error.value.remedy
        assert peer.sign_ins == []


def test_nothing_is_sent_in_the_clear(tmp_path: Path) -> None:
    """Not where the server offers no STARTTLS, not where the user says none of another machine."""
    with smtp(tmp_path, security="none") as peer:
        peer.security = "starttls"
        with pytest.raises(SignInError, match="does not offer STARTTLS"):
            sender(peer).send(mail())
        peer.security = "tls"
        with pytest.raises(SignInError, match="does not speak TLS"):
            sender(peer).send(mail())
    assert (peer.sign_ins, peer.mails) == ([], [])
    elsewhere = SmtpServer("mail.ours.example", 25, "none")
    with pytest.raises(SignInError, match="without encryption"):
        SmtpSender(elsewhere, LOGIN, Retry(sleep=print, random=lambda: 0.0)).send(mail())


def test_a_server_that_is_not_there_is_said() -> None:
    """After some attempts; nothing has gone."""
    server = SmtpServer("localhost", free_port(), "none", timeout_seconds=1)
    nowhere = SmtpSender(server, None, Retry(sleep=lambda _: None, random=lambda: 0.0))
    with pytest.raises(InputError, match="does not take connections") as error:
        nowhere.send(mail())
    assert not isinstance(error.value, UnsureError)
    unknown = SmtpServer("no-such-host.invalid", 25, "tls", timeout_seconds=1)
    with pytest.raises(OfflineError):
        SmtpSender(unknown, None, Retry(sleep=lambda _: None, random=lambda: 0.0)).send(mail())


@pytest.mark.parametrize(
    "header",
    [
        "Cc: boss@ours.example",
        "Bcc: bob@theirs.example",
        "To: bob@theirs.example\r\nCc: a@x.example",
    ],
)
def test_a_mail_to_others_too_is_not_sent(peer: SmtpPeer, header: str) -> None:
    """Only the rep is written to."""
    with pytest.raises(ValueError, match="only the rep"):
        sender(peer).send(header.encode() + b"\r\n" + mail())
    assert peer.connections == 0


@given(st.text(max_size=40))
def test_no_header_of_a_mail_becomes_a_command(text: str) -> None:
    """Whatever stands in To, addresses for the envelope are plain, or there is none."""
    raw = b"From: rep@ours.example\r\nTo: " + text.encode("utf-8", "replace") + b"\r\n\r\nHello\r\n"
    try:
        _, to = recipients(raw)
    except (ValueError, IndexError, AttributeError):
        return
    for one in to:
        assert one.count("@") == 1
        assert not set(one) & set('\r\n <>,;"')


@given(st.lists(st.sampled_from([b".", b"\r\n", b"a", b"..", b".\r\n"])).map(b"".join))
def test_nothing_in_a_mail_ends_its_data_early(content: bytes) -> None:
    """Only the last line is a dot alone, and a server that takes dots away has it all."""
    over_the_line = _dotted(content)
    lines = over_the_line.split(b"\r\n")
    assert lines.index(b".") == len(lines) - 2
    taken = b"".join(line.removeprefix(b".") + b"\r\n" for line in lines[:-2])
    assert taken == (content if content.endswith(b"\r\n") else content + b"\r\n")
