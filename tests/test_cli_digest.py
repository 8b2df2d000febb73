"""``brickwall digest`` from end to end: looked at, sent through an account or a server, once."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from brickwall.ledger import is_own
from ingest import mime
from store.errors import InputError
from tests.live_builder import Live
from tests.live_builder import live as live
from tests.memory_provider import ADDRESS
from tests.smtp_peer import PASSWORD, SmtpPeer, smtp

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
WEEK = "2026-W47"


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> list[datetime]:
    """The clock of the command: its one item is the time."""
    clock = [NOW]
    monkeypatch.setattr("brickwall.cli.digesting.now", lambda: clock[0])
    return clock


@pytest.fixture
def ready(live: Live) -> Live:
    """A user with an account that may send, some mail, and a line for empty weeks."""
    live.connect("gmail", "--with", "send")
    live.peer.receive("a", "b")
    live.run("sync")
    configure(live)
    return live


def configure(live: Live, text: str = "", *, when_empty: str = "line") -> None:
    """Write the configuration."""
    lines = f'[me]\nzone = "Europe/Vienna"\n[digest]\nwhen_empty = "{when_empty}"\n{text}'
    (live.home / "config.toml").write_text(lines, encoding="utf-8")


def mail(raw: bytes) -> EmailMessage:
    """A mail, read."""
    found = message_from_bytes(raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def ledger(live: Live) -> list[dict[str, str]]:
    """The ledger as programs read it."""
    assert live.run("digest", "--sent", "--json") == 0
    listed: list[dict[str, str]] = json.loads(live.said)["deliveries"]
    return listed


def test_a_digest_is_sent_to_the_rep_once(ready: Live) -> None:
    """By the account that may; the second time it is said when it was sent."""
    assert ready.run("digest", "--send") == 0
    assert f"The digest of {WEEK} was sent to {ADDRESS}." in ready.said
    assert ready.run("digest", "--send") == 0
    assert "it is not sent again" in ready.said
    (raw,) = ready.peer.sent
    sent = mail(raw)
    assert (sent["To"], sent["Auto-Submitted"]) == (ADDRESS, "auto-generated")
    assert sent["Subject"].startswith("brickwall, week 47")
    assert raw.isascii()
    (one,) = ledger(ready)
    assert (one["key"], one["state"], one["via"]) == (WEEK, "sent", f"gmail:{ADDRESS}")
    assert one["message_id"] == sent["Message-ID"]
    assert ready.run("digest", "--sent") == 0
    assert f"digest {WEEK}  sent  {ADDRESS}" in ready.said


def test_a_digest_is_no_evidence_even_where_a_server_gave_it_another_message_id(
    ready: Live,
) -> None:
    """By its Message-ID it is left out; without that it is at least no mail of a person."""
    ready.run("digest", "--send")
    (raw,) = ready.peer.sent
    number = str(mail(raw)["Message-ID"])
    renamed = raw.replace(f"\r\nMessage-ID: {number}".encode(), b"\r\nMessage-ID: <x@mail.example>")
    assert is_own(mime.parse(raw).message.message_id)
    assert not is_own(mime.parse(renamed).message.message_id)
    assert mime.parse(renamed).message.kind != "person"


def test_each_week_has_its_own_digest(ready: Live, now: list[datetime]) -> None:
    """The next week's goes a week later; an older one when it is named."""
    ready.run("digest", "--send")
    now[0] += timedelta(days=7)
    ready.run("digest", "--send")
    ready.run("digest", "--send", "--week", "2026-W40")
    subjects = [mail(raw)["Subject"].partition(":")[0] for raw in ready.peer.sent]
    assert subjects == ["brickwall, week 47", "brickwall, week 48", "brickwall, week 40"]


@pytest.mark.parametrize(
    ("week", "why"), [("2026-W48", "is not over"), ("2026-W49", "has not begun")]
)
def test_a_week_that_is_not_over_is_not_sent(ready: Live, week: str, why: str) -> None:
    """Else its own digest would be missing on its day, since each is sent once."""
    assert ready.run("digest", "--send", "--week", week) == 2
    assert why in ready.said
    assert not ready.peer.sent
    assert not ledger(ready)


def test_when_a_digest_was_sent_is_told_in_the_zone_of_the_rep(ready: Live) -> None:
    """Whatever the zone of the machine; programs get UTC."""
    ready.run("digest", "--send")
    (one,) = ledger(ready)
    at = datetime.fromisoformat(one["changed_at"]).astimezone(ZoneInfo("Europe/Vienna"))
    for command in ("--sent", "--send"):
        assert ready.run("digest", command) == 0
        assert f"{at:%Y, %H:%M}" in ready.said


def test_a_recipient_who_cannot_be_sent_to_does_not_keep_it_from_others(ready: Live) -> None:
    """It is said, and tried again the next time; who has had it has had it."""
    configure(ready, 'to = ["first@ours.example", "second@ours.example"]\n')
    attempts = []

    def refuse_the_first(where: str) -> None:
        if where == "send":
            attempts.append(where)
            if len(attempts) == 1:
                raise InputError("550 no such user", "Check digest.to.")

    ready.peer.fail = refuse_the_first
    assert ready.run("digest", "--send") == 3
    assert "550 no such user" in ready.said
    assert {one["recipient"]: one["state"] for one in ledger(ready)} == {
        "first@ours.example": "failed",
        "second@ours.example": "sent",
    }
    assert ready.run("digest", "--send") == 0
    assert [mail(raw)["To"] for raw in ready.peer.sent] == [
        "second@ours.example",
        "first@ours.example",
    ]


def test_a_week_without_anything_is_skipped_where_that_is_wanted(ready: Live) -> None:
    """And the ledger says why."""
    configure(ready, when_empty="skip")
    assert ready.run("digest", "--send") == 0
    assert "is not sent" in ready.said
    assert (ready.peer.sent, ledger(ready)[0]["state"]) == ([], "skipped")


def test_a_digest_that_is_turned_off_is_not_sent(ready: Live) -> None:
    """Not by the command either."""
    configure(ready, "enabled = false\n")
    assert ready.run("digest", "--send") == 2
    assert "turned off" in ready.said
    assert (ready.peer.sent, ledger(ready)) == ([], [])


def test_a_crash_after_the_mail_has_left_does_not_repeat_it(ready: Live) -> None:
    """It is found among the sent mail."""

    def crash(where: str) -> None:
        if where == "sent":
            raise KeyboardInterrupt

    ready.peer.fail = crash
    assert ready.run("digest", "--send") == 130
    assert ledger(ready)[0]["state"] == "sending"
    ready.peer.fail = lambda _: None
    assert ready.run("digest", "--send") == 0
    assert "found among the sent mail" in ready.said
    assert len(ready.peer.sent) == 1


def test_who_may_not_send_is_told_how(live: Live) -> None:
    """An account without that right, and no server."""
    live.connect()
    live.run("sync")
    configure(live)
    assert live.run("digest", "--send") == 10
    assert re.search(r"brickwall connect gmail (\S+ )?--with send", live.said)
    configure(live, f'via = "gmail:{ADDRESS}"\n')
    assert live.run("digest", "--send") == 12
    assert re.search(r"brickwall connect gmail (\S+ )?--with send", live.said)


def test_signing_in_again_for_one_more_right_takes_none_back(live: Live) -> None:
    """What was allowed before stays allowed."""
    live.connect("gmail", "--with", "send")
    live.connect("gmail", "--with", "drafts")
    live.run("accounts", "--json")
    assert json.loads(live.said)["accounts"][0]["granted"] == ["drafts", "send"]


def test_a_preview_is_written_and_sends_nothing(ready: Live) -> None:
    """Text at the terminal; the page, where there is one, needs nothing from anywhere."""
    assert ready.run("digest", "--preview", "--no-open") == 0
    assert f"To: {ADDRESS}" in ready.said
    assert "Subject: brickwall, week 47" in ready.said
    assert (ready.peer.sent, ledger(ready)) == ([], [])
    pages = list((ready.home / "reports").glob("digest-*.html"))
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert "cid:" not in html
        assert 'src="http' not in html


def smtp_section(peer: SmtpPeer) -> str:
    """The server in the configuration."""
    return (
        f'[smtp]\nhost = "{peer.host}"\nport = {peer.port}\nsecurity = "{peer.security}"\n'
        f'user = "{ADDRESS}"\n[network]\nca_file = "{Path(peer.ca_file).as_posix()}"\n'
    )


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_digest_goes_through_a_server_once_its_password_is_kept(
    live: Live, tmp_path: Path, security: str
) -> None:
    """Asked for it once, tried at once; then the digest comes as it is."""
    live.connect()
    live.run("sync")
    with smtp(tmp_path, security=security) as peer:
        configure(live, smtp_section(peer))
        assert live.run("digest", "--send") == 12
        assert "brickwall connect smtp" in live.said
        assert live.run("connect", "smtp", typed="wrong\n") == 12
        assert live.run("connect", "smtp", typed=f"{PASSWORD}\n") == 0
        assert live.run("digest", "--send") == 0
        assert live.run("digest", "--send") == 0
        assert live.run("disconnect", "smtp") == 0
        assert live.run("digest", "--send", "--week", "2026-W40") == 12
    (envelope,) = peer.mails
    assert (envelope.mail_from, envelope.rcpt_tos) == (ADDRESS, [ADDRESS])
    assert mail(peer.raw[0])["Subject"].startswith("brickwall, week 47")
    assert PASSWORD.encode() not in b"".join(live.files().values())


def test_a_mail_that_a_server_may_have_taken_is_not_sent_again(live: Live, tmp_path: Path) -> None:
    """Nobody can look: it is said, each time."""
    live.connect()
    live.run("sync")
    with smtp(tmp_path) as peer:
        configure(live, smtp_section(peer))
        live.run("connect", "smtp", typed=f"{PASSWORD}\n")
        peer.cut = "DATA"
        for _ in range(2):
            assert live.run("digest", "--send") == 3
            assert "nobody can look for it" in live.said
    assert (len(peer.mails), ledger(live)[0]["state"]) == (1, "unknown")


def test_what_a_digest_says_is_told_to_programs_without_sending_it(ready: Live) -> None:
    """The same subject as of the mail; the ledger stays empty."""
    assert ready.run("digest", "--json", "--week", WEEK) == 0
    told = json.loads(ready.said)
    assert (told["schema"], told["version"], told["kind"]) == ("brickwall", 1, "digest")
    assert (told["to"], told["week"]["id"]) == (ADDRESS, WEEK)
    assert ready.run("digest", "--week", WEEK) == 0
    assert f"Subject: {told['subject']}\n" in ready.said
    assert ledger(ready) == []
    assert not ready.peer.sent


@pytest.mark.parametrize("other", ["--send", "--preview"])
def test_json_goes_with_looking_alone(ready: Live, other: str) -> None:
    """Nothing is sent or written then."""
    assert ready.run("digest", "--json", other) == 2
    assert f"--json does not go with {other}" in ready.said
    assert not ready.peer.sent
