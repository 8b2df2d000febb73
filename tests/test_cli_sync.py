"""``brickwall sync`` from the command line, with a provider in memory."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import UTC, datetime

import pytest

from brickwall.cli.syncing import duration
from brickwall.vault import VaultSecrets
from ingest.retry import OfflineError
from store import database
from store.errors import InputError, SignInError, SignInProblem
from store.model import Failure
from tests.live_builder import Live, live
from tests.memory_provider import ADDRESS, PASSWORD

__all__ = ["live"]

OTHER = "other@ours.example"


def checked_at(live: Live) -> str:
    """When the account was read last, as it is told."""
    live.run("accounts")
    return next(line for line in live.said.splitlines() if "read last" in line)


def test_without_an_account_the_way_to_connect_one_is_said(live: Live) -> None:
    """A usage error."""
    assert live.run("sync") == 2
    assert "brickwall connect gmail" in live.said


def test_a_first_sync_says_what_it_has_before_it_and_what_it_did(live: Live) -> None:
    """Piped, there is no bar: only these lines."""
    live.connect()
    live.peer.receive(*"abcdefg")
    assert live.run("sync") == 0
    assert live.said.splitlines() == [
        f"{ADDRESS}: first sync: about 7 messages, less than a minute.",
        "The newest comes first; interrupt it whenever you like, it goes on where it stopped.",
        f"gmail:{ADDRESS}: 7 new, 0 changed, 0 removed.",
    ]
    assert len(live.subjects()) == 7


def test_a_mailbox_with_nothing_in_it_is_fresh_all_the_same(live: Live) -> None:
    """Not told as one that was never read, which would send the user to sync again and again."""
    live.connect()
    assert live.run("sync") == 0
    live.run("accounts")
    assert "not read yet" not in live.said
    live.run("doctor")
    assert f"gmail:{ADDRESS}: fresh" in live.said


def test_a_second_sync_brings_only_what_is_new_and_estimates_nothing(live: Live) -> None:
    """The cursor was kept."""
    live.connect()
    live.peer.receive(*"abc")
    live.run("sync")
    live.peer.receive("d")
    assert live.run("sync") == 0
    assert live.said.splitlines() == [f"gmail:{ADDRESS}: 1 new, 0 changed, 0 removed."]


def test_a_sync_without_news_writes_nothing_but_the_check_time(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not a file is touched, not a record of the store."""
    live.connect()
    live.peer.receive(*"abc")
    monkeypatch.setattr(live.peer, "refresh", lambda token: token)
    live.run("sync")
    files, content, asked = live.files(), live.content(), live.peer.asked
    at = checked_at(live)
    monkeypatch.setattr("brickwall.cli.syncing.now", lambda: datetime(2031, 1, 1, tzinfo=UTC))
    assert live.run("sync") == 0
    assert (live.files(), live.content(), live.peer.asked) == (files, content, asked)
    assert checked_at(live) != at
    assert "2031-01-01" in checked_at(live)


def test_what_was_read_before_an_interruption_is_kept(live: Live) -> None:
    """Ctrl-C between two batches; the report then says that older mail is missing."""
    live.connect()
    live.peer.receive(*"abcdefgh")

    def interrupted(where: str) -> None:
        if where == "mail" and live.peer.asked == 3:
            raise KeyboardInterrupt

    live.peer.fail = interrupted
    assert live.run("sync") == 130
    assert "run the same command to go on" in live.said
    assert live.subjects() == {"Offer h", "Offer g", "Offer f", "Offer e"}
    assert live.read_share() == 0.5
    live.run("accounts")
    assert "so far 50 % of it" in live.said
    live.peer.fail = lambda _: None
    assert live.run("sync") == 0
    assert "4 new" in live.said
    assert live.read_share() == 1.0


def test_only_one_account_can_be_synced(live: Live) -> None:
    """By its address, or an alias of it."""
    live.connect()
    live.connect("gmail", OTHER)
    live.peer.token = ""
    assert live.run("sync", "--account", "nobody@ours.example") == 2
    assert live.run("sync", "--account", OTHER) == 12
    assert ADDRESS not in live.said


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("Memory refuses access (HTTP 403)", "Ask your administrator."), 3),
        (OfflineError("Memory cannot be reached: you seem to be offline", "Check it."), 3),
        (SignInError("Revoked", "Sign in again.", SignInProblem.REVOKED), 12),
        (ZeroDivisionError("division by zero"), 3),
    ],
)
def test_an_account_that_fails_does_not_keep_the_others_from_their_turn(
    live: Live, error: Exception, code: int
) -> None:
    """The error names the account and what to do; the exit code tells programs."""
    live.connect("imap", OTHER, "--server", "imap.ours.example")
    live.connect()
    live.peer.receive(*"ab")
    calls = iter([error])

    def first_only(where: str) -> None:
        if where == "sources" and (given := next(calls, None)):
            raise given

    live.peer.fail = first_only
    assert live.run("sync") == code
    assert f"Error: imap:{OTHER}: " in live.said
    assert f"gmail:{ADDRESS}: 2 new" in live.said
    assert "Traceback" not in live.said


def test_an_account_that_fails_in_the_middle_keeps_what_it_has_read(live: Live) -> None:
    """And goes on there."""
    live.connect()
    live.peer.receive(*"abcd")

    def cut(where: str) -> None:
        if where == "mail" and live.peer.asked == 2:
            raise InputError("The connection was cut", "Try again later.")

    live.peer.fail = cut
    assert live.run("sync") == 3
    assert f"gmail:{ADDRESS}: 2 new" in live.said
    assert "Try again later." in live.said


def test_bad_items_are_counted_and_are_no_failure(live: Live) -> None:
    """Exit code 0: nothing is asked of the user."""
    live.connect()
    live.peer.receive("a")
    live.peer.failures = [Failure("message 7", "cut short")]
    assert live.run("sync") == 0
    assert "In quarantine 1" in live.said
    assert "message 7: cut short" in live.said


def test_mail_among_colleagues_is_left_out_and_counted(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Own domains are those of all connected accounts."""
    live.connect()
    live.connect("imap", "rep@customer.example", "--server", "imap.customer.example")
    live.peer.receive("a")
    monkeypatch.setattr(live.peer, "refresh", lambda token: token)
    assert live.run("sync", "--account", ADDRESS) == 0
    assert "Left out 1: mail among colleagues 1" in live.said
    assert live.subjects() == set()


def test_headers_only_accounts_store_no_text(live: Live) -> None:
    """The right to read it was never asked for."""
    live.connect("gmail", "--headers-only")
    live.peer.receive("a")
    live.run("sync")
    with database.open(live.home / "brickwall.db") as opened, opened.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM message_text").scalar_one() == 0


def test_another_brickwall_at_work_is_told_before_anything_is_asked(live: Live) -> None:
    """Exit code 11; not even a token is renewed."""
    live.connect()
    given = live.peer.tokens_given
    with database.open(live.home / "brickwall.db") as other, other.writing():
        assert live.run("sync") == 11
    assert live.peer.tokens_given == given


def test_the_flag_for_mass_removals_reaches_the_sync(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it the sync refuses and names it (tests/test_sync.py)."""
    live.connect()
    seen: list[bool] = []

    class ToldError(Exception):
        """Enough was seen."""

    def spy(*_: object, options: object, **__: object) -> None:
        seen.append(options.allow_mass_removal)  # type: ignore[attr-defined]
        raise ToldError

    monkeypatch.setattr("ingest.sync.sync", spy)
    live.run("sync")
    live.run("sync", "--allow-mass-removal")
    assert seen == [False, True]


def test_a_renewed_token_is_kept_before_it_is_used(live: Live) -> None:
    """Rotation: the next run signs in with the newest."""
    live.connect()
    for _ in range(3):
        assert live.run("sync") == 0
    assert live.peer.tokens_given == 4


def test_a_crash_between_renewing_and_saving_needs_a_sign_in_at_worst(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer that never arrived cannot be saved: the remedy is said, and nothing is lost."""
    live.connect()
    live.peer.receive("a")

    class Killed(BaseException):
        """The process ends here."""

    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(VaultSecrets, "write", killed)
        with pytest.raises(Killed):
            live.run("sync")
    assert live.run("sync") == 12
    assert "Sign in again: brickwall connect gmail." in live.said
    live.connect()
    assert live.run("sync") == 0
    assert live.subjects() == {"Offer a"}


@pytest.mark.parametrize("debug", [False, True])
def test_no_secret_is_ever_said_or_left_readable(live: Live, debug: bool) -> None:
    """Whatever happens: passwords and tokens in no output, no file, no traceback."""
    flag = ("--debug",) if debug else ()
    heard = []

    def leaking(where: str) -> None:
        if where in ("mail", "connected"):
            raise ValueError(f"GET https://m.example/?access_token={live.peer.token} failed")

    live.peer.receive("a")
    live.peer.fail = leaking
    assert live.run(*flag, "connect", "gmail", typed=f"{PASSWORD}\n") == 1
    heard.append(live.said)
    live.peer.fail = lambda _: None
    live.connect()
    for arguments in (("sync",), ("accounts",), ("accounts", "--json"), ("disconnect", ADDRESS)):
        live.peer.fail = leaking
        live.run(*flag, *arguments)
        heard.append(live.said)
    secrets = [PASSWORD, *(f"token-{n}-of-the" for n in range(1, live.peer.tokens_given + 1))]
    said = "".join(heard)
    assert "ValueError" in said
    assert [secret for secret in secrets if secret in said] == []
    on_disk = b"".join(path.read_bytes() for path in live.home.rglob("*") if path.is_file())
    assert [secret for secret in secrets if secret.encode() in on_disk] == []


def test_a_bar_with_rate_and_time_left_is_shown_at_a_terminal(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On standard error, so that the output can be piped."""
    live.connect()
    live.peer.receive(*"abcd")
    shown = io.StringIO()
    monkeypatch.setattr(shown, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", shown)
    assert live.run("sync") == 0
    assert "4 read" in shown.getvalue()
    assert f"{ADDRESS} mail" in shown.getvalue()


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (5, "less than a minute"),
        (60, "about 1 minute"),
        (2000, "about 33 minutes"),
        (7300, "about 2 hours"),
    ],
)
def test_a_duration_is_said_roughly(seconds: float, words: str) -> None:
    """Nobody needs the seconds of an estimate."""
    assert duration(seconds) == words


HEAVY = """cryptography keyring google googleapiclient msal exchangelib requests imapclient pandas
    sqlalchemy apscheduler rich"""


def test_starting_up_loads_no_provider_library() -> None:
    """Help is there at once; libraries come with the command that needs them."""
    script = (
        "import sys; from brickwall.cli import run; run(['--help'])\n"
        "for name in ('connect', 'sync', 'accounts', 'disconnect'): run([name, '--help'])\n"
        f"print([name for name in {HEAVY.split()} if name in sys.modules], file=sys.stderr)"
    )
    command = [sys.executable, "-c", script]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]"
