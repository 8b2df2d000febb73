"""What Graph answers to which request: a pure function of the mailbox and of tokens given before.

Written after the documentation and what developers reported: no ``$expand`` in deltas, changes of
known items cut down to what changed, deleted dates of a series without a trace, ids that change
when an item is moved unless immutable ones are asked for.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from tests import graph_ids, graph_lists, graph_sent
from tests.graph_csdl import csdl
from tests.graph_deltas import Deltas, RefusedError, Reply, Token, error
from tests.graph_lists import selected
from tests.graph_mailbox import FOLDERS
from tests.graph_teams import Teams
from tests.graph_values import Json, instant

MAX_PARTS: Final = 20
_USUAL_PAGE: Final = "10"


@dataclass
class Answers(Deltas):
    """The service for one user.

    ``basic``: only Mail.ReadBasic was granted. ``missing``: parts of the service that the user may
    not use. ``me``, ``settings``: the user's own.
    """

    basic: bool = False
    missing: frozenset[str] = frozenset()
    me: Json = field(default_factory=dict)
    settings: Json | None = None
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self.teams = Teams(self.mailbox, self.base, self.page, self._whole_date)
        handlers: tuple[tuple[str, Callable[..., Json | bytes]], ...] = (
            (r"/me", self._me),
            (r"/me/mailboxSettings", self._settings),
            (r"/me/calendar", self._calendar),
            (r"/me/mailFolders/delta(?:\(\))?", self._folders_delta),
            (r"/me/mailFolders/([^/]+)", self._folder),
            (r"/me/mailFolders/([^/]+)/messages", self._messages),
            (r"/me/mailFolders/([^/]+)/messages/delta(?:\(\))?", self._messages_delta),
            (r"/me/messages/([^/]+)", self._message),
            (r"/me/messages/([^/]+)/attachments", self._attachments),
            (r"/me/messages/([^/]+)/\$value", self._value),
            (r"/me/calendars", self._calendars),
            (r"/me/calendars/([^/]+)/calendarView/delta(?:\(\))?", self._calendar_delta),
            (r"/me/events/([^/]+)", self._event),
            *self.teams.routes(),
        )
        self._routes = [(re.compile(pattern), handler) for pattern, handler in handlers]

    def get(self, target: str, headers: Mapping[str, str]) -> Reply:
        """The answer to a GET of ``target``, a path with options."""
        parts = urlsplit(target)
        options = {name: values[0] for name, values in parse_qs(parts.query).items()}
        prefer = headers.get("prefer", "")
        wished = re.search(r"odata\.maxpagesize=(\d+)", prefer)
        options["page"] = wished[1] if wished else _USUAL_PAGE
        for pattern, handler in self._routes:
            if found := pattern.fullmatch(parts.path):
                try:
                    body = handler(*map(unquote, found.groups()), options)
                except RefusedError as refusal:
                    return refusal.reply
                return self._reply(body, immutable='IdType="ImmutableId"' in prefer)
        return error(400, "BadRequest", f"Resource not found for {parts.path}")

    def batch(self, requests: Iterable[Json], one: Callable[[Json], Reply]) -> Reply:
        """The answer to a ``$batch``; ``one`` answers a part."""
        parts = list(requests)
        if len(parts) > MAX_PARTS:
            return error(400, "BadRequest", f"more than {MAX_PARTS} requests in a batch")
        answers = []
        for part in reversed(parts):  # in any order
            reply = one(part)
            body = reply.body
            if isinstance(body, bytes):
                body = base64.b64encode(body).decode()
            answers.append(
                {
                    "id": part["id"],
                    "status": reply.status,
                    "headers": {"Content-Type": "application/json", **reply.headers},
                    "body": body,
                }
            )
        return Reply(200, {}, {"responses": answers})

    def translate(self, asked: Json) -> Reply:
        """Ids of messages in another form."""
        try:
            told = graph_ids.translated(self.mailbox, asked, self.problems)
        except RefusedError as refusal:
            return refusal.reply
        return self._reply(told, immutable=True)

    def _reply(self, body: Any, *, immutable: bool) -> Reply:
        if isinstance(body, bytes):
            return Reply(200, {"Content-Type": "text/plain"}, body)
        known = csdl()
        kind = body.get("@odata.context", "")[1:]
        if known is not None and kind:
            told = body["value"] if kind.startswith("Collection(") else body
            self.problems += known.faults(kind, told)
        if not immutable:
            body = graph_ids.mutable(body)
        return Reply(200, {"Content-Type": "application/json"}, body)

    def _me(self, options: Json) -> Json:
        return selected(self.me, options, "user")

    def _settings(self, options: Json) -> Json:
        if self.settings is None:
            raise RefusedError(403, "ErrorAccessDenied", "Access is denied.")
        return selected(self.settings, options, "mailboxSettings")

    def _check_calendar(self) -> None:
        if "calendar" in self.missing:
            raise RefusedError(403, "ErrorAccessDenied", "Access is denied.")

    def _calendar(self, options: Json) -> Json:
        self._check_calendar()
        return selected(self.mailbox.calendars[self.mailbox.calendar], options, "calendar")

    def _calendars(self, options: Json) -> Json:
        self._check_calendar()
        return graph_lists.calendars(self.mailbox, self.base, self.page, options)

    def _folder(self, name: str, options: Json) -> Json:
        name = self.mailbox.special.get(name.lower(), name)
        if name not in self.mailbox.folders:
            raise RefusedError(404, "ErrorItemNotFound")
        return selected(self._shown_folder(name), options, "mailFolder")

    def _shown_folder(self, name: str) -> Json:
        items = sum(message.folder == name for message in self.mailbox.messages.values())
        return {**self.mailbox.folders[name], "totalItemCount": items}

    def _folders_delta(self, options: Json) -> Json:
        def show(name: str, _token: Token) -> Iterator[Json]:
            if name in self.mailbox.folders:
                yield selected(self._shown_folder(name), options, "mailFolder")
            else:
                yield {"id": name, "@removed": {"reason": "deleted"}}

        return self.page_of(FOLDERS, list(self.mailbox.folders), options, "mailFolder", show)

    def _messages(self, folder: str, options: Json) -> Json:
        return graph_sent.found(self.mailbox, folder, options)

    def _messages_delta(self, folder: str, options: Json) -> Json:
        folder = self.mailbox.special.get(folder.lower(), folder)
        if folder not in self.mailbox.folders:
            raise RefusedError(404, "ErrorItemNotFound")
        if "$expand" in options:
            raise RefusedError(500, "InternalServerError", "Value cannot be null.")
        messages = self.mailbox.messages
        here = [name for name, message in messages.items() if message.folder == folder]
        if options.get("$orderby") == "receivedDateTime desc":
            here.sort(key=lambda name: str(messages[name].json["receivedDateTime"]), reverse=True)
        return self.page_of(folder, here, options, "message", self._show_message)

    def _show_message(self, name: str, token: Token) -> Iterator[Json]:
        message = self.mailbox.messages.get(name)
        if message is None or message.folder != token.place:
            reason = "deleted" if message is None else "changed"
            yield {"id": name, "@removed": {"reason": reason}}
        elif token.follows and message.whole_since < token.since:
            kind = message.json["@odata.type"]
            yield {"@odata.type": kind, "id": name, "isRead": message.json["isRead"]}
        else:
            yield self._selected_message(name, token.options)

    def _selected_message(self, name: str, options: Mapping[str, str]) -> Json:
        message = self.mailbox.messages[name]
        if self.basic and "body" in options.get("$select", "").split(","):
            raise RefusedError(403, "ErrorAccessDenied", "Access is denied.")
        return selected({**message.json, "parentFolderId": message.folder}, options, "message")

    def _message(self, name: str, options: Json) -> Json:
        message = self._found(name)
        if "$select" in options:
            return self._selected_message(name.partition(".")[0], options)
        told = {**message.json, **message.extra, "parentFolderId": message.folder}
        event = told.pop("event", None)
        told.pop("internetMessageHeaders")
        if options.get("$expand") == "microsoft.graph.eventMessage/event":
            told["event"] = event
        if self.basic:
            del told["body"]
        return {"@odata.context": "#message", **told}

    def _found(self, name: str) -> Any:
        name, _, folder = name.partition(".")
        message = self.mailbox.messages.get(name)
        if message is None or folder not in ("", message.folder):
            raise RefusedError(404, "ErrorItemNotFound", "The object was not found in the store.")
        if message.status:
            raise RefusedError(message.status, "ErrorInternalServerError")
        return message

    def _attachments(self, name: str, options: Json) -> Json:
        message = self._found(name)
        if self.basic:
            raise RefusedError(403, "ErrorAccessDenied", "Access is denied.")
        told = [selected(one, options, "attachment") for one in message.attachments]
        return {"@odata.context": "#Collection(attachment)", "value": told}

    def _value(self, name: str, _options: Json) -> bytes:
        message = self._found(name)
        if self.basic:
            raise RefusedError(403, "ErrorAccessDenied", "Access is denied.")
        return bytes(message.raw)

    def _calendar_delta(self, calendar: str, options: Json) -> Json:
        self._check_calendar()
        if calendar not in self.mailbox.calendars:
            raise RefusedError(404, "ErrorItemNotFound", "The object was not found in the store.")
        for name in ("$select", "$expand", "$filter", "$orderby"):
            if name in options:
                raise RefusedError(400, "ErrorInvalidUrlQuery", f"{name} is not supported")
        events = self.mailbox.events
        here = [name for name, event in events.items() if event.calendar == calendar]
        return self.page_of(calendar, here, options, "event", self._show_event)

    def _show_event(self, name: str, token: Token) -> Iterator[Json]:
        since, until = (
            datetime.fromisoformat(token.options[one]).astimezone(UTC)
            for one in ("startDateTime", "endDateTime")
        )
        event = self.mailbox.events.get(name)
        gone = {"id": name, "@removed": {"reason": "deleted"}}
        if event is None or event.calendar != token.place:
            yield gone
        elif event.series:
            dates = list(self.mailbox.dates(name, since, until))
            yield from [event.json, *(self._date(name, one) for one in dates)] if dates else [gone]
        elif instant(event.json["end"]) > since and instant(event.json["start"]) < until:
            yield event.json
        elif token.follows:
            yield gone

    def _date(self, series: str, told: Json) -> Json:
        """A date that differs comes whole, any other with a few fields."""
        if told["type"] == "occurrence":
            return told
        return self._whole_date(series, told)

    def _whole_date(self, series: str, told: Json) -> Json:
        master = self.mailbox.events[series].json
        day = datetime.fromisoformat(told["originalStart"]).date()
        return {
            **master,
            "recurrence": None,
            "iCalUId": self.mailbox.date_uid(series, day),
            **told,
        }

    def _event(self, name: str, options: Json) -> Json:
        event = self.mailbox.events.get(name)
        if event is not None:
            if event.status:
                raise RefusedError(event.status, "ErrorInternalServerError")
            return self._shown_event(name, options)
        for series in (one for one, found in self.mailbox.events.items() if found.series):
            for told in self.mailbox.dates(series, _BEGINNING, _END):
                if told["id"] == name:
                    whole = self._whole_date(series, told)
                    return {"@odata.context": "#event", **whole}
        raise RefusedError(404, "ErrorItemNotFound", "The object was not found in the store.")

    def _shown_event(self, name: str, options: Json) -> Json:
        event = self.mailbox.events[name]
        fields = options.get("$select", "").split(",")
        told = selected(event.json, options, "event")
        if "cancelledOccurrences" in fields:
            told["cancelledOccurrences"] = [f"OID.{name}.{day}" for day in sorted(event.gone)]
        if options.get("$expand") == "exceptionOccurrences":
            dates = self.mailbox.dates(name, _BEGINNING, _END) if event.series else ()
            told["exceptionOccurrences"] = [
                self._whole_date(name, one) for one in dates if one["type"] == "exception"
            ]
        return told


_BEGINNING: Final = datetime(1900, 1, 1, tzinfo=UTC)
_END: Final = datetime(2100, 1, 1, tzinfo=UTC)
