"""The fake Google is driven by Google's own client library, which knows nothing of ours."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httplib2  # type: ignore[import-untyped]
import pytest
from googleapiclient.discovery import build_from_document  # type: ignore[import-untyped]
from googleapiclient.errors import HttpError  # type: ignore[import-untyped]

from tests import google_discovery
from tests.contract import raw_message
from tests.google_fake import TOKEN, FakeGoogle, running
from tests.google_fields import selected

START = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture
def fake() -> Iterator[FakeGoogle]:
    """A mailbox and a calendar."""
    with running(FakeGoogle()) as one:
        yield one


class Signed(httplib2.Http):  # type: ignore[misc]
    """The library's own transport, with our token."""

    def request(self, uri: str, *args: Any, **options: Any) -> Any:
        """As the library does it."""
        headers = {**(options.pop("headers", None) or {}), "Authorization": f"Bearer {TOKEN}"}
        return super().request(uri, *args, headers=headers, **options)


@pytest.fixture
def library(fake: FakeGoogle) -> Iterator[tuple[Any, Any]]:
    """Google's clients of Gmail and Calendar, pointed at the fake."""
    http = Signed(timeout=5)
    found = []
    for api in google_discovery.APIS:
        document = {**google_discovery.document(*api), "rootUrl": fake.url + "/"}
        found.append(build_from_document(document, http=http))
    yield found[0], found[1]
    http.close()


def test_the_library_reads_messages_in_batches(fake: FakeGoogle, library: Any) -> None:
    """List, pages, batch with an error in it, history, labels."""
    numbers = [fake.mailbox.add(raw_message(name)) for name in ("ann", "bea")]
    fake.mailbox.page_size = 1
    users = library[0].users()
    profile = users.getProfile(userId="me").execute()
    request, listed = users.messages().list(userId="me"), []
    while request is not None:
        answer = request.execute()
        listed += [one["id"] for one in answer["messages"]]
        request = users.messages().list_next(request, answer)
    assert listed == [*reversed(numbers)]
    found: dict[str, Any] = {}

    def keep(name: str, answer: Any, error: Any) -> None:
        found[name] = error or answer

    batch = library[0].new_batch_http_request(callback=keep)
    for number in (numbers[0], "00ff"):
        batch.add(users.messages().get(userId="me", id=number, format="raw"), request_id=number)
    batch.execute()
    assert base64.urlsafe_b64decode(found[numbers[0]]["raw"]) == raw_message("ann")
    assert isinstance(found["00ff"], HttpError)
    assert found["00ff"].resp.status == 404
    fake.mailbox.label(numbers[0], add=("TRASH",))
    told = users.history().list(userId="me", startHistoryId=profile["historyId"]).execute()
    assert told["history"][0]["labelsAdded"][0]["labelIds"] == ["TRASH"]
    assert users.labels().list(userId="me").execute()["labels"]


def test_the_library_reads_calendars_by_sync_token(fake: FakeGoogle, library: Any) -> None:
    """All, then changes; a token that was forgotten answers 410."""
    fake.calendar.add("e1", START, recurrence=["RRULE:FREQ=WEEKLY;COUNT=3"])
    events = library[1].events()
    first = events.list(calendarId="primary", showDeleted=True).execute()
    fake.calendar.delete_date("e1", START)
    token = first["nextSyncToken"]
    (item,) = events.list(calendarId="primary", syncToken=token).execute()["items"]
    assert item["recurringEventId"] == "e1"
    fake.calendar.forget()
    with pytest.raises(HttpError) as caught:
        events.list(calendarId="primary", syncToken=token).execute()
    assert caught.value.resp.status == 410
    assert library[1].calendarList().list().execute()["items"][0]["primary"]


def test_a_request_that_google_does_not_know_is_a_complaint() -> None:
    """So that a test of ours fails with it."""
    call = google_discovery.call("GET", "/gmail/v1/users/me/messages")
    assert google_discovery.complaints(call, {"maxResult": "5"})
    assert google_discovery.complaints(call, {"maxResults": "501"})
    assert google_discovery.complaints(call, {"includeSpamTrash": "no"})
    assert google_discovery.answer_complaints(call, {"message": []})
    assert not google_discovery.complaints(call, {"maxResults": "500", "fields": "messages/id"})
    with pytest.raises(LookupError):
        google_discovery.call("GET", "/gmail/v1/users/me/mails")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ("", {"a": [{"b": 1, "c": 2}], "d": {"e": 3, "f": 4}, "g": 5}),
        ("g", {"g": 5}),
        ("a/b,d(f)", {"a": [{"b": 1}], "d": {"f": 4}}),
        ("a(c),g,x", {"a": [{"c": 2}], "g": 5}),
    ],
)
def test_fields_select_parts_of_an_answer(fields: str, expected: object) -> None:
    """Google's partial responses."""
    whole = {"a": [{"b": 1, "c": 2}], "d": {"e": 3, "f": 4}, "g": 5}
    assert selected(whole, fields) == expected


@pytest.mark.parametrize("fields", ["a(b", "a)", ",a", "a//b"])
def test_a_broken_selection_is_refused(fields: str) -> None:
    """As Google does (400)."""
    with pytest.raises(ValueError, match="field selection"):
        selected({}, fields)
