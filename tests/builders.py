"""Facts frames from a tiny readable story, for tests of everything that analyses facts.

    story = Story(me="rep@ours.example")
    offer = story.mail(story.me, to="Ann Lee <ann@acme.example>", at="2026-03-02 09:00",
                       subject="Offer", intents=["proposal", "expects_reply"])
    story.mail("ann@acme.example", to=story.me, at="2026-03-03 10:00", answers=offer)
    facts = story.facts()

Times are text in UTC. Every call returns the id of the row it made.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Mapping
from email.utils import parseaddr
from typing import Any

import pandas as pd

from store.facts import COLUMNS, Facts, empty
from store.model import KINDS, ROLES

_PREFIX = re.compile(r"^\s*((re|aw|fw|fwd|wg)\s*:\s*)+", re.IGNORECASE)
_CATEGORIES = {"kind": KINDS, "learned_from": ("calendar", "itip", "hint", "booking")}


def instant(text: str | None) -> pd.Timestamp:
    """The instant written as ``text`` (UTC unless it says otherwise); ``None`` is ``NaT``."""
    stamp = pd.Timestamp(text if text is not None else "NaT")
    return stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")


def _listed(value: str | Iterable[str]) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


def _domain(address: str) -> str:
    return ".".join(address.rpartition("@")[2].split(".")[-2:])


def typed(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as facts frame ``name`` with exactly its columns and dtypes."""
    if not rows:
        return empty(name)
    columns = dict(COLUMNS[name])
    frame = pd.DataFrame(rows)[list(columns)]
    for column in frame.columns[[dtype == "category" for dtype in columns.values()]]:
        kinds = _CATEGORIES.get(column, ROLES if name == "participants" else None)
        frame[column] = pd.Categorical(frame[column], categories=kinds)
    for column in frame.columns[[dtype.startswith("datetime64") for dtype in columns.values()]]:
        frame[column] = pd.to_datetime(frame[column], utc=True)
    return frame.astype(columns)


class Story:
    """Collects what happened and turns it into ``Facts``."""

    def __init__(
        self,
        me: str = "rep@ours.example",
        *,
        aliases: Iterable[str] = (),
        zone: str = "UTC",
        observed: str = "2026-01-01",
    ) -> None:
        self.me = me
        self.observed = observed
        self.rows: dict[str, list[dict[str, Any]]] = {name: [] for name in COLUMNS}
        self._mailboxes: dict[tuple[str, str], int] = {}
        self.account(me, *aliases, zone=zone)

    def account(self, *addresses: str, zone: str = "UTC", kind: str = "mbox") -> int:
        """One more account of the rep with these own addresses."""
        rows = self.rows["accounts"]
        account = len(rows) + 1
        checked_at = instant(self.observed)
        rows.append(
            {
                "account": account,
                "name": addresses[0],
                "kind": kind,
                "zone": zone,
                "checked_at": checked_at,
                "read_share": 1.0,
            }
        )
        own = self.rows["addresses"]
        own.extend({"account": account, "address": parseaddr(a)[1].lower()} for a in addresses)
        return account

    def mail(
        self,
        sender: str,
        *,
        to: str | Iterable[str],
        at: str,
        subject: str = "",
        cc: str | Iterable[str] = (),
        intents: Iterable[str] | Mapping[str, float] = (),
        intent_words: str = "",
        answers: int | None = None,
        written_by: str = "",
        kind: str = "person",
        text: str | None = None,
        words: int = 20,
        account: int = 1,
        **fields: Any,
    ) -> int:
        """One stored message; ``answers``: id of the message in its In-Reply-To.

        ``written_by``: the Sender header where a delegate wrote. ``fields``: any other column.
        """
        rows = self.rows["messages"]
        message = len(rows) + 1
        before = rows[answers - 1] if answers else {"message_id": "", "references": ""}
        row = {
            "message": message,
            "account": account,
            "message_id": f"m{message}@story.example",
            "in_reply_to": before["message_id"],
            "references": f"{before['references']} {before['message_id']}".strip(),
            "thread_hint": "",
            "sent_at": at,
            "received_at": at,
            "observed_at": self.observed,
            "removed_at": None,
            "offset_minutes": 0,
            "kind": kind,
            "subject": subject,
            "subject_key": _PREFIX.sub("", subject).strip().lower(),
            "words": words,
            "text_digest": zlib.crc32((f"text {message}" if text is None else text).encode()),
            "attachments": "[]",
            "labels": "",
            "sequence_tool": False,
            "language": "en",
            **fields,
        }
        for column in ("sent_at", "received_at", "observed_at", "removed_at"):
            row[column] = instant(row[column])
        rows.append(row)
        self._participants(message, "from", [sender])
        self._participants(message, "sender", [written_by] if written_by else [])
        self._participants(message, "to", _listed(to))
        self._participants(message, "cc", _listed(cc))
        self._intents(message, intents, intent_words)
        return message

    def copy(self, message: int, *, account: int = 1, **fields: Any) -> int:
        """The same message stored once more, as another folder or account has it."""
        number = len(self.rows["messages"]) + 1
        original = self.rows["messages"][message - 1]
        self.rows["messages"].append({**original, "message": number, "account": account, **fields})
        for name in ("participants", "intents"):
            rows = [row for row in self.rows[name] if row["message"] == message]
            self.rows[name].extend({**row, "message": number} for row in rows)
        return number

    def away(self, person: str, *, at: str, until: str = "", to: str = "") -> int:
        """An out-of-office answer of ``person``; ``until``: the date it names."""
        return self.mail(
            person,
            to=to or self.me,
            at=at,
            subject=f"Out of office until {until}" if until else "Out of office",
            kind="auto_reply",
            intents=["auto"],
            intent_words=f"until {until}" if until else "out of office",
        )

    def event(
        self,
        organizer: str,
        *,
        to: str | Iterable[str] | Mapping[str, str],
        start: str,
        at: str,
        uid: str,
        minutes: int = 60,
        **fields: Any,
    ) -> int:
        """One event revision; ``to``: attendees, or attendee → PARTSTAT."""
        begin, (name, address) = instant(start), parseaddr(organizer)
        event = len(self.rows["events"]) + 1
        row = {
            "event": event,
            "account": 1,
            "message": -1,
            "uid": uid,
            "recurrence_at": None,
            "sequence": 0,
            "dtstamp": at,
            "learned_from": "itip",
            "method": "REQUEST",
            "organizer": address.lower(),
            "organizer_name": name,
            "sent_by": "",
            "actor": "",
            "start": begin,
            "end": begin + pd.Timedelta(minutes=minutes),
            "zone": "UTC",
            "all_day": False,
            "floating": False,
            "status": "CONFIRMED",
            "rrule": "",
            "rdate": "",
            "exdate": "",
            "summary": "Meeting",
            "comment": "",
            "occurred_at": at,
            "observed_at": self.observed,
            **fields,
        }
        for column in ("recurrence_at", "dtstamp", "occurred_at", "observed_at"):
            row[column] = instant(row[column])
        self.rows["events"].append(row)
        people = to if isinstance(to, Mapping) else dict.fromkeys(_listed(to), "NEEDS-ACTION")
        self._attendances(event, people, str(row["comment"]))
        return event

    def invite(
        self, organizer: str, *, to: str | Iterable[str], start: str, at: str, **fields: Any
    ) -> str:
        """An invitation; returns its UID, for ``move``, ``cancel`` and ``rsvp``."""
        uid = str(fields.pop("uid", f"meeting-{len(self.rows['events']) + 1}@story.example"))
        self.event(organizer, to=to, start=start, at=at, uid=uid, **fields)
        return uid

    def latest(self, uid: str) -> dict[str, Any]:
        """The row that tells the event's last state, cancellations aside."""
        return dict(self._latest(uid)[0])

    def _latest(self, uid: str) -> tuple[dict[str, Any], list[str]]:
        told = ("REQUEST", "PUBLISH", "")
        known = [e for e in self.rows["events"] if e["uid"] == uid and e["method"] in told]
        row = known[-1]
        who = [a for a in self.rows["attendances"] if a["event"] == row["event"]]
        return row, [a["address"] for a in who]

    def _again(self, uid: str, to: Any, at: str, **fields: Any) -> int:
        row, people = self._latest(uid)
        shared = {c: row[c] for c in ("zone", "summary", "organizer_name", "rrule", "all_day")}
        minutes = int((row["end"] - row["start"]).total_seconds() // 60)
        merged: dict[str, Any] = {
            **shared,
            "start": str(row["start"]),
            "minutes": minutes,
            "sequence": row["sequence"],
            **fields,
        }
        return self.event(row["organizer"], to=to or people, at=at, uid=uid, **merged)

    def move(self, uid: str, *, start: str, at: str, **fields: Any) -> int:
        """The organizer sends the invitation again with another start."""
        sequence = self._latest(uid)[0]["sequence"] + 1
        return self._again(uid, None, at, **{"start": start, "sequence": sequence, **fields})

    def cancel(self, uid: str, *, at: str, **fields: Any) -> int:
        """The organizer cancels."""
        return self._again(uid, None, at, **{"method": "CANCEL", "status": "CANCELLED", **fields})

    def rsvp(self, uid: str, attendee: str, partstat: str, *, at: str, **fields: Any) -> int:
        """An attendee answers: ACCEPTED, DECLINED or TENTATIVE."""
        return self._again(uid, {attendee: partstat}, at, **{"method": "REPLY", **fields})

    def call(
        self,
        uid: str,
        *people: str,
        service: str = "teams",
        began: str | None = None,
        minutes: int = 60,
        guests: Iterable[str] = (),
        stays: Mapping[str, tuple[str, int]] | None = None,
        in_person: bool = False,
    ) -> int:
        """A reported call of the meeting in its last state, held when it was to be.

        ``people``: signed in, "Name <address>" or a name alone. ``guests``: names without an
        account. ``stays``: from when and for how many minutes, where that is not the whole call.
        """
        call, row = len(self.rows["conferences"]) + 1, self._latest(uid)[0]
        begin = instant(began) if began else row["start"]
        end = begin + pd.Timedelta(minutes=minutes)
        told = {column: row[column] for column in ("uid", "recurrence_at", "start", "end")}
        times = {"began_at": begin, "ended_at": end, "observed_at": end}
        number = {"conference": call, "account": 1, "service": service, "in_person": in_person}
        self.rows["conferences"].append({**number, **told, **times})
        every = [*((one, True) for one in people), *((one, False) for one in guests)]
        for who, signed_in in every:
            name, address = parseaddr(who) if "@" in who else (who, "")
            joined, stayed = (stays or {}).get(who, (None, minutes))
            at = instant(joined) if joined else begin
            left = at + pd.Timedelta(minutes=stayed)
            person = {"name": name, "address": address, "signed_in": signed_in}
            self.rows["joinings"].append(
                {"conference": call, **person, "joined_at": at, "left_at": left}
            )
        return call

    def mark(self, kind: str, target: str, *, at: str, value: str = "") -> int:
        """What the rep told brickwall."""
        mark = len(self.rows["marks"]) + 1
        row = {"mark": mark, "kind": kind, "target": target, "value": value}
        times = {"occurred_at": instant(at), "observed_at": instant(at)}
        self.rows["marks"].append({**row, **times})
        return mark

    def deal(self, contact: str, topic: str, **fields: Any) -> int:
        """One line of deals.csv; ``fields``: stage, value, currency, owner, close_at, outcome."""
        deal = len(self.rows["deals"]) + 1
        row = {
            "deal": deal,
            "contact": contact,
            "topic": topic,
            "stage": "open",
            "value": float("nan"),
            "currency": "EUR",
            "owner": self.me,
            "close_at": None,
            "outcome": "",
            "observed_at": self.observed,
            **fields,
        }
        row["close_at"], row["observed_at"] = instant(row["close_at"]), instant(row["observed_at"])
        self.rows["deals"].append(row)
        return deal

    def failure(self, item: str, why: str, *, account: int = 1) -> None:
        """One item in quarantine."""
        row = {"account": account, "item": item, "why": why}
        self.rows["failures"].append({**row, "observed_at": instant(self.observed)})

    def facts(self) -> Facts:
        """Everything told so far."""
        return Facts(**{name: typed(name, rows) for name, rows in self.rows.items()})

    def _mailbox(self, text: str) -> int:
        name, address = parseaddr(text)
        key = (address.lower(), name)
        if key not in self._mailboxes:
            self._mailboxes[key] = len(self._mailboxes) + 1
            self.rows["mailboxes"].append(
                {
                    "mailbox": self._mailboxes[key],
                    "address": key[0],
                    "name": name,
                    "domain": _domain(key[0]),
                }
            )
        return self._mailboxes[key]

    def _participants(self, message: int, role: str, people: list[str]) -> None:
        self.rows["participants"].extend(
            {"message": message, "mailbox": self._mailbox(p), "role": role} for p in people
        )

    def _intents(
        self, message: int, intents: Iterable[str] | Mapping[str, float], words: str
    ) -> None:
        sure = intents if isinstance(intents, Mapping) else dict.fromkeys(intents, 0.99)
        self.rows["intents"].extend(
            {
                "message": message,
                "intent": intent,
                "probability": probability,
                "words": words,
                "version": "story",
            }
            for intent, probability in sure.items()
        )

    def _attendances(self, event: int, people: Mapping[str, str], comment: str) -> None:
        for person, partstat in people.items():
            name, address = parseaddr(person)
            self.rows["attendances"].append(
                {
                    "event": event,
                    "address": address.lower(),
                    "name": name,
                    "role": "REQ-PARTICIPANT",
                    "partstat": partstat,
                    "comment": comment,
                }
            )
