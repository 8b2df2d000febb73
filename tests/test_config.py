"""The configuration file: defaults, every key, and all problems at once with their lines."""

from __future__ import annotations

from dataclasses import asdict, fields
from datetime import time
from pathlib import Path

import pytest

from analyzer.settings import Settings
from brickwall.config import KEYS, Config, load
from brickwall.endpoints import Endpoints
from brickwall.paths import home, write_private
from brickwall.routine import Brief, Daemon, Digest, Retention, Smtp
from store.errors import ConfigurationError

DOCS = Path(__file__).parent.parent / "docs" / "configuration.md"


def config(folder: Path, text: str) -> Config:
    """The configuration that ``text`` describes, on a machine in Berlin."""
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path, local_zone=lambda: "Europe/Berlin")


def problems(folder: Path, text: str) -> str:
    """What the user is told about ``text``."""
    with pytest.raises(ConfigurationError) as caught:
        config(folder, text)
    assert caught.value.exit_code == 10
    return caught.value.cause


def test_without_a_file_everything_has_its_default_and_the_machines_zone(tmp_path: Path) -> None:
    """A first run needs no configuration."""
    read = load(tmp_path / "none.toml", local_zone=lambda: "Europe/Berlin")
    assert read == Config(zone="Europe/Berlin", settings=Settings(zone="Europe/Berlin"))


def test_what_is_set_reaches_the_judgement(tmp_path: Path) -> None:
    """Zone, internal mail, money and exclusions are part of the settings."""
    read = config(
        tmp_path,
        '[me]\nzone = "America/Chicago"\naddresses = ["Me@Ours.example"]\n'
        '[privacy]\ninternal = "keep"\ntext = "labels"\n'
        '[money]\nhourly_rate = 85\ncurrency = "USD"\n'
        '[exclude]\naddresses = ["@Bank.example"]\nlabels = ["Private"]\n'
        "[judge]\nlate_notice_hours = 12\n",
    )
    assert read.addresses == ("me@ours.example",)
    assert (read.keep_text, read.internal) == (False, "keep")
    assert read.excluded_labels == ("Private",)
    assert read.settings == Settings(
        zone="America/Chicago",
        internal="keep",
        hourly_rate=85.0,
        currency="USD",
        late_notice_hours=12.0,
        excluded_addresses=frozenset({"@bank.example"}),
    )


def test_a_file_in_another_encoding_says_which_line_holds_it(tmp_path: Path) -> None:
    """Old editors save in the code page of Windows; what Python calls it helps nobody."""
    path = tmp_path / "config.toml"
    path.write_bytes('[me]\n# Jürgen\nzone = "Europe/Berlin"\n'.encode("cp1252"))
    with pytest.raises(ConfigurationError) as caught:
        load(path, local_zone=lambda: "UTC")
    assert "is not saved as UTF-8: line 2 holds" in caught.value.cause
    assert "codec" not in caught.value.cause
    assert "save it as UTF-8" in caught.value.remedy


def test_all_problems_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    """Nobody should have to run a command five times to correct five lines."""
    told = problems(
        tmp_path,
        '[me]\nzone = "Mars/Olympus"\n\n[money]\nhourly_rat = 5\nhourly_rate = "x"\n'
        '[privacy]\ninternal = "maybe"\n',
    )
    assert "has 4 problems" in told
    assert 'line 2: me.zone "Mars/Olympus" is not a time zone' in told
    assert "line 5: money.hourly_rat is not a known key (did you mean money.hourly_rate?)" in told
    assert "line 6: money.hourly_rate must be a number" in told
    assert 'line 8: privacy.internal must be one of "drop", "keep"' in told


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('me.addresses = ["nobody"]', "is not an address"),
        ('me.addresses = "a@b.example"', "must be a list"),
        ("money.hourly_rate = true", "must be a number"),
        ("money.hourly_rate = -1", "must lie between"),
        ('me.zone = ""', "must be a text"),
        ('me.zone = "../../etc/passwd"', "is not a time zone"),
        ('google.gmail_endpoint = "gmail.googleapis.com"', "must be an address like"),
        ('google.gmail_endpoint = "http://gmail.googleapis.com"', "must begin with https://"),
        ('microsoft.authority = "https://me:pw@login.example"', "may hold no name or password"),
        ('microsoft.authority = "https://login.example:port"', "must be an address like"),
        ("microsoft.check_authority = 1", "must be true or false"),
        ('network.ca_file = "nowhere.pem"', "is not a file"),
        ("network.timeout_seconds = 0", "must lie between"),
        ('digest.to = ["@ours.example"]', "is not an address (name@example.com)"),
        ('digest.day = "funday"', 'must be one of "monday"'),
        ('digest.time = "25:00"', 'must be a time of day, like "07:00"'),
        ("digest.time = 7", "must be a time of day"),
        ('digest.when_empty = "no"', 'must be one of "skip", "line"'),
        ('smtp.host = "smtp.example:25"', "must be the name of a server"),
        ('smtp.host = "smtp.example"\nsmtp.security = "none"', "only for a server on this machine"),
        ('digest.via = "smtp"', "no smtp.host is set"),
        ("smtp.port = 0", "must lie between"),
        ("daemon.sync_minutes = 1.5", "must be a whole number"),
        ("daemon.sync_minutes = 0", "must lie between"),
        ("retention.text_days = -1", "must lie between"),
    ],
)
def test_a_value_that_is_not_allowed_says_what_would_be(
    tmp_path: Path, line: str, words: str
) -> None:
    """Each kind of value explains itself."""
    assert words in problems(tmp_path, line)


def test_the_digest_goes_to_the_first_own_address_on_monday_morning(tmp_path: Path) -> None:
    """Who says only who they are gets the digest; a domain of their own is nobody's mailbox."""
    read = config(tmp_path, '[me]\naddresses = ["@ours.example", "Me@ours.example", "m@x.example"]')
    assert read.digest == Digest(to=("me@ours.example",), day="monday", time=time(7), via="auto")
    assert (read.digest.weekday, read.brief.mail, read.retention.text_days) == (0, False, 0)


def test_what_brickwall_does_by_itself_can_be_set(tmp_path: Path) -> None:
    """Days in any case; times as texts or in TOML's own form; the port follows the security."""
    read = config(
        tmp_path,
        '[me]\naddresses = ["me@ours.example"]\n'
        '[digest]\nto = ["Boss@ours.example"]\nday = "Friday"\ntime = 16:30:00\n'
        'via = "smtp"\nwhen_empty = "line"\nenabled = false\n'
        '[smtp]\nhost = "SMTP.ours.example"\nsecurity = "tls"\nuser = "me"\n'
        "[daemon]\nsync_minutes = 30\n"
        '[brief]\nmail = true\ntime = "6:45"\n[retention]\ntext_days = 400\n',
    )
    to = ("boss@ours.example",)
    assert read.digest == Digest(False, to, "friday", time(16, 30), "smtp", "line")
    assert read.smtp == Smtp("smtp.ours.example", 465, "tls", "me")
    assert (read.daemon, read.retention) == (Daemon(30), Retention(400))
    assert read.brief == Brief(mail=True, time=time(6, 45))


def test_mail_may_leave_without_encryption_only_to_this_machine(tmp_path: Path) -> None:
    """A server for tests, or a relay that runs here."""
    read = config(tmp_path, '[smtp]\nhost = "127.0.0.1"\nport = 8025\nsecurity = "none"\n')
    assert read.smtp == Smtp("127.0.0.1", 8025, "none", "")


def test_a_file_that_is_no_toml_names_the_line(tmp_path: Path) -> None:
    """The parser's own words carry the line."""
    assert "line 2" in problems(tmp_path, "[me]\nzone = Berlin\n")


def test_every_key_is_documented() -> None:
    """A key nobody can read about does not exist."""
    text = DOCS.read_text(encoding="utf-8")
    assert [key for key in KEYS if f"`{key}`" not in text] == []


def test_every_endpoint_is_a_key_with_its_default_in_the_documentation(tmp_path: Path) -> None:
    """What is configurable, what it is by default and what is told about it are one thing."""
    text = DOCS.read_text(encoding="utf-8")
    for section in fields(Endpoints()):
        for key, default in asdict(getattr(Endpoints(), section.name)).items():
            name = f"{section.name}.{key}"
            assert name in KEYS
            if default and isinstance(default, str):
                assert f'| `{name}` | `"{default}"` |' in text
    assert load(tmp_path / "none.toml", local_zone=lambda: "UTC").endpoints == Endpoints()


def test_endpoints_may_lead_to_national_clouds_and_to_this_machine(tmp_path: Path) -> None:
    """What is not set stays; a slash at the end does no harm."""
    read = config(
        tmp_path,
        '[microsoft]\ngraph_endpoint = "https://graph.microsoft.us/"\ncheck_authority = false\n'
        '[google]\ngmail_endpoint = "http://127.0.0.1:4100"\n[network]\ntimeout_seconds = 5\n',
    ).endpoints
    assert read.microsoft.graph_endpoint == "https://graph.microsoft.us"
    assert read.microsoft.authority == Endpoints().microsoft.authority
    assert not read.microsoft.check_authority
    assert read.google.gmail_endpoint == "http://127.0.0.1:4100"
    assert read.network.timeout_seconds == 5.0


def test_one_variable_moves_configuration_and_data(tmp_path: Path) -> None:
    """``BRICKWALL_HOME`` is everything of one user."""
    place = home({"BRICKWALL_HOME": str(tmp_path)})
    assert place.config_file == tmp_path / "config.toml"
    assert place.database == tmp_path / "brickwall.db"


def test_written_reports_are_for_the_user_alone(tmp_path: Path) -> None:
    """Mode 0600 where the platform has modes."""
    path = tmp_path / "new" / "report.html"
    write_private(path, "<html>")
    assert path.read_text(encoding="utf-8") == "<html>"
    if hasattr(path.stat(), "st_mode") and path.drive == "":
        assert path.stat().st_mode & 0o077 == 0
