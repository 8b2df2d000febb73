"""What of Gmail's interface is used; each call is paced by its price."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple
from urllib.parse import quote, urlencode

from ingest import gmail_history
from ingest.gmail_messages import named, read, why_left_out
from ingest.google_client import Google, GoogleError, Json, classify
from ingest.google_service import GMAIL, Service, executed
from ingest.pace import Pace
from ingest.retry import Action, Fault, QuarantineError, Retry
from store.errors import InputError
from store.model import EventRevision, Failure, Message

SERVICE: Final = "Gmail"
#: What a user of a new Google project may use in a minute; older projects have 15 times that.
UNITS_PER_MINUTE: Final = 6_000
#: Prices in units.
MESSAGE_UNITS: Final = 20
LIST_UNITS: Final = 5
HISTORY_UNITS: Final = 2
OTHER_UNITS: Final = 1
#: The most that a page holds.
PAGE_SIZE: Final = 500

_ME: Final = "/gmail/v1/users/me"
_LABELS: Final = f"{_ME}/labels?fields=labels(id,name)"
_RAW: Final = {"format": "raw", "fields": "id,threadId,labelIds,internalDate,raw"}
_HEADERS: Final = {"format": "metadata", "fields": "id,threadId,labelIds,internalDate,payload"}


class Profile(NamedTuple):
    """The mailbox: its address, how many messages are in it, and where its history is now."""

    address: str
    messages: int
    history: str


class Page(NamedTuple):
    """Ids of messages, newest first; ``token`` of the next page, ``""`` where there is none."""

    ids: tuple[str, ...]
    token: str


@dataclass
class Fetched:
    """What came of some ids. ``gone``: no longer there; ``left_out``: why -> how many."""

    messages: list[Message] = field(default_factory=list)
    revisions: list[EventRevision] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)


class GmailClient:
    """The signed-in user's mailbox.

    ``headers_only``: the access is to headers alone. ``zone``: the owner's, for events without
    one. Methods raise what ``Retry.call`` raises.
    """

    def __init__(
        self,
        google: Google,
        retry: Retry,
        pace: Pace,
        *,
        endpoint: str = "https://gmail.googleapis.com",
        zone: str = "UTC",
        headers_only: bool = False,
    ) -> None:
        self._google = google
        self._service = Service(google, GMAIL, endpoint)
        self._retry = retry
        self._pace = pace
        self._endpoint = endpoint
        self._zone = zone
        self._query = urlencode(_HEADERS if headers_only else _RAW)
        self._label_names: dict[str, str] | None = None

    def profile(self) -> Profile:
        """Whose mailbox it is, and how it stands."""
        told = self._read(self._users.getProfile(userId="me"), OTHER_UNITS)
        return Profile(
            str(told["emailAddress"]).lower(), int(told["messagesTotal"]), str(told["historyId"])
        )

    def aliases(self) -> tuple[str, ...]:
        """The addresses that the user sends as; not possible where access is to headers alone."""
        request = self._users.settings().sendAs().list(userId="me")
        told = self._read(request, OTHER_UNITS).get("sendAs", ())
        sure = [one for one in told if one.get("verificationStatus", "accepted") == "accepted"]
        return tuple(str(one["sendAsEmail"]).lower() for one in sure)

    def page(self, token: str) -> Page:
        """Some ids of all mail without spam and trash. A refused ``token``: cursor expired."""
        request = self._users.messages().list(
            userId="me",
            maxResults=PAGE_SIZE,
            pageToken=token or None,
            fields="messages/id,nextPageToken",
        )
        told = self._read(request, LIST_UNITS, forgotten=400 if token else 0)
        ids = tuple(str(one["id"]) for one in told.get("messages", ()))
        return Page(ids, str(told.get("nextPageToken", "")))

    def history(self, start: str, token: str) -> Json:
        """Some history records after ``start``. One that Gmail has forgotten: cursor expired."""
        request = self._users.history().list(
            userId="me",
            startHistoryId=start,
            maxResults=PAGE_SIZE,
            pageToken=token or None,
            fields=gmail_history.FIELDS,
        )
        return self._read(request, HISTORY_UNITS, forgotten=404)

    def fetch(self, ids: Sequence[str]) -> Fetched:
        """The messages with these ids (at most ``google_client.BATCH_SIZE``)."""
        if not ids:
            return Fetched()
        fetching = _Fetching(tuple(ids))
        try:
            self._retry.call(lambda: self._attempt(fetching), self._fault)
        except InputError as error:
            # Gmail fails on some messages for good; they must not keep the others back.
            if not fetching.only_broken:
                raise
            fetching.give_up(error.cause)
        fetched = fetching.fetched
        names = self._label_names or {}
        fetched.messages = [named(message, names) for message in fetched.messages]
        return fetched

    def _attempt(self, fetching: _Fetching) -> None:
        """Ask for what is still missing; raise what hindered it."""
        self._ask(fetching)
        if fetching.signed_out:
            self._google.renew()
            self._ask(fetching)
        fetching.check()

    def _ask(self, fetching: _Fetching) -> None:
        ids = list(fetching.missing)
        paths = [f"{_ME}/messages/{quote(one, safe='')}?{self._query}" for one in ids]
        if self._label_names is None:
            paths.append(_LABELS)
        self._pace.take(MESSAGE_UNITS * len(ids) + OTHER_UNITS * (len(paths) - len(ids)))
        for position, answer in self._google.batch(self._endpoint, paths):
            if position < len(ids):
                fetching.take(ids[position], answer, self._zone)
            elif not isinstance(answer, GoogleError):
                labels = answer.get("labels", ())
                self._label_names = {str(one["id"]): str(one["name"]) for one in labels}

    @property
    def _users(self) -> Any:
        return self._service.root.users()

    def _read(self, request: Any, units: int, *, forgotten: int = 0) -> Json:
        """``forgotten``: the status by which Gmail says that it no longer knows a position."""

        def action() -> Json:
            self._pace.take(units)
            return executed(request)

        def fault(error: Exception) -> Fault | None:
            if forgotten and isinstance(error, GoogleError) and error.status == forgotten:
                return Fault(Action.RESYNC, f"{SERVICE} no longer knows what was read last")
            return self._fault(error)

        return self._retry.call(action, fault)

    def _fault(self, error: Exception) -> Fault | None:
        return classify(error, SERVICE)


class _Fetching:
    """Some ids on their way: those still ``missing``, and why."""

    def __init__(self, ids: Sequence[str]) -> None:
        self.missing = dict.fromkeys(ids)
        self.fetched = Fetched()
        self._errors: dict[str, GoogleError] = {}
        self._asked = len(ids)

    def take(self, number: str, answer: Json | GoogleError, zone: str) -> None:
        """What came for one id."""
        self._errors.pop(number, None)
        if isinstance(answer, GoogleError):
            fault = classify(answer, SERVICE)
            if fault and fault.action in (Action.RETRY, Action.SIGN_IN):
                self._errors[number] = answer
                return
            self._refused(number, answer)
        else:
            self._read(number, answer, zone)
        del self.missing[number]

    @property
    def signed_out(self) -> bool:
        """Whether the access token ran out in the middle of the batch."""
        return any(error.status == 401 for error in self._hindered())

    def check(self) -> None:
        """Raise what keeps the rest from coming, if any is missing."""
        errors = self._hindered()
        if errors:
            raise min(errors, key=lambda error: error.status)
        if self.missing:
            raise ConnectionError("the answer was cut off")

    @property
    def only_broken(self) -> bool:
        """Whether it lies at single messages: Gmail fails inside (500) on each that is missing."""
        broken = len(self._hindered()) == len(self.missing) and all(
            error.status == 500 for error in self._hindered()
        )
        return broken and len(self.missing) in range(1, max(2, self._asked))

    def _hindered(self) -> list[GoogleError]:
        return [self._errors[number] for number in self.missing if number in self._errors]

    def give_up(self, why: str) -> None:
        """Put what is missing in quarantine."""
        self.fetched.failures += [Failure(number, why) for number in self.missing]
        self.missing = {}

    def _refused(self, number: str, error: GoogleError) -> None:
        if error.status == 404:
            self.fetched.gone.append(number)
        else:
            self.fetched.failures.append(Failure(number, f"Gmail does not give it: {error}"))

    def _read(self, number: str, told: Mapping[str, Any], zone: str) -> None:
        why = why_left_out(told.get("labelIds", ()))
        if why:
            self.fetched.left_out[why] += 1
            return
        try:
            parsed = read(told, zone)
        except QuarantineError as error:
            self.fetched.failures.append(Failure(number, str(error)))
            return
        self.fetched.messages.append(parsed.message)
        self.fetched.revisions += parsed.revisions
        self.fetched.failures += [Failure(number, warning) for warning in parsed.warnings]
