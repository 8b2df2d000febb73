"""Who came to calls, the whole way: from Google and Microsoft through the store into the report."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from brickwall import providers
from brickwall.credentials import Clients
from brickwall.endpoints import Endpoints, Google, Microsoft, Network
from brickwall.providers import Account, Request, Tools, google, microsoft
from brickwall.syncing import AccountSummary, Syncing, keep_of
from brickwall.workspace import opened
from ingest import google_auth
from ingest.retry import Retry
from ingest.secrets import MemorySecrets
from store.reading import read_facts
from tests.google_builder import FixedAccess
from tests.google_fake import FakeGoogle, running
from tests.google_fake_meet import SCOPE, anonymous, signed_in
from tests.graph_builder import Tokens
from tests.graph_fake import Graph, graph
from tests.graph_teams import was_there
from tests.graph_values import attendee, recipient
from tests.home_builder import ME, NOW, RepHome, home, selling

__all__ = ["home", "selling"]

KEN, CLEO = "ken@ours.example", "cleo@other.example"
CODE = "abc-mnop-xyz"
START = datetime(2026, 5, 28, 13, tzinfo=UTC)
HOUR = timedelta(hours=1)
#: When the meeting was made.
KNOWN = "2026-05-20T08:00:00Z"
BOTH = frozenset({"attendance"})


def account(provider: str, *granted: str) -> Account:
    """A connected account of the rep."""
    return Account(provider, ME, (ME,), "UTC", False, frozenset(granted), {}, NOW)


def tools(folder: Path, **endpoints: Any) -> Tools:
    """What the application lends at ``NOW``."""
    credentials = folder / "credentials.json"
    told = {"client_id": "one", "client_secret": "two", "tenant": "organizations"}
    credentials.write_text(json.dumps({"google": told, "microsoft": told}), encoding="utf-8")
    return Tools(
        endpoints=Endpoints(network=Network(timeout_seconds=5), **endpoints),
        clients=Clients(credentials),
        secrets=MemorySecrets(),
        retry=Retry(sleep=lambda _: None, random=lambda: 0.0),
        zone="UTC",
        say=lambda _: None,
        ask=lambda _: "",
        ask_secret=lambda _: "",
        browse=lambda _: False,
        now=lambda: NOW,
        clock=time.monotonic,
        sleep=lambda _: None,
    )


def sync(home: RepHome, lent: Tools, connected: Account, **options: Any) -> AccountSummary:
    """One sync of the account into the rep's store."""
    with opened(must_exist=False) as workspace:
        keep = keep_of(workspace.config, [connected], workspace.database)
        syncing = Syncing(
            workspace.database, lambda _: lent, keep, lambda _: (), lambda: NOW, **options
        )
        (summary,) = syncing.all([connected])
    return summary


@pytest.fixture
def teams(
    selling: RepHome, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Graph, Callable[..., AccountSummary]]]:
    """A Microsoft 365 with a Teams meeting of the rep, and how it is synced."""
    monkeypatch.setattr(microsoft, "sign_in_of", lambda _tools, _scopes: Tokens())
    with graph(me={"mail": ME}) as fake:
        lent = tools(
            selling.folder, microsoft=Microsoft(graph_endpoint=fake.url, check_authority=False)
        )
        link = fake.answers.teams.room()
        people = [attendee("ann@acme.example"), attendee(KEN), attendee(CLEO)]
        fake.mailbox.add_event(
            START,
            START + HOUR,
            subject="Fleet contract",
            attendees=people,
            organizer=recipient(ME, "Rep Roe"),
            onlineMeeting={"joinUrl": link},
            lastModifiedDateTime=KNOWN,
        )

        def synced(*granted: str, **options: Any) -> AccountSummary:
            return sync(selling, lent, account("microsoft", *granted), **options)

        yield fake, synced


def report_of(fake: Graph, *people: str) -> None:
    """Teams has reported who was in the call."""
    link = next(iter(fake.answers.teams.rooms))
    stays = [was_there(one.partition("@")[0], one, (START, 60)) for one in people]
    fake.answers.teams.report(link, START, stays)


def signs(home: RepHome, signal: str) -> list[dict[str, Any]]:
    """Ann's signs in the report that begin with these words."""
    (ann,) = [
        one
        for one in home.json("report")["contacts"]
        if one["person"]["address"] == "ann@acme.example"
    ]
    return [one for one in ann["signs"] if one["sentence"].startswith(signal)]


def test_a_teams_report_without_them_is_a_no_show_in_the_report(
    selling: RepHome, teams: tuple[Graph, Callable[..., AccountSummary]]
) -> None:
    """With where that is known from."""
    fake, synced = teams
    report_of(fake, ME, KEN, CLEO)
    assert synced("attendance").error is None
    selling.run("mark", "ann", "sales")
    (sign,) = signs(selling, "Did not come")
    (shown,) = sign["references"]
    assert (shown["source"], shown["subject"]) == (
        "Teams' attendance report",
        "3 people, not among them",
    )
    assert shown["at"] is not None
    assert selling.run("report", "--md") == 0
    assert "Teams' attendance report, 3 people, not among them" in selling.said


def test_a_teams_report_with_them_is_a_kept_meeting(
    selling: RepHome, teams: tuple[Graph, Callable[..., AccountSummary]]
) -> None:
    """And no no-show."""
    fake, synced = teams
    report_of(fake, ME, "ann@acme.example")
    synced("attendance")
    selling.run("mark", "ann", "sales")
    assert signs(selling, "Did not come") == []
    kept = [one for one in signs(selling, "Kept the meeting of") if one["references"]]
    assert [one["references"][0]["subject"] for one in kept] == ["2 people, they among them"]


def test_without_the_right_nothing_is_asked_and_nothing_claimed(
    selling: RepHome, teams: tuple[Graph, Callable[..., AccountSummary]]
) -> None:
    """The calendar alone proves nothing."""
    fake, synced = teams
    report_of(fake, ME, KEN)
    synced()
    selling.run("mark", "ann", "sales")
    assert signs(selling, "Did not come") == []
    assert not [path for path in fake.parts if "onlineMeetings" in path]


def test_a_refused_right_does_not_hold_up_the_mail(
    teams: tuple[Graph, Callable[..., AccountSummary]],
) -> None:
    """It is told once, as left out, not as an error."""
    fake, synced = teams
    report_of(fake, ME, KEN)
    fake.answers.teams.allowed = False
    first = synced("attendance")
    assert first.error is None
    assert first.saved.new > 0
    assert [why for why in first.left_out if "who came to calls" in why]
    assert not [why for why in synced("attendance").left_out if "who came to calls" in why]


def test_a_forgotten_person_does_not_come_back_with_a_call(
    selling: RepHome, teams: tuple[Graph, Callable[..., AccountSummary]]
) -> None:
    """Neither their address nor their name is left, nor what says that they were not there."""
    fake, synced = teams
    report_of(fake, ME, "ann@acme.example")
    synced("attendance")
    assert selling.run("forget", "ann", "--yes") == 0
    with opened(must_exist=True) as workspace:
        assert read_facts(workspace.database).conferences.empty
        with workspace.database.writing():
            workspace.database.forget_account(ME, "microsoft")
    synced("attendance")
    with opened(must_exist=True) as workspace:
        facts = read_facts(workspace.database)
    assert facts.conferences.empty
    assert not facts.attendances["address"].str.contains("ann@").any()


def test_internal_calls_are_dropped_as_internal_meetings_are(
    selling: RepHome, teams: tuple[Graph, Callable[..., AccountSummary]]
) -> None:
    """Nobody from outside was invited."""
    fake, synced = teams
    event = next(iter(fake.mailbox.events))
    fake.mailbox.change_event(event, attendees=[attendee(KEN)])
    report_of(fake, ME, KEN)
    synced("attendance")
    with opened(must_exist=True) as workspace:
        assert read_facts(workspace.database).conferences.empty


@pytest.fixture
def meet(
    selling: RepHome, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[FakeGoogle, Callable[..., AccountSummary]]]:
    """A Google with a meeting of the rep in a room of Meet, and how it is synced."""
    monkeypatch.setattr(google, "Access", lambda *_: FixedAccess())
    with running(FakeGoogle(address=ME, scopes=frozenset({"gmail.readonly", SCOPE}))) as fake:
        urls = Google(gmail_endpoint=fake.url, calendar_endpoint=fake.url, meet_endpoint=fake.url)
        lent = tools(selling.folder, google=urls)
        me = {"email": ME, "displayName": "Rep Roe", "self": True}
        ann = {"email": "ann@acme.example", "displayName": "Ann Lee"}
        fake.calendar.add(
            "fleet",
            START,
            attendees=[{**one, "responseStatus": "accepted"} for one in (me, ann)],
            conferenceData={"conferenceId": CODE},
        )
        fake.calendar.events[ME]["fleet"]["updated"] = KNOWN

        def synced(*granted: str) -> AccountSummary:
            return sync(selling, lent, account("gmail", *granted))

        yield fake, synced


def test_a_call_in_meet_without_them_is_a_no_show(
    selling: RepHome, meet: tuple[FakeGoogle, Callable[..., AccountSummary]]
) -> None:
    """The rep alone, known by name, waited."""
    fake, synced = meet
    fake.meet.add("one", CODE, START, [signed_in("Rep Roe", START, minutes=20)], minutes=20)
    assert synced("attendance").error is None
    selling.run("mark", "ann", "sales")
    (sign,) = signs(selling, "Did not come")
    (shown,) = sign["references"]
    assert (shown["source"], shown["subject"]) == ("Google Meet's record", "nobody but you")


def test_a_guest_in_meet_leaves_it_open(
    selling: RepHome, meet: tuple[FakeGoogle, Callable[..., AccountSummary]]
) -> None:
    """Customers seldom sign in to Google."""
    fake, synced = meet
    people = [signed_in("Rep Roe", START), anonymous("Ann from Acme", START)]
    fake.meet.add("one", CODE, START, people)
    synced("attendance")
    selling.run("mark", "ann", "sales")
    assert signs(selling, "Did not come") == []


@pytest.mark.parametrize("provider", ["gmail", "microsoft"])
def test_what_is_read_and_why_is_said_before(provider: str) -> None:
    """Only where it was asked for."""
    reads = providers.load(provider).reads
    with_it = " ".join(reads(Request(provider, features=BOTH)))
    assert "Who came to your calls in" in with_it
    assert "Nothing is changed or sent" in with_it
    assert "calls" not in " ".join(reads(Request(provider)))


def test_google_is_asked_for_one_right_more() -> None:
    """And only with the feature."""
    usual = set(google_auth.scopes(headers_only=False, features=frozenset()))
    more = set(google_auth.scopes(headers_only=False, features=BOTH)) - usual
    assert more == {"https://www.googleapis.com/auth/meetings.space.readonly"}


def test_without_the_calendars_no_call_can_be_told_from_another(tmp_path: Path) -> None:
    """So none is asked for."""
    lent = tools(tmp_path)
    connected = account("gmail", "attendance")
    names = [source.name for source in google.sources(connected, lent)]
    assert names == ["calendar", "meet", "mail"]
    without = Account("gmail", ME, (ME,), "UTC", False, BOTH, {"calendar": "no"}, NOW)
    assert [source.name for source in google.sources(without, lent)] == ["mail"]
