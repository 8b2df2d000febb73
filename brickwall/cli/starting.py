"""How the guided start looks at the terminal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import click

from brickwall import values as v
from brickwall.cli.talk import agree, say
from brickwall.config import ConfigProblemsError, checked
from brickwall.first_config import Answers, written
from brickwall.paths import Home, home, write_private
from brickwall.routine import SMTP_PORTS, WEEKDAYS, Digest, Smtp
from brickwall.workspace import local_zone, now
from store.errors import StoreError, UsageError

T = TypeVar("T")

#: Where mail may lie, and whether a server for outgoing mail must be named for the digest.
SOURCES: Final = {
    "gmail": False,
    "microsoft": False,
    "exchange": False,
    "imap": True,
    "files": True,
    "demo": True,
    "later": True,
}


def run_init(said: dict[str, Any], *, demo: bool, force: bool, ask: bool) -> int:
    """Write the configuration and begin; ``said``: the options as they were read."""
    place = home()
    _free(place.config_file, force=force, ask=ask)
    answers = _answers(said)
    source = "demo" if demo else ""
    if ask:
        answers, source = _asked()
    if source == "demo":
        answers = _as_demo(place, answers)
    _write(place.config_file, answers)
    return _begin(place, source, answers)


def _free(path: Path, *, force: bool, ask: bool) -> None:
    """See to it that nothing is lost that the user wrote."""
    if not path.exists() or force:
        return
    if not ask:
        raise UsageError(f"{path} is there already.", "Change it by hand, or give --force.")
    agree(f"{path} is there already. Replace it?")


def _answers(said: dict[str, Any]) -> Answers:
    """What the options say."""
    day = (said["day"] or Digest().day).lower()
    if day not in WEEKDAYS:
        raise UsageError(f'"{said["day"]}" is not a day.', f"One of: {', '.join(WEEKDAYS)}.")
    digest = Digest(not said["no_digest"], said["to"], day, said["at"] or Digest().time)
    security = said["smtp_security"] or Smtp().security
    port = said["smtp_port"] or SMTP_PORTS[security]
    smtp = Smtp(said["smtp_host"] or "", port, security, said["smtp_user"] or "")
    return Answers(said["me"], said["zone"] or "", digest, smtp)


def _asked() -> tuple[Answers, str]:
    """What the user answers; where their mail is, as one of ``SOURCES``."""
    say("brickwall asks a few things and writes them into a file that you can change later.")
    me = _prompt("Your own address (several: with commas)", _mailboxes)
    zone = _prompt("Your time zone", v.zone, local_zone())
    source = _prompt(f"Where is your mail? ({', '.join(SOURCES)})", v.choice(*SOURCES), "gmail")
    if not click.confirm("A digest every week, by mail to you and nobody else?", default=True):
        return Answers(me, zone, Digest(enabled=False)), source
    day = _prompt("On which day?", v.choice(*WEEKDAYS), "monday")
    at = _prompt("At what time?", v.time_of_day, "07:00")
    to = _prompt("To which address?", _mailboxes, me[0])
    smtp = _smtp(me[0]) if SOURCES[source] else Smtp()
    return Answers(me, zone, Digest(to=to, day=day, time=at), smtp), source


def _smtp(user: str) -> Smtp:
    say("Which server takes your outgoing mail? (Your mail program knows; empty: tell it later.)")
    host = _prompt("Server", _host_or_none, "")
    if not host:
        return Smtp()
    security = _prompt("Encryption (starttls, tls, none)", v.choice(*SMTP_PORTS), "starttls")
    port = _prompt("Port", lambda text: v.whole(1, 65_535)(int(str(text))), SMTP_PORTS[security])
    name: str = click.prompt("Name to sign in with (empty: no sign-in)", default=user)
    return Smtp(host, port, security, name.strip())


def _host_or_none(value: object) -> str:
    return v.host(value) if str(value).strip() else ""


def _mailboxes(value: object) -> tuple[str, ...]:
    found = v.mailboxes(str(value).replace(",", " ").split())
    if not found:
        raise v.NotAllowedError("must be an address, like name@example.com")
    return found


def _prompt(question: str, read: Callable[[object], T], default: object = None) -> T:
    """Ask until the answer can be read."""

    def value(text: str) -> T:
        try:
            return read(text)
        except v.NotAllowedError as problem:
            raise click.BadParameter(f"It {problem}.") from None
        except ValueError:
            raise click.BadParameter("It must be a whole number.") from None

    return cast("T", click.prompt(question, default=default, value_proc=value))


def _write(path: Path, answers: Answers) -> None:
    text = written(answers)
    try:
        checked(path, text)
        write_private(path, text)
    except ConfigProblemsError as error:
        raise UsageError(" ".join(error.problems), "Give other answers.") from error
    except OSError as error:
        raise StoreError(
            f"{path} cannot be written: {error.strerror}", "Check the rights of its folder."
        ) from error
    say(f"Written: {path}")


def _as_demo(place: Home, answers: Answers) -> Answers:
    """The made-up rep's addresses and zone, where none were named."""
    from ingest import demo

    if place.database.exists():
        raise UsageError(
            f"{place.database} is there already; made-up mail does not go beside your own.",
            "Set BRICKWALL_HOME to an empty folder and try again.",
        )
    addresses = (demo.ME, *answers.addresses)
    to = answers.digest.to or answers.addresses[:1]
    digest = Digest(answers.digest.enabled, to, answers.digest.day, answers.digest.time)
    return Answers(addresses, answers.zone or demo.ZONE, digest, answers.smtp)


def _begin(place: Home, source: str, answers: Answers) -> int:
    """The first reading, where it can be begun at once; else what to do next."""
    from brickwall.cli import run

    if source == "demo":
        code = _import_demo(place, now().date())
        _farewell(answers)
        return code
    if source in ("gmail", "microsoft", "exchange"):
        sends = ["--with", "send"] if answers.digest.enabled else []
        return run(["connect", source, answers.addresses[0], *sends])
    if source == "imap":
        say("Next: brickwall connect imap ADDRESS --server HOST, then: brickwall sync")
    elif source == "files":
        say("Next: brickwall import PATH... with your mail and calendar files")
    else:
        say("Next: brickwall connect (gmail, microsoft, exchange, imap, caldav)")
        say("      or brickwall import PATH... with your mail and calendar files")
    _farewell(answers)
    return 0


def _import_demo(place: Home, end: date) -> int:
    """Make the made-up year and read it like real files."""
    from brickwall.cli.importing import run_import
    from brickwall.workspace import opened
    from ingest import demo

    folder = place.demo_account
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    demo.write(demo.world(1, end), folder)
    files = [folder / name for name in ("mail.mbox", "calendar.ics", "deals.csv")]
    with opened(must_exist=False) as workspace:
        return run_import(workspace, files, me=(demo.ME,), internal=None, workers=None)


def _farewell(answers: Answers) -> None:
    say("Then: brickwall report")
    if answers.digest.enabled and not answers.smtp.host:
        say("Before the first digest: name the server that takes your mail, smtp.host in the file")
    if answers.digest.enabled and answers.smtp.user:
        say("Before the first digest: brickwall connect smtp (asks for the password, once)")
    say("By itself from now on: brickwall daemon install")
