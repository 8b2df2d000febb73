"""``brickwall connect gmail`` and what follows, between emulate's sign-in and the fake Google."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from brickwall.credentials import Clients
from brickwall.providers import Request, google
from ingest import google_auth
from ingest.retry import OfflineError
from store.errors import ConfigurationError, InputError, SignInError, SignInProblem
from store.model import EventRevision, Message
from tests import peers
from tests.contract import REP, START, raw_message
from tests.google_fake import FakeGoogle, error_body, running
from tests.google_provider_builder import account, at_fake, tools
from tests.sending import mail, message_id


@pytest.fixture(scope="module")
def emulate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The sign-in."""
    seed = {"google": {"users": [{"email": REP, "name": "Rep"}]}}
    with peers.emulate(seed, tmp_path_factory.mktemp("emulate")) as address:
        yield address


@pytest.fixture
def fake() -> Iterator[FakeGoogle]:
    """A Google that takes every token, with a mail and a meeting."""
    with running(FakeGoogle(tokens=None)) as one:
        one.mailbox.add(raw_message("ann"))
        one.calendar.add("e1", START)
        yield one


def test_connecting_finds_addresses_and_zone(
    emulate: str, fake: FakeGoogle, tmp_path: Path
) -> None:
    """And looks once at each thing that will be read."""
    lent = tools(emulate, fake, tmp_path)
    found = google.connect(Request("gmail", address=REP), lent)
    assert (found.name, found.addresses) == (REP, (REP, REP, f"sales+{REP}"))
    assert (found.zone, found.notes, found.granted) == ("Europe/Vienna", (), frozenset())
    assert len(fake.requests) == 3
    assert lent.secrets.read()["refresh_token"]


def test_what_was_connected_is_read_and_given_back(
    emulate: str, fake: FakeGoogle, tmp_path: Path
) -> None:
    """Calendars first, then mail; afterwards the access is none any more."""
    lent = tools(emulate, fake, tmp_path)
    connected = account(google.connect(Request("gmail"), lent))
    estimate = google.estimate(connected, lent)
    assert estimate is not None
    assert estimate.messages == 1
    assert estimate.seconds == pytest.approx(0.2)
    calendars, mail = google.sources(connected, lent)
    (meetings,) = calendars.batches(None)
    (mails,) = mail.batches(None)
    assert [r.start for r in meetings.records if isinstance(r, EventRevision)] == [START]
    assert [r.subject for r in mails.records if isinstance(r, Message)] == ["Offer ann"]
    google.disconnect(connected, lent)
    told = lent.secrets.read()
    lent.secrets.write({**told, "expires_at": datetime.now(UTC).isoformat()})
    with pytest.raises(SignInError) as caught:
        list(google.sources(connected, lent)[1].batches(None))
    assert caught.value.problem is SignInProblem.REVOKED


def test_headers_only_asks_for_no_more(emulate: str, fake: FakeGoogle, tmp_path: Path) -> None:
    """The other addresses are then not told, and the user is."""
    fake.scopes = frozenset({"gmail.metadata"})
    lent = tools(emulate, fake, tmp_path)
    request = Request("gmail", headers_only=True)
    found = google.connect(request, lent)
    assert google_auth.MAIL not in lent.secrets.read()["scopes"]
    assert found.addresses == (REP,)
    assert "me.addresses" in found.notes[0]
    mail = google.sources(account(found, headers_only=True), lent)[1]
    (batch,) = mail.batches(None)
    assert [r.text for r in batch.records if isinstance(r, Message)] == [""]
    assert any("never read" in line for line in google.reads(request))


def test_without_the_calendars_mail_is_read_all_the_same(fake: FakeGoogle, tmp_path: Path) -> None:
    """Google lets people untick single boxes."""
    lent = at_fake(fake, tmp_path, (google_auth.MAIL,))
    found = google.connect(Request("gmail"), lent)
    assert "brickwall connect gmail" in found.notes[0]
    assert [source.name for source in google.sources(account(found), lent)] == ["mail"]


def test_an_access_that_will_end_is_told_at_once(fake: FakeGoogle, tmp_path: Path) -> None:
    """A client in Testing mode; Google says for how long."""
    scopes = (google_auth.MAIL, *google_auth.CALENDARS)
    lent = at_fake(fake, tmp_path, scopes, refresh_token_expires_in=604_799)
    (note,) = google.connect(Request("gmail"), lent).notes
    ends_on = (datetime.now(UTC) + timedelta(seconds=604_799)).date()
    assert str(ends_on) in note


def test_without_mail_nothing_is_connected(fake: FakeGoogle, tmp_path: Path) -> None:
    """It is what everything else rests on."""
    with pytest.raises(SignInError) as caught:
        google.connect(Request("gmail"), at_fake(fake, tmp_path, google_auth.CALENDARS))
    assert caught.value.problem is SignInProblem.CONSENT_DENIED


def test_features_are_granted_by_their_scopes(fake: FakeGoogle, tmp_path: Path) -> None:
    """Sending was asked for and ticked, drafts were not ticked."""
    scopes = (google_auth.MAIL, *google_auth.CALENDARS, google_auth.FEATURES["send"])
    request = Request("gmail", features=frozenset({"send", "drafts"}))
    assert google.connect(request, at_fake(fake, tmp_path, scopes)).granted == {"send"}


def test_an_interface_that_is_not_switched_on_is_named(fake: FakeGoogle, tmp_path: Path) -> None:
    """The first thing that newcomers forget."""
    fake.fail("/profile$", 403, error_body(403, "PERMISSION_DENIED", "accessNotConfigured"))
    with pytest.raises(InputError, match="Gmail is not switched on"):
        google.connect(Request("gmail"), at_fake(fake, tmp_path, (google_auth.MAIL,)))


def test_a_sign_in_that_cannot_be_reached_says_so(
    fake: FakeGoogle, tmp_path: Path, emulate: str
) -> None:
    """Offline, or out of order: not a sign-in problem."""
    lent = tools(emulate, fake, tmp_path)
    nowhere = replace(lent.endpoints.google, token_endpoint="https://nowhere.invalid/token")
    with pytest.raises(OfflineError):
        google.connect(
            Request("gmail"), replace(lent, endpoints=replace(lent.endpoints, google=nowhere))
        )


def test_without_credentials_it_says_where_they_come_from(fake: FakeGoogle, tmp_path: Path) -> None:
    """Before any browser opens."""
    lent = replace(tools("", fake, tmp_path), clients=Clients(tmp_path / "missing.json"))
    with pytest.raises(ConfigurationError, match="does not exist"):
        google.connect(Request("gmail"), lent)


def test_mail_to_the_rep_leaves_only_where_that_was_allowed(
    fake: FakeGoogle, tmp_path: Path
) -> None:
    """Sending and drafts are rights of their own; what is granted counts, not what was asked."""
    send = frozenset({"send"})
    scopes = google_auth.scopes(headers_only=False, features=send)
    lent = at_fake(fake, tmp_path, scopes)
    allowed = account(google.connect(Request("gmail", features=send), lent))
    google.sender(allowed, lent).send(mail())
    assert google.sender(allowed, lent).was_sent(message_id()) is True
    with pytest.raises(SignInError, match="was not allowed to save drafts") as error:
        google.drafts(allowed, lent)
    assert error.value.remedy == "Allow it: brickwall connect gmail rep@ours.example --with drafts"
    less = at_fake(fake, tmp_path, google_auth.scopes(headers_only=False, features=frozenset()))
    with pytest.raises(SignInError, match="was not allowed to send"):
        google.sender(account(google.connect(Request("gmail", features=send), less)), less)


def test_what_will_be_sent_is_said_before() -> None:
    """Only with that right; without it nothing is."""
    said = " ".join(google.reads(Request("gmail", features=frozenset({"send", "drafts"}))))
    assert "sends to you alone" in said
    assert "may leave drafts" in said
    assert "Nothing is changed or sent" in " ".join(google.reads(Request("gmail")))
