"""The configuration file: defaults, every key, and all problems at once with their lines."""

from __future__ import annotations

from dataclasses import asdict, fields
from pathlib import Path

import pytest

from analyzer.settings import Settings
from brickwall.config import KEYS, Config, load
from brickwall.endpoints import Endpoints
from brickwall.paths import home, write_private
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
    ],
)
def test_a_value_that_is_not_allowed_says_what_would_be(
    tmp_path: Path, line: str, words: str
) -> None:
    """Each kind of value explains itself."""
    assert words in problems(tmp_path, line)


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
