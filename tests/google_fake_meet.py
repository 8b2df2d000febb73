"""Google Meet of the fake Google: rooms, the records of calls in them, and who was there."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

from tests.google_fake_mailbox import RefusedError

Record: TypeAlias = dict[str, Any]

SCOPE: Final = "meetings.space.readonly"
#: The most that a page of each list holds, by Google's documentation.
LARGEST: Final = {"conferenceRecords": 100, "participants": 250}
_SINCE: Final = re.compile(r'start_time>="(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)"')


class FakeMeet:
    """``page_size``: the most that a page holds here. ``denied``: rooms of somebody else."""

    def __init__(self) -> None:
        self.page_size = 100
        self.records: dict[str, Record] = {}
        self.people: dict[str, list[Record]] = {}
        self.codes: dict[str, str] = {}
        self.denied: set[str] = set()
        self.methods: dict[str, Callable[[Mapping[str, str]], Any]] = {
            "meet.conferenceRecords.list": self._list,
            "meet.conferenceRecords.get": self._get,
            "meet.conferenceRecords.participants.list": self._participants,
            "meet.spaces.get": self._space,
        }

    def add(
        self, number: str, code: str, start: datetime, people: Sequence[Record], minutes: int = 60
    ) -> str:
        """A call in the room with this code; its name. ``minutes``: 0 for one that still runs."""
        name, space = f"conferenceRecords/{number}", f"spaces/room-{code}"
        self.codes[space] = code
        self.records[name] = {"name": name, "startTime": written(start), "space": space}
        self.people[name] = []
        for one in people:
            self.join(name, one)
        if minutes:
            self.end(name, start + timedelta(minutes=minutes))
        return name

    def join(self, name: str, person: Record) -> None:
        """Somebody was in it, too."""
        number = len(self.people[name]) + 1
        self.people[name].append({"name": f"{name}/participants/{number}", **person})

    def end(self, name: str, at: datetime) -> None:
        """A call ends; Meet keeps it for thirty days from then."""
        kept = written(at + timedelta(days=30))
        self.records[name] |= {"endTime": written(at), "expireTime": kept}

    def _list(self, query: Mapping[str, str]) -> Any:
        found = _SINCE.fullmatch(query.get("filter", ""))
        if found is None:
            raise RefusedError(400, "INVALID_ARGUMENT", "invalid")
        since = datetime.fromisoformat(found[1])
        shown = [
            one
            for one in self.records.values()
            if datetime.fromisoformat(one["startTime"]) >= since
        ]
        shown.sort(key=lambda one: str(one["startTime"]), reverse=True)
        return self._page("conferenceRecords", shown, query)

    def _get(self, query: Mapping[str, str]) -> Any:
        return self._found(self.records, query)

    def _participants(self, query: Mapping[str, str]) -> Any:
        return self._page("participants", self._found(self.people, query), query)

    def _found(self, among: Mapping[str, Any], query: Mapping[str, str]) -> Any:
        name = f"conferenceRecords/{query['conferenceRecordsId']}"
        if name not in among:
            raise RefusedError(404, "NOT_FOUND", "notFound")
        return among[name]

    def _space(self, query: Mapping[str, str]) -> Any:
        name = f"spaces/{query['spacesId']}"
        if name in self.denied:
            raise RefusedError(403, "PERMISSION_DENIED", "forbidden")
        code = self.codes[name]
        return {"name": name, "meetingCode": code, "meetingUri": f"https://meet.google.com/{code}"}

    def _page(self, kind: str, shown: Sequence[Record], query: Mapping[str, str]) -> Any:
        asked = int(query.get("pageSize", 25))
        if asked > LARGEST[kind]:
            raise RefusedError(400, "INVALID_ARGUMENT", "the fake takes no page size beyond this")
        size, offset = min(asked, self.page_size), int(query.get("pageToken", 0))
        answer: dict[str, Any] = {kind: list(shown[offset : offset + size])}
        if offset + size < len(shown):
            answer["nextPageToken"] = str(offset + size)
        return answer


def signed_in(name: str, joined: datetime, minutes: int = 60) -> Record:
    """Somebody with a Google account, or a device of a room."""
    user = {"user": f"users/{sum(name.encode())}", "displayName": name}
    return {"signedinUser": user, **_stay(joined, minutes)}


def anonymous(name: str, joined: datetime, minutes: int = 60) -> Record:
    """Somebody without an account, under the name they typed."""
    return {"anonymousUser": {"displayName": name}, **_stay(joined, minutes)}


def by_phone(number: str, joined: datetime, minutes: int = 60) -> Record:
    """Somebody who dialled in; most of the number is hidden."""
    return {"phoneUser": {"displayName": number}, **_stay(joined, minutes)}


def _stay(joined: datetime, minutes: int) -> Record:
    left = joined + timedelta(minutes=minutes)
    return {"earliestStartTime": written(joined), "latestEndTime": written(left)}


def written(at: datetime) -> str:
    """A time as Meet writes it, to the nanosecond."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%S.%f}123Z"
