"""``brickwall draft`` from end to end: shown, copied, left in an account, and never sent."""

from __future__ import annotations

import ast
import json
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from brickwall import clipboard, workspace
from brickwall.cli.draft import _KINDS, _LANGUAGES
from reports.draft_kinds import KINDS
from reports.draft_words import LANGUAGES
from store.errors import InputError
from tests.home_builder import ANN, ME, NOW, RepHome, event, mail
from tests.home_builder import home as home
from tests.home_builder import selling as selling
from tests.live_builder import Live
from tests.live_builder import live as live
from tests.memory_provider import MemorySender

BEA = "Béa Roux <bea@usine.example>"
ROOT = Path(__file__).parent.parent


def mailbox() -> bytes:
    """A rep and a customer who writes French, with a proposal that waits."""
    mails = [
        mail(
            BEA,
            ME,
            "2026-04-20 08:00",
            "Bonjour, pourriez-vous nous envoyer une offre pour les camions ? Je vous remercie.",
            subject="Contrat de flotte",
            number="asked",
        ),
        mail(
            ME,
            BEA,
            "2026-04-27 08:00",
            "Bonjour,\n\nveuillez trouver ci-joint notre offre. Qu'en pensez-vous ?\n",
            subject="Re: Contrat de flotte",
            answers="asked",
            number="offer",
        ),
    ]
    return b"".join(b"From - Mon Jan  6 10:00:00 2025\n" + one + b"\n" for one in mails)


@pytest.fixture
def connected(live: Live, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Live:
    """That rep, whose account may keep drafts."""
    monkeypatch.setattr(workspace, "now", lambda: NOW)
    live.home.mkdir(exist_ok=True)
    config = f'[me]\naddresses = ["{ME}"]\nzone = "Europe/Berlin"\n'
    (live.home / "config.toml").write_text(config, encoding="utf-8")
    file = tmp_path / "mail.mbox"
    file.write_bytes(mailbox())
    assert live.run("import", "--workers", "1", str(file)) == 0, live.said
    assert live.run("mark", "bea", "sales") == 0, live.said
    live.connect("gmail", "--with", "drafts")
    return live


def parsed(raw: bytes) -> EmailMessage:
    """A mail, read."""
    found = message_from_bytes(raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def test_a_draft_is_shown_with_whom_it_is_to_and_why(selling: RepHome) -> None:
    """Subject, recipient and text; nothing else happens."""
    assert selling.run("draft", "ann", "last-try") == 0
    assert "last-try · English · in reply to your last thread" in selling.said
    assert "To: Ann Lee <ann@acme.example>" in selling.said
    assert "Subject: Re: Proposal: fleet contract" in selling.said
    assert "Dear Ann Lee,\n\nI am getting back to you about" in selling.said


def test_without_a_kind_the_one_that_fits_is_chosen(selling: RepHome) -> None:
    """And why is said."""
    assert selling.run("draft", "ann") == 0
    assert "milestone · English" in selling.said
    assert "Why: Too little is known; ask for one concrete next step." in selling.said


def test_a_meeting_tomorrow_is_confirmed(selling: RepHome) -> None:
    """In the language that is asked for."""
    selling.calendar(event("m2", start="2026-06-02 08:00", summary="Walk through the yard"))
    assert selling.run("draft", "ann", "--language", "de") == 0
    assert "confirm · German" in selling.said
    assert "am Dienstag, 2. Juni, 10:00 Uhr (CEST) („Walk through the yard“)" in selling.said


def test_a_no_show_that_was_marked_is_rebooked(selling: RepHome) -> None:
    """The rep's word is enough."""
    assert selling.run("draft", "ann", "rebook") == 2
    assert "brickwall mark ann@acme.example no-show" in selling.said
    assert selling.run("mark", "ann", "no-show") == 0, selling.said
    assert selling.run("draft", "ann") == 0
    assert "rebook · English" in selling.said
    assert "on Friday, 29 May about" in selling.said


def test_a_kind_that_does_not_fit_is_refused_with_those_that_do(selling: RepHome) -> None:
    """As wrong usage."""
    assert selling.run("draft", "ann", "confirm") == 2
    assert "No meeting with Ann Lee lies ahead" in selling.said
    assert "What fits: last-try, milestone, decline." in selling.said


def test_who_objected_gets_no_draft(selling: RepHome) -> None:
    """Not even one that ends it."""
    selling.write(
        mail(
            ANN, ME, "2026-05-30 08:00", "Please stop contacting us and remove me from your list.",
            subject="Re: Proposal: fleet contract", answers="proposal",
        )
    )  # fmt: skip
    for kind in ([], ["decline"]):
        assert selling.run("draft", "ann", *kind) == 2
        assert "There are no drafts to Ann Lee" in selling.said
        assert "Dear" not in selling.said


@pytest.mark.parametrize("name", ["carl", "nobody"])
def test_there_is_no_draft_to_somebody_who_is_not_judged(selling: RepHome, name: str) -> None:
    """Friends are written to by hand."""
    assert selling.run("draft", name) == 2
    assert "is not judged" in selling.said or "Nobody in your mail" in selling.said


def test_programs_get_the_draft_as_one_document(selling: RepHome) -> None:
    """With its headers."""
    told = selling.json("draft", "ann", "last-try")
    assert (told["schema"], told["kind"], told["version"]) == ("brickwall", "draft", 1)
    draft = told["draft"]
    assert (draft["to"], draft["kind"], draft["language"]) == (
        "ann@acme.example", "last-try", "en",
    )  # fmt: skip
    assert draft["in_reply_to"] == draft["references"][-1] == "<proposal@mail.example>"


def test_the_command_offers_every_kind_and_language_there_is() -> None:
    """It names them itself, so that its help is quick."""
    assert tuple(KINDS) == _KINDS
    assert LANGUAGES == _LANGUAGES


def test_a_draft_is_left_in_the_account_in_reply_to_the_thread(connected: Live) -> None:
    """In their language, as the rep's own mail, to them alone."""
    assert connected.run("draft", "bea", "last-try", "--save") == 0, connected.said
    assert f"Saved among the drafts of {ME}; it is yours to send." in connected.said
    (raw,) = connected.peer.drafts
    draft = parsed(raw)
    assert draft["To"] == "bea@usine.example"
    assert draft["From"].addresses[0].addr_spec == ME
    assert draft["Subject"] == "Re: Contrat de flotte"
    assert draft["In-Reply-To"] == "<offer@mail.example>"
    assert draft["References"] == "<asked@mail.example> <offer@mail.example>"
    assert draft.get_content().startswith("Bonjour Béa Roux,")
    assert b"brickwall" not in raw.lower()


def test_with_json_the_document_stands_alone_on_the_output(
    connected: Live, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was done is said beside it."""
    from brickwall import cli

    assert cli.run(["draft", "bea", "decline", "--save", "--json"]) == 0
    streams = capsys.readouterr()
    assert json.loads(streams.out)["draft"]["kind"] == "decline"
    assert "Saved among the drafts" in streams.err


def test_nothing_is_ever_sent(connected: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is drafted and saved: no sender's send() is reached."""

    def sends(self: MemorySender, message: bytes) -> None:
        raise AssertionError("something was sent")

    monkeypatch.setattr(MemorySender, "send", sends)
    connected.connect("gmail", "--with", "send")
    for kind in ("last-try", "milestone", "decline"):
        assert connected.run("draft", "bea", kind, "--save") == 0, connected.said
    assert len(connected.peer.drafts) == 3
    assert connected.peer.sent == []


def test_the_code_of_drafts_knows_no_way_to_send() -> None:
    """Read as it is written: no sender is asked for, and nothing is called that sends."""
    modules = [*(ROOT / "reports").glob("draft*.py"), *(ROOT / "brickwall").glob("**/draft*.py")]
    assert {path.name for path in modules} >= {"draft.py", "drafting.py", "draft_kinds.py"}
    for path in modules:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute):
                assert node.attr not in ("send", "sender", "send_message", "sendmail"), path
            if isinstance(node, ast.alias):
                assert node.name not in ("post", "smtplib", "send_once"), path


def test_an_account_that_may_keep_no_drafts_says_how_to_allow_it(connected: Live) -> None:
    """The right is asked for only for this."""
    connected.run("disconnect", ME)
    connected.connect("gmail")
    assert connected.run("draft", "bea", "decline", "--save") == 12
    assert "not allowed to save drafts" in connected.said
    assert f"brickwall connect gmail {ME} --with drafts" in connected.said
    assert "Bonjour Béa Roux," in connected.said


def test_an_account_can_be_named(connected: Live) -> None:
    """One that is not there is said; without --save there is nothing to name it for."""
    assert connected.run("draft", "bea", "decline", "--save", "--account", "x@y.example") == 2
    assert "No connected account is called" in connected.said
    assert connected.run("draft", "bea", "decline", "--save", "--account", ME) == 0
    assert connected.run("draft", "bea", "decline", "--account", ME) == 2
    assert "--account goes with --save" in connected.said


def test_where_no_mail_is_needed_nothing_is_saved(connected: Live) -> None:
    """It is said, with what could be written all the same."""
    assert connected.run("draft", "bea", "--save", "--as-of", "2026-04-29") == 0
    assert "No mail to Béa Roux is needed." in connected.said
    assert "What could be written: last-try, milestone, decline." in connected.said
    assert connected.peer.drafts == []


@pytest.fixture
def copied(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What programs were given; every program is installed."""
    runs: list[Any] = []
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("subprocess.run", lambda command, **said: runs.append((command, said)))
    return runs


@pytest.mark.parametrize(
    ("platform", "environment", "program"),
    [
        ("win32", {}, "clip.exe"),
        ("darwin", {}, "pbcopy"),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}, "wl-copy"),
        ("linux", {"DISPLAY": ":0"}, "xclip"),
        ("linux", {"WSL_DISTRO_NAME": "Debian"}, "clip.exe"),
    ],
)
def test_the_text_is_copied_by_the_program_of_the_desktop(
    selling: RepHome,
    copied: list[Any],
    monkeypatch: pytest.MonkeyPatch,
    platform: str,
    environment: dict[str, str],
    program: str,
) -> None:
    """Each gets it in the encoding that it reads."""
    for name in ("WAYLAND_DISPLAY", "DISPLAY", "WSL_DISTRO_NAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("sys.platform", platform)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    clipboard.copy("Grüße\n")
    ((command, said),) = copied
    encoding = "utf-16" if program == "clip.exe" else "utf-8"
    assert (command[0], said["input"].decode(encoding)) == (program, "Grüße\n")


def test_what_is_copied_is_the_text_alone(
    selling: RepHome, copied: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes into a mail whose subject is there already."""
    monkeypatch.setenv("DISPLAY", ":0")
    assert selling.run("draft", "ann", "decline", "--copy") == 0
    assert "Copied: the text, without its subject." in selling.said
    ((_, said),) = copied
    assert said["input"].decode("utf-8-sig").startswith("Dear Ann Lee,")


def test_a_desktop_without_a_program_for_it_says_which_to_install(
    selling: RepHome, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The draft is shown all the same."""
    monkeypatch.setattr("shutil.which", lambda _: None)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    assert selling.run("draft", "ann", "decline", "--copy") == 3
    assert "Dear Ann Lee," in selling.said
    assert "xclip or xsel is not installed" in selling.said
    monkeypatch.delenv("DISPLAY")
    monkeypatch.delenv("WSL_DISTRO_NAME", raising=False)
    with pytest.raises(InputError, match="this is no desktop"):
        clipboard.copy("x")


def test_a_program_that_fails_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a traceback."""
    monkeypatch.setattr("shutil.which", lambda name: f"/nowhere/{name}")
    monkeypatch.setattr(clipboard, "_ways", lambda *_: [clipboard._Way(("/nowhere/at/all",))])
    with pytest.raises(InputError, match="failed"):
        clipboard.copy("x")


def test_the_time_of_a_saved_draft_is_the_reps(connected: Live) -> None:
    """Not that of the analysis."""
    assert connected.run("draft", "bea", "decline", "--save", "--as-of", "2026-05-20") == 0
    (raw,) = connected.peer.drafts
    assert parsed(raw)["Date"].datetime >= NOW
