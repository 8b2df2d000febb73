"""A Gmail mailbox as a source: all of it once, newest first, then what its history tells."""

from __future__ import annotations

import json
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from ingest.gmail_client import Fetched, GmailClient
from ingest.gmail_history import Changes, changes
from ingest.google_client import BATCH_SIZE
from ingest.source import Batch, CursorExpiredError, Known

VERSION: Final = 1
NAME: Final = "mail"


class State(NamedTuple):
    """How far the mailbox is read, as kept in the cursor.

    ``history``: everything up to there is known, of what is newer than the listing. ``listing``:
    whether the first listing is under way; then ``page`` is the token of the page it is at,
    ``after`` the last message of that page that was read, ``done`` of ``size`` messages were.
    """

    history: str
    listing: bool
    page: str = ""
    after: str = ""
    done: int = 0
    size: int = 0

    def dumps(self) -> str:
        """As a cursor."""
        return json.dumps({"version": VERSION, **self._asdict()})

    @classmethod
    def loads(cls, cursor: str) -> State:
        """From a cursor; one of another version leads to a full listing."""
        told = json.loads(cursor)
        if told.pop("version", None) != VERSION:
            raise CursorExpiredError("the cursor is of another version")
        return cls(**told)


class Gmail:
    """The messages of one mailbox, without drafts, spam, trash and chats.

    The history begins before the listing does, so that nothing falls between the two. While the
    listing is under way it goes first in every run: new mail is there at once, and the history
    does not grow old.
    """

    name = NAME

    def __init__(self, client: GmailClient) -> None:
        self._client = client
        self._known: Known = lambda _stream, _keys: set()

    def remember(self, known: Known) -> None:
        """Tell which messages are stored: they are not fetched again."""
        self._known = known

    def batches(self, cursor: str | None) -> Iterator[Batch]:
        """What is new; see ``ingest.source.Source``."""
        if cursor is None:
            profile = self._client.profile()
            state = State(profile.history, listing=True, size=profile.messages)
        else:
            state = yield from self._changes(State.loads(cursor))
        listing = state.listing
        while state.listing:
            state = yield from self._page(state)
        if listing:
            yield from self._changes(state)

    def reread(self, items: Mapping[str, Sequence[str]]) -> Iterator[Batch]:
        """The messages in quarantine once more."""
        for ids in _chunks(items.get(NAME, ())):
            yield _batch(self._client.fetch(ids), State("", listing=False))

    def _changes(self, state: State) -> Generator[Batch, None, State]:
        """What happened since ``state``; the state afterwards."""
        start, token = state.history, ""
        while True:
            told = self._client.history(start, token)
            records = told.get("history", [])
            token = str(told.get("nextPageToken", ""))
            reached = records[-1]["id"] if token and records else told["historyId"]
            after = state._replace(history=str(reached))
            yield from self._changed(state, after, changes(records))
            state = after
            if not token:
                return state

    def _changed(self, before: State, after: State, told: Changes) -> Iterator[Batch]:
        """The batches of some history records; the last one takes the cursor past them."""
        stored = self._known(NAME, told.fetch)
        waiting = list(_chunks(one for one in told.fetch if one not in stored))
        for ids in waiting[:-1]:
            yield _batch(self._client.fetch(ids), before)
        fetched = self._client.fetch(waiting[-1]) if waiting else Fetched()
        fetched.gone += told.gone
        fetched.left_out.update(told.left_out)
        if after != before:
            yield _batch(fetched, after, named=stored)

    def _page(self, state: State) -> Generator[Batch, None, State]:
        """The rest of a page of the listing; the state afterwards."""
        page = self._client.page(state.page)
        ids = page.ids[page.ids.index(state.after) + 1 :] if state.after in page.ids else page.ids
        stored = self._known(NAME, ids)
        portions = list(_portions(ids, stored))
        for portion in portions[:-1]:
            state = state._replace(after=portion[-1], done=state.done + len(portion))
            yield self._listed(portion, stored, state)
        last = portions[-1]
        state = state._replace(
            listing=bool(page.token), page=page.token, after="", done=state.done + len(last)
        )
        yield self._listed(last, stored, state)
        return state

    def _listed(self, portion: Sequence[str], stored: set[str], state: State) -> Batch:
        fetched = self._client.fetch([one for one in portion if one not in stored])
        return _batch(fetched, state, named=stored.intersection(portion), listed=True)


def _batch(
    fetched: Fetched, state: State, *, named: Iterable[str] = (), listed: bool = False
) -> Batch:
    """What was fetched, with the cursor that is true afterwards.

    What the history tells while the listing is under way is part of that listing: otherwise mail
    that came meanwhile would be missing in it.
    """
    return Batch(
        stream=NAME,
        mode="full" if listed or state.listing else "incremental",
        complete=listed and not state.listing,
        records=(*fetched.messages, *fetched.revisions),
        tombstones=tuple(fetched.gone),
        failures=tuple(fetched.failures),
        left_out=dict(fetched.left_out),
        cursor=state.dumps(),
        position=state.done,
        size=max(state.size, state.done),
        named=tuple(sorted(named)),
    )


def _chunks(ids: Iterable[str]) -> Iterator[list[str]]:
    every = list(ids)
    for start in range(0, len(every), BATCH_SIZE):
        yield every[start : start + BATCH_SIZE]


def _portions(ids: Sequence[str], stored: set[str]) -> Iterator[tuple[str, ...]]:
    """``ids`` cut so that each portion has as many to fetch as fit into a batch; at least one."""
    portion: list[str] = []
    fresh = 0
    for one in ids:
        if fresh == BATCH_SIZE and one not in stored:
            yield tuple(portion)
            portion, fresh = [], 0
        portion.append(one)
        fresh += one not in stored
    yield tuple(portion)
